//! `/files/{uuid}/tags/`

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::answer;
use crate::checks;
use crate::id::FileId;
use crate::refusal::{Outcome, Refusal};
use crate::service::Shared;
use crate::store::Store;

pub const MOST: usize = 50;
const LONGEST: usize = 100;

pub fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/files/{uuid}/tags/", get(list).put(replace).patch(update))
}

async fn list(State(shared): State<Arc<Shared>>, FileId(uuid): FileId) -> Outcome {
    let file = shared.store.lock().unwrap().present_file(uuid).ok_or_else(Refusal::not_found)?;
    Ok(answer::json(200, &json!({ "tags": of(&file) })))
}

async fn replace(State(shared): State<Arc<Shared>>, FileId(uuid): FileId, body: Bytes) -> Outcome {
    let mut store = shared.store.lock().unwrap();
    let file = store.present_file(uuid).ok_or_else(Refusal::not_found)?;
    let body = checks::object(&body)?;
    let tags = body.get("tags").ok_or_else(|| Refusal::field("tags", "This field is required."))?;
    set(&mut store, uuid, of(&file), normalized("tags", tags)?)
}

/// What is to go goes first, so that a tag that is in both lists is there in the end.
async fn update(State(shared): State<Arc<Shared>>, FileId(uuid): FileId, body: Bytes) -> Outcome {
    let mut store = shared.store.lock().unwrap();
    let file = store.present_file(uuid).ok_or_else(Refusal::not_found)?;
    let body = checks::object(&body)?;
    let list = |name| body.get(name).map_or(Ok(Vec::new()), |list| normalized(name, list));
    let (deleted, added) = (list("delete")?, list("add")?);
    let before = of(&file);
    let mut tags = before.clone();
    tags.retain(|tag| !deleted.contains(tag));
    tags.extend(added);
    set(&mut store, uuid, before, without_repeats(tags))
}

fn set(store: &mut Store, uuid: Uuid, before: Vec<String>, tags: Vec<String>) -> Result<Response, Refusal> {
    if tags.len() > MOST {
        let message = format!("Ensure this field has no more than {MOST} elements.");
        return Err(Refusal::field("tags", &message));
    }
    let only_in = |these: &[String], those: &[String]| {
        let mut tags: Vec<_> = these.iter().filter(|tag| !those.contains(tag)).cloned().collect();
        tags.sort();
        tags
    };
    let (added, deleted) = (only_in(&tags, &before), only_in(&before, &tags));
    store.change_file(uuid, |file| file["tags"] = json!(tags));
    Ok(answer::json(200, &json!({ "tags": tags, "added": added, "deleted": deleted })))
}

pub fn of(file: &Value) -> Vec<String> {
    let tags = file["tags"].as_array().into_iter().flatten();
    tags.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A list of tags as the service keeps them; they have to be sound.
pub fn normalized(name: &str, list: &Value) -> Result<Vec<String>, Refusal> {
    let mut tags = Vec::new();
    for (place, tag) in checks::texts(name, list)?.into_iter().enumerate() {
        let tag = tag.trim().to_lowercase();
        check(&place.to_string(), &tag).map_err(|refusal| refusal.inside(name))?;
        tags.push(tag);
    }
    tags.retain(|tag| !tag.is_empty());
    Ok(without_repeats(tags))
}

fn check(place: &str, tag: &str) -> Result<(), Refusal> {
    checks::text_within(place, &json!(tag), 0, LONGEST)?;
    if tag.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter)) {
        return Ok(());
    }
    Err(Refusal::field(place, "Use Latin letters, digits, `-`, `_` and `.` only."))
}

/// The first of each stays.
fn without_repeats(tags: Vec<String>) -> Vec<String> {
    let mut once = Vec::new();
    for tag in tags {
        if !once.contains(&tag) {
            once.push(tag);
        }
    }
    once
}
