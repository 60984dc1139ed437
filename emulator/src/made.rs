//! Files that jobs make.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::seeded_file::content_info;
use crate::store::Store;

/// A file that is there, but not ready before its job has ended.
pub fn add(store: &mut Store, name: &str, is_stored: bool) -> Uuid {
    let stored = is_stored.then(|| store.now());
    store.add_file(json!({ "original_filename": name, "datetime_stored": stored }))
}

/// What a file holds.
pub struct Content {
    pub mime: &'static str,
    pub size: u64,
    pub image: Value,
    pub video: Value,
}

impl Content {
    pub fn new(mime: &'static str, size: u64) -> Content {
        Content { mime, size, image: Value::Null, video: Value::Null }
    }

    pub fn fill(self, store: &mut Store, uuid: Uuid) {
        store.change_file(uuid, |file| {
            file["size"] = json!(self.size);
            file["mime_type"] = json!(self.mime);
            file["is_image"] = json!(!self.image.is_null());
            file["is_ready"] = json!(true);
            file["content_info"] = content_info(self.mime, &self.image, &self.video);
        });
    }
}

/// `report (1).pdf` without its ending.
pub fn stem(file: &Value) -> &str {
    let name = file["original_filename"].as_str().unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
