//! Listings, page by page, for whatever the service lists.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use super::cursor;
use super::error::{Error, Result, Status};
use super::http::{Answer, Http, Method, Request};
use super::json::{self, Reader, Scalar};
use super::read_ahead::ReadAhead;

/// Reads the items of a page one by one and lays them out for whoever wants them.
pub trait Rows: Default + Send + 'static {
    fn read(&mut self, reader: &mut Reader) -> json::Result<()>;
}

/// One page as the service answered it.
pub struct Page<R> {
    pub rows: R,
    pub body: String,
    pub total: Option<i64>,
    pub per_page: Option<i64>,
    pub next: Option<String>,
    previous: Option<String>,
    /// The request that it answered.
    pub target: String,
}

/// What a page says beside its items.
struct Envelope<R> {
    next: Option<String>,
    previous: Option<String>,
    total: Option<i64>,
    per_page: Option<i64>,
    rows: Option<R>,
}

impl<R: Rows> Envelope<R> {
    fn read(reader: &mut Reader) -> json::Result<Self> {
        let mut page = Envelope { next: None, previous: None, total: None, per_page: None, rows: None };
        reader.object(|reader, key| {
            match key {
                "next" => page.next = link(reader)?,
                "previous" => page.previous = link(reader)?,
                "total" => page.total = reader.scalar()?.int(),
                "per_page" => page.per_page = reader.scalar()?.int(),
                "results" => {
                    let rows = page.rows.insert(R::default());
                    reader.array(|reader| rows.read(reader))?;
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
            Scalar::Text(link) => Ok(Some(link.into_owned()).filter(|link| !link.is_empty())),
            _ => Err(reader.odd("a link to another page, or null,")),
        },
    }
}

/// Fetches the page that `target` leads to. `room` is the size it is likely to have.
pub fn fetch<R: Rows>(http: &Http, target: &str, room: usize) -> Result<Page<R>> {
    let request = Request { room, ..Request::new(Method::GET, target) };
    http.call(&request, |answer: &mut Answer| {
        let envelope = answer.read(Envelope::<R>::read)?;
        let Some(rows) = envelope.rows else {
            return Err(Error::protocol("the answer is no page of a listing: it has no results").into());
        };
        Ok(Page {
            rows,
            total: envelope.total,
            per_page: envelope.per_page,
            next: envelope.next,
            previous: envelope.previous,
            target: target.to_owned(),
            body: std::mem::take(&mut answer.body),
        })
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Moved,
    /// There is no page that way; the listing stays where it was.
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Next,
    Previous,
}

/// A listing and the page it stands on.
pub struct Listing<R: Rows> {
    http: Http,
    kind: &'static str,
    pub page: Page<R>,
    trail: Trail,
    ahead: Option<ReadAhead<R>>,
    /// How many pages to fetch before they are asked for.
    read_ahead: usize,
}

impl<R: Rows> Listing<R> {
    /// Opens the listing of a `kind` of thing at an API path.
    pub fn open(http: &Http, kind: &'static str, path: &str, read_ahead: usize) -> Result<Self> {
        let target = http.settings.api_base.target(path);
        Self::open_at(http, kind, &target, read_ahead)
    }

    /// Opens it where a cursor says.
    pub fn resume(http: &Http, kind: &'static str, cursor: &str, read_ahead: usize) -> Result<Self> {
        let target = cursor::read(&http.settings, kind, cursor)?;
        Self::open_at(http, kind, &target, read_ahead)
    }

    fn open_at(http: &Http, kind: &'static str, target: &str, read_ahead: usize) -> Result<Self> {
        let page = fetch(http, target, 0)?;
        let mut listing =
            Listing { http: http.clone(), kind, page, trail: Trail::new(target), ahead: None, read_ahead };
        listing.start_reading_ahead();
        Ok(listing)
    }

    pub fn next(&mut self) -> Result<Step> {
        let Some(link) = &self.page.next else { return Ok(Step::Done) };
        let target = self.follow(link)?;
        self.trail.check(Direction::Next, &self.page.target, &target)?;
        let page = self.fetch_next(&target)?;
        self.arrive(Direction::Next, page);
        self.start_reading_ahead();
        Ok(Step::Moved)
    }

    fn fetch_next(&mut self, target: &str) -> Result<Page<R>> {
        let cancels = self.http.cancels();
        match self.ahead.as_ref().map(ReadAhead::next_page) {
            Some(Ok(page)) => return Ok(page),
            Some(Err(error)) => {
                self.ahead = None;
                // What was canceled before this call began is none of its concern.
                if error.status != Status::Canceled || self.http.cancels() != cancels {
                    return Err(error);
                }
            }
            None => {}
        }
        fetch(&self.http, target, self.page.body.len())
    }

    pub fn previous(&mut self) -> Result<Step> {
        let Some(link) = &self.page.previous else { return Ok(Step::Done) };
        let target = self.follow(link)?;
        self.trail.check(Direction::Previous, &self.page.target, &target)?;
        let page = fetch(&self.http, &target, self.page.body.len())?;
        self.ahead = None;
        self.arrive(Direction::Previous, page);
        Ok(Step::Moved)
    }

    /// Where the next page starts, for a listing of another day; none on the last page.
    pub fn cursor(&self) -> Option<String> {
        let target = self.follow(self.page.next.as_ref()?).ok()?;
        Some(cursor::write(&self.http.settings, self.kind, &target))
    }

    fn follow(&self, link: &str) -> Result<String> {
        self.http.settings.api_base.follow(link, &self.page.target)
    }

    fn arrive(&mut self, direction: Direction, page: Page<R>) {
        self.trail.step(direction, &self.page.target, &page.target);
        self.page = page;
    }

    fn start_reading_ahead(&mut self) {
        if self.read_ahead == 0 || self.ahead.is_some() {
            return;
        }
        if let Some(Ok(target)) = self.page.next.as_ref().map(|link| self.follow(link)) {
            // Where no thread can be had, pages are fetched when they are asked for.
            self.ahead = ReadAhead::start(&self.http, target, self.read_ahead, self.page.body.len());
        }
    }
}

/// The pages visited on the way in one direction, so that a circle is noticed.
struct Trail {
    direction: Direction,
    visited: HashSet<u64>,
}

impl Trail {
    fn new(start: &str) -> Self {
        Trail { direction: Direction::Next, visited: HashSet::from([hash(start)]) }
    }

    fn check(&self, direction: Direction, here: &str, target: &str) -> Result<()> {
        let seen = match direction == self.direction {
            true => self.visited.contains(&hash(target)),
            false => here == target,
        };
        match seen {
            true => Err(Error::protocol(
                "the service's link to another page leads back to one that was already read",
            )),
            false => Ok(()),
        }
    }

    fn step(&mut self, direction: Direction, from: &str, to: &str) {
        if direction != self.direction {
            self.direction = direction;
            self.visited = HashSet::from([hash(from)]);
        }
        self.visited.insert(hash(to));
    }
}

fn hash(target: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    target.hash(&mut hasher);
    hasher.finish()
}
