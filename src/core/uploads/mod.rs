//! Uploads: https://uploadcare.com/api-refs/upload-api/

mod direct;
mod form;
mod from_url;
mod groups;
mod info;
mod multipart;
pub mod options;
mod parts;
pub mod permission;
mod source;
mod state;
mod stream;
mod workers;

use std::path::Path;
use std::sync::Arc;

use form::{FinishedForm, Form};
use info::Uploaded;
use source::{LocalFile, Source};

pub use options::UploadOptions;

use super::client::Client;
use super::error::{Error, Result};
use super::file::File;
use super::http::{Answer, Body, Http, Method, Outcome, Request};
use super::progress::{Counter, ProgressFn};

/// Up to here a file goes in one request.
pub const MOST_DIRECT: u64 = 10 << 20;

/// A permission that is made so much later, in seconds, is made by another clock.
const MOST_DELAY_S: i64 = 60;

/// An upload as all its steps see it.
struct Upload<'a> {
    options: &'a UploadOptions<'a>,
    /// As the service is to call the file.
    name: String,
    mime_type: String,
}

impl<'a> Upload<'a> {
    fn new(options: &'a UploadOptions<'a>, default_name: &str) -> Result<Self> {
        options.check()?;
        let name = options.filename.unwrap_or(default_name).to_owned();
        let guessed = || mime_guess::from_path(&name).first_or_octet_stream().to_string();
        let mime_type = options.mime_type.map_or_else(guessed, str::to_owned);
        Ok(Upload { options, name, mime_type })
    }

    /// Sends `source`, in one request or in parts, and asks what became of it.
    fn send<T>(
        &self,
        client: &Client,
        source: &Source,
        progress: Option<ProgressFn>,
        lay_out: impl Fn(File) -> T,
    ) -> Result<T> {
        Self::with_progress(client, Some(source.size()), progress, lay_out, |http, counter| {
            match source.size() <= MOST_DIRECT {
                true => self.send_directly(http, source, counter),
                false => self.send_in_parts(http, source, counter),
            }
        })
    }

    /// Runs `send` as one call, asks what became of the file it names, and tells the end, which
    /// cannot be stopped any more.
    fn with_progress<T>(
        client: &Client,
        total: Option<u64>,
        progress: Option<ProgressFn>,
        lay_out: impl Fn(File) -> T,
        send: impl FnOnce(&Http, &Counter) -> Result<String>,
    ) -> Result<T> {
        let counter = Arc::new(Counter::default());
        let hook = progress.clone().map(|progress| counter.hook(progress, total));
        let http = &client.uploads;
        let http = http.within(http.policy.upload_timeout).begin_with(hook)?;
        let uploaded = match send(&http, &counter) {
            Ok(uuid) => Uploaded::ask(&http, uuid),
            // What failed in the meantime is no news.
            Err(error) => return Err(http.check().err().filter(Error::is_canceled).unwrap_or(error)),
        };
        if let Some(progress) = progress {
            progress(total.unwrap_or_else(|| counter.get()), total);
        }
        Ok(uploaded.lay_out(lay_out))
    }

    /// Runs `send` with the permission to upload; once more where the service found it expired and
    /// told that this machine's clock is slow.
    fn permitted<T>(
        &self,
        http: &Http,
        mut send: impl FnMut(Option<(String, i64)>) -> Result<T>,
    ) -> Result<T> {
        let permission = self.options.permission.sign(http)?;
        let Some((_, expire)) = permission else { return send(permission) };
        match send(permission) {
            Err(error) if error.code() == Some("SignatureExpirationError") => {
                match self.options.permission.sign(http)? {
                    Some((_, later)) if later <= expire + MOST_DELAY_S => Err(error),
                    again => send(again),
                }
            }
            sent => sent,
        }
    }

    /// A POST of a form, with the permission to upload where `signed` says that it needs one.
    fn post<T>(
        &self,
        http: &Http,
        path: &str,
        form: Form,
        signed: bool,
        idempotent: bool,
        mut decode: impl FnMut(&mut Answer) -> Outcome<T>,
    ) -> Result<T> {
        let http = &http.begin()?;
        let mut post = |permission| {
            let mut form = form.again()?;
            form.permit(permission);
            self.post_form(http, path, &form.finish()?, idempotent, &mut decode)
        };
        if signed { self.permitted(http, post) } else { post(None) }
    }

    fn post_form<T>(
        &self,
        http: &Http,
        path: &str,
        form: &FinishedForm,
        idempotent: bool,
        decode: impl FnMut(&mut Answer) -> Outcome<T>,
    ) -> Result<T> {
        let target = target(http, path);
        let request = Request {
            body: Body::Content(form),
            idempotent,
            bearer: self.options.permission.token,
            secrets: &[&form.secret],
            ..Request::new(Method::POST, &target)
        };
        http.send(&request, decode)
    }
}

/// Errors as JSON, always: without this the service sends plain text.
fn target(http: &Http, path: &str) -> String {
    let separator = if path.contains('?') { '&' } else { '?' };
    http.settings.base.target(&format!("{path}{separator}jsonerrors=1"))
}

impl Client {
    /// A file of this machine, of any size.
    pub fn upload_path<T>(
        &self,
        path: &Path,
        options: &UploadOptions,
        progress: Option<ProgressFn>,
        lay_out: impl Fn(File) -> T,
    ) -> Result<T> {
        refuse_duplicates(options)?;
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let upload = Upload::new(options, &name)?;
        let source = Source::File(LocalFile::open(path)?);
        upload.send(self, &source, progress, lay_out)
    }

    pub fn upload_data<T>(
        &self,
        data: &[u8],
        options: &UploadOptions,
        progress: Option<ProgressFn>,
        lay_out: impl Fn(File) -> T,
    ) -> Result<T> {
        refuse_resume(options)?;
        refuse_duplicates(options)?;
        let upload = Upload::new(options, "file")?;
        upload.send(self, &Source::Memory(data), progress, lay_out)
    }
}

/// Only what comes from a URL can have come from there before.
fn refuse_duplicates(options: &UploadOptions) -> Result<()> {
    match options.check_url_duplicates || options.save_url_duplicates {
        true => Err(Error::argument(
            "opts.check_url_duplicates and opts.save_url_duplicates are for uc_upload_url() only",
        )),
        false => Ok(()),
    }
}

/// Only what is still there after a crash can be gone on with.
fn refuse_resume(options: &UploadOptions) -> Result<()> {
    match options.resume_file {
        Some(_) => Err(Error::argument("opts.resume_file is for uc_upload_path(): set it to NULL")),
        None => Ok(()),
    }
}
