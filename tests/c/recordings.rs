//! Makes of the recorded exchanges with the REST API what `recordings.c` needs: a folder with three
//! files for each answer, `N.call` (what to call, and each argument, on a line of its own), `N.fault`
//! (what makes the emulator give this answer) and `N.expected` (what the views must hold, told in the
//! words of `recordings.c`).

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use chrono::DateTime;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::{root, workshop};

const REST: &str = "https://api.uploadcare.com";

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
    let recorded = fs::read_to_string(file()).unwrap();
    let exchanges = recorded.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_rest = exchanges.filter(|exchange| text_of(exchange, "url").starts_with(REST));
    for (number, exchange) in of_rest.enumerate() {
        let (call, expected) = understand(&exchange);
        fs::write(folder.join(format!("{number}.call")), call.join("\n")).unwrap();
        fs::write(folder.join(format!("{number}.fault")), answer(&exchange).to_string()).unwrap();
        fs::write(folder.join(format!("{number}.expected")), expected).unwrap();
    }
    folder
}

/// The function that an exchange belongs to with its arguments, and what it must make of the answer.
fn understand(exchange: &Value) -> (Vec<String>, String) {
    let (url, body) = (text_of(exchange, "url"), text_of(exchange, "body"));
    let (path, query) = url[REST.len()..].split_once('?').unwrap_or((&url[REST.len()..], ""));
    let sent: Value = serde_json::from_str(text_of(exchange, "request_body")).unwrap_or_default();
    let json: Value = serde_json::from_str(body).unwrap_or_default();
    let call = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();

    let segments: Vec<_> = path.trim_matches('/').split('/').collect();
    match (text_of(exchange, "method"), segments.as_slice()) {
        ("GET", ["groups"]) => (call(&["groups_list"]), tell_groups(&json)),
        ("GET", ["groups", id]) => (call(&["group_info", id]), tell_whole_group(&json, body)),
        ("DELETE", ["groups", id]) => (call(&["group_delete", id]), String::new()),

        ("GET", ["files"]) => (call(&["files_list"]), tell_files(&json, body)),
        ("GET", ["files", uuid]) => (call(&["file_info", uuid]), tell_file(body)),
        ("DELETE", ["files", "storage"]) => {
            let uuids = sent.as_array().unwrap().iter().map(|uuid| uuid.as_str().unwrap());
            let uuids: Vec<_> = uuids.collect();
            (call(&[&["files_delete"], &uuids[..]].concat()), tell_batch(&json, body, &uuids))
        }
        ("DELETE", ["files", uuid, "storage"]) => (call(&["file_delete", uuid]), tell_file(body)),
        ("POST", ["files", "local_copy"]) => {
            (call(&["file_copy", text_of(&sent, "source")]), tell_file(&raw_object(body, "result")))
        }

        ("GET", ["files", uuid, "metadata"]) => {
            (call(&["metadata_list", uuid]), tell_pairs("metadata", &json))
        }
        ("GET", ["files", uuid, "metadata", key]) => {
            (call(&["metadata_get", uuid, key]), format!("value {}\n", text(&json)))
        }
        ("PUT", ["files", uuid, "metadata", key]) => {
            (call(&["metadata_set", uuid, key, sent.as_str().unwrap()]), String::new())
        }
        ("DELETE", ["files", uuid, "metadata", key]) => {
            (call(&["metadata_delete", uuid, key]), String::new())
        }

        ("GET", ["project"]) => (call(&["project_info"]), tell_project(&json, body)),
        ("GET", ["webhooks"]) => {
            let webhooks = json.as_array().unwrap().iter().zip(raw_items(body));
            (call(&["webhooks_list"]), webhooks.map(|(webhook, json)| tell_webhook(webhook, &json)).collect())
        }
        ("POST", ["webhooks"]) => {
            let words = ["webhook_create", text_of(&json, "event"), text_of(&json, "target_url")];
            (call(&words), tell_webhook(&json, body))
        }
        ("PUT", ["webhooks", id]) => (call(&["webhook_update", id]), tell_webhook(&json, body)),
        // The library deletes by address, which is answered in the same way.
        ("DELETE", ["webhooks", _]) => {
            (call(&["webhook_unsubscribe", "https://example.com/"]), String::new())
        }

        ("GET", ["convert", "document", uuid]) => {
            (call(&["document_info", uuid]), tell_document(&json, body))
        }
        ("POST", ["convert", kind]) => {
            let token = format!("{kind}:{}", json["result"][0]["token"]);
            let words = [&format!("convert_{kind}"), sent["paths"][0].as_str().unwrap()];
            (call(&words), tell_job(&token, &json["result"][0], body))
        }
        ("GET", ["convert", kind, "status", token]) => polled(&format!("{kind}:{token}"), &json, body),
        ("POST", ["addons", addon, "execute"]) => {
            let token = format!("addon:{addon}:{}", text_of(&json, "request_id"));
            (call(&["addon_run", addon, text_of(&sent, "target")]), tell_job(&token, &Value::Null, body))
        }
        ("GET", ["addons", addon, "execute", "status"]) => {
            let id = query.strip_prefix("request_id=").unwrap();
            polled(&format!("addon:{addon}:{id}"), &json, body)
        }
        (method, _) => panic!("which function does {method} {path} belong to?"),
    }
}

fn polled(token: &str, json: &Value, body: &str) -> (Vec<String>, String) {
    let status = if matches!(text_of(json, "status"), "finished" | "done") { "UC_DONE" } else { "UC_OK" };
    let told = tell_job(token, &json["result"], body);
    (vec!["job_poll".to_owned(), token.to_owned()], format!("{status}\n{told}"))
}

fn text_of<'a>(object: &'a Value, name: &str) -> &'a str {
    object[name].as_str().unwrap_or_else(|| panic!("no text `{name}` in {object}"))
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

fn tell_groups(page: &Value) -> String {
    let groups = page["results"].as_array().unwrap().iter();
    tell_size(page) + &groups.map(|group| tell_group(group, None)).collect::<String>()
}

fn tell_files(page: &Value, body: &str) -> String {
    let files = raw_texts(body, "results");
    tell_size(page) + &files.iter().map(|file| tell_file(file)).collect::<String>()
}

fn tell_size(page: &Value) -> String {
    let count = page["results"].as_array().unwrap().len();
    format!("page {count} {} {}\n", page["total"], page["per_page"])
}

fn tell_whole_group(group: &Value, body: &str) -> String {
    let files = raw_texts(body, "files");
    tell_group(group, Some(body)) + &files.iter().map(|file| tell_file(file)).collect::<String>()
}

/// In the order of the request.
fn tell_batch(batch: &Value, body: &str, uuids: &[&str]) -> String {
    let results = raw_texts(body, "result");
    let of = |uuid: &&str| results.iter().find(|file| file.contains(&format!(r#""uuid":"{uuid}""#)));
    let files: String = uuids.iter().filter_map(of).map(|file| tell_file(file)).collect();
    files + &tell_pairs("problem", &batch["problems"])
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

fn tell_file(json: &str) -> String {
    let file: &Value = &serde_json::from_str(json).unwrap();
    if file.is_null() {
        return "file removed\n".to_owned();
    }
    let mut told = String::new();
    for (name, value) in
        ["uuid", "original_filename", "original_file_url", "url", "mime_type", "default_effects"]
            .map(|name| (name, text(&file[name])))
    {
        writeln!(told, "file {name}={value}").unwrap();
    }
    let is_image = i32::from(file["is_image"].as_bool().unwrap_or(false));
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
    told += &tell_pairs("file metadata", &file["metadata"]);
    told += &tell_pairs("file variations", &file["variations"]);
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

fn tell_pairs(name: &str, pairs: &Value) -> String {
    let pairs = pairs.as_object().into_iter().flatten();
    pairs.map(|(key, value)| format!("{name} \"{key}\"={}\n", text(value))).collect()
}

fn tell_project(project: &Value, body: &str) -> String {
    let (name, pub_key) = (text(&project["name"]), text(&project["pub_key"]));
    let autostores = i32::from(project["autostore_enabled"].as_bool().unwrap_or(false));
    let collaborators: Value = project["collaborators"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|person| (text_of(person, "email").to_owned(), person["name"].clone()))
        .collect();
    let told = tell_pairs("collaborator", &collaborators);
    format!("project {name} {pub_key} autostore_enabled={autostores} json={body}\n{told}")
}

fn tell_webhook(webhook: &Value, body: &str) -> String {
    let texts: Vec<_> =
        ["target_url", "event", "version", "signing_secret"].map(|name| text(&webhook[name])).into();
    format!(
        "webhook {} {} {} is_active={} created {} updated {} json={body}\n",
        webhook["id"],
        webhook["project"],
        texts.join(" "),
        i32::from(webhook["is_active"].as_bool().unwrap()),
        time(&webhook["created"]),
        time(&webhook["updated"]),
    )
}

fn tell_document(info: &Value, body: &str) -> String {
    let format = &info["format"];
    let mut told = format!("document {} {} json={body}\n", text(&info["error"]), text(&format["name"]));
    for known in format["conversion_formats"].as_array().unwrap() {
        writeln!(told, "format {}", text(&known["name"])).unwrap();
    }
    // The service has the groups in the format, its documentation beside it.
    let groups = [&format["converted_groups"], &info["converted_groups"]];
    told + &tell_pairs("group of", groups.into_iter().find(|groups| groups.is_object()).unwrap())
}

/// `result` is what the answer says of what the job makes.
fn tell_job(token: &str, result: &Value, body: &str) -> String {
    let file = if result["uuid"].is_null() { &result["file_id"] } else { &result["uuid"] };
    let thumbnails = text(&result["thumbnails_group_uuid"]);
    format!("job \"{token}\" file={} thumbnails={thumbnails} json={body}\n", text(file))
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
    raw_items(&raw_object(object, name))
}

fn raw_items(array: &str) -> Vec<String> {
    let entries: Vec<&RawValue> = serde_json::from_str(array).unwrap();
    entries.into_iter().map(|entry| entry.get().to_owned()).collect()
}

fn raw_object(object: &str, name: &str) -> String {
    let members: std::collections::BTreeMap<&str, &RawValue> = serde_json::from_str(object).unwrap();
    members[name].get().to_owned()
}
