//! The id in a path.

use axum::extract::{FromRequestParts, Path};
use axum::response::Response;
use hyper::http::request::Parts;

use crate::answer;

/// An id as it stands in the path, unescaped. What is no text is no id: 404.
pub struct Id(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Response;

    async fn from_request_parts(head: &mut Parts, state: &S) -> Result<Id, Response> {
        let path: Result<Path<String>, _> = Path::from_request_parts(head, state).await;
        path.map(|Path(id)| Id(id)).map_err(|_| answer::not_found())
    }
}
