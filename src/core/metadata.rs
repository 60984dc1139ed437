//! Metadata of a file: https://uploadcare.com/api-refs/rest-api/v0.7.0/#tag/File-metadata

use std::collections::HashSet;

use super::client::Client;
use super::error::{Error, Result};
use super::http::base::is_dots;
use super::http::{Answer, Method};
use super::id::uuid;
use super::json::{Pairs, written};

const MOST_KEY: usize = 64;
const MOST_VALUE: usize = 512;
const MOST_PAIRS: usize = 50;

impl Client {
    /// `GET /files/{uuid}/metadata/`
    pub fn metadata_list<T>(&self, uuid: &str, lay_out: impl Fn(Pairs) -> T) -> Result<T> {
        self.http.ask(Method::GET, &path(uuid, "")?, "", |answer: &mut Answer| {
            // The service is known to send nothing at all where there is none.
            let pairs = match answer.body.is_empty() {
                true => Pairs::new(),
                false => answer.read(|reader| match reader.peek() {
                    Some(b'{') => reader.pairs(),
                    _ => Err(reader.odd("an object")),
                })?,
            };
            Ok(lay_out(pairs))
        })
    }

    /// `GET /files/{uuid}/metadata/{key}/`
    pub fn metadata_get(&self, uuid: &str, key: &str) -> Result<String> {
        self.http.ask(Method::GET, &key_path(uuid, key)?, "", |answer: &mut Answer| {
            answer.read(|reader| reader.text())
        })
    }

    /// `PUT /files/{uuid}/metadata/{key}/`
    pub fn metadata_set(&self, uuid: &str, key: &str, value: &str) -> Result<()> {
        check_value(value, "value")?;
        self.http.ask(Method::PUT, &key_path(uuid, key)?, &written(value)?, |answer: &mut Answer| {
            answer.read(|reader| reader.text()).map(drop)
        })
    }

    /// `DELETE /files/{uuid}/metadata/{key}/`
    pub fn metadata_delete(&self, uuid: &str, key: &str) -> Result<()> {
        self.http.ask(Method::DELETE, &key_path(uuid, key)?, "", |answer: &mut Answer| answer.check_whole())
    }
}

fn path(file: &str, rest: &str) -> Result<String> {
    Ok(format!("/files/{}/metadata/{rest}", uuid(file, "uuid")?))
}

fn key_path(file: &str, key: &str) -> Result<String> {
    check_key(key, "key")?;
    if is_dots(key) {
        return Err(Error::argument("key is . or .., which cannot stand in a URL"));
    }
    path(file, &format!("{key}/"))
}

/// Metadata for a file to come.
pub fn check_pairs(pairs: &[(&str, &str)], name: &str) -> Result<()> {
    if pairs.len() > MOST_PAIRS {
        return Err(Error::argument(format!("{name} has {} keys; a file takes {MOST_PAIRS}", pairs.len())));
    }
    let mut seen = HashSet::new();
    for (place, (key, value)) in pairs.iter().enumerate() {
        if !seen.insert(key) {
            return Err(Error::argument(format!("{name}[{place}].key is one that came before")));
        }
        check_key(key, &format!("{name}[{place}].key"))?;
        check_value(value, &format!("{name}[{place}].value"))?;
    }
    Ok(())
}

fn check_key(key: &str, name: &str) -> Result<()> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte);
    match (1..=MOST_KEY).contains(&key.len()) && key.bytes().all(is_part) {
        true => Ok(()),
        false => Err(Error::argument(format!(
            "{name} is not a key of metadata: 1 to {MOST_KEY} Latin letters, digits, _, -, . and :"
        ))),
    }
}

fn check_value(value: &str, name: &str) -> Result<()> {
    let length = value.chars().count();
    match (1..=MOST_VALUE).contains(&length) {
        true => Ok(()),
        false => Err(Error::argument(format!(
            "{name} has {length} characters; a value of metadata has 1 to {MOST_VALUE}"
        ))),
    }
}
