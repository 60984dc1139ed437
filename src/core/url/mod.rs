//! URLs on the CDN: https://uploadcare.com/docs/api/url/
//!
//! Nothing here is sent.

pub mod escape;
mod host;
mod name;
pub mod parts;
pub mod sign;
pub mod source;
pub mod verify;

use std::borrow::Cow;

use super::client::Client;
use super::error::{Error, Result};
use super::http::base::Base;
use super::id;
use super::memory::{self, Growing, concat};
use super::operations::{Subject, begun, check};

const MOST_WIDTHS: usize = 100;

/// What begins with these is no image.
const VIDEOS: [&str; 2] = ["gif2video", "adaptive_video"];

/// Where a project's files are delivered.
#[derive(Clone)]
pub struct Cdn {
    /// Without a slash at its end.
    base: String,
    /// Operations that the table does not know are taken as they are.
    pub unchecked: bool,
}

impl Cdn {
    pub fn new(base: Option<&str>, public_key: &str, unchecked: bool) -> Result<Self> {
        let base = match base {
            Some(base) => {
                Base::parse(base, "opts.cdn_base")?;
                if base.contains(['&', '\'']) {
                    return Err(Error::argument("opts.cdn_base holds & or ', which HTML takes for its own"));
                }
                base.trim_end_matches('/').to_owned()
            }
            None => host::base(public_key),
        };
        Ok(Cdn { base, unchecked })
    }

    /// Operations as they stand in a URL, if all is well with them.
    fn operations<'a>(&self, operations: &'a str, subject: Subject) -> Result<Cow<'a, str>> {
        check(operations, subject, self.unchecked).map_err(|mistake| mistake.error("operations"))?;
        begun(operations)
    }
}

impl Client {
    /// Of a file, or of a group as a list of its files.
    pub fn url(&self, id: &str, operations: &str, filename: Option<&str>) -> Result<String> {
        let base = &self.cdn.base;
        if !id::is_group_id(id) {
            let uuid = id::uuid(id, "id").map_err(|_| no_id())?;
            let operations = self.cdn.operations(operations, Subject::Image)?;
            return Ok(concat(&[base, "/", uuid, "/", &operations, &name::escaped(filename)?])?);
        }
        match (operations, filename.unwrap_or_default()) {
            ("", "") => Ok(format!("{base}/{id}/")),
            ("", _) => Err(Error::argument("filename is for a file or an archive, and id is a group's")),
            _ => Err(Error::argument(
                "operations are for a file, and id is a group's: use uc_url_group_file()",
            )),
        }
    }

    /// Of a file of a group, by its place in it.
    pub fn url_group_file(&self, group_id: &str, index: i64, operations: &str) -> Result<String> {
        let id = id::group_id(group_id, "group_id")?;
        let files = id::files_of_group(id);
        if !(0..files).contains(&index) {
            return Err(Error::argument(format!(
                "index is {index}; the group's files are 0 to {}",
                files - 1
            )));
        }
        let operations = self.cdn.operations(operations, Subject::Image)?;
        Ok(concat(&[&self.cdn.base, "/", id, "/nth/", &index.to_string(), "/", &operations])?)
    }

    /// Of all originals of a group in one file.
    pub fn url_group_archive(&self, group_id: &str, format: &str, filename: Option<&str>) -> Result<String> {
        let id = id::group_id(group_id, "group_id")?;
        if !matches!(format, "zip" | "tar") {
            return Err(Error::argument("format is neither \"zip\" nor \"tar\""));
        }
        Ok(format!("{}/{id}/archive/{format}/{}", self.cdn.base, name::escaped(filename)?))
    }

    /// Of something elsewhere on the web, through the project's proxy.
    pub fn url_proxy(&self, source_url: &str, operations: &str) -> Result<String> {
        let source = source::proxied(source_url)?;
        let operations = self.cdn.operations(operations, Subject::Image)?;
        let base = host::proxy(&self.http.settings.public_key)?;
        Ok(concat(&[&base, "/", &operations, &source])?)
    }

    /// A file in several widths, as the `srcset` attribute of an image has them.
    pub fn url_srcset(
        &self,
        uuid: &str,
        operations: &str,
        filename: Option<&str>,
        widths: &[i32],
    ) -> Result<String> {
        let (uuid, name) = (id::uuid(uuid, "uuid")?, name::escaped(filename)?);
        if !(1..=MOST_WIDTHS).contains(&widths.len()) {
            return Err(Error::argument(format!(
                "widths_len is {}; an image has 1 to {MOST_WIDTHS} widths",
                widths.len()
            )));
        }
        if let Some(video) = VIDEOS.iter().find(|video| operations.split('/').next() == Some(video)) {
            return Err(Error::argument(format!(
                "operations[0]: {video} makes a video, and a srcset is of images"
            )));
        }
        let begun = begun(operations)?;
        let resized = |width: i32| memory::format(format_args!("{begun}-/resize/{width}x/"));
        // What is wrong with the operations themselves is told of them, not of a width.
        check(operations, Subject::Image, true).map_err(|mistake| mistake.error("operations"))?;
        self.cdn.operations(&concat(&[operations, "-/resize/1x/"])?, Subject::Image)?;
        let mut srcset = Growing::default();
        for (place, width) in widths.iter().enumerate() {
            if *width < 1 || widths[..place].contains(width) {
                return Err(Error::argument(format!(
                    "widths[{place}] is {width}; each is above 0 and given once"
                )));
            }
            let operations = resized(*width)?;
            check(&operations, Subject::Image, self.cdn.unchecked)
                .map_err(|mistake| mistake.of_all(&format!("widths[{place}]")))?;
            let separator = if place > 0 { ", " } else { "" };
            for part in [separator, &self.cdn.base, "/", uuid, "/", &operations, &name] {
                srcset.add(part);
            }
            srcset.add(&format!(" {width}w"));
        }
        Ok(srcset.finish()?)
    }

    /// What to make of a video, for a conversion.
    pub fn video_path(&self, uuid: &str, operations: &str) -> Result<String> {
        let uuid = id::uuid(uuid, "uuid")?;
        let operations = self.cdn.operations(operations, Subject::Video)?;
        Ok(concat(&[uuid, "/video/", &operations])?)
    }

    /// What to make of a document, for a conversion.
    pub fn document_path(&self, uuid: &str, operations: &str) -> Result<String> {
        let uuid = id::uuid(uuid, "uuid")?;
        let operations = self.cdn.operations(operations, Subject::Document)?;
        Ok(concat(&[uuid, "/document/", &operations])?)
    }
}

fn no_id() -> Error {
    Error::argument(
        "id is neither a UUID such as 22240276-2f06-41f8-9411-755c8ce926ed nor a group id, which has ~ and the \
         number of files behind it",
    )
}
