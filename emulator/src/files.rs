//! `/files/`: the listing, one file, and its storage.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, RawQuery, State};
use axum::routing::{get, put};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::answer;
use crate::checks;
use crate::id::FileId;
use crate::pages::{self, Listing};
use crate::refusal::{Outcome, Refusal};
use crate::service::{Origin, Shared};
use crate::store::{Entry, Store};

pub const CDN: &str = "https://ucarecdn.com";

pub fn routes() -> Router<Arc<Shared>> {
    let storage = put(async |shared, origin, uuid| change(Storage::Store, shared, origin, uuid))
        .delete(async |shared, origin, uuid| change(Storage::Remove, shared, origin, uuid));
    Router::new()
        .route("/files/", get(list))
        .route("/files/{uuid}/", get(info))
        .route("/files/{uuid}/storage/", storage)
}

/// What a query asks for that is not told by itself.
#[derive(Clone, Copy, Default)]
pub struct Include {
    pub appdata: bool,
}

impl Include {
    pub fn parse(query: Option<&str>) -> Include {
        let mut parameters = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        let appdata = parameters
            .any(|(name, value)| name == "include" && value.split(',').any(|part| part == "appdata"));
        Include { appdata }
    }
}

/// A file of the store as it is told.
pub fn present(mut file: Value, origin: &str, include: Include) -> Value {
    let uuid = file["uuid"].as_str().expect("a file has its UUID");
    let url = format!("{origin}/files/{uuid}/");
    let name = name_in_link(file["original_filename"].as_str().unwrap_or_default());
    let is_delivered = file["is_ready"] == true && file["datetime_removed"].is_null();
    let link = is_delivered.then(|| format!("{CDN}/{uuid}/{name}"));
    let fields = file.as_object_mut().expect("a file is an object");
    fields.insert("url".to_owned(), json!(url));
    fields.insert("original_file_url".to_owned(), json!(link));
    if !include.appdata {
        fields.remove("appdata");
    }
    file
}

/// The service keeps only plain letters of a name in its links.
pub fn name_in_link(name: &str) -> String {
    name.chars().filter(|letter| letter.is_ascii_alphanumeric() || "._".contains(*letter)).collect()
}

#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    listing: Listing<Value>,
    totals: Totals,
}

#[derive(Default, Serialize)]
struct Totals {
    removed: usize,
    stored: usize,
    unstored: usize,
}

impl Totals {
    fn of(files: &[Entry]) -> Totals {
        let mut totals = Totals::default();
        for file in files {
            *match file {
                Entry { is_removed: true, .. } => &mut totals.removed,
                Entry { is_stored: true, .. } => &mut totals.stored,
                _ => &mut totals.unstored,
            } += 1;
        }
        totals
    }
}

/// Which files are listed.
#[derive(Default)]
struct Filter {
    removed: bool,
    stored: Option<bool>,
}

impl Filter {
    fn parse(query: &str) -> Result<Filter, Refusal> {
        let mut filter = Filter::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "removed" => filter.removed = checks::flag(&name, &value)?,
                "stored" => filter.stored = Some(checks::flag(&name, &value)?),
                _ => {}
            }
        }
        Ok(filter)
    }

    fn lets(&self, file: &Entry) -> bool {
        file.is_removed == self.removed && self.stored.is_none_or(|stored| file.is_stored == stored)
    }
}

async fn list(
    State(shared): State<Arc<Shared>>,
    Extension(Origin(origin)): Extension<Origin>,
    RawQuery(query): RawQuery,
) -> Outcome {
    let query = query.as_deref().unwrap_or_default();
    let (filter, include) = (Filter::parse(query)?, Include::parse(Some(query)));
    let query = pages::Query::parse(query, "datetime_uploaded", &["stored", "removed", "include"])?;
    let store = shared.store.lock().unwrap();
    let files: Vec<_> = store.files().iter().copied().filter(|file| filter.lets(file)).collect();
    let page = query.page(&files, &format!("{origin}/files/"));
    let told = page.items.iter().filter_map(|file| store.file(file.uuid));
    let listing = Listing {
        next: page.next,
        previous: page.previous,
        total: files.len(),
        per_page: query.limit,
        results: told.map(|file| present(file, &origin, include)).collect(),
    };
    Ok(answer::json(200, &Listed { listing, totals: Totals::of(store.files()) }))
}

async fn info(
    State(shared): State<Arc<Shared>>,
    Extension(Origin(origin)): Extension<Origin>,
    FileId(uuid): FileId,
    RawQuery(query): RawQuery,
) -> Outcome {
    let file = shared.store.lock().unwrap().file(uuid).ok_or_else(Refusal::not_found)?;
    Ok(answer::json(200, &present(file, &origin, Include::parse(query.as_deref()))))
}

fn change(
    storage: Storage,
    State(shared): State<Arc<Shared>>,
    Extension(Origin(origin)): Extension<Origin>,
    FileId(uuid): FileId,
) -> Outcome {
    let file = storage.apply(&mut shared.store.lock().unwrap(), uuid).ok_or_else(Refusal::not_found)?;
    Ok(answer::json(200, &present(file, &origin, Include::default())))
}

/// What is to be done with files, one or many.
#[derive(Clone, Copy)]
pub enum Storage {
    Store,
    Remove,
}

impl Storage {
    /// The file as it is then; none where there is none, or none any more.
    pub fn apply(self, store: &mut Store, uuid: Uuid) -> Option<Value> {
        store.present_file(uuid)?;
        match self {
            Storage::Store => store.store_file(uuid),
            Storage::Remove => store.remove_file(uuid),
        };
        store.file(uuid)
    }
}
