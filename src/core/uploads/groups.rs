//! New groups: `POST /group/`

use super::form::Form;
use super::{Upload, UploadOptions};
use crate::core::client::Client;
use crate::core::error::{Error, Result};
use crate::core::groups::{Files, Group};
use crate::core::http::Answer;
use crate::core::id::file_source;

const MOST_FILES: usize = 1000;

impl Client {
    /// A group of files that are given by their UUIDs, with operations behind them or without, or by
    /// their addresses on the CDN.
    pub fn group_create<F: Files, T>(
        &self,
        files: &[&str],
        lay_out: impl Fn(Group<F>, &str) -> T,
    ) -> Result<T> {
        if !(1..=MOST_FILES).contains(&files.len()) {
            return Err(Error::argument(format!("files has {}; a group has 1 to {MOST_FILES}", files.len())));
        }
        let http = &self.uploads;
        let mut form = Form::new();
        form.field("pub_key", &http.settings.public_key);
        for (place, file) in files.iter().enumerate() {
            form.field(&format!("files[{place}]"), file_source(file, &format!("files[{place}]"))?);
        }
        let options = UploadOptions::default();
        let upload = Upload::new(&options, "")?;
        upload.post(http, "/group/", form, true, false, |answer: &mut Answer| {
            Ok(lay_out(answer.read(Group::read)?, &answer.body))
        })
    }
}
