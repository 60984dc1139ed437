//! What users note on their files.

mod client;

use client::*;
use serde_json::{Value, json};
use uploadcare_emulator::Emulator;

fn metadata(emulator: &Emulator, uuid: &str) -> Value {
    get(emulator, &format!("/files/{uuid}/metadata/")).json()
}

fn tags(emulator: &Emulator, uuid: &str) -> Value {
    get(emulator, &format!("/files/{uuid}/tags/")).json()["tags"].clone()
}

#[test]
fn metadata_is_set_read_and_deleted_as_bare_strings() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "IMG_8919.jpeg");
    let target = format!("/files/{uuid}/metadata/-:45az_./");
    assert_eq!(metadata(&emulator, &uuid), json!({}));
    for (value, status) in [("\"uploader\"", 201), ("\"größer 日本\"", 200)] {
        let reply = send(&emulator, "PUT", &target, value);
        assert_eq!((reply.status, reply.text()), (status, value));
        assert_eq!(get(&emulator, &target).text(), value);
    }
    assert_eq!(metadata(&emulator, &uuid), json!({"-:45az_.": "größer 日本"}));
    assert_eq!(
        get(&emulator, &format!("/files/{uuid}/")).json()["metadata"],
        json!({"-:45az_.": "größer 日本"})
    );
    assert_eq!(get(&emulator, &target.replace(':', "%3A")).status, 200);
    let reply = send(&emulator, "DELETE", &target, "");
    assert_eq!((reply.status, reply.body.len()), (204, 0));
    for method in ["GET", "DELETE"] {
        let reply = send(&emulator, method, &target, "");
        assert_eq!((reply.status, reply.text()), (404, r#"{"detail":"Not found."}"#));
    }
    assert_eq!(metadata(&emulator, &uuid), json!({}));
}

#[test]
fn a_file_whose_metadata_is_null_can_have_some() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "backup.tar");
    assert_eq!(metadata(&emulator, &uuid), json!({}));
    assert_eq!(send(&emulator, "PUT", &format!("/files/{uuid}/metadata/a/"), "\"b\"").status, 201);
    assert_eq!(metadata(&emulator, &uuid), json!({"a": "b"}));
}

#[test]
fn keys_and_values_have_their_limits() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "IMG_8919.jpeg");
    let put =
        |key: &str, value: &Value| send(&emulator, "PUT", &format!("/files/{uuid}/metadata/{key}/"), value);
    let (key, value) = ("k".repeat(64), json!("ü".repeat(512)));
    assert_eq!(put(&key, &value).status, 201);
    for (key, value, field) in [
        (format!("{key}k"), json!("v"), "key"),
        ("a%20b".to_owned(), json!("v"), "key"),
        ("%C3%BC".to_owned(), json!("v"), "key"),
        ("key".to_owned(), json!("v".repeat(513)), "key"),
        ("name".to_owned(), json!(""), "name"),
        ("name".to_owned(), json!(7), "name"),
        ("name".to_owned(), json!({"value": "v"}), "name"),
    ] {
        let reply = put(&key, &value);
        assert_eq!(reply.status, 400, "{key} {value}");
        assert!(reply.json()[field][0].is_string(), "{}", reply.text());
    }
    assert_eq!(send(&emulator, "PUT", &format!("/files/{uuid}/metadata/key/"), "bare").status, 400);
    for number in 1..50 {
        assert_eq!(put(&number.to_string(), &json!("v")).status, 201);
    }
    let reply = put("one-too-many", &json!("v"));
    assert_eq!(
        (reply.status, reply.json()),
        (400, json!({"metadata": ["Ensure this field has no more than 50 keys."]}))
    );
    assert_eq!(put("49", &json!("changed")).status, 200);
    assert_eq!(metadata(&emulator, &uuid).as_object().unwrap().len(), 50);
}

#[test]
fn tags_are_replaced_by_what_is_left_of_the_new_ones() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "IMG_8919.jpeg");
    let target = format!("/files/{uuid}/tags/");
    let put = |list: Value| send(&emulator, "PUT", &target, json!({ "tags": list })).json();
    assert_eq!(tags(&emulator, &uuid), json!([]));
    assert_eq!(
        put(json!(["  Cat ", "dog_1", "", "CAT", "a.b-c"])),
        json!({"tags": ["cat", "dog_1", "a.b-c"], "added": ["a.b-c", "cat", "dog_1"], "deleted": []})
    );
    assert_eq!(
        put(json!(["bird", "a.b-c"])),
        json!({"tags": ["bird", "a.b-c"], "added": ["bird"], "deleted": ["cat", "dog_1"]})
    );
    assert_eq!(tags(&emulator, &uuid), json!(["bird", "a.b-c"]));
    assert_eq!(get(&emulator, &format!("/files/{uuid}/")).json()["tags"], json!(["bird", "a.b-c"]));
    assert_eq!(put(json!([])), json!({"tags": [], "added": [], "deleted": ["a.b-c", "bird"]}));
}

#[test]
fn an_update_of_tags_deletes_first_and_adds_then() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "Ананас \"spécial\" \\ 🍍 'it'.jpg");
    let patch = |body: Value| {
        let reply = send(&emulator, "PATCH", &format!("/files/{uuid}/tags/"), body);
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    };
    let seeded = json!(["fruit", "yellow-1", "summer_2026"]);
    assert_eq!(patch(json!({})), json!({"tags": seeded, "added": [], "deleted": []}));
    assert_eq!(
        patch(json!({"add": ["Fresh", "fruit"], "delete": [" YELLOW-1 ", "absent"]})),
        json!({"tags": ["fruit", "summer_2026", "fresh"], "added": ["fresh"], "deleted": ["yellow-1"]})
    );
    assert_eq!(
        patch(json!({"add": ["fruit"], "delete": ["fruit"]})),
        json!({"tags": ["summer_2026", "fresh", "fruit"], "added": [], "deleted": []})
    );
}

#[test]
fn tags_have_their_limits() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "IMG_8919.jpeg");
    let target = format!("/files/{uuid}/tags/");
    let many = |count: usize| (0..count).map(|number| format!("t{number}")).collect::<Vec<_>>();
    let letters = "Use Latin letters, digits, `-`, `_` and `.` only.";
    let too_long = "Ensure this field has no more than 100 characters.";
    let too_many = json!({"tags": ["Ensure this field has no more than 50 elements."]});
    for (body, refusal) in [
        (json!({}), json!({"tags": ["This field is required."]})),
        (json!({"tags": "cat"}), json!({"tags": ["Expected a list of items."]})),
        (json!({"tags": [1]}), json!({"tags": ["Not a valid string."]})),
        (json!({"tags": ["cat", "two words"]}), json!({"tags": {"1": [letters]}})),
        (json!({"tags": ["größe"]}), json!({"tags": {"0": [letters]}})),
        (json!({"tags": ["t".repeat(101)]}), json!({"tags": {"0": [too_long]}})),
        (json!({"tags": many(51)}), too_many.clone()),
    ] {
        refused(&emulator, "PUT", &target, &body, refusal);
    }
    let refusal = json!({"non_field_errors": ["Invalid data. Expected a dictionary."]});
    refused(&emulator, "PUT", &target, json!([]), refusal);
    let mut full = many(49);
    full.push("t".repeat(100));
    assert_eq!(send(&emulator, "PUT", &target, json!({ "tags": full })).status, 200);
    refused(&emulator, "PATCH", &target, json!({"add": ["one-more"]}), too_many);
    refused(&emulator, "PATCH", &target, json!({"add": ["ä"]}), json!({"add": {"0": [letters]}}));
    let body = json!({"add": ["one-more"], "delete": ["t0"]}).to_string();
    assert_eq!(send(&emulator, "PATCH", &target, &body).status, 200);
    assert_eq!(tags(&emulator, &uuid).as_array().unwrap().len(), 50);
}

#[test]
fn a_file_that_is_not_there_has_neither() {
    let emulator = emulator(12);
    for uuid in [named(&emulator, "gone.txt").as_str(), "00000000-0000-4000-8000-000000000000", "nothing"] {
        for (method, path, body) in [
            ("GET", "metadata/", ""),
            ("GET", "metadata/a/", ""),
            ("PUT", "metadata/a/", "\"b\""),
            ("DELETE", "metadata/a/", ""),
            ("GET", "tags/", ""),
            ("PUT", "tags/", r#"{"tags":[]}"#),
            ("PATCH", "tags/", "{}"),
        ] {
            let reply = send(&emulator, method, &format!("/files/{uuid}/{path}"), body);
            assert_eq!((reply.status, reply.text()), (404, r#"{"detail":"Not found."}"#), "{method} {path}");
        }
    }
}
