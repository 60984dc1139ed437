//! Where `src/ffi` defines what.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The file that defines an item, and the line.
pub type Places = BTreeMap<String, (String, usize)>;

/// Of all items of the files below `folder`. Those of `json/pointer.rs` count as of `json.rs`.
pub fn read(folder: &Path) -> Places {
    let mut places = Places::new();
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a file of src/ffi").path())
        .collect();
    files.sort();
    for file in files {
        let name = file.file_name().and_then(|name| name.to_str()).expect("a file's name in UTF-8");
        if file.is_dir() {
            let inside = read(&file).into_iter();
            places.extend(inside.map(|(item, (_, line))| (item, (format!("{name}.rs"), line))));
        } else if name.ends_with(".rs") {
            let source = fs::read_to_string(&file).expect("a file of src/ffi");
            for (line, text) in source.lines().enumerate() {
                places.extend(defined(text).map(|item| (item.to_owned(), (name.to_owned(), line))));
            }
        }
    }
    places
}

/// The public item that begins on this line.
fn defined(line: &str) -> Option<&str> {
    let mut words = line.trim_start().strip_prefix("pub ")?.split_whitespace();
    words.find(|word| ["struct", "enum", "type", "fn", "const"].contains(word))?;
    let rest = words.next()?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let name = &rest[..end];
    (name.starts_with("uc_") || name.starts_with("UC_")).then_some(name)
}

#[test]
fn items_are_found_by_the_lines_that_begin_them() {
    assert_eq!(defined("pub struct uc_client(pub(super) Client);"), Some("uc_client"));
    assert_eq!(
        defined("pub type uc_log_fn = Option<unsafe extern \"C\" fn(level: i32)>;"),
        Some("uc_log_fn")
    );
    assert_eq!(defined("pub unsafe extern \"C\" fn uc_free(owned: *mut c_void) {"), Some("uc_free"));
    assert_eq!(defined("pub enum uc_auth {"), Some("uc_auth"));
    assert_eq!(defined("    uc_free(owned)"), None);
    assert_eq!(defined("pub fn laid_out(uc_file: u8) {"), None);
}
