//! Dates as HTTP writes them: RFC 9110, 5.6.7.

use std::time::{Duration, UNIX_EPOCH};

use chrono::{DateTime, Datelike, NaiveDate, Utc};

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// 2026-01-01, before this was written: an earlier clock is wrong, and no help with a year of two digits.
const EARLIEST_NOW: Duration = Duration::from_secs(1_767_225_600);

pub fn http_date(time: DateTime<Utc>) -> String {
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Any of the three forms: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and
/// `Sun Nov  6 08:49:37 1994`.
pub fn parse_http_date(text: &str) -> Option<DateTime<Utc>> {
    parse_at(text, Utc::now().max((UNIX_EPOCH + EARLIEST_NOW).into()))
}

fn parse_at(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let words: Vec<_> = text.split([' ', '\t', ',']).filter(|word| !word.is_empty()).take(7).collect();
    let (day, month, year, time) = match words[..] {
        [_, day, month, year, time, zone] if is_utc(zone) => (day, month, full_year(year)?, time),
        [_, date, time, zone] if is_utc(zone) => {
            let (day, rest) = date.split_once('-')?;
            let (month, year) = rest.split_once('-')?;
            (day, month, year_of_two_digits(year, now).or_else(|| full_year(year))?, time)
        }
        [_, month, day, time, year] => (day, month, full_year(year)?, time),
        _ => return None,
    };
    let month = MONTHS.iter().position(|name| month.eq_ignore_ascii_case(name))? as u32 + 1;
    let (hour, rest) = time.split_once(':')?;
    let (minute, second) = rest.split_once(':')?;
    // A leap second has no number of its own here.
    let second = number(second).filter(|second| *second <= 60)?.min(59);
    let day = NaiveDate::from_ymd_opt(year, month, number(day)?)?;
    Some(day.and_hms_opt(number(hour)?, number(minute)?, second)?.and_utc())
}

fn is_utc(zone: &str) -> bool {
    ["GMT", "UTC", "UT", "Z", "+0000", "-0000"].iter().any(|utc| zone.eq_ignore_ascii_case(utc))
}

fn full_year(text: &str) -> Option<i32> {
    (text.len() == 4).then(|| number(text)).flatten().map(|year| year as i32)
}

/// The last year that ends so and is not more than 50 years ahead.
fn year_of_two_digits(text: &str, now: DateTime<Utc>) -> Option<i32> {
    let year = (text.len() == 2).then(|| number(text)).flatten()? as i32;
    let latest = now.year() + 50;
    Some(latest - (latest - year).rem_euclid(100))
}

fn number(text: &str) -> Option<u32> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<i64> {
        let now = parse_http_date("Sun, 29 Nov 2026 12:00:00 GMT").unwrap();
        parse_at(text, now).map(|time| time.timestamp())
    }

    #[test]
    fn dates_are_written_as_http_wants_them_and_read_back() {
        let date = "Mon, 05 Nov 2018 13:14:41 GMT";
        let time = parse_http_date(date).unwrap();
        assert_eq!(time.timestamp(), 1_541_423_681);
        assert_eq!(http_date(time), date);
    }

    #[test]
    fn all_three_forms_are_read() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 6 Nov 1994 08:49:37 UTC",
            "Sun, 06-Nov-1994 08:49:37 GMT",
            "sun,06 nov 1994  08:49:37 gmt",
            "Sun, 06 Nov 1994 08:49:37 +0000",
        ] {
            assert_eq!(seconds(text), Some(784_111_777), "{text}");
        }
        assert_eq!(seconds("Sat, 31 Dec 2016 23:59:60 GMT"), Some(1_483_228_799));
        assert_eq!(seconds("Thu, 29 Feb 2024 00:00:00 GMT"), Some(1_709_164_800));
    }

    #[test]
    fn a_year_of_two_digits_is_at_most_50_years_ahead() {
        for (two, year) in
            [("26", 2026), ("27", 2027), ("76", 2076), ("77", 1977), ("99", 1999), ("00", 2000)]
        {
            let short = seconds(&format!("Sunday, 06-Nov-{two} 08:49:37 GMT"));
            assert!(short.is_some());
            assert_eq!(short, seconds(&format!("Sun, 06 Nov {year} 08:49:37 GMT")), "{two}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "tomorrow",
            "0",
            "1541423681",
            "2018-11-05T13:14:41Z",
            "Mon, 05 Nov 2018 13:14:41",
            "Mon, 05 Nov 2018 13:14:41 CET",
            "Mon, 05 Nov 2018 13:14:41 +0200",
            "Mon, 05 Nov 2018 24:14:41 GMT",
            "Mon, 05 Nov 2018 13:60:41 GMT",
            "Mon, 05 Nov 2018 13:14:61 GMT",
            "Mon, 32 Nov 2018 13:14:41 GMT",
            "Mon, 00 Nov 2018 13:14:41 GMT",
            "Wed, 29 Feb 2023 00:00:00 GMT",
            "Mon, 05 Foo 2018 13:14:41 GMT",
            "Mon, 05 Nov 018 13:14:41 GMT",
            "Mon, 05 Nov -2018 13:14:41 GMT",
            "Mon, 05 Nov 292277026596 13:14:41 GMT",
            "Monday, 05-Nov-1 13:14:41 GMT",
            "Monday, 05-Nov 13:14:41 GMT",
            "Mon, +5 Nov 2018 13:14:41 GMT",
            "Mon Nov  5 13:14 2018",
            "Mon, 05 Nov 2018 13:14:41 GMT GMT",
            "\u{1f600}, \u{1f600}-\u{1f600}-\u{1f600} : GMT",
        ] {
            assert_eq!(seconds(text), None, "{text:?}");
        }
    }
}
