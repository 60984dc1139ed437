//! Files that come in one request, what is told of them, and groups of them.

mod client;

use client::uploads::*;
use client::*;
use serde_json::json;

// -- /base/ -------------------------------------------------------------------------------------

#[test]
fn an_uploaded_file_is_a_file_like_all_others() {
    let emulator = emulator(3);
    let request = files(
        "/base/",
        &[KEY, ("UPLOADCARE_STORE", "1"), ("metadata[a:b]", "ü"), ("tags", "Cat, dog")],
        &[NOTE],
    );
    let answer = ask(&emulator, &request);
    assert_eq!((answer.status, answer.header("Content-Type")), (200, Some("application/json")));
    let uuid = uuid(&answer.json()["file"]);

    let file = file_info(&emulator, &uuid);
    assert_eq!(file["original_filename"], "note.txt");
    assert_eq!(file["size"], 5);
    assert_eq!(file["mime_type"], "text/plain");
    assert_eq!(file["metadata"], json!({"a:b": "ü"}));
    assert_eq!(file["tags"], json!(["cat", "dog"]));
    assert_eq!(file["is_ready"], true);
    assert!(file["datetime_stored"].is_string());
    assert_eq!(all_files(&emulator).last().unwrap()["uuid"], uuid);

    let content = ask(&emulator, &Request::plain("GET", &format!("/_emulator/content/{uuid}")));
    assert_eq!(content.text(), "hello");
    let upload = told(&emulator, &uuid);
    assert_eq!(upload["sha256"], sha256(b"hello"));
    assert_eq!(
        (&upload["filename"], &upload["size"], &upload["store"]),
        (&json!("note.txt"), &json!(5), &json!(true))
    );
}

#[test]
fn files_of_any_size_arrive_as_they_are() {
    let emulator = emulator(0);
    for size in [0, 1, 100_000, 10 * MIB] {
        let content = noise(size);
        let reply = ask(&emulator, &files("/base/", &[KEY], &[File { content: &content, ..NOTE }]));
        let upload = told(&emulator, &uuid(&reply.json()["file"]));
        assert_eq!((&upload["size"], &upload["sha256"]), (&json!(size), &json!(sha256(&content))));
    }
}

#[test]
fn several_files_come_back_by_the_names_of_their_fields() {
    let emulator = emulator(0);
    let two = [NOTE, File { field: "other", name: "b.png", mime: "image/png", content: b"1234" }];
    let uuids = ask(&emulator, &files("/base/", &[KEY], &two)).json();
    assert_eq!(uuids.as_object().unwrap().len(), 2);
    let other = told(&emulator, &uuid(&uuids["other"]));
    assert_eq!((&other["filename"], &other["mime_type"]), (&json!("b.png"), &json!("image/png")));
    assert_eq!(told(&emulator, &uuid(&uuids["file"]))["sha256"], sha256(b"hello"));
}

#[test]
fn a_file_is_stored_as_it_was_asked_for() {
    let emulator = emulator(0);
    let stored = |store: &str| {
        let reply = ask(&emulator, &files("/base/", &[KEY, ("UPLOADCARE_STORE", store)], &[NOTE]));
        file_info(&emulator, &uuid(&reply.json()["file"]))["datetime_stored"].is_string()
    };
    assert_eq!([stored("1"), stored("0"), stored("auto"), stored("")], [true, false, true, true]);
    control(&emulator, "POST", "project", r#"{"autostore_enabled":false}"#);
    assert_eq!([stored("1"), stored("0"), stored("auto"), stored("")], [true, false, false, false]);
}

#[test]
fn names_are_read_as_clients_write_them() {
    let emulator = emulator(0);
    let long = "n".repeat(300);
    for (sent, name) in [
        ("größe 🍍.txt", "größe 🍍.txt"),
        ("a%22b%22.txt", "a\"b\".txt"),
        (r#"a\"b.txt"#, "a\"b.txt"),
        ("a%0D%0Ab.txt", "a\r\nb.txt"),
        ("a\tb\u{1}\u{1b}\u{7f}.txt", "a\tb\u{1}\u{1b}\u{7f}.txt"),
        ("a%09b%41.txt", "a%09b%41.txt"),
        (r"a\b\", r"a\b\"),
        ("a; name=b; filename=c", "a; name=b; filename=c"),
        ("/home/me/c.txt", "c.txt"),
        (&long, &long),
    ] {
        let reply = ask(&emulator, &files("/base/", &[KEY], &[File { name: sent, ..NOTE }]));
        let uuid = uuid(&reply.json()["file"]);
        assert_eq!(file_info(&emulator, &uuid)["original_filename"], name, "{sent}");
    }
}

#[test]
fn what_is_no_type_is_any_bytes() {
    let emulator = emulator(0);
    for (sent, mime) in [
        ("text/html; charset=utf-8", "text/html"),
        ("nothing", "application/octet-stream"),
        ("/", "application/octet-stream"),
    ] {
        let reply = ask(&emulator, &files("/base/", &[KEY], &[File { mime: sent, ..NOTE }]));
        assert_eq!(told(&emulator, &uuid(&reply.json()["file"]))["mime_type"], mime, "{sent}");
    }
}

#[test]
fn what_a_direct_upload_is_refused_for() {
    let emulator = emulator(0);
    control(&emulator, "POST", "project", r#"{"max_file_size":4}"#);
    let refused =
        |fields: Fields, sent: &[File]| error(&ask(&emulator, &files("/base/?jsonerrors=1", fields, sent)));
    let words = |status: u64, code: &str, content: &str| (status, code.to_owned(), content.to_owned());
    assert_eq!(
        refused(&[], &[NOTE]),
        words(403, "ProjectPublicKeyRequiredError", "UPLOADCARE_PUB_KEY is required.")
    );
    assert_eq!(
        refused(&[("UPLOADCARE_PUB_KEY", "x")], &[NOTE]),
        words(403, "ProjectPublicKeyInvalidError", "UPLOADCARE_PUB_KEY is invalid.")
    );
    assert_eq!(refused(&[KEY], &[]), words(400, "FilesRequiredError", "Request does not contain files."));
    assert_eq!(refused(&[KEY], &[NOTE]), words(400, "FileSizeLimitExceededError", "File is too large."));
    assert_eq!(
        refused(&[KEY, ("a", "\0")], &[NOTE]),
        words(400, "NullCharactersForbiddenError", "Null characters are not allowed.")
    );
    assert_eq!(control(&emulator, "GET", "uploads", "")["uploads"], json!([]));
}

#[test]
fn a_request_may_have_100_mib() {
    let emulator = emulator(0);
    let content = vec![0; 100 * MIB];
    let reply = ask(&emulator, &files("/base/", &[KEY], &[File { content: &content, ..NOTE }]));
    assert_eq!((reply.status, reply.text()), (413, "The size of the request is too large."));
    let reply = ask(&emulator, &files("/base/", &[KEY], &[File { content: &content[MIB..], ..NOTE }]));
    assert_eq!(reply.status, 200);
}

#[test]
fn a_body_that_is_no_form_is_refused() {
    let emulator = emulator(0);
    let request = files("/base/", &[KEY], &[NOTE]).without("Content-Type");
    for content_type in [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=other",
        // A delimiter that something follows.
        "multipart/form-data; boundary=5cd0",
    ] {
        let reply = ask(&emulator, &request.clone().with("Content-Type", content_type));
        assert_eq!(
            (reply.status, reply.text()),
            (400, "HTTP POST request parsing failed."),
            "{content_type}"
        );
    }
}

#[test]
fn an_upload_may_come_in_chunks() {
    let emulator = emulator(0);
    let chunked = |request: Request| ask(&emulator, &request.with("Transfer-Encoding", "chunked"));
    let uuid = uuid(&chunked(files("/base/", &[KEY], &[NOTE])).json()["file"]);
    assert_eq!(told(&emulator, &uuid)["size"], 5);
    let group = chunked(form("/group/", &[SMALL_KEY, ("files[0]", &uuid)]));
    assert_eq!(group.json()["files_count"], 1);
}

#[test]
fn a_body_may_have_more_around_its_sections() {
    let emulator = emulator(0);
    let whole = "preamble\r\n--B\r\nX-Other: x\r\ncontent-disposition: form-data; name=UPLOADCARE_PUB_KEY\r\n\r\n\
                 demopublickey\r\n--B\r\nContent-Disposition: form-data; filename=\"a\"; name=\"file\"\r\n\r\n\
                 \r\n--A\r\n--\r\n--B--\r\nepilogue";
    for boundary in ["B", "\"B\"; charset=utf-8"] {
        let content_type = format!("Multipart/Form-Data; Boundary={boundary}");
        let request = Request::plain("POST", "/base/").with("Content-Type", &content_type);
        let reply = ask(&emulator, &request.clone().body(whole));
        let told = told(&emulator, &uuid(&reply.json()["file"]));
        assert_eq!((&told["size"], &told["sha256"]), (&json!(9), &json!(sha256(b"\r\n--A\r\n--"))));
        for end in [0, 20, 60, 130, whole.len() - 13] {
            let reply = ask(&emulator, &request.clone().body(&whole.as_bytes()[..end]));
            assert_eq!(reply.text(), "HTTP POST request parsing failed.", "{end}");
        }
    }
}

#[test]
fn metadata_has_its_limits() {
    let emulator = emulator(0);
    let code = |fields: Fields| {
        let fields = [&[KEY], fields].concat();
        let reply = ask(&emulator, &files("/base/?jsonerrors=1", &fields, &[NOTE]));
        reply.json()["error"]["error_code"].as_str().unwrap_or("none").to_owned()
    };
    let names: Vec<_> = (0..51).map(|number| format!("metadata[{number}]")).collect();
    let many: Vec<_> = names.iter().map(|name| (&**name, "v")).collect();
    let (longest, longer) =
        (format!("metadata[{}]", "k".repeat(64)), format!("metadata[{}]", "k".repeat(65)));
    assert_eq!(code(&many[..50]), "none");
    assert_eq!(code(&many), "FileMetadataKeysNumberTooBigError");
    assert_eq!(code(&[(&longest, &"ü".repeat(512))]), "none");
    assert_eq!(code(&[(&longer, "v")]), "FileMetadataKeyLengthTooBigError");
    assert_eq!(code(&[("metadata[k]", &"ü".repeat(513))]), "FileMetadataValueLengthTooBigError");
    assert_eq!(code(&[("metadata[k]", "")]), "FileMetadataValueEmptyError");
    assert_eq!(code(&[("metadata[]", "v")]), "FileMetadataKeyEmptyError");
    assert_eq!(code(&[("metadata[a b]", "v")]), "FileMetadataKeyForbiddenError");
    assert_eq!(code(&[("metadata[k]", "v"), ("metadata[k]", "w")]), "FileMetadataKeyDuplicatedError");
}

#[test]
fn tags_have_their_limits() {
    let emulator = emulator(0);
    let reply =
        |tags: &[String]| ask(&emulator, &files("/base/", &[KEY, ("tags", &tags.join(","))], &[NOTE]));
    let many: Vec<_> = (0..51).map(|number| format!("tag{number}")).collect();
    assert_eq!(reply(&many[..50]).status, 200);
    assert!(reply(&many).text().starts_with("Too many"));
    assert_eq!(reply(&["t".repeat(100)]).status, 200);
    assert_eq!(reply(&["t".repeat(101)]).status, 400);
    assert_eq!(reply(&["a b".to_owned()]).status, 400);
}

// -- how it says no -----------------------------------------------------------------------------

#[test]
fn a_refusal_is_text_unless_json_is_asked_for() {
    let emulator = emulator(0);
    let request = form("/base/", &[]);
    let reply = ask(&emulator, &request);
    assert_eq!((reply.status, reply.text()), (403, "UPLOADCARE_PUB_KEY is required."));
    assert_eq!(reply.header("Content-Type"), Some("text/plain; charset=utf-8"));
    let envelope = json!({"error": {
        "status_code": 403, "content": "UPLOADCARE_PUB_KEY is required.",
        "error_code": "ProjectPublicKeyRequiredError",
    }});
    for request in [
        request.clone().to("/base/?jsonerrors=1"),
        request.clone().with("Accept", "application/json"),
        request.with("Accept", "text/html, application/json;q=0.9"),
    ] {
        let reply = ask(&emulator, &request);
        assert_eq!((reply.status, reply.json()), (200, envelope.clone()));
        assert_eq!(reply.header("Content-Type"), Some("application/json"));
    }
}

#[test]
fn what_is_not_there_is_refused_in_the_same_forms() {
    let emulator = emulator(0);
    let put = |target: &str| ask(&emulator, &Request::plain("PUT", target));
    assert_eq!(put("/base/").status, 405);
    assert_eq!(error(&put("/base/?jsonerrors=1")).1, "MethodNotAllowedError");
    assert_eq!(put("/multipart/nothing/").status, 404);
}

#[test]
fn faults_of_a_status_speak_as_the_upload_api_does() {
    let emulator = emulator(0);
    let faulty = |status: u16, target: &str| {
        fault(
            &emulator,
            &format!(r#"{{"fault":"status","status":{status},"headers":{{"Retry-After":"3"}}}}"#),
        );
        post(&emulator, target, &[KEY])
    };
    let throttled = faulty(429, "/base/");
    assert_eq!((throttled.status, throttled.text()), (429, "Request was throttled."));
    let throttled = faulty(429, "/base/?jsonerrors=1");
    assert_eq!(error(&throttled).1, "RequestThrottledError");
    assert_eq!(throttled.header("Retry-After"), Some("3"));
    assert_eq!(error(&faulty(500, "/base/?jsonerrors=1")).1, "UploadAPIError");
    let page = faulty(502, "/base/?jsonerrors=1");
    assert_eq!((page.status, page.header("Content-Type")), (502, Some("text/html")));
    let part = faulty(503, "/_parts/x");
    assert_eq!((part.status, part.text().contains("<Code>SlowDown</Code>")), (503, true));
}

#[test]
fn a_request_that_breaks_off_uploads_nothing() {
    let emulator = emulator(0);
    let content = noise(MIB);
    let request = files("/base/", &[KEY], &[File { content: &content, ..NOTE }]);
    for after in [0, 100_000, 100_000_000] {
        fault(&emulator, &format!(r#"{{"fault":"reset_reading","after":{after}}}"#));
        let mut connection = Connection::open(&emulator);
        assert!(connection.ask(&request).is_err(), "{after}");
        fault(&emulator, &format!(r#"{{"fault":"hang_reading","after":{after},"ms":1}}"#));
        let mut connection = Connection::open(&emulator);
        assert!(connection.ask(&request).is_err(), "{after}");
    }
    assert_eq!(control(&emulator, "GET", "uploads", "")["uploads"], json!([]));
    assert_eq!(logged(&emulator, 0)["status"], 0);
    assert_eq!(ask(&emulator, &request).status, 200);
}

#[test]
fn the_log_tells_the_fields_and_not_the_content() {
    let emulator = emulator(0);
    ask(&emulator, &files("/base/", &[KEY, ("tags", "a,b")], &[NOTE]));
    assert_eq!(logged(&emulator, 0)["body"], "UPLOADCARE_PUB_KEY=demopublickey&tags=a%2Cb&file=%40note.txt");
}

#[test]
fn a_reset_forgets_what_was_uploaded() {
    let emulator = emulator(0);
    let uuid = upload(&emulator);
    control(&emulator, "POST", "reset", "");
    assert_eq!(control(&emulator, "GET", "uploads", "")["uploads"], json!([]));
    assert_eq!(ask(&emulator, &Request::plain("GET", &format!("/_emulator/content/{uuid}"))).status, 404);
    let target = format!("/info/?pub_key=demopublickey&file_id={uuid}");
    assert_eq!(ask(&emulator, &Request::plain("GET", &target)).status, 404);
}

// -- /info/ -------------------------------------------------------------------------------------

#[test]
fn info_tells_what_rest_tells_in_other_words() {
    let emulator = emulator(0);
    let content = File { name: "Ré sumé (1).txt", ..NOTE };
    let fields = [KEY, ("UPLOADCARE_STORE", "0"), ("metadata[k]", "v"), ("tags", "a")];
    let uuid = uuid(&ask(&emulator, &files("/base/", &fields, &[content])).json()["file"]);
    assert_eq!(
        upload_info(&emulator, &uuid),
        json!({
            "uuid": uuid, "file_id": uuid, "size": 5, "total": 5, "done": 5,
            "original_filename": "Ré sumé (1).txt", "filename": "Rsum1.txt", "mime_type": "text/plain",
            "image_info": null, "video_info": null,
            "content_info": {"mime": {"mime": "text/plain", "type": "text", "subtype": "plain"}},
            "metadata": {"k": "v"}, "tags": ["a"], "is_image": false, "is_stored": false, "is_ready": true,
        })
    );
}

#[test]
fn info_of_a_video_has_one_stream_of_each_kind() {
    let emulator = emulator(12);
    let rest = file_info(&emulator, &named(&emulator, "video.mp4"));
    let info = upload_info(&emulator, rest["uuid"].as_str().unwrap());
    assert_eq!(info["content_info"], rest["content_info"]);
    let video = &rest["content_info"]["video"];
    assert_eq!(info["video_info"]["audio"], video["audio"][0]);
    assert_eq!(info["video_info"]["video"], video["video"][0]);
    assert_eq!(info["video_info"]["duration"], video["duration"]);
    let silent = upload_info(&emulator, &named(&emulator, "unknown.webm"));
    assert_eq!(
        (&silent["video_info"]["audio"], &silent["video_info"]["format"]),
        (&json!(null), &json!("webm"))
    );
    let image = upload_info(&emulator, &named(&emulator, "dance.gif"));
    assert_eq!((&image["image_info"]["format"], &image["is_image"]), (&json!("GIF"), &json!(true)));
}

#[test]
fn info_needs_the_key_and_a_file() {
    let emulator = emulator(12);
    let removed = named(&emulator, "gone.txt");
    for (query, status, text) in [
        ("", 403, "pub_key is required."),
        ("pub_key=x", 403, "pub_key is invalid."),
        ("pub_key=demopublickey", 400, "file_id is required."),
        ("pub_key=demopublickey&file_id=x", 400, "file_id is invalid."),
        ("pub_key=demopublickey&file_id=00000000-0000-4000-8000-000000000000", 404, "File is not found."),
        (&format!("pub_key=demopublickey&file_id={removed}"), 404, "File is not found."),
    ] {
        let reply = ask(&emulator, &Request::plain("GET", &format!("/info/?{query}")));
        assert_eq!((reply.status, reply.text()), (status, text), "{query}");
    }
}

// -- /group/ ------------------------------------------------------------------------------------

#[test]
fn a_group_has_its_files_in_the_order_of_their_numbers() {
    let emulator = emulator(3);
    let (one, two, three) = (upload(&emulator), upload(&emulator), upload(&emulator));
    let (cropped, delivered) =
        (format!("{two}/-/crop/10x10/-/flip/"), format!("https://ucarecdn.com/{three}/a.txt"));
    let fields = [SMALL_KEY, ("files[10]", &delivered), ("files[9]", &cropped), ("files[0]", &one)];
    let group = post(&emulator, "/group/", &fields).json();
    let seen: Vec<_> = group["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| (uuid(&file["uuid"]), file["default_effects"].as_str().unwrap().to_owned()))
        .collect();
    let none = String::new();
    assert_eq!(seen, [(one.clone(), none.clone()), (two, "crop/10x10/-/flip/".to_owned()), (three, none)]);
    assert_eq!((&group["files_count"], &group["datetime_stored"]), (&json!(3), &json!(null)));
    let mut first = group["files"][0].clone();
    first.as_object_mut().unwrap().remove("default_effects");
    assert_eq!(first, upload_info(&emulator, &one));

    let id = group["id"].as_str().unwrap();
    assert!(id.ends_with("~3"));
    assert_eq!(truth(&emulator).last().unwrap(), id);
    let rest = get(&emulator, &format!("/groups/{id}/")).json();
    assert_eq!(rest["files"][1]["default_effects"], "crop/10x10/-/flip/");
    let again = Request::plain("GET", &format!("/group/info/?pub_key=demopublickey&group_id={id}"));
    assert_eq!(ask(&emulator, &again).json(), group);
}

#[test]
fn files_of_a_group_need_no_numbers_and_removed_ones_are_null() {
    let emulator = emulator(0);
    let (one, two) = (upload(&emulator), upload(&emulator));
    let group = post(&emulator, "/group//", &[SMALL_KEY, ("files[]", &two), ("files[]", &one)]).json();
    assert_eq!((&group["files"][0]["uuid"], &group["files"][1]["uuid"]), (&json!(two), &json!(one)));
    ask(&emulator, &Request::signed("DELETE", &format!("/files/{two}/storage/")));
    let target = format!("/group/info/?pub_key=demopublickey&group_id={}", group["id"].as_str().unwrap());
    let group = ask(&emulator, &Request::plain("GET", &target)).json();
    assert_eq!((&group["files"][0], &group["files"][1]["uuid"]), (&json!(null), &json!(one)));
}

#[test]
fn what_a_group_is_refused_for() {
    let emulator = emulator(0);
    let one = upload(&emulator);
    let refused = |fields: Fields| refusal(&emulator, "/group/", fields);
    let code = |status: u64, code: &str| (status, code.to_owned());
    assert_eq!(refused(&[("files[0]", &one)]), code(403, "ProjectPublicKeyRequiredError"));
    assert_eq!(refused(&[SMALL_KEY]), code(400, "GroupFilesInvalidError"));
    assert_eq!(refused(&[SMALL_KEY, ("files[x]", &one)]), code(400, "GroupFilesInvalidError"));
    assert_eq!(refused(&[SMALL_KEY, ("files[0]", "x")]), code(400, "GroupFileURLParsingFailedError"));
    let unknown = "00000000-0000-4000-8000-000000000000";
    assert_eq!(
        refused(&[SMALL_KEY, ("files[0]", &one), ("files[1]", unknown)]),
        code(400, "GroupFilesNotFoundError")
    );
    let many = [&[SMALL_KEY], &[("files[]", &*one); 1001][..]].concat();
    assert_eq!(refused(&many), code(400, "FilesNumberLimitExceededError"));
    assert_eq!(post(&emulator, "/group/", &many[..1001]).json()["files_count"], 1000);
    let info = |query: &str| {
        let target = format!("/group/info/?jsonerrors=1&pub_key=demopublickey{query}");
        error(&ask(&emulator, &Request::plain("GET", &target))).1
    };
    assert_eq!(info(""), "GroupIdRequiredError");
    assert_eq!(info("&group_id=x~1"), "GroupNotFoundError");
}
