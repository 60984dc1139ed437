//! What has to be percent-encoded where.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::core::error::Result;
use crate::core::memory;

pub const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A segment of a path may hold these as well. It might hold & and ', too, which HTML takes for its
/// own, a comma, which ends an address in a `srcset`, and ! and *, which stand for more than one
/// address in a token.
pub const SEGMENT: &AsciiSet = &UNRESERVED
    .remove(b'$')
    .remove(b'(')
    .remove(b')')
    .remove(b'+')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// What is encoded already stays as it is.
pub const ADDRESS: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'\'')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

pub fn escape(text: &str, set: &'static AsciiSet) -> Result<String> {
    Ok(memory::format(format_args!("{}", utf8_percent_encode(text, set)))?)
}
