//! What shall go wrong, and which request it hits.

use std::str::FromStr;
use std::sync::Arc;

use axum::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::{Map, Value};

/// One thing that goes wrong, told in JSON: `"{\"fault\":\"status\",\"status\":429}".parse()`.
#[derive(Clone, Debug)]
pub struct Fault {
    kind: Arc<Kind>,
    hits: Hits,
}

/// Which requests a fault hits.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Hits {
    /// How many; -1 for all.
    times: i64,
    /// How many it lets pass first.
    skip: u64,
    /// What the path begins with.
    path: String,
    method: Option<String>,
}

impl Default for Hits {
    fn default() -> Hits {
        Hits { times: 1, skip: 0, path: String::new(), method: None }
    }
}

#[derive(Debug, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
pub enum Kind {
    Status(Status),
    ResetBefore(Unanswered),
    CloseBefore(Unanswered),
    ResetInside(Inside),
    CloseInside(Inside),
    ResetReading { after: u64 },
    HangReading(HangReading),
    TruncatedJson {},
    MalformedJson {},
    CloseIdle {},
    CloseAfter {},
    NoLength {},
    Next { value: Option<String> },
    Set { pointer: String, value: Value },
    EmptyPage {},
    Slow(Slow),
    Hang(Hang),
    Delay { ms: u64 },
    Body(Body),
}

/// An answer of this status, with the service's own body for it unless another is given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Status {
    #[serde(deserialize_with = "final_status")]
    pub status: u16,
    #[serde(default, deserialize_with = "header_map")]
    pub headers: HeaderMap,
    pub body: Option<String>,
    #[serde(default, deserialize_with = "content_type")]
    pub content_type: Option<String>,
}

/// A connection that ends without an answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unanswered {
    /// What was asked for is done all the same.
    #[serde(default)]
    pub done: bool,
}

/// A connection that ends within an answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inside {
    /// So many bytes of the body come; half of them by default.
    pub after: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Slow {
    pub chunk: usize,
    pub interval_ms: u64,
    pub head: bool,
}

impl Default for Slow {
    fn default() -> Slow {
        Slow { chunk: 1, interval_ms: 20, head: false }
    }
}

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hang {
    pub ms: u64,
    /// What was asked for is done all the same.
    pub done: bool,
}

impl Default for Hang {
    fn default() -> Hang {
        Hang { ms: 60_000, done: false }
    }
}

/// A request that is not read to its end.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HangReading {
    /// So many bytes of its body are taken.
    pub after: u64,
    pub ms: u64,
}

impl Default for HangReading {
    fn default() -> HangReading {
        HangReading { after: 0, ms: Hang::default().ms }
    }
}

/// Any body: the first that is given, or none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    #[serde(default = "ok", deserialize_with = "final_status")]
    pub status: u16,
    #[serde(default, deserialize_with = "content_type")]
    pub content_type: Option<String>,
    #[serde(default, deserialize_with = "header_map")]
    pub headers: HeaderMap,
    pub body: Option<String>,
    #[serde(default, deserialize_with = "from_base64")]
    pub base64: Option<Vec<u8>>,
    pub fill: Option<usize>,
    pub gzip_fill: Option<u64>,
    pub nested: Option<usize>,
}

/// The faults that are left, in the order in which they were added.
pub struct Faults {
    left: Vec<Fault>,
    generation: u64,
}

impl Kind {
    /// How much of a request's body is read, unless that is all.
    pub fn reads(&self) -> Option<u64> {
        match self {
            Kind::ResetReading { after } | Kind::HangReading(HangReading { after, .. }) => Some(*after),
            _ => None,
        }
    }
}

impl Default for Faults {
    fn default() -> Faults {
        Faults { left: Vec::new(), generation: 1 }
    }
}

impl Faults {
    pub fn add(&mut self, faults: Vec<Fault>) {
        self.left.extend(faults);
    }

    pub fn clear(&mut self) {
        self.left.clear();
        self.generation += 1;
    }

    /// How often the faults were cleared: what an older fault has left behind is void. Never 0.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Uses up the first fault that hits this request.
    pub fn take(&mut self, method: &str, target: &str) -> Option<Arc<Kind>> {
        let place = self.left.iter_mut().position(|fault| fault.hits.hit(method, target))?;
        let fault = &mut self.left[place];
        let kind = fault.kind.clone();
        if fault.hits.times > 0 {
            fault.hits.times -= 1;
        }
        if fault.hits.times == 0 {
            self.left.remove(place);
        }
        Some(kind)
    }
}

impl Hits {
    /// Whether it hits this request; one that it lets pass is counted.
    fn hit(&mut self, method: &str, target: &str) -> bool {
        let is_meant = self.times != 0
            && target.starts_with(&self.path)
            && self.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method));
        if is_meant && self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        is_meant
    }
}

impl<'de> Deserialize<'de> for Fault {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Fault, D::Error> {
        let mut fields = Map::deserialize(deserializer)?;
        let mut hits = Map::new();
        for name in ["times", "skip", "path", "method"] {
            hits.extend(fields.remove_entry(name));
        }
        let hits = serde_json::from_value(Value::Object(hits)).map_err(D::Error::custom)?;
        let kind = serde_json::from_value(Value::Object(fields)).map_err(D::Error::custom)?;
        Ok(Fault { hits, kind: Arc::new(kind) })
    }
}

impl FromStr for Fault {
    type Err = serde_json::Error;

    fn from_str(json: &str) -> Result<Fault, serde_json::Error> {
        serde_json::from_str(json)
    }
}

fn ok() -> u16 {
    200
}

/// What an answer may end with: 1xx may not.
fn final_status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let status = u16::deserialize(deserializer)?;
    if (200..1000).contains(&status) { Ok(status) } else { Err(D::Error::custom("status: from 200 to 999")) }
}

fn header_map<'de, D: Deserializer<'de>>(deserializer: D) -> Result<HeaderMap, D::Error> {
    let mut headers = HeaderMap::new();
    for (name, value) in Map::deserialize(deserializer)? {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(D::Error::custom)?;
        headers.append(HeaderName::from_str(&name).map_err(D::Error::custom)?, value);
    }
    // The body has the length it has, even under the headers of another answer.
    headers.remove(CONTENT_LENGTH);
    headers.remove(TRANSFER_ENCODING);
    Ok(headers)
}

fn content_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let content_type = Option::<String>::deserialize(deserializer)?;
    if let Some(content_type) = &content_type {
        HeaderValue::from_str(content_type).map_err(D::Error::custom)?;
    }
    Ok(content_type)
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
    let text = String::deserialize(deserializer)?;
    BASE64_STANDARD.decode(text).map(Some).map_err(D::Error::custom)
}
