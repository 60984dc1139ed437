//! Webhooks: https://uploadcare.com/api-refs/rest-api/v0.7.0/#tag/Webhook

use super::client::Client;
use super::error::{Error, Result};
use super::http::{Answer, Body, Method, Request};
use super::id::http_url;
use super::json::{self, MOST_OBJECTS, Object, Reader, Scalar, add, lacks};

const MOST_URL: usize = 255;
const MOST_SECRET: usize = 32;

/// Of the payloads that are delivered.
const VERSION: &str = "0.7";

#[derive(Default)]
pub struct Webhook<'a> {
    pub id: Scalar<'a>,
    pub project: Scalar<'a>,
    pub target_url: Scalar<'a>,
    pub event: Scalar<'a>,
    pub version: Scalar<'a>,
    pub signing_secret: Scalar<'a>,
    pub is_active: Scalar<'a>,
    pub created: Scalar<'a>,
    pub updated: Scalar<'a>,
    pub json: &'a str,
}

impl<'a> Webhook<'a> {
    fn read(reader: &mut Reader<'a>) -> json::Result<Self> {
        let mut webhook = Webhook::default();
        let ((), json) = reader.with_json(|reader| {
            reader.fields(|reader, key| {
                match key {
                    "id" => webhook.id = reader.scalar()?,
                    "project" => webhook.project = reader.scalar()?,
                    "target_url" => webhook.target_url = reader.scalar()?,
                    "event" => webhook.event = reader.scalar()?,
                    "version" => webhook.version = reader.scalar()?,
                    "signing_secret" => webhook.signing_secret = reader.scalar()?,
                    "is_active" => webhook.is_active = reader.scalar()?,
                    "created" => webhook.created = reader.scalar()?,
                    "updated" => webhook.updated = reader.scalar()?,
                    _ => drop(reader.raw()?),
                }
                Ok(())
            })
        })?;
        match webhook.id.int() {
            Some(_) => Ok(Webhook { json, ..webhook }),
            None => Err(lacks("id of a webhook")),
        }
    }
}

/// What a webhook is to be; what is none stays as it is.
pub struct WebhookOptions<'a> {
    pub target_url: Option<&'a str>,
    pub event: Option<&'a str>,
    pub signing_secret: Option<&'a str>,
    pub is_active: Option<bool>,
}

impl WebhookOptions<'_> {
    fn check(&self) -> Result<()> {
        if let Some(url) = self.target_url {
            http_url(url, "opts.target_url", MOST_URL)?;
        }
        if self.event.is_some_and(str::is_empty) {
            return Err(Error::argument(
                "opts.event is empty: it is an event's name such as \"file.uploaded\"",
            ));
        }
        let length = self.signing_secret.map(|secret| secret.chars().count());
        if length.is_some_and(|length| !(1..=MOST_SECRET).contains(&length)) {
            return Err(Error::argument(format!(
                "opts.signing_secret is empty or too long: it has 1 to {MOST_SECRET} characters"
            )));
        }
        Ok(())
    }

    fn body(&self, version: Option<&str>) -> Result<String> {
        Object::new()
            .with("target_url", self.target_url)
            .with("event", self.event)
            .with("signing_secret", self.signing_secret)
            .with("is_active", self.is_active)
            .with("version", version)
            .finish()
    }
}

impl Client {
    /// `GET /webhooks/`
    pub fn webhooks_list<W>(&self, lay_out: impl Fn(Webhook) -> Result<W>) -> Result<Vec<W>> {
        self.http
            .ask(Method::GET, "/webhooks/", "", |answer: &mut Answer| {
                let mut webhooks = Vec::new();
                answer.read(|reader| {
                    reader.array(|reader| {
                        let webhook = lay_out(Webhook::read(reader)?)?;
                        add(&mut webhooks, webhook, MOST_OBJECTS)
                    })
                })?;
                Ok(webhooks)
            })
            .map_err(Error::without_good_body)
    }

    /// `POST /webhooks/`
    pub fn webhook_create<T>(&self, options: &WebhookOptions, lay_out: impl Fn(Webhook) -> T) -> Result<T> {
        options.check()?;
        for (value, name) in [(options.target_url, "target_url"), (options.event, "event")] {
            if value.is_none() {
                return Err(Error::argument(format!("opts.{name} is NULL: a new webhook needs one")));
            }
        }
        self.webhook_call(Method::POST, "/webhooks/", options, Some(VERSION), lay_out)
    }

    /// `PUT /webhooks/{id}/`
    pub fn webhook_update<T>(
        &self,
        id: i64,
        options: &WebhookOptions,
        lay_out: impl Fn(Webhook) -> T,
    ) -> Result<T> {
        options.check()?;
        if id <= 0 {
            return Err(Error::argument(format!("id is {id}; the ids of webhooks begin at 1")));
        }
        if matches!(
            options,
            WebhookOptions { target_url: None, event: None, signing_secret: None, is_active: None }
        ) {
            return Err(Error::argument("opts says nothing that is to change"));
        }
        self.webhook_call(Method::PUT, &format!("/webhooks/{id}/"), options, None, lay_out)
    }

    /// `DELETE /webhooks/unsubscribe/`
    pub fn webhook_unsubscribe(&self, target_url: &str) -> Result<()> {
        http_url(target_url, "target_url", MOST_URL)?;
        let body = Object::new().with("target_url", Some(target_url)).finish()?;
        self.http
            .ask(Method::DELETE, "/webhooks/unsubscribe/", &body, |answer: &mut Answer| answer.check_whole())
    }

    fn webhook_call<T>(
        &self,
        method: Method,
        path: &str,
        options: &WebhookOptions,
        version: Option<&str>,
        lay_out: impl Fn(Webhook) -> T,
    ) -> Result<T> {
        let target = self.http.settings.base.target(path);
        let (body, secrets) = (options.body(version)?, [options.signing_secret.unwrap_or_default()]);
        let request = Request { body: Body::Json(&body), secrets: &secrets, ..Request::new(method, &target) };
        self.http
            .send(&request, |answer: &mut Answer| Ok(lay_out(answer.read(Webhook::read)?)))
            .map_err(Error::without_good_body)
    }
}
