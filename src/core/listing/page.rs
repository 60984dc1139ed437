//! One page of a listing: how it is asked for, and what the service answers.

use std::mem;
use std::sync::Arc;

use super::given::Items;
use crate::core::error::{Error, Result};
use crate::core::http::base::path_of;
use crate::core::http::{Answer, Body, Http, Method, Request, Signature};
use crate::core::json::{self, Reader, Scalar, check_count};
use crate::core::query::{number, part_of};

/// The most items of a page.
pub const MOST_LIMIT: u32 = 1000;

/// No search reaches further.
pub const MOST_FOUND: u32 = 1000;

/// The longest link to another page that is followed.
const MOST_LINK: usize = 8 << 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Groups,
    Files,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Groups => "groups",
            Kind::Files => "files",
        }
    }
}

/// Reads the items of a page one by one and lays them out for whoever wants them.
pub trait Rows: Items + Send + 'static {
    fn new(kind: Kind) -> Self;
    fn read(&mut self, reader: &mut Reader) -> json::Result<()>;
}

/// What is listed, and how its pages are asked for.
#[derive(Clone)]
pub struct Source {
    pub kind: Kind,
    pub search: Option<Arc<Search>>,
}

/// What a search is asked for, and which part of what it finds.
pub struct Search {
    /// Each of its pages is asked for with it by POST.
    pub body: String,
    pub limit: u32,
    pub offset: u32,
}

impl Search {
    /// Has the links of a page lead to no file before the search's offset, to none twice, and to the
    /// last files that a search reaches, for which the service has no link where they are no full page.
    fn bound<R>(&self, page: &mut Page<R>) {
        let begin = number(&page.target, "offset=").unwrap_or(0);
        let end = begin.saturating_add(number(&page.target, "limit=").unwrap_or(self.limit));
        let reached = page.total.map_or(0, |total| total.clamp(0, MOST_FOUND.into())) as u32;
        if end.saturating_add(self.limit) > MOST_FOUND {
            page.next = (end < reached).then(|| part_of(&page.target, end, MOST_FOUND - end));
        }
        let before = begin.saturating_sub(self.limit).max(self.offset);
        page.previous = (before < begin).then(|| part_of(&page.target, before, begin - before));
    }
}

/// One page as the service answered it.
pub struct Page<R> {
    pub rows: R,
    pub body: String,
    pub total: Option<i64>,
    pub per_page: Option<i64>,
    pub next: Option<String>,
    pub previous: Option<String>,
    /// The request that it answered.
    pub target: String,
}

/// What a page says beside its items.
pub struct Envelope<R> {
    next: Option<String>,
    previous: Option<String>,
    total: Option<i64>,
    per_page: Option<i64>,
    pub rows: Option<R>,
}

impl<R: Rows> Envelope<R> {
    pub fn read(reader: &mut Reader, kind: Kind) -> json::Result<Self> {
        let mut page = Envelope { next: None, previous: None, total: None, per_page: None, rows: None };
        reader.object(|reader, key| {
            match key {
                "next" => page.next = link(reader)?,
                "previous" => page.previous = link(reader)?,
                "total" => page.total = reader.scalar()?.int(),
                "per_page" => page.per_page = reader.scalar()?.int(),
                "results" => {
                    let (rows, mut count) = (page.rows.insert(R::new(kind)), 0);
                    reader.array(|reader| {
                        count += 1;
                        check_count(count, MOST_LIMIT as usize)?;
                        rows.read(reader)
                    })?;
                }
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        Ok(page)
    }
}

/// Read strictly: to take an odd link for the end would lose what follows.
fn link(reader: &mut Reader) -> json::Result<Option<String>> {
    match reader.peek() {
        Some(b'n') => reader.raw().map(|_| None),
        _ => match reader.scalar()? {
            Scalar::Text(link) if link.len() <= MOST_LINK => {
                Ok(Some(json::owned(link)?).filter(|link| !link.is_empty()))
            }
            _ => Err(reader.odd("a link to another page, or null,")),
        },
    }
}

impl Source {
    /// Asks for the page that `target` leads to. `room` is the size it is likely to have.
    pub fn request<'a>(
        &'a self,
        target: &'a str,
        room: usize,
        signature: Option<&'a Signature>,
    ) -> Request<'a> {
        let (method, body, idempotent) = match &self.search {
            None => (Method::GET, "", true),
            Some(search) => (Method::POST, search.body.as_str(), true),
        };
        Request { room, signature, body: Body::Json(body), idempotent, ..Request::new(method, target) }
    }
}

/// Fetches the page that `target` leads to, with `signature` where its request was signed already.
pub fn fetch<R: Rows>(
    http: &Http,
    source: &Source,
    target: &str,
    room: usize,
    signature: Option<&Signature>,
) -> Result<Page<R>> {
    http.send(&source.request(target, room, signature), |answer: &mut Answer| {
        let envelope = answer.read(|reader| Envelope::<R>::read(reader, source.kind))?;
        // It would stand in the log, and in a cursor.
        if [&envelope.next, &envelope.previous]
            .into_iter()
            .flatten()
            .any(|link| answer.tells_credential_in(link))
        {
            return Err(Error::protocol("the service's link to another page holds the credentials").into());
        }
        let Some(rows) = envelope.rows else {
            return Err(Error::protocol("the answer is no page of a listing: it has no results").into());
        };
        let mut page = Page {
            rows,
            total: envelope.total,
            per_page: envelope.per_page,
            next: envelope.next,
            previous: envelope.previous,
            target: target.to_owned(),
            body: mem::take(&mut answer.body),
        };
        if let Some(search) = &source.search {
            search.bound(&mut page);
        }
        Ok(page)
    })
}

/// The target that a page's link leads to: another page of the same listing. `from` is the target
/// of the page that holds the link.
pub fn follow(http: &Http, link: &str, from: &str) -> Result<String> {
    let target = http.settings.base.follow(link, from)?;
    match path_of(&target) == path_of(from) {
        true => Ok(target),
        false => Err(Error::protocol("the service's link to another page leads out of the listing")),
    }
}
