//! One request to the service, from its bytes to its answer.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::header::{DATE, HOST, HeaderName, TRANSFER_ENCODING};
use axum::http::uri::Uri;
use axum::http::{HeaderValue, Request};
use axum::response::Response;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::http::request::Parts;
use tower::ServiceExt;
use uuid::Uuid;

use crate::addons;
use crate::answer::{self, Answer};
use crate::auth;
use crate::batch;
use crate::cdn;
use crate::clock::{Clock, http_date};
use crate::control;
use crate::conversions;
use crate::copies;
use crate::faults::{Faults, Kind};
use crate::files;
use crate::groups;
use crate::intake::Intake;
use crate::log::{Entry, Log};
use crate::metadata;
use crate::misbehaviour;
use crate::options::Options;
use crate::project::{self, Project};
use crate::search;
use crate::seed::Seed;
use crate::store::Store;
use crate::tags;
use crate::uploads;
use crate::uploads::pieces::Folder;
use crate::webhooks;
use crate::wire::Line;

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-uploadcare-request-id");

/// What all requests share.
pub struct Shared {
    pub options: Options,
    pub clock: Arc<Clock>,
    pub store: Mutex<Store>,
    pub faults: Mutex<Faults>,
    pub log: Mutex<Log>,
    /// Of what is uploaded.
    pub folder: Folder,
    /// Those that have carried a request to the service side.
    pub open_connections: Arc<AtomicUsize>,
}

pub struct Service {
    pub shared: Arc<Shared>,
    base: String,
    routes: Router,
    upload_routes: Router,
    control: Router,
}

/// One request, read to its end.
pub struct Exchange {
    pub head: Parts,
    pub body: Bytes,
    /// The address it came in on, which the links of its answer lead to.
    pub origin: String,
}

/// The origin, for those who answer.
#[derive(Clone)]
pub struct Origin(pub String);

/// No answer: the connection ends.
#[derive(Debug)]
pub struct Silence;

impl fmt::Display for Silence {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("no answer, by request")
    }
}

impl std::error::Error for Silence {}

impl Exchange {
    /// The path and the query as they were sent, which is what is signed.
    pub fn target(&self) -> &str {
        target(&self.head)
    }
}

fn target(head: &Parts) -> &str {
    head.uri.path_and_query().map_or("/", |target| target.as_str())
}

/// How a request will be answered.
enum Fate {
    Right,
    Wrong(Arc<Kind>),
    Unanswered,
}

impl Service {
    pub fn new(options: Options, base: String) -> Service {
        let Options { groups, files_per_group, same_time, .. } = options;
        let clock = Arc::new(Clock::default());
        let seed = Seed { groups, files_per_group, same_time };
        let shared = Arc::new(Shared {
            store: Mutex::new(Store::new(seed, Project::new(&options), clock.clone())),
            clock,
            faults: Mutex::new(Faults::default()),
            log: Mutex::new(Log::default()),
            folder: Folder::default(),
            open_connections: Arc::new(AtomicUsize::new(0)),
            options,
        });
        shared.clock.set(shared.options.clock_offset_s);
        shared.faults.lock().unwrap().add(shared.options.faults.clone());
        let routes = Router::new()
            .merge(groups::routes())
            .merge(files::routes())
            .merge(batch::routes())
            .merge(copies::routes())
            .merge(search::routes())
            .merge(metadata::routes())
            .merge(tags::routes())
            .merge(project::routes())
            .merge(webhooks::routes())
            .merge(conversions::routes())
            .merge(addons::routes())
            .fallback(async || answer::not_found())
            .method_not_allowed_fallback(async |method: axum::http::Method| {
                answer::detail(405, &format!("Method \"{method}\" not allowed."))
            })
            .with_state(shared.clone());
        let upload_routes = uploads::routes().with_state(shared.clone());
        let control = control::routes().with_state(shared.clone());
        Service { shared, base, routes, upload_routes, control }
    }

    pub async fn call(&self, request: Request<Incoming>, line: &Line) -> Result<Response, Silence> {
        let (mut head, body) = request.into_parts();
        let origin = self.origin(&head);
        head.extensions.insert(Origin(origin.clone()));
        if head.uri.path().starts_with("/_emulator") {
            let body = body.collect().await.map_err(|_| Silence)?.to_bytes();
            return Ok(self.route(&self.control, head, body).await);
        }
        line.serves(&self.shared.open_connections);
        let ticket = self.shared.log.lock().unwrap().add(Entry::new(&head, line.number));
        let fate = self.fate(&head, line);
        let body = self.receive(&mut head, body, &fate, line).await?;
        self.shared.log.lock().unwrap().note_body(ticket, &body);
        let answer = self.answer(&Exchange { head, body, origin }, fate, line).await?;
        self.shared.log.lock().unwrap().note_status(ticket, answer.status().as_u16());
        Ok(answer::sent(answer))
    }

    /// The address that a request came in on.
    fn origin(&self, head: &Parts) -> String {
        let host = head.headers.get(HOST).and_then(|host| host.to_str().ok());
        let scheme = if self.shared.options.tls.is_some() { "https" } else { "http" };
        host.map_or_else(|| self.base.clone(), |host| format!("{scheme}://{host}"))
    }

    fn fate(&self, head: &Parts, line: &Line) -> Fate {
        let mut faults = self.shared.faults.lock().unwrap();
        if line.is_stale(faults.generation()) {
            return Fate::Unanswered;
        }
        faults.take(head.method.as_str(), target(head)).map_or(Fate::Right, Fate::Wrong)
    }

    /// Takes the body. One that is uploaded goes to disk, and to the head what was made of it.
    async fn receive(
        &self,
        head: &mut Parts,
        body: Incoming,
        fate: &Fate,
        line: &Line,
    ) -> Result<Bytes, Silence> {
        let fault = match fate {
            Fate::Wrong(fault) if fault.reads().is_some() => Some(fault),
            _ => None,
        };
        let mut intake = Intake::new(body, fault.and_then(|fault| fault.reads()));
        let received = if uploads::serves(head.uri.path()) {
            uploads::receive(&self.shared, head, &mut intake).await
        } else {
            intake.collect().await.map(|body| body.to_bytes())
        };
        match (received, fault) {
            (Err(_), Some(fault)) => Err(misbehaviour::stop_reading(fault, line).await),
            (received, _) => received,
        }
    }

    async fn answer(&self, exchange: &Exchange, fate: Fate, line: &Line) -> Result<Answer, Silence> {
        match fate {
            Fate::Unanswered => Err(Silence),
            Fate::Right => {
                let mut answer = self.right_answer(exchange).await;
                self.compress(&mut answer, exchange);
                self.complete(&mut answer);
                Ok(answer)
            }
            Fate::Wrong(fault) => misbehaviour::answer(self, &fault, exchange, line).await,
        }
    }

    /// What the service would answer.
    pub async fn right_answer(&self, exchange: &Exchange) -> Answer {
        let head = exchange.head.clone();
        let response = if uploads::serves(head.uri.path()) {
            uploads::answer(&self.shared, &self.upload_routes, head).await
        } else if cdn::serves(head.uri.path()) {
            cdn::answer(self.shared.clone(), head).await
        } else if head.headers.contains_key(TRANSFER_ENCODING) {
            answer::of_type(411, "text/html", misbehaviour::page_of_a_proxy(411))
        } else if let Err((status, detail)) = auth::check(&self.shared, exchange) {
            answer::detail(status, &detail)
        } else {
            self.route(&self.routes, head, exchange.body.clone()).await
        };
        answer::collect(response).await
    }

    /// Lets the noun that the path names answer. A proxy is asked for whole addresses; here only
    /// the path counts.
    async fn route(&self, routes: &Router, mut head: Parts, body: Bytes) -> Response {
        if let Some(target) = head.uri.path_and_query() {
            head.uri = Uri::from(target.clone());
        }
        let request = Request::from_parts(head, Body::from(body));
        routes.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
    }

    pub fn compress(&self, answer: &mut Answer, exchange: &Exchange) {
        if self.shared.options.gzip {
            answer::gzip(answer, &exchange.head.headers);
        }
    }

    /// Adds the headers that every answer has.
    pub fn complete(&self, answer: &mut Answer) {
        const WARNING: HeaderName = HeaderName::from_static("warning");
        let mut add = |name: HeaderName, value: &str| {
            let value = HeaderValue::from_str(value).expect("plain text");
            answer.headers_mut().entry(name).or_insert(value);
        };
        add(DATE, &http_date(self.shared.clock.now()));
        add(REQUEST_ID, &Uuid::new_v4().to_string());
        if self.shared.options.public_key == "demopublickey" {
            add(WARNING, "199 Miscellaneous warning: You are using the demo project");
        }
    }
}

impl Shared {
    /// Starts anew with this data.
    pub fn reset(&self, seed: Seed) {
        *self.store.lock().unwrap() = Store::new(seed, Project::new(&self.options), self.clock.clone());
        self.faults.lock().unwrap().clear();
        self.log.lock().unwrap().clear();
        self.clock.set(0);
    }

    pub fn count_open_connections(&self) -> usize {
        self.open_connections.load(Ordering::Relaxed)
    }
}
