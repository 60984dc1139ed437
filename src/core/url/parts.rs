//! A URL on the CDN, taken apart.

use std::borrow::Cow;

use super::escape::{self, escape, with_whole_percents};
use super::{host, name};
use crate::core::error::{Error, Result};
use crate::core::http::base::{Base, is_dots};
use crate::core::id;
use crate::core::operations::{is_plain, shown};

/// What an address says. What it does not say is empty or none.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Parts<'a> {
    /// Scheme, host, and what stands in front of the id.
    pub base: Cow<'a, str>,
    pub uuid: Option<&'a str>,
    pub group_id: Option<Cow<'a, str>>,
    /// Of a file in its group.
    pub index: Option<i64>,
    /// The format of a group's archive.
    pub archive: Option<&'a str>,
    /// As uc_url() takes them.
    pub operations: String,
    /// Decoded.
    pub filename: Option<String>,
    /// What a proxy fetches.
    pub source_url: Option<&'a str>,
    pub token: Option<&'a str>,
}

/// Takes any URL on the CDN apart, whatever its host, as people paste it: with spaces, white space
/// around it, or a fragment.
pub fn parts<T>(url: &str, lay_out: impl FnOnce(Parts) -> T) -> Result<T> {
    let is_around = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}');
    let url = url.trim_matches(is_around).split('#').next().unwrap_or_default();
    if url.contains(|c: char| c.is_control() || c == '\\') {
        return Err(Error::argument("url holds a control character or a backslash"));
    }
    Ok(lay_out(encoded_parts(&escape(url, escape::ADDRESS)?)?))
}

fn encoded_parts(url: &str) -> Result<Parts<'_>> {
    let begin = url.find("//").map(|slashes| slashes + 2).filter(|begin| is_scheme(&url[..*begin]));
    let begin = begin.ok_or_else(|| Error::argument("url does not begin with https://, http:// or //"))?;
    let path = begin + url[begin..].find(['/', '?']).unwrap_or(url.len() - begin);
    let base = base(&url[..path]);
    if Base::parse(&base, "url").is_err() {
        return Err(Error::argument("url has no host in ASCII, or a user name in front of it"));
    }
    match host::is_proxy(&url[begin..path]) {
        true => of_proxy(url, path),
        false => of_file_or_group(url, path),
    }
}

fn is_scheme(text: &str) -> bool {
    ["https://", "http://", "//"].iter().any(|scheme| scheme.eq_ignore_ascii_case(text))
}

/// Without a scheme it is that of the page it stands in, which is https.
fn base(text: &str) -> Cow<'_, str> {
    if text.starts_with("//") { format!("https:{text}").into() } else { text.into() }
}

fn operations(text: &str) -> Result<String> {
    with_whole_percents(&escape(text, escape::OPERATIONS)?)
}

fn of_proxy(url: &str, path: usize) -> Result<Parts<'_>> {
    let behind = &url[path..];
    let mut begins = behind.match_indices('/').map(|(slash, _)| slash + 1);
    let source = begins.find(|begin| id::behind_scheme(&behind[*begin..]).is_some());
    let source = source.ok_or_else(|| Error::argument("url is a proxy's, and no URL stands at its end"))?;
    Ok(Parts {
        base: base(&url[..path]),
        operations: operations(&behind[1..source])?,
        source_url: Some(&behind[source..]),
        ..Parts::default()
    })
}

fn of_file_or_group(url: &str, path: usize) -> Result<Parts<'_>> {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    if address[path..].split('/').any(is_dots) {
        return Err(Error::argument("url holds . or .. between slashes, and leads to something else"));
    }
    let mut at = path;
    for segment in address[path..].split('/').take_while(|segment| *segment != "-") {
        let rest = address[at + segment.len()..].strip_prefix('/').unwrap_or_default();
        let parts = || Parts { base: base(&url[..at - 1]), token: token(query), ..Parts::default() };
        if id::is_uuid(segment) {
            return with_file(Parts { uuid: Some(segment), ..parts() }, rest);
        }
        if let Some(group_id) = group_id(segment) {
            return with_group(Parts { group_id: Some(group_id), ..parts() }, rest);
        }
        at += segment.len() + 1;
    }
    Err(Error::argument("url has no UUID and no group id between its slashes"))
}

/// Many encode the tilde.
fn group_id(segment: &str) -> Option<Cow<'_, str>> {
    let id = match segment.contains('%') {
        true => segment.replacen("%7E", "~", 1).replacen("%7e", "~", 1).into(),
        false => Cow::from(segment),
    };
    id::is_group_id(&id).then_some(id)
}

pub(super) fn token(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix("token="))
}

fn with_group<'a>(parts: Parts<'a>, rest: &'a str) -> Result<Parts<'a>> {
    match rest.split_once('/').unwrap_or((rest, "")) {
        ("", "") => Ok(parts),
        // An old page of the same files, whose settings are no operations.
        ("gallery", _) => Ok(parts),
        ("nth", rest) => {
            let (index, rest) = rest.split_once('/').unwrap_or((rest, ""));
            let is_number = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
            if !is_number {
                return Err(Error::argument("url has no number behind nth/"));
            }
            let files = parts.group_id.as_deref().map_or(0, id::files_of_group);
            let index = index.parse().ok().filter(|index| (0..files).contains(index)).ok_or_else(|| {
                Error::argument(format!(
                    "url has {} behind nth/; the group's files are 0 to {}",
                    shown(index),
                    files - 1
                ))
            })?;
            with_file(Parts { index: Some(index), ..parts }, rest)
        }
        ("archive", rest) => match rest.split_once('/').unwrap_or((rest, "")) {
            (format @ ("zip" | "tar"), name) if !name.contains('/') => {
                Ok(Parts { archive: Some(format), filename: name::unescaped(name), ..parts })
            }
            _ => Err(Error::argument(
                "url has neither zip nor tar behind archive/, or more than a name behind that",
            )),
        },
        _ => Err(Error::argument(
            "url has something other than nth/, archive/ or gallery/ behind its group id",
        )),
    }
}

fn with_file<'a>(parts: Parts<'a>, rest: &'a str) -> Result<Parts<'a>> {
    let (steps, name) = rest.split_at(rest.rfind('/').map_or(0, |slash| slash + 1));
    if name == "-" {
        return Err(Error::argument("url ends in -, and no operation follows"));
    }
    let first = steps.split('/').next().unwrap_or_default();
    match steps.is_empty() || first == "-" || is_plain(first) {
        true => Ok(Parts { operations: operations(steps)?, filename: name::unescaped(name), ..parts }),
        false => Err(Error::argument(format!(
            "url has {} behind its id, where operations begin with -/",
            shown(first)
        ))),
    }
}
