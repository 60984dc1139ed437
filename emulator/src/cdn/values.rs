//! What the parameters of operations are made of.

use std::ops::RangeInclusive;

/// A length in a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    Pixels(u32),
    Percents(u32),
}

impl Measure {
    /// `50`, `50p` or `50%`
    pub fn parse(text: &str) -> Option<Measure> {
        match text.strip_suffix(['p', '%']) {
            Some(percents) => digits(percents).map(Measure::Percents),
            None => digits(text).map(Measure::Pixels),
        }
    }

    /// Of a side that is so long.
    pub fn of(self, whole: u32) -> u32 {
        match self {
            Measure::Pixels(pixels) => pixels,
            Measure::Percents(percents) => {
                let length = (u64::from(whole) * u64::from(percents)).div_ceil(100);
                length.try_into().unwrap_or(u32::MAX)
            }
        }
    }

    fn is_nothing(self) -> bool {
        matches!(self, Measure::Pixels(0) | Measure::Percents(0))
    }
}

/// A whole number without a sign.
pub fn digits(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// A whole number in this range.
pub fn number(text: &str, range: RangeInclusive<i64>) -> Option<i64> {
    let (sign, amount) = text.strip_prefix('-').map_or((1, text), |amount| (-1, amount));
    Some(sign * i64::from(digits(amount)?)).filter(|number| range.contains(number))
}

/// `WxH`, in pixels
pub fn pixels(text: &str) -> Option<(u32, u32)> {
    let (width, height) = text.split_once('x')?;
    Some((side(width)?, side(height)?))
}

/// The side of a picture, in pixels
pub fn side(text: &str) -> Option<u32> {
    digits(text).filter(|side| *side > 0)
}

/// `WxH`, each in pixels or percents; `50px50p` is half of both.
pub fn dimensions(text: &str) -> Option<(Measure, Measure)> {
    let (width, height) = pair(text, 'x')?;
    (!width.is_nothing() && !height.is_nothing()).then_some((width, height))
}

/// `X,Y`, each in pixels or percents
pub fn coordinates(text: &str) -> Option<(Measure, Measure)> {
    pair(text, ',')
}

fn pair(text: &str, separator: char) -> Option<(Measure, Measure)> {
    let (first, second) = text.split_once(separator)?;
    Some((Measure::parse(first)?, Measure::parse(second)?))
}

/// `N:M`
pub fn ratio(text: &str) -> Option<(u32, u32)> {
    let (width, height) = text.split_once(':')?;
    Some((side(width)?, side(height)?))
}

/// `rgb`, `rrggbb` or `rrggbbaa`
pub fn color(text: &str) -> Option<[u8; 4]> {
    if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let full = match text.len() {
        3 => text.chars().flat_map(|digit| [digit, digit]).chain("ff".chars()).collect(),
        6 => format!("{text}ff"),
        8 => text.to_owned(),
        _ => return None,
    };
    u32::from_str_radix(&full, 16).ok().map(u32::to_be_bytes)
}

/// Where a smaller picture stands in a larger one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place(pub Measure, pub Measure);

pub const CENTER: Place = Place(Measure::Percents(50), Measure::Percents(50));

impl Place {
    /// A name, or `X,Y`
    pub fn parse(text: &str) -> Option<Place> {
        let (x, y) = match text {
            "center" => (50, 50),
            "top" => (50, 0),
            "right" => (100, 50),
            "bottom" => (50, 100),
            "left" => (0, 50),
            _ => return coordinates(text).map(|(x, y)| Place(x, y)),
        };
        Some(Place(Measure::Percents(x), Measure::Percents(y)))
    }

    /// The offset of a window of this size, in a picture of that one.
    pub fn offset(self, window: (u32, u32), whole: (u32, u32)) -> (i64, i64) {
        (offset(self.0, window.0, whole.0), offset(self.1, window.1, whole.1))
    }
}

/// Percents are of the room that is left, as in style sheets; it is negative for a larger window.
fn offset(measure: Measure, window: u32, whole: u32) -> i64 {
    match measure {
        Measure::Pixels(pixels) => i64::from(pixels),
        Measure::Percents(percents) => (i64::from(whole) - i64::from(window)) * i64::from(percents) / 100,
    }
}
