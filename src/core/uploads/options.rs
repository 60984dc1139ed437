//! What an upload is to be, checked, and the fields that say so to the service.

use std::path::Path;

use crate::core::error::{Error, Result};
use crate::core::http::Http;
use crate::core::http::sign::Hash;
use crate::core::{metadata, tags};

pub const LEAST_PART: u64 = 5 << 20;
const MOST_PART: u64 = 5 << 30;
const MOST_PARALLEL: u32 = 16;

/// For so long a signature may be used: long enough for a slow line, no longer.
const SIGNATURE_LIFETIME_S: i64 = 30 * 60;

/// Nothing and zero stand for the defaults.
#[derive(Default)]
pub struct UploadOptions<'a> {
    pub name: Option<&'a str>,
    pub mime_type: Option<&'a str>,
    pub store: Option<&'a str>,
    pub metadata: Vec<(&'a str, &'a str)>,
    pub tags: Vec<&'a str>,
    pub part_size: u64,
    pub parallel: u32,
    pub resume_file: Option<&'a Path>,
    pub token: Option<&'a str>,
    pub signature: Option<&'a str>,
    pub expire: i64,
    pub check_duplicates: bool,
    pub save_duplicates: bool,
}

impl UploadOptions<'_> {
    pub fn check(&self) -> Result<()> {
        if self.name.is_some_and(str::is_empty) {
            return Err(Error::argument("opts.name is empty"));
        }
        if self.mime_type.is_some_and(|mime| !is_mime_type(mime)) {
            return Err(Error::argument("opts.mime_type is no MIME type such as \"image/jpeg\""));
        }
        if !matches!(self.store, None | Some("auto" | "0" | "1")) {
            return Err(Error::argument("opts.store may be \"auto\", \"0\", \"1\" or NULL"));
        }
        metadata::check_pairs(&self.metadata, "opts.metadata")?;
        tags::check(&self.tags, "opts.tags")?;
        if self.part_size != 0 && !(LEAST_PART..=MOST_PART).contains(&self.part_size) {
            return Err(Error::argument(format!(
                "opts.part_size is {}; it may be {LEAST_PART} to {MOST_PART}, or 0 for the default",
                self.part_size
            )));
        }
        if self.parallel > MOST_PARALLEL {
            return Err(Error::argument(format!(
                "opts.parallel is {}; it may be 1 to {MOST_PARALLEL}, or 0 for the default",
                self.parallel
            )));
        }
        self.check_permission()
    }

    fn check_permission(&self) -> Result<()> {
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

    /// What a file is given, under the names that both ways of sending it share.
    pub fn file_fields(&self) -> Vec<(String, String)> {
        let mut fields: Vec<_> = self
            .metadata
            .iter()
            .map(|(key, value)| (format!("metadata[{key}]"), (*value).to_owned()))
            .collect();
        if !self.tags.is_empty() {
            fields.push(("tags".to_owned(), self.tags.join(",")));
        }
        fields
    }

    pub fn store(&self) -> &str {
        self.store.unwrap_or("auto")
    }

    /// The permission to upload, for one request: as given, or by the secret key where there is one.
    /// It is a signature and when it expires.
    pub fn permission(&self, http: &Http) -> Result<Option<(String, i64)>> {
        Ok(match (self.token, self.signature, http.settings.auth.signer()) {
            (Some(_), ..) | (None, None, None) => None,
            (None, Some(signature), _) => Some((signature.to_owned(), self.expire)),
            (None, None, Some(signer)) => {
                let expire = http.now().timestamp() + SIGNATURE_LIFETIME_S;
                Some((signer.sign(Hash::Sha256, &expire.to_string())?, expire))
            }
        })
    }
}

fn is_mime_type(text: &str) -> bool {
    let is_part =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    text.split_once('/').is_some_and(|(kind, rest)| is_part(kind) && is_part(rest))
}
