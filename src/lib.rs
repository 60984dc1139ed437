//! libuploadcare: Uploadcare for every language that can call C.
//!
//! Four rooms; imports go from the first to the last:
//! - [`ffi`] lays the core out for C: the same nouns, and the only unsafe code beside `os`.
//! - [`core`] is the client in safe Rust, one file a noun of the API, and knows nothing of C.
//! - [`core::http`] inside it is the one place that speaks to the network.
//! - [`os`] is what differs between operating systems, a small interface for each concern.
//!
//! The interface that users see is `include/uploadcare.h`, made from `ffi` by cbindgen.

#[deny(unsafe_code)]
mod core;
pub mod ffi;
mod os;
