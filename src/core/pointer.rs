//! JSON pointers (RFC 6901): one value of a document, found without a tree of the whole.

use std::borrow::Cow;

use super::error::{Error, Result, Status};
use super::json::{self, Odd, Reader, Scalar, check_given, owned};
use super::memory::{self, format};
use super::shown::{MOST_NAME, shown};

/// The text of a string, else the JSON of the value.
pub fn get(json: &str, pointer: &str) -> Result<String> {
    check(pointer)?;
    check_given("json", json)?;
    let of_json = |odd: Box<Odd>| odd.of_given("json is not JSON that can be read");
    let mut value = Reader::new(json).raw().map_err(of_json)?;
    let mut at = 0;
    for token in pointer.split('/').skip(1) {
        let step = step(value, &unescaped(token)?).map_err(of_json)?;
        value = match step {
            Step::To(value) => value,
            Step::Nowhere(why) => return Err(nothing(at, token, &why)),
        };
        at += 1 + token.len();
    }
    read(value).map_err(of_json)
}

/// Where a pointer is wrong, and what would be right.
fn check(pointer: &str) -> Result<()> {
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return Err(Error::argument(
            "pointer[0] is not /: a pointer is empty, for the whole, or begins with /, such as /items/0/name",
        ));
    }
    let is_stray = |at: &usize| !matches!(pointer.as_bytes().get(at + 1), Some(b'0' | b'1'));
    match pointer.match_indices('~').map(|(at, _)| at).find(is_stray) {
        Some(at) => {
            Err(Error::argument(format!("pointer[{at}] is ~ without 0 or 1: ~0 stands for ~, ~1 for /")))
        }
        None => Ok(()),
    }
}

/// A key as it is, of one in a pointer.
fn unescaped(token: &str) -> Result<Cow<'_, str>> {
    let mut pieces = token.split('~');
    let first = pieces.next().unwrap_or_default();
    if first.len() == token.len() {
        return Ok(token.into());
    }
    let mut key = memory::Growing::default();
    key.add(first);
    for piece in pieces {
        key.add(if piece.starts_with('0') { "~" } else { "/" });
        key.add(&piece[1..]);
    }
    Ok(key.finish()?.into())
}

enum Step<'a> {
    To(&'a str),
    Nowhere(Cow<'static, str>),
}

/// From a value to what stands in it under a key or an index.
fn step<'a>(value: &'a str, key: &str) -> json::Result<Step<'a>> {
    let mut reader = Reader::new(value);
    let mut found = None;
    let why = match reader.peek() {
        Some(b'{') => {
            reader.object(|reader, each| {
                let value = reader.raw()?;
                if each == key {
                    found = Some(value);
                }
                Ok(())
            })?;
            "the object has no such key".into()
        }
        Some(b'[') => {
            let (index, mut count) = (index(key), 0);
            reader.array(|reader| {
                let value = reader.raw()?;
                if index == Some(count) {
                    found = Some(value);
                }
                count += 1;
                Ok(())
            })?;
            match index {
                Some(_) => {
                    format(format_args!("an index counts from 0, and the array has {count} elements"))?.into()
                }
                None => "an array takes an index, which is 0 or digits that do not begin with 0".into(),
            }
        }
        _ => "the value is neither an object nor an array".into(),
    };
    Ok(found.map_or(Step::Nowhere(why), Step::To))
}

fn index(key: &str) -> Option<usize> {
    let is_number = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
    // What is too large for a number is behind the end of any array.
    (is_number && (key == "0" || !key.starts_with('0'))).then(|| key.parse().unwrap_or(usize::MAX))
}

fn read(value: &str) -> json::Result<String> {
    match Reader::new(value).scalar()? {
        Scalar::Text(text) => owned(text),
        _ => Ok(memory::copy(value)?),
    }
}

fn nothing(at: usize, token: &str, why: &str) -> Error {
    let message = format!("there is nothing at pointer[{at}], /{}: {why}", shown(token, MOST_NAME));
    Error::new(Status::NotFound, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 6901.
    const DOCUMENT: &str = r#"{"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4,
        "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8}"#;

    #[test]
    fn the_pointers_of_the_rfc_lead_where_it_says() {
        for (pointer, value) in [
            ("", DOCUMENT),
            ("/foo", r#"["bar", "baz"]"#),
            ("/foo/0", "bar"),
            ("/", "0"),
            ("/a~1b", "1"),
            ("/c%d", "2"),
            ("/e^f", "3"),
            ("/g|h", "4"),
            ("/i\\j", "5"),
            ("/k\"l", "6"),
            ("/ ", "7"),
            ("/m~0n", "8"),
        ] {
            assert_eq!(get(DOCUMENT, pointer).unwrap(), value, "{pointer}");
        }
    }

    #[test]
    fn only_the_usual_form_of_an_index_is_one() {
        for (key, expected) in
            [("0", Some(0)), ("10", Some(10)), ("1", Some(1)), ("99999999999999999999999", Some(usize::MAX))]
        {
            assert_eq!(index(key), expected, "{key}");
        }
        for key in ["", "-", "00", "01", "+1", "-1", "1.0", " 1"] {
            assert_eq!(index(key), None, "{key}");
        }
    }

    #[test]
    fn tildes_are_read_once() {
        for (token, key) in [("~01", "~1"), ("~1~0", "/~"), ("~00", "~0"), ("a~1", "a/"), ("", "")] {
            assert_eq!(unescaped(token).unwrap(), key, "{token}");
        }
    }
}
