//! `/groups/`

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, RawQuery, State};
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;
use serde_json::{Value, json};

use crate::answer;
use crate::files::{self, Include};
use crate::id::Id;
use crate::pages::{self, Listing};
use crate::refusal::{Outcome, Refusal};
use crate::service::{Origin, Shared};
use crate::store::{Group, Store};

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
struct WithFiles<'a> {
    #[serde(flatten)]
    group: Listed<'a>,
    files: Vec<Value>,
}

async fn list(
    State(shared): State<Arc<Shared>>,
    Extension(Origin(origin)): Extension<Origin>,
    RawQuery(query): RawQuery,
) -> Outcome {
    let query = pages::Query::parse(query.as_deref().unwrap_or_default(), "datetime_created", &[])?;
    let store = shared.store.lock().unwrap();
    let page = query.page(store.groups(), &format!("{origin}/groups/"));
    let listing = Listing {
        next: page.next,
        previous: page.previous,
        total: store.groups().len(),
        per_page: query.limit,
        results: page.items.into_iter().map(|group| listed(group, &origin)).collect(),
    };
    Ok(answer::json(200, &listing))
}

async fn info(
    State(shared): State<Arc<Shared>>,
    Extension(Origin(origin)): Extension<Origin>,
    Id(id): Id,
    RawQuery(query): RawQuery,
) -> Outcome {
    let store = shared.store.lock().unwrap();
    let group = store.group(&id).ok_or_else(Refusal::not_found)?;
    let include = Include::parse(query.as_deref());
    let present = |file| files::present(file, &origin, include);
    let files = files_of(group, &store, present).collect();
    Ok(answer::json(200, &WithFiles { files, group: listed(group, &origin) }))
}

/// The files of a group as they stand in it; null for those that are gone.
pub fn files_of(
    group: &Group,
    store: &Store,
    present: impl Fn(Value) -> Value,
) -> impl Iterator<Item = Value> {
    group.files().into_iter().map(move |(uuid, effects)| {
        store.present_file(uuid).map_or(Value::Null, |file| {
            let mut file = present(file);
            file["default_effects"] = json!(effects);
            file
        })
    })
}

async fn delete(State(shared): State<Arc<Shared>>, Id(id): Id) -> Response {
    if shared.store.lock().unwrap().delete_group(&id) { answer::no_content() } else { answer::not_found() }
}

pub fn listed<'a>(group: &'a Group, origin: &str) -> Listed<'a> {
    let Group { id, datetime_created, files_count, .. } = group;
    Listed {
        id,
        datetime_created,
        files_count: *files_count,
        cdn_url: format!("{}/{id}/", files::CDN),
        url: format!("{origin}/groups/{id}/"),
    }
}
