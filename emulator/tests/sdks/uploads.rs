//! What the SDKs uploaded, held against what came. The project wants all of it signed.

use serde_json::{Value, json};
use uploadcare_emulator::Emulator;

use crate::client::uploads::told as upload;
use crate::client::{file_info, get};

pub fn check(emulator: &Emulator, told: &Value) {
    for way in ["direct", "multipart"] {
        check_content(emulator, &told[way]);
        check_details(emulator, text(&told[way]["uuid"]));
    }
    assert_eq!(upload(emulator, text(&told["multipart"]["uuid"]))["parts"], json!([1, 2, 3]));
    if !told["direct"]["progress"].is_null() {
        assert_eq!(told["multipart"]["progress"], json!([5_242_880, 10_485_760, 11_000_001]));
    }
    for file in told["together"].as_array().unwrap() {
        check_content(emulator, file);
        assert_eq!(file_info(emulator, text(&file["uuid"]))["datetime_stored"], Value::Null);
    }
    check_from_url(emulator, told);
    check_group(emulator, told);
    if !told["refused"].is_null() {
        assert_eq!(
            told["refused"],
            json!({"code": "SignatureInvalidError", "message": "Invalid signature."})
        );
        assert_eq!(told["info"], told["direct"]["name"]);
    }
}

fn check_content(emulator: &Emulator, sent: &Value) {
    let upload = upload(emulator, text(&sent["uuid"]));
    let (size, sha256) = (&sent["size"], &sent["sha256"]);
    assert_eq!((&upload["filename"], &upload["size"], &upload["sha256"]), (&sent["name"], size, sha256));
    // Nothing was sent twice, and part URLs were told no secrets.
    assert_eq!((&upload["bytes_received"], &upload["leaks"]), (size, &json!(0)));
}

fn check_details(emulator: &Emulator, uuid: &str) {
    let file = file_info(emulator, uuid);
    assert_eq!(file["metadata"], json!({"pet": "cat", "a:b": "größer"}), "{uuid}");
    assert_eq!(file["tags"], json!(["cat", "dog"]), "{uuid}");
    assert!(file["datetime_stored"].is_string(), "{uuid}");
}

fn check_from_url(emulator: &Emulator, told: &Value) {
    let upload = upload(emulator, text(&told["from_url"]));
    assert_eq!((&upload["filename"], &upload["sha256"]), (&json!("got.bin"), &told["multipart"]["sha256"]));
    check_details(emulator, text(&told["from_url"]));
    assert_eq!(told["duplicate"], told["from_url"]);
}

fn check_group(emulator: &Emulator, told: &Value) {
    let group = get(emulator, &format!("/groups/{}/", text(&told["group"]["id"]))).json();
    let files = group["files"].as_array().unwrap();
    let seen: Vec<_> = files.iter().map(|file| (&file["uuid"], text(&file["default_effects"]))).collect();
    assert_eq!(seen, [(&told["from_url"], ""), (&told["direct"]["uuid"], "crop/10x10/")]);
    assert_eq!(told["group"]["count"], 2);
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}
