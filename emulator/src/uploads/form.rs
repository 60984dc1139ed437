//! What is sent along with an upload: fields in memory, files on disk.

use std::sync::Arc;

use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use http_body_util::{BodyDataStream, BodyExt};
use hyper::http::request::Parts;
use multer::{Field, Multipart};

use crate::intake::Intake;
use crate::service::Silence;
use crate::uploads::failure::Failure;
use crate::uploads::pieces::{Folder, Piece, Writer};

/// No request of the Upload API may be larger.
const LARGEST: u64 = 100 << 20;
/// More than any field needs.
const LARGEST_FIELD: usize = 1 << 20;

#[derive(Default)]
pub struct Form {
    fields: Vec<(String, String)>,
    pub files: Vec<SentFile>,
}

pub struct SentFile {
    pub field: String,
    pub name: String,
    pub mime: Option<String>,
    pub piece: Arc<Piece>,
}

impl Form {
    /// Takes a request's fields from its query and its body, and the files of its body.
    pub async fn receive(
        folder: &Folder,
        head: &Parts,
        intake: &mut Intake,
    ) -> Result<Result<Form, Failure>, Silence> {
        let mut form = Form::default();
        form.add_query(head.uri.query().unwrap_or_default().as_bytes());
        let received = form.receive_body(folder, head, &mut *intake).await;
        match received.and_then(|()| Ok(form.check()?)) {
            Ok(()) => Ok(Ok(form)),
            Err(Trouble::Failure(failure)) => intake.drain().await.map(|()| Err(failure)),
            Err(Trouble::Silence) => Err(Silence),
        }
    }

    fn check(&self) -> Result<(), Failure> {
        if self.fields().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
            return Err(Failure::new(
                400,
                "NullCharactersForbiddenError",
                "Null characters are not allowed.",
            ));
        }
        Ok(())
    }

    async fn receive_body(
        &mut self,
        folder: &Folder,
        head: &Parts,
        intake: &mut Intake,
    ) -> Result<(), Trouble> {
        let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default();
        if content_type.to_ascii_lowercase().starts_with("multipart/form-data") {
            let boundary = multer::parse_boundary(content_type).map_err(|_| Failure::unparsable())?;
            let constraints =
                multer::Constraints::new().size_limit(multer::SizeLimit::new().whole_stream(LARGEST));
            let parts = Multipart::with_constraints(BodyDataStream::new(intake), boundary, constraints);
            return self.receive_parts(folder, parts).await;
        }
        let mut body = Vec::new();
        while let Some(frame) = intake.frame().await {
            add(&mut body, &frame?.into_data().unwrap_or_default())?;
        }
        self.add_query(&body);
        Ok(())
    }

    async fn receive_parts(&mut self, folder: &Folder, mut parts: Multipart<'_>) -> Result<(), Trouble> {
        while let Some(mut part) = parts.next_field().await? {
            let name = part.name().ok_or_else(Failure::unparsable)?.to_owned();
            if part.file_name().is_some() {
                self.files.push(receive_file(folder, name, part).await?);
                continue;
            }
            let mut value = Vec::new();
            while let Some(bytes) = part.chunk().await? {
                add(&mut value, &bytes)?;
            }
            self.fields.push((name, String::from_utf8_lossy(&value).into_owned()));
        }
        Ok(())
    }

    fn add_query(&mut self, query: &[u8]) {
        self.fields.extend(form_urlencoded::parse(query).into_owned());
    }

    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The value of a field, unless that is empty.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields().find(|(present, value)| *present == name && !value.is_empty()).map(|(_, value)| value)
    }

    pub fn required(&self, code: &'static str, name: &str) -> Result<&str, Failure> {
        self.value(name).ok_or_else(|| Failure::missing(code, name))
    }

    /// All of it as a query, for people to read.
    pub fn summary(&self) -> Bytes {
        let files = self.files.iter().map(|file| (&*file.field, format!("@{}", file.name)));
        let mut summary = form_urlencoded::Serializer::new(String::new());
        summary.extend_pairs(self.fields()).extend_pairs(files);
        summary.finish().into()
    }
}

async fn receive_file(folder: &Folder, field: String, mut part: Field<'_>) -> Result<SentFile, Trouble> {
    let name = part.file_name().map(as_typed).unwrap_or_default();
    let mime = part.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut writer: Writer = folder.begin().map_err(|_| Failure::internal())?;
    while let Some(bytes) = part.chunk().await? {
        writer.write(&bytes).map_err(|_| Failure::internal())?;
    }
    Ok(SentFile { field, name, mime, piece: writer.finish() })
}

/// Browsers write just these three in another way.
fn as_typed(name: &str) -> String {
    name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

fn add(value: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Failure> {
    if value.len() + bytes.len() > LARGEST_FIELD {
        return Err(Failure::too_large_request());
    }
    value.extend(bytes);
    Ok(())
}

/// Why a body could not be taken.
enum Trouble {
    Failure(Failure),
    /// It broke.
    Silence,
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Trouble {
        Trouble::Failure(failure)
    }
}

impl From<Silence> for Trouble {
    fn from(_: Silence) -> Trouble {
        Trouble::Silence
    }
}

impl From<multer::Error> for Trouble {
    fn from(error: multer::Error) -> Trouble {
        match error {
            multer::Error::StreamReadFailed(_) => Trouble::Silence,
            multer::Error::StreamSizeExceeded { .. } => Failure::too_large_request().into(),
            _ => Failure::unparsable().into(),
        }
    }
}
