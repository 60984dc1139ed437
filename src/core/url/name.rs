//! What a file is called in a URL.

use percent_encoding::percent_decode_str;

use super::escape::{SEGMENT, escape};
use crate::core::error::Result;
use crate::core::http::base::is_dots;
use crate::core::operations::without_meaning;

const MOST_NAME: usize = 1024;

/// An ending such as ".jpeg" that stays when a name is cut.
const MOST_ENDING: usize = 16;

/// A name as it stands in a URL; nothing for none.
pub fn escaped(filename: Option<&str>) -> Result<String> {
    Ok(without_meaning(escape(&cleaned(filename.unwrap_or_default()), SEGMENT)?))
}

/// A name as it was before it stood in a URL; none for nothing.
pub fn unescaped(segment: &str) -> Option<String> {
    Some(cleaned(&percent_decode_str(segment).decode_utf8_lossy())).filter(|name| !name.is_empty())
}

/// A name that a program may save a file under, and a browser ask for.
fn cleaned(name: &str) -> String {
    let is_odd = |c: char| matches!(c, '/' | '\\') || c.is_control();
    match name == "-" || is_dots(name) {
        true => name.replace(['-', '.', '%'], "_"),
        false => shortened(name.replace(is_odd, "_")),
    }
}

fn shortened(name: String) -> String {
    if name.len() <= MOST_NAME {
        return name;
    }
    let ending = name.rfind('.').map(|dot| &name[dot..]).filter(|ending| ending.len() <= MOST_ENDING);
    let ending = ending.unwrap_or_default();
    let mut end = MOST_NAME - ending.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", &name[..end])
}
