//! What a file is called in an address.

use percent_encoding::percent_decode_str;

use super::escape::{SEGMENT, escape};
use crate::core::error::{Error, Result};
use crate::core::http::base::is_dots;
use crate::core::operations::without_meaning;

const MOST_NAME: usize = 1024;

/// A name as it stands in an address; nothing for none.
pub fn escaped(filename: Option<&str>) -> Result<String> {
    match filename {
        None => Ok(String::new()),
        Some(name) if is_name(name) => Ok(without_meaning(escape(name, SEGMENT)?)),
        Some(_) => Err(Error::argument(format!(
            "filename is no name of a file: it is empty, longer than {MOST_NAME} bytes, one of - . .., or holds a \
             slash or a control character"
        ))),
    }
}

/// A name as it was before it stood in an address; none for nothing.
pub fn unescaped(segment: &str) -> Result<Option<String>> {
    if segment.is_empty() {
        return Ok(None);
    }
    let name = percent_decode_str(segment).decode_utf8().ok().filter(|name| is_name(name));
    let name = name.ok_or_else(|| {
        Error::argument(
            "url ends in no name of a file: it is one of - . .., or holds a slash, a control character, or what is \
             not UTF-8",
        )
    })?;
    Ok(Some(name.into_owned()))
}

/// Whether a program may save a file under that name, and a browser ask for it.
fn is_name(name: &str) -> bool {
    (1..=MOST_NAME).contains(&name.len())
        && name != "-"
        && !is_dots(name)
        && !name.contains(|c: char| c == '/' || c == '\\' || c.is_control())
}
