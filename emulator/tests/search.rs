//! The search for files.

mod client;

use client::*;
use serde_json::{Value, json};
use uploadcare_emulator::Emulator;

const SEARCH: &str = "/files/search/";

fn page(emulator: &Emulator, target: &str, body: &Value) -> Value {
    let reply = send(emulator, "POST", target, body);
    assert_eq!(reply.status, 200, "{target} {body}: {}", reply.text());
    reply.json()
}

/// All files that are found, from page to page.
fn found(emulator: &Emulator, body: &Value) -> Vec<Value> {
    let (mut files, mut target) = (Vec::new(), Some(format!("{SEARCH}?limit=100")));
    while let Some(at) = target {
        let page = page(emulator, &at, body);
        files.extend(page["results"].as_array().unwrap().clone());
        target = link(emulator, &page, "next");
    }
    files
}

/// All files of the listing that are so.
fn expected(emulator: &Emulator, is_so: impl Fn(&Value) -> bool) -> Vec<Value> {
    let files = get(emulator, "/files/?limit=1000").json()["results"].as_array().unwrap().clone();
    files.into_iter().filter(is_so).collect()
}

fn without_highlight(mut file: Value) -> Value {
    file.as_object_mut().unwrap().remove("highlight").expect("every result has one");
    file
}

#[test]
fn a_condition_finds_all_files_that_meet_it_and_no_other() {
    let emulator = emulator(24);
    let tagged =
        |file: &Value, tag: &str| file["tags"].as_array().is_some_and(|tags| tags.contains(&json!(tag)));
    send(
        &emulator,
        "PUT",
        &format!("/files/{}/tags/", named(&emulator, "dance.gif")),
        r#"{"tags":["fruit"]}"#,
    );
    let uuid = named(&emulator, "video.mp4");
    let uploaded = |file: &Value| file["datetime_uploaded"].as_str().unwrap().to_owned();
    let (early, late) = ("2020-01-01T03:00:00Z", "2020-01-01T20:55:00.000020Z");
    type Is<'a> = Box<dyn Fn(&Value) -> bool + 'a>;
    let cases: Vec<(Value, Is)> = vec![
        (json!({"query": "IMG_8919"}), Box::new(|file| file["original_filename"] == "IMG_8919.jpeg")),
        (json!({"query": "uploader"}), Box::new(|file| file["metadata"]["subsystem"] == "uploader")),
        (
            json!({"query": "video/"}),
            Box::new(|file| file["mime_type"].as_str().unwrap().starts_with("video/")),
        ),
        (
            json!({"phrase": {"original_filename": "-TWO-of"}}),
            Box::new(|file| file["original_filename"] == "twenty-two-of-them.png"),
        ),
        (
            json!({"phrase": {"metadata": "größer"}}),
            Box::new(|file| file["original_filename"] == "sample1.txt"),
        ),
        (json!({"phrase": {"detected_mime_type": "image"}}), Box::new(|file| file["is_image"] == true)),
        (json!({"exact": {"uuid": [uuid, "nothing"]}}), Box::new(|file| file["uuid"] == uuid)),
        (
            json!({"exact": {"metadata[pet]": ["dog", "cat"]}}),
            Box::new(|file| file["metadata"]["pet"] == "cat"),
        ),
        (
            json!({"exact": {"original_filename": ["dance.gif"], "detected_mime_type": ["image/png"]}}),
            Box::new(|_| false),
        ),
        (
            json!({"exact": {"detected_mime_type": ["image/png", "image/gif"]}}),
            Box::new(|file| file["mime_type"] == "image/png" || file["mime_type"] == "image/gif"),
        ),
        (
            json!({"size": {"gte": 184, "lt": 37_202}}),
            Box::new(|file| (184..37_202).contains(&file["size"].as_u64().unwrap())),
        ),
        (
            json!({"size": {"gt": 184, "lte": 37_202}}),
            Box::new(|file| (185..=37_202).contains(&file["size"].as_u64().unwrap())),
        ),
        (
            json!({"datetime_uploaded": {"gte": early, "lt": late}}),
            Box::new(|file| *early <= *uploaded(file) && *uploaded(file) < *late),
        ),
        (json!({"datetime_uploaded": {"lte": late}}), Box::new(|file| *uploaded(file) <= *late)),
        (json!({"is_image": false}), Box::new(|file| file["is_image"] == false)),
        (json!({"tags": {"any": ["Fruit", "absent"]}}), Box::new(|file| tagged(file, "fruit"))),
        (json!({"tags": {"all": ["fruit", "yellow-1"]}}), Box::new(|file| tagged(file, "yellow-1"))),
        (
            json!({"tags": {"none": ["yellow-1"], "any": ["fruit"]}}),
            Box::new(|file| file["original_filename"] == "dance.gif" && tagged(file, "fruit")),
        ),
        (
            json!({"tags": {"none": ["fruit"]}, "is_image": true}),
            Box::new(|file| !tagged(file, "fruit") && file["is_image"] == true),
        ),
        (json!({"query": "dance", "size": {"lt": 5}}), Box::new(|_| false)),
    ];
    for (conditions, is_so) in &cases {
        let mut body = conditions.clone();
        body["sort"] = json!(["datetime_uploaded"]);
        let files: Vec<_> = found(&emulator, &body).into_iter().map(without_highlight).collect();
        assert_eq!(files, expected(&emulator, is_so), "{conditions}");
    }
    let sizes = cases.iter().map(|(conditions, _)| found(&emulator, conditions).len());
    assert_eq!(sizes.filter(|size| *size == 0).count(), 2);
}

#[test]
fn what_matched_is_marked_in_its_field() {
    let emulator = emulator(12);
    let highlight = |body: Value| page(&emulator, SEARCH, &body)["results"][0]["highlight"].clone();
    assert_eq!(highlight(json!({"query": "dance"})), json!({"original_filename": ["<em>dance</em>.gif"]}));
    assert_eq!(
        highlight(json!({"phrase": {"metadata": "quoted", "detected_mime_type": "TEXT/"}})),
        json!({
            "detected_mime_type": ["<em>text/</em>plain"],
            "metadata": {"-:45az_.": "\"<em>quoted</em>\", <b>größer</b> & 日本"},
        })
    );
    assert_eq!(highlight(json!({"query": "video"}))["detected_mime_type"], json!(["<em>video</em>/mp4"]));
    assert_eq!(highlight(json!({"is_image": true})), json!({}));
}

#[test]
fn fuzziness_forgives_a_letter() {
    let emulator = emulator(12);
    let count =
        |fuzziness: bool| found(&emulator, &json!({"query": "dence.gif", "fuzziness": fuzziness})).len();
    assert_eq!(count(false), 0);
    assert!(count(true) > 0);
}

#[test]
fn results_are_sorted_by_the_keys_in_turn_and_by_relevance_without() {
    let emulator = emulator(24);
    let sorted = |sort: Value, field: &str| -> Vec<Value> {
        found(&emulator, &json!({"size": {"gte": 0}, "sort": sort}))
            .iter()
            .map(|file| file[field].clone())
            .collect()
    };
    let mut sizes: Vec<_> =
        expected(&emulator, |_| true).iter().map(|file| file["size"].as_u64().unwrap()).collect();
    sizes.sort();
    assert_eq!(json!(sorted(json!(["size"]), "size")), json!(sizes));
    sizes.reverse();
    assert_eq!(json!(sorted(json!(["-size"]), "size")), json!(sizes));
    let mut files = expected(&emulator, |_| true);
    files.reverse();
    files.sort_by_key(|file| file["original_filename"].as_str().unwrap().to_owned());
    let uuids: Vec<_> = files.iter().map(|file| file["uuid"].clone()).collect();
    assert_eq!(sorted(json!(["original_filename", "-datetime_uploaded"]), "uuid"), uuids);

    let by_score = |sort: Option<Value>| {
        let mut body = json!({"query": "video"});
        if let Some(sort) = sort {
            body["sort"] = sort;
        }
        found(&emulator, &body)[0]["original_filename"].clone()
    };
    assert_eq!(by_score(None), "video.mp4"); // in both its name and its type
    assert_eq!(by_score(Some(json!(["-score"]))), "video.mp4");
    assert_eq!(by_score(Some(json!(["score"]))), "unknown.webm");
}

#[test]
fn pages_lead_to_the_end_and_back() {
    let emulator = emulator(24);
    let body = json!({"size": {"gte": 0}, "sort": ["datetime_uploaded"]});
    let all = expected(&emulator, |_| true);
    let first = page(&emulator, SEARCH, &body);
    assert_eq!(
        (&first["per_page"], &first["total"], &first["previous"]),
        (&json!(20), &json!(all.len()), &json!(null))
    );
    assert_eq!(first["next"], json!(format!("{}/files/search/?limit=20&offset=20", emulator.base())));
    let (mut at, mut files, mut links) =
        (Some(format!("{SEARCH}?limit=50&include=appdata")), Vec::new(), Vec::new());
    while let Some(target) = at {
        let page = page(&emulator, &target, &body);
        files.extend(page["results"].as_array().unwrap().iter().map(|file| file["uuid"].clone()));
        assert!(page["results"].as_array().unwrap().iter().all(|file| file.get("appdata").is_some()));
        at = link(&emulator, &page, "next");
        links.push(link(&emulator, &page, "previous"));
    }
    assert_eq!(files, all.iter().map(|file| file["uuid"].clone()).collect::<Vec<_>>());
    let previous = |offset| Some(format!("{SEARCH}?limit=50&offset={offset}&include=appdata"));
    assert_eq!(links, [None, previous(0), previous(50)]);
}

#[test]
fn no_page_reaches_beyond_the_thousandth_file() {
    let emulator = emulator(0);
    control(&emulator, "POST", "reset", r#"{"groups":200,"files_per_group":10}"#);
    let body = json!({"size": {"gte": 0}});
    let next = |query: &str| page(&emulator, &format!("{SEARCH}?{query}"), &body)["next"].clone();
    assert!(next("limit=100&offset=800").is_string());
    assert_eq!(next("limit=100&offset=900"), Value::Null);
    assert_eq!(next("limit=60&offset=900"), Value::Null);
    assert_eq!(found(&emulator, &body).len(), 1000);
    for (query, field) in [
        ("limit=1&offset=1000", "non_field_errors"),
        ("limit=100&offset=901", "non_field_errors"),
        ("limit=101", "limit"),
        ("limit=0", "limit"),
        ("offset=-1", "offset"),
    ] {
        let reply = send(&emulator, "POST", &format!("{SEARCH}?{query}"), &body);
        assert_eq!(reply.status, 400, "{query}");
        assert!(reply.json()[field][0].is_string(), "{query}: {}", reply.text());
    }
}

#[test]
fn what_changes_is_searched_as_it_is() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "dance.gif");
    let with_metadata = json!({"exact": {"metadata[kind]": ["dance"]}});
    send(&emulator, "PUT", &format!("/files/{uuid}/metadata/kind/"), "\"dance\"");
    assert_eq!(found(&emulator, &with_metadata)[0]["uuid"], json!(uuid));
    let copy =
        send(&emulator, "POST", "/files/local_copy/", json!({"source": uuid, "metadata": {"kind": "dance"}}));
    assert_eq!(found(&emulator, &with_metadata).len(), 2);
    send(&emulator, "DELETE", &format!("/files/{uuid}/storage/"), "");
    let left = found(&emulator, &with_metadata);
    assert_eq!((left.len(), &left[0]["uuid"]), (1, &copy.json()["result"]["uuid"]));
}

#[test]
fn a_search_that_makes_no_sense_is_refused_with_a_map_of_fields() {
    let emulator = emulator(1);
    let (dictionary, boolean, integer) =
        ("Invalid data. Expected a dictionary.", "Must be a valid boolean.", "A valid integer is required.");
    let (short, empty, unknown) =
        ("Must be at least 4 characters.", "This list may not be empty.", "Unknown field.");
    let one_bound = "At least one of gt, gte, lt, lte is required.";
    let one_condition = "At least one search condition is required.";
    for (body, refusal) in [
        (json!({}), json!({"non_field_errors": [one_condition]})),
        (json!({"fuzziness": true, "sort": ["size"]}), json!({"non_field_errors": [one_condition]})),
        (json!([]), json!({"non_field_errors": [dictionary]})),
        (json!({"query": "cat"}), json!({"query": [short]})),
        (json!({"query": 7}), json!({"query": ["Not a valid string."]})),
        (json!({"phrase": {"original_filename": "cat"}}), json!({"phrase": {"original_filename": [short]}})),
        (json!({"phrase": {"uuid": "abcd"}}), json!({"phrase": {"uuid": [unknown]}})),
        (json!({"phrase": {}}), json!({"phrase": {"non_field_errors": ["At least one field is required."]}})),
        (json!({"phrase": "cats"}), json!({"phrase": {"non_field_errors": [dictionary]}})),
        (json!({"exact": {"uuid": []}}), json!({"exact": {"uuid": [empty]}})),
        (json!({"exact": {"uuid": "abcd"}}), json!({"exact": {"uuid": ["Expected a list of items."]}})),
        (json!({"exact": {"metadata": ["a"]}}), json!({"exact": {"metadata": [unknown]}})),
        (json!({"exact": {"metadata[]": ["a"]}}), json!({"exact": {"metadata[]": [unknown]}})),
        (
            json!({"phrase": {"original_filename": "cats"}, "exact": {"original_filename": ["cats"]}}),
            json!({"non_field_errors": ["`original_filename` can not be in both `phrase` and `exact`."]}),
        ),
        (json!({"size": {}}), json!({"size": {"non_field_errors": [one_bound]}})),
        (json!({"size": {"gt": "1"}}), json!({"size": {"gt": [integer]}})),
        (json!({"size": {"gt": -1}}), json!({"size": {"gt": [integer]}})),
        (json!({"size": {"eq": 1}}), json!({"size": {"eq": [unknown]}})),
        (
            json!({"size": {"gt": 1, "gte": 1}}),
            json!({"size": {"non_field_errors": ["Use either gt or gte."]}}),
        ),
        (
            json!({"size": {"lt": 1, "lte": 1}}),
            json!({"size": {"non_field_errors": ["Use either lt or lte."]}}),
        ),
        (
            json!({"size": {"gte": 2, "lte": 1}}),
            json!({"size": {"non_field_errors": ["The lower bound can not be greater than the upper one."]}}),
        ),
        (json!({"is_image": "true"}), json!({"is_image": [boolean]})),
        (json!({"query": "cats", "fuzziness": 1}), json!({"fuzziness": [boolean]})),
        (
            json!({"tags": {"any": []}}),
            json!({"tags": {"non_field_errors": ["At least one tag is required."]}}),
        ),
        (json!({"tags": {"some": ["a"]}}), json!({"tags": {"some": [unknown]}})),
        (json!({"query": "cats", "sort": []}), json!({"sort": [empty]})),
        (json!({"query": "cats", "sort": ["name"]}), json!({"sort": ["\"name\" is not a valid choice."]})),
        (
            json!({"query": "cats", "sort": ["size", "-size"]}),
            json!({"sort": ["Sort keys have to be unique."]}),
        ),
        (json!({"query": "cats", "limit": 5}), json!({"limit": [unknown]})),
    ] {
        refused(&emulator, "POST", SEARCH, &body, refusal);
    }
    let reply = send(&emulator, "POST", SEARCH, r#"{"datetime_uploaded":{"gt":"today"}}"#);
    assert!(
        reply.json()["datetime_uploaded"]["gt"][0]
            .as_str()
            .unwrap()
            .starts_with("Datetime has wrong format.")
    );
    assert_eq!(get(&emulator, SEARCH).status, 405);
}
