//! `/base/`: files that come in one request.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, State};
use axum::http::request::Parts;
use axum::routing::post;
use serde_json::{Map, json};

use crate::service::Shared;
use crate::uploads::failure::{Failure, Outcome};
use crate::uploads::form::Form;
use crate::uploads::ledger::Description;
use crate::uploads::{json_answer, permission};

pub fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/base/", post(upload))
}

async fn upload(
    State(shared): State<Arc<Shared>>,
    Extension(form): Extension<Arc<Form>>,
    head: Parts,
) -> Outcome {
    permission::check_key(&shared, &form, "UPLOADCARE_PUB_KEY")?;
    let mut store = shared.store.lock().unwrap();
    let description = Description::read(&form, "UPLOADCARE_STORE", &store.project)?;
    if form.files.is_empty() {
        return Err(Failure::new(400, "FilesRequiredError", "Request does not contain files."));
    }
    let largest = store.project.max_file_size;
    if form.files.iter().any(|file| file.piece.size > largest) {
        return Err(Failure::new(400, "FileSizeLimitExceededError", "File is too large."));
    }
    permission::check_upload(&shared, &mut store, &head, &form, form.files.len())?;
    let mut uuids = Map::new();
    for file in &form.files {
        let description = description.clone().of(&file.name, file.mime.as_deref());
        let uuid = store.add_uploaded(description, file.piece.clone());
        uuids.insert(file.field.clone(), json!(uuid));
    }
    Ok(json_answer(&uuids))
}
