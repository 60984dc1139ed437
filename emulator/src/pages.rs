//! Paging as the service does it: a page starts strictly after a date (`from`) or ends strictly
//! before one (`to`). Where items of one and the same date stand on both sides of a page's edge,
//! `offset` says how many of them, seen from the page before, were already given.

use std::borrow::Cow;
use std::ops::Range;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::clock;

pub trait Dated {
    fn date(&self) -> DateTime<Utc>;
}

/// What a query asks for.
pub struct Query {
    pub limit: usize,
    start: Start,
    newest_first: bool,
    /// As given; the links repeat it.
    ordering: Option<String>,
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

/// The items of a page, and the links to its neighbours.
pub struct Page<'a, T> {
    pub items: Vec<&'a T>,
    pub next: Option<String>,
    pub previous: Option<String>,
}

impl Query {
    /// Reads the query of a listing ordered by the field `date`; parameters it does not know are
    /// left alone. The error is the body of a 400, in the framework's form.
    pub fn parse(query: &str, date: &str) -> Result<Query, Value> {
        let (mut limit, mut offset, mut from, mut to, mut ordering) = (100, 0, None, None, None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "limit" => limit = number(&name, &value, 1, 1000)?,
                "offset" => offset = number(&name, &value, 0, usize::MAX)?,
                "from" => from = Some(moment(&name, &value)?),
                "to" => to = Some(moment(&name, &value)?),
                "ordering" => ordering = Some(one_of(&name, value, [date, &format!("-{date}")])?),
                _ => {}
            }
        }
        let start = match (from, to) {
            (Some(date), _) => Start::After { date, offset },
            (None, Some(date)) => Start::Before { date, offset },
            (None, None) => Start::Beginning { offset },
        };
        let newest_first = ordering.as_ref().is_some_and(|ordering| ordering.starts_with('-'));
        Ok(Query { limit, start, newest_first, ordering })
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
        let mut link = match start {
            Start::Beginning { offset } => format!("{path}?limit={limit}&offset={offset}"),
            Start::After { date, offset } => {
                format!("{path}?limit={limit}&from={}&offset={offset}", escaped(date))
            }
            Start::Before { date, offset } => {
                format!("{path}?limit={limit}&offset={offset}&to={}", escaped(date))
            }
        };
        if let Some(ordering) = &self.ordering {
            link += "&ordering=";
            link += ordering;
        }
        link
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

fn escaped(date: DateTime<Utc>) -> String {
    let text = date.format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string();
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn number(name: &str, value: &str, least: usize, most: usize) -> Result<usize, Value> {
    let number: i128 = value.parse().map_err(|_| refusal(name, "A valid integer is required."))?;
    if number < least as i128 {
        return Err(refusal(name, &format!("Ensure this value is greater than or equal to {least}.")));
    }
    if number > most as i128 {
        return Err(refusal(name, &format!("Ensure this value is less than or equal to {most}.")));
    }
    Ok(number as usize)
}

fn moment(name: &str, value: &str) -> Result<DateTime<Utc>, Value> {
    const FORMAT: &str = "Datetime has wrong format. Use one of these formats instead: \
                          YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";
    clock::parse_iso(value).ok_or_else(|| refusal(name, FORMAT))
}

fn one_of(name: &str, value: Cow<str>, choices: [&str; 2]) -> Result<String, Value> {
    if choices.contains(&&*value) {
        return Ok(value.into_owned());
    }
    Err(refusal(name, &format!("\"{value}\" is not a valid choice.")))
}

fn refusal(name: &str, message: &str) -> Value {
    json!({ name: [message] })
}
