//! The client, without a word of C: what the API's nouns are, and how a call is made.

pub mod client;
mod cursor;
pub mod error;
pub mod files;
pub mod groups;
pub mod http;
mod id;
pub mod json;
pub mod listing;
mod queue;
mod read_ahead;
pub mod time;
