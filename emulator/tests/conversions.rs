//! Documents and videos become other files.

mod client;

use client::*;
use serde_json::{Value, json};
use uploadcare_emulator::Emulator;

fn submit(emulator: &Emulator, kind: &str, body: Value) -> Value {
    let reply = send(emulator, "POST", &format!("/convert/{kind}/"), &body);
    assert_eq!(reply.status, 200, "{body}: {}", reply.text());
    reply.json()
}

/// Starts the conversion of one path.
fn start(emulator: &Emulator, kind: &str, path: &str) -> Value {
    let told = submit(emulator, kind, json!({ "paths": [path] }));
    assert_eq!(told["problems"], json!({}), "{path}");
    assert_eq!(told["result"][0]["original_source"], path);
    told["result"][0].clone()
}

fn problem(emulator: &Emulator, kind: &str, path: &str) -> String {
    let told = submit(emulator, kind, json!({ "paths": [path] }));
    assert_eq!(told["result"], json!([]), "{path}");
    told["problems"][path].as_str().unwrap().to_owned()
}

fn status(emulator: &Emulator, kind: &str, job: &Value) -> Value {
    let reply = get(emulator, &format!("/convert/{kind}/status/{}/", job["token"]));
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

#[test]
fn a_document_is_converted_after_a_few_questions() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "sample1.txt");
    let job = start(&emulator, "document", &format!("{uuid}/document/-/format/docx/"));
    assert_eq!(job.as_object().unwrap().len(), 3);
    let made = text(&job, "uuid");

    let early = file_info(&emulator, made);
    for (field, value) in [
        ("is_ready", json!(false)),
        ("size", json!(0)),
        ("mime_type", json!("")),
        ("is_image", Value::Null),
        ("original_file_url", Value::Null),
        ("original_filename", json!("sample1.docx")),
    ] {
        assert_eq!(early[field], value, "{field}");
    }
    let result = json!({ "uuid": made });
    for stage in ["pending", "processing", "finished", "finished"] {
        let told = json!({ "status": stage, "error": null, "result": result });
        assert_eq!(status(&emulator, "document", &job), told);
        assert_eq!(file_info(&emulator, made)["is_ready"], stage == "finished", "{stage}");
    }
    let ready = file_info(&emulator, made);
    assert!(ready["size"].as_u64().unwrap() > 0);
    assert_eq!(ready["is_image"], false);
    assert!(text(&ready, "mime_type").ends_with("wordprocessingml.document"));
    assert_eq!(ready["content_info"]["mime"]["mime"], ready["mime_type"]);
    assert_eq!(text(&ready, "original_file_url"), format!("https://ucarecdn.com/{made}/sample1.docx"));
    assert_eq!(file_info(&emulator, &uuid)["variations"], json!({ "document/-/format/docx/": made }));
}

#[test]
fn a_path_is_a_uuid_or_an_address_and_without_a_format_it_means_pdf() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "sample1.txt");
    for path in [
        format!("{uuid}/document/"),
        format!("https://ucarecdn.com/{uuid}/document/-/format/pdf/"),
        format!("//1s4oyld5dc.ucarecd.net/{uuid}/document/-/format/pdf"),
    ] {
        let made = start(&emulator, "document", &path);
        assert_eq!(file_info(&emulator, text(&made, "uuid"))["original_filename"], "sample1.pdf");
    }
}

#[test]
fn a_path_that_cannot_be_converted_is_a_problem_of_its_own() {
    let emulator = emulator(12);
    let (uuid, pdf) = (named(&emulator, "sample1.txt"), named(&emulator, "report (1).pdf"));
    let not_ready = named(&emulator, "");
    let good = format!("{uuid}/document/");
    let nobody = "00000000-0000-4000-8000-000000000000/document/";
    let told = submit(&emulator, "document", json!({ "paths": ["nothing", good, nobody] }));
    assert_eq!(told["result"].as_array().unwrap().len(), 1);
    assert_eq!(
        told["problems"],
        json!({ "nothing": "Bad path \"nothing\". Use UUID or CDN URL", nobody: "Missing in the project" })
    );

    for path in ["", &uuid, &format!("{uuid}/video/"), &format!("{uuid}/document/pdf/"), "x/document/"] {
        assert_eq!(problem(&emulator, "document", path), format!("Bad path \"{path}\". Use UUID or CDN URL"));
    }
    assert_eq!(problem(&emulator, "document", &format!("{not_ready}/document/")), "File is not ready yet.");
    for (operation, why) in [
        ("invalid", "Cannot parse url part: invalid"),
        ("rotate/90", "Cannot parse url part: rotate/90"),
        ("page/1", "Cannot parse url part: page/1"),
        ("quality/80", "Cannot parse url part: quality/80"),
        (
            "format/png/-/page/0",
            "Mandatory argument \"PositiveInteger(page)\" not found while parsing \"page/0\"",
        ),
        (
            "format/png/-/page",
            "Mandatory argument \"PositiveInteger(page)\" not found while parsing \"page\"",
        ),
        (
            "dpi/x/-/format/jpg",
            "Mandatory argument \"PositiveInteger(dpi)\" not found while parsing \"dpi/x\"",
        ),
        ("format", "Mandatory argument \"Format(format)\" not found while parsing \"format\""),
        ("format/png/x/y", "Failed to parse remainder \"/x/y\" of \"format/png/x/y\""),
    ] {
        let path = format!("{pdf}/document/-/{operation}/");
        assert_eq!(problem(&emulator, "document", &path), format!("CDN Path error: {why}"));
    }
    for (path, formats) in [
        (format!("{pdf}/document/"), "pdf -> pdf"),
        (format!("{uuid}/document/-/format/xls/"), "txt -> xls"),
        (format!("{uuid}/document/-/format/invalid/"), "txt -> invalid"),
    ] {
        let words = "the target_format is not a supported 'to' format for this source file.";
        assert_eq!(problem(&emulator, "document", &path), format!("{words} {formats}"));
    }
    let text_as_video = format!("{uuid}/video/");
    assert_eq!(problem(&emulator, "video", &text_as_video), "The file is not a video.");
}

#[test]
fn a_request_is_refused_in_the_services_words() {
    let emulator = emulator(12);
    for kind in ["document", "video"] {
        for (body, detail) in [
            ("", "Expected JSON object."),
            ("{", "Expected JSON object."),
            ("[]", "Expected JSON object."),
            ("{}", "“paths” parameter is required."),
            (r#"{"paths":[]}"#, "“paths” parameter is required."),
            (r#"{"paths":"x"}"#, "“paths” parameter is required."),
            (r#"{"paths":["x"],"store":"yes"}"#, "`store` parameter should be `true` or `false`."),
        ] {
            refused(&emulator, "POST", &format!("/convert/{kind}/"), body, json!({ "detail": detail }));
        }
    }
}

#[test]
fn a_project_without_the_feature_is_told_so() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "video.mp4");
    control(&emulator, "POST", "project", r#"{"document_conversion":false,"video_conversion":false}"#);
    let refused = |method, target: &str, detail: &str| {
        refused(&emulator, method, target, json!({ "paths": [uuid] }), json!({ "detail": detail }));
    };
    for (kind, title) in [("document", "Document"), ("video", "Video")] {
        let detail = format!("{title} conversion feature is not available for this project.");
        refused("POST", &format!("/convert/{kind}/"), &detail);
        refused("GET", &format!("/convert/{kind}/status/445630631/"), &detail);
    }
    let detail = "Document conversion feature is not available for this project.";
    refused("GET", &format!("/convert/document/{uuid}/"), detail);
}

#[test]
fn what_is_made_is_stored_as_the_request_says_or_else_the_project() {
    let emulator = emulator(12);
    let path = format!("{}/document/", named(&emulator, "sample1.txt"));
    let is_stored = |store: Value| {
        let told = submit(&emulator, "document", json!({ "paths": [path], "store": store }));
        !file_info(&emulator, text(&told["result"][0], "uuid"))["datetime_stored"].is_null()
    };
    for yes in [json!("1"), json!("true"), json!(true), Value::Null] {
        assert!(is_stored(yes.clone()), "{yes}");
    }
    for no in [json!("0"), json!("false"), json!(false)] {
        assert!(!is_stored(no.clone()), "{no}");
    }
    control(&emulator, "POST", "project", r#"{"autostore_enabled":false}"#);
    assert!(!is_stored(Value::Null));
}

#[test]
fn a_document_tells_what_it_can_become_and_which_groups_it_became() {
    let emulator = emulator(12);
    let pdf = named(&emulator, "report (1).pdf");
    let info = |uuid: &str| get(&emulator, &format!("/convert/document/{uuid}/")).json();
    let before = info(&pdf);
    assert_eq!((&before["error"], &before["format"]["name"]), (&Value::Null, &json!("pdf")));
    let formats = before["format"]["conversion_formats"].as_array().unwrap();
    assert!(formats.contains(&json!({ "name": "enhanced.jpg" })) && formats.len() == 38);
    assert_eq!(before["format"]["converted_groups"], json!({}));

    let body = json!({ "paths": [format!("{pdf}/document/-/format/jpg/")], "save_in_group": "1" });
    let job = submit(&emulator, "document", body)["result"][0].clone();
    control(&emulator, "POST", "jobs", r#"{"polls":0}"#); // for later jobs only
    for stage in ["pending", "processing", "finished"] {
        assert_eq!(info(&pdf)["format"]["converted_groups"], json!({}));
        assert_eq!(status(&emulator, "document", &job)["status"], stage);
    }
    let group = info(&pdf)["format"]["converted_groups"]["jpg"].clone();
    let group = get(&emulator, &format!("/groups/{}/", group.as_str().unwrap())).json();
    assert_eq!(group["files_count"], 3);
    for (number, page) in group["files"].as_array().unwrap().iter().enumerate() {
        assert_eq!(page["original_filename"], format!("report (1)-{}.jpg", number + 1));
        assert_eq!((&page["is_image"], &page["is_ready"]), (&json!(true), &json!(true)));
    }
    // All pages at once come in an archive.
    assert_eq!(file_info(&emulator, text(&job, "uuid"))["mime_type"], "application/zip");

    let archive = info(&named(&emulator, "backup.tar"));
    assert!(archive["error"].is_string() && archive["format"]["conversion_formats"] == json!([]));
    assert_eq!(get(&emulator, "/convert/document/00000000-0000-4000-8000-000000000000/").status, 404);
    assert_eq!(get(&emulator, "/convert/document/nothing/").status, 404);
}

#[test]
fn one_page_becomes_an_image_and_a_page_that_is_not_there_fails() {
    let emulator = emulator(12);
    control(&emulator, "POST", "jobs", r#"{"polls":0}"#);
    let pdf = named(&emulator, "report (1).pdf");
    let convert = |page: usize| {
        let path = format!("{pdf}/document/-/format/png/-/page/{page}/-/dpi/300/-/quality/80/");
        start(&emulator, "document", &path)
    };
    let job = convert(3);
    assert_eq!(status(&emulator, "document", &job)["status"], "finished");
    let image = file_info(&emulator, text(&job, "uuid"));
    assert_eq!((&image["mime_type"], &image["is_image"]), (&json!("image/png"), &json!(true)));
    assert_eq!(image["content_info"]["image"]["format"], "PNG");

    let job = convert(4);
    let told = status(&emulator, "document", &job);
    assert_eq!((&told["status"], &told["error"]), (&json!("failed"), &json!("The document has no page 4.")));
    assert_eq!(file_info(&emulator, text(&job, "uuid"))["is_ready"], false);
}

#[test]
fn a_video_becomes_a_video_and_a_group_of_thumbnails() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "video.mp4");
    let job = start(&emulator, "video", &format!("{uuid}/video/-/format/webm/-/thumbs~3/"));
    let (made, group) = (text(&job, "uuid"), text(&job, "thumbnails_group_uuid"));
    assert!(group.ends_with("~3") && group.len() == 38);
    let pictures =
        || get(&emulator, &format!("/groups/{group}/")).json()["files"].as_array().unwrap().clone();
    assert!(pictures().iter().all(|picture| picture["is_ready"] == false));

    let result = json!({ "uuid": made, "thumbnails_group_uuid": group });
    for stage in ["pending", "processing", "finished"] {
        let told = json!({ "status": stage, "error": null, "result": result });
        assert_eq!(status(&emulator, "video", &job), told);
    }
    let video = file_info(&emulator, made);
    assert_eq!(
        (&video["mime_type"], &video["original_filename"]),
        (&json!("video/webm"), &json!("video.webm"))
    );
    assert_eq!(video["content_info"]["video"]["format"], "webm");
    assert_eq!(pictures().len(), 3);
    assert!(pictures().iter().all(|picture| picture["mime_type"] == "image/jpeg"));
    let variation = "video/-/format/webm/-/thumbs~3/";
    assert_eq!(file_info(&emulator, &uuid)["variations"][variation], made);

    // What was made is a file like others.
    let listed = get(&emulator, "/files/?limit=1000&ordering=-datetime_uploaded").json();
    let newest: Vec<_> =
        listed["results"].as_array().unwrap()[..4].iter().map(|file| &file["uuid"]).collect();
    assert!(newest.contains(&&json!(made)));
}

#[test]
fn the_operations_of_a_video_are_checked() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "unknown.webm");
    for right in [
        "",
        "-/format/mp4/",
        "-/format/ogg/",
        "-/quality/lightest/",
        "-/size/640x360/",
        "-/size/640x/",
        "-/size/x360/",
        "-/size/640x360/add_padding/",
        "-/cut/000:00:05.000/000:00:15.000/",
        "-/cut/0:0:5.000/end/",
        "-/cut/0:0:0.0/0:0:1.0/",
        "-/cut/5/15/",
        "-/thumbs~1/",
        "-/thumbs~50/",
        "-/thumbs~2/yes/",
        "-/thumbs~2/1/",
        "-/size/640x/-/quality/best/-/format/webm/-/thumbs~2/",
    ] {
        start(&emulator, "video", &format!("{uuid}/video/{right}"));
    }
    for (wrong, why) in [
        ("invalid", "Cannot parse url part: invalid"),
        ("format/avi", "Mandatory argument \"VideoFormat(format)\" not found while parsing \"format/avi\""),
        ("format", "Mandatory argument \"VideoFormat(format)\" not found while parsing \"format\""),
        (
            "quality/ultra",
            "Mandatory argument \"VideoQuality(quality)\" not found while parsing \"quality/ultra\"",
        ),
        (
            "size/641x360",
            "Mandatory argument \"OneOrTwoDimensionsDivisibleByFour(size)\" not found while parsing \"size/641x360\"",
        ),
        (
            "size/x",
            "Mandatory argument \"OneOrTwoDimensionsDivisibleByFour(size)\" not found while parsing \"size/x\"",
        ),
        (
            "size/x/change_ratio",
            "Mandatory argument \"OneOrTwoDimensionsDivisibleByFour(size)\" not found while parsing \"size/x/change_ratio\"",
        ),
        (
            "size/640",
            "Mandatory argument \"OneOrTwoDimensionsDivisibleByFour(size)\" not found while parsing \"size/640\"",
        ),
        (
            "size/0x360",
            "Mandatory argument \"OneOrTwoDimensionsDivisibleByFour(size)\" not found while parsing \"size/0x360\"",
        ),
        (
            "size",
            "Mandatory argument \"OneOrTwoDimensionsDivisibleByFour(size)\" not found while parsing \"size\"",
        ),
        ("size/640x360/fit", "Failed to parse remainder \"/fit\" of \"size/640x360/fit\""),
        (
            "size/640x/preserve_ratio/x",
            "Failed to parse remainder \"/preserve_ratio/x\" of \"size/640x/preserve_ratio/x\"",
        ),
        ("cut/5", "Mandatory argument \"Time(cut)\" not found while parsing \"cut/5\""),
        ("cut/end/5", "Mandatory argument \"Time(cut)\" not found while parsing \"cut/end/5\""),
        ("cut/a/b", "Mandatory argument \"Time(cut)\" not found while parsing \"cut/a/b\""),
        ("cut/1:2:3:4/5", "Mandatory argument \"Time(cut)\" not found while parsing \"cut/1:2:3:4/5\""),
        ("cut/5./6", "Mandatory argument \"Time(cut)\" not found while parsing \"cut/5./6\""),
        ("cut/5/b", "Failed to parse remainder \"/b\" of \"cut/5/b\""),
        ("format/mp4/x", "Failed to parse remainder \"/x\" of \"format/mp4/x\""),
        ("thumbs~0", "Cannot parse url part: thumbs~0"),
        ("thumbs~51", "Cannot parse url part: thumbs~51"),
        ("thumbs~x", "Cannot parse url part: thumbs~x"),
        ("thumbs~2/no", "Failed to parse remainder \"/no\" of \"thumbs~2/no\""),
        ("thumbs~2/1/2", "Failed to parse remainder \"/1/2\" of \"thumbs~2/1/2\""),
        ("thumbs~2/-/format/mp4", "Cannot parse url part: thumbs~2"),
        ("rotate/90", "Cannot parse url part: rotate/90"),
    ] {
        let problem = problem(&emulator, "video", &format!("{uuid}/video/-/{wrong}/"));
        assert_eq!(problem, format!("CDN Path error: {why}"));
    }
}

#[test]
fn a_job_goes_as_it_was_ordered() {
    let emulator = emulator(12);
    let path = format!("{}/document/", named(&emulator, "sample1.txt"));
    let stages = |course: &str, questions: usize| -> Vec<Value> {
        control(&emulator, "POST", "jobs", course);
        let job = start(&emulator, "document", &path);
        (0..questions).map(|_| status(&emulator, "document", &job)).collect()
    };
    let words = |told: &[Value]| told.iter().map(|told| text(told, "status").to_owned()).collect::<Vec<_>>();

    assert_eq!(words(&stages(r#"{"polls":0}"#, 1)), ["finished"]);
    assert_eq!(words(&stages(r#"{"polls":1}"#, 2)), ["pending", "finished"]);
    assert_eq!(words(&stages(r#"{"polls":4}"#, 5))[2..], ["processing", "processing", "finished"]);
    let failed = stages(r#"{"polls":1,"outcome":"failed","error":"No fonts."}"#, 3);
    assert_eq!(words(&failed), ["pending", "failed", "failed"]);
    assert_eq!((&failed[0]["error"], &failed[1]["error"]), (&Value::Null, &json!("No fonts.")));
    assert!(stages(r#"{"polls":0,"outcome":"failed"}"#, 1)[0]["error"].is_string());
    assert_eq!(words(&stages(r#"{"polls":0,"outcome":"cancelled"}"#, 1)), ["cancelled"]);
    assert_eq!(words(&stages(r#"{"polls":0,"outcome":"never"}"#, 9))[1..], ["processing"; 8]);

    control(&emulator, "POST", "jobs", r#"{"polls":1,"outcome":"unknown"}"#);
    let job = start(&emulator, "document", &path);
    assert_eq!(status(&emulator, "document", &job)["status"], "pending");
    assert_eq!(get(&emulator, &format!("/convert/document/status/{}/", job["token"])).status, 404);
    let bad = ask(&emulator, &Request::plain("POST", "/_emulator/jobs").body(r#"{"outcome":"maybe"}"#));
    assert_eq!(bad.status, 400);
}

#[test]
fn a_token_is_good_for_its_own_kind_only() {
    let emulator = emulator(12);
    let job = start(&emulator, "document", &format!("{}/document/", named(&emulator, "sample1.txt")));
    for target in [
        format!("/convert/video/status/{}/", job["token"]),
        "/convert/document/status/1/".to_owned(),
        "/convert/document/status/x/".to_owned(),
    ] {
        let reply = get(&emulator, &target);
        assert_eq!((reply.status, reply.json()), (404, json!({ "detail": "Not found." })), "{target}");
    }
    control(&emulator, "POST", "reset", r#"{"groups":12}"#);
    assert_eq!(get(&emulator, &format!("/convert/document/status/{}/", job["token"])).status, 404);
}
