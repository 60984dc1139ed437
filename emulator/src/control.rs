//! `/_emulator/`: the side from which tests steer the emulator. Nothing here is signed, counted
//! or hit by a fault.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answer::of_type;
use crate::faults::Fault;
use crate::log::Entry;
use crate::seed::Seed;
use crate::service::Shared;
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
        .route("/_emulator/groups", get(groups))
        .route("/_emulator/faults", post(add_faults).delete(clear_faults))
        .route("/_emulator/clock", post(set_clock))
        .route("/_emulator/requests", get(requests).delete(forget_requests))
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

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal(400, format!("{error}\n")))
}

fn done() -> Outcome {
    tell(&json!({}))
}

fn tell(value: &impl Serialize) -> Outcome {
    Ok(of_type(200, "application/json", serde_json::to_vec(value).expect("answers are plain data")))
}
