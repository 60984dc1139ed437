//! `/files/{uuid}/metadata/`

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::answer;
use crate::checks;
use crate::id::{FileId, Key};
use crate::refusal::{Outcome, Refusal};
use crate::service::Shared;

pub const MOST_KEYS: usize = 50;
pub const LONGEST_KEY: usize = 64;
pub const LONGEST_VALUE: usize = 512;

pub fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/files/{uuid}/metadata/", get(list))
        .route("/files/{uuid}/metadata/{key}/", get(value).put(set).delete(delete))
}

async fn list(State(shared): State<Arc<Shared>>, FileId(uuid): FileId) -> Outcome {
    let file = shared.store.lock().unwrap().present_file(uuid).ok_or_else(Refusal::not_found)?;
    Ok(answer::json(200, &of(&file)))
}

async fn value(State(shared): State<Arc<Shared>>, FileId(uuid): FileId, Key(key): Key) -> Outcome {
    let file = shared.store.lock().unwrap().present_file(uuid).ok_or_else(Refusal::not_found)?;
    let value = file["metadata"].get(&key).ok_or_else(Refusal::not_found)?;
    Ok(answer::json(200, value))
}

async fn set(State(shared): State<Arc<Shared>>, FileId(uuid): FileId, Key(key): Key, body: Bytes) -> Outcome {
    let mut store = shared.store.lock().unwrap();
    let file = store.present_file(uuid).ok_or_else(Refusal::not_found)?;
    let (mut metadata, value) = (of(&file), checks::json(&body)?);
    let is_new = metadata.insert(key, value.clone()).is_none();
    check(&metadata)?;
    store.change_file(uuid, |file| file["metadata"] = Value::Object(metadata));
    Ok(answer::json(if is_new { 201 } else { 200 }, &value))
}

async fn delete(State(shared): State<Arc<Shared>>, FileId(uuid): FileId, Key(key): Key) -> Outcome {
    let mut store = shared.store.lock().unwrap();
    let file = store.present_file(uuid).ok_or_else(Refusal::not_found)?;
    let mut metadata = of(&file);
    metadata.remove(&key).ok_or_else(Refusal::not_found)?;
    store.change_file(uuid, |file| file["metadata"] = Value::Object(metadata));
    Ok(answer::no_content())
}

fn of(file: &Value) -> Map<String, Value> {
    file["metadata"].as_object().cloned().unwrap_or_default()
}

/// The limits of all metadata.
pub fn check(metadata: &Map<String, Value>) -> Result<(), Refusal> {
    for (key, value) in metadata {
        check_key(key)?;
        checks::text_within(key, value, 1, LONGEST_VALUE)?;
    }
    if metadata.len() > MOST_KEYS {
        let message = format!("Ensure this field has no more than {MOST_KEYS} keys.");
        return Err(Refusal::field("metadata", &message));
    }
    Ok(())
}

fn check_key(key: &str) -> Result<(), Refusal> {
    checks::text_within("key", &json!(key), 1, LONGEST_KEY)?;
    if is_key(key) {
        return Ok(());
    }
    Err(Refusal::field("key", "Use Latin letters, digits, `_`, `-`, `.` and `:` only."))
}

/// Whether a key has none but the letters it may have.
pub fn is_key(key: &str) -> bool {
    key.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.:".contains(letter))
}
