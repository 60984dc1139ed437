//! What can go wrong, as every call reports it.

use std::borrow::Cow;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Argument,
    Auth,
    NotFound,
    Throttled,
    Rejected,
    Server,
    Network,
    Tls,
    Timeout,
    Protocol,
    Canceled,
    File,
    Job,
    Internal,
}

#[derive(Clone, Debug)]
pub struct Error {
    pub status: Status,
    /// One line of English.
    pub message: Cow<'static, str>,
    /// What the service answered, where it answered.
    pub answer: Option<Box<Reply>>,
    pub attempts: u32,
}

/// The parts of an answer that help whoever reads the error.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    pub http_status: u16,
    pub code: Option<String>,
    pub request_id: Option<String>,
    pub body: String,
    pub retry_after_ms: Option<u64>,
}

impl Error {
    pub fn new(status: Status, message: impl Into<Cow<'static, str>>) -> Self {
        Error { status, message: message.into(), answer: None, attempts: 0 }
    }

    pub fn argument(message: impl Into<Cow<'static, str>>) -> Self {
        Error::new(Status::Argument, message)
    }

    pub fn protocol(message: impl Into<Cow<'static, str>>) -> Self {
        Error::new(Status::Protocol, message)
    }

    pub fn canceled() -> Self {
        Error::new(Status::Canceled, "the call was canceled")
    }

    /// With words in front of its message.
    pub fn after(self, words: &str) -> Self {
        Error { message: format!("{words}: {}", self.message).into(), ..self }
    }

    pub fn retry_after_ms(&self) -> Option<u64> {
        self.answer.as_ref()?.retry_after_ms
    }
}

impl Error {
    /// Strikes out a credential, should a server have sent it back.
    pub fn hide(&mut self, credential: &str) {
        let strike = |text: &mut String| {
            if !credential.is_empty() && text.contains(credential) {
                *text = text.replace(credential, "***");
            }
        };
        strike(self.message.to_mut());
        if let Some(reply) = &mut self.answer {
            strike(&mut reply.body);
            reply.code.iter_mut().for_each(strike);
            reply.request_id.iter_mut().for_each(strike);
        }
    }
}

/// `text` in one line: control characters and runs of white space become single spaces.
pub fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
