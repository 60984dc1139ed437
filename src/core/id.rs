//! Ids are put into paths, so each is checked to be one before anything is sent.

use super::error::{Error, Result};

const MOST_FILES_DIGITS: usize = 4;

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(i, byte)| match i {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_group_id(text: &str) -> bool {
    text.split_once('~').is_some_and(|(uuid, count)| {
        is_uuid(uuid)
            && (1..=MOST_FILES_DIGITS).contains(&count.len())
            && count.bytes().all(|byte| byte.is_ascii_digit())
            && !count.starts_with('0')
    })
}

pub fn group_id<'a>(text: &'a str, name: &str) -> Result<&'a str> {
    if is_group_id(text) {
        return Ok(text);
    }
    Err(Error::argument(format!(
        "{name} is no group id: a UUID, `~` and the number of files, such as \
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
