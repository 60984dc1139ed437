//! The client, without a word of C: what the API's nouns are, and how a call is made.

pub mod addons;
pub mod attend;
pub mod batch;
pub mod client;
pub mod conversions;
pub mod copies;
mod cursor;
pub mod error;
pub mod file;
pub mod files;
pub mod groups;
pub mod http;
mod id;
pub mod jobs;
pub mod json;
pub mod listing;
pub mod metadata;
pub mod project;
mod query;
mod queue;
mod read_ahead;
pub mod tags;
pub mod time;
pub mod uploads;
pub mod webhook_event;
pub mod webhooks;
