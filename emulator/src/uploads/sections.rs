//! A body of multipart/form-data, section by section. By RFC 7578 and WHATWG a name holds whatever
//! is no quotation mark and no line end: control characters, too, which other headers may not.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use memchr::memmem;

use crate::intake::Intake;
use crate::service::Silence;
use crate::uploads::failure::Failure;

/// More than the head of any section needs.
const LARGEST_HEAD: usize = 64 << 10;

/// Why a body could not be taken.
pub enum Trouble {
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

/// What stands in front of a section's content.
#[derive(Debug, Default, PartialEq)]
pub struct Head {
    pub name: String,
    pub file_name: Option<String>,
    pub mime: Option<String>,
}

pub struct Sections<'a> {
    intake: &'a mut Intake,
    /// So many bytes may still come.
    left: u64,
    buffer: BytesMut,
    /// What ends each content: `\r\n--boundary`.
    delimiter: Vec<u8>,
}

impl Sections<'_> {
    pub fn new<'a>(intake: &'a mut Intake, boundary: &str, most: u64) -> Sections<'a> {
        // The line end of the first delimiter is not sent.
        let buffer = BytesMut::from("\r\n");
        Sections { intake, left: most, buffer, delimiter: format!("\r\n--{boundary}").into_bytes() }
    }

    /// The head of the next section; none at the end.
    pub async fn next(&mut self) -> Result<Option<Head>, Trouble> {
        while self.chunk().await?.is_some() {}
        let _ = self.buffer.split_to(self.delimiter.len());
        while self.buffer.len() < 2 {
            self.fill().await?;
        }
        if self.buffer.starts_with(b"--") {
            self.intake.drain().await?;
            return Ok(None);
        }
        loop {
            if let Some(end) = memmem::find(&self.buffer, b"\r\n\r\n") {
                let head = self.buffer.split_to(end + 4);
                let head = Head::parse(&String::from_utf8_lossy(&head));
                return Ok(Some(head.ok_or_else(Failure::unparsable)?));
            }
            if self.buffer.len() > LARGEST_HEAD {
                return Err(Failure::unparsable().into());
            }
            self.fill().await?;
        }
    }

    /// What comes next of the section's content; none at its end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Trouble> {
        loop {
            let delimiter = memmem::find(&self.buffer, &self.delimiter);
            // The last bytes may begin a delimiter.
            let end = delimiter.unwrap_or((self.buffer.len() + 1).saturating_sub(self.delimiter.len()));
            if end > 0 {
                return Ok(Some(self.buffer.split_to(end).freeze()));
            }
            if delimiter.is_some() {
                return Ok(None);
            }
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> Result<(), Trouble> {
        let frame = self.intake.frame().await.ok_or_else(Failure::unparsable)??;
        let bytes = frame.into_data().unwrap_or_default();
        self.left = self.left.checked_sub(bytes.len() as u64).ok_or_else(Failure::too_large_request)?;
        self.buffer.extend(bytes);
        Ok(())
    }
}

impl Head {
    fn parse(text: &str) -> Option<Head> {
        let mut head = Head::default();
        let mut name = None;
        for line in text.split("\r\n").filter(|line| !line.is_empty()) {
            let (field, value) = line.split_once(':')?;
            match field.to_ascii_lowercase().as_str() {
                "content-disposition" => {
                    (name, head.file_name) = (parameter(value, "name"), parameter(value, "filename"));
                }
                "content-type" => head.mime = Some(value.trim().to_owned()),
                _ => {}
            }
        }
        Some(Head { name: name?, ..head })
    }
}

/// `; name="value"`, or without the quotation marks.
fn parameter(disposition: &str, wanted: &str) -> Option<String> {
    let (_, mut rest) = disposition.split_once(';')?;
    loop {
        let (name, value) = rest.split_once('=')?;
        let value = value.trim_start();
        let (value, next) = match value.strip_prefix('"') {
            Some(quoted) => quoted.split_at(closing_mark(quoted)?),
            None => value.split_at(value.find([';', ' ']).unwrap_or(value.len())),
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(as_typed(value));
        }
        rest = next.split_once(';')?.1;
    }
}

/// The one behind which the parameter ends. Those that old clients write as `\"` belong to the value.
fn closing_mark(quoted: &str) -> Option<usize> {
    let ends = |place: &usize| {
        let next = quoted[place + 1..].trim_start();
        next.is_empty() || next.starts_with(';')
    };
    quoted.match_indices('"').map(|(place, _)| place).find(ends)
}

/// Browsers write just these three in another way.
fn as_typed(name: &str) -> String {
    name.replace("\\\"", "\"").replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_clients_write_them() {
        for (written, name) in [
            ("\"a.txt\"", "a.txt"),
            ("a.txt", "a.txt"),
            ("\"a\\tb\u{1}\u{7f}.txt\"", "a\\tb\u{1}\u{7f}.txt"),
            ("\"a\tb.txt\"", "a\tb.txt"),
            ("\"%22a%22%0D%0A%41%\"", "\"a\"\r\n%41%"),
            ("\"a\\\"b\"", "a\"b"),
            ("\"a\\\"", "a\\"),
            ("\"a; name=b; filename=c\"", "a; name=b; filename=c"),
            ("\"größe 🍍=\"", "größe 🍍="),
            ("\" a \"", " a "),
            ("\"\"", ""),
        ] {
            for head in [
                format!("Content-Disposition: form-data; name=\"file\"; filename={written}\r\n\r\n"),
                format!("content-disposition:form-data; filename={written} ;x=1; NAME=file\r\n\r\n"),
            ] {
                let parsed = Head::parse(&head).unwrap();
                assert_eq!((&*parsed.name, parsed.file_name.as_deref()), ("file", Some(name)), "{head}");
            }
        }
        let field =
            Head::parse("\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: a/b \r\n\r\n");
        let mime = Some("a/b".to_owned());
        assert_eq!(field, Some(Head { name: "a".to_owned(), file_name: None, mime }));
        for head in ["", "\r\n\r\n", "nothing", "Content-Disposition: form-data; filename=\"a\"\r\n"] {
            assert_eq!(Head::parse(head), None, "{head}");
        }
    }
}
