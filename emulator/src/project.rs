//! `/project/`, and what the project is allowed.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answer;
use crate::cdn::DeliverySecret;
use crate::options::Options;
use crate::service::Shared;

/// How the project is set. A feature that is off is refused in the service's words.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    pub name: String,
    pub autostore_enabled: bool,
    /// An array of `{"email","name"}`, or null.
    pub collaborators: Value,
    /// The names that files may be copied to.
    pub storages: Vec<String>,
    pub copies: bool,
    pub document_conversion: bool,
    pub video_conversion: bool,
    pub webhooks: bool,
    pub addons: bool,
    /// Uploads need a signature or a token.
    pub signed_uploads: bool,
    pub max_file_size: u64,
    pub part_url_lifetime_s: i64,
    /// The CDN needs tokens that one of them is behind. None: it needs none.
    pub delivery_secrets: Vec<DeliverySecret>,
}

impl Default for Project {
    fn default() -> Project {
        Project {
            name: "demo".to_owned(),
            autostore_enabled: true,
            collaborators: json!([{"name": "Someone", "email": "someone@example.com"}]),
            storages: vec!["backup".to_owned()],
            copies: true,
            document_conversion: true,
            video_conversion: true,
            webhooks: true,
            addons: true,
            signed_uploads: false,
            max_file_size: 5 << 40,
            part_url_lifetime_s: 86_400,
            delivery_secrets: Vec::new(),
        }
    }
}

impl Project {
    /// As it is at the start, and after every reset.
    pub fn new(options: &Options) -> Project {
        Project { delivery_secrets: options.delivery_secrets.clone(), ..Project::default() }
    }
}

pub fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/project/", get(info))
}

async fn info(State(shared): State<Arc<Shared>>) -> Response {
    let Project { name, autostore_enabled, collaborators, .. } = &shared.store.lock().unwrap().project;
    answer::json(
        200,
        &json!({
            "collaborators": collaborators, "name": name, "pub_key": shared.options.public_key,
            "autostore_enabled": autostore_enabled,
        }),
    )
}
