//! What an upload is to be, checked, and the fields that say so to the service.

use std::path::Path;

use super::permission::Permission;
use crate::core::error::{Error, Result};
use crate::core::{metadata, tags};

pub const LEAST_PART: u64 = 5 << 20;
const MOST_PART: u64 = 5 << 30;
const MOST_PARALLEL: u32 = 16;

/// Nothing and zero stand for the defaults.
#[derive(Default)]
pub struct UploadOptions<'a> {
    pub filename: Option<&'a str>,
    pub mime_type: Option<&'a str>,
    /// For good, or for a day.
    pub store: Option<bool>,
    pub metadata: Vec<(&'a str, &'a str)>,
    pub tags: Vec<&'a str>,
    pub part_size: u64,
    pub parallel: u32,
    pub resume_file: Option<&'a Path>,
    pub permission: Permission<'a>,
    pub check_url_duplicates: bool,
    pub save_url_duplicates: bool,
}

impl UploadOptions<'_> {
    pub fn check(&self) -> Result<()> {
        if self.filename.is_some_and(str::is_empty) {
            return Err(Error::argument("opts.filename is empty"));
        }
        if self.mime_type.is_some_and(|mime| !is_mime_type(mime)) {
            return Err(Error::argument("opts.mime_type is not a MIME type such as \"image/jpeg\""));
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
        self.permission.check()
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

    pub fn store(&self) -> &'static str {
        match self.store {
            None => "auto",
            Some(true) => "1",
            Some(false) => "0",
        }
    }
}

fn is_mime_type(text: &str) -> bool {
    let is_part =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    text.split_once('/').is_some_and(|(kind, rest)| is_part(kind) && is_part(rest))
}
