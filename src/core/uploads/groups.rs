//! Groups in the Upload API: `POST /group/`, `GET /group/info/`

use super::form::Form;
use super::permission::Permission;
use super::{Upload, UploadOptions, target};
use crate::core::client::Client;
use crate::core::error::{Error, Result};
use crate::core::groups::{Files, Group};
use crate::core::http::{Answer, Method, Outcome, Request};
use crate::core::id::{file_source, group_id};

const MOST_FILES: usize = 1000;

impl Client {
    /// A group of files that are given by their UUIDs, with operations behind them or without, or by
    /// their addresses on the CDN.
    pub fn group_create<F: Files, T>(
        &self,
        files: &[&str],
        permission: Permission,
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
        let options = UploadOptions { permission, ..UploadOptions::default() };
        let upload = Upload::new(&options, "")?;
        upload.post(http, "/group/", form, true, false, |answer| read(answer, &lay_out))
    }

    /// `GET /group/info/`. The public key is enough.
    pub fn upload_group_info<F: Files, T>(
        &self,
        id: &str,
        lay_out: impl Fn(Group<F>, &str) -> T,
    ) -> Result<T> {
        let http = &self.uploads;
        let id = group_id(id, "id")?;
        let path = format!("/group/info/?pub_key={}&group_id={id}", http.settings.public_key);
        http.send(&Request::new(Method::GET, &target(http, &path)), |answer| read(answer, &lay_out))
    }
}

fn read<F: Files, T>(answer: &mut Answer, lay_out: impl Fn(Group<F>, &str) -> T) -> Outcome<T> {
    Ok(lay_out(answer.read(Group::read)?, &answer.body))
}
