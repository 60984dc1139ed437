//! Listings, page by page, for whatever the service lists.

mod cursor;
mod given;
mod page;
mod queue;
mod read_ahead;
mod trail;

use std::mem;
use std::sync::Arc;

use cursor::{Place, Role};
use given::Given;
use page::{Envelope, fetch, follow};
use read_ahead::ReadAhead;
use trail::{Direction, Trail};

pub use given::{Items, Key};
pub use page::{Kind, MOST_FOUND, MOST_LIMIT, Page, Rows, Search, Source};

use super::error::{Error, Result};
use super::http::Http;
use super::json::{Odd, Reader};
use super::query::{Query, begins_at, counts_ties, going_on_at, is_descending};

pub const MOST_READ_AHEAD: u32 = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Moved,
    /// There is no page that way; the listing stays where it was.
    Done,
}

/// What the service's page has beside the rows that the listing shows.
enum Beside<R> {
    Nothing,
    /// In front of them what a cursor left out, which nobody has asked for yet.
    LeftOut,
    /// The same, asked for.
    Before(Half<R>),
    After(Half<R>),
}

/// Rows of a page, and what was given when they were.
struct Half<R> {
    rows: R,
    given: Given,
}

/// A listing and the page it stands on.
pub struct Listing<R: Rows> {
    http: Http,
    source: Source,
    pub page: Page<R>,
    trail: Trail,
    /// What was given when this page was, all that the service sent with it included.
    given: Given,
    /// What a cursor said was given before: left out until the listing goes back.
    left_out: Given,
    beside: Beside<R>,
    /// What `from` excludes, to which there is no way back; nothing for a listing that goes on from a cursor.
    excluded: Given,
    /// The item of this page that next_item() gives.
    place: usize,
    ahead: Option<ReadAhead<R>>,
    /// How many pages to fetch before they are asked for.
    read_ahead: usize,
}

impl<R: Rows> Listing<R> {
    /// Opens the listing that stands at an API path, or goes on from a cursor, which carries a query of its own.
    pub fn list(
        http: &Http,
        kind: Kind,
        path: &str,
        query: &Query,
        cursor: Option<&str>,
        read_ahead: u32,
    ) -> Result<Self> {
        if read_ahead > MOST_READ_AHEAD {
            return Err(Error::argument(format!(
                "opts.read_ahead is {read_ahead}; it may be 0 to {MOST_READ_AHEAD}"
            )));
        }
        let place = match cursor {
            None => Place::beginning(http.settings.base.target(&query.of(path))),
            Some(cursor) if query.is_empty() => cursor::read(&http.settings, kind.name(), path, cursor)?,
            Some(_) => {
                return Err(Error::argument(format!(
                    "opts.{} is set beside opts.cursor, which carries the options that the listing began with",
                    query.first_name()
                )));
            }
        };
        let mut listing = Self::open(http, Source { kind, search: None }, place, read_ahead as usize)?;
        if cursor.is_none() {
            listing.begin_here();
        }
        Ok(listing)
    }

    /// Opens a search.
    pub fn search(http: &Http, kind: Kind, path: &str, query: &Query, search: Search) -> Result<Self> {
        let target = http.settings.base.target(&query.of(path));
        let source = Source { kind, search: Some(Arc::new(search)) };
        Self::open(http, source, Place::beginning(target), 0)
    }

    fn open(http: &Http, source: Source, place: Place, read_ahead: usize) -> Result<Self> {
        let (before, left_out) = match place.role {
            Role::Known => (place.given, Given::Nothing),
            Role::LeftOut => (place.given.copy()?, place.given),
            Role::LeftOutInPart => (Given::unknown(), place.given),
        };
        let mut page = fetch::<R>(http, &source, &place.target, 0, None)?;
        let given = before.after(&page.rows)?;
        let beside = leave_out(&mut page, &left_out);
        let mut listing = Listing {
            http: http.clone(),
            source,
            page,
            trail: Trail::new(&place.target),
            given,
            left_out,
            beside,
            excluded: Given::Nothing,
            place: 0,
            ahead: None,
            read_ahead,
        };
        listing.start_reading_ahead();
        Ok(listing)
    }

    /// There is no way back from this page to what `from` excludes.
    fn begin_here(&mut self) {
        if let Some(moment) = begins_at(&self.page.target) {
            self.excluded = Given::UpTo { moment, ids: Vec::new() };
            self.page.previous = None;
        }
    }

    /// A page before this one without what `from` excludes; none where it has nothing else.
    fn without_excluded(&mut self, mut page: Page<R>) -> Option<Page<R>> {
        if let Beside::LeftOut = leave_out(&mut page, &self.excluded) {
            page.previous = None;
            if page.rows.count() == 0 {
                self.page.previous = None;
                return None;
            }
        }
        Some(page)
    }

    pub fn kind(&self) -> Kind {
        self.source.kind
    }

    /// The next page: the rest of this one, or the one that its link leads to.
    pub fn go_on(&mut self) -> Result<Step> {
        match mem::replace(&mut self.beside, Beside::Nothing) {
            Beside::After(rest) => {
                self.beside = Beside::Before(self.show(rest));
                Ok(Step::Moved)
            }
            beside => {
                self.beside = beside;
                self.next()
            }
        }
    }

    /// The page before: what a cursor left out of this one, or the page that its link leads to.
    pub fn go_back(&mut self) -> Result<Step> {
        if let Beside::LeftOut = self.beside {
            let rows = self.rows_left_out()?;
            let given = mem::replace(&mut self.left_out, Given::Nothing);
            self.beside = Beside::Before(Half { rows, given });
        }
        match mem::replace(&mut self.beside, Beside::Nothing) {
            Beside::Before(left_out) => {
                let rest = self.show(left_out);
                match rest.rows.count() {
                    // The page is whole now.
                    0 => self.given = rest.given,
                    _ => self.beside = Beside::After(rest),
                }
                Ok(Step::Moved)
            }
            beside => {
                self.beside = beside;
                self.previous()
            }
        }
    }

    /// Shows the other half of the page, and gives the one that was shown.
    fn show(&mut self, half: Half<R>) -> Half<R> {
        self.place = 0;
        Half {
            rows: mem::replace(&mut self.page.rows, half.rows),
            given: mem::replace(&mut self.given, half.given),
        }
    }

    /// The items of this page that a cursor left out.
    fn rows_left_out(&self) -> Result<R> {
        let mut reader = Reader::new(&self.page.body);
        let envelope = Envelope::<R>::read(&mut reader, self.kind()).map_err(|odd| match *odd {
            Odd::Ended(error) => error,
            Odd::Json { message, .. } => Error::protocol(message),
        })?;
        let mut rows = envelope.rows.unwrap_or_else(|| R::new(self.kind()));
        let is_descending = is_descending(&self.page.target);
        rows.retain(|key| self.left_out.holds(&key, is_descending));
        Ok(rows)
    }

    pub fn has_next(&self) -> bool {
        matches!(self.beside, Beside::After(_)) || self.page.next.is_some()
    }

    fn next(&mut self) -> Result<Step> {
        self.serve();
        let Some(link) = &self.page.next else { return Ok(Step::Done) };
        let target = self.follow(link)?;
        self.trail.check(Direction::Next, &self.page.target, &target)?;
        let page = self.fetch_next(&self.http.begin()?, &target)?;
        self.arrive(Direction::Next, page)?;
        self.start_reading_ahead();
        Ok(Step::Moved)
    }

    fn fetch_next(&mut self, http: &Http, target: &str) -> Result<Page<R>> {
        let call = http.call()?;
        if let Some(ahead) = &self.ahead {
            match ahead.next_page(&call)? {
                Ok(page) => return Ok(page),
                Err(error) => {
                    self.stop_reading_ahead();
                    // What was canceled before this call began is none of its concern.
                    if !error.is_canceled() || call.is_canceled() {
                        return Err(error);
                    }
                }
            }
        }
        fetch(http, &self.source, target, self.page.body.len(), None)
    }

    /// Runs the callbacks that the reader has left so far.
    fn serve(&self) {
        if let Some(ahead) = &self.ahead {
            ahead.serve();
        }
    }

    fn stop_reading_ahead(&mut self) {
        if let Some(ahead) = self.ahead.take() {
            ahead.stop();
        }
    }

    fn previous(&mut self) -> Result<Step> {
        self.serve();
        let Some(link) = &self.page.previous else { return Ok(Step::Done) };
        let target = self.follow(link)?;
        self.trail.check(Direction::Previous, &self.page.target, &target)?;
        let page = fetch(&self.http, &self.source, &target, self.page.body.len(), None)?;
        let Some(page) = self.without_excluded(page) else { return Ok(Step::Done) };
        self.arrive(Direction::Previous, page)?;
        self.stop_reading_ahead();
        Ok(Step::Moved)
    }

    /// Where the listing goes on after this page, for a listing of another day; none where its link
    /// must not be followed, and none of a search, whose body it would have to carry.
    pub fn end_cursor(&self) -> Result<Option<String>> {
        if self.source.search.is_some() {
            return Ok(None);
        }
        if let Beside::After(_) = self.beside {
            return self.cursor(Role::LeftOut, &self.given, &self.page.target);
        }
        let next = match &self.page.next {
            Some(link) => match self.follow(link) {
                Ok(target) => Some(target),
                Err(_) => return Ok(None),
            },
            None => None,
        };
        let (role, given, target) = match (next, &self.given) {
            // A link that counts ties is good only until others come in front of them. Where the page
            // gave nothing, it is followed all the same: who only ever reads one page has to get on.
            (Some(next), given) if !counts_ties(&next) || self.page.rows.count() == 0 => {
                self.place_within(given, next)
            }
            (_, given @ Given::UpTo { moment, .. }) => {
                let target = going_on_at(&self.page.target, *moment);
                (Role::LeftOut, given, target.unwrap_or_else(|| self.page.target.clone()))
            }
            (Some(next), given) => self.place_within(given, next),
            (None, given) => (Role::LeftOut, given, self.page.target.clone()),
        };
        self.cursor(role, given, &target)
    }

    fn cursor(&self, role: Role, given: &Given, target: &str) -> Result<Option<String>> {
        cursor::write(&self.http.settings, self.source.kind.name(), role, given, target).map(Some)
    }

    /// In the middle of a listing. What an earlier cursor left out may still come.
    fn place_within<'a>(&'a self, given: &'a Given, target: String) -> (Role, &'a Given, String) {
        match (&self.left_out, given) {
            (Given::UpTo { moment, .. }, Given::UpTo { moment: last, .. }) if moment == last => {
                (Role::LeftOut, given, target)
            }
            (Given::Nothing, given) | (_, given @ Given::UpTo { .. }) => (Role::Known, given, target),
            (left_out, _) => (Role::LeftOutInPart, left_out, target),
        }
    }

    /// The place of the next item on this page, of which there may be no more.
    pub fn next_item(&mut self) -> Option<usize> {
        let place = self.place;
        (place < self.page.rows.count()).then(|| {
            self.place += 1;
            place
        })
    }

    fn follow(&self, link: &str) -> Result<String> {
        follow(&self.http, link, &self.page.target)
    }

    fn arrive(&mut self, direction: Direction, mut page: Page<R>) -> Result<()> {
        let given = match direction {
            Direction::Next => self.given.after(&page.rows),
            Direction::Previous if page.previous.is_some() => Given::unknown().after(&page.rows),
            Direction::Previous => Given::Nothing.after(&page.rows),
        };
        // A page that was read ahead is lost here: whoever repeats the step asks for it again.
        self.given = given.inspect_err(|_| self.stop_reading_ahead())?;
        if direction == Direction::Previous {
            // Whoever goes back wants what was given before, and what follows it.
            self.left_out = Given::Nothing;
        }
        self.beside = leave_out(&mut page, &self.left_out);
        self.trail.step(direction, &self.page.target, &page.target);
        self.page = page;
        self.place = 0;
        Ok(())
    }

    fn start_reading_ahead(&mut self) {
        if self.read_ahead == 0 || self.ahead.is_some() {
            return;
        }
        if let Some(Ok(target)) = self.page.next.as_ref().map(|link| self.follow(link)) {
            // Where no thread can be had, pages are fetched when they are asked for.
            self.ahead =
                ReadAhead::start(&self.http, &self.source, target, self.read_ahead, self.page.body.len());
        }
    }
}

/// What was given by an earlier listing is left out of a page.
fn leave_out<R: Rows>(page: &mut Page<R>, given: &Given) -> Beside<R> {
    if *given == Given::Nothing {
        return Beside::Nothing;
    }
    let (count, is_descending) = (page.rows.count(), is_descending(&page.target));
    page.rows.retain(|key| !given.holds(&key, is_descending));
    match page.rows.count() == count {
        true => Beside::Nothing,
        false => Beside::LeftOut,
    }
}
