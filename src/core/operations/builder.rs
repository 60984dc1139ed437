//! Operations put together call by call.

use std::fmt::Write;

use super::{Subject, check, is_plain};
use crate::core::error::{Error, Result};
use crate::core::url::escape::{self, escape};

/// What was asked for so far. The first call that went wrong is told at the end.
#[derive(Default)]
pub struct Ops {
    text: String,
    problem: Option<Error>,
    unchecked: bool,
}

impl Ops {
    pub fn new(unchecked: bool) -> Self {
        Ops { unchecked, ..Ops::default() }
    }

    /// The operations, if all is well with them.
    pub fn build(&self) -> Result<String> {
        match &self.problem {
            Some(problem) => Err(problem.clone()),
            None => check(&self.text, Subject::Image, self.unchecked)
                .map(|()| self.text.clone())
                .map_err(|mistake| mistake.within(&self.text).error("operations")),
        }
    }

    /// Remembers why a call was none.
    pub fn fail(&mut self, error: Error) {
        self.problem.get_or_insert(error);
    }

    /// Operations as they are written.
    pub fn raw(&mut self, operations: &str) {
        self.text += operations;
    }

    /// An operation with its parameters, each without a slash; an empty one is left out.
    fn add(&mut self, name: &str, parameters: &[&str]) {
        if let Some(odd) = parameters.iter().find(|text| text.contains('/') || **text == "-") {
            return self.fail(Error::argument(format!("{odd:?} is no parameter of {name}")));
        }
        self.text += "-/";
        for part in [name].iter().chain(parameters).filter(|part| !part.is_empty()) {
            let _ = write!(self.text, "{part}/");
        }
    }

    pub fn preview(&mut self, width: i32, height: i32) {
        let size = if (width, height) == (0, 0) { String::new() } else { size(width, height) };
        self.add("preview", &[&size]);
    }

    pub fn resize(&mut self, width: i32, height: i32) {
        self.add("resize", &[&size(width, height)]);
    }

    pub fn crop(&mut self, width: i32, height: i32, place: &str) {
        self.add("crop", &[&size(width, height), place]);
    }

    /// `place` is a kind of smart crop, a place, or both with a slash between.
    pub fn scale_crop(&mut self, width: i32, height: i32, place: &str) {
        let (kind, place) = place.split_once('/').unwrap_or((place, ""));
        self.add("scale_crop", &[&size(width, height), kind, place]);
    }

    pub fn format(&mut self, format: &str) {
        self.add("format", &[format]);
    }

    pub fn quality(&mut self, quality: &str) {
        self.add("quality", &[quality]);
    }

    /// `opacity` in percent; 0 for the service's own.
    pub fn overlay(&mut self, image: &str, size: &str, place: &str, opacity: i32) {
        let opacity = if opacity == 0 { String::new() } else { format!("{opacity}p") };
        self.add("overlay", &[image, size, place, &opacity]);
    }

    pub fn text(&mut self, size: &str, place: &str, text: &str) {
        let text = text.replace('~', "~~").replace('/', "~s").replace('\n', "~n");
        let mut text = escape(&text, escape::UNRESERVED);
        // Between two slashes that would begin the next operation.
        if text == "-" || is_plain(&text) {
            text = format!("%{:02X}{}", text.as_bytes()[0], &text[1..]);
        }
        self.add("text", &[size, place, &text]);
    }
}

/// A side of 0 is left out.
fn size(width: i32, height: i32) -> String {
    let side = |side: i32| if side == 0 { String::new() } else { side.to_string() };
    format!("{}x{}", side(width), side(height))
}
