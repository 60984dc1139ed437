//! `/groups/`

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, RawQuery, State};
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;
use serde_json::{Value, json};

use crate::answer;
use crate::files;
use crate::id::Id;
use crate::pages;
use crate::service::{Origin, Shared};
use crate::store::Group;

pub fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/groups/", get(list)).route("/groups/{id}/", get(info).delete(delete))
}

/// A group as it stands in a listing.
#[derive(Serialize)]
pub struct Listed<'a> {
    id: &'a str,
    datetime_created: &'a str,
    files_count: usize,
    cdn_url: String,
    url: String,
}

#[derive(Serialize)]
struct Page<'a> {
    next: Option<String>,
    previous: Option<String>,
    total: usize,
    per_page: usize,
    results: Vec<Listed<'a>>,
}

#[derive(Serialize)]
struct WithFiles<'a> {
    #[serde(flatten)]
    group: Listed<'a>,
    files: Vec<Value>,
}

async fn list(
    State(shared): State<Arc<Shared>>,
    Extension(Origin(origin)): Extension<Origin>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = match pages::Query::parse(query.as_deref().unwrap_or_default(), "datetime_created") {
        Ok(query) => query,
        Err(refusal) => return answer::json(400, &refusal),
    };
    let store = shared.store.lock().unwrap();
    let page = query.page(store.groups(), &format!("{origin}/groups/"));
    let page = Page {
        next: page.next,
        previous: page.previous,
        total: store.groups().len(),
        per_page: query.limit,
        results: page.items.into_iter().map(|group| listed(group, &origin)).collect(),
    };
    answer::json(200, &page)
}

async fn info(
    State(shared): State<Arc<Shared>>,
    Extension(Origin(origin)): Extension<Origin>,
    Id(id): Id,
    RawQuery(query): RawQuery,
) -> Response {
    let store = shared.store.lock().unwrap();
    let Some(group) = store.group(&id) else { return answer::not_found() };
    let include = files::Include::parse(query.as_deref());
    let files = (0..group.files_count).map(|place| file(group, place, &origin, &include)).collect();
    answer::json(200, &WithFiles { group: listed(group, &origin), files })
}

/// A file as it stands in its group: null when it was removed.
fn file(group: &Group, place: usize, origin: &str, include: &files::Include) -> Value {
    let mut file = files::describe(group.number, place, origin, include);
    if !file["datetime_removed"].is_null() {
        return Value::Null;
    }
    file["default_effects"] = json!(if place % 4 == 3 { "resize/x800/" } else { "" });
    file
}

async fn delete(State(shared): State<Arc<Shared>>, Id(id): Id) -> Response {
    if shared.store.lock().unwrap().delete_group(&id) { answer::no_content() } else { answer::not_found() }
}

fn listed<'a>(group: &'a Group, origin: &str) -> Listed<'a> {
    let Group { id, datetime_created, files_count, .. } = group;
    Listed {
        id,
        datetime_created,
        files_count: *files_count,
        cdn_url: format!("{}/{id}/", files::CDN),
        url: format!("{origin}/groups/{id}/"),
    }
}
