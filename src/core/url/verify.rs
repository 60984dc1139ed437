//! Checks of the tokens that `sign` makes.

use zeroize::Zeroizing;

use super::parts;
use super::sign::{acl, key, quoted, split};
use crate::core::error::{Error, Result, Status};
use crate::core::http::sign::{is_made_with_one, unhex};

/// Whether the token of a URL was made for it with one of the secrets, and has not expired.
pub fn verify(url: &str, secrets_hex: &[&str], now: i64) -> Result<()> {
    let keys = keys(secrets_hex)?;
    let url = url.split('#').next().unwrap_or_default();
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let (_, path) = split(address)?;
    let token = parts::token(query).ok_or_else(|| refused("url has no token"))?;
    let token = Token::read(token).ok_or_else(|| {
        refused("url's token is not exp=, acl= in most, and hmac= with 64 lower-case hex digits, joined by ~")
    })?;
    // First, so that what a forged token says of itself is not told as if it were so.
    if !is_made_with_one(&keys, token.signed(&path)?.as_bytes(), &token.sum) {
        return Err(refused(match token.acl {
            Some(_) => {
                "the signature of url's token is wrong: it was not made with any of secrets_hex, or was changed"
            }
            None => {
                "the signature of url's token is wrong: it was not made for this URL with any of secrets_hex"
            }
        }));
    }
    if !token.covers(&path)? {
        return Err(refused("url's token is for another URL"));
    }
    match token.expire < now {
        true => Err(refused(format!("url's token expired {} s ago", now.saturating_sub(token.expire)))),
        false => Ok(()),
    }
}

fn keys(secrets_hex: &[&str]) -> Result<Vec<Zeroizing<Vec<u8>>>> {
    if secrets_hex.is_empty() {
        return Err(Error::argument("secrets_hex_len is 0: a token is checked with one secret at least"));
    }
    let key = |(place, secret): (usize, &&str)| key(secret, &format!("secrets_hex[{place}]"));
    secrets_hex.iter().enumerate().map(key).collect()
}

fn refused(why: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(Status::Auth, why)
}

/// `exp=...~acl=...~hmac=...`, or without `acl` where it is for one URL.
struct Token<'a> {
    /// As they stand in it, since they are signed.
    fields: &'a str,
    expire: i64,
    acl: Option<&'a str>,
    sum: Vec<u8>,
}

impl<'a> Token<'a> {
    fn read(token: &'a str) -> Option<Self> {
        let (fields, digits) = token.rsplit_once("~hmac=")?;
        let (expire, acl) = match fields.split_once("~acl=") {
            Some((expire, acl)) => (expire, Some(acl)),
            None => (fields, None),
        };
        let is_sum = digits.len() == 64 && !digits.bytes().any(|digit| digit.is_ascii_uppercase());
        let sum = is_sum.then(|| unhex(digits.as_bytes())).flatten()?;
        Some(Token { fields, expire: expire.strip_prefix("exp=")?.parse().ok()?, acl, sum })
    }

    /// What the signature is made of.
    fn signed(&self, path: &str) -> Result<String> {
        match self.acl {
            Some(_) => Ok(self.fields.to_owned()),
            None => Ok(format!("{}~url={}", self.fields, quoted(path)?)),
        }
    }

    /// Whether the token is for this path: it alone, or all that is below a folder.
    fn covers(&self, path: &str) -> Result<bool> {
        let path = acl(path, false)?;
        Ok(match self.acl {
            Some(acl) => match acl.strip_suffix('*').filter(|folder| folder.ends_with('/')) {
                Some(folder) => path.starts_with(folder),
                None => path == acl,
            },
            // It stands in the signature.
            None => true,
        })
    }
}
