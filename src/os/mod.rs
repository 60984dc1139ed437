//! What differs between operating systems, or what the standard library has no safe way to.

pub mod memory;
pub mod socket;
pub mod files;
pub mod errno;
pub mod process;
pub mod thread;
