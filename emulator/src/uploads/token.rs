//! JSON web tokens, as far as the Upload API takes them.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::uploads::failure::Failure;

const LONGEST_LIFE_S: i64 = 86_400;
/// Clocks may differ so much.
const LEEWAY_S: i64 = 30;
const MOST_SCOPES: usize = 16;
const LONGEST_SCOPE: usize = 64;
const MOST_OPERATIONS: u64 = 100_000;

#[derive(Deserialize)]
struct Header {
    alg: String,
}

/// The claims of a token.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    iat: i64,
    exp: i64,
    #[serde(rename = "iss")]
    _iss: Option<String>,
    #[serde(rename = "sub")]
    _sub: Option<String>,
    #[serde(rename = "jti")]
    _jti: Option<String>,
    uc: Option<Uc>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Uc {
    restrictions: Restrictions,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Restrictions {
    scope: Option<Vec<String>>,
    limits: Option<Limits>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    operations: u64,
}

impl Token {
    /// The token in this text, if it was signed with this secret and is valid now.
    pub fn read(text: &str, secret: &str, now: i64) -> Result<Token, Failure> {
        let (signed, signature) = text.rsplit_once('.').ok_or_else(|| invalid("Not enough segments"))?;
        let (header, claims) = signed.split_once('.').ok_or_else(|| invalid("Not enough segments"))?;
        let header: Header = decoded(header, "Invalid header")?;
        if header.alg != "HS256" {
            return Err(invalid("The specified alg value is not allowed"));
        }
        check_signature(signed, signature, secret)?;
        let token: Token = decoded(claims, "Invalid claims")?;
        token.check(now)?;
        Ok(token)
    }

    fn check(&self, now: i64) -> Result<(), Failure> {
        if self.iat > now + LEEWAY_S {
            return Err(invalid("The token is not yet valid (iat)"));
        }
        if self.exp < now - LEEWAY_S {
            return Err(Failure::new(401, "AccessTokenExpiredError", "Expired token."));
        }
        if self.exp <= self.iat || self.exp - self.iat > LONGEST_LIFE_S {
            return Err(invalid("Invalid lifetime"));
        }
        let scopes = self.scopes().unwrap_or_default();
        if scopes.iter().any(|scope| !scope.starts_with('/')) {
            return Err(invalid("uc.restrictions.scope items must start with `/`"));
        }
        if scopes.len() > MOST_SCOPES || !scopes.iter().all(|scope| is_scope(scope)) {
            return Err(invalid("Invalid scope"));
        }
        if self.operations().is_some_and(|most| !(1..=MOST_OPERATIONS).contains(&most)) {
            return Err(invalid("Invalid limits"));
        }
        Ok(())
    }

    /// Whether it is good for this path; without a scope it is for all.
    pub fn allows(&self, path: &str) -> bool {
        self.scopes().is_none_or(|scopes| {
            scopes.iter().any(|scope| match scope.strip_suffix('*') {
                Some(start) => path.starts_with(start),
                None => path == scope,
            })
        })
    }

    /// How many files may be uploaded with it.
    pub fn operations(&self) -> Option<u64> {
        self.uc.as_ref()?.restrictions.limits.as_ref().map(|limits| limits.operations)
    }

    fn scopes(&self) -> Option<&[String]> {
        self.uc.as_ref()?.restrictions.scope.as_deref()
    }
}

/// `*` stands only at the end, behind a slash.
fn is_scope(scope: &str) -> bool {
    let path = scope.strip_suffix("/*").map_or(scope, |path| if path.is_empty() { "/" } else { path });
    scope.len() <= LONGEST_SCOPE && path.starts_with('/') && !path.contains('*')
}

fn check_signature(signed: &str, signature: &str, secret: &str) -> Result<(), Failure> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&Sha256::digest(secret)).expect("a key of any length");
    mac.update(signed.as_bytes());
    let failed = || invalid("Signature verification failed");
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).map_err(|_| failed())?;
    mac.verify_slice(&signature).map_err(|_| failed())
}

fn decoded<T: DeserializeOwned>(segment: &str, reason: &str) -> Result<T, Failure> {
    let json = BASE64_URL_SAFE_NO_PAD.decode(segment).map_err(|_| invalid(reason))?;
    serde_json::from_slice(&json).map_err(|error| invalid(&format!("{reason}: {error}")))
}

fn invalid(reason: &str) -> Failure {
    Failure::new(401, "AccessTokenInvalidError", format!("Invalid token. Reason: {reason}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE2NzgzNjM0NDAsImlhdCI6MTY3ODM1OTg0MH0.8STB0bgfvWSXrEcRo_jZxWfBXc7o2VzcKJSSu8iodYw";
    const RESTRICTED: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE2NzgzNjM0NDAsImlhdCI6MTY3ODM1OTg0MCwidWMiOnsicmVzdHJpY3Rpb25zIjp7InNjb3BlIjpbIi9iYXNlLyIsIi9tdWx0aXBhcnQvKiJdLCJsaW1pdHMiOnsib3BlcmF0aW9ucyI6MTB9fX19.ffkWKJ7n2wzoKF6Ujhm5umfyVsDY9ob12FJGlX47f4s";
    const NOW: i64 = 1_678_360_000;

    #[test]
    fn the_tokens_of_the_test_vectors_are_taken() {
        let token = Token::read(PLAIN, "YOUR_SECRET_KEY", NOW).unwrap();
        assert!(token.allows("/group/"));
        assert_eq!(token.operations(), None);
        let token = Token::read(RESTRICTED, "YOUR_SECRET_KEY", NOW).unwrap();
        assert!(token.allows("/base/") && token.allows("/multipart/start/") && !token.allows("/group/"));
        assert_eq!(token.operations(), Some(10));
    }

    #[test]
    fn a_scope_ends_with_its_only_asterisk() {
        for scope in ["/*", "/base/", "/multipart/*"] {
            assert!(is_scope(scope), "{scope}");
        }
        for scope in ["", "base/", "/base*", "/*/start/", "*", "/**", &"/".repeat(65)] {
            assert!(!is_scope(scope), "{scope}");
        }
    }
}
