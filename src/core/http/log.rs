//! One line for each request, for whoever wants to know.

use std::sync::Arc;
use std::time::Duration;

use ureq::http::Method;

use crate::core::shown::{MOST_MESSAGE, MOST_NAME, Secrets};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Error,
    Warn,
    Info,
}

pub type Logger = Arc<dyn Fn(Level, &str) + Send + Sync>;

/// A request that has ended, well or not.
pub struct Line<'a> {
    pub method: &'a Method,
    pub target: &'a str,
    pub http_status: Option<u16>,
    pub took: Duration,
    pub attempt: u32,
    pub request_id: Option<&'a str>,
    /// What the service says to whoever runs this program.
    pub warning: Option<&'a str>,
    /// What went wrong.
    pub failure: Option<&'a str>,
}

impl Line<'_> {
    /// In which no text of a peer stands as it is, nor a link that it made up.
    pub fn text(&self, secrets: &Secrets) -> String {
        let part = |before: &str, text: Option<&str>, most| match text {
            Some(text) => format!("{before}{}", secrets.shown(text, most)),
            None => String::new(),
        };
        // It was cleaned, and has words of the library's own.
        let failure = self.failure.map(|failure| format!(": {failure}")).unwrap_or_default();
        let status = self.http_status.map_or("no answer".to_owned(), |status| status.to_string());
        format!(
            "{}{} -> {status} in {} ms (attempt {}{}){failure}{}",
            self.method,
            part(" ", Some(self.target), MOST_MESSAGE),
            self.took.as_millis(),
            self.attempt,
            part(", request ", self.request_id, MOST_NAME),
            part("; Warning: ", self.warning, MOST_MESSAGE),
        )
    }
}
