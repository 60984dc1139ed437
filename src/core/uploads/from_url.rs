//! A file that the service fetches itself: `POST /from_url/`

use super::form::Form;
use super::{Upload, UploadOptions, refuse_resume};
use crate::core::client::Client;
use crate::core::error::{Error, Result};
use crate::core::http::Answer;
use crate::core::id::is_uuid;
use crate::core::jobs::{Job, Work};
use crate::core::json::{self, Reader, Scalar};
use crate::core::url::source::web_url;

/// The answer: a token to ask with, or the file where it is known already.
#[derive(Default)]
struct Begun<'a> {
    token: Scalar<'a>,
    uuid: Scalar<'a>,
}

impl<'a> Begun<'a> {
    fn read(reader: &mut Reader<'a>) -> json::Result<Self> {
        let mut begun = Begun::default();
        reader.object(|reader, key| {
            match key {
                "token" => begun.token = reader.scalar()?,
                "uuid" => begun.uuid = reader.scalar()?,
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        Ok(begun)
    }

    fn work(&self) -> Result<Work> {
        let is_id = |text: &&str| is_uuid(text);
        match (self.token.text().filter(is_id), self.uuid.text().filter(is_id)) {
            (Some(token), _) => Ok(Work::Upload { token: token.to_owned() }),
            (None, Some(uuid)) => Ok(Work::Known { uuid: uuid.to_owned() }),
            (None, None) => Err(Error::protocol("the answer has neither a token nor a file")),
        }
    }
}

impl Client {
    pub fn upload_url(&self, source_url: &str, options: &UploadOptions) -> Result<Job> {
        refuse_resume(options)?;
        if options.mime_type.is_some() || options.part_size != 0 || options.parallel != 0 {
            return Err(Error::argument(
                "opts.mime_type, opts.part_size and opts.parallel are not for uc_upload_url(), where the service fetches the file",
            ));
        }
        let source_url = web_url(source_url, "source_url")?;
        let upload = Upload::new(options, "")?;
        let http = &self.uploads;
        let flag = |flag: bool| if flag { "1" } else { "0" };
        let mut form = Form::new();
        form.field("pub_key", &http.settings.public_key);
        form.field("source_url", &source_url);
        form.field("store", options.store());
        form.field("check_URL_duplicates", flag(options.check_url_duplicates));
        form.field("save_URL_duplicates", flag(options.save_url_duplicates));
        if let Some(name) = options.filename {
            form.field("filename", name);
        }
        form.fields(&options.file_fields());
        upload.post(http, "/from_url/", form, true, false, |answer: &mut Answer| {
            let mut job = Job::new(http, answer.read(Begun::read)?.work()?);
            job.json = Some(answer.body.clone());
            Ok(job)
        })
    }
}
