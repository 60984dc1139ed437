//! Answers with content, and under which name.

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_DISPOSITION;
use axum::response::Response;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::answer::of_type;

const PLAIN: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Shown at once, or saved.
pub fn file(mime: &str, is_inline: bool, name: &str, body: Vec<u8>) -> Response {
    let kind = if is_inline { "inline" } else { "attachment" };
    let encoded = utf8_percent_encode(name, &PLAIN).to_string();
    let name =
        if encoded == name { format!("filename=\"{name}\"") } else { format!("filename*=UTF-8''{encoded}") };
    let mut response = of_type(200, mime, Body::from(body));
    let disposition = HeaderValue::try_from(format!("{kind}; {name}")).expect("plain text");
    response.headers_mut().insert(CONTENT_DISPOSITION, disposition);
    response
}

pub fn content(mime: &str, body: Vec<u8>) -> Response {
    of_type(200, mime, Body::from(body))
}

pub fn json(value: &Value) -> Response {
    of_type(200, "application/json", Body::from(value.to_string()))
}

pub fn html(text: String) -> Response {
    of_type(200, "text/html; charset=utf-8", Body::from(text))
}

/// JSON for pages that may ask no other way.
pub fn jsonp(value: &Value, query: &str) -> Response {
    let callback = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "callback");
    let is_name = |name: &str| {
        !name.is_empty()
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_$.".contains(letter))
    };
    let callback = callback.map(|(_, value)| value.into_owned()).filter(|name| is_name(name));
    let callback = callback.as_deref().unwrap_or("uploadcare_callback");
    of_type(200, "application/javascript", Body::from(format!("{callback}({value});")))
}
