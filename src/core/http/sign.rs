//! Who is asking: the Authorization header, and the clock that stands in the signature.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::call::Call;
use super::date::http_date;
use crate::core::error::{Error, Result};

pub const CONTENT_TYPE: &str = "application/json";

/// The service refuses a date more than 15 minutes off; well before that a refusal may be the clock's.
const CLOCK_TOLERANCE_S: i64 = 10 * 60;

/// A machine whose clock was never set may be off by decades; by more only a broken answer is.
const MOST_CORRECTION_S: i64 = 100 * 365 * 24 * 60 * 60;

const MD5_OF_NOTHING: &str = "d41d8cd98f00b204e9800998ecf8427e";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// For requests to the REST API.
    Sha1,
    /// For uploads.
    Sha256,
}

/// Signs in place of the secret key.
pub trait Sign: Send + Sync {
    /// The HMAC of `text` in lower-case hex.
    fn sign(&self, hash: Hash, text: &str) -> Result<String>;

    /// The key, where it is known.
    fn key(&self) -> Option<&str> {
        None
    }
}

/// The secret key; wiped when the client goes.
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(key: &str) -> Self {
        Secret(Zeroizing::new(key.to_owned()))
    }
}

impl Sign for Secret {
    fn sign(&self, hash: Hash, text: &str) -> Result<String> {
        Ok(match hash {
            Hash::Sha1 => hex(&hmac::<Hmac<Sha1>>(self.0.as_bytes(), text)),
            Hash::Sha256 => hex(&hmac::<Hmac<Sha256>>(self.0.as_bytes(), text)),
        })
    }

    fn key(&self) -> Option<&str> {
        Some(&self.0)
    }
}

pub fn hmac<M: Mac + KeyInit>(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = <M as Mac>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Whether a sum is the HMAC-SHA256 of these bytes with one of the keys. Takes as long for a wrong
/// sum as for a right one, whichever key it was made with.
pub fn is_made_with_one<K: AsRef<[u8]>>(keys: &[K], bytes: &[u8], sum: &[u8]) -> bool {
    keys.iter().fold(false, |is_made, key| {
        let mac = <Hmac<Sha256> as Mac>::new_from_slice(key.as_ref());
        let mac = mac.expect("HMAC takes a key of any length").chain_update(bytes);
        is_made | mac.verify_slice(sum).is_ok()
    })
}

pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)] as char, DIGITS[usize::from(byte & 15)] as char])
        .collect()
}

/// The bytes of an even number of hex digits.
pub fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    // Looked at first, so that no part of a key is made where it is none.
    if digits.len() % 2 != 0 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let value = |digit: u8| if digit.is_ascii_digit() { digit - b'0' } else { (digit | 0x20) - b'a' + 10 };
    Some(digits.chunks_exact(2).map(|pair| value(pair[0]) << 4 | value(pair[1])).collect())
}

/// How the requests of a project are authorized.
pub enum Auth {
    Signed(Arc<dyn Sign>),
    Simple(Secret),
    /// A public key alone: enough for uploads and addresses.
    Public,
}

impl Auth {
    /// What stands behind `Authorization: ` and has to be kept out of logs and errors.
    pub fn credential(
        &self,
        request: Signable,
        clock: &Arc<Clock>,
        call: &Call,
    ) -> Result<(DateTime<Utc>, Zeroizing<String>)> {
        match self {
            Auth::Signed(signer) if signer.key().is_some() => request.sign(&**signer, clock),
            Auth::Signed(signer) => {
                let (request, signer, clock) = (request.into_owned(), signer.clone(), clock.clone());
                call.run(move || request.sign(&*signer, &clock))?
            }
            Auth::Simple(secret) => Ok((clock.now(), secret.0.clone())),
            Auth::Public => Err(Error::argument(
                "secret_key is NULL and no opts.sign was given to uc_client_new: the REST API needs one of them",
            )),
        }
    }

    /// Whether a callback signs.
    pub fn is_callback(&self) -> bool {
        matches!(self, Auth::Signed(signer) if signer.key().is_none())
    }

    /// Who can sign, if anybody.
    pub fn signer(&self) -> Option<&dyn Sign> {
        match self {
            Auth::Signed(signer) => Some(&**signer),
            Auth::Simple(secret) => Some(secret),
            Auth::Public => None,
        }
    }

    pub fn scheme(&self) -> &'static str {
        match self {
            Auth::Simple(_) => "Uploadcare.Simple",
            _ => "Uploadcare",
        }
    }
}

/// What a signature covers, beside the date.
pub struct Signable<'a> {
    method: Cow<'a, str>,
    md5: Cow<'a, str>,
    target: Cow<'a, str>,
}

impl<'a> Signable<'a> {
    pub fn new(method: &'a str, target: &'a str, body: &str) -> Self {
        let md5 = match body.is_empty() {
            true => MD5_OF_NOTHING.into(),
            false => hex(&Md5::digest(body)).into(),
        };
        Signable { method: method.into(), md5, target: target.into() }
    }

    fn into_owned(self) -> Signable<'static> {
        let owned = |text: Cow<str>| Cow::Owned(text.into_owned());
        Signable { method: owned(self.method), md5: owned(self.md5), target: owned(self.target) }
    }

    fn text(&self, date: &str) -> String {
        let Signable { method, md5, target } = self;
        format!("{method}\n{md5}\n{CONTENT_TYPE}\n{date}\n{target}")
    }

    /// The signature and its date, which is that of the moment when it is made.
    fn sign(&self, signer: &dyn Sign, clock: &Clock) -> Result<(DateTime<Utc>, Zeroizing<String>)> {
        let date = clock.now();
        let signature = signer.sign(Hash::Sha1, &self.text(&http_date(date)))?;
        Ok((date, Zeroizing::new(signature)))
    }
}

/// The service's clock, as far as it is known to differ from this machine's.
#[derive(Default)]
pub struct Clock {
    offset_s: AtomicI64,
}

impl Clock {
    pub fn now(&self) -> DateTime<Utc> {
        let now = Utc::now();
        now.checked_add_signed(TimeDelta::seconds(self.offset_s.load(Ordering::Relaxed))).unwrap_or(now)
    }

    /// Takes the service's time from an answer that refused a request dated `sent`, and tells
    /// whether the clock was the likely reason.
    pub fn correct(&self, sent: DateTime<Utc>, service: DateTime<Utc>) -> bool {
        let off_s = (service - sent).num_seconds().abs();
        let corrects = (CLOCK_TOLERANCE_S..MOST_CORRECTION_S).contains(&off_s);
        if corrects {
            self.offset_s.store((service - Utc::now()).num_seconds(), Ordering::Relaxed);
        }
        corrects
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: &str = "Mon, 05 Nov 2018 13:14:41 GMT";

    /// The vectors of the service's documentation and SDKs.
    #[test]
    fn signatures_are_those_of_the_test_vectors() {
        let list = "/files/?limit=1&stored=true";
        let uuids = r#"["21975c81-7f57-4c7a-aef9-acfe28779f78"]"#;
        let group = "/groups/badfc9f7-f88f-4921-9cc0-22e2c08aa2da~12/";
        for (secret, method, body, target, signature) in [
            ("demoprivatekey", "GET", "", list, "3cbc4d2cf91f80c1ba162b926f8a975e8bec7995"),
            ("YOUR_SECRET_KEY", "GET", "", list, "6d71c0f3769021d56765bc2dfb3e168a64d25e4b"),
            ("demoprivatekey", "POST", r#"{"foo":"bar"}"#, list, "80d4b1bdcfb892ffb77e066b232d7fadc66f4be0"),
            ("demoprivatekey", "PUT", uuids, "/files/storage/", "85dcbf58e19c8175aa8929dcdd363ed50b4bcf36"),
            ("demoprivatekey", "GET", "", group, "803d2e16de361ef6f2bfbf0aa2709c2b24a8e123"),
        ] {
            let text = Signable::new(method, target, body).text(DATE);
            let signed = Secret::new(secret).sign(Hash::Sha1, &text).unwrap();
            assert_eq!(signed, signature, "{method} {target}");
        }
    }

    #[test]
    fn a_time_out_of_all_reason_is_not_taken() {
        let clock = Clock::default();
        assert!(!clock.correct(clock.now(), chrono::DateTime::<Utc>::MAX_UTC));
        assert!((clock.now() - Utc::now()).num_seconds().abs() < 5);
    }

    #[test]
    fn a_clock_beyond_the_window_is_corrected_once() {
        let clock = Clock::default();
        let service = Utc::now() + TimeDelta::hours(3);
        assert!(clock.correct(clock.now(), service));
        assert!(!clock.correct(clock.now(), service));
        assert!((clock.now() - service).num_seconds().abs() < 5);
    }
}
