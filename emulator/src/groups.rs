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
    let files = group.files().into_iter().enumerate();
    let files = files.map(|(place, uuid)| match store.present_file(uuid) {
        Some(file) => in_group(files::present(file, &origin, include), place),
        None => Value::Null,
    });
    Ok(answer::json(200, &WithFiles { files: files.collect(), group: listed(group, &origin) }))
}

/// A file as it stands in its group.
fn in_group(mut file: Value, place: usize) -> Value {
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
