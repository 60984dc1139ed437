//! What is wrong with operations, and where.

use std::collections::TryReserveError;

use crate::core::error::Error;

const MOST_SHOWN: usize = 60;
const MOST_WHOLE: usize = 1000;

#[derive(Debug)]
pub struct Mistake {
    /// The byte at which it begins.
    pub at: usize,
    /// What was found, and what may stand there.
    pub text: String,
    /// Nothing is wrong: memory ran out.
    is_memory: bool,
}

impl From<TryReserveError> for Mistake {
    fn from(_: TryReserveError) -> Self {
        Mistake { at: 0, text: String::new(), is_memory: true }
    }
}

pub type Result<T> = std::result::Result<T, Mistake>;

impl Mistake {
    pub fn new(at: usize, text: impl Into<String>) -> Self {
        Mistake { at, text: text.into(), is_memory: false }
    }

    /// With the whole, for whoever has not written it.
    pub fn within(self, operations: &str) -> Self {
        match operations.len() {
            ..=MOST_WHOLE => Mistake { text: format!("{} (in {operations:?})", self.text), ..self },
            _ => self,
        }
    }

    /// The same where its place tells nothing.
    pub fn of_all(&self, name: &str) -> Error {
        match self.is_memory {
            true => Error::memory(name),
            false => Error::argument(format!("{name}: {}", self.text)),
        }
    }

    /// As the caller hears of it, who called the operations `name`.
    pub fn error(&self, name: &str) -> Error {
        match self.is_memory {
            true => Error::memory(name),
            false => Error::argument(format!("{name}[{}]: {}", self.at, self.text)),
        }
    }
}

/// What was found, in quotes and not too long.
pub fn shown(found: &str) -> String {
    match found.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{:?}...", &found[..end]),
        None => format!("{found:?}"),
    }
}
