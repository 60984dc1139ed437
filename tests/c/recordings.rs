//! Makes of the recorded exchanges what `recordings.c` needs: a folder with three files for each
//! answer, `N.call` (what to call), `N.fault` (what makes the emulator give this answer) and
//! `N.expected` (what the views must hold, told in the words of `recordings.c`).

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use chrono::DateTime;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::{root, workshop};

pub const WHY_SKIPPED: &str = "skipped: no ../shared/recordings/exchanges.jsonl";

fn file() -> PathBuf {
    root().join("../shared/recordings/exchanges.jsonl")
}

pub fn are_there() -> bool {
    file().exists()
}

pub fn folder() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(make).clone()
}

fn make() -> PathBuf {
    let folder = workshop().join("recordings");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let mut number = 0;
    let mut add = |call: &str, fault: Value, expected: &str| {
        fs::write(folder.join(format!("{number}.call")), call).unwrap();
        fs::write(folder.join(format!("{number}.fault")), fault.to_string()).unwrap();
        fs::write(folder.join(format!("{number}.expected")), expected).unwrap();
        number += 1;
    };

    let recorded = fs::read_to_string(file()).unwrap();
    let mut files = Vec::new();
    for line in recorded.lines() {
        let exchange: Value = serde_json::from_str(line).unwrap();
        let path = exchange["url"].as_str().unwrap().trim_start_matches("https://api.uploadcare.com");
        let path = path.split('?').next().unwrap();
        let body = exchange["body"].as_str().unwrap();
        match (exchange["method"].as_str().unwrap(), path.split('/').collect::<Vec<_>>().as_slice()) {
            ("GET", ["", "groups", ""]) => add("list", answer(&exchange), &page(body)),
            ("GET", ["", "groups", id, ""]) => add(&format!("info {id}"), answer(&exchange), &group(body)),
            ("DELETE", ["", "groups", id, ""]) => add(&format!("delete {id}"), answer(&exchange), ""),
            ("GET", ["", "files", uuid, ""]) if uuid.len() == 36 => files.push(body.to_owned()),
            ("GET", ["", "files", ""]) => files.extend(raw_texts(body, "results")),
            _ => {}
        }
    }
    assert!(!files.is_empty(), "no recorded files in {}", file().display());

    // Every file ever recorded, as if they were one group's.
    let id = format!("cafe0000-0000-4000-8000-000000000000~{}", files.len());
    let body = format!(r#"{{"id":"{id}","files_count":{},"files":[{}]}}"#, files.len(), files.join(","));
    let fault = json!({"fault": "body", "body": body});
    add(&format!("info {id}"), fault, &group(&body));
    folder
}

/// The fault that makes the emulator answer so.
fn answer(exchange: &Value) -> Value {
    let mut headers = exchange["headers"].as_object().unwrap().clone();
    headers.remove("date");
    let content_type = headers.remove("content-type").unwrap_or(json!("application/json"));
    json!({
        "fault": "status", "status": exchange["status"], "body": exchange["body"],
        "content_type": content_type, "headers": headers,
    })
}

fn page(body: &str) -> String {
    let page: Value = serde_json::from_str(body).unwrap();
    let groups = page["results"].as_array().unwrap();
    let mut told = format!("page {} {} {}\n", groups.len(), page["total"], page["per_page"]);
    for listed in groups {
        told += &tell_group(listed, None);
    }
    told
}

fn group(body: &str) -> String {
    let group: Value = serde_json::from_str(body).unwrap();
    let mut told = tell_group(&group, Some(body));
    for (file, json) in group["files"].as_array().unwrap().iter().zip(raw_texts(body, "files")) {
        told += &if file.is_null() { "file removed\n".to_owned() } else { tell_file(file, &json) };
    }
    told
}

fn tell_group(group: &Value, json: Option<&str>) -> String {
    format!(
        "group {} {} files_count={} cdn_url={} url={} files={} json={}\n",
        text(&group["id"]),
        time(&group["datetime_created"]),
        group["files_count"],
        text(&group["cdn_url"]),
        text(&group["url"]),
        group["files"].as_array().map_or(0, Vec::len),
        json.unwrap_or("NULL"),
    )
}

fn tell_file(file: &Value, json: &str) -> String {
    let mut told = String::new();
    for (name, value) in
        ["uuid", "original_filename", "original_file_url", "url", "mime_type", "default_effects"]
            .map(|name| (name, text(&file[name])))
    {
        writeln!(told, "file {name}={value}").unwrap();
    }
    let is_image = file["is_image"].as_bool().map_or(-1, i32::from);
    let is_ready = i32::from(file["is_ready"].as_bool().unwrap());
    writeln!(told, "file size={} is_image={is_image} is_ready={is_ready}", file["size"]).unwrap();
    for name in ["datetime_uploaded", "datetime_stored", "datetime_removed"] {
        writeln!(told, "file {name} {}", time(&file[name])).unwrap();
    }
    // Version 0.6 and the Upload API have no content_info around what was found in the content.
    let found = |new: &str, old: &str| {
        [&file["content_info"][new], &file[old]].into_iter().find(|info| info.is_object())
    };
    told += &found("image", "image_info").map_or(String::new(), tell_image);
    told += &found("video", "video_info").map_or(String::new(), tell_video);
    for name in ["metadata", "variations"] {
        for (key, value) in file[name].as_object().into_iter().flatten() {
            writeln!(told, "file {name} \"{key}\"={}", text(value)).unwrap();
        }
    }
    for tag in file["tags"].as_array().into_iter().flatten() {
        writeln!(told, "file tag {}", text(tag)).unwrap();
    }
    let appdata = match file["appdata"].is_object() {
        true => raw_object(json, "appdata"),
        false => "NULL".to_owned(),
    };
    writeln!(told, "file appdata={appdata}\nfile json={json}").unwrap();
    told
}

fn tell_image(image: &Value) -> String {
    let float = |value: &Value| value.as_f64().unwrap_or(0.0);
    let place = &image["geo_location"];
    format!(
        "image {} {} {}x{} orientation={} sequence={} dpi={:.6},{:.6} place={} {:.6},{:.6} original={}\n",
        text(&image["format"]),
        text(&image["color_mode"]),
        image["width"],
        image["height"],
        image["orientation"].as_i64().unwrap_or(-1),
        i32::from(image["sequence"].as_bool().unwrap_or(false)),
        float(&image["dpi"][0]),
        float(&image["dpi"][1]),
        i32::from(place.is_object()),
        float(&place["latitude"]),
        float(&place["longitude"]),
        text(&image["datetime_original"]),
    )
}

fn tell_video(video: &Value) -> String {
    let number = |value: &Value| value.as_i64().unwrap_or(-1);
    let mut told = format!(
        "video {} duration_ms={} bitrate={}\n",
        text(&video["format"]),
        number(&video["duration"]),
        number(&video["bitrate"])
    );
    for track in video["audio"].as_array().into_iter().flatten() {
        writeln!(
            told,
            "audio {} {} {} {}",
            text(&track["codec"]),
            number(&track["bitrate"]),
            number(&track["sample_rate"]),
            number(&track["channels"])
        )
        .unwrap();
    }
    for track in video["video"].as_array().into_iter().flatten() {
        writeln!(
            told,
            "video track {} {} {}x{} {:.6}",
            text(&track["codec"]),
            number(&track["bitrate"]),
            number(&track["width"]),
            number(&track["height"]),
            track["frame_rate"].as_f64().unwrap_or(0.0)
        )
        .unwrap();
    }
    told
}

fn text(value: &Value) -> String {
    value.as_str().map_or("NULL".to_owned(), |text| format!("\"{text}\""))
}

/// A time's text, and what it is in microseconds.
fn time(value: &Value) -> String {
    let microseconds = value
        .as_str()
        .map_or(i64::MIN, |text| DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros());
    format!("{} {microseconds}", text(value))
}

/// The entries of an array in an object, as they stand in the text.
fn raw_texts(object: &str, name: &str) -> Vec<String> {
    let array = raw_object(object, name);
    let entries: Vec<&RawValue> = serde_json::from_str(&array).unwrap();
    entries.into_iter().map(|entry| entry.get().to_owned()).collect()
}

fn raw_object(object: &str, name: &str) -> String {
    let members: std::collections::BTreeMap<&str, &RawValue> = serde_json::from_str(object).unwrap();
    members[name].get().to_owned()
}
