//! How the Upload API says no: in plain text, or in an envelope for those who ask for JSON.

use axum::body::Body;
use axum::http::header::ACCEPT;
use axum::response::{IntoResponse, Response};
use hyper::http::request::Parts;
use serde_json::json;

use crate::answer::of_type;

pub type Outcome = Result<Response, Failure>;

#[derive(Clone, Debug)]
pub struct Failure {
    status: u16,
    code: &'static str,
    content: String,
}

impl Failure {
    pub fn new(status: u16, code: &'static str, content: impl Into<String>) -> Failure {
        Failure { status, code, content: content.into() }
    }

    /// A field that has to be there.
    pub fn missing(code: &'static str, field: &str) -> Failure {
        Failure::new(400, code, format!("{field} is required."))
    }

    pub fn internal() -> Failure {
        Failure::new(500, "UploadAPIError", "Internal error.")
    }

    pub fn unparsable() -> Failure {
        Failure::new(400, "PostRequestParserFailedError", "HTTP POST request parsing failed.")
    }

    pub fn too_large_request() -> Failure {
        Failure::new(413, "RequestSizeLimitExceededError", "The size of the request is too large.")
    }

    pub fn no_file() -> Failure {
        Failure::new(404, "FileNotFoundError", "File is not found.")
    }

    /// What usually is behind a status.
    pub fn usual(status: u16) -> Option<Failure> {
        Some(match status {
            400 => Failure::new(400, "BaseViewsError", "Request processing failed."),
            401 => Failure::new(401, "AccessTokenInvalidError", "Invalid token. Reason: Signature."),
            403 => Failure::new(403, "UploadFailedError", "Upload failed."),
            404 => Failure::no_file(),
            405 => {
                Failure::new(405, "MethodNotAllowedError", "HTTP method POST is not allowed for this path")
            }
            413 => Failure::too_large_request(),
            429 => Failure::new(429, "RequestThrottledError", "Request was throttled."),
            500 => Failure::internal(),
            _ => return None,
        })
    }

    /// The answer in the form that was asked for.
    pub fn tell(&self, head: &Parts) -> Response {
        if !wants_json(head) {
            return of_type(self.status, "text/plain; charset=utf-8", Body::from(self.content.clone()));
        }
        let Failure { status, code, content } = self;
        let error = json!({ "status_code": status, "content": content, "error_code": code });
        of_type(200, "application/json", Body::from(json!({ "error": error }).to_string()))
    }
}

/// `tell` has the last word, since the form depends on the request.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(self);
        response
    }
}

fn wants_json(head: &Parts) -> bool {
    let query = head.uri.query().unwrap_or_default();
    let accepted = head.headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut types = accepted.flat_map(|value| value.split(',')).filter_map(|part| part.split(';').next());
    types.any(|accepted| accepted.trim() == "application/json")
        || form_urlencoded::parse(query.as_bytes())
            .any(|(name, value)| name == "jsonerrors" && matches!(&*value, "1" | "true"))
}
