//! Gives the shared library the name that programs look for when they start. Cargo sets none.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let argument = match env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("macos" | "ios") => "-Wl,-install_name,@rpath/libuploadcare.0.dylib",
        Ok("windows") => return,
        _ => "-Wl,-soname,libuploadcare.so.0",
    };
    println!("cargo:rustc-cdylib-link-arg={argument}");
}
