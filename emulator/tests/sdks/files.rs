//! What an SDK saw of files and did to them, held against what there was before and is now.

use std::cmp::Reverse;

use serde_json::{Value, json};
use uploadcare_emulator::Emulator;

use crate::client::{all_files, emulator, get};

pub fn check(emulator: &Emulator, told: &Value) {
    check_listings(told);
    check_infos(told);
    check_storage(emulator, told);
    check_copies(emulator, told);
    check_notes(emulator, told);
    check_search(emulator, told);
    if let Some(project) = told.get("project") {
        assert_eq!(*project, json!({"name": "demo", "pub_key": "demopublickey"}));
    }
}

/// The files before any of them was changed.
fn untouched() -> Vec<Value> {
    all_files(&emulator(250))
}

fn uuids<'a>(files: impl IntoIterator<Item = &'a Value>, is_so: impl Fn(&Value) -> bool) -> Vec<Value> {
    files.into_iter().filter(|file| is_so(file)).map(|file| file["uuid"].clone()).collect()
}

fn is_stored(file: &Value) -> bool {
    !file["datetime_stored"].is_null()
}

fn is_removed(file: &Value) -> bool {
    !file["datetime_removed"].is_null()
}

fn check_listings(told: &Value) {
    let files = untouched();
    let is_late = |file: &Value| file["datetime_uploaded"].as_str().unwrap() > "2020-01-05T00:00:00.000000Z";
    let existing = uuids(&files, |file| !is_removed(file));
    let turned: Vec<_> = existing.iter().rev().cloned().collect();
    let (stored, removed) = (uuids(&files, is_stored), uuids(&files, is_removed));
    assert_eq!(told["count"], existing.len());
    if let Some(totals) = told.get("totals") {
        let unstored = existing.len() - stored.len();
        let right = json!({"removed": removed.len(), "stored": stored.len(), "unstored": unstored});
        assert_eq!(*totals, right);
    }
    for (name, right) in [
        ("files", existing),
        ("newest_first", turned),
        ("stored", stored),
        ("temporary", uuids(&files, |file| !is_stored(file) && !is_removed(file))),
        ("removed", removed),
        ("from", uuids(&files, |file| !is_removed(file) && is_late(file))),
    ] {
        assert!(right.len() > 100, "nothing to page in {name}");
        assert!(told[name] == json!(right), "{name}");
    }
}

fn check_infos(told: &Value) {
    let emulator = emulator(250);
    let infos = told["infos"].as_array().unwrap();
    assert_eq!(infos.len(), 12);
    for info in infos {
        let uuid = info["uuid"].as_str().unwrap();
        let right = get(&emulator, &format!("/files/{uuid}/?include=appdata")).json();
        for field in ["original_filename", "size", "mime_type", "is_image", "metadata", "tags"] {
            assert_eq!(info[field], right[field], "{field} of {uuid}");
        }
        assert_eq!(info["infected"], right["appdata"]["uc_clamav_virus_scan"]["data"]["infected"]);
    }
}

/// Just what was asked for was stored and removed.
fn check_storage(emulator: &Emulator, told: &Value) {
    let problems =
        json!({"00000000-0000-4000-8000-000000000000": "Missing in the project", "4j334o01-8bs3": "Invalid"});
    let copy = &told["copies"]["local"];
    let now = all_files(emulator);
    let was = untouched();
    for (done, field, is_so) in [
        ("stored", "datetime_stored", is_stored as fn(&Value) -> bool),
        ("removed", "datetime_removed", is_removed),
    ] {
        let before = uuids(&was, is_so);
        let mut new =
            uuids(&now, |file| is_so(file) && !before.contains(&file["uuid"]) && file["uuid"] != *copy);
        let (one, many) = (&told[format!("{done}_one")], &told[format!("{done}_many")]);
        assert_eq!(many["problems"], problems);
        let mut right = many["uuids"].as_array().unwrap().clone();
        right.push(one["uuid"].clone());
        let file = now.iter().find(|file| file["uuid"] == one["uuid"]).unwrap();
        assert_eq!(seconds(&one[field]), seconds(&file[field]), "{done}");
        for list in [&mut new, &mut right] {
            list.sort_by_key(|uuid| uuid.as_str().unwrap().to_owned());
        }
        assert_eq!(new, right, "{done}");
    }
    assert_eq!(told["stored_many"]["uuids"].as_array().unwrap().len(), 3);
    assert_eq!(told["removed_many"]["uuids"].as_array().unwrap().len(), 4);
}

/// The part of a date and time that each language writes alike.
fn seconds(time: &Value) -> &str {
    &time.as_str().unwrap()[.."2018-11-26T12:49:10".len()]
}

fn check_copies(emulator: &Emulator, told: &Value) {
    let (source, copies) = (told["source"].as_str().unwrap(), &told["copies"]);
    let copy = get(emulator, &format!("/files/{}/", copies["local"].as_str().unwrap())).json();
    let original = get(emulator, &format!("/files/{source}/")).json();
    assert_eq!(all_files(emulator).last().unwrap()["uuid"], copy["uuid"]);
    assert!(is_stored(&copy));
    for field in ["original_filename", "size", "mime_type", "content_info"] {
        assert_eq!(copy[field], original[field], "{field}");
    }
    let name = original["original_filename"].as_str().unwrap();
    let object = format!("s3://backup/{source}/{name}");
    assert_eq!(copies["remote"], json!([object, object]));
    assert_eq!(copies["pattern"], format!("s3://backup/{name}"));
}

fn check_notes(emulator: &Emulator, told: &Value) {
    let file = get(emulator, &format!("/files/{}/", told["source"].as_str().unwrap())).json();
    let metadata = &told["metadata"];
    assert_eq!(metadata["all"], file["metadata"]);
    for (name, value) in [("set", "größer"), ("changed", "kleiner"), ("other", "gone"), ("value", "kleiner")]
    {
        assert_eq!(metadata[name], value, "{name}");
    }
    assert_eq!((&file["metadata"]["a:b"], file["metadata"].get("other")), (&json!("kleiner"), None));
    let tags = &told["tags"];
    assert_eq!((&tags["all"], &file["tags"]), (&json!(["cat", "bird"]), &json!(["cat", "bird"])));
    assert_eq!(
        (&tags["replaced"]["tags"], &tags["replaced"]["added"]),
        (&json!(["dog", "cat"]), &json!(["cat", "dog"]))
    );
    assert_eq!(tags["updated"], json!({"tags": ["cat", "bird"], "added": ["bird"], "deleted": ["dog"]}));
}

fn check_search(emulator: &Emulator, told: &Value) {
    let mut files = all_files(emulator);
    files.retain(|file| !is_removed(file));
    let dances = files.iter().filter(|file| file["original_filename"] == "dance.gif").count();
    let large = |file: &Value| file["size"].as_u64().unwrap();
    files.retain(|file| large(file) >= 1_000_000);
    files.sort_by_key(|file| Reverse(large(file)));
    let search = &told["search"];
    assert!(files.len() > 100, "nothing to page");
    assert!(search["large"] == json!(uuids(&files, |_| true)), "large");
    assert_eq!(search["highlight"], json!(["<em>dance</em>.gif"]));
    assert_eq!(search["total"], dances);
    assert_eq!(search["exact"], json!([told["source"]]));
    let refusal = told["refused"].as_str().unwrap();
    assert!(refusal.contains("The lower bound can not be greater than the upper one."), "{refusal}");
    assert!(refusal.contains("size"), "{refusal}");
}
