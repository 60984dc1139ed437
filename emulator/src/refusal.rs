//! A request that is refused, in the service's two forms: one `detail`, or a map from fields to
//! messages as its framework makes it.

use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::answer;

pub type Outcome = Result<Response, Refusal>;

/// A status and a body.
#[derive(Debug)]
pub struct Refusal(u16, Value);

impl Refusal {
    pub fn detail(status: u16, detail: &str) -> Refusal {
        Refusal(status, json!({ "detail": detail }))
    }

    pub fn not_found() -> Refusal {
        Refusal::detail(404, "Not found.")
    }

    /// A field and what is wrong with it.
    pub fn field(name: &str, message: &str) -> Refusal {
        Refusal(400, json!({ name: [message] }))
    }

    /// The same, inside a field that is an object.
    pub fn inside(self, name: &str) -> Refusal {
        Refusal(self.0, json!({ name: self.1 }))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        answer::json(self.0, &self.1)
    }
}
