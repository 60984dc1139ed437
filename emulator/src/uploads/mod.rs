//! The Upload API. It has its own ways to name the project and to say no, and its bodies go to
//! disk while they come.

mod description;
mod direct;
pub mod failure;
mod fetch;
mod form;
mod from_url;
mod groups;
mod info;
pub mod ledger;
mod multipart;
mod parts;
mod permission;
pub mod pieces;
mod sections;
mod token;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Uri};
use axum::response::Response;
use bytes::Bytes;
use hyper::http::request::Parts;
use serde::Serialize;
use tower::ServiceExt;

use crate::answer::of_type;
use crate::intake::Intake;
use crate::service::{Shared, Silence};
use failure::Failure;
use form::Form;

/// What its paths begin with.
const PATHS: [&str; 6] = ["/base/", "/multipart/", parts::PATH, "/from_url/", "/info/", "/group/"];

pub fn serves(path: &str) -> bool {
    PATHS.iter().any(|start| path.starts_with(start))
}

pub fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .merge(direct::routes())
        .merge(multipart::routes())
        .merge(from_url::routes())
        .merge(info::routes())
        .merge(groups::routes())
        .fallback(async || Failure::new(404, "BaseViewsError", "Not found."))
        .method_not_allowed_fallback(async |method: Method, uri: Uri| {
            let content = format!("HTTP method {method} is not allowed for {}", uri.path());
            Failure::new(405, "MethodNotAllowedError", content)
        })
}

/// What came with a request.
#[derive(Clone)]
pub struct Received(Arc<Kind>);

enum Kind {
    Form(Result<Arc<Form>, Failure>),
    Part(Result<parts::Arrival, parts::Refusal>),
}

/// Takes all that comes with a request. Leaves of it what people can read.
pub async fn receive(shared: &Shared, head: &mut Parts, intake: &mut Intake) -> Result<Bytes, Silence> {
    let (kind, summary) = if head.uri.path().starts_with(parts::PATH) {
        (Kind::Part(parts::receive(shared, head, intake).await?), Bytes::new())
    } else {
        let form = Form::receive(&shared.folder, head, intake).await?;
        let summary = form.as_ref().map_or(Bytes::new(), Form::summary);
        (Kind::Form(form.map(Arc::new)), summary)
    };
    head.extensions.insert(Received(Arc::new(kind)));
    Ok(summary)
}

/// Answers a request that was received.
pub async fn answer(shared: &Shared, routes: &Router, mut head: Parts) -> Response {
    let Received(kind) = head.extensions.get().cloned().expect("it was received");
    match &*kind {
        Kind::Part(arrival) => parts::answer(shared, arrival),
        Kind::Form(Err(failure)) => failure.tell(&head),
        Kind::Form(Ok(form)) => {
            head.extensions.insert(form.clone());
            let request = Request::from_parts(head.clone(), Body::empty());
            let response = routes.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
            match response.extensions().get::<Failure>() {
                Some(failure) => failure.tell(&head),
                None => response,
            }
        }
    }
}

/// What usually is answered with a status that is no success.
pub fn usual_refusal(head: &Parts, status: u16) -> Option<Response> {
    let path = head.uri.path();
    if path.starts_with(parts::PATH) {
        return Some(parts::Refusal::usual(status)?.tell());
    }
    serves(path).then(|| Failure::usual(status))?.map(|failure| failure.tell(head))
}

fn json_answer(value: &impl Serialize) -> Response {
    let json = serde_json::to_vec(value).expect("answers are plain data");
    of_type(200, "application/json", Body::from(json))
}
