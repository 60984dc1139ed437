//! What differs between operating systems, or what the standard library has no safe way to.

pub mod errno;
pub mod files;
pub mod memory;
pub mod process;
pub mod socket;
pub mod thread;
