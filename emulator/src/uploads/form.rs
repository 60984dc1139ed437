//! What is sent along with an upload: fields in memory, files on disk.

use std::sync::Arc;

use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::http::request::Parts;

use crate::intake::Intake;
use crate::service::Silence;
use crate::uploads::failure::Failure;
use crate::uploads::pieces::{Folder, Piece, Writer};
use crate::uploads::sections::{Head, Sections, Trouble};

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
            let boundary = boundary(content_type).ok_or_else(Failure::unparsable)?;
            return self.receive_sections(folder, Sections::new(intake, boundary, LARGEST)).await;
        }
        let mut body = Vec::new();
        while let Some(frame) = intake.frame().await {
            add(&mut body, &frame?.into_data().unwrap_or_default())?;
        }
        self.add_query(&body);
        Ok(())
    }

    async fn receive_sections(&mut self, folder: &Folder, mut sections: Sections<'_>) -> Result<(), Trouble> {
        while let Some(Head { name, file_name, mime }) = sections.next().await? {
            if let Some(file_name) = file_name {
                let piece = receive_piece(folder, &mut sections).await?;
                self.files.push(SentFile { field: name, name: file_name, mime, piece });
                continue;
            }
            let mut value = Vec::new();
            while let Some(bytes) = sections.chunk().await? {
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

async fn receive_piece(folder: &Folder, sections: &mut Sections<'_>) -> Result<Arc<Piece>, Trouble> {
    let mut writer: Writer = folder.begin().map_err(|_| Failure::internal())?;
    while let Some(bytes) = sections.chunk().await? {
        writer.write(&bytes).map_err(|_| Failure::internal())?;
    }
    Ok(writer.finish())
}

fn boundary(content_type: &str) -> Option<&str> {
    let mut parameters = content_type.split(';').skip(1).filter_map(|part| part.trim().split_once('='));
    let (_, boundary) = parameters.find(|(name, _)| name.eq_ignore_ascii_case("boundary"))?;
    Some(boundary.trim_matches('"')).filter(|boundary| !boundary.is_empty())
}

fn add(value: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Failure> {
    if value.len() + bytes.len() > LARGEST_FIELD {
        return Err(Failure::too_large_request());
    }
    value.extend(bytes);
    Ok(())
}
