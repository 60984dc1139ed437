//! One group, its files, and its end.

mod client;

use std::collections::BTreeSet;

use client::*;
use serde_json::{Value, json};

fn info(emulator: &uploadcare_emulator::Emulator, id: &str) -> Value {
    let reply = get(emulator, &format!("/groups/{id}/"));
    assert_eq!(reply.status, 200);
    reply.json()
}

#[test]
fn groups_are_seeded_an_hour_and_a_microsecond_apart_with_1_to_12_files() {
    let emulator = emulator(30);
    let groups = control(&emulator, "GET", "groups", "")["groups"].clone();
    for (number, group) in groups.as_array().unwrap().iter().enumerate() {
        let created =
            chrono::DateTime::parse_from_rfc3339(group["datetime_created"].as_str().unwrap()).unwrap();
        assert_eq!(created.timestamp_micros(), 1_577_836_800_000_000 + number as i64 * 3_600_000_001);
        assert_eq!(group["files_count"], 1 + number % 12);
        assert!(group["id"].as_str().unwrap().ends_with(&format!("~{}", 1 + number % 12)));
    }
    assert_eq!(groups[0]["datetime_created"], "2020-01-01T00:00:00.000000Z");
}

#[test]
fn the_same_seed_gives_the_same_groups_in_every_emulator() {
    assert_eq!(truth(&emulator(40)), truth(&emulator(40)));
    assert_eq!(truth(&emulator(40))[..20], truth(&emulator(20)));
}

#[test]
fn a_listed_group_has_its_five_fields() {
    let emulator = emulator(3);
    let id = &truth(&emulator)[1];
    let expected = json!({
        "id": id, "datetime_created": "2020-01-01T01:00:00.000001Z", "files_count": 2,
        "cdn_url": format!("https://ucarecdn.com/{id}/"), "url": format!("{}/groups/{id}/", emulator.base()),
    });
    assert_eq!(get(&emulator, "/groups/").json()["results"][1], expected);
}

#[test]
fn a_groups_info_has_as_many_files_as_it_counts_and_null_for_removed_ones() {
    let emulator = emulator(24);
    let mut removed = 0;
    for id in truth(&emulator) {
        let group = info(&emulator, &id);
        assert_eq!(group["id"], *id);
        let files = group["files"].as_array().unwrap();
        assert_eq!(files.len(), group["files_count"]);
        for file in files.iter().filter(|file| !file.is_null()) {
            assert!(file["default_effects"].is_string());
            let alone = get(&emulator, &format!("/files/{}/", file["uuid"].as_str().unwrap())).json();
            let mut in_group = file.clone();
            in_group.as_object_mut().unwrap().remove("default_effects");
            assert_eq!(in_group, alone);
        }
        removed += files.iter().filter(|file| file.is_null()).count();
    }
    assert!(removed > 0);
}

#[test]
fn every_file_has_every_field_and_among_them_are_all_kinds() {
    let emulator = emulator(12);
    let mut types = BTreeSet::new();
    for file in
        truth(&emulator).iter().flat_map(|id| info(&emulator, id)["files"].as_array().unwrap().clone())
    {
        if file.is_null() {
            continue;
        }
        for field in [
            "uuid",
            "url",
            "original_filename",
            "original_file_url",
            "size",
            "mime_type",
            "is_image",
            "is_ready",
            "datetime_uploaded",
            "datetime_stored",
            "datetime_removed",
            "variations",
            "content_info",
            "metadata",
            "tags",
        ] {
            assert!(file.get(field).is_some(), "{field} of {file}");
        }
        assert!(file.get("appdata").is_none());
        types.insert(file["mime_type"].as_str().unwrap().to_owned());
        if file["is_ready"] == false {
            assert_eq!(
                (&file["is_image"], &file["content_info"], &file["original_file_url"]),
                (&json!(null), &json!(null), &json!(null))
            );
        } else {
            assert_eq!(file["is_image"], file["content_info"].get("image").is_some());
        }
    }
    for mime in [
        "",
        "image/jpeg",
        "image/png",
        "image/gif",
        "video/mp4",
        "video/webm",
        "text/plain",
        "application/pdf",
    ] {
        assert!(types.contains(mime), "{mime} in {types:?}");
    }
}

#[test]
fn appdata_comes_when_it_is_asked_for() {
    let emulator = emulator(12);
    let group = get(&emulator, &format!("/groups/{}/", truth(&emulator)[11])).json();
    let uuids = group["files"].as_array().unwrap().iter().filter_map(|file| file["uuid"].as_str());
    for uuid in uuids {
        let file = get(&emulator, &format!("/files/{uuid}/?include=appdata")).json();
        let appdata = file.get("appdata").unwrap();
        assert_eq!(appdata.is_null(), file["is_ready"] == false);
        assert!(appdata.is_null() || appdata["uc_clamav_virus_scan"]["data"]["infected"].is_boolean());
        assert!(get(&emulator, &format!("/files/{uuid}/")).json().get("appdata").is_none());
    }
}

#[test]
fn files_per_group_holds_for_all_of_them() {
    let emulator = emulator(0);
    control(&emulator, "POST", "reset", r#"{"groups":3,"files_per_group":1000}"#);
    for id in truth(&emulator) {
        assert!(id.ends_with("~1000"));
        assert_eq!(info(&emulator, &id)["files"].as_array().unwrap().len(), 1000);
    }
}

#[test]
fn a_deleted_group_is_gone_and_its_files_stay() {
    let emulator = emulator(5);
    let ids = truth(&emulator);
    let file = info(&emulator, &ids[2])["files"][0]["uuid"].as_str().unwrap().to_owned();
    let target = format!("/groups/{}/", ids[2]);
    let reply = ask(&emulator, &Request::signed("DELETE", &target));
    assert_eq!((reply.status, reply.body.len(), reply.header("Content-Type")), (204, 0, None));
    for method in ["GET", "DELETE"] {
        let reply = ask(&emulator, &Request::signed(method, &target));
        assert_eq!((reply.status, reply.text()), (404, r#"{"detail":"Not found."}"#));
    }
    assert_eq!(truth(&emulator), [&ids[..2], &ids[3..]].concat());
    assert_eq!(get(&emulator, "/groups/").json()["total"], 4);
    assert_eq!(get(&emulator, &format!("/files/{file}/")).status, 200);
}

#[test]
fn what_is_not_there_or_is_no_id_is_404() {
    let emulator = emulator(5);
    let id = truth(&emulator)[2].clone();
    let uuid = id.split('~').next().unwrap();
    for id in [
        uuid,
        &format!("{uuid}~4"),
        &format!("{uuid}~03"),
        &format!("{uuid}~"),
        "nothing",
        "~",
        "%00",
        "é%FF",
    ] {
        for target in [format!("/groups/{id}/"), format!("/files/{id}/")] {
            let target = target.replace('é', "%C3%A9");
            assert_eq!(get(&emulator, &target).status, 404, "{target}");
        }
    }
    assert_eq!(get(&emulator, &format!("/groups/{}/", id.replace('~', "%7E"))).status, 200);
}
