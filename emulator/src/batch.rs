//! `/files/storage/`: stores or removes many files at once.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, State};
use axum::routing::put;
use bytes::Bytes;
use serde_json::{Map, json};
use uuid::Uuid;

use crate::answer;
use crate::checks;
use crate::files::{self, Include, Storage};
use crate::refusal::{Outcome, Refusal};
use crate::service::{Origin, Shared};

const MOST: usize = 100;

pub fn routes() -> Router<Arc<Shared>> {
    let storage = put(async |shared, origin, body| change(Storage::Store, shared, origin, body))
        .delete(async |shared, origin, body| change(Storage::Remove, shared, origin, body));
    Router::new().route("/files/storage/", storage)
}

fn change(
    storage: Storage,
    State(shared): State<Arc<Shared>>,
    Extension(Origin(origin)): Extension<Origin>,
    body: Bytes,
) -> Outcome {
    let ids = ids(&body)?;
    let mut store = shared.store.lock().unwrap();
    let (mut result, mut problems) = (Vec::new(), Map::new());
    // The service keeps no order either.
    for id in ids.iter().rev() {
        match Uuid::try_parse(id).map(|uuid| storage.apply(&mut store, uuid)) {
            Ok(Some(file)) => result.push(files::present(file, &origin, Include::default())),
            Ok(None) => _ = problems.insert(id.clone(), json!("Missing in the project")),
            Err(_) => _ = problems.insert(id.clone(), json!("Invalid")),
        }
    }
    Ok(answer::json(200, &json!({ "status": "ok", "problems": problems, "result": result })))
}

/// The ids of a request, each of them once.
fn ids(body: &[u8]) -> Result<Vec<String>, Refusal> {
    let refused = |detail: &str| Err(Refusal::detail(400, detail));
    let list: Option<Vec<String>> = serde_json::from_value(checks::json(body)?).ok();
    let Some(mut ids) = list else { return refused("Expected list of UUIDs") };
    match ids.len() {
        0 => refused("List of UUIDs can not be empty"),
        1..=MOST => {
            let all = ids.clone();
            let mut place = 0..;
            ids.retain(|id| all.iter().position(|other| other == id) == place.next());
            Ok(ids)
        }
        _ => refused(&format!("Maximum UUIDs per request is exceeded. The limit is {MOST}")),
    }
}
