//! Files: the listing, one of them, what is stored and what is removed.

mod client;

use client::*;
use serde_json::{Value, json};
use uploadcare_emulator::Emulator;

fn uuids<'a>(files: impl IntoIterator<Item = &'a Value>) -> Vec<String> {
    files.into_iter().map(|file| file["uuid"].as_str().unwrap().to_owned()).collect()
}

/// The UUIDs of all pages from this target on.
fn listed(emulator: &Emulator, target: &str) -> Vec<String> {
    let pages = walk(emulator, target, "next");
    uuids(pages.iter().flat_map(|page| page["results"].as_array().unwrap()))
}

/// What the truth has where this is so.
fn expected(emulator: &Emulator, is_so: impl Fn(&Value) -> bool) -> Vec<String> {
    uuids(all_files(emulator).iter().filter(|file| is_so(file)))
}

fn is_removed(file: &Value) -> bool {
    !file["datetime_removed"].is_null()
}

fn is_stored(file: &Value) -> bool {
    !file["datetime_stored"].is_null()
}

fn info(emulator: &Emulator, uuid: &str) -> Value {
    let reply = get(emulator, &format!("/files/{uuid}/"));
    assert_eq!(reply.status, 200);
    reply.json()
}

#[test]
fn every_file_is_listed_once_in_both_orders_with_every_filter() {
    let emulator = emulator(0);
    for same_time in [false, true] {
        control(&emulator, "POST", "reset", &json!({"groups": 40, "same_time": same_time}).to_string());
        let existing = expected(&emulator, |file| !is_removed(file));
        let removed = expected(&emulator, is_removed);
        let stored = expected(&emulator, is_stored);
        let unstored = expected(&emulator, |file| !is_stored(file) && !is_removed(file));
        assert_eq!(existing.len(), stored.len() + unstored.len());
        for (query, right) in [
            ("", &existing),
            ("&removed=false", &existing),
            ("&removed=true", &removed),
            ("&stored=true", &stored),
            ("&stored=false", &unstored),
            ("&stored=true&removed=true", &Vec::new()),
            ("&stored=false&removed=true", &removed),
        ] {
            assert!(right.len() != 1, "nothing to page");
            let turned: Vec<_> = right.iter().rev().cloned().collect();
            for limit in [7, 1000] {
                let target = format!("/files/?limit={limit}{query}");
                assert_eq!(&listed(&emulator, &target), right, "{target}");
                assert_eq!(listed(&emulator, &format!("{target}&ordering=-datetime_uploaded")), turned);
            }
        }
    }
}

#[test]
fn a_page_counts_what_is_asked_for_and_totals_count_all() {
    let emulator = emulator(24);
    let files = all_files(&emulator);
    let (removed, stored) = (
        files.iter().filter(|file| is_removed(file)).count(),
        files.iter().filter(|file| is_stored(file)).count(),
    );
    let totals = json!({"removed": removed, "stored": stored, "unstored": files.len() - removed - stored});
    for (query, total) in [("", files.len() - removed), ("&removed=true", removed), ("&stored=true", stored)]
    {
        let page = get(&emulator, &format!("/files/?limit=3{query}")).json();
        assert_eq!((&page["total"], &page["per_page"], &page["totals"]), (&json!(total), &json!(3), &totals));
    }
    assert_eq!(get(&emulator, "/files/").json()["per_page"], 100);
}

#[test]
fn links_repeat_what_was_asked_for() {
    let emulator = emulator(24);
    let query = "ordering=-datetime_uploaded&stored=true&removed=false&include=appdata";
    let pages = walk(&emulator, &format!("/files/?limit=10&{query}"), "next");
    for (number, name) in [(0, "next"), (1, "previous")] {
        let link = pages[number][name].as_str().unwrap();
        assert!(link.ends_with(&format!("&{query}")), "{link}");
    }
    assert!(
        pages
            .iter()
            .flat_map(|page| page["results"].as_array().unwrap())
            .all(|file| file["appdata"].is_object())
    );
    let page = get(&emulator, "/files/?limit=1&unknown=1").json();
    assert!(page["next"].as_str().unwrap().ends_with("&offset=0"), "{page}");
    assert!(page["results"][0].get("appdata").is_none());
}

#[test]
fn a_listed_file_is_the_file() {
    let emulator = emulator(12);
    let page = get(&emulator, "/files/?limit=1000&include=appdata").json();
    for file in page["results"].as_array().unwrap() {
        let alone =
            get(&emulator, &format!("/files/{}/?include=appdata", file["uuid"].as_str().unwrap())).json();
        assert_eq!(*file, alone);
    }
}

#[test]
fn from_is_where_a_listing_starts() {
    let emulator = emulator(24);
    let files = all_files(&emulator);
    let from = files[30]["datetime_uploaded"].as_str().unwrap();
    let later = uuids(files[31..].iter().filter(|file| !is_removed(file)));
    assert_eq!(listed(&emulator, &format!("/files/?limit=20&from={from}")), later);
}

#[test]
fn parameters_that_make_no_sense_are_400_with_the_field() {
    let emulator = emulator(1);
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("ordering=datetime_created", "ordering"),
        ("ordering=-size", "ordering"),
        ("from=now", "from"),
        ("stored=perhaps", "stored"),
        ("removed=", "removed"),
    ] {
        let reply = get(&emulator, &format!("/files/?{query}"));
        assert_eq!(reply.status, 400, "{query}");
        assert!(reply.json()[field][0].is_string(), "{query}: {}", reply.text());
    }
}

#[test]
fn a_stored_file_stays_stored_since_its_first_time() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "sample1.txt");
    assert_eq!(info(&emulator, &uuid)["datetime_stored"], Value::Null);
    let target = format!("/files/{uuid}/storage/");
    let stored = send(&emulator, "PUT", &target, "").json();
    assert!(is_stored(&stored));
    assert_eq!(send(&emulator, "PUT", &target, "").json(), stored);
    assert_eq!(info(&emulator, &uuid), stored);
    assert!(listed(&emulator, "/files/?stored=true").contains(&uuid));
}

#[test]
fn a_removed_file_is_told_of_by_itself_and_in_no_listing_and_no_group() {
    let emulator = emulator(12);
    let group = truth(&emulator)[11].clone();
    let uuid =
        get(&emulator, &format!("/groups/{group}/")).json()["files"][0]["uuid"].as_str().unwrap().to_owned();
    let before = info(&emulator, &uuid);
    assert!(before["original_file_url"].is_string());

    let removed = send(&emulator, "DELETE", &format!("/files/{uuid}/storage/"), "").json();
    assert!(is_removed(&removed));
    assert_eq!((&removed["original_file_url"], &removed["datetime_stored"]), (&Value::Null, &Value::Null));
    assert_eq!(removed["size"], before["size"]);
    assert_eq!(info(&emulator, &uuid), removed);
    assert!(!listed(&emulator, "/files/").contains(&uuid));
    assert!(listed(&emulator, "/files/?removed=true").contains(&uuid));
    let files = get(&emulator, &format!("/groups/{group}/")).json()["files"].clone();
    assert_eq!((files.as_array().unwrap().len(), &files[0]), (12, &Value::Null));
}

#[test]
fn what_is_not_there_any_more_can_be_neither_stored_nor_removed() {
    let emulator = emulator(12);
    let gone = named(&emulator, "gone.txt");
    for uuid in [gone.as_str(), "00000000-0000-4000-8000-000000000000", "nothing"] {
        for method in ["PUT", "DELETE"] {
            let reply = send(&emulator, method, &format!("/files/{uuid}/storage/"), "");
            assert_eq!((reply.status, reply.text()), (404, r#"{"detail":"Not found."}"#), "{method} {uuid}");
        }
    }
    assert_eq!(send(&emulator, "POST", &format!("/files/{gone}/storage/"), "").status, 405);
}

#[test]
fn a_batch_tells_of_every_file_once_and_of_every_problem() {
    let emulator = emulator(24);
    let existing = expected(&emulator, |file| !is_removed(file));
    let (gone, unknown) = (named(&emulator, "gone.txt"), "00000000-0000-4000-8000-000000000000");
    for (method, field) in [("PUT", "datetime_stored"), ("DELETE", "datetime_removed")] {
        let mut ids: Vec<_> = existing[..90].to_vec();
        ids.extend([&gone, unknown, "4j334o01-8bs3", &existing[0]].map(str::to_owned));
        let reply = send(&emulator, method, "/files/storage/", json!(ids));
        assert_eq!(reply.status, 200);
        let answer = reply.json();
        assert_eq!(answer["status"], "ok");
        assert_eq!(
            answer["problems"],
            json!({gone.clone(): "Missing in the project", unknown: "Missing in the project", "4j334o01-8bs3": "Invalid"})
        );
        let result = answer["result"].as_array().unwrap();
        assert_ne!(uuids(result), existing[..90]);
        let mut sorted = uuids(result);
        sorted.sort_by_key(|uuid| existing.iter().position(|other| other == uuid));
        assert_eq!(sorted, existing[..90]);
        for file in result {
            assert!(file[field].is_string(), "{file}");
            assert_eq!(*file, info(&emulator, file["uuid"].as_str().unwrap()));
        }
    }
    assert_eq!(listed(&emulator, "/files/"), existing[90..]);
}

#[test]
fn a_batch_is_a_list_of_1_to_100_uuids() {
    let emulator = emulator(24);
    let existing = expected(&emulator, |file| !is_removed(file));
    for method in ["PUT", "DELETE"] {
        let refuses =
            |body, detail| refused(&emulator, method, "/files/storage/", &body, json!({"detail": detail}));
        refuses(json!({"uuids": []}), "Expected list of UUIDs");
        refuses(json!("4j334o01-8bs3"), "Expected list of UUIDs");
        refuses(json!([1]), "Expected list of UUIDs");
        refuses(json!([]), "List of UUIDs can not be empty");
        refuses(json!(existing[..101]), "Maximum UUIDs per request is exceeded. The limit is 100");
    }
    assert_eq!(send(&emulator, "PUT", "/files/storage/", "[").status, 400);
    assert_eq!(expected(&emulator, |file| !is_removed(file)), existing);
    let reply = send(&emulator, "DELETE", "/files/storage/", json!(existing[..100])).json();
    assert_eq!(reply["problems"], json!({}));
    assert_eq!(listed(&emulator, "/files/"), existing[100..]);
}

#[test]
fn a_reset_brings_back_what_was_changed() {
    let emulator = emulator(12);
    let before = all_files(&emulator);
    let ids = expected(&emulator, |file| !is_removed(file));
    send(&emulator, "DELETE", "/files/storage/", json!(ids));
    assert_ne!(all_files(&emulator), before);
    control(&emulator, "POST", "reset", r#"{"groups":12}"#);
    assert_eq!(all_files(&emulator), before);
}

#[test]
fn project_tells_how_it_is_set() {
    let emulator = emulator(1);
    let project = get(&emulator, "/project/").json();
    assert_eq!(
        project,
        json!({
            "name": "demo", "pub_key": "demopublickey", "autostore_enabled": true,
            "collaborators": [{"name": "Someone", "email": "someone@example.com"}],
        })
    );
    control(&emulator, "POST", "project", r#"{"name":"Ünïcode","autostore_enabled":false}"#);
    control(&emulator, "POST", "project", r#"{"collaborators":null}"#);
    let changed = get(&emulator, "/project/").json();
    let expected = json!({"name": "Ünïcode", "pub_key": "demopublickey", "autostore_enabled": false, "collaborators": null});
    assert_eq!(changed, expected);
    control(&emulator, "POST", "reset", "");
    assert_eq!(get(&emulator, "/project/").json(), project);
}
