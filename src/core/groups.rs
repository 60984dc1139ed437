//! File groups: https://uploadcare.com/api-refs/rest-api/v0.7.0/#tag/Group

use super::batch::{Batch, MISSING};
use super::client::Client;
use super::error::{Error, Result, Status};
use super::file::File;
use super::http::{Answer, Method};
use super::id::{group_id, is_uuid};
use super::json::{self, Reader, Scalar, lacks};
use super::listing::{Kind, Listing, MOST_LIMIT, Rows};
use super::query::Query;

/// What a listing is asked for; nothing and zero stand for the defaults.
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
    pub files: Option<Vec<Option<File<'a>>>>,
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
                    let files = group.files.insert(Vec::new());
                    reader.array(|reader| {
                        let file = match reader.peek() {
                            Some(b'{') => Some(File::read(reader)?),
                            Some(b'n') => reader.raw().map(|_| None)?,
                            _ => return Err(reader.odd("a file, or null,")),
                        };
                        files.push(file);
                        Ok(())
                    })?;
                }
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        match group.id.text() {
            Some(id) if !id.is_empty() => Ok(group),
            _ => Err(lacks("id of a group")),
        }
    }
}

impl Client {
    /// `GET /groups/`
    pub fn groups_list<R: Rows>(&self, options: &GroupsOptions) -> Result<Listing<R>> {
        let mut query = Query::default();
        query.number("limit", options.limit, MOST_LIMIT)?;
        query.time("from", options.from)?;
        query.choice("ordering", options.ordering, &["datetime_created", "-datetime_created"])?;
        Listing::list(&self.http, Kind::Groups, "/groups/", &query, options.cursor, options.read_ahead)
    }

    /// `GET /groups/{id}/`
    pub fn group_info<T>(&self, id: &str, lay_out: impl Fn(Group, &str) -> T) -> Result<T> {
        self.http.ask(Method::GET, &path(id)?, "", |answer: &mut Answer| {
            Ok(lay_out(answer.read(Group::read)?, &answer.body))
        })
    }

    /// `DELETE /groups/{id}/`
    pub fn group_delete(&self, id: &str) -> Result<()> {
        self.http.ask(Method::DELETE, &path(id)?, "", |_| Ok(()))
    }

    /// Stores the files of a group that are there.
    pub fn group_store_files<F>(
        &self,
        id: &str,
        lay_out: impl Fn(File) -> F,
        batch: &mut Batch<F>,
    ) -> Result<()> {
        self.files_batch(Method::PUT, &self.group_files(id)?, lay_out, batch)
    }

    /// Deletes the files of a group, then the group: as long as files are left, it tells which.
    pub fn group_delete_with_files<F>(
        &self,
        id: &str,
        lay_out: impl Fn(File) -> F,
        batch: &mut Batch<F>,
    ) -> Result<()> {
        self.files_batch(Method::DELETE, &self.group_files(id)?, lay_out, batch)?;
        match batch.problems.iter().find(|(_, why)| why != MISSING) {
            None => self.group_delete(id),
            Some((uuid, why)) => Err(Error::new(
                Status::Job,
                format!(
                    "the group was kept, since not all of its files could be deleted: {uuid}: {}",
                    self.http.shown(why)
                ),
            )),
        }
    }

    fn group_files(&self, id: &str) -> Result<Vec<String>> {
        let uuid = |file: &File| file.uuid.text().unwrap_or_default().to_owned();
        let told = self.group_info(id, |group, _| {
            let files = group.files.filter(|files| group.files_count.int() == Some(files.len() as i64));
            files.map(|files| files.iter().flatten().map(uuid).collect::<Vec<_>>())
        })?;
        told.filter(|uuids| uuids.iter().all(|uuid| is_uuid(uuid)))
            .ok_or_else(|| Error::protocol("the answer does not tell all files of the group"))
    }
}

fn path(id: &str) -> Result<String> {
    Ok(format!("/groups/{}/", group_id(id, "id")?))
}
