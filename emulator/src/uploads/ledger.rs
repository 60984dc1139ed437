//! What was uploaded, and what is being uploaded.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::cdn::recognise::recognise;
use crate::seeded_file::content_info;
use crate::store::Store;
use crate::uploads::from_url::Fetches;
use crate::uploads::pieces::{Content, Piece};

/// What is told of a file that is uploaded.
#[derive(Clone, Default)]
pub struct Description {
    pub name: String,
    pub mime: String,
    pub is_stored: bool,
    pub metadata: Map<String, Value>,
    pub tags: Vec<String>,
}

pub struct Upload {
    pub uuid: Uuid,
    pub description: Description,
    pub size: u64,
    /// Of an upload in parts.
    pub session: Option<Session>,
    pub parts: BTreeMap<u64, Arc<Piece>>,
    pub is_complete: bool,
    /// Made when it is asked for.
    pub sha256: Option<String>,
}

/// An upload in parts.
pub struct Session {
    pub part_size: u64,
    /// What its part URLs are signed with.
    pub secret: Uuid,
    /// Every byte that came to its part URLs.
    pub bytes_received: Arc<AtomicU64>,
    /// How often somebody told them who he is.
    pub leaks: u64,
}

#[derive(Default)]
pub struct Uploads {
    all: Vec<Upload>,
    pub fetches: Fetches,
    /// How many operations of each token were used.
    pub operations: HashMap<String, u64>,
}

impl Uploads {
    pub fn get(&self, uuid: Uuid) -> Option<&Upload> {
        self.all.iter().rfind(|upload| upload.uuid == uuid)
    }

    pub fn find(&mut self, uuid: Uuid) -> Option<&mut Upload> {
        self.all.iter_mut().rfind(|upload| upload.uuid == uuid)
    }

    /// Begins an upload in parts.
    pub fn begin(&mut self, description: Description, size: u64, part_size: u64) -> &Upload {
        let bytes_received = Arc::new(AtomicU64::new(0));
        let session = Session { part_size, secret: Uuid::new_v4(), bytes_received, leaks: 0 };
        self.all.push(Upload {
            uuid: Uuid::new_v4(),
            description,
            size,
            session: Some(session),
            parts: BTreeMap::new(),
            is_complete: false,
            sha256: None,
        });
        &self.all[self.all.len() - 1]
    }

    /// What has no checksum yet.
    pub fn unhashed(&self) -> Vec<(Uuid, Content)> {
        let unhashed = self.all.iter().filter(|upload| upload.is_complete && upload.sha256.is_none());
        unhashed.map(|upload| (upload.uuid, upload.content())).collect()
    }

    /// What tests are told.
    pub fn tell(&self) -> Value {
        self.all.iter().map(Upload::tell).collect()
    }
}

impl Upload {
    pub fn content(&self) -> Content {
        Content(self.parts.values().cloned().collect())
    }

    fn tell(&self) -> Value {
        let Description { name, mime, is_stored, metadata, tags } = &self.description;
        let session = self.session.as_ref();
        let parts: Vec<_> = session.map_or(Vec::new(), |_| self.parts.keys().collect());
        let bytes_received = |session: &Session| session.bytes_received.load(Ordering::Relaxed);
        json!({
            "uuid": self.uuid, "filename": name, "size": self.size, "received": self.content().size(),
            "complete": self.is_complete, "sha256": self.sha256, "mime_type": mime, "store": is_stored,
            "metadata": metadata, "tags": tags, "parts": parts,
            "bytes_received": session.map_or(self.size, bytes_received),
            "leaks": session.map_or(0, |session| session.leaks),
        })
    }
}

impl Store {
    /// Adds a file that came in one piece.
    pub fn add_uploaded(&mut self, description: Description, piece: Arc<Piece>) -> Uuid {
        let uuid = Uuid::new_v4();
        let size = piece.size;
        self.uploads.all.push(Upload {
            uuid,
            description,
            size,
            session: None,
            parts: BTreeMap::from([(1, piece)]),
            is_complete: false,
            sha256: None,
        });
        self.complete_upload(uuid);
        uuid
    }

    /// Makes a file of an upload of which all has come.
    pub fn complete_upload(&mut self, uuid: Uuid) {
        let now = self.now();
        let upload = self.uploads.find(uuid).expect("only uploads are completed");
        upload.is_complete = true;
        let image = recognise(&upload.content()).unwrap_or_default();
        let Description { name, mime, is_stored, metadata, tags } = &upload.description;
        let file = json!({
            "original_filename": name, "size": upload.size, "mime_type": mime, "is_image": !image.is_null(),
            "is_ready": true, "datetime_stored": is_stored.then_some(now), "metadata": metadata,
            "tags": tags, "content_info": content_info(mime, &image, &Value::Null),
        });
        self.add_file_as(uuid, file);
    }
}
