//! The CDN: files and groups by their ids, with operations. No noun of the APIs looks like an id,
//! so that all share one origin.

mod adaptive;
mod archive;
mod delivery;
mod files;
mod findings;
mod grammar;
mod groups;
mod operations;
mod original;
mod picture;
pub mod recognise;
mod refusal;
mod token;
mod values;

use std::sync::Arc;

use axum::http::Method;
use axum::response::Response;
use hyper::http::request::Parts;
use percent_encoding::percent_decode_str;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use crate::service::Shared;
use files::Wish;
use original::Original;
use refusal::Refusal;
pub use token::DeliverySecret;

/// What a path begins with.
enum Id {
    File(Uuid),
    Group(String),
}

impl Id {
    fn parse(text: &str) -> Option<Id> {
        let id = percent_decode_str(text).decode_utf8().ok()?;
        let (uuid, count) = id.split_once('~').map_or((&*id, None), |(uuid, count)| (uuid, Some(count)));
        let parsed = Uuid::try_parse(uuid).ok().filter(|_| uuid.len() == 36)?;
        Some(if count.is_some() { Id::Group(id.into_owned()) } else { Id::File(parsed) })
    }
}

/// The id, and all behind it.
fn split(path: &str) -> Option<(Id, &str)> {
    let (id, rest) = path.strip_prefix('/')?.split_once('/')?;
    Some((Id::parse(id)?, rest))
}

pub fn serves(path: &str) -> bool {
    split(path).is_some()
}

/// Pictures take their time, in which others are to be answered.
pub async fn answer(shared: Arc<Shared>, head: Parts) -> Response {
    let answer = move || deliver(&shared, &head).unwrap_or_else(|refusal| refusal.tell());
    spawn_blocking(answer).await.expect("pictures are handled without panic")
}

/// What usually is answered with a status that is no success.
pub fn usual_refusal(head: &Parts, status: u16) -> Option<Response> {
    serves(head.uri.path()).then(|| Refusal::usual(status))?.map(|refusal| refusal.tell())
}

fn deliver(shared: &Shared, head: &Parts) -> Result<Response, Refusal> {
    let (path, query) = (head.uri.path(), head.uri.query().unwrap_or_default());
    if head.method != Method::GET && head.method != Method::HEAD {
        return Err(Refusal::MethodNotAllowed);
    }
    let secrets = shared.store.lock().unwrap().project.delivery_secrets.clone();
    token::check(&secrets, path, query, shared.clock.now().timestamp())?;
    let (id, rest) = split(path).ok_or(Refusal::NotFound)?;
    match id {
        Id::File(uuid) => {
            let original = Original::find(&shared.store.lock().unwrap(), uuid)?;
            files::deliver(&original, &Wish::parse(rest, query))
        }
        Id::Group(id) => groups::deliver(shared, &id, rest, query),
    }
}
