//! Operations put together call by call.

use super::mistake::{Mistake, shown};
use super::steps::{MOST_LENGTH, begun, is_plain, steps, without_meaning};
use super::{Subject, check, check_each};
use crate::core::error::{Error, Result};
use crate::core::memory::{self, Growing};
use crate::core::url::escape::{self, escape};

/// What was asked for so far. The first mistake is told at the end.
#[derive(Default)]
pub struct Ops {
    text: String,
    /// Why a call was none, and how much had been asked for before.
    problem: Option<(usize, Error)>,
    unchecked: bool,
}

impl Ops {
    pub fn new(unchecked: bool) -> Self {
        Ops { unchecked, ..Ops::default() }
    }

    /// The operations, if all is well with them.
    pub fn build(&self) -> Result<String> {
        let text = &self.text;
        let said = |mistake: Mistake| mistake.within(text).error("operations");
        match &self.problem {
            Some((before, problem)) => check_each(&text[..*before], Subject::Image, self.unchecked)
                .map_err(said)
                .and(Err(problem.again())),
            None => check(text, Subject::Image, self.unchecked)
                .map_err(said)
                .and_then(|()| Ok(memory::copy(text)?)),
        }
    }

    /// Remembers why a call was none.
    pub fn fail(&mut self, error: Error) {
        self.problem.get_or_insert((self.text.len(), error));
    }

    /// Operations as they are written.
    pub fn raw(&mut self, operations: &str) -> Result<()> {
        steps(operations).map_err(|mistake| mistake.error("operations"))?;
        let operations = begun(operations)?;
        self.text.try_reserve(operations.len())?;
        self.text += &operations;
        Ok(())
    }

    /// An operation with its parameters; an empty one is left out.
    fn add(&mut self, name: &str, parameters: &[&str]) -> Result<()> {
        let is_odd = |text: &&&str| text.contains('/') || **text == "-" || is_plain(text);
        if let Some(odd) = parameters.iter().find(is_odd) {
            return Err(Error::argument(format!("{} is not a parameter of {name}", shown(odd))));
        }
        let parts = || [name].into_iter().chain(parameters.iter().copied()).filter(|part| !part.is_empty());
        self.text.try_reserve(2 + parts().map(|part| part.len() + 1).sum::<usize>())?;
        self.text += "-/";
        parts().for_each(|part| self.text.extend([part, "/"]));
        Ok(())
    }

    pub fn preview(&mut self, width: i32, height: i32) -> Result<()> {
        let size = if (width, height) == (0, 0) { String::new() } else { size(width, height) };
        self.add("preview", &[&size])
    }

    pub fn resize(&mut self, width: i32, height: i32) -> Result<()> {
        self.add("resize", &[&size(width, height)])
    }

    pub fn crop(&mut self, width: i32, height: i32, place: &str) -> Result<()> {
        self.add("crop", &[&size(width, height), place])
    }

    /// `place` is a kind of smart crop, a place, or both with a slash between.
    pub fn scale_crop(&mut self, width: i32, height: i32, place: &str) -> Result<()> {
        let (kind, place) = place.split_once('/').unwrap_or((place, ""));
        self.add("scale_crop", &[&size(width, height), kind, place])
    }

    pub fn format(&mut self, format: &str) -> Result<()> {
        self.add("format", &[format])
    }

    pub fn quality(&mut self, quality: &str) -> Result<()> {
        self.add("quality", &[quality])
    }

    /// `opacity` in percent; 0 for the service's own.
    pub fn overlay(&mut self, image: &str, size: &str, place: &str, opacity: i32) -> Result<()> {
        let opacity = if opacity == 0 { String::new() } else { format!("{opacity}p") };
        self.add("overlay", &[image, size, place, &opacity])
    }

    pub fn text(&mut self, size: &str, place: &str, text: &str) -> Result<()> {
        if text.len() > MOST_LENGTH {
            return Err(Error::argument(format!("words are longer than {MOST_LENGTH} bytes")));
        }
        let text = without_meaning(escape(&in_a_text(text)?, escape::UNRESERVED)?);
        self.add("text", &[size, place, &text])
    }
}

/// With what ends a text, or a line of it, in the way that the service reads it.
fn in_a_text(words: &str) -> Result<String> {
    let mut text = Growing::default();
    let mut rest = words;
    while let Some(at) = rest.find(['~', '/', '\r', '\n']) {
        text.add(&rest[..at]);
        let (written, length) = match &rest.as_bytes()[at..] {
            [b'~', ..] => ("~~", 1),
            [b'/', ..] => ("~s", 1),
            [b'\r', b'\n', ..] => ("~n", 2),
            _ => ("~n", 1),
        };
        text.add(written);
        rest = &rest[at + length..];
    }
    text.add(rest);
    Ok(text.finish()?)
}

/// A side of 0 is left out.
fn size(width: i32, height: i32) -> String {
    let side = |side: i32| if side == 0 { String::new() } else { side.to_string() };
    format!("{}x{}", side(width), side(height))
}
