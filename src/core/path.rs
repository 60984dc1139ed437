//! Paths of this machine as messages show them.

use std::fmt::Write;
use std::path::Path;

use super::shown::{escaped, is_obeyed};

/// On one line, whatever stands in it: `\xNN` for what is no text, `\uNNNN` for what a terminal would
/// obey.
pub fn shown(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        for c in chunk.valid().chars() {
            match is_obeyed(c) {
                true => text += &escaped(c),
                false => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    if text.is_empty() { "\"\"".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_on_one_line() {
        for (path, expected) in [
            ("/tmp/a b/ü.jpg", "/tmp/a b/ü.jpg"),
            ("a\nb\r\tc", "a\\u000ab\\u000d\\u0009c"),
            ("a\u{1b}[31m", "a\\u001b[31m"),
            ("a\u{202e}gpj\u{2028}", "a\\u202egpj\\u2028"),
            ("", "\"\""),
        ] {
            assert_eq!(shown(Path::new(path)), expected);
        }
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_are_shown_as_hex() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        assert_eq!(shown(Path::new(OsStr::from_bytes(b"/f\xfc\xff/\xc3\xbc"))), "/f\\xfc\\xff/ü");
    }
}
