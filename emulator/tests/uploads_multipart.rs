//! Files that come in parts.

mod client;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use client::uploads::*;
use client::*;
use serde_json::{Value, json};
use uploadcare_emulator::Emulator;

const PART: usize = 5 * MIB;
/// The least that may come in parts, and one byte more: two whole parts and a small one.
const SIZE: usize = 10 * MIB + 1;

/// An upload that has begun.
struct Begun {
    uuid: String,
    parts: Vec<String>,
}

fn start(emulator: &Emulator, fields: Fields) -> Reply {
    let size = SIZE.to_string();
    let usual = [KEY, ("filename", "a.bin"), ("content_type", "video/mp4"), ("size", &*size)];
    let usual = usual.into_iter().filter(|(name, _)| fields.iter().all(|(other, _)| other != name));
    post(emulator, "/multipart/start/?jsonerrors=1", &usual.chain(fields.iter().copied()).collect::<Vec<_>>())
}

fn begin(emulator: &Emulator) -> Begun {
    let begun = start(emulator, &[]).json();
    let parts = begun["parts"].as_array().unwrap().iter();
    let target = |url: &Value| url.as_str().unwrap().strip_prefix(emulator.base()).unwrap().to_owned();
    Begun { uuid: uuid(&begun["uuid"]), parts: parts.map(target).collect() }
}

fn put(emulator: &Emulator, target: &str, bytes: &[u8]) -> Reply {
    ask(emulator, &Request::plain("PUT", target).with("Content-Type", "application/octet-stream").body(bytes))
}

fn complete(emulator: &Emulator, uuid: &str) -> Reply {
    post(emulator, "/multipart/complete/?jsonerrors=1", &[KEY, ("uuid", uuid)])
}

/// The code of S3.
fn code(reply: &Reply) -> (u16, &str) {
    let (_, rest) = reply.text().split_once("<Code>").expect("S3's XML");
    (reply.status, rest.split_once("</Code>").unwrap().0)
}

#[test]
fn parts_make_a_file_in_whatever_order_they_come() {
    let emulator = emulator(3);
    let fields =
        [("UPLOADCARE_STORE", "0"), ("metadata[k]", "v"), ("tags", "a,b"), ("filename", "/tmp/a/b.mp4")];
    let begun = start(&emulator, &fields).json();
    let urls: Vec<_> = begun["parts"].as_array().unwrap().iter().map(|url| url.as_str().unwrap()).collect();
    assert_eq!(urls.len(), 3);
    let content = noise(SIZE);
    for (part, url) in content.chunks(PART).zip(&urls).rev() {
        let reply = put(&emulator, url.strip_prefix(emulator.base()).unwrap(), part);
        assert_eq!((reply.status, reply.body.len(), reply.header("ETag").is_some()), (200, 0, true));
    }
    let uuid = uuid(&begun["uuid"]);
    assert_eq!(get(&emulator, &format!("/files/{uuid}/")).status, 404);
    let info = complete(&emulator, &uuid).json();
    assert_eq!(info, upload_info(&emulator, &uuid));
    assert_eq!((&info["original_filename"], &info["mime_type"]), (&json!("b.mp4"), &json!("video/mp4")));
    assert_eq!((&info["metadata"], &info["tags"]), (&json!({"k": "v"}), &json!(["a", "b"])));
    assert_eq!(
        (&info["size"], &info["is_stored"], &info["is_ready"]),
        (&json!(SIZE), &json!(false), &json!(true))
    );
    assert_eq!(all_files(&emulator).last().unwrap()["uuid"], uuid);

    let upload = told(&emulator, &uuid);
    assert_eq!((&upload["sha256"], &upload["complete"]), (&json!(sha256(&content)), &json!(true)));
    assert_eq!((&upload["parts"], &upload["bytes_received"]), (&json!([1, 2, 3]), &json!(SIZE)));
    let kept = ask(&emulator, &Request::plain("GET", &format!("/_emulator/content/{uuid}")));
    assert!(kept.body == content);
}

#[test]
fn parts_are_as_large_as_was_asked_for() {
    let emulator = emulator(0);
    let parts = |size: usize, part_size: usize| {
        let (size, part_size) = (size.to_string(), part_size.to_string());
        let begun = start(&emulator, &[("size", &size), ("part_size", &part_size)]).json();
        begun["parts"].as_array().unwrap().len()
    };
    assert_eq!(parts(10 * MIB, PART), 2);
    assert_eq!(parts(10 * MIB, PART + 1), 2);
    assert_eq!(parts(10 * MIB, 10 * MIB), 1);
    assert_eq!(parts(10 * MIB + 1, 10 * MIB), 2);
    assert_eq!(parts(5 << 40, 5 << 30), 1024);
}

#[test]
fn what_a_start_is_refused_for() {
    let emulator = emulator(0);
    for (name, value, status, code) in [
        ("UPLOADCARE_PUB_KEY", "", 403, "ProjectPublicKeyRequiredError"),
        ("UPLOADCARE_PUB_KEY", "x", 403, "ProjectPublicKeyInvalidError"),
        ("filename", "", 400, "RequestParamRequiredError"),
        ("content_type", "", 400, "RequestParamRequiredError"),
        ("size", "", 400, "RequestParamRequiredError"),
        ("size", "1.5", 400, "MultipartSizeInvalidError"),
        ("size", "10485759", 400, "MultipartFileSizeTooSmallError"),
        ("size", "5497558138881", 400, "MultipartFileSizeLimitExceededError"),
        ("part_size", "x", 400, "MultipartPartSizeInvalidError"),
        ("part_size", "5242879", 400, "MultipartPartSizeTooSmallError"),
        ("part_size", "5368709121", 400, "MultipartPartSizeTooBigError"),
        ("metadata[]", "v", 400, "FileMetadataKeyEmptyError"),
    ] {
        let (real_status, real_code, _) = error(&start(&emulator, &[(name, value)]));
        assert_eq!((real_status, &*real_code), (status, code), "{name}={value}");
    }
    let reply = start(&emulator, &[("size", "5497558138880"), ("part_size", "5242880")]);
    assert_eq!(error(&reply).2, "Multipart Upload Part Size can not be less than 549755814 bytes.");
    control(&emulator, "POST", "project", r#"{"max_file_size":10485760}"#);
    assert_eq!(error(&start(&emulator, &[])).2, "File size exceeds project limit.");
}

#[test]
fn complete_looks_at_all_parts() {
    let emulator = emulator(0);
    let content = noise(SIZE + 1);
    let Begun { uuid, parts } = begin(&emulator);
    let refused = || error(&complete(&emulator, &uuid)).1;
    let mut from = 0;
    // One part is short at first, then long, then two of them are wrong in the same measure.
    for (part, end) in parts.iter().zip([PART, 2 * PART, SIZE]) {
        assert_eq!(refused(), "MultipartUploadSizeTooSmallError");
        put(&emulator, part, &content[from..end]);
        from = end;
    }
    put(&emulator, &parts[1], &content[PART..2 * PART - 1]);
    assert_eq!(refused(), "MultipartUploadSizeTooSmallError");
    put(&emulator, &parts[1], &content[PART..2 * PART + 1]);
    assert_eq!(refused(), "MultipartUploadSizeTooLargeError");
    put(&emulator, &parts[0], &content[..PART - 1]);
    assert_eq!(refused(), "MultipartFileCompletionFailedError");
    assert_eq!(told(&emulator, &uuid)["sha256"], Value::Null);
    put(&emulator, &parts[0], &content[..PART]);
    put(&emulator, &parts[1], &content[PART..2 * PART]);
    assert_eq!(complete(&emulator, &uuid).json()["uuid"], uuid);
    assert_eq!(told(&emulator, &uuid)["sha256"], sha256(&content[..SIZE]));

    assert_eq!(refused(), "MultipartFileAlreadyUploadedError");
    assert_eq!(code(&put(&emulator, &parts[0], b"late")), (404, "NoSuchUpload"));
    assert_eq!(told(&emulator, &uuid)["sha256"], sha256(&content[..SIZE]));
}

#[test]
fn complete_needs_the_key_and_an_upload_in_parts() {
    let emulator = emulator(0);
    let direct = upload(&emulator);
    let refused = |fields: Fields| refusal(&emulator, "/multipart/complete/", fields);
    let code = |status: u64, code: &str| (status, code.to_owned());
    assert_eq!(refused(&[]), code(403, "ProjectPublicKeyRequiredError"));
    assert_eq!(refused(&[KEY]), code(400, "MultipartFileIdRequiredError"));
    assert_eq!(refused(&[KEY, ("uuid", "x")]), code(400, "UUIDInvalidError"));
    assert_eq!(refused(&[KEY, ("uuid", &direct)]), code(404, "MultipartFileNotFoundError"));
    let unknown = "00000000-0000-4000-8000-000000000000";
    assert_eq!(refused(&[KEY, ("uuid", unknown)]), code(404, "MultipartFileNotFoundError"));
}

#[test]
fn a_part_url_is_good_for_one_part_and_for_its_time() {
    let emulator = emulator(0);
    control(&emulator, "POST", "project", r#"{"part_url_lifetime_s":100}"#);
    let Begun { uuid, parts } = begin(&emulator);
    let (_, query) = parts[0].split_once('?').unwrap();
    for target in [
        format!("/_parts/{uuid}/2?{query}"),
        format!("/_parts/{uuid}/1"),
        parts[0].replace("expires=", "expires=1"),
        format!("{}0", parts[0]),
    ] {
        assert_eq!(code(&put(&emulator, &target, b"x")), (403, "SignatureDoesNotMatch"), "{target}");
    }
    for target in [format!("/_parts/00000000-0000-4000-8000-000000000000/1?{query}"), "/_parts/x".to_owned()]
    {
        assert_eq!(code(&put(&emulator, &target, b"x")), (404, "NoSuchUpload"), "{target}");
    }
    control(&emulator, "POST", "clock", r#"{"offset_s":90}"#);
    assert_eq!(put(&emulator, &parts[0], b"x").status, 200);
    control(&emulator, "POST", "clock", r#"{"offset_s":101}"#);
    assert_eq!(code(&put(&emulator, &parts[0], b"x")), (403, "AccessDenied"));
    assert_eq!(told(&emulator, &uuid)["bytes_received"], 1);
}

#[test]
fn a_part_is_sent_as_s3_wants_it() {
    let emulator = emulator(0);
    let Begun { uuid, parts } = begin(&emulator);
    let put = Request::plain("PUT", &parts[0]).body(*b"x");
    for authorization in ["Bearer x", "Uploadcare.Simple demopublickey:demosecretkey"] {
        let reply = ask(&emulator, &put.clone().with("Authorization", authorization));
        assert_eq!(code(&reply), (400, "InvalidArgument"));
    }
    let upload = told(&emulator, &uuid);
    assert_eq!((&upload["leaks"], &upload["parts"]), (&json!(2), &json!([])));
    assert_eq!(
        code(&ask(&emulator, &Request::plain("POST", &parts[0]).body(*b"x"))),
        (405, "MethodNotAllowed")
    );

    let mut stream = TcpStream::connect(emulator.base().strip_prefix("http://").unwrap()).unwrap();
    let head = format!(
        "PUT {} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
        parts[0]
    );
    stream.write_all(format!("{head}1\r\nx\r\n0\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    BufReader::new(stream).read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 411 ") && answer.contains("MissingContentLength"), "{answer}");
}

#[test]
fn a_part_that_breaks_off_leaves_the_one_that_was_there() {
    let emulator = emulator(0);
    let content = noise(PART);
    let Begun { uuid, parts } = begin(&emulator);
    put(&emulator, &parts[0], &content);
    for fault in [
        r#"{"fault":"reset_reading","after":1000000,"path":"/_parts/"}"#,
        r#"{"fault":"hang_reading","after":1000000,"ms":1,"path":"/_parts/"}"#,
        r#"{"fault":"reset_before","path":"/_parts/"}"#,
    ] {
        client::fault(&emulator, fault);
        let request = Request::plain("PUT", &parts[0]).body(vec![0; PART]);
        assert!(Connection::open(&emulator).ask(&request).is_err());
    }
    let upload = told(&emulator, &uuid);
    assert_eq!((&upload["parts"], &upload["received"]), (&json!([1]), &json!(PART)));
    let received = upload["bytes_received"].as_u64().unwrap() as usize;
    assert!((2 * PART + 2_000_000..4 * PART).contains(&received), "{received}");
    put(&emulator, &parts[1], &content);
    put(&emulator, &parts[2], b"x");
    complete(&emulator, &uuid);
    assert_eq!(told(&emulator, &uuid)["sha256"], sha256(&[&content[..], &content, b"x"].concat()));
}

#[test]
fn faults_may_lose_the_answer_to_what_is_done() {
    let emulator = emulator(0);
    let Begun { uuid, parts } = begin(&emulator);
    let content = noise(SIZE);
    for (url, part) in parts.iter().zip(content.chunks(PART)) {
        fault(&emulator, r#"{"fault":"reset_before","done":true,"path":"/_parts/"}"#);
        assert!(Connection::open(&emulator).ask(&Request::plain("PUT", url).body(part)).is_err());
    }
    assert_eq!(told(&emulator, &uuid)["parts"], json!([1, 2, 3]));
    fault(&emulator, r#"{"fault":"close_before","done":true,"path":"/multipart/complete/"}"#);
    let request = form("/multipart/complete/?jsonerrors=1", &[KEY, ("uuid", &uuid)]);
    assert!(Connection::open(&emulator).ask(&request).is_err());
    assert_eq!(error(&ask(&emulator, &request)).1, "MultipartFileAlreadyUploadedError");
    assert_eq!(upload_info(&emulator, &uuid)["size"], SIZE);
}

#[test]
fn part_urls_lead_to_where_the_request_came_in() {
    let emulator = emulator(0);
    let fields = [KEY, ("filename", "a"), ("content_type", "a/b"), ("size", "10485760")];
    let request = form("/multipart/start/", &fields).with("Host", "uploads.example:8080");
    let begun = ask(&emulator, &request).json();
    assert!(begun["parts"][0].as_str().unwrap().starts_with("http://uploads.example:8080/_parts/"));
}

#[test]
fn a_client_may_wait_to_be_asked_for_the_body() {
    let emulator = emulator(0);
    let Begun { parts, .. } = begin(&emulator);
    let stream = TcpStream::connect(emulator.base().strip_prefix("http://").unwrap()).unwrap();
    let mut stream = BufReader::new(stream);
    let head =
        format!("PUT {} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n", parts[0]);
    stream.get_mut().write_all(head.as_bytes()).unwrap();
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    assert_eq!(line, "HTTP/1.1 100 Continue\r\n");
    stream.get_mut().write_all(b"x").unwrap();
    stream.read_line(&mut line).unwrap();
    stream.read_line(&mut line).unwrap();
    assert!(line.ends_with("HTTP/1.1 200 OK\r\n"), "{line}");
}
