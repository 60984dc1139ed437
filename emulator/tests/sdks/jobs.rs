//! What the SDKs saw of conversions, add-ons and webhooks, held against what there is.

use serde_json::{Value, json};
use uploadcare_emulator::Emulator;

use crate::client::{file_info, get};

pub fn check(emulator: &Emulator, told: &Value) {
    check_document(emulator, &told["document"]);
    check_video(emulator, &told["video"]);
    check_unfinished(emulator, &told["at_once"]);
    assert!(text(&told["problem"]).contains("The file is not a video."), "{}", told["problem"]);
    check_addons(emulator, text(&told["photo"]), &told["addons"]);
    check_webhooks(emulator, &told["webhooks"]);
}

fn check_document(emulator: &Emulator, told: &Value) {
    let made = check_conversion(emulator, told);
    assert_eq!((&made["mime_type"], &made["datetime_stored"].is_null()), (&json!("application/zip"), &false));
    let info = get(emulator, &format!("/convert/document/{}/", text(&told["source"]))).json();
    assert_eq!(told["format"], info["format"]["name"]);
    let formats = info["format"]["conversion_formats"].as_array().unwrap();
    assert_eq!(told["formats"], formats.iter().map(|format| format["name"].clone()).collect::<Value>());
    assert_eq!(info["format"]["converted_groups"], json!({ "jpg": told["group"] }));
    check_group(emulator, told, 3);
}

fn check_video(emulator: &Emulator, told: &Value) {
    let made = check_conversion(emulator, told);
    assert_eq!((&made["mime_type"], &made["datetime_stored"]), (&json!("video/webm"), &Value::Null));
    check_group(emulator, told, 2);
}

/// Gives the file that was made.
fn check_conversion(emulator: &Emulator, told: &Value) -> Value {
    assert_eq!(told["states"], json!(["pending", "processing", "finished"]));
    let source = text(&told["source"]);
    let variation = text(&told["path"]).strip_prefix(&format!("{source}/")).unwrap();
    assert_eq!(file_info(emulator, source)["variations"][variation], told["made"]);
    file_info(emulator, text(&told["made"]))
}

fn check_group(emulator: &Emulator, told: &Value, count: usize) {
    let group = get(emulator, &format!("/groups/{}/", text(&told["group"]))).json();
    let files = group["files"].as_array().unwrap();
    assert_eq!(files.len(), count);
    assert!(files.iter().all(|file| file["mime_type"] == "image/jpeg"));
}

fn check_unfinished(emulator: &Emulator, told: &Value) {
    for made in ["page", "clip"] {
        assert_eq!(file_info(emulator, text(&told[made]))["is_ready"], false, "{made}");
    }
    let thumbnails = format!("/groups/{}/", text(&told["thumbnails"]));
    assert_eq!(get(emulator, &thumbnails).json()["files_count"], 1);
}

fn check_addons(emulator: &Emulator, photo: &str, told: &Value) {
    let appdata = &file_info(emulator, photo)["appdata"];
    let names = |labels: &Value| {
        labels.as_array().unwrap().iter().map(|label| label["Name"].clone()).collect::<Value>()
    };
    for (addon, found) in told.as_object().unwrap() {
        assert_eq!(found["states"], json!(["in_progress", "in_progress", "done"]), "{addon}");
        let data = &appdata[addon]["data"];
        let right = match addon.as_str() {
            "aws_rekognition_detect_labels" => names(&data["Labels"]),
            "aws_rekognition_detect_moderation_labels" => names(&data["ModerationLabels"]),
            "uc_clamav_virus_scan" => data["infected"].clone(),
            _ => data["foreground_type"].clone(),
        };
        assert!(!right.is_null(), "{addon}");
        assert_eq!(found["found"], right, "{addon}");
    }
    assert_eq!(told.as_object().unwrap().len(), 4);
    let made = file_info(emulator, text(&told["remove_bg"]["result"]["file_id"]));
    assert_eq!(
        (&made["mime_type"], &made["original_filename"]),
        (&json!("image/png"), &json!("IMG_8919.png"))
    );
}

fn check_webhooks(emulator: &Emulator, told: &Value) {
    let hook = |id: u64, event: &str, path: &str, is_active: bool, secret: Value| {
        json!({
            "id": id, "project": 1, "event": event, "target_url": format!("https://example.com/{path}"),
            "is_active": is_active, "signing_secret": secret,
        })
    };
    let first = hook(1, "file.stored", "hook", true, json!("12345X"));
    let other = hook(2, "file.uploaded", "hook", false, Value::Null);
    assert_eq!(told["created"], json!([first, other]));
    assert_eq!(told["listed"], told["created"]);
    assert!(text(&told["refused"]).contains("This project is already subscribed on this event"));
    assert_eq!(told["updated"], hook(1, "file.info_updated", "new", true, json!("12345X")));
    let left = get(emulator, "/webhooks/").json();
    assert_eq!(left.as_array().unwrap().len(), 1);
    for (field, value) in told["updated"].as_object().unwrap() {
        assert_eq!(left[0][field], *value, "{field}");
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}
