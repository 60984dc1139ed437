//! The requests that came to the service side.

use std::collections::{BTreeMap, VecDeque};

use axum::http::header::AUTHORIZATION;
use hyper::http::request::Parts;
use serde::Serialize;

/// More than these are counted, but only the newest are told.
const KEPT: usize = 10_000;

#[derive(Serialize)]
pub struct Entry {
    method: String,
    /// As received.
    target: String,
    /// 0: not answered, or not yet.
    status: u16,
    /// The number of the TCP connection.
    connection: u64,
    authorization: Option<String>,
    /// All the others.
    headers: BTreeMap<String, String>,
    body: String,
}

impl Entry {
    pub fn new(head: &Parts, connection: u64) -> Entry {
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in &head.headers {
            let value = String::from_utf8_lossy(value.as_bytes());
            headers
                .entry(name.to_string())
                .and_modify(|values| *values = format!("{values}, {value}"))
                .or_insert_with(|| value.into_owned());
        }
        Entry {
            method: head.method.to_string(),
            target: head.uri.to_string(),
            status: 0,
            connection,
            authorization: headers.remove(AUTHORIZATION.as_str()),
            headers,
            body: String::new(),
        }
    }
}

#[derive(Default)]
pub struct Log {
    pub count: u64,
    entries: VecDeque<Entry>,
    /// The ticket of the oldest entry.
    oldest: u64,
}

impl Log {
    /// Gives a ticket to note the body and the status with.
    pub fn add(&mut self, entry: Entry) -> u64 {
        if self.entries.len() == KEPT {
            self.entries.pop_front();
            self.oldest += 1;
        }
        self.count += 1;
        self.entries.push_back(entry);
        self.oldest + self.entries.len() as u64 - 1
    }

    /// Once it has come to its end.
    pub fn note_body(&mut self, ticket: u64, body: &[u8]) {
        if let Some(entry) = self.entry(ticket) {
            entry.body = String::from_utf8_lossy(body).into_owned();
        }
    }

    pub fn note_status(&mut self, ticket: u64, status: u16) {
        if let Some(entry) = self.entry(ticket) {
            entry.status = status;
        }
    }

    fn entry(&mut self, ticket: u64) -> Option<&mut Entry> {
        let place = ticket.checked_sub(self.oldest)?;
        self.entries.get_mut(place as usize)
    }

    pub fn clear(&mut self) {
        // Requests under way hold tickets that must not fit later ones.
        self.oldest += self.entries.len() as u64;
        self.entries.clear();
        self.count = 0;
    }

    pub fn entries(&self) -> &VecDeque<Entry> {
        &self.entries
    }
}
