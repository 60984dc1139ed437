//! What a failed attempt was: its status, its message, and whether it may be repeated.

use std::collections::TryReserveError;
use std::io;

use serde_json::Value;
use ureq::Timeout;

use super::encoding::Garbled;
use super::exchange::Ended;
use super::transport::{GrownOld, Lost};
use super::tunnel::Refused;
use super::{Answer, MOST_ERROR_BODY};
use crate::core::error::{Error, Reply, Status, one_line};

const OUT_OF_TIME: &str = "timeout_ms ran out before the service had answered";

/// What S3 says to a part that came too slowly.
const S3_TIMEOUT: &str = "RequestTimeout";

pub type Outcome<T> = Result<T, Failure>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    Never,
    /// Nothing can have been done: no connection, or the service was too busy to look.
    Always,
    /// The request may have been carried out.
    IfIdempotent,
    /// A kept connection that the server had closed; a fresh one is worth an immediate try.
    AtOnceIfIdempotent,
    /// The same where it had not received the whole request, so that nothing can have been done.
    AtOnce,
    /// Something else has to end first; it may take as long as there is time.
    WhenItsTurn,
    /// The clock was wrong and is right now.
    ClockCorrected,
}

#[derive(Debug)]
pub struct Failure {
    pub error: Error,
    pub repeat: Repeat,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure { error, repeat: Repeat::Never }
    }
}

impl From<TryReserveError> for Failure {
    fn from(error: TryReserveError) -> Self {
        Error::from(error).into()
    }
}

impl Failure {
    /// Whether the service may have answered well and that answer was lost: on the way, or at a
    /// gateway before it.
    pub fn is_answer_lost(&self) -> bool {
        self.error.answer.as_ref().is_none_or(|reply| matches!(reply.http_status, 200..=299 | 502 | 504))
    }

    /// Whether the call's own time ended, rather than anything on the way.
    pub fn is_out_of_time(&self) -> bool {
        self.error.status == Status::Timeout && self.repeat == Repeat::Never
    }

    /// Adds what the service answered, which was well: it is not looked at for words of a refusal.
    pub fn with(mut self, answer: Answer) -> Self {
        self.error.answer = Some(Box::new(reply(answer, None)));
        self
    }

    /// An answer that ends too early: the connection was lost where only its end could tell, else
    /// whoever told the length was wrong.
    pub fn cut_short(message: String, end_is_told: bool) -> Self {
        let status = if end_is_told { Status::Protocol } else { Status::Network };
        Failure { error: Error::new(status, message), repeat: Repeat::IfIdempotent }
    }

    /// What ureq met on the way to `host` and back.
    pub fn of_transport(error: ureq::Error, host: &str) -> Self {
        use Repeat::*;
        if let Some(Ended(reason)) = io_cause(&error) {
            return reason.clone().into();
        }
        let (status, message, repeat) = match &error {
            ureq::Error::Timeout(Timeout::Global) => (Status::Timeout, OUT_OF_TIME.to_owned(), Never),
            ureq::Error::Timeout(_) => {
                (Status::Timeout, format!("idle_timeout_ms ran out: nothing came from {host}"), IfIdempotent)
            }
            ureq::Error::Io(cause) => of_io(cause, host),
            _ => (Status::Protocol, format!("the answer is not sound HTTP: {error}"), Never),
        };
        Failure { error: Error::new(status, one_line(&message)), repeat }
    }

    /// `answer` has a status other than 2xx.
    pub fn of_answer(answer: Answer) -> Self {
        let (status, repeat) = match answer.status {
            401 | 403 => (Status::Auth, Repeat::Never),
            404 => (Status::NotFound, Repeat::Never),
            429 => (Status::Throttled, Repeat::Always),
            400..=499 => (Status::Rejected, Repeat::Never),
            500 | 502 | 503 | 504 => (Status::Server, Repeat::IfIdempotent),
            500..=599 => (Status::Server, Repeat::Never),
            _ => (Status::Protocol, Repeat::Never),
        };
        let said = said_by_service(&answer);
        let repeat = if said.code.as_deref() == Some(S3_TIMEOUT) { Repeat::IfIdempotent } else { repeat };
        let message = said.message.unwrap_or_else(|| usual_message(answer.status));
        let mut error = Error::new(status, message);
        error.answer = Some(Box::new(reply(answer, said.code)));
        Failure { error, repeat }
    }
}

/// The parts of `answer` that an error keeps.
fn reply(mut answer: Answer, code: Option<String>) -> Reply {
    cut(&mut answer.body, MOST_ERROR_BODY as usize);
    Reply {
        http_status: answer.status,
        code,
        retry_after_ms: answer.retry_after_ms(),
        request_id: answer.request_id().map(str::to_owned),
        body: answer.body,
    }
}

fn cut(text: &mut String, most: usize) {
    if text.len() > most {
        let end = (0..=most).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
        text.truncate(end);
    }
}

fn io_cause<T: std::error::Error + 'static>(error: &ureq::Error) -> Option<&T> {
    match error {
        ureq::Error::Io(cause) => inner(cause),
        _ => None,
    }
}

fn of_io(error: &io::Error, host: &str) -> (Status, String, Repeat) {
    if let Some(reason) = inner::<rustls::Error>(error) {
        return refused_by_tls(host, &tls_reason(reason));
    }
    if let Some(Garbled(reason)) = inner(error) {
        return (Status::Protocol, format!("the response is not sound gzip: {reason}"), Repeat::Never);
    }
    if error.kind() == io::ErrorKind::OutOfMemory {
        return (Status::Memory, "out of memory for the response".to_owned(), Repeat::Never);
    }
    let (reason, repeat) = match (inner(error), inner(error)) {
        (Some(GrownOld { cause, while_sending: true }), _) => (cause, Repeat::AtOnce),
        (Some(GrownOld { cause, .. }), _) => (cause, Repeat::AtOnceIfIdempotent),
        (_, Some(Lost(cause))) => (cause, Repeat::IfIdempotent),
        _ => (error, Repeat::IfIdempotent),
    };
    (Status::Network, format!("the connection to {host} was lost: {}", plain(reason)), repeat)
}

/// Why there is no connection. Nothing of the request was sent.
pub struct NotConnected(Box<Failure>);

impl From<NotConnected> for Failure {
    fn from(reason: NotConnected) -> Self {
        *reason.0
    }
}

impl NotConnected {
    pub fn refused(error: Error) -> Self {
        NotConnected(Box::new(error.into()))
    }

    /// `peer` is the host that was to be connected to.
    pub fn by(error: io::Error, peer: &str) -> Self {
        use Repeat::*;
        let (status, message, repeat) = match inner::<ureq::Error>(&error) {
            Some(ureq::Error::Timeout(Timeout::Global)) => (Status::Timeout, OUT_OF_TIME.to_owned(), Never),
            Some(ureq::Error::Timeout(Timeout::Connect)) => {
                (Status::Timeout, format!("connect_timeout_ms ran out: {peer} does not answer"), Always)
            }
            Some(ureq::Error::Timeout(_)) => {
                (Status::Timeout, format!("idle_timeout_ms ran out: nothing came from {peer}"), Always)
            }
            _ => match (inner::<rustls::Error>(&error), error.kind()) {
                (Some(reason), _) => refused_by_tls(peer, &tls_reason(reason)),
                (_, io::ErrorKind::NotFound) => {
                    (Status::Network, format!("the name of {peer} was not found"), Always)
                }
                _ => (Status::Network, format!("no connection to {peer}: {}", plain(&error)), Always),
            },
        };
        NotConnected(Box::new(Failure { error: Error::new(status, one_line(&message)), repeat }))
    }

    /// `proxy` stands before `peer`.
    pub fn by_proxy(error: io::Error, proxy: &str, peer: &str) -> Self {
        let Some(Refused { reason, is_passing }) = inner(&error) else { return Self::by(error, proxy) };
        let message = one_line(&format!("{proxy} made no connection to {peer}: {reason}"));
        let repeat = if *is_passing { Repeat::Always } else { Repeat::Never };
        NotConnected(Box::new(Failure { error: Error::new(Status::Network, message), repeat }))
    }
}

/// An I/O error in words a C programmer knows.
pub fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the peer closed it".to_owned(),
        _ => error.to_string().split(" (os error").next().unwrap_or_default().to_owned(),
    }
}

fn refused_by_tls(host: &str, reason: &str) -> (Status, String, Repeat) {
    (Status::Tls, format!("no TLS connection to {host}: {reason}"), Repeat::Never)
}

fn tls_reason(error: &rustls::Error) -> String {
    use rustls::CertificateError::*;
    use rustls::Error::*;
    match error {
        InvalidMessage(_) => "the peer does not speak TLS; is its address an http:// one?".to_owned(),
        InvalidCertificate(UnknownIssuer) => {
            "the certificate is not signed by a trusted authority; see opts.ca_file".to_owned()
        }
        InvalidCertificate(Expired | ExpiredContext { .. }) => {
            "the certificate has expired, or this machine's clock is wrong".to_owned()
        }
        InvalidCertificate(NotValidForName | NotValidForNameContext { .. }) => {
            "the certificate is for another host".to_owned()
        }
        other => other.to_string(),
    }
}

/// The error of type `E` that an I/O error was made from.
fn inner<E: std::error::Error + 'static>(error: &io::Error) -> Option<&E> {
    let error = error.get_ref()?;
    error.downcast_ref::<E>().or_else(|| error.source()?.downcast_ref::<E>())
}

#[derive(Default)]
struct Said {
    message: Option<String>,
    code: Option<String>,
}

/// The service's own words, in whichever of its forms they came.
fn said_by_service(answer: &Answer) -> Said {
    // What is larger is no error of the service, and would take memory to look at.
    if answer.body.len() > MOST_ERROR_BODY as usize {
        return Said::default();
    }
    if answer.content_type().contains("xml") {
        let (code, message) = (element(&answer.body, "Code"), element(&answer.body, "Message"));
        return Said { message: message.map(one_line), code: code.map(str::to_owned) };
    }
    if !answer.content_type().contains("json") {
        let plain = answer.content_type().starts_with("text/plain") && !answer.body.trim().is_empty();
        return Said { message: plain.then(|| one_line(&answer.body)), code: None };
    }
    let (message, code) = match serde_json::from_str(&answer.body) {
        Ok(Value::Object(fields)) => match (fields.get("detail"), fields.get("error")) {
            (Some(detail @ Value::String(_)), _) => (flat(detail), None),
            (_, Some(Value::Object(error))) => {
                let code = error.get("error_code").and_then(Value::as_str);
                (error.get("content").map(flat).unwrap_or_default(), code.map(str::to_owned))
            }
            _ => {
                let code = fields.get("error_code").and_then(Value::as_str).map(str::to_owned);
                (flat(&Value::Object(fields)), code)
            }
        },
        Ok(other) => (flat(&other), None),
        Err(_) => Default::default(),
    };
    Said { message: Some(one_line(&message)).filter(|message| !message.is_empty()), code }
}

/// The text of an element in the errors of S3, which have no attributes and no nesting.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once("</").map(|(text, _)| text).filter(|text| !text.trim().is_empty())
}

/// `{"size": {"non_field_errors": ["Too big.", "Odd."]}}` as `size: Too big. Odd.`
fn flat(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(flat).collect::<Vec<_>>().join(" "),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| match (name.as_str(), flat(value)) {
                (_, text) if text.is_empty() => None,
                ("non_field_errors" | "detail", text) => Some(text),
                (_, text) => Some(format!("{name}: {text}")),
            };
            fields.iter().filter_map(field).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

fn usual_message(status: u16) -> String {
    let reason = ureq::http::StatusCode::from_u16(status).ok().and_then(|code| code.canonical_reason());
    let redirect = if (300..400).contains(&status) { ": a redirect, which is not followed" } else { "" };
    format!(
        "the service answered HTTP {status}{}{}{redirect}",
        if reason.is_some() { " " } else { "" },
        reason.unwrap_or("")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, content_type: &str, body: &str) -> Answer {
        let mut answer = Answer { status, body: body.into(), ..Answer::default() };
        answer.headers.insert("content-type", content_type.parse().unwrap());
        answer
    }

    #[test]
    fn messages_are_the_services_in_one_line() {
        for (content_type, body, message) in [
            ("application/json", r#"{"detail":"Not\n found."}"#, "Not found."),
            (
                "application/json",
                r#"{"limit":["Too big.","Odd."],"from":["No."]}"#,
                "from: No.; limit: Too big. Odd.",
            ),
            ("application/json", r#"{"size":{"non_field_errors":["Bad."]}}"#, "size: Bad."),
            ("application/json", r#"{"error":{"content":"No key.","error_code":"K"}}"#, "No key."),
            ("text/plain; charset=utf-8", "pub_key is\r\nrequired.", "pub_key is required."),
            ("text/html", "<h1>502</h1>", "the service answered HTTP 404 Not Found"),
            ("application/json", "{", "the service answered HTTP 404 Not Found"),
            ("application/json", "{}", "the service answered HTTP 404 Not Found"),
            ("application/json", r#"{"detail":""}"#, "the service answered HTTP 404 Not Found"),
            ("application/json", r#"{"error":{}}"#, "the service answered HTTP 404 Not Found"),
        ] {
            assert_eq!(Failure::of_answer(answer(404, content_type, body)).error.message, message);
        }
    }

    /// By the table of them in the facts about the service.
    #[test]
    fn every_error_code_of_the_upload_api_has_its_status() {
        let facts = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/api/upload.md");
        let Ok(text) = std::fs::read_to_string(facts) else {
            println!("skipped: no ../shared/api/upload.md");
            return;
        };
        let mut codes = 0;
        for row in text.lines().map(|line| line.split('|').map(str::trim).collect::<Vec<_>>()) {
            let ["", _, code, http_status, content, ""] = row[..] else { continue };
            let (true, Ok(http_status)) = (code.ends_with("Error"), http_status.parse()) else { continue };
            let said =
                serde_json::json!({"status_code": http_status, "content": content, "error_code": code});
            let mut wrapped =
                answer(200, "application/json", &serde_json::json!({ "error": said }).to_string());
            wrapped.take_status_of_envelope();
            let error = Failure::of_answer(wrapped).error;
            let status = match http_status {
                401 | 403 => Status::Auth,
                404 => Status::NotFound,
                429 => Status::Throttled,
                500 => Status::Server,
                _ => Status::Rejected,
            };
            assert_eq!((error.status, error.http_status(), error.code()), (status, http_status, Some(code)));
            assert_eq!(error.message, content);
            codes += 1;
        }
        assert!(codes > 80, "{codes} codes in the table");
    }
}
