//! Forms as the Upload API takes them: multipart/form-data.

use std::io::Read;

use fastrand::Rng;

use super::source::Source;
use crate::core::error::Result;
use crate::core::http::Content;
use crate::core::http::retry::seed;
use crate::core::memory::Growing;
use crate::core::progress::Passage;

/// A form as far as it is written.
pub struct Form {
    boundary: String,
    text: Growing,
    /// A field that nobody may hear of.
    secret: String,
}

impl Form {
    pub fn new() -> Self {
        let mut rng = Rng::with_seed(seed());
        let boundary = format!("libuploadcare{:016x}{:016x}", rng.u64(..), rng.u64(..));
        Form { boundary, text: Growing::default(), secret: String::new() }
    }

    /// A copy, to be finished in another way.
    pub fn again(&self) -> Result<Self> {
        let (boundary, secret) = (self.boundary.clone(), self.secret.clone());
        Ok(Form { boundary, text: self.text.again()?, secret })
    }

    pub fn field(&mut self, name: &str, value: &str) {
        self.part(&format!("name=\"{}\"", escaped(name)), "");
        self.text.add(value);
        self.text.add("\r\n");
    }

    pub fn fields(&mut self, fields: &[(String, String)]) {
        for (name, value) in fields {
            self.field(name, value);
        }
    }

    /// Adds a signature and when it expires.
    pub fn permit(&mut self, signed: Option<(String, i64)>) {
        if let Some((signature, expire)) = signed {
            self.field("signature", &signature);
            self.field("expire", &expire.to_string());
            self.secret = signature;
        }
    }

    pub fn finish(self) -> Result<FinishedForm<'static>> {
        let end = format!("--{}--\r\n", self.boundary);
        Ok(FinishedForm {
            content_type: content_type(&self.boundary),
            text: self.text.finish()?,
            file: None,
            end,
            secret: self.secret,
        })
    }

    /// With a file as its last field.
    pub fn finish_with_file<'a>(
        mut self,
        name: &str,
        filename: &str,
        mime_type: &str,
        file: FileInForm<'a>,
    ) -> Result<FinishedForm<'a>> {
        let disposition = format!("name=\"{}\"; filename=\"{}\"", escaped(name), escaped(filename));
        self.part(&disposition, &format!("Content-Type: {mime_type}\r\n"));
        let end = format!("\r\n--{}--\r\n", self.boundary);
        Ok(FinishedForm {
            content_type: content_type(&self.boundary),
            text: self.text.finish()?,
            file: Some(file),
            end,
            secret: self.secret,
        })
    }

    fn part(&mut self, disposition: &str, more: &str) {
        let head =
            format!("--{}\r\nContent-Disposition: form-data; {disposition}\r\n{more}\r\n", self.boundary);
        self.text.add(&head);
    }
}

fn content_type(boundary: &str) -> String {
    format!("multipart/form-data; boundary={boundary}")
}

/// The bytes of a file on their way in a form.
pub struct FileInForm<'a> {
    pub source: &'a Source<'a>,
    pub passage: &'a Passage<'a>,
}

/// A form to be sent.
pub struct FinishedForm<'a> {
    content_type: String,
    text: String,
    file: Option<FileInForm<'a>>,
    end: String,
    pub secret: String,
}

impl Content for FinishedForm<'_> {
    fn content_type(&self) -> &str {
        &self.content_type
    }

    fn size(&self) -> u64 {
        let file = self.file.as_ref().map_or(0, |file| file.source.size());
        (self.text.len() + self.end.len()) as u64 + file
    }

    fn open(&self) -> Box<dyn Read + '_> {
        let (text, end) = (self.text.as_bytes(), self.end.as_bytes());
        match &self.file {
            None => Box::new(text.chain(end)),
            Some(FileInForm { source, passage }) => {
                let file = passage.count(source.section(0, source.size()));
                Box::new(text.chain(file).chain(end))
            }
        }
    }
}

/// As RFC 7578 and WHATWG have it: only what would end the name or its line is percent-encoded. All
/// else stays as it is, so that a name arrives the same here and as the value of a field.
fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_quotes_and_line_ends_of_a_name_are_encoded() {
        for (name, written) in [
            ("a.txt", "a.txt"),
            ("a\"b", "a%22b"),
            ("a\rb\nc\r\n", "a%0Db%0Ac%0D%0A"),
            ("a\tb\u{1}\u{7f}", "a\tb\u{1}\u{7f}"),
            ("100%22 %\\;'", "100%22 %\\;'"),
            ("naïve 文件 🎈", "naïve 文件 🎈"),
        ] {
            assert_eq!(escaped(name), written, "{name:?}");
        }
    }
}
