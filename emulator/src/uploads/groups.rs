//! `/group/`: groups of files that were uploaded.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, State};
use axum::http::request::Parts;
use axum::routing::{get, post};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::copies;
use crate::groups::{files_of, listed};
use crate::service::{Origin, Shared};
use crate::store::{Group, Store};
use crate::uploads::failure::{Failure, Outcome};
use crate::uploads::form::Form;
use crate::uploads::{info, json_answer, permission};

const MOST_FILES: usize = 1000;

pub fn routes() -> Router<Arc<Shared>> {
    // pyuploadcare writes two slashes, and the service does not mind.
    Router::new()
        .route("/group/", post(create))
        .route("/group//", post(create))
        .route("/group/info/", get(group_info))
}

async fn create(
    State(shared): State<Arc<Shared>>,
    Extension(form): Extension<Arc<Form>>,
    Extension(Origin(origin)): Extension<Origin>,
    head: Parts,
) -> Outcome {
    permission::check_key(&shared, &form, "pub_key")?;
    let mut store = shared.store.lock().unwrap();
    permission::check_upload(&shared, &mut store, &head, &form, 0)?;
    let files = files(&form)?;
    if files.iter().any(|(uuid, _)| store.present_file(*uuid).is_none()) {
        return Err(Failure::new(400, "GroupFilesNotFoundError", "Some files not found."));
    }
    let id = store.add_group_of(files);
    let group = store.group(&id).expect("it was just made");
    Ok(json_answer(&present(group, &store, &origin)))
}

async fn group_info(
    State(shared): State<Arc<Shared>>,
    Extension(form): Extension<Arc<Form>>,
    Extension(Origin(origin)): Extension<Origin>,
) -> Outcome {
    permission::check_key(&shared, &form, "pub_key")?;
    let store = shared.store.lock().unwrap();
    let id = form.required("GroupIdRequiredError", "group_id")?;
    let group = store.group(id);
    let group = group.ok_or_else(|| Failure::new(404, "GroupNotFoundError", "group_id is invalid."))?;
    Ok(json_answer(&present(group, &store, &origin)))
}

fn present(group: &Group, store: &Store, origin: &str) -> Value {
    let mut told = json!(listed(group, origin));
    told["datetime_stored"] = Value::Null;
    told["files"] = files_of(group, store, info::present).collect();
    told
}

/// The files in the order of their numbers, or as they come where they have none.
fn files(form: &Form) -> Result<Vec<(Uuid, String)>, Failure> {
    let mut files = BTreeMap::new();
    for (place, (name, value)) in form.fields().enumerate() {
        let index = name.strip_prefix("files[").and_then(|name| name.strip_suffix(']'));
        let number = match index {
            Some("") => place,
            Some(number) => number.parse().map_err(|_| no_files())?,
            None => continue,
        };
        let url = || {
            Failure::new(
                400,
                "GroupFileURLParsingFailedError",
                format!("This is not valid file url: {value}."),
            )
        };
        let (uuid, operations) = copies::split(value).ok_or_else(url)?;
        files.insert(number, (uuid, operations.trim_start_matches("-/").to_owned()));
    }
    match files.len() {
        0 => Err(no_files()),
        1..=MOST_FILES => Ok(files.into_values().collect()),
        _ => Err(Failure::new(400, "FilesNumberLimitExceededError", "There are too many files.")),
    }
}

fn no_files() -> Failure {
    Failure::new(400, "GroupFilesInvalidError", "No files[N] parameters found.")
}
