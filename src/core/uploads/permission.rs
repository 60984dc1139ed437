//! Permissions to upload, shown and given away: https://uploadcare.com/docs/security/secure-uploads/

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::Hmac;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::core::client::Client;
use crate::core::error::{Error, Result};
use crate::core::http::Http;
use crate::core::http::sign::{self, Hash, Sign};

/// For so long a signature may be used: long enough for a slow line, no longer.
const SIGNATURE_LIFETIME_S: i64 = 30 * 60;

const USUAL_LIFETIME_S: i64 = 30 * 60;
const MOST_LIFETIME_S: i64 = 24 * 60 * 60;
const MOST_SCOPES: usize = 16;
const MOST_SCOPE: usize = 64;
const MOST_OPERATIONS: i64 = 100_000;

/// What a backend gave. Without it the secret key signs, where the client has one.
#[derive(Clone, Copy, Default)]
pub struct Permission<'a> {
    pub token: Option<&'a str>,
    pub signature: Option<&'a str>,
    pub expire: i64,
}

impl Permission<'_> {
    pub fn check(&self) -> Result<()> {
        match (self.token, self.signature, self.expire) {
            (Some(_), Some(_), _) => {
                Err(Error::argument("opts.token and opts.signature exclude each other: set one to NULL"))
            }
            (None, Some(_), ..=0) => {
                Err(Error::argument("opts.expire is not set: a signature is for one time only"))
            }
            (_, None, 1.. | i64::MIN..=-1) => {
                Err(Error::argument("opts.expire is set and opts.signature is NULL"))
            }
            (Some(token), ..) if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Err(Error::argument("opts.token contains something other than visible ASCII"))
            }
            _ => Ok(()),
        }
    }

    /// A signature for one request, and when it expires. None beside a token, and where neither
    /// the backend nor the client has one.
    pub fn sign(&self, http: &Http) -> Result<Option<(String, i64)>> {
        match (self.token, self.signature) {
            (Some(_), _) => Ok(None),
            (None, Some(signature)) => Ok(Some((signature.to_owned(), self.expire))),
            (None, None) => {
                let expire = http.now().timestamp() + SIGNATURE_LIFETIME_S;
                let signer = http.settings.auth.signer();
                // On the caller's thread, which makes all requests of an upload but those of its parts.
                let sign = |signer: &dyn Sign| Ok((signer.sign(Hash::Sha256, &expire.to_string())?, expire));
                signer.map(sign).transpose()
            }
        }
    }
}

/// Nothing and zero stand for no restriction.
#[derive(Default)]
pub struct TokenOptions<'a> {
    pub lifetime_s: i64,
    pub scope: Vec<&'a str>,
    pub operations: i64,
    pub issuer: Option<&'a str>,
    pub subject: Option<&'a str>,
    pub id: Option<&'a str>,
}

impl Client {
    /// What allows to upload until `expire`, in seconds since 1970.
    pub fn upload_signature(&self, expire: i64) -> Result<String> {
        if expire <= 0 {
            return Err(Error::argument("expire is no time: it counts the seconds since 1970-01-01 UTC"));
        }
        let signer = self.uploads.settings.auth.signer().ok_or_else(no_key)?;
        signer.sign(Hash::Sha256, &expire.to_string())
    }

    /// A JWT, signed with the SHA-256 of the secret key.
    pub fn upload_token(&self, options: &TokenOptions) -> Result<String> {
        options.check()?;
        let key = self.uploads.settings.auth.signer().and_then(|signer| signer.key()).ok_or_else(no_key)?;
        let claims = options.claims(self.uploads.now().timestamp());
        let encode = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", encode(json!({"alg": "HS256", "typ": "JWT"})), encode(claims));
        let key = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(key)));
        let sum = sign::hmac::<Hmac<Sha256>>(&*key, &text);
        Ok(format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(sum)))
    }
}

fn no_key() -> Error {
    Error::argument("secret_key is NULL in uc_client_new: it is what permissions to upload are signed with")
}

impl TokenOptions<'_> {
    fn check(&self) -> Result<()> {
        if !(0..=MOST_LIFETIME_S).contains(&self.lifetime_s) {
            return Err(Error::argument(format!(
                "opts.lifetime_s is {}; it may be 1 to {MOST_LIFETIME_S}, or 0 for half an hour",
                self.lifetime_s
            )));
        }
        if self.scope.len() > MOST_SCOPES {
            return Err(Error::argument(format!(
                "opts.scope has {} entries; a token takes {MOST_SCOPES}",
                self.scope.len()
            )));
        }
        if let Some(place) = self.scope.iter().position(|scope| !is_scope(scope)) {
            return Err(Error::argument(format!(
                "opts.scope[{place}] is no path such as \"/base/\" or \"/multipart/*\" of at most {MOST_SCOPE} characters"
            )));
        }
        if !(0..=MOST_OPERATIONS).contains(&self.operations) {
            return Err(Error::argument(format!(
                "opts.operations is {}; it may be 1 to {MOST_OPERATIONS}, or 0 for no limit",
                self.operations
            )));
        }
        Ok(())
    }

    fn claims(&self, now: i64) -> Value {
        let lifetime = if self.lifetime_s == 0 { USUAL_LIFETIME_S } else { self.lifetime_s };
        let mut claims =
            Map::from_iter([("iat".to_owned(), json!(now)), ("exp".to_owned(), json!(now + lifetime))]);
        for (name, value) in [("iss", self.issuer), ("sub", self.subject), ("jti", self.id)] {
            if let Some(value) = value {
                claims.insert(name.to_owned(), json!(value));
            }
        }
        let mut restrictions = Map::new();
        if !self.scope.is_empty() {
            restrictions.insert("scope".to_owned(), json!(self.scope));
        }
        if self.operations > 0 {
            restrictions.insert("limits".to_owned(), json!({ "operations": self.operations }));
        }
        // The service refuses an empty `uc`.
        if !restrictions.is_empty() {
            claims.insert("uc".to_owned(), json!({ "restrictions": restrictions }));
        }
        Value::Object(claims)
    }
}

/// `*` may only stand at the end, behind a slash.
fn is_scope(scope: &str) -> bool {
    let path = match scope.strip_suffix("/*") {
        Some(path) => format!("{path}/"),
        None => scope.to_owned(),
    };
    let visible = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'*');
    scope.len() <= MOST_SCOPE && path.starts_with('/') && visible
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Claims of the vectors, whose order differs.
    #[test]
    fn claims_are_those_of_the_test_vectors() {
        let options = TokenOptions { lifetime_s: 3600, ..TokenOptions::default() };
        assert_eq!(options.claims(1678359840), json!({"exp": 1678363440, "iat": 1678359840}));
        let options = TokenOptions {
            lifetime_s: 3600,
            scope: vec!["/base/", "/multipart/*"],
            operations: 10,
            ..options
        };
        let uc = json!({"restrictions": {"scope": ["/base/", "/multipart/*"], "limits": {"operations": 10}}});
        assert_eq!(options.claims(1678359840), json!({"exp": 1678363440, "iat": 1678359840, "uc": uc}));
    }

    #[test]
    fn a_star_stands_only_at_the_end_of_a_scope() {
        assert!(["/*", "/base/", "/multipart/*", "/group/info/"].iter().all(|scope| is_scope(scope)));
        assert!(["", "base/", "*", "/*/base/", "/ba*", "/**", "/a b/"].iter().all(|scope| !is_scope(scope)));
    }
}
