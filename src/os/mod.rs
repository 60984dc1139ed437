//! What differs between operating systems, or what the standard library has no safe way to.

pub mod files;
pub mod memory;
pub mod socket;
