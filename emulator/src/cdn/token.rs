//! Secure delivery: tokens without which nothing is delivered.

use std::str::FromStr;

use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::cdn::refusal::Refusal;

/// A secret of secure delivery, told in hex.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeliverySecret {
    hex: String,
    bytes: Vec<u8>,
}

impl FromStr for DeliverySecret {
    type Err = &'static str;

    fn from_str(hex: &str) -> Result<DeliverySecret, &'static str> {
        let bytes = unhex(hex).filter(|bytes| !bytes.is_empty());
        Ok(DeliverySecret {
            hex: hex.to_owned(),
            bytes: bytes.ok_or("a secret is an even number of hex digits")?,
        })
    }
}

impl TryFrom<String> for DeliverySecret {
    type Error = &'static str;

    fn try_from(hex: String) -> Result<DeliverySecret, &'static str> {
        hex.parse()
    }
}

impl From<DeliverySecret> for String {
    fn from(secret: DeliverySecret) -> String {
        secret.hex
    }
}

/// Checks the token of a request, if there are secrets: one of them has to be behind it.
pub fn check(secrets: &[DeliverySecret], path: &str, query: &str, now: i64) -> Result<(), Refusal> {
    if secrets.is_empty() {
        return Ok(());
    }
    let token = query.split('&').find_map(|field| field.strip_prefix("token="));
    let token = token.ok_or(Refusal::Forbidden("There is no token."))?;
    let token = Token::parse(token).ok_or(Refusal::Forbidden("This is no token."))?;
    if token.acl.is_some_and(|acl| !allows(acl, path)) {
        return Err(Refusal::Forbidden("The token is for something else."));
    }
    let message = token.message(path);
    if !secrets.iter().any(|secret| token.is_made_with(secret, &message)) {
        return Err(Refusal::Forbidden("The token is not signed with a secret of this project."));
    }
    if token.expires < now {
        return Err(Refusal::Forbidden("The token has expired."));
    }
    Ok(())
}

/// `exp=…~acl=…~hmac=…`, or without `acl` where it is for one address only.
struct Token<'a> {
    /// As they stand in it, since they are signed.
    fields: &'a str,
    expires: i64,
    acl: Option<&'a str>,
    hmac: Vec<u8>,
}

impl<'a> Token<'a> {
    fn parse(text: &'a str) -> Option<Token<'a>> {
        let (fields, hmac) = text.rsplit_once("~hmac=")?;
        let (expires, acl) = match fields.split_once("~acl=") {
            Some((expires, acl)) => (expires, Some(acl)),
            None => (fields, None),
        };
        let hmac = unhex(hmac).filter(|_| !hmac.bytes().any(|byte| byte.is_ascii_uppercase()))?;
        Some(Token { fields, expires: expires.strip_prefix("exp=")?.parse().ok()?, acl, hmac })
    }

    /// What is signed.
    fn message(&self, path: &str) -> String {
        match self.acl {
            Some(_) => self.fields.to_owned(),
            None => format!("{}~url={}", self.fields, quoted(path)),
        }
    }

    /// In constant time.
    fn is_made_with(&self, secret: &DeliverySecret, message: &str) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(&secret.bytes).expect("a key of any length");
        mac.update(message.as_bytes());
        mac.verify_slice(&self.hmac).is_ok()
    }
}

/// A path, or a beginning of paths with an asterisk at its end. Tildes of groups are escaped.
fn allows(acl: &str, path: &str) -> bool {
    let path = path.replace('~', "%7e");
    match acl.strip_suffix("/*") {
        Some(start) => path.strip_prefix(start).is_some_and(|rest| rest.starts_with('/')),
        None => acl == path,
    }
}

/// As Python's `quote_plus` does it, but with small letters, and no tilde, since that ends a field.
fn quoted(path: &str) -> String {
    let quoted = |byte: u8| match byte {
        b'_' | b'.' | b'-' | b',' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02x}"),
    };
    path.replace("%7e", "~").bytes().map(quoted).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() % 2 != 0 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|place| u8::from_str_radix(&text[place..place + 2], 16).ok()).collect()
}
