//! The emulator's clock, which may be set wrong, and the forms of a date and time.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, NaiveDateTime, SecondsFormat, SubsecRound, TimeDelta, Utc};

#[derive(Default)]
pub struct Clock {
    offset_s: AtomicI64,
}

impl Clock {
    pub fn set(&self, offset_s: i64) {
        self.offset_s.store(offset_s, Ordering::Relaxed);
    }

    /// To the microsecond, as times are told: what is listed from one on must not come twice.
    pub fn now(&self) -> DateTime<Utc> {
        let offset = TimeDelta::try_seconds(self.offset_s.load(Ordering::Relaxed));
        let now = Utc::now().trunc_subsecs(6);
        offset.and_then(|offset| now.checked_add_signed(offset)).unwrap_or(now)
    }
}

/// `Mon, 23 Nov 2026 12:00:00 GMT`
pub fn http_date(time: DateTime<Utc>) -> String {
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// A `Date` header, read as leniently as the service reads it: commas (some clients put one
/// behind the year) and the day of the week say nothing.
pub fn parse_http_date(text: &str) -> Option<DateTime<Utc>> {
    let text = text.replace(',', " ");
    let words = text.split_whitespace();
    let words: Vec<_> = words.skip_while(|word| word.starts_with(char::is_alphabetic)).collect();
    Some(DateTime::parse_from_rfc2822(&words.join(" ")).ok()?.to_utc())
}

/// `2018-11-26T12:49:10.477888Z`
pub fn iso(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// A date and time in ISO 8601; without a zone it is UTC.
pub fn parse_iso(text: &str) -> Option<DateTime<Utc>> {
    let zoned = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc());
    zoned
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").map(|time| time.and_utc()))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_header_is_read_with_a_comma_too_many_and_without_a_weekday() {
        for text in
            ["Fri, 30 Sep 2016 11:10:54 GMT", "Fri, 30 Sep 2016, 11:10:54 GMT", "30 Sep 2016 11:10:54 +0000"]
        {
            assert_eq!(parse_http_date(text).unwrap().timestamp(), 1475233854, "{text}");
        }
        assert_eq!(parse_http_date("yesterday"), None);
        assert_eq!(parse_http_date(""), None);
    }

    #[test]
    fn an_iso_date_may_have_any_zone_or_none() {
        for text in
            ["2020-01-01T03:00:00.000001+03:00", "2020-01-01T00:00:00.000001Z", "2020-01-01T00:00:00.000001"]
        {
            assert_eq!(parse_iso(text).map(iso).as_deref(), Some("2020-01-01T00:00:00.000001Z"), "{text}");
        }
        assert_eq!(parse_iso("2020-01-01"), None);
        assert_eq!(parse_iso("2020-01-01T00:00:00 00:00"), None);
    }
}
