//! What an SDK saw of groups is what there is.

use serde_json::{Value, json};
use uploadcare_emulator::Emulator;

use crate::client::{control, get, truth};

pub fn check(emulator: &Emulator, told: &Value) {
    let log = control(emulator, "GET", "requests", "");
    let mut left = truth(emulator);
    let deleted = told["deleted"].as_str().unwrap();
    assert!(!left.iter().any(|id| id == deleted));
    left.insert(3, deleted.to_owned());
    let all = left;
    assert_eq!(told["groups"], json!(all));
    assert_eq!(told["newest_first"], all.iter().rev().cloned().collect::<Value>());
    assert_eq!(told["from"], json!(all[100..]));
    check_infos(emulator, told, &all);

    let requests = log["requests"].as_array().unwrap();
    let listings =
        requests.iter().filter(|request| request["target"].as_str().unwrap().starts_with("/groups/?"));
    assert_eq!(listings.count(), 3 + 7 + 3);
}

fn check_infos(emulator: &Emulator, told: &Value, all: &[String]) {
    for (number, info) in told["infos"].as_array().unwrap().iter().enumerate() {
        assert_eq!((&info["id"], &info["files_count"]), (&json!(all[number]), &json!(number + 1)));
        assert_eq!(info["files"].as_array().unwrap().len(), number + 1);
    }
    let files = told["files"].as_array().unwrap();
    assert_eq!(files.len(), 11); // and one that was removed
    for file in files {
        let right = get(emulator, &format!("/files/{}/", file["uuid"].as_str().unwrap())).json();
        assert_eq!((&file["name"], &file["size"]), (&right["original_filename"], &right["size"]));
    }
}
