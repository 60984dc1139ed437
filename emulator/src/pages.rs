//! Paging as the service does it: a page starts strictly after a date (`from`) or ends strictly
//! before one (`to`). Where items of one and the same date stand on both sides of a page's edge,
//! `offset` says how many of them, seen from the page before, were already given.

use std::fmt::Write;
use std::ops::Range;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::checks;
use crate::refusal::Refusal;

pub trait Dated {
    fn date(&self) -> DateTime<Utc>;
}

/// What a query asks for.
pub struct Query {
    pub limit: usize,
    start: Start,
    newest_first: bool,
    /// What was given and does not change from page to page, as the links repeat it.
    repeated: String,
}

#[derive(Clone, Copy)]
enum Start {
    /// At the first item, or so many later.
    Beginning { offset: usize },
    /// Behind the items of this date, or at the one behind the first so many of them.
    After { date: DateTime<Utc>, offset: usize },
    /// The page ends before the items of this date, or before the last so many of them.
    Before { date: DateTime<Utc>, offset: usize },
}

/// A page as it is told.
#[derive(Serialize)]
pub struct Listing<T> {
    pub next: Option<String>,
    pub previous: Option<String>,
    pub total: usize,
    pub per_page: usize,
    pub results: Vec<T>,
}

/// The items of a page, and the links to its neighbours.
pub struct Page<'a, T> {
    pub items: Vec<&'a T>,
    pub next: Option<String>,
    pub previous: Option<String>,
}

impl Query {
    /// Reads the query of a listing ordered by the field `date`, whose links repeat the parameters
    /// `own`, too; parameters it does not know are left alone.
    pub fn parse(query: &str, date: &str, own: &[&str]) -> Result<Query, Refusal> {
        let (mut limit, mut offset, mut from, mut to, mut newest_first) = (100, 0, None, None, false);
        let mut repeated = String::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "limit" => limit = checks::number(&name, &value, 1, 1000)?,
                "offset" => offset = checks::number(&name, &value, 0, usize::MAX)?,
                "from" => from = Some(checks::moment(&name, &value)?),
                "to" => to = Some(checks::moment(&name, &value)?),
                "ordering" => {
                    newest_first =
                        checks::choice(&name, &value, &[date, &format!("-{date}")])?.starts_with('-');
                }
                _ => {}
            }
            if name == "ordering" || own.contains(&&*name) {
                let _ = write!(repeated, "&{name}={}", escaped(&value));
            }
        }
        let start = match (from, to) {
            (Some(date), _) => Start::After { date, offset },
            (None, Some(date)) => Start::Before { date, offset },
            (None, None) => Start::Beginning { offset },
        };
        Ok(Query { limit, start, newest_first, repeated })
    }

    /// Cuts the page out of all items, which stand in ascending order. Its links begin with `path`.
    pub fn page<'a, T: Dated>(&self, items: &'a [T], path: &str) -> Page<'a, T> {
        let walk = Walk { items, newest_first: self.newest_first };
        let range = self.range(&walk);
        Page {
            items: range.clone().map(|place| walk.item(place)).collect(),
            next: (range.end < items.len()).then(|| self.link(path, walk.after(range.end))),
            previous: (0 < range.start && range.start < items.len())
                .then(|| self.link(path, walk.before(range.start))),
        }
    }

    fn range<T: Dated>(&self, walk: &Walk<T>) -> Range<usize> {
        let count = walk.items.len();
        let start = match self.start {
            Start::Beginning { offset } => offset.min(count),
            Start::After { date, offset: 0 } => walk.run(date).end,
            Start::After { date, offset } => {
                let run = walk.run(date);
                run.start.saturating_add(offset).min(run.end)
            }
            Start::Before { date, offset } => {
                let run = walk.run(date);
                let end = if offset == 0 { run.start } else { run.end.saturating_sub(offset).max(run.start) };
                return end.saturating_sub(self.limit)..end;
            }
        };
        start..start.saturating_add(self.limit).min(count)
    }

    fn link(&self, path: &str, start: Start) -> String {
        let limit = self.limit;
        let link = match start {
            Start::Beginning { offset } => format!("{path}?limit={limit}&offset={offset}"),
            Start::After { date, offset } => {
                format!("{path}?limit={limit}&from={}&offset={offset}", moment(date))
            }
            Start::Before { date, offset } => {
                format!("{path}?limit={limit}&offset={offset}&to={}", moment(date))
            }
        };
        link + &self.repeated
    }
}

/// Items in the order in which they are listed. A place is counted in that order.
struct Walk<'a, T> {
    items: &'a [T],
    newest_first: bool,
}

impl<'a, T: Dated> Walk<'a, T> {
    fn item(&self, place: usize) -> &'a T {
        &self.items[if self.newest_first { self.items.len() - 1 - place } else { place }]
    }

    /// The places of the items of this date; when there are none, the place where they would be.
    fn run(&self, date: DateTime<Utc>) -> Range<usize> {
        let start = self.items.partition_point(|item| item.date() < date);
        let end = start + self.items[start..].partition_point(|item| item.date() <= date);
        if self.newest_first { self.items.len() - end..self.items.len() - start } else { start..end }
    }

    /// How to go on where a page ends.
    fn after(&self, end: usize) -> Start {
        if end == 0 {
            return Start::Beginning { offset: 0 };
        }
        let date = self.item(end - 1).date();
        let run = self.run(date);
        Start::After { date, offset: if end == run.end { 0 } else { end - run.start } }
    }

    /// How to go back where a page starts.
    fn before(&self, start: usize) -> Start {
        let date = self.item(start).date();
        let run = self.run(date);
        Start::Before { date, offset: if start == run.start { 0 } else { run.end - start } }
    }
}

fn moment(date: DateTime<Utc>) -> String {
    escaped(&date.format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string())
}

fn escaped(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
