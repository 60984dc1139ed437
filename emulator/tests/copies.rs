//! Copies of files, to the project and to its storages.

mod client;

use client::*;
use serde_json::{Value, json};
use uploadcare_emulator::Emulator;

const LOCAL: &str = "/files/local_copy/";
const REMOTE: &str = "/files/remote_copy/";

fn copy(emulator: &Emulator, body: Value) -> Reply {
    send(emulator, "POST", LOCAL, body)
}

fn info(emulator: &Emulator, uuid: &Value) -> Value {
    get(emulator, &format!("/files/{}/", uuid.as_str().unwrap())).json()
}

#[test]
fn a_copy_is_a_new_file_of_which_at_first_little_is_told() {
    let emulator = emulator(12);
    let source = named(&emulator, "IMG_8919.jpeg");
    let reply = copy(&emulator, json!({"source": source, "metadata": {"pet": "cat"}}));
    assert_eq!(reply.status, 201);
    let (answer, original) = (reply.json(), info(&emulator, &json!(source)));
    let told = &answer["result"];
    assert_eq!(answer["type"], "file");
    assert_eq!(reply.header("Location").unwrap(), told["url"]);
    assert_ne!(told["uuid"], json!(source));
    for (field, value) in [
        ("size", json!(0)),
        ("mime_type", json!("application/octet-stream")),
        ("is_image", json!(null)),
        ("content_info", json!(null)),
        ("datetime_stored", json!(null)),
        ("original_filename", json!("IMG_8919.jpeg")),
    ] {
        assert_eq!(told[field], value, "{field}");
    }
    let copied = info(&emulator, &told["uuid"]);
    for field in ["size", "mime_type", "is_image", "content_info", "original_filename"] {
        assert_eq!(copied[field], original[field], "{field}");
    }
    assert_eq!(copied["metadata"], json!({"pet": "cat"}));
    let last = get(&emulator, "/files/?limit=1&ordering=-datetime_uploaded").json();
    assert_eq!(last["results"][0], copied);
}

#[test]
fn a_source_is_a_uuid_or_a_cdn_url() {
    let emulator = emulator(12);
    let source = named(&emulator, "IMG_8919.jpeg");
    for source in [
        source.clone(),
        format!("{source}/-/grayscale/-/flip/"),
        format!("https://ucarecdn.com/{source}/"),
        format!("https://abc.ucarecd.net/{source}/-/resize/200x/IMG_8919.jpeg"),
    ] {
        assert_eq!(copy(&emulator, json!({"source": source})).status, 201, "{source}");
    }
}

#[test]
fn a_copy_is_stored_when_it_is_asked_for() {
    let emulator = emulator(12);
    let source = named(&emulator, "IMG_8919.jpeg");
    for (store, is_stored) in
        [(json!("true"), true), (json!(true), true), (json!("false"), false), (json!(false), false)]
    {
        let told = copy(&emulator, json!({"source": source, "store": store})).json()["result"].clone();
        assert_eq!(told["datetime_stored"].is_string(), is_stored, "{store}");
        assert_eq!(info(&emulator, &told["uuid"])["datetime_stored"], told["datetime_stored"]);
    }
}

#[test]
fn what_cannot_be_copied_is_refused_in_the_services_words() {
    let emulator = emulator(12);
    let good = named(&emulator, "IMG_8919.jpeg");
    let large = named(&emulator, "backup.tar");
    let not_ready = named(&emulator, "");
    let before = all_files(&emulator);
    for target in [LOCAL, REMOTE] {
        let refuses = |source: Value, detail: &str| {
            let body = json!({"source": source, "target": "backup"});
            refused(&emulator, "POST", target, &body, json!({ "detail": detail }));
        };
        refuses(json!(null), "`source` parameter is required.");
        refuses(json!(""), "`source` parameter is required.");
        refuses(json!("4j334o01-8bs3"), "Bad `source` parameter. Use UUID or CDN URL.");
        refuses(json!(7), "Bad `source` parameter. Use UUID or CDN URL.");
        refuses(json!(not_ready), "File is not ready yet.");
        refuses(json!(large), "Copying of large files is not supported at the moment.");
        for source in [named(&emulator, "gone.txt").as_str(), "00000000-0000-4000-8000-000000000000"] {
            let body = json!({"source": source, "target": "backup"}).to_string();
            assert_eq!(send(&emulator, "POST", target, &body).status, 404, "{source}");
        }
        assert_eq!(send(&emulator, "POST", target, "[]").status, 400);
        control(&emulator, "POST", "project", r#"{"copies":false}"#);
        refuses(json!(good), "Not allowed on your current plan.");
        control(&emulator, "POST", "project", r#"{"copies":true}"#);
    }
    let detail = json!({"detail": "`store` parameter should be `true` or `false`."});
    for store in [json!("yes"), json!(1), json!([])] {
        refused(&emulator, "POST", LOCAL, json!({"source": good, "store": store}), detail.clone());
    }
    let bad_key = json!({"metadata": {"key": ["Use Latin letters, digits, `_`, `-`, `.` and `:` only."]}});
    refused(&emulator, "POST", LOCAL, json!({"source": good, "metadata": {"a b": "c"}}), bad_key);
    assert_eq!(all_files(&emulator), before);
}

#[test]
fn a_remote_copy_is_an_object_whose_name_follows_the_pattern() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "IMG_8919.jpeg");
    let named = |source: &str, pattern: Option<&str>| {
        let mut body = json!({"source": source, "target": "backup", "make_public": true});
        if let Some(pattern) = pattern {
            body["pattern"] = json!(pattern);
        }
        let answer = send(&emulator, "POST", REMOTE, body).json();
        assert_eq!(answer["type"], "url", "{answer}");
        answer["result"].as_str().unwrap().strip_prefix("s3://backup/").unwrap().to_owned()
    };
    let changed = format!("https://ucarecdn.com/{uuid}/-/resize/200x/-/flip/");
    assert_eq!(named(&uuid, None), format!("{uuid}/IMG_8919.jpeg"));
    assert_eq!(named(&uuid, Some("${default}")), format!("{uuid}/IMG_8919.jpeg"));
    assert_eq!(named(&uuid, Some("a/${filename}-1${ext}")), "a/IMG_8919-1.jpeg");
    assert_eq!(named(&uuid, Some("${uuid}")), uuid);
    assert_eq!(named(&uuid, Some("plain")), "plain");
    assert_eq!(named(&changed, Some("${auto_filename}")), "IMG_8919-resize_200x-flip.jpeg");
    assert_eq!(named(&changed, Some("${effects}")), "-resize_200x-flip");
}

#[test]
fn an_object_that_is_there_already_is_200() {
    let emulator = emulator(12);
    let body = json!({"source": named(&emulator, "IMG_8919.jpeg"), "target": "backup"}).to_string();
    let first = send(&emulator, "POST", REMOTE, &body);
    let second = send(&emulator, "POST", REMOTE, &body);
    assert_eq!((first.status, second.status), (201, 200));
    assert_eq!(first.json(), second.json());
}

#[test]
fn storages_and_patterns_are_checked() {
    let emulator = emulator(12);
    let source = named(&emulator, "IMG_8919.jpeg");
    let refuses = |field: &str, value: Value, detail: &str| {
        let mut body = json!({"source": source, "target": "backup"});
        body[field] = value;
        refused(&emulator, "POST", REMOTE, &body, json!({ "detail": detail }));
    };
    refuses("target", json!("nowhere"), "Project has no storage with provided name.");
    refuses("target", json!(null), "Project has no storage with provided name.");
    refuses("pattern", json!("${size}"), "Invalid pattern provided: `${size}`");
    refuses("pattern", json!("a/${uuid"), "Invalid pattern provided: `a/${uuid`");
    refuses("pattern", json!("${uuid}?"), "Invalid pattern provided: Invalid character in a pattern.");
    refuses("pattern", json!("a\n${uuid}"), "Invalid pattern provided: Invalid character in a pattern.");
    let field = json!({"make_public": ["Must be a valid boolean."]});
    let body = json!({"source": source, "target": "backup", "make_public": "perhaps"});
    refused(&emulator, "POST", REMOTE, &body, field);
    control(&emulator, "POST", "project", r#"{"storages":["here","there"]}"#);
    refuses("target", json!("backup"), "Project has no storage with provided name.");
    let body = json!({"source": source, "target": "there"}).to_string();
    assert_eq!(send(&emulator, "POST", REMOTE, &body).status, 201);
}
