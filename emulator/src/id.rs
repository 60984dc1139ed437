//! What a path names.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path};
use hyper::http::request::Parts;
use uuid::Uuid;

use crate::refusal::Refusal;

/// `{id}` as it stands in the path, unescaped. What is no text is no id: 404.
pub struct Id(pub String);

/// `{uuid}`, the file that is meant.
pub struct FileId(pub Uuid);

/// `{key}`, of metadata.
pub struct Key(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Refusal;

    async fn from_request_parts(head: &mut Parts, state: &S) -> Result<Id, Refusal> {
        named("id", head, state).await.map(Id)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for FileId {
    type Rejection = Refusal;

    async fn from_request_parts(head: &mut Parts, state: &S) -> Result<FileId, Refusal> {
        let uuid = named("uuid", head, state).await?;
        Uuid::try_parse(&uuid).map(FileId).map_err(|_| Refusal::not_found())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = Refusal;

    async fn from_request_parts(head: &mut Parts, state: &S) -> Result<Key, Refusal> {
        named("key", head, state).await.map(Key)
    }
}

async fn named<S: Send + Sync>(name: &str, head: &mut Parts, state: &S) -> Result<String, Refusal> {
    let path: Result<Path<HashMap<String, String>>, _> = Path::from_request_parts(head, state).await;
    path.ok().and_then(|Path(mut names)| names.remove(name)).ok_or_else(Refusal::not_found)
}
