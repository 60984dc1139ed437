//! The committed header is what cbindgen makes of the crate. `make header` rewrites it.

use std::env;
use std::fs;
use std::path::Path;

#[test]
fn include_uploadcare_h_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).expect("cbindgen.toml");
    let bindings = cbindgen::generate_with_config(root, config).expect("the crate as cbindgen reads it");
    let mut made = Vec::new();
    bindings.write(&mut made);
    let made = String::from_utf8(made).expect("UTF-8");

    let file = root.join("include/uploadcare.h");
    if env::var_os("UPDATE").is_some() {
        fs::write(file, made).expect("include/uploadcare.h is written");
        return;
    }
    let committed = fs::read_to_string(file).unwrap_or_default();
    let differs = made.lines().zip(committed.lines()).find(|(made, committed)| made != committed);
    assert!(
        made == committed,
        "include/uploadcare.h is stale: run `make header`\nfirst difference (made, committed): {differs:?}"
    );
}
