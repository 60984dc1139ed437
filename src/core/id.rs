//! Ids are put into paths, so each is checked to be one before anything is sent.

use super::error::{Error, Result};

const MOST_FILES_DIGITS: usize = 4;
const MOST_SOURCE: usize = 8 << 10;

pub fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(i, byte)| match i {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A UUID as the number that it writes, in whichever case.
pub fn uuid_number(text: &str) -> Option<u128> {
    let digits = text.chars().filter_map(|digit| digit.to_digit(16));
    is_uuid(text).then(|| digits.fold(0, |number, digit| number << 4 | u128::from(digit)))
}

pub fn is_group_id(text: &str) -> bool {
    text.split_once('~').is_some_and(|(uuid, count)| {
        is_uuid(uuid)
            && (1..=MOST_FILES_DIGITS).contains(&count.len())
            && count.bytes().all(|byte| byte.is_ascii_digit())
            && !count.starts_with('0')
    })
}

/// How many files the group of this id has.
pub fn files_of_group(id: &str) -> i64 {
    id.split_once('~').and_then(|(_, count)| count.parse().ok()).unwrap_or_default()
}

pub fn uuid<'a>(text: &'a str, name: &str) -> Result<&'a str> {
    if is_uuid(text) {
        return Ok(text);
    }
    Err(Error::argument(format!("{name} has to be a UUID, such as 22240276-2f06-41f8-9411-755c8ce926ed")))
}

/// What follows the scheme of a URL on the web, which may be in upper case.
pub fn behind_scheme(text: &str) -> Option<&str> {
    ["https://", "http://"].iter().find_map(|scheme| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    })
}

/// An address on the web, percent-encoded where it needs to be.
pub fn http_url<'a>(text: &'a str, name: &str, most: usize) -> Result<&'a str> {
    let is_url = behind_scheme(text).is_some_and(|rest| !rest.is_empty());
    match is_url && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(text),
        false => Err(Error::argument(format!(
            "{name} is not an http or https URL of at most {most} visible ASCII characters"
        ))),
    }
}

/// What the service takes a file by where it takes more than a UUID. It goes into a body, never
/// into a path.
pub fn file_source<'a>(text: &'a str, name: &str) -> Result<&'a str> {
    let is_url = behind_scheme(text).is_some();
    let id = text.split('/').next().unwrap_or_default();
    let why = if text.len() > MOST_SOURCE {
        format!("is longer than {MOST_SOURCE} bytes")
    } else if let Some(at) = text.bytes().position(|byte| !byte.is_ascii_graphic()) {
        format!("holds something other than visible ASCII at byte {at}")
    } else if is_url || is_uuid(id) {
        return Ok(text);
    } else if is_group_id(id) {
        "begins with the id of a group; it has to be of a file".to_owned()
    } else {
        "does not begin with a file's UUID, such as 22240276-2f06-41f8-9411-755c8ce926ed, or https://"
            .to_owned()
    };
    Err(Error::argument(format!("{name} {why}")))
}

pub fn group_id<'a>(text: &'a str, name: &str) -> Result<&'a str> {
    if is_group_id(text) {
        return Ok(text);
    }
    Err(Error::argument(format!(
        "{name} is not a group id: a UUID, `~` and the number of files, such as \
         badfc9f7-f88f-4921-9cc0-22e2c08aa2da~12"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_the_service_pass() {
        assert!(is_group_id("badfc9f7-f88f-4921-9cc0-22e2c08aa2da~1"));
        assert!(is_group_id("BADFC9F7-f88f-4921-9cc0-22e2c08aa2da~1000"));
    }

    #[test]
    fn anything_that_could_change_a_path_is_refused() {
        for text in [
            "",
            "badfc9f7-f88f-4921-9cc0-22e2c08aa2da",
            "badfc9f7-f88f-4921-9cc0-22e2c08aa2da~",
            "badfc9f7-f88f-4921-9cc0-22e2c08aa2da~0",
            "badfc9f7-f88f-4921-9cc0-22e2c08aa2da~-1",
            "badfc9f7-f88f-4921-9cc0-22e2c08aa2da~1/../../files",
            "badfc9f7-f88f-4921-9cc0-22e2c08aa2da~1?x=1",
            "badfc9f7-f88f-4921-9cc0-22e2c08aa2da~1\n",
            "badfc9f7-f88f-4921-9cc0-22e2c08aa2d%~1",
            "badfc9f7_f88f-4921-9cc0-22e2c08aa2da~1",
            "../files/",
        ] {
            assert!(!is_group_id(text), "{text:?}");
        }
    }
}
