//! The library as it ships, for tests that are its users.

// Each test program uses its part.
#![allow(dead_code)]

#[path = "../../emulator/tests/sdks/workshop.rs"]
pub mod workshop;

pub mod program;
pub mod steering;

use std::path::{Path, PathBuf};
use std::process::Command;

use workshop::output;

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The shared library, built first.
pub fn shared() -> PathBuf {
    make("lib");
    root().join("build/lib/libuploadcare.so")
}

/// An example, compiled first.
pub fn example(name: &str) -> PathBuf {
    let path = format!("build/examples/{name}");
    make(&path);
    root().join(path)
}

fn make(target: &str) {
    let mut make = Command::new("make");
    make.args(["-s", target]).current_dir(root()).env_remove("MAKEFLAGS").env_remove("MAKELEVEL");
    output(&mut make);
}
