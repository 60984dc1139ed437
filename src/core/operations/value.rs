//! What a parameter of an operation may be: how it is checked, and how it is called in a message
//! and in OPERATIONS.md.

use std::fmt;
use std::ops::RangeInclusive;

use percent_encoding::percent_decode_str;

use crate::core::id::is_uuid;

/// The longest side of a picture that the service makes for anybody.
const MOST_SIDE: u32 = 16384;

/// More pixels than any picture has on a side.
const MOST_PIXELS: u32 = 999_999;
const MOST_PERCENT: u32 = 9999;

const ALIGNMENTS: [&str; 5] = ["center", "top", "right", "bottom", "left"];

pub enum Value {
    Word(&'static [&'static str]),
    /// A whole number.
    Whole(i32, i32),
    Size,
    /// A size of which one side may be missing.
    Sides,
    /// A size of which one side may be missing, in multiples of four.
    VideoSize,
    /// A size in pixels or percent.
    RelativeSize,
    /// The same of a part that is cut out.
    CutSize,
    Ratio,
    Place,
    Point,
    Length,
    Radii,
    Color,
    Angle,
    Percent,
    Picture,
    Text,
    /// A time in a video.
    Moment,
    /// A time in a video, with hours and decimals of one to three digits.
    Start,
    /// How long to go on from there.
    Duration,
    /// What a document can become differs from document to document.
    DocumentFormat,
}

impl Value {
    pub fn accepts(&self, text: &str) -> bool {
        match self {
            Value::Word(words) => words.contains(&text),
            Value::Whole(least, most) => whole(text).is_some_and(|number| (*least..=*most).contains(&number)),
            Value::Size => sides(text, |side| in_range(side, 1, MOST_SIDE)),
            Value::Sides => one_sided(text, |side| in_range(side, 1, MOST_SIDE)),
            Value::VideoSize => one_sided(text, |side| {
                in_range(side, 4, MOST_SIDE) && side.parse().is_ok_and(|side: u32| side % 4 == 0)
            }),
            Value::RelativeSize | Value::CutSize => sides(text, |side| length(side, 1)),
            Value::Ratio => text.split_once(':').is_some_and(|(width, height)| {
                [width, height].iter().all(|side| in_range(side, 1, MOST_PIXELS))
            }),
            Value::Place => ALIGNMENTS.contains(&text) || Value::Point.accepts(text),
            Value::Point => text.split_once(',').is_some_and(|(x, y)| length(x, 0) && length(y, 0)),
            Value::Length => length(text, 0),
            Value::Radii => text.split(',').count() <= 4 && text.split(',').all(|radius| length(radius, 0)),
            Value::Color => {
                matches!(text.len(), 3 | 6 | 8) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
            }
            Value::Angle => whole(text).is_some_and(|angle| angle % 90 == 0 && (-360..=360).contains(&angle)),
            Value::Percent => percent(text).is_some_and(|number| in_range(number, 0, 100)),
            Value::Picture => text == "self" || is_uuid(text),
            Value::Text => is_escaped(text),
            Value::Moment => {
                seconds(text.strip_suffix('s').unwrap_or_default(), 1) || clock(text, 2..=2, 2..=2, 3..=3)
            }
            Value::Start => clock(text, 1..=3, 1..=2, 1..=3),
            Value::Duration => text == "end" || seconds(text, 3) || clock(text, 1..=3, 1..=2, 1..=3),
            Value::DocumentFormat => {
                (1..=16).contains(&text.len())
                    && text
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.')
                    && !text.starts_with('.')
            }
        }
    }

    /// Whether this is the size of a picture that is made.
    pub fn is_side(&self) -> bool {
        matches!(self, Value::Size | Value::Sides | Value::CutSize)
    }

    /// The longer side of the picture where this is its size; 0 for percent.
    pub fn side(&self, text: &str) -> Option<u32> {
        let is_size = self.is_side() && self.accepts(text);
        is_size.then(|| text.split('x').filter_map(|side| side.parse().ok()).max().unwrap_or_default())
    }
}

/// What may stand there.
impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let text = match self {
            Value::Word([word]) => word,
            Value::Word(words) => return write!(formatter, "one of {}", words.join(", ")),
            Value::Whole(least, i32::MAX) => return write!(formatter, "a whole number from {least}"),
            Value::Whole(least, most) => return write!(formatter, "a whole number from {least} to {most}"),
            Value::Size => return write!(formatter, "WIDTHxHEIGHT in pixels, 1 to {MOST_SIDE}"),
            Value::Sides => {
                return write!(formatter, "WIDTHxHEIGHT, WIDTHx or xHEIGHT in pixels, 1 to {MOST_SIDE}");
            }
            Value::VideoSize => "WIDTHxHEIGHT, WIDTHx or xHEIGHT in pixels, multiples of 4",
            Value::RelativeSize | Value::CutSize => "WIDTHxHEIGHT in pixels, or in percent such as 50px50p",
            Value::Ratio => "a ratio such as 16:9",
            Value::Place => {
                "one of center, top, right, bottom, left, or X,Y in pixels or percent such as 50p,50p"
            }
            Value::Point => "X,Y in pixels, or in percent such as 50p,50p",
            Value::Length => "a number of pixels, or of percent such as 50p",
            Value::Radii => "one to four radii with commas between, in pixels or in percent such as 50p",
            Value::Color => "a color of 3, 6 or 8 hex digits without #",
            Value::Angle => "a multiple of 90 from -360 to 360",
            Value::Percent => "0p to 100p",
            Value::Picture => "the UUID of an image, or self",
            Value::Text => {
                "a text, percent-encoded, in which ~~ stands for ~, ~s for / and ~n for a new line"
            }
            Value::Moment => "a time such as 00:01:05, 00:01:05.500, 65s or 65.5s",
            Value::Start => "a time such as 000:01:05.500 or 0:1:5.5",
            Value::Duration => "end, a number of seconds, or a time such as 000:01:05.500 or 0:1:5.5",
            Value::DocumentFormat => "a format such as pdf, docx or enhanced.jpg",
        };
        formatter.write_str(text)
    }
}

fn whole(text: &str) -> Option<i32> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|first: char| first.is_ascii_digit()).then(|| text.parse().ok())?
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn in_range(text: &str, least: u32, most: u32) -> bool {
    is_digits(text) && text.parse().is_ok_and(|number| (least..=most).contains(&number))
}

fn sides(text: &str, is_side: impl Fn(&str) -> bool) -> bool {
    text.split_once('x').is_some_and(|(width, height)| is_side(width) && is_side(height))
}

fn one_sided(text: &str, is_side: impl Fn(&str) -> bool) -> bool {
    text.split_once('x').is_some_and(|(width, height)| match (width, height) {
        ("", side) | (side, "") => is_side(side),
        both => is_side(both.0) && is_side(both.1),
    })
}

/// The number in front of the sign for percent, which is `p` or an encoded `%`.
fn percent(text: &str) -> Option<&str> {
    text.strip_suffix('p').or_else(|| text.strip_suffix("%25"))
}

fn length(text: &str, least: u32) -> bool {
    match percent(text) {
        Some(number) => in_range(number, least, MOST_PERCENT),
        None => in_range(text, least, MOST_PIXELS),
    }
}

fn is_escaped(text: &str) -> bool {
    let mut bytes = percent_decode_str(text);
    while let Some(letter) = next_letter(&mut bytes) {
        let is_good = match letter {
            Some('~') => matches!(next_letter(&mut bytes), Some(Some('~' | 's' | 'n'))),
            letter => !matches!(letter, None | Some('/' | '\n' | '\0')),
        };
        if !is_good {
            return false;
        }
    }
    !text.is_empty()
}

/// The next character, or none where the bytes are not UTF-8.
fn next_letter(bytes: &mut impl Iterator<Item = u8>) -> Option<Option<char>> {
    let first = bytes.next()?;
    let length = match first {
        ..0x80 => 1,
        0x80..0xE0 => 2,
        0xE0..0xF0 => 3,
        _ => 4,
    };
    let mut letter = [first, 0, 0, 0];
    letter[1..length].iter_mut().for_each(|byte| *byte = bytes.next().unwrap_or_default());
    Some(std::str::from_utf8(&letter[..length]).ok().and_then(|letter| letter.chars().next()))
}

/// More seconds than a video lasts.
const MOST_SECONDS: u32 = 999_999;

fn seconds(text: &str, most_decimals: usize) -> bool {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    in_range(whole, 0, MOST_SECONDS) && is_digits(decimals) && decimals.len() <= most_decimals
}

/// Hours, minutes and seconds, with so many digits, and with so many decimals or none.
fn clock(
    text: &str,
    hours: RangeInclusive<usize>,
    others: RangeInclusive<usize>,
    decimals: RangeInclusive<usize>,
) -> bool {
    let (text, fraction) = text.split_once('.').unwrap_or((text, "000"));
    let parts: Vec<_> = text.split(':').collect();
    let [hour, minute, second] = parts[..] else { return false };
    is_digits(hour)
        && hours.contains(&hour.len())
        && [minute, second].iter().all(|part| others.contains(&part.len()) && in_range(part, 0, 59))
        && is_digits(fraction)
        && decimals.contains(&fraction.len())
}
