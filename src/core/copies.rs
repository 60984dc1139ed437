//! Copies of files: https://uploadcare.com/api-refs/rest-api/v0.7.0/#operation/createLocalCopy

use super::client::Client;
use super::error::{Error, Result};
use super::file::File;
use super::http::{Answer, Method};
use super::id::file_source;
use super::json::{Fields, Object};
use super::metadata;

pub struct CopyOptions<'a> {
    pub store: Option<bool>,
    pub metadata: Vec<(&'a str, &'a str)>,
}

pub struct RemoteCopyOptions<'a> {
    pub is_private: Option<bool>,
    pub pattern: Option<&'a str>,
}

impl Client {
    /// `POST /files/local_copy/`
    pub fn file_copy<T>(
        &self,
        source: &str,
        options: &CopyOptions,
        lay_out: impl Fn(File) -> T,
    ) -> Result<T> {
        metadata::check_pairs(&options.metadata, "opts.metadata")?;
        let metadata = Some(&options.metadata).filter(|metadata| !metadata.is_empty());
        let body = Object::new()
            .with("source", Some(file_source(source, "source")?))
            .with("store", options.store.map(|store| if store { "true" } else { "false" }))
            .with("metadata", metadata.map(|metadata| Fields(metadata)))
            .finish()?;
        self.http.ask(Method::POST, "/files/local_copy/", &body, |answer: &mut Answer| {
            Ok(lay_out(answer.read(|reader| reader.field("result", File::read_one))?))
        })
    }

    /// `POST /files/remote_copy/`: the address of the copy.
    pub fn file_copy_remote(
        &self,
        source: &str,
        target: &str,
        options: &RemoteCopyOptions,
    ) -> Result<String> {
        if target.is_empty() {
            return Err(Error::argument(
                "target is empty: it is the name of one of the project's custom storages",
            ));
        }
        if options.pattern == Some("") {
            return Err(Error::argument("opts.pattern is empty: it is a name such as \"${uuid}${ext}\""));
        }
        let body = Object::new()
            .with("source", Some(file_source(source, "source")?))
            .with("target", Some(target))
            .with("make_public", options.is_private.map(|is_private| !is_private))
            .with("pattern", options.pattern)
            .finish()?;
        self.http.ask(Method::POST, "/files/remote_copy/", &body, |answer: &mut Answer| {
            answer.read(|reader| reader.field("result", |reader| reader.text()))
        })
    }
}
