//! What has to be percent-encoded where.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::core::error::Result;
use crate::core::memory::{self, Growing};

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

/// A whole URL; what is encoded already stays as it is.
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

/// Operations in a URL may hold these, and uc_url() does not take them.
pub const OPERATIONS: &AsciiSet = &ADDRESS.add(b'&').add(b'[').add(b']');

pub fn escape(text: &str, set: &'static AsciiSet) -> Result<String> {
    Ok(memory::format(format_args!("{}", utf8_percent_encode(text, set)))?)
}

/// With %25 for each % that begins no encoded byte.
pub fn with_whole_percents(text: &str) -> Result<String> {
    let mut whole = Growing::default();
    for (place, piece) in text.split('%').enumerate() {
        let digits = piece.as_bytes().get(..2);
        let is_byte = digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        whole.add(if place == 0 {
            ""
        } else if is_byte {
            "%"
        } else {
            "%25"
        });
        whole.add(piece);
    }
    Ok(whole.finish()?)
}
