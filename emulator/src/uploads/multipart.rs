//! `/multipart/`: files that come in parts.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, State};
use axum::http::request::Parts;
use axum::routing::post;
use serde_json::json;
use uuid::Uuid;

use crate::service::{Origin, Shared};
use crate::uploads::failure::{Failure, Outcome};
use crate::uploads::form::Form;
use crate::uploads::ledger::{Description, Upload};
use crate::uploads::{info, json_answer, parts, permission};

const LEAST_SIZE: u64 = 10_485_760;
const LEAST_PART: u64 = 5_242_880;
const LARGEST_PART: u64 = 5_368_709_120;
/// Where the parts are kept, there cannot be more.
const MOST_PARTS: u64 = 10_000;

pub fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/multipart/start/", post(start)).route("/multipart/complete/", post(complete))
}

async fn start(
    State(shared): State<Arc<Shared>>,
    Extension(form): Extension<Arc<Form>>,
    Extension(Origin(origin)): Extension<Origin>,
    head: Parts,
) -> Outcome {
    permission::check_key(&shared, &form, "UPLOADCARE_PUB_KEY")?;
    let mut store = shared.store.lock().unwrap();
    let description = Description::read(&form, "UPLOADCARE_STORE", &store.project)?;
    let name = form.required("RequestParamRequiredError", "filename")?;
    let mime = form.required("RequestParamRequiredError", "content_type")?;
    let size = size(&form, store.project.max_file_size)?;
    let part_size = part_size(&form, size)?;
    permission::check_upload(&shared, &mut store, &head, &form, 1)?;
    let expires = shared.clock.now().timestamp() + store.project.part_url_lifetime_s;
    let upload = store.uploads.begin(description.of(name, Some(mime)), size, part_size);
    let urls = (1..=size.div_ceil(part_size)).map(|number| parts::url(&origin, upload, number, expires));
    Ok(json_answer(&json!({ "uuid": upload.uuid, "parts": urls.collect::<Vec<_>>() })))
}

fn size(form: &Form, largest: u64) -> Result<u64, Failure> {
    let size = form.required("RequestParamRequiredError", "size")?;
    let refused = |code, content: String| Err(Failure::new(400, code, content));
    match size.parse::<u64>() {
        Err(_) => refused("MultipartSizeInvalidError", "size should be integer.".to_owned()),
        Ok(size) if size < LEAST_SIZE => refused(
            "MultipartFileSizeTooSmallError",
            format!(
                "File size can not be less than {LEAST_SIZE} bytes. \
                 Please use direct upload instead of multipart."
            ),
        ),
        Ok(size) if size > largest => {
            refused("MultipartFileSizeLimitExceededError", "File size exceeds project limit.".to_owned())
        }
        Ok(size) => Ok(size),
    }
}

fn part_size(form: &Form, size: u64) -> Result<u64, Failure> {
    let Some(wanted) = form.value("part_size") else { return Ok(LEAST_PART) };
    let refused =
        |code, what: String| Err(Failure::new(400, code, format!("Multipart Upload Part Size {what}.")));
    let least = LEAST_PART.max(size.div_ceil(MOST_PARTS));
    match wanted.parse::<u64>() {
        Err(_) => refused("MultipartPartSizeInvalidError", "should be an integer".to_owned()),
        Ok(part_size) if part_size < least => {
            refused("MultipartPartSizeTooSmallError", format!("can not be less than {least} bytes"))
        }
        Ok(part_size) if part_size > LARGEST_PART => {
            refused("MultipartPartSizeTooBigError", format!("can not be more than {LARGEST_PART} bytes"))
        }
        Ok(part_size) => Ok(part_size),
    }
}

async fn complete(
    State(shared): State<Arc<Shared>>,
    Extension(form): Extension<Arc<Form>>,
    head: Parts,
) -> Outcome {
    permission::check_key(&shared, &form, "UPLOADCARE_PUB_KEY")?;
    let mut store = shared.store.lock().unwrap();
    permission::check_bearer(&shared, &mut store, &head)?;
    let uuid = form.required("MultipartFileIdRequiredError", "uuid")?;
    let uuid =
        Uuid::try_parse(uuid).map_err(|_| Failure::new(400, "UUIDInvalidError", "uuid is invalid."))?;
    let upload = store.uploads.find(uuid).filter(|upload| upload.session.is_some());
    let not_found = || Failure::new(404, "MultipartFileNotFoundError", "File is not found.");
    check_parts(upload.ok_or_else(not_found)?)?;
    store.complete_upload(uuid);
    let file = store.present_file(uuid).expect("it was just made");
    Ok(json_answer(&info::present(file)))
}

/// Whether the parts are those that were announced.
fn check_parts(upload: &Upload) -> Result<(), Failure> {
    let refused = |code, content: &str| Err(Failure::new(400, code, content));
    if upload.is_complete {
        return refused("MultipartFileAlreadyUploadedError", "File is already uploaded.");
    }
    let received = upload.content().size();
    if received < upload.size {
        return refused("MultipartUploadSizeTooSmallError", "File size mismatch. Not all parts uploaded?");
    }
    if received > upload.size {
        return refused("MultipartUploadSizeTooLargeError", "Uploaded size is more than expected.");
    }
    let part_size = upload.session.as_ref().map_or(0, |session| session.part_size);
    let parts = upload.size.div_ceil(part_size);
    if (1..parts).any(|number| upload.parts.get(&number).is_none_or(|part| part.size != part_size)) {
        return refused("MultipartFileCompletionFailedError", "Can not complete upload. Wrong parts size?");
    }
    Ok(())
}
