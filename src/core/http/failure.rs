//! What a failed attempt was: its status, its message, and whether it may be repeated.

use std::borrow::Cow;
use std::collections::TryReserveError;
use std::io;

use serde_json::Value;
use ureq::Timeout;

use super::encoding::Garbled;
use super::exchange::Ended;
use super::transport::{GrownOld, Lost};
use super::tunnel::Refused;
use super::{Answer, MOST_ERROR_BODY};
use crate::core::error::{Error, Reply, Status};
use crate::core::json::{Reader, small_value};

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
    /// A kept connection that the server had closed; a fresh one is worth an immediate try. It may
    /// have read the request before, which RFC 9110, 9.2.2 does not let anybody repeat then.
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

    /// The request had not been sent whole: nobody acts on half of one.
    pub fn before_all_was_sent(mut self) -> Self {
        self.repeat = match self.repeat {
            Repeat::IfIdempotent => Repeat::Always,
            Repeat::AtOnceIfIdempotent => Repeat::AtOnce,
            other => other,
        };
        self
    }

    /// Adds what the service answered with a status of 2xx. Of a job that failed it has a code.
    pub fn with(mut self, answer: Answer) -> Self {
        let is_small = answer.body.len() <= MOST_ERROR_BODY as usize;
        let told = is_small.then(|| Reader::new(&answer.body).field("error_code", Reader::text));
        let code = told.and_then(|code| code.ok());
        self.error.answer = Some(Box::new(reply(answer, code)));
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
        Failure { error: Error::new(status, message), repeat }
    }

    /// `answer` has a status other than 2xx.
    pub fn of_answer(answer: Answer) -> Self {
        let (status, repeat) = match answer.status {
            401 | 403 => (Status::Auth, Repeat::Never),
            404 => (Status::NotFound, Repeat::Never),
            // No whole request came in time: on a kept connection, because it was given up meanwhile.
            // Of one that was sent whole over a fresh connection, a gateway may think otherwise. (421: the
            // kept connection leads to another host's server.)
            408 | 421 if answer.kept => (Status::Rejected, Repeat::AtOnce),
            408 if answer.before_all_was_sent => (Status::Rejected, Repeat::Always),
            408 => (Status::Rejected, Repeat::IfIdempotent),
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
        request_id: answer.request_id().map(Cow::into_owned),
        warning: answer.warning(),
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
        return refused_by_tls(host, tls_reason(reason));
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
                (Some(reason), _) => refused_by_tls(peer, tls_reason(reason)),
                (_, io::ErrorKind::NotFound) => {
                    (Status::Network, format!("the name of {peer} was not found"), Always)
                }
                _ => (Status::Network, format!("no connection to {peer}: {}", plain(&error)), Always),
            },
        };
        NotConnected(Box::new(Failure { error: Error::new(status, message), repeat }))
    }

    /// `proxy` stands before `peer`.
    pub fn by_proxy(error: io::Error, proxy: &str, peer: &str) -> Self {
        let Some(Refused { reason, is_passing }) = inner(&error) else { return Self::by(error, proxy) };
        let message = format!("{proxy} made no connection to {peer}: {reason}");
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

/// What is wrong, and what helps: rustls itself tells it with all that it holds in memory.
fn tls_reason(error: &rustls::Error) -> &'static str {
    use rustls::Error::*;
    match error {
        InvalidMessage(_) => "the peer does not speak TLS; is its URL an http:// one?",
        InvalidCertificate(reason) => certificate_reason(reason),
        NoCertificatesPresented => "the server shows no certificate",
        PeerIncompatible(_) | NoApplicationProtocol => NOTHING_IN_COMMON,
        AlertReceived(alert) => alert_reason(*alert),
        DecryptError | PeerSentOversizedRecord => {
            "what came cannot be decrypted: something on the way has changed it"
        }
        PeerMisbehaved(_) | InappropriateMessage { .. } | InappropriateHandshakeMessage { .. } => {
            "the peer breaks the rules of TLS, or something on the way has changed what it sent"
        }
        FailedToGetCurrentTime => "this machine does not tell the time, which certificates need",
        FailedToGetRandomBytes => "this machine gives no random numbers, which TLS needs",
        _ => "the handshake has failed",
    }
}

const NOTHING_IN_COMMON: &str = "the server and this library have no TLS version, cipher or kind of certificate in common; \
     TLS 1.2 or 1.3 with a key of RSA, P-256, P-384 or Ed25519 will do";

fn alert_reason(alert: rustls::AlertDescription) -> &'static str {
    use rustls::AlertDescription::*;
    match alert {
        ProtocolVersion | HandshakeFailure | InsufficientSecurity => NOTHING_IN_COMMON,
        UnrecognisedName => "the server does not know itself by this host name",
        CertificateRequired | NoCertificate | BadCertificate | AccessDenied => {
            "the server wants a certificate from its clients, and this library sends none"
        }
        InternalError => "the server has failed in the handshake",
        _ => "the server has refused the handshake",
    }
}

fn certificate_reason(error: &rustls::CertificateError) -> &'static str {
    use rustls::CertificateError::*;
    match error {
        UnknownIssuer => {
            "the certificate is not signed by a trusted authority; name that authority's own in opts.ca_file or \
             opts.ca_data"
        }
        Expired | ExpiredContext { .. } => "the certificate has expired, or this machine's clock is wrong",
        NotValidYet | NotValidYetContext { .. } => {
            "the certificate is not valid yet, or this machine's clock is wrong"
        }
        NotValidForName | NotValidForNameContext { .. } => {
            "the certificate is for another host: the URL must name one that stands in it"
        }
        Revoked => "the certificate was revoked; the server needs another one",
        BadEncoding => "the certificate is damaged or no X.509 certificate; the server needs another one",
        BadSignature => {
            "the certificate's signature is wrong: it was changed, or made by another authority of the same name"
        }
        // ring, which verifies here, knows no P-521. The other provider, aws-lc-rs, does; but it is C
        // that is built for each target with a C compiler and CMake, and larger. Public authorities
        // do not sign with P-521.
        UnsupportedSignatureAlgorithmContext { .. }
        | UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => UNSUPPORTED_SIGNATURE,
        #[allow(deprecated)]
        UnsupportedSignatureAlgorithm => UNSUPPORTED_SIGNATURE,
        UnhandledCriticalExtension => {
            "the certificate has a critical extension that this library does not know; the server needs one without"
        }
        InvalidPurpose | InvalidPurposeContext { .. } => {
            "the certificate is not one for servers; the server needs one with the extended key usage serverAuth"
        }
        UnknownRevocationStatus
        | ExpiredRevocationList
        | ExpiredRevocationListContext { .. }
        | InvalidOcspResponse => "whether the certificate was revoked is not known",
        Other(reason) => chain_reason(&reason.to_string()),
        _ => REFUSED_CERTIFICATE,
    }
}

const UNSUPPORTED_SIGNATURE: &str = "the certificate is signed in a way that this library cannot verify, with P-521 or \
     SHA-1 for example; the server needs one signed with RSA, P-256, P-384 or Ed25519";

const REFUSED_CERTIFICATE: &str =
    "the certificate or one that signed it is not fit for a server; it needs another one";

/// For what rustls passes on from webpki by its name alone.
fn chain_reason(name: &str) -> &'static str {
    let word = name.rsplit("OtherError(").next().unwrap_or_default();
    match word.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default() {
        "CaUsedAsEndEntity" => {
            "the server shows the certificate of an authority (CA:TRUE) as its own; it needs one with CA:FALSE, and \
             opts.ca_file or opts.ca_data the one that signed it"
        }
        "EndEntityUsedAsCa" => {
            "the certificate is signed by one that is not an authority's (CA:FALSE); the server needs another one"
        }
        "PathLenConstraintViolated" | "NameConstraintViolation" => {
            "the authority was not allowed to sign a certificate for this host; the server needs another one"
        }
        "UnsupportedCertVersion" => "the certificate is not of X.509 version 3; the server needs another one",
        _ => REFUSED_CERTIFICATE,
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
        return Said { message: message.map(str::to_owned), code: code.map(str::to_owned) };
    }
    if !answer.content_type().contains("json") {
        let plain = answer.content_type().starts_with("text/plain") && !answer.body.trim().is_empty();
        return Said { message: plain.then(|| answer.body.clone()), code: None };
    }
    let (message, code) = match small_value(&answer.body) {
        Some(Value::Object(fields)) => match (fields.get("detail"), fields.get("error")) {
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
        Some(other) => (flat(&other), None),
        None => Default::default(),
    };
    Said { message: Some(message).filter(|message| !message.trim().is_empty()), code }
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
    let redirect = if (300..400).contains(&status) && status != 304 {
        ": a redirect, which is not followed"
    } else {
        ""
    };
    format!(
        "the service answered HTTP {status}{}{}{redirect}",
        if reason.is_some() { " " } else { "" },
        reason.unwrap_or("")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::shown::Secrets;

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
            let mut error = Failure::of_answer(answer(404, content_type, body)).error;
            error.clean(&Secrets::default());
            assert_eq!(error.message, message);
        }
    }

    #[test]
    fn a_408_is_repeated_where_no_whole_request_can_have_come() {
        for (kept, before_all_was_sent, repeat) in [
            (true, false, Repeat::AtOnce),
            (true, true, Repeat::AtOnce),
            (false, true, Repeat::Always),
            (false, false, Repeat::IfIdempotent),
        ] {
            let answer = Answer { kept, before_all_was_sent, ..answer(408, "text/plain", "") };
            assert_eq!(Failure::of_answer(answer).repeat, repeat);
        }
    }

    #[test]
    fn half_a_request_may_be_sent_again() {
        use Repeat::*;
        for (before, after) in
            [(IfIdempotent, Always), (AtOnceIfIdempotent, AtOnce), (Never, Never), (Always, Always)]
        {
            let failure = Failure { error: Error::canceled(), repeat: before };
            assert_eq!(failure.before_all_was_sent().repeat, after);
        }
    }

    #[test]
    fn every_refusal_of_a_certificate_is_a_plain_sentence() {
        use std::sync::Arc;

        use rustls::CertificateError::*;
        use rustls::pki_types::{ServerName, UnixTime};
        use rustls::{AlertDescription, Error as Tls, OtherError, PeerIncompatible, PeerMisbehaved};

        #[derive(Debug)]
        struct Named(&'static str);
        impl std::fmt::Display for Named {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}", self.0)
            }
        }
        impl std::error::Error for Named {}
        let other = |name| Tls::InvalidCertificate(Other(OtherError(Arc::new(Named(name)))));
        let time = UnixTime::now();
        let name = ServerName::try_from("example.com").unwrap();
        #[allow(deprecated)]
        let certificates = [
            (BadEncoding, "damaged"),
            (Expired, "expired"),
            (ExpiredContext { time, not_after: time }, "expired"),
            (NotValidYet, "not valid yet"),
            (NotValidYetContext { time, not_before: time }, "not valid yet"),
            (Revoked, "revoked"),
            (UnhandledCriticalExtension, "critical extension"),
            (UnknownIssuer, "opts.ca_file"),
            (UnknownRevocationStatus, "not known"),
            (ExpiredRevocationList, "not known"),
            (ExpiredRevocationListContext { time, next_update: time }, "not known"),
            (BadSignature, "signature is wrong"),
            (UnsupportedSignatureAlgorithm, "P-521"),
            (
                UnsupportedSignatureAlgorithmContext {
                    signature_algorithm_id: vec![1; 99],
                    supported_algorithms: Vec::new(),
                },
                "P-521",
            ),
            (
                UnsupportedSignatureAlgorithmForPublicKeyContext {
                    signature_algorithm_id: vec![1; 99],
                    public_key_algorithm_id: vec![1; 99],
                },
                "P-521",
            ),
            (NotValidForName, "another host"),
            (NotValidForNameContext { expected: name, presented: vec!["x".repeat(999)] }, "another host"),
            (InvalidPurpose, "serverAuth"),
            (InvalidOcspResponse, "not known"),
            (ApplicationVerificationFailure, "not fit"),
        ];
        let certificates = certificates.map(|(reason, part)| (Tls::InvalidCertificate(reason), part));
        let others = [
            (other("CaUsedAsEndEntity"), "CA:TRUE"),
            (other("OtherError(EndEntityUsedAsCa)"), "CA:FALSE"),
            (other("NameConstraintViolation"), "not allowed"),
            (other("MaximumPathDepthExceeded"), "not fit"),
            (Tls::General("x".repeat(999)), "handshake"),
            (Tls::NoCertificatesPresented, "no certificate"),
            (Tls::DecryptError, "decrypted"),
            (Tls::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon), "TLS 1.2 or 1.3"),
            (Tls::PeerMisbehaved(PeerMisbehaved::TooManyEmptyFragments), "rules of TLS"),
            (Tls::AlertReceived(AlertDescription::HandshakeFailure), "TLS 1.2 or 1.3"),
            (Tls::AlertReceived(AlertDescription::CertificateRequired), "wants a certificate"),
            (Tls::AlertReceived(AlertDescription::Unknown(200)), "refused the handshake"),
        ];
        for (error, part) in certificates.into_iter().chain(others) {
            let reason = tls_reason(&error);
            assert!(reason.contains(part), "{error:?}: {reason}");
            assert!(
                reason.len() < 200 && !reason.contains(['{', '[', '_']) || reason.contains("ca_file"),
                "{reason}"
            );
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
