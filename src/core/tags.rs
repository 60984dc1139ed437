//! Tags of a file: https://uploadcare.com/docs/file-management/#file-tags

use std::borrow::Cow;

use super::client::Client;
use super::error::{Error, Result};
use super::http::{Answer, Method};
use super::id;
use super::json::{self, Object, Reader, lacks};

const MOST_TAGS: usize = 50;
const MOST_TAG: usize = 100;

/// The tags of a file, and what the call has changed.
#[derive(Default)]
pub struct Tags<'a> {
    pub tags: Vec<Cow<'a, str>>,
    pub added: Vec<Cow<'a, str>>,
    pub deleted: Vec<Cow<'a, str>>,
}

impl<'a> Tags<'a> {
    fn read(reader: &mut Reader<'a>) -> json::Result<Self> {
        let mut tags = Tags::default();
        let mut told = false;
        reader.object(|reader, key| {
            match key {
                "tags" => {
                    told = reader.peek() == Some(b'[');
                    tags.tags = reader.texts()?;
                }
                "added" => tags.added = reader.texts()?,
                "deleted" => tags.deleted = reader.texts()?,
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        if told { Ok(tags) } else { Err(lacks("array of tags")) }
    }
}

impl Client {
    /// `GET /files/{uuid}/tags/`
    pub fn tags_list<T>(&self, uuid: &str, lay_out: impl Fn(Tags) -> T) -> Result<T> {
        self.tags_call(Method::GET, uuid, "", lay_out)
    }

    /// `PUT /files/{uuid}/tags/`
    pub fn tags_replace<T>(&self, uuid: &str, tags: &[&str], lay_out: impl Fn(Tags) -> T) -> Result<T> {
        check(tags, "new_tags")?;
        let body = Object::new().with("tags", Some(tags)).finish()?;
        self.tags_call(Method::PUT, uuid, &body, lay_out)
    }

    /// `PATCH /files/{uuid}/tags/`
    pub fn tags_update<T>(
        &self,
        uuid: &str,
        add: &[&str],
        remove: &[&str],
        lay_out: impl Fn(Tags) -> T,
    ) -> Result<T> {
        check(add, "add")?;
        check_each(remove, "remove")?;
        let body = Object::new().with("add", Some(add)).with("delete", Some(remove)).finish()?;
        self.tags_call(Method::PATCH, uuid, &body, lay_out)
    }

    fn tags_call<T>(&self, method: Method, uuid: &str, body: &str, lay_out: impl Fn(Tags) -> T) -> Result<T> {
        let path = format!("/files/{}/tags/", id::uuid(uuid, "uuid")?);
        self.http.ask(method, &path, body, |answer: &mut Answer| Ok(lay_out(answer.read(Tags::read)?)))
    }
}

/// The service strips tags, makes them lower case, and drops empty ones and repetitions before
/// it counts.
pub fn check(tags: &[&str], name: &str) -> Result<()> {
    check_each(tags, name)?;
    let mut distinct: Vec<&str> = Vec::new();
    for tag in tags.iter().map(|tag| tag.trim()).filter(|tag| !tag.is_empty()) {
        if distinct.iter().any(|known| known.eq_ignore_ascii_case(tag)) {
            continue;
        }
        if distinct.len() == MOST_TAGS {
            return Err(Error::argument(format!(
                "{name} has more than {MOST_TAGS} tags, which a file takes"
            )));
        }
        distinct.push(tag);
    }
    Ok(())
}

fn check_each(tags: &[&str], name: &str) -> Result<()> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_tag = |tag: &str| tag.len() <= MOST_TAG && tag.bytes().all(is_part);
    match tags.iter().position(|tag| !is_tag(tag.trim())) {
        None => Ok(()),
        Some(place) => Err(Error::argument(format!(
            "{name}[{place}] is not a tag: at most {MOST_TAG} Latin letters, digits, -, _ and ."
        ))),
    }
}
