//! Operations taken apart, without a look at what they mean.

use std::borrow::Cow;

use super::mistake::{Mistake, Result, shown};
use super::table::{OPERATIONS, Writing};
use crate::core::error;
use crate::core::http::base::is_dots;
use crate::core::memory::{concat, push};

/// Longer addresses get lost on the way.
pub const MOST_LENGTH: usize = 8 << 10;

/// A piece of the text between slashes.
#[derive(Clone, Copy)]
pub struct Segment<'a> {
    pub text: &'a str,
    pub at: usize,
}

impl Segment<'_> {
    pub fn end(&self) -> usize {
        self.at + self.text.len()
    }
}

/// One operation as it was written.
pub struct Step<'a> {
    pub writing: Writing,
    pub name: Segment<'a>,
    pub parameters: Vec<Segment<'a>>,
}

impl Step<'_> {
    /// Where a further parameter would stand.
    pub fn end(&self) -> usize {
        self.parameters.last().unwrap_or(&self.name).end() + 1
    }
}

/// Takes operations apart, and refuses what cannot stand in an address or would change what it
/// leads to.
pub fn steps(text: &str) -> Result<Vec<Step<'_>>> {
    let mut steps: Vec<Step> = Vec::new();
    let mut begins = lacks_dash(text);
    for segment in segments(text)? {
        match segment.text {
            "-" if begins => return Err(Mistake::new(segment.at, "the name of an operation is missing")),
            "-" => begins = true,
            name if begins => {
                push(&mut steps, step(Segment { text: name, ..segment }))?;
                begins = false;
            }
            name if is_plain(name) => {
                push(&mut steps, Step { writing: Writing::Plain, name: segment, parameters: Vec::new() })?;
            }
            _ => match steps.last_mut() {
                Some(step) => push(&mut step.parameters, segment)?,
                None => {
                    return Err(Mistake::new(
                        segment.at,
                        format!("{} stands where an operation begins with -/", shown(segment.text)),
                    ));
                }
            },
        }
    }
    match begins {
        true => Err(Mistake::new(text.len(), "the name of an operation is missing")),
        false => Ok(steps),
    }
}

fn step(name: Segment) -> Step {
    match name.text.split_once('~') {
        Some((first, parameter)) => Step {
            writing: Writing::Joined,
            name: Segment { text: first, ..name },
            parameters: vec![Segment { text: parameter, at: name.at + first.len() + 1 }],
        },
        None => Step { writing: Writing::Usual, name, parameters: Vec::new() },
    }
}

/// The same word to whoever decodes it, but none that begins an operation.
pub fn without_meaning(word: String) -> String {
    match word.as_bytes() {
        [first, ..] if word == "-" || is_plain(&word) => format!("%{first:02X}{}", &word[1..]),
        _ => word,
    }
}

/// As they stand in a URL: the service leaves out the first -/ of a file's default_effects.
pub fn begun(text: &str) -> error::Result<Cow<'_, str>> {
    Ok(if lacks_dash(text) { concat(&["-/", text])?.into() } else { text.into() })
}

fn lacks_dash(text: &str) -> bool {
    text.split('/').next().is_some_and(|first| is_written(first, Writing::Usual))
}

/// Whether an operation of that name is written without a dash.
pub fn is_plain(name: &str) -> bool {
    is_written(name, Writing::Plain)
}

fn is_written(name: &str, writing: Writing) -> bool {
    OPERATIONS.iter().any(|operation| operation.writing == writing && operation.name == name)
}

fn segments(text: &str) -> Result<Vec<Segment<'_>>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    if text.len() > MOST_LENGTH {
        return Err(Mistake::new(MOST_LENGTH, format!("operations are longer than {MOST_LENGTH} bytes")));
    }
    let mut at = 0;
    let mut segments = Vec::new();
    for text in text.strip_suffix('/').unwrap_or(text).split('/') {
        let segment = Segment { text, at };
        check_characters(segment)?;
        at = segment.end() + 1;
        push(&mut segments, segment)?;
    }
    match text.ends_with('/') {
        true => Ok(segments),
        false => Err(Mistake::new(text.len(), "a slash is missing at the end")),
    }
}

fn check_characters(segment: Segment) -> Result<()> {
    if segment.text.is_empty() {
        return Err(Mistake::new(segment.at, "nothing stands between two slashes"));
    }
    // A browser takes such a segment out of the path, and another with it.
    if is_dots(segment.text) {
        return Err(Mistake::new(segment.at, format!("{} cannot stand alone in a URL", shown(segment.text))));
    }
    let mut rest = segment.text;
    while let Some(first) = rest.chars().next() {
        let at = segment.end() - rest.len();
        rest = match first {
            '%' => match rest.as_bytes() {
                [_, high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => &rest[3..],
                _ => {
                    return Err(Mistake::new(
                        at,
                        "% does not begin an encoded byte; percent is written 50p, and % in a text %25",
                    ));
                }
            },
            _ if is_plain_character(first) => &rest[first.len_utf8()..],
            _ => {
                return Err(Mistake::new(
                    at,
                    format!("{first:?} cannot stand in a URL; only a text holds it, percent-encoded"),
                ));
            }
        };
    }
    Ok(())
}

/// Whether RFC 3986 lets it stand in a segment of a path as it is; but for & and ', which HTML takes
/// for its own.
fn is_plain_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~!$()*+,;=:@".contains(character)
}
