//! One line for each request, for whoever wants to know.

use std::time::Duration;

use ureq::http::Method;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Error,
    Warn,
    Info,
}

pub type Logger = Box<dyn Fn(Level, &str) + Send + Sync>;

/// A request that has ended, well or not.
pub struct Line<'a> {
    pub method: &'a Method,
    pub target: &'a str,
    pub http_status: Option<u16>,
    pub took: Duration,
    pub attempt: u32,
    pub request_id: Option<&'a str>,
    /// What went wrong.
    pub failure: Option<&'a str>,
}

impl Line<'_> {
    pub fn text(&self) -> String {
        let status = self.http_status.map_or("no answer".to_owned(), |status| status.to_string());
        let id = self.request_id.map(|id| format!(", request {id}")).unwrap_or_default();
        let failure = self.failure.map(|failure| format!(": {failure}")).unwrap_or_default();
        format!(
            "{} {} -> {status} in {} ms (attempt {}{id}){failure}",
            self.method,
            self.target,
            self.took.as_millis(),
            self.attempt,
        )
    }
}
