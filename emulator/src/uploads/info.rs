//! `/info/`, and how the Upload API tells of files.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, State};
use axum::routing::get;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::files;
use crate::service::Shared;
use crate::uploads::failure::{Failure, Outcome};
use crate::uploads::form::Form;
use crate::uploads::{json_answer, permission};

pub fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/info/", get(info))
}

async fn info(State(shared): State<Arc<Shared>>, Extension(form): Extension<Arc<Form>>) -> Outcome {
    permission::check_key(&shared, &form, "pub_key")?;
    let store = shared.store.lock().unwrap();
    let id = form.required("FileIdRequiredError", "file_id")?;
    let uuid =
        Uuid::try_parse(id).map_err(|_| Failure::new(400, "FileIdInvalidError", "file_id is invalid."))?;
    let file = store.present_file(uuid).ok_or_else(Failure::no_file)?;
    Ok(json_answer(&present(file)))
}

/// A file of the store in the words of the Upload API.
pub fn present(file: Value) -> Value {
    let (uuid, size, name) = (&file["uuid"], &file["size"], &file["original_filename"]);
    json!({
        "uuid": uuid, "file_id": uuid,
        "size": size, "total": size, "done": size,
        "original_filename": name, "filename": files::name_in_link(name.as_str().unwrap_or_default()),
        "mime_type": file["mime_type"],
        "image_info": file["content_info"].get("image"),
        "video_info": file["content_info"].get("video").map(legacy_video),
        "content_info": file["content_info"],
        "metadata": file["metadata"], "tags": file["tags"],
        "is_image": file["is_image"] == true,
        "is_stored": !file["datetime_stored"].is_null(),
        "is_ready": file["is_ready"],
    })
}

/// It knows one stream of each kind.
fn legacy_video(video: &Value) -> Value {
    let mut legacy = video.clone();
    for kind in ["audio", "video"] {
        legacy[kind] = video[kind][0].clone();
    }
    legacy
}
