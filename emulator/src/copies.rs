//! `/files/local_copy/` and `/files/remote_copy/`

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, State};
use axum::http::HeaderValue;
use axum::http::header::LOCATION;
use axum::routing::post;
use bytes::Bytes;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::answer;
use crate::checks;
use crate::files::{self, Include};
use crate::metadata;
use crate::refusal::{Outcome, Refusal};
use crate::service::{Origin, Shared};
use crate::store::Store;

const LARGEST: u64 = 5 << 30;
/// Of a file that is changed by operations on its way to another file.
const LARGEST_CHANGED: u64 = 100 << 20;

pub fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/files/local_copy/", post(local)).route("/files/remote_copy/", post(remote))
}

async fn local(
    State(shared): State<Arc<Shared>>,
    Extension(Origin(origin)): Extension<Origin>,
    body: Bytes,
) -> Outcome {
    let mut store = shared.store.lock().unwrap();
    let body = checks::object(&body)?;
    let source = Source::find(&store, &body)?;
    source.check_size(if source.operations.is_empty() { LARGEST } else { LARGEST_CHANGED })?;
    let is_stored = flag(&body, "store", false)
        .ok_or_else(|| refused("`store` parameter should be `true` or `false`."))?;
    let metadata = added_metadata(&body)?;

    let uuid = store.add_file(copied(&source.file, metadata));
    if source.operations.is_empty() {
        let content = store.copies.get(&source.uuid).copied().unwrap_or(source.uuid);
        store.copies.insert(uuid, content);
    }
    if is_stored {
        store.store_file(uuid);
    }
    let copy = store.file(uuid).ok_or_else(Refusal::not_found)?;
    let copy = files::present(fresh(copy), &origin, Include::default());
    let mut response = answer::json(201, &json!({ "type": "file", "result": copy }));
    let location = HeaderValue::from_str(&format!("{origin}/files/{uuid}/"));
    response.headers_mut().extend(location.map(|location| (LOCATION, location)));
    Ok(response)
}

async fn remote(State(shared): State<Arc<Shared>>, body: Bytes) -> Outcome {
    let mut store = shared.store.lock().unwrap();
    let body = checks::object(&body)?;
    let source = Source::find(&store, &body)?;
    source.check_size(LARGEST)?;
    let target = body.get("target").and_then(Value::as_str).unwrap_or_default();
    if !store.project.storages.iter().any(|storage| storage == target) {
        return Err(refused("Project has no storage with provided name."));
    }
    flag(&body, "make_public", true)
        .ok_or_else(|| Refusal::field("make_public", "Must be a valid boolean."))?;
    let pattern = body.get("pattern").map_or(Ok("${default}"), |pattern| checks::text("pattern", pattern))?;
    let object = format!("s3://{target}/{}", source.name(pattern)?);
    let status = if store.objects.insert(object.clone()) { 201 } else { 200 };
    Ok(answer::json(status, &json!({ "type": "url", "result": object })))
}

fn refused(detail: &str) -> Refusal {
    Refusal::detail(400, detail)
}

/// A switch that may be text, too; nothing where it is something else.
fn flag(body: &Map<String, Value>, name: &str, default: bool) -> Option<bool> {
    match body.get(name) {
        None | Some(Value::Null) => Some(default),
        Some(Value::Bool(flag)) => Some(*flag),
        Some(Value::String(text)) => text.parse().ok(),
        Some(_) => None,
    }
}

fn added_metadata(body: &Map<String, Value>) -> Result<Value, Refusal> {
    match body.get("metadata") {
        None | Some(Value::Null) => Ok(json!({})),
        Some(Value::Object(metadata)) => {
            metadata::check(metadata).map_err(|refusal| refusal.inside("metadata"))?;
            Ok(json!(metadata))
        }
        Some(_) => Err(Refusal::field("metadata", "Expected a dictionary of items.")),
    }
}

/// What a copy has of its source.
fn copied(source: &Value, metadata: Value) -> Value {
    let mut copy = json!({ "metadata": metadata });
    for field in ["original_filename", "size", "mime_type", "is_image", "is_ready", "content_info"] {
        copy[field] = source[field].clone();
    }
    copy
}

/// A copy as it is told at once, while next to nothing is known of it.
fn fresh(mut copy: Value) -> Value {
    copy["size"] = json!(0);
    copy["mime_type"] = json!("application/octet-stream");
    copy["is_image"] = Value::Null;
    copy["content_info"] = Value::Null;
    copy
}

/// A file that is to be copied.
struct Source {
    uuid: Uuid,
    file: Value,
    /// `-/resize/200x/-/flip/`, or nothing.
    operations: String,
}

impl Source {
    /// The file that `source` names, if it may be copied.
    fn find(store: &Store, body: &Map<String, Value>) -> Result<Source, Refusal> {
        if !store.project.copies {
            return Err(refused("Not allowed on your current plan."));
        }
        let source = body.get("source").filter(|source| !source.is_null() && *source != "");
        let source = source.ok_or_else(|| refused("`source` parameter is required."))?;
        let (uuid, operations) = source
            .as_str()
            .and_then(split)
            .ok_or_else(|| refused("Bad `source` parameter. Use UUID or CDN URL."))?;
        let file = store.present_file(uuid).ok_or_else(Refusal::not_found)?;
        if file["is_ready"] != true {
            return Err(refused("File is not ready yet."));
        }
        Ok(Source { uuid, file, operations })
    }

    fn check_size(&self, largest: u64) -> Result<(), Refusal> {
        if self.file["size"].as_u64().is_some_and(|size| size <= largest) {
            return Ok(());
        }
        Err(refused("Copying of large files is not supported at the moment."))
    }

    /// The name of the object that a pattern makes of the file.
    fn name(&self, pattern: &str) -> Result<String, Refusal> {
        let mut name = String::new();
        let mut rest = pattern;
        while let Some((plain, placeholder)) = rest.split_once("${") {
            let (placeholder, tail) = placeholder.split_once('}').unwrap_or_default();
            let value = self.value(placeholder);
            let value = value.ok_or_else(|| refused(&format!("Invalid pattern provided: `{pattern}`")))?;
            name += checked(plain)?;
            name += &value;
            rest = tail;
        }
        Ok(name + checked(rest)?)
    }

    fn value(&self, placeholder: &str) -> Option<String> {
        let name = self.file["original_filename"].as_str().unwrap_or_default();
        let (stem, extension) = name.split_at(name.rfind('.').unwrap_or(name.len()));
        let effects =
            self.operations.trim_matches('/').replace("/-/", "-").replace("-/", "-").replace('/', "_");
        match placeholder {
            "default" => Some(format!("{}/{stem}{effects}{extension}", self.uuid)),
            "auto_filename" => Some(format!("{stem}{effects}{extension}")),
            "effects" => Some(effects),
            "filename" => Some(stem.to_owned()),
            "uuid" => Some(self.uuid.to_string()),
            "ext" => Some(extension.to_owned()),
            _ => None,
        }
    }
}

/// What stands between the placeholders of a pattern.
fn checked(plain: &str) -> Result<&str, Refusal> {
    if plain.chars().all(|letter| letter.is_ascii_alphanumeric() || "/!-_.*'()".contains(letter)) {
        return Ok(plain);
    }
    Err(refused("Invalid pattern provided: Invalid character in a pattern."))
}

/// What follows the host of a CDN URL; all of it where there is no host.
pub fn cdn_path(source: &str) -> Option<&str> {
    match source.split_once("//") {
        Some(("" | "http:" | "https:", address)) => Some(address.split_once('/')?.1),
        _ => Some(source),
    }
}

/// The UUID and the operations of a UUID or a CDN URL, with a file's name behind it or not.
pub fn split(source: &str) -> Option<(Uuid, String)> {
    let path = cdn_path(source)?;
    let (uuid, rest) = path.split_once('/').unwrap_or((path, ""));
    let uuid = Uuid::try_parse(uuid).ok()?;
    let operations = if rest.starts_with("-/") { &rest[..=rest.rfind('/')?] } else { "" };
    let is_name = !rest[operations.len()..].contains('/');
    is_name.then(|| (uuid, operations.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "85b5644f-e692-4855-9db0-8c5a83096e25";

    #[test]
    fn a_source_is_a_uuid_or_an_address_with_operations_and_a_name_or_without() {
        for (source, operations) in [
            ("{}", ""),
            ("{}/", ""),
            ("{}/roof.jpg", ""),
            ("{}/-/grayscale/-/flip/", "-/grayscale/-/flip/"),
            ("http://www.ucarecdn.com/{}/-/resize/200x/roof.jpg", "-/resize/200x/"),
            ("//ucarecdn.com/{}/", ""),
            ("https://ucarecdn.com/{}", ""),
        ] {
            let (uuid, found) = split(&source.replace("{}", UUID)).unwrap();
            assert_eq!((uuid.to_string().as_str(), found.as_str()), (UUID, operations), "{source}");
        }
        for source in
            ["", "nothing", "https://ucarecdn.com/", "ftp://ucarecdn.com/{}/", "{}/a/b", "x{}", "{}~2/nth/0/"]
        {
            assert_eq!(split(&source.replace("{}", UUID)), None, "{source}");
        }
    }

    #[test]
    fn files_are_copied_up_to_a_size() {
        let source = |size: u64| Source {
            uuid: UUID.parse().unwrap(),
            file: json!({ "size": size }),
            operations: String::new(),
        };
        for largest in [5_368_709_120, 104_857_600] {
            assert!(source(largest).check_size(largest).is_ok());
            assert!(source(largest + 1).check_size(largest).is_err());
        }
        assert_eq!((LARGEST, LARGEST_CHANGED), (5_368_709_120, 104_857_600));
    }
}
