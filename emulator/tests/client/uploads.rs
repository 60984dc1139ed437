//! Asks the Upload API.

use std::fmt::Write;

use serde_json::Value;
use sha2::{Digest, Sha256};
use uploadcare_emulator::Emulator;

use super::{Reply, Request, ask, control};

pub type Fields<'a> = &'a [(&'a str, &'a str)];

pub const KEY: (&str, &str) = ("UPLOADCARE_PUB_KEY", "demopublickey");
pub const SMALL_KEY: (&str, &str) = ("pub_key", "demopublickey");
pub const MIB: usize = 1 << 20;

/// A file to send.
pub struct File<'a> {
    pub field: &'a str,
    pub name: &'a str,
    pub mime: &'a str,
    pub content: &'a [u8],
}

pub const NOTE: File = File { field: "file", name: "note.txt", mime: "text/plain", content: b"hello" };

/// A request with these fields, as a query in its body.
pub fn form(target: &str, fields: Fields) -> Request {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Request::plain("POST", target).with("Content-Type", "application/x-www-form-urlencoded").body(body)
}

pub fn post(emulator: &Emulator, target: &str, fields: Fields) -> Reply {
    ask(emulator, &form(target, fields))
}

/// A request with these fields and files.
pub fn files(target: &str, fields: Fields, files: &[File]) -> Request {
    const BOUNDARY: &str = "5cd09cbe27ea4b0f";
    let mut body = Vec::new();
    for (name, value) in fields {
        let mut part = String::new();
        write!(part, "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            .unwrap();
        body.extend(part.into_bytes());
    }
    for File { field, name, mime, content } in files {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
             Content-Type: {mime}\r\n\r\n"
        );
        body.extend([head.as_bytes(), content, b"\r\n"].concat());
    }
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    Request::plain("POST", target).with("Content-Type", &content_type).body(body)
}

/// Uploads a small file, and gives its UUID.
pub fn upload(emulator: &Emulator) -> String {
    uuid(&ask(emulator, &files("/base/", &[KEY], &[NOTE])).json()["file"])
}

pub fn uuid(value: &Value) -> String {
    value.as_str().expect("a UUID").to_owned()
}

/// What the emulator tells of an upload.
pub fn told(emulator: &Emulator, uuid: &str) -> Value {
    let uploads = control(emulator, "GET", "uploads", "");
    let uploads = uploads["uploads"].as_array().unwrap();
    uploads.iter().find(|upload| upload["uuid"] == uuid).expect("an upload").clone()
}

pub fn upload_info(emulator: &Emulator, uuid: &str) -> Value {
    let target = format!("/info/?pub_key=demopublickey&file_id={uuid}");
    ask(emulator, &Request::plain("GET", &target)).json()
}

/// The status, the code and the words of a refusal in JSON.
pub fn error(reply: &Reply) -> (u64, String, String) {
    let error = &reply.json()["error"];
    assert_eq!(reply.status, 200, "{}", reply.text());
    let text = |name: &str| error[name].as_str().expect("a refusal").to_owned();
    (error["status_code"].as_u64().unwrap(), text("error_code"), text("content"))
}

/// The status and the code of what these fields are refused with.
pub fn refusal(emulator: &Emulator, target: &str, fields: Fields) -> (u64, String) {
    let (status, code, _) = error(&post(emulator, &format!("{target}?jsonerrors=1"), fields));
    (status, code)
}

pub fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// Bytes that are nowhere alike.
pub fn noise(size: usize) -> Vec<u8> {
    let mut state = size as u64;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
    .take(size)
    .collect()
}
