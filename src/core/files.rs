//! Files: https://uploadcare.com/api-refs/rest-api/v0.7.0/#tag/File

use super::client::Client;
use super::error::{Error, Result};
use super::file::File;
use super::http::{Answer, Method};
use super::id;
use super::json::check_given_object;
use super::listing::{Kind, Listing, MOST_FOUND, MOST_LIMIT, Rows, Search};
use super::memory;
use super::query::Query;

/// What is asked for beside the file itself.
const INCLUDES: [&str; 1] = ["appdata"];

/// Of a search.
const USUAL_SEARCH_LIMIT: u32 = 20;
const MOST_SEARCH_LIMIT: u32 = 100;

/// What a listing is asked for; nothing and zero stand for the defaults.
pub struct FilesOptions<'a> {
    pub limit: u32,
    pub from: Option<&'a str>,
    pub ordering: Option<&'a str>,
    pub stored: Option<bool>,
    pub removed: Option<bool>,
    pub include: Option<&'a str>,
    pub cursor: Option<&'a str>,
    pub read_ahead: u32,
}

/// Which part of the results of a search to get; nothing and zero stand for the defaults.
pub struct SearchOptions<'a> {
    pub limit: u32,
    pub offset: u32,
    pub include: Option<&'a str>,
}

impl Client {
    /// `GET /files/`
    pub fn files_list<R: Rows>(&self, options: &FilesOptions) -> Result<Listing<R>> {
        let mut query = Query::default();
        query.number("limit", options.limit, MOST_LIMIT)?;
        query.time("from", options.from)?;
        query.choice("ordering", options.ordering, &["datetime_uploaded", "-datetime_uploaded"])?;
        query.flag("stored", options.stored);
        query.flag("removed", options.removed);
        query.choice("include", options.include, &INCLUDES)?;
        Listing::list(&self.http, Kind::Files, "/files/", &query, options.cursor, options.read_ahead)
    }

    /// `POST /files/search/`
    pub fn files_search<R: Rows>(&self, query_json: &str, options: &SearchOptions) -> Result<Listing<R>> {
        check_given_object("query_json", query_json, r#"{"query":"pineapple"}"#)?;
        let limit = if options.limit == 0 { USUAL_SEARCH_LIMIT } else { options.limit };
        if options.offset.saturating_add(limit) > MOST_FOUND && limit <= MOST_SEARCH_LIMIT {
            return Err(Error::argument(format!(
                "opts.offset is {} and the limit {limit}: together they may be at most {MOST_FOUND}, which is as \
                 far as a search reaches",
                options.offset
            )));
        }
        let mut query = Query::default();
        query.number("limit", options.limit, MOST_SEARCH_LIMIT)?;
        query.number("offset", options.offset, MOST_FOUND)?;
        query.choice("include", options.include, &INCLUDES)?;
        let search = Search { body: memory::copy(query_json)?, limit, offset: options.offset };
        Listing::search(&self.http, Kind::Files, "/files/search/", &query, search)
    }

    /// `GET /files/{uuid}/`
    pub fn file_info<T>(&self, uuid: &str, include: Option<&str>, lay_out: impl Fn(File) -> T) -> Result<T> {
        let query = match include {
            None => "",
            Some("appdata") => "?include=appdata",
            Some(_) => return Err(Error::argument("include may be \"appdata\" or NULL")),
        };
        self.file_call(Method::GET, uuid, query, lay_out)
    }

    /// `PUT /files/{uuid}/storage/`
    pub fn file_store<T>(&self, uuid: &str, lay_out: impl Fn(File) -> T) -> Result<T> {
        self.file_call(Method::PUT, uuid, "storage/", lay_out)
    }

    /// `DELETE /files/{uuid}/storage/`
    pub fn file_delete<T>(&self, uuid: &str, lay_out: impl Fn(File) -> T) -> Result<T> {
        self.file_call(Method::DELETE, uuid, "storage/", lay_out)
    }

    fn file_call<T>(&self, method: Method, uuid: &str, rest: &str, lay_out: impl Fn(File) -> T) -> Result<T> {
        let uuid = id::uuid(uuid, "uuid")?;
        self.http.ask(method, &format!("/files/{uuid}/{rest}"), "", |answer: &mut Answer| {
            match answer.status {
                // It was deleted by a request whose answer was lost, and the answer with it.
                204 => Ok(lay_out(File::with_uuid(uuid))),
                _ => Ok(lay_out(answer.read(File::read_one)?)),
            }
        })
    }
}
