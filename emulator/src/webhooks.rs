//! `/webhooks/`: who is told of what. The telling is in `deliveries`.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::http::uri::Uri;
use axum::routing::{delete, get, put};
use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::answer;
use crate::checks;
use crate::id::Id;
use crate::refusal::{Outcome, Refusal};
use crate::service::Shared;
use crate::store::Store;

pub const EVENTS: [&str; 5] =
    ["file.uploaded", "file.infected", "file.stored", "file.deleted", "file.info_updated"];
/// The number of the only project that there is.
const PROJECT: u64 = 1;

const LONGEST_URL: usize = 255;
const LONGEST_SECRET: usize = 32;

#[derive(Clone, Serialize)]
pub struct Webhook {
    pub id: u64,
    pub project: u64,
    pub created: String,
    pub updated: String,
    pub event: String,
    pub target_url: String,
    pub is_active: bool,
    pub version: &'static str,
    pub signing_secret: Option<String>,
}

impl Webhook {
    /// One of which nobody else knows.
    pub fn new(event: &str, target_url: &str, now: String) -> Webhook {
        Webhook {
            id: 0,
            project: PROJECT,
            created: now.clone(),
            updated: now,
            event: event.to_owned(),
            target_url: target_url.to_owned(),
            is_active: true,
            version: "0.7",
            signing_secret: None,
        }
    }
}

#[derive(Default)]
pub struct Webhooks {
    all: Vec<Webhook>,
    newest: u64,
}

impl Webhooks {
    /// Those that are told of an event.
    pub fn active(&self, event: &str) -> Vec<Webhook> {
        self.all.iter().filter(|webhook| webhook.is_active && webhook.event == event).cloned().collect()
    }

    /// Adds a webhook, or puts it in the place of the one with its id.
    fn save(&mut self, mut webhook: Webhook) -> Result<Webhook, Refusal> {
        let is_same =
            |other: &&Webhook| other.event == webhook.event && other.target_url == webhook.target_url;
        if self.all.iter().filter(is_same).any(|other| other.id != webhook.id) {
            let message = "This project is already subscribed on this event";
            return Err(Refusal::field("non_field_errors", message));
        }
        match self.all.iter_mut().find(|other| other.id == webhook.id) {
            Some(place) => *place = webhook.clone(),
            None => {
                self.newest += 1;
                webhook.id = self.newest;
                self.all.push(webhook.clone());
            }
        }
        Ok(webhook)
    }
}

pub fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/webhooks/", get(list).post(create))
        .route("/webhooks/unsubscribe/", delete(unsubscribe))
        .route("/webhooks/{id}/", put(update).delete(remove))
}

async fn list(State(shared): State<Arc<Shared>>) -> Outcome {
    let store = shared.store.lock().unwrap();
    check_feature(&store)?;
    Ok(answer::json(200, &store.webhooks.all))
}

async fn create(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Outcome {
    let mut store = shared.store.lock().unwrap();
    check_feature(&store)?;
    let fields = fields(&headers, &body)?;
    let target_url = target_url(&fields)?;
    let event = fields.get("event").ok_or_else(|| Refusal::field("event", "This field is required."))?;
    let mut webhook = Webhook::new(checks::text("event", event)?, target_url, store.now());
    change(&mut webhook, &fields)?;
    Ok(answer::json(201, &store.webhooks.save(webhook)?))
}

async fn update(State(shared): State<Arc<Shared>>, Id(id): Id, headers: HeaderMap, body: Bytes) -> Outcome {
    let mut store = shared.store.lock().unwrap();
    check_feature(&store)?;
    let webhook = store.webhooks.all.iter().find(|webhook| webhook.id.to_string() == id);
    let mut webhook = webhook.cloned().ok_or_else(Refusal::not_found)?;
    change(&mut webhook, &fields(&headers, &body)?)?;
    webhook.updated = store.now();
    Ok(answer::json(200, &store.webhooks.save(webhook)?))
}

async fn remove(State(shared): State<Arc<Shared>>, Id(id): Id) -> Outcome {
    let mut store = shared.store.lock().unwrap();
    check_feature(&store)?;
    let place = store.webhooks.all.iter().position(|webhook| webhook.id.to_string() == id);
    store.webhooks.all.remove(place.ok_or_else(Refusal::not_found)?);
    Ok(answer::no_content())
}

async fn unsubscribe(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Outcome {
    let mut store = shared.store.lock().unwrap();
    check_feature(&store)?;
    let fields = fields(&headers, &body)?;
    let target_url = target_url(&fields)?;
    store.webhooks.all.retain(|webhook| webhook.target_url != target_url);
    Ok(answer::no_content())
}

fn check_feature(store: &Store) -> Result<(), Refusal> {
    if store.project.webhooks { Ok(()) } else { Err(Refusal::detail(403, "You can't use webhooks")) }
}

/// The fields of a form or of a JSON object; null is as good as nothing, but for the secret.
fn fields(headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let is_form = headers
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    if !is_form {
        return checks::object(body);
    }
    let pairs = form_urlencoded::parse(body);
    Ok(pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect())
}

fn target_url(fields: &Map<String, Value>) -> Result<&str, Refusal> {
    let url = fields.get("target_url").and_then(Value::as_str).filter(|url| !url.is_empty());
    url.ok_or_else(|| Refusal::detail(400, "`target_url` is missing."))
}

/// Sets the fields that are given.
fn change(webhook: &mut Webhook, fields: &Map<String, Value>) -> Result<(), Refusal> {
    for (name, value) in fields.iter().filter(|(name, value)| !value.is_null() || *name == "signing_secret") {
        match name.as_str() {
            "target_url" => webhook.target_url = url(name, value)?,
            "event" => webhook.event = checks::choice(name, checks::text(name, value)?, &EVENTS)?.to_owned(),
            "is_active" => webhook.is_active = flag(name, value)?,
            "signing_secret" => webhook.signing_secret = secret(name, value)?,
            "version" => {
                webhook.version = checks::choice(name, checks::text(name, value)?, &["0.7"]).map(|_| "0.7")?
            }
            _ => {}
        }
    }
    Ok(())
}

fn url(name: &str, value: &Value) -> Result<String, Refusal> {
    let url = checks::text_within(name, value, 0, LONGEST_URL)?;
    let parsed: Option<Uri> = url.parse().ok();
    let is_web = parsed.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
    if is_web { Ok(url.to_owned()) } else { Err(Refusal::field(name, "Enter a valid URL.")) }
}

/// A flag in JSON or in a form.
fn flag(name: &str, value: &Value) -> Result<bool, Refusal> {
    value.as_bool().map_or_else(|| checks::flag(name, checks::text(name, value)?), Ok)
}

fn secret(name: &str, value: &Value) -> Result<Option<String>, Refusal> {
    if value.is_null() {
        return Ok(None);
    }
    let secret = checks::text_within(name, value, 0, LONGEST_SECRET)?;
    Ok((!secret.is_empty()).then(|| secret.to_owned()))
}
