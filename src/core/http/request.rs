//! What is asked of the service.

use std::io::Read;
use std::time::Duration;

use chrono::{DateTime, Utc};
use ureq::http::Uri;
use zeroize::Zeroizing;

use super::{Method, sign};

/// The service takes a date up to 15 minutes off.
const FRESH_S: i64 = 5 * 60;

/// What a request carries.
#[derive(Clone, Copy)]
pub enum Body<'a> {
    /// JSON, or empty.
    Json(&'a str),
    Content(&'a dyn Content),
}

impl Body<'_> {
    pub fn content_type(&self) -> &str {
        match self {
            Body::Json(_) => sign::CONTENT_TYPE,
            Body::Content(content) => content.content_type(),
        }
    }

    /// How many bytes it has; none where a method that usually has no body is sent without one.
    pub fn size(&self, method: &Method) -> Option<u64> {
        match self {
            Body::Json("") if !matches!(*method, Method::POST | Method::PUT | Method::PATCH) => None,
            Body::Json(json) => Some(json.len() as u64),
            Body::Content(content) => Some(content.size()),
        }
    }
}

/// Bytes of a known number, read anew for each attempt.
pub trait Content {
    fn content_type(&self) -> &str;
    fn size(&self) -> u64;
    fn open(&self) -> Box<dyn Read + '_>;
}

/// A request to the API, or to another address that the API named.
pub struct Request<'a> {
    pub method: Method,
    /// Path and query as they stand in the request line and in the signature.
    pub target: &'a str,
    /// In place of the base and the target, which only stands in the log then.
    pub elsewhere: Option<&'a Uri>,
    /// A token of the Upload API.
    pub bearer: Option<&'a str>,
    pub body: Body<'a>,
    /// What the body or the URL holds and nobody may hear of.
    pub secrets: &'a [&'a str],
    /// For the first attempt.
    pub signature: Option<&'a Signature>,
    /// How large the answer may be expected to be.
    pub room: usize,
    /// Carried out twice it does no more than once.
    pub idempotent: bool,
    /// A 409 says that something else has to end first.
    pub waits_its_turn: bool,
    /// The call may not last longer, whatever the client's own limit.
    pub most_time: Duration,
}

impl<'a> Request<'a> {
    pub fn new(method: Method, target: &'a str) -> Self {
        let idempotent = matches!(method, Method::GET | Method::PUT | Method::DELETE);
        let (elsewhere, bearer, body) = (None, None, Body::Json(""));
        let (room, waits_its_turn, most_time) = (0, false, Duration::MAX);
        Request {
            method,
            target,
            elsewhere,
            bearer,
            body,
            secrets: &[],
            signature: None,
            room,
            idempotent,
            waits_its_turn,
            most_time,
        }
    }
}

/// What authorizes a request, and when it was made.
#[derive(Clone)]
pub struct Signature {
    pub date: DateTime<Utc>,
    pub credential: Zeroizing<String>,
}

impl Signature {
    pub fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        (now - self.date).num_seconds().abs() < FRESH_S
    }
}
