//! URLs elsewhere on the web, for the service to fetch.

use super::escape::{ADDRESS, escape};
use crate::core::error::{Error, Result};
use crate::core::http::base::{Base, is_dots};
use crate::core::id::behind_scheme;
use crate::core::memory::concat;

const MOST_SOURCE: usize = 8 << 10;

/// A URL on the web as people write it: percent-encoded where it needs to be, its scheme in lower case.
pub fn web_url(text: &str, name: &str) -> Result<String> {
    let wrong = |what: &str| Err(Error::argument(format!("{name} {what}")));
    let rest = behind_scheme(text).unwrap_or_default();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    if host.is_empty() || text.len() > MOST_SOURCE {
        return wrong(&format!("is not an http or https URL of at most {MOST_SOURCE} bytes"));
    }
    if rest.contains(char::is_control) {
        return wrong("holds a control character");
    }
    let scheme = text[..text.len() - rest.len()].to_ascii_lowercase();
    if Base::parse(&format!("{scheme}{host}"), name).is_err() {
        return wrong("has no host in ASCII; a name in other letters is written xn--...");
    }
    Ok(concat(&[&scheme, &escape(rest, ADDRESS)?])?)
}

/// A URL elsewhere, as it stands at the end of a proxy's.
pub fn proxied(url: &str) -> Result<String> {
    let wrong = |what: &str| Err(Error::argument(format!("source_url {what}")));
    let rest = behind_scheme(url).unwrap_or_default();
    if rest.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@')) {
        return wrong("has a user name or a password in it, which everybody would see");
    }
    if rest.contains('#') {
        return wrong("has a fragment (#), which is never sent; a # of a name is written %23");
    }
    if rest.split('?').next().is_some_and(|path| path.split('/').any(is_dots)) {
        return wrong("holds . or .. between slashes");
    }
    web_url(url, "source_url")
}
