//! The library and pyuploadcare agree: on the paths that transformations make, on signatures, on
//! the project's own subdomain. Each script calls both, and fails where they differ.

#[path = "../library/mod.rs"]
mod library;

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use library::workshop;
use uploadcare_emulator::{Emulator, Options};

const SECRET: &str = "73636b61519adede42191efe1e73f02a67c7b692e3765f90c250c230be095211";

fn script(name: &str) -> Command {
    static READY: LazyLock<(PathBuf, PathBuf)> =
        LazyLock::new(|| (workshop::python("6.3.0"), library::shared()));
    let (python, library) = &*READY;
    let mut command = Command::new(python);
    // No compiled scripts among the sources.
    command.arg("-B").arg(library::root().join("tests/agreement").join(name));
    command.env("LIBUPLOADCARE", library);
    command
}

#[test]
fn transformations_are_the_same_operations() {
    workshop::output(&mut script("operations.py"));
}

#[test]
fn addresses_are_signed_in_the_same_way() {
    workshop::output(&mut script("signing.py"));
}

#[test]
fn a_public_key_has_the_same_subdomain() {
    workshop::output(&mut script("prefixes.py"));
}

#[test]
fn the_emulator_lets_in_what_either_has_signed() {
    let delivery_secrets = vec![SECRET.parse().unwrap()];
    let emulator = Emulator::start(Options { groups: 12, delivery_secrets, ..Options::default() }).unwrap();
    let mut script = script("delivery.py");
    script.env("UPLOADCARE_CDN_BASE", emulator.base()).env("UPLOADCARE_DELIVERY_SECRET", SECRET);
    workshop::output(&mut script);
}
