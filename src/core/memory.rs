//! Growth that may fail. What grows with a response, a file, a list or an argument goes through
//! here or through `try_reserve`, so that it ends in an error and never in an abort.

use std::collections::TryReserveError;
use std::fmt::{self, Write};
use std::io;

type Result<T> = std::result::Result<T, TryReserveError>;

pub fn push<T>(items: &mut Vec<T>, item: T) -> Result<()> {
    items.try_reserve(1)?;
    items.push(item);
    Ok(())
}

/// A copy of a text.
pub fn copy(text: &str) -> Result<String> {
    concat(&[text])
}

pub fn concat(parts: &[&str]) -> Result<String> {
    let mut text = String::new();
    text.try_reserve_exact(parts.iter().map(|part| part.len()).sum())?;
    text.extend(parts.iter().copied());
    Ok(text)
}

pub fn bytes(parts: &[&[u8]]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(parts.iter().map(|part| part.len()).sum())?;
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
    Ok(bytes)
}

/// What `format!` makes.
pub fn format(arguments: fmt::Arguments) -> Result<String> {
    let mut text = Growing::default();
    // It fails for want of memory alone, which it remembers.
    let _ = text.write_fmt(arguments);
    text.finish()
}

/// A text in the making, for what writes to a writer.
#[derive(Default)]
pub struct Growing {
    text: String,
    failure: Option<TryReserveError>,
}

impl Growing {
    pub fn add(&mut self, text: &str) {
        match self.text.try_reserve(text.len()) {
            Ok(()) => self.text.push_str(text),
            Err(error) => self.failure = Some(error),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// A copy of what there is so far.
    pub fn again(&self) -> Result<Self> {
        match &self.failure {
            None => Ok(Growing { text: copy(&self.text)?, failure: None }),
            Some(failure) => Err(failure.clone()),
        }
    }

    /// The text, unless some of it found no room.
    pub fn finish(self) -> Result<String> {
        self.failure.map_or(Ok(self.text), Err)
    }
}

impl Write for Growing {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.add(text);
        if self.failure.is_some() { Err(fmt::Error) } else { Ok(()) }
    }
}

/// For serde_json, which writes whole characters.
impl io::Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData)?;
        self.write_str(text).map_err(|_| io::ErrorKind::OutOfMemory)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_is_what_the_usual_ways_make() {
        assert_eq!(format(format_args!("{}-{:02x}", "ü", 10)).unwrap(), "ü-0a");
        assert_eq!(concat(&["a", "", "b"]).unwrap(), "ab");
    }
}
