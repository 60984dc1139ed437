//! Times as the service writes them.

use std::ops::Range;

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Utc};

use super::error::{Error, Result};

/// Days from 0001-01-01, which is day 1, to 1970-01-01.
const EPOCH_DAYS_FROM_CE: i64 = 719_163;

/// Microseconds since 1970-01-01 UTC of an ISO 8601 text with a zone.
pub fn micros(text: &str) -> Option<i64> {
    usual_micros(text.as_bytes())
        .or_else(|| Some(DateTime::parse_from_rfc3339(text).ok()?.timestamp_micros()))
}

/// The form the service uses, `2018-11-26T12:49:10.477888Z`: read by hand, since a listing has
/// one in every group and the general parser takes as long as all the rest of the group.
fn usual_micros(text: &[u8]) -> Option<i64> {
    let &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', ref clock @ .., b'Z'] = text else {
        return None;
    };
    let &[h0, h1, b':', i0, i1, b':', s0, s1, b'.', ref fraction @ ..] = clock else {
        return None;
    };
    let &[f0, f1, f2, f3, f4, f5] = fraction else {
        return None;
    };
    let mut digits = Digits { wrong: false };
    let year = digits.pair(y0, y1) * 100 + digits.pair(y2, y3);
    let (month, day) = (digits.pair(m0, m1), digits.pair(d0, d1));
    let (hour, minute, second) = (digits.pair(h0, h1), digits.pair(i0, i1), digits.pair(s0, s1));
    let fraction = digits.pair(f0, f1) * 10_000 + digits.pair(f2, f3) * 100 + digits.pair(f4, f5);
    if digits.wrong || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(year as i32, month, day)?;
    let days = i64::from(date.num_days_from_ce()) - EPOCH_DAYS_FROM_CE;
    let seconds = i64::from((hour * 60 + minute) * 60 + second);
    Some((days * 86_400 + seconds) * 1_000_000 + i64::from(fraction))
}

/// Reads digits two by two, and remembers whether one was none.
struct Digits {
    wrong: bool,
}

impl Digits {
    #[inline(always)]
    fn pair(&mut self, tens: u8, ones: u8) -> u32 {
        let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
        self.wrong |= (tens > 9) | (ones > 9);
        u32::from(tens) * 10 + u32::from(ones)
    }
}

/// Microseconds since 1970-01-01 UTC in the form the service takes; none where the year has not four
/// digits.
pub fn text(micros: i64) -> Option<String> {
    DateTime::from_timestamp_micros(micros).and_then(in_form)
}

/// Whether what lies just before and just after a moment can be told.
pub fn has_neighbours(micros: i64) -> bool {
    NEIGHBOURED.contains(&micros)
}

/// From 0000-01-01 to 9999-12-31, without the first microsecond and the last.
const NEIGHBOURED: Range<i64> = -62_167_219_199_999_999..253_402_300_799_999_999;

fn in_form(time: DateTime<Utc>) -> Option<String> {
    (0..=9999).contains(&time.year()).then(|| time.to_rfc3339_opts(SecondsFormat::Micros, true))
}

/// A time given by the caller, in the form the service takes.
pub fn canonical(text: &str, name: &str) -> Result<String> {
    let time = DateTime::parse_from_rfc3339(text).map_err(|_| {
        Error::argument(format!(
            "{name} is not a date and time with a time zone, such as 2024-01-31T12:00:00Z"
        ))
    })?;
    in_form(time.with_timezone(&Utc))
        .ok_or_else(|| Error::argument(format!("{name} is in no year that has four digits")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_form_and_the_general_parser_agree() {
        for text in [
            "1969-12-31T23:59:59.999999Z",
            "1970-01-01T00:00:00.000000Z",
            "2018-11-26T12:49:10.477888Z",
            "2024-02-29T23:59:59.000001Z",
        ] {
            let general = DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros();
            assert_eq!(usual_micros(text.as_bytes()), Some(general), "{text}");
        }
    }

    #[test]
    fn other_forms_of_the_same_moment_are_read_too() {
        for text in ["2018-11-26T12:49:10Z", "2018-11-26T14:49:10.000+02:00"] {
            assert_eq!(micros(text), Some(1_543_236_550_000_000), "{text}");
        }
    }

    #[test]
    fn a_moment_has_neighbours_where_both_can_be_told() {
        assert_eq!(text(1_543_236_550_477_888).unwrap(), "2018-11-26T12:49:10.477888Z");
        for moment in [NEIGHBOURED.start, NEIGHBOURED.end - 1] {
            assert!(has_neighbours(moment) && text(moment - 1).is_some() && text(moment + 1).is_some());
        }
        assert_eq!(text(NEIGHBOURED.start - 2), None);
        assert_eq!(text(NEIGHBOURED.end + 1), None);
        assert!(!has_neighbours(NEIGHBOURED.start - 1) && !has_neighbours(NEIGHBOURED.end));
        assert_eq!(text(i64::MIN), None);
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "yesterday", "2018-02-30T12:49:10.477888Z", "2018-11-26T12:49:1x.477888Z"] {
            assert_eq!(micros(text), None, "{text}");
        }
    }
}
