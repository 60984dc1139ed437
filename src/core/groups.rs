//! File groups: https://uploadcare.com/api-refs/rest-api/v0.7.0/#tag/Group

use super::client::Client;
use super::error::{Error, Result};
use super::files::File;
use super::http::{Answer, Method, Request};
use super::id::group_id;
use super::json::{self, Reader, Scalar};
use super::listing::{Listing, Rows};
use super::time;

const KIND: &str = "groups";
const MOST_LIMIT: u32 = 1000;
pub const MOST_READ_AHEAD: u32 = 16;

/// What a listing is asked for; nothing and zero stand for the defaults.
#[derive(Default)]
pub struct GroupsOptions<'a> {
    pub limit: u32,
    pub from: Option<&'a str>,
    pub ordering: Option<&'a str>,
    pub cursor: Option<&'a str>,
    pub read_ahead: u32,
}

/// A group, with its files where the service sent them: none in place of one that was removed.
#[derive(Default)]
pub struct Group<'a> {
    pub id: Scalar<'a>,
    pub datetime_created: Scalar<'a>,
    pub files_count: Scalar<'a>,
    pub cdn_url: Scalar<'a>,
    pub url: Scalar<'a>,
    pub files: Vec<Option<File<'a>>>,
}

impl<'a> Group<'a> {
    pub fn read(reader: &mut Reader<'a>) -> json::Result<Self> {
        let mut group = Group::default();
        reader.object(|reader, key| {
            match key {
                "id" => group.id = reader.scalar()?,
                "datetime_created" => group.datetime_created = reader.scalar()?,
                "files_count" => group.files_count = reader.scalar()?,
                "cdn_url" => group.cdn_url = reader.scalar()?,
                "url" => group.url = reader.scalar()?,
                "files" if reader.peek() != Some(b'n') => {
                    reader.array(|reader| {
                        let file = match reader.peek() {
                            Some(b'{') => Some(File::read(reader.raw()?)),
                            Some(b'n') => reader.raw().map(|_| None)?,
                            _ => return Err(reader.odd("a file, or null,")),
                        };
                        group.files.push(file);
                        Ok(())
                    })?;
                }
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        match group.id.text() {
            Some(id) if !id.is_empty() => Ok(group),
            _ => Err(reader.odd("a group with an id")),
        }
    }
}

impl Client {
    /// `GET /groups/`
    pub fn groups<R: Rows>(&self, options: &GroupsOptions) -> Result<Listing<R>> {
        let GroupsOptions { limit, from, ordering, cursor, read_ahead } = *options;
        if read_ahead > MOST_READ_AHEAD {
            return Err(Error::argument(format!(
                "opts.read_ahead is {read_ahead}; it may be 0 to {MOST_READ_AHEAD}"
            )));
        }
        if let Some(cursor) = cursor {
            if limit != 0 || from.is_some() || ordering.is_some() {
                return Err(Error::argument(
                    "opts.cursor carries limit, from and ordering: these must be unset beside it",
                ));
            }
            return Listing::resume(&self.http, KIND, cursor, read_ahead as usize);
        }
        let query = query(limit, from, ordering)?;
        Listing::open(&self.http, KIND, &format!("/groups/{query}"), read_ahead as usize)
    }

    /// `GET /groups/{id}/`
    pub fn group_info<T>(&self, id: &str, lay_out: impl Fn(Group, &str) -> T) -> Result<T> {
        self.http.call(&Request::new(Method::GET, &self.group_target(id)?), |answer: &mut Answer| {
            Ok(lay_out(answer.read(Group::read)?, &answer.body))
        })
    }

    /// `DELETE /groups/{id}/`
    pub fn group_delete(&self, id: &str) -> Result<()> {
        self.http.call(&Request::new(Method::DELETE, &self.group_target(id)?), |_| Ok(()))
    }

    fn group_target(&self, id: &str) -> Result<String> {
        Ok(self.http.settings.api_base.target(&format!("/groups/{}/", group_id(id, "id")?)))
    }
}

fn query(limit: u32, from: Option<&str>, ordering: Option<&str>) -> Result<String> {
    let mut fields = Vec::new();
    match limit {
        0 => {}
        1..=MOST_LIMIT => fields.push(format!("limit={limit}")),
        _ => {
            return Err(Error::argument(format!(
                "opts.limit is {limit}; it may be 1 to {MOST_LIMIT}, or 0 for the default"
            )));
        }
    }
    if let Some(from) = from {
        let time = time::canonical(from, "opts.from")?;
        fields.push(format!("from={}", time.replace(':', "%3A")));
    }
    match ordering {
        None => {}
        Some(known @ ("datetime_created" | "-datetime_created")) => fields.push(format!("ordering={known}")),
        Some(_) => {
            return Err(Error::argument(
                "opts.ordering is neither \"datetime_created\" nor \"-datetime_created\"",
            ));
        }
    }
    Ok(match fields.is_empty() {
        true => String::new(),
        false => format!("?{}", fields.join("&")),
    })
}
