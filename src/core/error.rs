//! What can go wrong, as every call reports it.

use std::borrow::Cow;
use std::collections::TryReserveError;

use super::memory;

use zeroize::Zeroize;

use super::shown::{MOST_MESSAGE, MOST_NAME, Secrets, shown};

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
    Memory,
    Internal,
}

#[derive(Clone, Debug)]
pub struct Error {
    pub status: Status,
    /// One line of English, once it has been cleaned where a peer had a part in it.
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
    /// Of the service to whoever runs this program.
    pub warning: Option<String>,
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

    /// What grows with `what` did not fit into memory.
    pub fn memory(what: &str) -> Self {
        let message = memory::format(format_args!("out of memory for {what}"));
        Error::new(Status::Memory, message.map_or("out of memory".into(), Cow::Owned))
    }

    pub fn canceled() -> Self {
        Error::new(Status::Canceled, "the call was canceled")
    }

    pub fn is_canceled(&self) -> bool {
        self.status == Status::Canceled
    }

    /// With words in front of its message.
    pub fn after(self, words: &str) -> Self {
        Error { message: format!("{words}: {}", self.message).into(), ..self }
    }

    /// Without the body of an answer that was good and could not be read, since what it holds is
    /// not for everybody.
    pub fn without_good_body(mut self) -> Self {
        if let Some(reply) = self.answer.as_mut().filter(|reply| (200..300).contains(&reply.http_status)) {
            reply.body.clear();
        }
        self
    }

    /// The same once more, or that there is no memory for it.
    pub fn again(&self) -> Self {
        let answer = self.answer.as_deref().map(Reply::again).transpose();
        match answer {
            Ok(answer) => {
                let (status, message, attempts) = (self.status, self.message.clone(), self.attempts);
                Error { status, message, answer: answer.map(Box::new), attempts }
            }
            Err(error) => error.into(),
        }
    }

    /// 0 where no answer came.
    pub fn http_status(&self) -> u16 {
        self.answer.as_ref().map_or(0, |reply| reply.http_status)
    }

    /// The service's word for it.
    pub fn code(&self) -> Option<&str> {
        self.answer.as_ref()?.code.as_deref()
    }

    pub fn retry_after_ms(&self) -> Option<u64> {
        self.answer.as_ref()?.retry_after_ms
    }
}

impl Reply {
    fn again(&self) -> std::result::Result<Self, TryReserveError> {
        let (code, request_id, warning) = (self.code.clone(), self.request_id.clone(), self.warning.clone());
        Ok(Reply { code, request_id, warning, body: memory::copy(&self.body)?, ..*self })
    }
}

impl From<TryReserveError> for Error {
    fn from(_: TryReserveError) -> Self {
        Error::new(Status::Memory, "out of memory")
    }
}

impl Error {
    /// Strikes out what must not be told, should a peer have sent it back, and cuts what is long. A
    /// peer's words in the message of a refusal were struck where they were taken from, so that the
    /// library's own stay.
    pub fn clean(&mut self, secrets: &Secrets) {
        let shown = match self.http_status() {
            200..=299 => secrets.shown(&self.message, MOST_MESSAGE),
            _ => shown(&self.message, MOST_MESSAGE),
        };
        if let Cow::Owned(mut before) = std::mem::replace(&mut self.message, shown.into()) {
            before.zeroize();
        }
        if let Some(reply) = &mut self.answer {
            secrets.strike(&mut reply.body);
            for (text, most) in [
                (&mut reply.code, MOST_NAME),
                (&mut reply.request_id, MOST_NAME),
                (&mut reply.warning, MOST_MESSAGE),
            ] {
                let shown = text.as_ref().map(|text| secrets.shown(text, most));
                std::mem::replace(text, shown).zeroize();
            }
        }
    }
}
