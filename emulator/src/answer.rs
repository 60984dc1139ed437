//! The answers of the service, and what all of them have in common.

use std::io::Write;

use axum::body::Body;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Version};
use axum::response::Response;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::{BodyExt, Full};
use serde::Serialize;
use serde_json::json;

/// An answer that is complete in memory.
pub type Answer = axum::http::Response<Bytes>;

pub const API_TYPE: &str = "application/vnd.uploadcare-v0.7+json";

/// Smaller answers are not worth compressing.
const GZIP_FROM: usize = 1024;

pub fn json(status: u16, value: &impl Serialize) -> Response {
    let body = serde_json::to_vec(value).expect("answers are plain data");
    of_type(status, API_TYPE, Body::from(body))
}

pub fn detail(status: u16, detail: &str) -> Response {
    json(status, &json!({ "detail": detail }))
}

pub fn not_found() -> Response {
    detail(404, "Not found.")
}

pub fn no_content() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

pub fn of_type<B>(status: u16, content_type: &str, body: impl Into<B>) -> axum::http::Response<B> {
    let response = axum::http::Response::builder().status(status).header(CONTENT_TYPE, content_type);
    response.body(body.into()).expect("statuses and content types were checked")
}

/// Takes an answer into memory.
pub async fn collect(response: Response) -> Answer {
    let (mut head, body) = response.into_parts();
    // The body may still be changed; its length is told when it is sent.
    head.headers.remove(CONTENT_LENGTH);
    let body = body.collect().await.expect("bodies are made in memory").to_bytes();
    Answer::from_parts(head, body)
}

/// As it goes out: one of HTTP/1.0 without a length, so that it ends where its connection does.
pub fn sent(answer: Answer) -> Response {
    match answer.version() {
        // Whoever sends it cannot see through the frames how much there is.
        Version::HTTP_10 => answer.map(|body| Body::new(Full::new(body).map_frame(|frame| frame))),
        _ => answer.map(Body::from),
    }
}

/// Compresses an answer for whoever accepts that.
pub fn gzip(answer: &mut Answer, request: &HeaderMap) {
    if answer.body().len() < GZIP_FROM || !is_text(answer) || !accepts_gzip(request) {
        return;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(answer.body()).expect("memory takes everything");
    *answer.body_mut() = encoder.finish().expect("memory takes everything").into();
    answer.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
}

/// The content of files goes as it is.
fn is_text(answer: &Answer) -> bool {
    let content_type = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|kind| kind.contains("json") || kind.starts_with("text/html"))
}

fn accepts_gzip(request: &HeaderMap) -> bool {
    let accepted = request.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let refused = |part: &str| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        parts.next() == Some("gzip") && !parts.any(refused)
    })
}
