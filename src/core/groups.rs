//! File groups: https://uploadcare.com/api-refs/rest-api/v0.7.0/#tag/Group

use super::batch::{Batch, MISSING};
use super::client::Client;
use super::error::{Error, Result, Status};
use super::file::File;
use super::http::{Answer, Method};
use super::id::{group_id, is_uuid};
use super::json::{self, Reader, Scalar, check_count, lacks};
use super::listing::{Kind, Listing, MOST_LIMIT, Rows};
use super::memory;
use super::query::Query;

/// What a listing is asked for; nothing and zero stand for the defaults.
pub struct GroupsOptions<'a> {
    pub limit: u32,
    pub from: Option<&'a str>,
    pub ordering: Option<&'a str>,
    pub cursor: Option<&'a str>,
    pub read_ahead: u32,
}

/// More files a group does not have.
pub const MOST_FILES: usize = 1000;

/// Takes the files of a group one by one, as they are read: none in place of one that was removed.
pub trait Files: Default {
    fn add(&mut self, file: Option<File>) -> Result<()>;
}

/// For whoever does not want them.
impl Files for () {
    fn add(&mut self, _: Option<File>) -> Result<()> {
        Ok(())
    }
}

/// A group, with its files where the service sent them.
#[derive(Default)]
pub struct Group<'a, F> {
    pub id: Scalar<'a>,
    pub datetime_created: Scalar<'a>,
    pub files_count: Scalar<'a>,
    pub cdn_url: Scalar<'a>,
    pub url: Scalar<'a>,
    pub files_len: Option<usize>,
    pub files: F,
}

impl<'a, F: Files> Group<'a, F> {
    pub fn read(reader: &mut Reader<'a>) -> json::Result<Self> {
        let mut group = Group::default();
        reader.object(|reader, key| {
            match key {
                "id" => group.id = reader.scalar()?,
                "datetime_created" => group.datetime_created = reader.scalar()?,
                "files_count" => group.files_count = reader.scalar()?,
                "cdn_url" => group.cdn_url = reader.scalar()?,
                "url" => group.url = reader.scalar()?,
                "files" if reader.peek() != Some(b'n') => group.read_files(reader)?,
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        match group.id.text() {
            Some(id) if !id.is_empty() => Ok(group),
            _ => Err(lacks("id of a group")),
        }
    }

    fn read_files(&mut self, reader: &mut Reader<'a>) -> json::Result<()> {
        let mut count = 0;
        self.files = F::default();
        reader.array(|reader| {
            count += 1;
            check_count(count, MOST_FILES)?;
            let file = match reader.peek() {
                Some(b'{') => Some(File::read(reader)?),
                Some(b'n') => reader.raw().map(|_| None)?,
                _ => return Err(reader.odd("a file, or null,")),
            };
            Ok(self.files.add(file)?)
        })?;
        self.files_len = Some(count);
        Ok(())
    }
}

/// The UUIDs of the files that are there.
#[derive(Default)]
struct Uuids(Vec<String>);

impl Files for Uuids {
    fn add(&mut self, file: Option<File>) -> Result<()> {
        let Some(file) = file else { return Ok(()) };
        match file.uuid.text() {
            Some(uuid) if is_uuid(uuid) => Ok(memory::push(&mut self.0, memory::copy(uuid)?)?),
            _ => Err(incomplete()),
        }
    }
}

fn incomplete() -> Error {
    Error::protocol("the answer does not tell all files of the group")
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
    pub fn group_info<F: Files, T>(&self, id: &str, lay_out: impl Fn(Group<F>, &str) -> T) -> Result<T> {
        self.http.ask(Method::GET, &path(id)?, "", |answer: &mut Answer| {
            Ok(lay_out(answer.read(Group::read)?, &answer.body))
        })
    }

    /// `DELETE /groups/{id}/`
    pub fn group_delete(&self, id: &str) -> Result<()> {
        self.http.ask(Method::DELETE, &path(id)?, "", |answer: &mut Answer| answer.check_whole())
    }

    /// Stores the files of a group that are there.
    pub fn group_store_files<F>(
        &self,
        id: &str,
        lay_out: impl Fn(File) -> Result<F>,
        batch: &mut Batch<F>,
    ) -> Result<()> {
        let client = self.begin()?;
        client.files_batch(Method::PUT, &client.group_files(id)?, lay_out, batch)
    }

    /// Deletes the files of a group, then the group: as long as files are left, it tells which.
    pub fn group_delete_with_files<F>(
        &self,
        id: &str,
        lay_out: impl Fn(File) -> Result<F>,
        batch: &mut Batch<F>,
    ) -> Result<()> {
        let client = self.begin()?;
        client.files_batch(Method::DELETE, &client.group_files(id)?, lay_out, batch)?;
        match batch.problems.iter().find(|(_, why)| why != MISSING) {
            None => client.group_delete(id),
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
        self.group_info(id, |group: Group<Uuids>, _| {
            let is_whole = group.files_len.is_some_and(|len| group.files_count.int() == Some(len as i64));
            if is_whole { Ok(group.files.0) } else { Err(incomplete()) }
        })?
    }
}

fn path(id: &str) -> Result<String> {
    Ok(format!("/groups/{}/", group_id(id, "id")?))
}
