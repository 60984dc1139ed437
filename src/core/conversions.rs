//! Conversions of documents and videos: https://uploadcare.com/api-refs/rest-api/v0.7.0/#tag/Conversion

use std::borrow::Cow;

use super::client::Client;
use super::error::{Error, Result, Status};
use super::http::{Answer, Method};
use super::id::{self, file_source};
use super::jobs::{Job, Work, owned};
use super::json::{self, MOST_TEXTS, Object, Pairs, Reader, Scalar, add};

#[derive(Clone, Copy)]
pub struct ConvertOptions {
    pub store: Option<bool>,
    /// Of documents only.
    pub save_in_group: Option<bool>,
}

/// What a document can be converted to, and what it was.
#[derive(Default)]
pub struct Document<'a> {
    pub error: Scalar<'a>,
    pub format: Scalar<'a>,
    pub formats: Vec<Cow<'a, str>>,
    /// Format and the group of the pages in it.
    pub groups: Pairs<'a>,
}

impl<'a> Document<'a> {
    /// The service puts `converted_groups` into `format`; its documentation has it beside.
    fn read(reader: &mut Reader<'a>) -> json::Result<Self> {
        let mut info = Document::default();
        reader.object(|reader, key| {
            match key {
                "error" => info.error = reader.scalar()?,
                "converted_groups" => info.read_groups(reader)?,
                "format" => reader.fields(|reader, key| {
                    match key {
                        "name" => info.format = reader.scalar()?,
                        "conversion_formats" => info.formats = read_formats(reader)?,
                        "converted_groups" => info.read_groups(reader)?,
                        _ => drop(reader.raw()?),
                    }
                    Ok(())
                })?,
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        Ok(info)
    }

    fn read_groups(&mut self, reader: &mut Reader<'a>) -> json::Result<()> {
        let groups = reader.pairs()?;
        if !groups.is_empty() {
            self.groups = groups;
        }
        Ok(())
    }
}

fn read_formats<'a>(reader: &mut Reader<'a>) -> json::Result<Vec<Cow<'a, str>>> {
    let mut formats = Vec::new();
    reader.items(|reader| {
        reader.fields(|reader, key| match (key, reader.scalar()?) {
            ("name", Scalar::Text(name)) => add(&mut formats, name, MOST_TEXTS),
            _ => Ok(()),
        })
    })?;
    Ok(formats)
}

/// What the service said to a path.
#[derive(Default)]
struct Submitted<'a> {
    problems: Pairs<'a>,
    token: Scalar<'a>,
    uuid: Scalar<'a>,
    thumbnails: Scalar<'a>,
}

impl<'a> Submitted<'a> {
    fn read(reader: &mut Reader<'a>) -> json::Result<Self> {
        let mut submitted = Submitted::default();
        reader.object(|reader, key| {
            match key {
                "problems" => submitted.problems = reader.pairs()?,
                "result" => reader.items(|reader| {
                    reader.fields(|reader, key| {
                        match key {
                            "token" => submitted.token = reader.scalar()?,
                            "uuid" => submitted.uuid = reader.scalar()?,
                            "thumbnails_group_uuid" => submitted.thumbnails = reader.scalar()?,
                            _ => drop(reader.raw()?),
                        }
                        Ok(())
                    })
                })?,
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        Ok(submitted)
    }

    /// The number that asks for the job's status, or why there is no job.
    fn token(&self) -> Result<String> {
        match (self.token.int(), self.problems.first()) {
            (Some(token @ 0..), _) => Ok(token.to_string()),
            (_, Some((_, problem))) => Err(Error::new(Status::Job, problem.to_string())),
            _ => Err(Error::protocol("the answer has neither a job nor a problem")),
        }
    }
}

impl Client {
    /// `GET /convert/document/{uuid}/`
    pub fn document_info<T>(&self, uuid: &str, lay_out: impl Fn(Document, &str) -> T) -> Result<T> {
        let path = format!("/convert/document/{}/", id::uuid(uuid, "uuid")?);
        self.http.ask(Method::GET, &path, "", |answer: &mut Answer| {
            Ok(lay_out(answer.read(Document::read)?, &answer.body))
        })
    }

    /// `POST /convert/document/`
    pub fn convert_document(&self, path: &str, options: &ConvertOptions) -> Result<Job> {
        self.convert("document", path, options, |token| Work::Document { token })
    }

    /// `POST /convert/video/`
    pub fn convert_video(&self, path: &str, options: &ConvertOptions) -> Result<Job> {
        if options.save_in_group == Some(true) {
            return Err(Error::argument("opts.save_in_group is for documents: a video has no pages"));
        }
        let options = ConvertOptions { save_in_group: None, ..*options };
        self.convert("video", path, &options, |token| Work::Video { token })
    }

    fn convert(
        &self,
        kind: &str,
        path: &str,
        options: &ConvertOptions,
        work: impl Fn(String) -> Work,
    ) -> Result<Job> {
        if !file_source(path, "path")?.contains(&format!("/{kind}/")) {
            return Err(Error::argument(format!(
                "path does not say what to make: behind the UUID there has to be /{kind}/ and operations"
            )));
        }
        let flag = |flag: bool| if flag { "1" } else { "0" };
        let body = Object::new()
            .with("paths", Some([path]))
            .with("store", options.store.map(flag))
            .with("save_in_group", options.save_in_group.map(flag))
            .finish()?;
        self.http.ask(Method::POST, &format!("/convert/{kind}/"), &body, |answer: &mut Answer| {
            let submitted = answer.read(Submitted::read)?;
            let mut job = Job::new(&self.http, work(submitted.token()?));
            job.file = owned(&submitted.uuid)?;
            job.thumbnails = owned(&submitted.thumbnails)?;
            drop(submitted);
            job.json = Some(std::mem::take(&mut answer.body));
            Ok(job)
        })
    }
}
