//! Add-ons look at files, and what they find stands in the files' appdata.

mod client;

use client::*;
use serde_json::{Value, json};
use uploadcare_emulator::Emulator;

const LABELS: &str = "aws_rekognition_detect_labels";
const MODERATION: &str = "aws_rekognition_detect_moderation_labels";
const SCAN: &str = "uc_clamav_virus_scan";
const BACKGROUND: &str = "remove_bg";

fn execute(addon: &str) -> String {
    format!("/addons/{addon}/execute/")
}

fn ask_to_run(emulator: &Emulator, addon: &str, body: &Value) -> Reply {
    send(emulator, "POST", &execute(addon), body)
}

/// Starts an add-on; gives its request id.
fn start(emulator: &Emulator, addon: &str, uuid: &str, params: Value) -> String {
    let reply = ask_to_run(emulator, addon, &json!({ "target": uuid, "params": params }));
    assert_eq!(reply.status, 200, "{addon}: {}", reply.text());
    let id = reply.json()["request_id"].as_str().unwrap().to_owned();
    assert_eq!(reply.header("X-Uploadcare-Request-Id"), Some(id.as_str()));
    id
}

fn status(emulator: &Emulator, addon: &str, id: &str) -> Value {
    let reply = get(emulator, &format!("/addons/{addon}/execute/status/?request_id={id}"));
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

/// Runs an add-on to its end; gives the last status.
fn run(emulator: &Emulator, addon: &str, uuid: &str, params: Value) -> Value {
    let id = start(emulator, addon, uuid, params);
    for _ in 0..2 {
        assert_eq!(status(emulator, addon, &id), json!({ "status": "in_progress" }));
    }
    status(emulator, addon, &id)
}

#[test]
fn what_an_addon_finds_is_in_the_appdata_when_it_is_done() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "dance.gif");
    for (addon, version, list) in
        [(LABELS, "2016-06-27", "Labels"), (MODERATION, "2016-06-27", "ModerationLabels")]
    {
        let before = file_info(&emulator, &uuid)["appdata"][addon].clone();
        assert_eq!(run(&emulator, addon, &uuid, json!({})), json!({ "status": "done" }));
        let found = file_info(&emulator, &uuid)["appdata"][addon].clone();
        assert_eq!(found["version"], version);
        assert!(found["data"][list][0]["Name"].is_string());
        assert_ne!(found["datetime_updated"], before["datetime_updated"]);
        let created = if before.is_null() { &found["datetime_updated"] } else { &before["datetime_created"] };
        assert_eq!(found["datetime_created"], *created, "{addon}");
    }
    let plain = get(&emulator, &format!("/files/{uuid}/")).json();
    assert!(plain.get("appdata").is_none());
}

#[test]
fn a_scan_tells_an_infected_file_and_purges_it_if_asked_to() {
    let emulator = emulator(12);
    let (clean, infected) = (named(&emulator, "sample1.txt"), named(&emulator, "eicar.zip"));
    for (uuid, purge, data) in [
        (&clean, true, json!({ "infected": false })),
        (&infected, false, json!({ "infected": true, "infected_with": "Win.Test.EICAR_HDB-1" })),
    ] {
        let before = file_info(&emulator, uuid)["appdata"][SCAN].clone();
        run(&emulator, SCAN, uuid, json!({ "purge_infected": purge }));
        let file = file_info(&emulator, uuid);
        assert_ne!(file["appdata"][SCAN]["datetime_updated"], before["datetime_updated"]);
        assert_eq!(file["appdata"][SCAN]["data"], data);
        assert_eq!(file["datetime_removed"], Value::Null);
    }
    assert_eq!(run(&emulator, SCAN, &infected, json!({ "purge_infected": true }))["status"], "done");
    let purged = file_info(&emulator, &infected);
    assert!(purged["datetime_removed"].is_string() && purged["original_file_url"].is_null());
}

#[test]
fn remove_bg_makes_an_image_with_a_transparent_background() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "IMG_8919.jpeg");
    let id = start(&emulator, BACKGROUND, &uuid, json!({ "crop": true, "type_level": "latest" }));
    for _ in 0..2 {
        assert_eq!(status(&emulator, BACKGROUND, &id), json!({ "status": "in_progress" }));
    }
    let done = status(&emulator, BACKGROUND, &id);
    assert_eq!(done["status"], "done");
    let made = file_info(&emulator, done["result"]["file_id"].as_str().unwrap());
    assert_eq!((&made["original_filename"], &made["is_ready"]), (&json!("IMG_8919.png"), &json!(true)));
    let image = &made["content_info"]["image"];
    assert_eq!((&image["color_mode"], &image["width"]), (&json!("RGBA"), &json!(3011)));
    let data = || file_info(&emulator, &uuid)["appdata"][BACKGROUND]["data"].clone();
    assert!(data()["foreground_type"].is_string());
    run(&emulator, BACKGROUND, &uuid, json!({ "type_level": "none" }));
    assert_eq!(data(), json!({}));
    // Asking again makes nothing anew.
    assert_eq!(status(&emulator, BACKGROUND, &id), done);
}

#[test]
fn params_are_known_by_their_names_and_types() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "IMG_8919.jpeg");
    let all = json!({
        "crop": true, "crop_margin": "30px", "scale": "80%", "add_shadow": true, "type_level": "1", "type": "car",
        "semitransparency": false, "channels": "alpha", "roi": "0% 0% 100% 100%", "position": "center",
    });
    start(&emulator, BACKGROUND, &uuid, all);
    for (addon, params, refusal) in [
        (BACKGROUND, json!({ "crop": "yes" }), json!({ "crop": ["Must be a valid boolean."] })),
        (BACKGROUND, json!({ "type_level": "3" }), json!({ "type_level": ["\"3\" is not a valid choice."] })),
        (BACKGROUND, json!({ "channels": 4 }), json!({ "channels": ["Not a valid string."] })),
        (BACKGROUND, json!({ "roi": [0, 0] }), json!({ "roi": ["Not a valid string."] })),
        (BACKGROUND, json!({ "purge_infected": true }), json!({ "purge_infected": ["Unknown parameter."] })),
        (SCAN, json!({ "purge_infected": 1 }), json!({ "purge_infected": ["Must be a valid boolean."] })),
        (LABELS, json!({ "crop": true }), json!({ "crop": ["Unknown parameter."] })),
        (MODERATION, json!([]), json!(["Invalid data. Expected a dictionary."])),
    ] {
        let body = json!({ "target": uuid, "params": params });
        refused(&emulator, "POST", &execute(addon), body, json!({ "params": refusal }));
    }
}

#[test]
fn the_target_has_to_be_a_file_that_is_there() {
    let emulator = emulator(12);
    let not_ready = named(&emulator, "");
    let removed = named(&emulator, "dance.gif");
    send(&emulator, "DELETE", &format!("/files/{removed}/storage/"), &Value::Null);
    for addon in [LABELS, MODERATION, SCAN, BACKGROUND] {
        for (body, refusal) in [
            (json!({}), "This field is required."),
            (json!({ "target": null }), "This field is required."),
            (json!({ "target": "nothing" }), "Must be a valid UUID."),
            (json!({ "target": 7 }), "Must be a valid UUID."),
            (json!({ "target": "00000000-0000-4000-8000-000000000000" }), "Missing in the project"),
            (json!({ "target": removed }), "Missing in the project"),
            (json!({ "target": not_ready }), "File is not ready yet."),
        ] {
            refused(&emulator, "POST", &execute(addon), body, json!({ "target": [refusal] }));
        }
    }
    assert_eq!(ask_to_run(&emulator, LABELS, &json!([])).status, 400);
    assert_eq!(ask_to_run(&emulator, "no_such_addon", &json!({})).status, 404);
}

#[test]
fn one_addon_runs_once_at_a_time_on_a_file() {
    let emulator = emulator(12);
    let (uuid, other) = (named(&emulator, "IMG_8919.jpeg"), named(&emulator, "dance.gif"));
    let first = start(&emulator, LABELS, &uuid, json!({}));
    start(&emulator, LABELS, &other, json!({}));
    start(&emulator, MODERATION, &uuid, json!({}));
    // Each refusal is a question about the one that runs.
    for _ in 0..2 {
        let reply = ask_to_run(&emulator, LABELS, &json!({ "target": uuid }));
        assert_eq!((reply.status, reply.json()), (409, json!({ "detail": "Concurrent call attempted" })));
    }
    let second = start(&emulator, LABELS, &uuid, json!({}));
    assert_eq!(status(&emulator, LABELS, &first)["status"], "done");
    assert_eq!(status(&emulator, LABELS, &second)["status"], "in_progress");
}

#[test]
fn a_run_goes_as_it_was_ordered() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "IMG_8919.jpeg");
    let ends = |course: &str| {
        control(&emulator, "POST", "jobs", course);
        let id = start(&emulator, MODERATION, &uuid, json!({}));
        status(&emulator, MODERATION, &id)
    };
    for (outcome, status) in [("failed", "error"), ("cancelled", "error"), ("unknown", "unknown")] {
        let course = json!({ "polls": 0, "outcome": outcome, "error": "text" });
        assert_eq!(ends(&course.to_string()), json!({ "status": status }), "{outcome}");
    }
    assert!(file_info(&emulator, &uuid)["appdata"].get(MODERATION).is_none());
    assert_eq!(ends(r#"{"polls":0}"#), json!({ "status": "done" }));
    assert!(file_info(&emulator, &uuid)["appdata"].get(MODERATION).is_some());
    assert_eq!(ends(r#"{"polls":0,"outcome":"never"}"#), json!({ "status": "in_progress" }));
    assert_eq!(ask_to_run(&emulator, MODERATION, &json!({ "target": uuid })).status, 409);
}

#[test]
fn an_addon_for_images_fails_on_anything_else() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "sample1.txt");
    for addon in [LABELS, MODERATION, BACKGROUND] {
        assert_eq!(run(&emulator, addon, &uuid, json!({})), json!({ "status": "error" }), "{addon}");
    }
}

#[test]
fn a_request_id_is_good_for_its_own_addon_only() {
    let emulator = emulator(12);
    let id = start(&emulator, LABELS, &named(&emulator, "IMG_8919.jpeg"), json!({}));
    let unknown = json!({ "status": "unknown" });
    assert_eq!(status(&emulator, SCAN, &id), unknown);
    assert_eq!(status(&emulator, LABELS, "00000000-0000-4000-8000-000000000000"), unknown);
    for (query, refusal) in [("", "This field is required."), ("?request_id=1", "Must be a valid UUID.")] {
        let target = format!("/addons/{LABELS}/execute/status/{query}");
        refused(&emulator, "GET", &target, "", json!({ "request_id": [refusal] }));
    }
}

#[test]
fn a_project_without_addons_is_told_so() {
    let emulator = emulator(12);
    control(&emulator, "POST", "project", r#"{"addons":false}"#);
    let reply = ask_to_run(&emulator, SCAN, &json!({}));
    let detail = "You do not have permission to perform this action.";
    assert_eq!((reply.status, reply.json()), (403, json!({ "detail": detail })));
}
