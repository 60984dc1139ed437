//! What came back.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde_json::Value;
use ureq::http::HeaderMap;
use zeroize::Zeroizing;

use super::call::Watching;
use super::date::parse_http_date;
use super::failure::{Failure, Outcome, Repeat};
use crate::core::error::Error;
use crate::core::json::{self, Odd, Reader, small_value};
use crate::core::shown::{MOST_MESSAGE, Secrets, shown};

/// For a message, in bytes.
const MOST_CONTENT_TYPE: usize = 100;

#[derive(Default)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
    /// An earlier request may have been carried out and its answer lost.
    pub maybe_repeated: bool,
    /// What reading it listens to.
    pub watch: Watching,
    /// It came over a connection that had served another request before.
    pub kept: bool,
    /// It came before the whole request had been sent.
    pub before_all_was_sent: bool,
    /// Of the request.
    pub credential: Zeroizing<String>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub fn request_id(&self) -> Option<Cow<'_, str>> {
        Some(String::from_utf8_lossy(self.headers.get("x-uploadcare-request-id")?.as_bytes()))
    }

    /// What the service has to say to whoever runs this program: that it will change, for example.
    pub fn warning(&self) -> Option<String> {
        let warnings = self.headers.get_all("warning").iter();
        let texts: Vec<_> = warnings.map(|text| String::from_utf8_lossy(text.as_bytes())).collect();
        Some(texts.join(", ")).filter(|text| !text.trim().is_empty())
    }

    /// Whether a text of it holds the credential that it was asked for with.
    pub fn tells_credential_in(&self, text: &str) -> bool {
        self.secrets().are_in(text)
    }

    /// A text of it without that credential.
    pub fn shown(&self, text: &str) -> String {
        self.secrets().shown(text, MOST_MESSAGE)
    }

    fn secrets(&self) -> Secrets<'_> {
        Secrets::new([self.credential.as_str()])
    }

    pub fn date(&self) -> Option<DateTime<Utc>> {
        parse_http_date(self.header("date")?)
    }

    pub fn content_type(&self) -> &str {
        self.header("content-type").unwrap_or_default()
    }

    /// The Upload API wraps its errors into answers of 200.
    pub fn take_status_of_envelope(&mut self) {
        let is_error =
            self.status == 200 && self.content_type().contains("json") && self.body.contains("\"error\"");
        let Some(Value::Object(fields)) = is_error.then(|| small_value(&self.body)).flatten() else { return };
        if let Some(Value::Object(error)) = fields.get("error") {
            let status = error.get("status_code").and_then(Value::as_u64);
            self.status = status.and_then(|status| u16::try_from(status).ok()).unwrap_or(400);
        }
    }

    pub fn retry_after_ms(&self) -> Option<u64> {
        let text = self.header("retry-after")?.trim();
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(text.parse().unwrap_or(u64::MAX).saturating_mul(1000));
        }
        let until = parse_http_date(text)? - self.date().unwrap_or_else(Utc::now);
        Some(u64::try_from(until.num_milliseconds()).unwrap_or(0))
    }

    /// Reads the body as JSON.
    pub fn read<'a, T>(&'a self, read: impl FnOnce(&mut Reader<'a>) -> json::Result<T>) -> Outcome<T> {
        let mut reader = Reader::watched(&self.body, &self.watch);
        let read = read(&mut reader).and_then(|value| reader.end().map(|()| value));
        read.map_err(|odd| {
            let (message, cut_short) = match *odd {
                Odd::Json { message, cut_short } => (message, cut_short),
                Odd::Ended(error) => return error.into(),
            };
            let form = match self.content_type() {
                json if json.contains("json") => String::new(),
                "" => " (it names no content type)".to_owned(),
                other => format!(" (its content type is {})", shown(other, MOST_CONTENT_TYPE)),
            };
            let message = format!("the answer is not the JSON it should be{form}: {message}");
            match cut_short {
                true => Failure::cut_short(message, self.end_is_told()),
                false => Error::protocol(message).into(),
            }
        })
    }

    /// Whether anything but the end of the connection told where the body ends.
    fn end_is_told(&self) -> bool {
        // What is packed tells its end itself.
        let tellers = ["content-length", "transfer-encoding", "content-encoding"];
        tellers.iter().any(|name| self.headers.contains_key(*name)) || self.body.trim().is_empty()
    }

    /// Fails where the body is JSON and is not whole. What is called something else is only known to
    /// be cut short where nothing but its own end told the end.
    pub fn check_whole(&self) -> Outcome<()> {
        let body = self.body.trim_start();
        let is_json = match self.content_type() {
            "" => body.starts_with(['{', '[']),
            named => named.contains("json"),
        };
        let may_be_json = body.starts_with(['{', '[']) && !self.end_is_told();
        match (is_json && !body.is_empty(), may_be_json) {
            (true, _) => self.read(json::check_whole),
            (false, true) => self.read(json::check_whole).or_else(|failure| match failure.repeat {
                Repeat::Never => Ok(()),
                _ => Err(failure),
            }),
            (false, false) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "Mon, 05 Nov 2018 13:14:41 GMT";

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        for (header, ms) in [
            ("10", Some(10_000)),
            ("0", Some(0)),
            ("Mon, 05 Nov 2018 13:14:51 GMT", Some(10_000)),
            ("Monday, 05-Nov-18 13:14:51 GMT", Some(10_000)),
            ("Mon Nov  5 13:14:51 2018", Some(10_000)),
            ("Mon, 05 Nov 2018 13:00:00 GMT", Some(0)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Sat, 01 Jan 0000 00:00:00 GMT", Some(0)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(251_860_877_118_000)),
            ("99999999999999999999", Some(u64::MAX)),
            ("18446744073709551615", Some(u64::MAX)),
            ("soon", None),
            ("", None),
            ("-1", None),
            ("+1", None),
            ("1.5", None),
            ("0x10", None),
            ("10 s", None),
            ("Mon, 05 Nov 20188 13:14:51 GMT", None),
        ] {
            let mut answer = Answer::default();
            answer.headers.insert("retry-after", header.parse().unwrap());
            answer.headers.insert("date", NOW.parse().unwrap());
            assert_eq!(answer.retry_after_ms(), ms, "{header}");
        }
    }

    #[test]
    fn warnings_are_joined_and_need_not_be_ascii() {
        let mut answer = Answer::default();
        assert_eq!(answer.warning(), None);
        answer.headers.append("warning", "299 - \"a\"".parse().unwrap());
        answer.headers.append("warning", ureq::http::HeaderValue::from_bytes(b"\xe9").unwrap());
        assert_eq!(answer.warning().as_deref(), Some("299 - \"a\", \u{fffd}"));
    }
}
