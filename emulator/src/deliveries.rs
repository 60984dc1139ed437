//! What webhooks are told, signed and sent; by hand, and nowhere but on this machine.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::http::Request;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::uri::Uri;
use bytes::Bytes;
use hmac::{Hmac, Mac};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use uuid::Uuid;

use crate::files::{self, Include};
use crate::service::Shared;
use crate::webhooks::{EVENTS, Webhook};

/// A receiver that has not answered after this time was not reached.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is to be delivered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    event: String,
    uuid: Uuid,
    /// Instead of to the webhooks.
    target_url: Option<String>,
    signing_secret: Option<String>,
    previous_values: Option<Value>,
    initiator: Option<Value>,
}

#[derive(Serialize)]
pub struct Delivery {
    target_url: String,
    /// 0: not delivered.
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Order {
    /// Makes what is ordered, or says why there is no such thing. `origin` is the emulator's own.
    pub fn prepare(&self, shared: &Shared, origin: &str) -> Result<Vec<Message>, String> {
        if !EVENTS.contains(&self.event.as_str()) {
            return Err(format!("there is no event {:?}; there are {}", self.event, EVENTS.join(", ")));
        }
        let store = shared.store.lock().unwrap();
        let file = store.file(self.uuid).ok_or_else(|| format!("there is no file {}", self.uuid))?;
        let file = files::present(file, origin, Include { appdata: true });
        let webhooks = match &self.target_url {
            None => store.webhooks.active(&self.event),
            Some(url) => {
                let signing_secret = self.signing_secret.clone();
                vec![Webhook { signing_secret, ..Webhook::new(&self.event, url, store.now()) }]
            }
        };
        let public_key = &shared.options.public_key;
        Ok(webhooks.into_iter().map(|webhook| self.message(webhook, &file, public_key)).collect())
    }

    fn message(&self, webhook: Webhook, file: &Value, public_key: &str) -> Message {
        let mut payload = json!({
            "initiator": self.initiator.clone().unwrap_or_else(|| self.usual_initiator()),
            "hook": {
                "id": webhook.id,
                "project_id": webhook.project,
                "project_pub_key": public_key,
                "created_at": webhook.created,
                "updated_at": webhook.updated,
                "event": webhook.event,
                "target": webhook.target_url,
                "is_active": webhook.is_active,
                "version": webhook.version,
            },
            "data": file,
            "file": file["original_file_url"],
        });
        if self.event == "file.info_updated" {
            payload["previous_values"] = self.previous_values.clone().unwrap_or_else(|| json!({}));
        }
        let body = Bytes::from(payload.to_string());
        let signature = webhook.signing_secret.map(|secret| sign(&secret, &body));
        Message { target_url: webhook.target_url, body, signature }
    }

    fn usual_initiator(&self) -> Value {
        let addon = (self.event == "file.infected").then_some("uc_clamav_virus_scan");
        json!({
            "type": if addon.is_some() { "addon" } else { "api" },
            "detail": { "request_id": Uuid::new_v4().to_string(), "addon_name": addon },
        })
    }
}

fn sign(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body);
    format!("v1={:x}", mac.finalize().into_bytes())
}

pub struct Message {
    target_url: String,
    body: Bytes,
    signature: Option<String>,
}

impl Message {
    pub async fn deliver(self) -> Delivery {
        let target_url = self.target_url.clone();
        let late = || io::Error::new(io::ErrorKind::TimedOut, "no answer");
        match timeout(PATIENCE, self.send()).await.unwrap_or_else(|_| Err(late())) {
            Ok(status) => Delivery { target_url, status, error: None },
            Err(error) => Delivery { target_url, status: 0, error: Some(error.to_string()) },
        }
    }

    async fn send(self) -> io::Result<u16> {
        let url: Uri = self.target_url.parse().map_err(io::Error::other)?;
        let address = local_address(&url).await?;
        let stream = TokioIo::new(TcpStream::connect(address).await?);
        let (mut sender, connection) = http1::handshake(stream).await.map_err(io::Error::other)?;
        tokio::spawn(connection);
        let mut request = Request::post(url.path_and_query().map_or("/", |target| target.as_str()))
            .header(HOST, url.authority().map_or("", |host| host.as_str()))
            .header(CONTENT_TYPE, "application/json");
        if let Some(signature) = self.signature {
            request = request.header("X-Uc-Signature", signature);
        }
        let request = request.body(Full::new(self.body)).map_err(io::Error::other)?;
        Ok(sender.send_request(request).await.map_err(io::Error::other)?.status().as_u16())
    }
}

/// Where a target listens, if that is here.
async fn local_address(url: &Uri) -> io::Result<SocketAddr> {
    let (Some("http"), Some(host)) = (url.scheme_str(), url.host()) else {
        return Err(io::Error::other("only http:// addresses of this machine are delivered to"));
    };
    let host = host.trim_matches(['[', ']']);
    let mut addresses = lookup_host((host, url.port_u16().unwrap_or(80))).await?;
    let local = addresses.find(|address| address.ip().is_loopback());
    local.ok_or_else(|| io::Error::other(format!("{host} is not this machine")))
}
