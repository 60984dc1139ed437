//! `/files/search/`

mod conditions;
mod text;

use std::cmp::Ordering;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, RawQuery, State};
use axum::routing::post;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::answer;
use crate::checks;
use crate::files::{self, Include};
use crate::pages::Listing;
use crate::refusal::{Outcome, Refusal};
use crate::service::{Origin, Shared};

use conditions::{Conditions, Key, Match};

/// No page reaches further than that.
const WINDOW: usize = 1000;

pub fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/files/search/", post(search))
}

async fn search(
    State(shared): State<Arc<Shared>>,
    Extension(Origin(origin)): Extension<Origin>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Outcome {
    let page = Page::parse(query.as_deref().unwrap_or_default())?;
    let conditions = Conditions::parse(&checks::object(&body)?)?;
    let store = shared.store.lock().unwrap();
    let files = store.files().iter().filter(|file| !file.is_removed);
    let mut found: Vec<_> =
        files.filter_map(|file| Found::new(store.file(file.uuid)?, &conditions)).collect();
    // Stable, so that what is equal stays in the order of its upload.
    found.sort_by(|one, other| one.compare(other, &conditions.sort));

    let path = format!("{origin}/files/search/");
    let (next, previous) = (page.next(found.len()), page.previous());
    let listing = Listing {
        next: next.map(|offset| page.link(&path, offset)),
        previous: previous.map(|offset| page.link(&path, offset)),
        total: found.len(),
        per_page: page.limit,
        results: found
            .into_iter()
            .skip(page.offset)
            .take(page.limit)
            .map(|found| found.told(&origin, page.include))
            .collect(),
    };
    Ok(answer::json(200, &listing))
}

struct Page {
    limit: usize,
    offset: usize,
    include: Include,
}

impl Page {
    fn parse(query: &str) -> Result<Page, Refusal> {
        let (mut limit, mut offset) = (20, 0);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "limit" => limit = checks::number(&name, &value, 1, 100)?,
                "offset" => offset = checks::number(&name, &value, 0, WINDOW)?,
                _ => {}
            }
        }
        if offset + limit > WINDOW {
            let message = format!("Ensure that offset + limit is less than or equal to {WINDOW}.");
            return Err(Refusal::field("non_field_errors", &message));
        }
        Ok(Page { limit, offset, include: Include::parse(Some(query)) })
    }

    fn next(&self, total: usize) -> Option<usize> {
        let next = self.offset + self.limit;
        (next < total && next + self.limit <= WINDOW).then_some(next)
    }

    fn previous(&self) -> Option<usize> {
        (self.offset > 0).then(|| self.offset.saturating_sub(self.limit))
    }

    fn link(&self, path: &str, offset: usize) -> String {
        let include = if self.include.appdata { "&include=appdata" } else { "" };
        format!("{path}?limit={}&offset={offset}{include}", self.limit)
    }
}

/// A file that meets the conditions, and how.
struct Found {
    file: Value,
    found: Match,
}

impl Found {
    fn new(file: Value, conditions: &Conditions) -> Option<Found> {
        conditions.meets(&file).map(|found| Found { file, found })
    }

    /// By the keys in turn; the best first where none was given.
    fn compare(&self, other: &Found, keys: &[Key]) -> Ordering {
        if keys.is_empty() {
            return other.found.score.total_cmp(&self.found.score);
        }
        let orders = keys.iter().map(|key| {
            let order = self.compare_by(other, &key.field);
            if key.is_descending { order.reverse() } else { order }
        });
        orders.fold(Ordering::Equal, Ordering::then)
    }

    fn compare_by(&self, other: &Found, field: &str) -> Ordering {
        let (one, other_one) = (&self.file[field], &other.file[field]);
        match field {
            "score" => self.found.score.total_cmp(&other.found.score),
            "size" => one.as_u64().cmp(&other_one.as_u64()),
            _ => one.as_str().cmp(&other_one.as_str()),
        }
    }

    fn told(self, origin: &str, include: Include) -> Value {
        let mut file = files::present(self.file, origin, include);
        file["highlight"] = json!(self.found.highlight);
        file
    }
}
