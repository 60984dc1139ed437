//! `/_emulator/`: the side from which tests steer the emulator. Nothing here is signed, counted
//! or hit by a fault.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Extension, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::task::spawn_blocking;
use uuid::Uuid;

use crate::answer::of_type;
use crate::clock;
use crate::deliveries;
use crate::faults::Fault;
use crate::log::Entry;
use crate::seed::Seed;
use crate::service::{Origin, Shared};
use crate::store::Group;

type Outcome = Result<Response, Refusal>;

/// A status and, in plain text, why.
struct Refusal(u16, String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        of_type(self.0, "text/plain; charset=utf-8", self.1)
    }
}

pub fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/_emulator/", get(help))
        .route("/_emulator/reset", post(reset))
        .route("/_emulator/groups", get(groups).post(add_groups))
        .route("/_emulator/files", get(files).post(add_files))
        .route("/_emulator/project", post(set_project))
        .route("/_emulator/faults", post(add_faults).delete(clear_faults))
        .route("/_emulator/clock", post(set_clock))
        .route("/_emulator/requests", get(requests).delete(forget_requests))
        .route("/_emulator/jobs", post(set_course))
        .route("/_emulator/webhooks", post(deliver))
        .route("/_emulator/uploads", get(uploads))
        .route("/_emulator/content/{uuid}", get(content))
        .fallback(async || {
            Refusal(404, "There is no such control; GET /_emulator/ lists them all.\n".to_owned())
        })
        .method_not_allowed_fallback(async || {
            Refusal(405, "This method is not allowed here; GET /_emulator/ lists what is.\n".to_owned())
        })
        .layer(DefaultBodyLimit::disable())
}

async fn help() -> Response {
    of_type(200, "text/plain; charset=utf-8", include_str!("control.txt"))
}

async fn reset(State(shared): State<Arc<Shared>>, body: Bytes) -> Outcome {
    let seed: Seed = read(if body.is_empty() { b"{}" } else { &body })?;
    shared.reset(seed);
    done()
}

async fn groups(State(shared): State<Arc<Shared>>) -> Outcome {
    #[derive(Serialize)]
    struct Told<'a> {
        groups: Vec<ToldGroup<'a>>,
    }
    #[derive(Serialize)]
    struct ToldGroup<'a> {
        id: &'a str,
        datetime_created: &'a str,
        files_count: usize,
    }
    let store = shared.store.lock().unwrap();
    let groups = store.groups().iter().map(|Group { id, datetime_created, files_count, .. }| ToldGroup {
        id,
        datetime_created,
        files_count: *files_count,
    });
    tell(&Told { groups: groups.collect() })
}

async fn files(State(shared): State<Arc<Shared>>) -> Outcome {
    const TOLD: [&str; 6] =
        ["uuid", "original_filename", "size", "datetime_uploaded", "datetime_stored", "datetime_removed"];
    let store = shared.store.lock().unwrap();
    let files = store.files().iter().filter_map(|file| store.file(file.uuid));
    let files = files.map(|file| TOLD.map(|field| (field, file[field].clone())).into_iter().collect());
    tell(&json!({ "files": files.collect::<Vec<BTreeMap<_, _>>>() }))
}

async fn add_groups(State(shared): State<Arc<Shared>>, body: Bytes) -> Outcome {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Added {
        count: usize,
        datetime_created: String,
        #[serde(default)]
        in_front: bool,
    }
    let Added { count, datetime_created, in_front } = read(&body)?;
    let created = moment(&datetime_created)?;
    let mut store = shared.store.lock().unwrap();
    // Of one file, which is gone.
    let mut add = |_| store.add_group_at(created, in_front, vec![(Uuid::new_v4(), String::new())]);
    tell(&json!({ "ids": (0..count).map(&mut add).collect::<Vec<_>>() }))
}

async fn add_files(State(shared): State<Arc<Shared>>, body: Bytes) -> Outcome {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Added {
        count: usize,
        datetime_uploaded: String,
    }
    let Added { count, datetime_uploaded } = read(&body)?;
    let uploaded = json!(clock::iso(moment(&datetime_uploaded)?));
    let mut store = shared.store.lock().unwrap();
    let mut add = |_| {
        let uuid = store.add_file(json!({}));
        store.change_file(uuid, |file| file["datetime_uploaded"] = uploaded.clone());
        uuid
    };
    tell(&json!({ "uuids": (0..count).map(&mut add).collect::<Vec<_>>() }))
}

fn moment(text: &str) -> Result<DateTime<Utc>, Refusal> {
    clock::parse_iso(text).ok_or_else(|| Refusal(400, format!("{text:?} is no date and time in ISO 8601\n")))
}

/// The checksums are made here, where nobody waits for them who did not ask.
async fn uploads(State(shared): State<Arc<Shared>>) -> Outcome {
    let unhashed = shared.store.lock().unwrap().uploads.unhashed();
    for (uuid, content) in unhashed {
        let sha256 = spawn_blocking(move || content.sha256()).await.expect("hashing does not panic");
        let sha256 = sha256.map_err(|error| Refusal(500, format!("{error}\n")))?;
        if let Some(upload) = shared.store.lock().unwrap().uploads.find(uuid) {
            upload.sha256 = Some(sha256);
        }
    }
    let uploads = shared.store.lock().unwrap().uploads.tell();
    tell(&json!({ "uploads": uploads }))
}

async fn content(State(shared): State<Arc<Shared>>, Path(uuid): Path<Uuid>) -> Outcome {
    let store = shared.store.lock().unwrap();
    let upload = store.uploads.get(uuid);
    let upload = upload.ok_or_else(|| Refusal(404, format!("{uuid} was not uploaded here\n")))?;
    Ok(of_type(200, &upload.description.mime, Body::new(upload.content().read())))
}

/// What is not told stays as it is.
async fn set_project(State(shared): State<Arc<Shared>>, body: Bytes) -> Outcome {
    let project = &mut shared.store.lock().unwrap().project;
    let mut settings = json!(project);
    let changes: Map<String, Value> = read(&body)?;
    settings.as_object_mut().expect("a project is an object").extend(changes);
    *project = read(settings.to_string().as_bytes())?;
    done()
}

async fn add_faults(State(shared): State<Arc<Shared>>, body: Bytes) -> Outcome {
    let json: Value = read(&body)?;
    let faults: Vec<Fault> = if json.is_array() { read(&body)? } else { vec![read(&body)?] };
    shared.faults.lock().unwrap().add(faults);
    done()
}

async fn clear_faults(State(shared): State<Arc<Shared>>) -> Outcome {
    shared.faults.lock().unwrap().clear();
    done()
}

async fn set_clock(State(shared): State<Arc<Shared>>, body: Bytes) -> Outcome {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Clock {
        offset_s: i64,
    }
    let Clock { offset_s } = read(&body)?;
    shared.clock.set(offset_s);
    done()
}

async fn requests(State(shared): State<Arc<Shared>>) -> Outcome {
    #[derive(Serialize)]
    struct Told<'a> {
        count: u64,
        open_connections: usize,
        requests: &'a VecDeque<Entry>,
    }
    let log = shared.log.lock().unwrap();
    let open_connections = shared.count_open_connections();
    tell(&Told { count: log.count, open_connections, requests: log.entries() })
}

async fn forget_requests(State(shared): State<Arc<Shared>>) -> Outcome {
    shared.log.lock().unwrap().clear();
    done()
}

async fn set_course(State(shared): State<Arc<Shared>>, body: Bytes) -> Outcome {
    shared.store.lock().unwrap().jobs.course = read(&body)?;
    done()
}

async fn deliver(
    State(shared): State<Arc<Shared>>,
    Extension(Origin(origin)): Extension<Origin>,
    body: Bytes,
) -> Outcome {
    let order: deliveries::Order = read(&body)?;
    let messages = order.prepare(&shared, &origin).map_err(|why| Refusal(400, format!("{why}\n")))?;
    let mut deliveries = Vec::new();
    for message in messages {
        deliveries.push(message.deliver().await);
    }
    tell(&json!({ "deliveries": deliveries }))
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal(400, format!("{error}\n")))
}

fn done() -> Outcome {
    tell(&json!({}))
}

fn tell(value: &impl Serialize) -> Outcome {
    Ok(of_type(200, "application/json", serde_json::to_vec(value).expect("answers are plain data")))
}
