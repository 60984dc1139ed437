//! Tokens for secure delivery: https://uploadcare.com/docs/security/secure-delivery/

use hmac::Hmac;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::escape::{UNRESERVED, escape};
use super::host;
use crate::core::error::{Error, Result};
use crate::core::http::base::{Base, is_dots};
use crate::core::http::sign::{hex, hmac, unhex};
use crate::core::id;

const USUAL_LIFETIME_S: i64 = 300;

/// Longer addresses get lost on the way.
const MOST_URL: usize = 16 << 10;

/// Zero and false stand for the defaults.
#[derive(Default)]
pub struct SignOptions {
    /// In seconds since 1970.
    pub expire: i64,
    pub lifetime_s: i64,
    pub wildcard: bool,
    pub url_token: bool,
}

impl SignOptions {
    fn expire(&self, now: i64) -> Result<i64> {
        match (self.expire, self.lifetime_s) {
            (0, 0) => Ok(now + USUAL_LIFETIME_S),
            (expire @ 1.., 0) => Ok(expire),
            (0, lifetime @ 1..) => now
                .checked_add(lifetime)
                .ok_or_else(|| Error::argument("opts.lifetime_s is longer than time is counted")),
            (1.., 1..) => {
                Err(Error::argument("opts.expire and opts.lifetime_s exclude each other: set one to 0"))
            }
            (..0, _) => {
                Err(Error::argument("opts.expire is below 0; it counts the seconds since 1970-01-01 UTC"))
            }
            (_, _) => Err(Error::argument("opts.lifetime_s is below 0; it counts seconds from now")),
        }
    }
}

/// Adds a token to an address, and takes it to the host that asks for one.
pub fn sign(url: &str, secret_hex: &str, options: &SignOptions, now: i64) -> Result<String> {
    if url.contains(['?', '#']) {
        return Err(Error::argument("url has a query or a fragment; the token is the query of a signed URL"));
    }
    let (origin, path) = split(url)?;
    let expire = options.expire(now)?;
    if options.wildcard && options.url_token {
        return Err(Error::argument(
            "opts.wildcard and opts.url_token exclude each other: a URL token is for one URL",
        ));
    }
    let key = key(secret_hex, "secret_hex")?;
    let sum = |text: &str| hex(&hmac::<Hmac<Sha256>>(&key, text));
    let token = if options.url_token {
        let sum = sum(&format!("exp={expire}~url={}", quoted(&path)?));
        format!("exp={expire}~hmac={sum}")
    } else {
        let covered = format!("exp={expire}~acl={}", acl(&path, options.wildcard)?);
        let sum = sum(&covered);
        format!("{covered}~hmac={sum}")
    };
    Ok(format!("{origin}{path}?token={token}"))
}

/// Scheme and host, the secure one where it is known, and the path as it will be asked for.
pub(super) fn split(url: &str) -> Result<(String, String)> {
    let wrong = || {
        Error::argument(
            "url is not an http or https URL with a path, in visible ASCII, without . and .. between slashes",
        )
    };
    let plain = url.len() <= MOST_URL
        && url.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\"<>\\^`{|}".contains(&byte));
    let (scheme, rest) = url.split_once("://").filter(|_| plain).ok_or_else(wrong)?;
    let (host, segments) = rest.split_once('/').ok_or_else(wrong)?;
    let (scheme, host) = (scheme.to_ascii_lowercase(), host.to_ascii_lowercase());
    let origin = format!("{scheme}://{host}");
    if Base::parse(&origin, "url").is_err() || segments.split('/').any(is_dots) {
        return Err(wrong());
    }
    if host::is_proxy(&host) {
        return Err(Error::argument("url is a proxy's, which asks for no token"));
    }
    // In a token, which stands in a query, these would not stand for themselves.
    let path = [("*", "%2A"), ("!", "%21"), ("&", "%26"), ("'", "%27")]
        .iter()
        .fold(format!("/{segments}"), |path, (plain, encoded)| path.replace(plain, encoded));
    let slash = if lacks_slash(&path) { "/" } else { "" };
    Ok((host::secure(&host).map_or(origin, |host| format!("{scheme}://{host}")), path + slash))
}

/// Whether the slash is missing behind the id or behind a playlist, all that comes later
/// being below it.
fn lacks_slash(path: &str) -> bool {
    let mut segments =
        path.split('/').skip_while(|segment| !id::is_uuid(segment) && !id::is_group_id(segment));
    segments.next().is_some() && segments.next().is_none() || path.ends_with("/adaptive_video")
}

/// What the token is good for: the path, or with a wildcard all that is below its last slash.
pub(super) fn acl(path: &str, wildcard: bool) -> Result<String> {
    let folder = &path[..=path.rfind('/').unwrap_or_default()];
    if wildcard && folder == "/" && path != "/" {
        return Err(Error::argument(
            "opts.wildcard would let in everything of the project: url has no slash behind what it names",
        ));
    }
    let path = if wildcard { format!("{folder}*") } else { path.to_owned() };
    // A tilde ends a field of the token.
    Ok(path.replace('~', "%7e").replace("%7E", "%7e"))
}

pub(super) fn quoted(path: &str) -> Result<String> {
    const PLAIN: &percent_encoding::AsciiSet = &UNRESERVED.remove(b',').add(b'~');
    Ok(lower_case(&escape(path, PLAIN)?))
}

/// With the digits of encoded bytes in lower case, as the service counts them.
fn lower_case(escaped: &str) -> String {
    let mut pieces = escaped.split('%');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| {
        let (digits, rest) = piece.split_at(2);
        text + "%" + &digits.to_ascii_lowercase() + rest
    })
}

/// The secret is written in hex.
pub(super) fn key(secret_hex: &str, name: &str) -> Result<Zeroizing<Vec<u8>>> {
    let key = unhex(secret_hex.as_bytes()).filter(|key| !key.is_empty()).map(Zeroizing::new);
    key.ok_or_else(|| {
        Error::argument(format!("{name} is not a secret of secure delivery: an even number of hex digits"))
    })
}
