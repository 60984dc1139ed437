//! The C interface: it checks arguments, calls the core, and lays the result out for C. It
//! decides nothing. One file a noun.

// The names are C's, and what makes a call safe is said once, by the five rules in the header.
#![allow(non_camel_case_types, clippy::missing_safety_doc)]

mod arguments;
mod call;
pub mod callbacks;
mod clones;
mod layout;
mod memory;

// Apart, so that they keep this order: it is that of the header.

pub mod library;

pub mod client;

pub mod groups;

pub mod page;

pub mod files;

pub mod batch;

pub mod copies;

pub mod metadata;

pub mod tags;

pub mod project;

pub mod webhooks;

pub mod webhook_event;

pub mod conversions;

pub mod addons;

pub mod jobs;

pub mod uploads;

pub mod permission;

pub mod url;

pub mod ops;

pub mod url_parts;

pub mod url_sign;

pub mod request;

pub mod json;

pub mod error;
pub mod file;
pub mod findings;
pub mod pair;
