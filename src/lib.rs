//! libuploadcare: Uploadcare for every language that can call C.
//!
//! Three rooms:
//! - [`core`] is the client in safe Rust, one file a noun of the API, and knows nothing of C.
//! - [`core::http`] inside it is the one place that speaks to the network.
//! - [`ffi`] lays the core out for C: the same nouns, and the only unsafe code.
//!
//! The interface that users see is `include/uploadcare.h`, made from `ffi` by cbindgen.

#[deny(unsafe_code)]
mod core;
pub mod ffi;
