//! How far a multipart upload is, on disk, so that another process can go on with it.
//!
//! The first line says what was begun; each further line is the number of a part that has arrived.
//! The file appears whole, by a rename, and lines are added to it: whenever a crash comes, what
//! stands in it is true. It holds no key, but the addresses of the parts, which let whoever has
//! them send parts for a day: nobody but its owner may read it.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::Upload;
use super::multipart::Begun;
use super::source::Source;
use crate::core::error::{Error, Result, Status};
use crate::core::http::Http;
use crate::core::http::connections::lock;
use crate::core::http::failure::plain;
use crate::core::http::sign::hex;

/// The addresses of the parts live for a day; what is not done by then is begun anew.
const LIFETIME_S: i64 = 23 * 60 * 60;

/// More than 10000 addresses take.
const MOST_BYTES: u64 = 64 << 20;

const FORMAT: &str = "libuploadcare upload 1";

#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
    /// What is uploaded, and where to.
    identity: String,
    begun: i64,
    uuid: String,
    part_size: u64,
    parts: Vec<String>,
}

/// Without a path it remembers nothing.
pub struct State {
    path: Option<PathBuf>,
    identity: String,
    now: i64,
    earlier: Option<Begun>,
    done: HashSet<usize>,
    file: Option<Mutex<File>>,
}

impl State {
    pub fn open(upload: &Upload, http: &Http, source: &Source) -> Result<Self> {
        let path = upload.options.resume_file.map(Path::to_owned);
        let (identity, now) = (identity(upload, http, source), http.now().timestamp());
        let mut state = State { path, identity, now, earlier: None, done: HashSet::new(), file: None };
        state.load(source.size()).map_err(|error| state.failure(&error))?;
        Ok(state)
    }

    /// What an earlier process began, the first time it is asked for.
    pub fn earlier(&mut self) -> Option<Begun> {
        self.earlier.take()
    }

    pub fn is_done(&self, part: usize) -> bool {
        self.done.contains(&part)
    }

    /// Remembers a new beginning.
    pub fn begin(&mut self, begun: &Begun, now: i64) -> Result<()> {
        self.now = now;
        self.done.clear();
        self.write(begun).map_err(|error| self.failure(&error))
    }

    /// Remembers that a part has arrived. Where that cannot be written, it is sent again one day.
    pub fn note(&self, part: usize) {
        if let Some(file) = &self.file {
            // In one piece, so that a crash leaves all of the line or a part without its end.
            let _ = lock(file).write_all(format!("{part}\n").as_bytes());
        }
    }

    pub fn remove(&mut self) {
        self.file = None;
        self.done.clear();
        if let Some(path) = &self.path {
            let _ = fs::remove_file(path);
        }
    }

    fn load(&mut self, size: u64) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            found => {
                if !is_of_one_person(&found?) {
                    return Err(io::Error::other("it is no regular file, or others may write to it"));
                }
            }
        }
        let file = OpenOptions::new().read(true).append(true).open(path)?;
        let mut text = String::new();
        (&file).take(MOST_BYTES).read_to_string(&mut text)?;
        // A line without its end was cut short by a crash; what is added must not be added to it.
        text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
        let mut lines = text.lines();
        let Some(first) = lines.next() else { return self.refuse_unless_empty(&file) };
        let head: Head = serde_json::from_str(first)
            .ok()
            .filter(|head: &Head| head.format == FORMAT)
            .ok_or_else(something_else)?;
        let is_whole = head.part_size > 0 && head.parts.len() as u64 == size.div_ceil(head.part_size);
        let is_young = (0..LIFETIME_S).contains(&(self.now - head.begun));
        if head.identity != self.identity || !is_whole || !is_young {
            return Ok(());
        }
        let numbers = lines.filter_map(|line| line.parse().ok());
        self.done = numbers.filter(|number| *number < head.parts.len()).collect();
        file.set_len(text.len() as u64)?;
        self.file = Some(Mutex::new(file));
        self.earlier = Some(Begun { uuid: head.uuid, part_size: head.part_size, addresses: head.parts });
        Ok(())
    }

    fn write(&mut self, begun: &Begun) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let head = Head {
            format: FORMAT.to_owned(),
            identity: self.identity.clone(),
            begun: self.now,
            uuid: begun.uuid.clone(),
            part_size: begun.part_size,
            parts: begun.addresses.clone(),
        };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        // Only its owner may read it.
        let mut new = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        writeln!(new, "{}", serde_json::to_string(&head)?)?;
        new.as_file().sync_all()?;
        self.file = Some(Mutex::new(new.persist(path)?));
        Ok(())
    }

    fn refuse_unless_empty(&self, file: &File) -> io::Result<()> {
        match file.metadata()?.len() {
            0 => Ok(()),
            _ => Err(something_else()),
        }
    }

    fn failure(&self, error: &io::Error) -> Error {
        let path = self.path.as_deref().unwrap_or(Path::new("")).display();
        Error::new(Status::File, format!("opts.resume_file {path}: {}", plain(error)))
    }
}

/// Where others can write, they could say where the parts are to go.
#[cfg(unix)]
fn is_of_one_person(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.is_file() && metadata.permissions().mode() & 0o022 == 0
}

#[cfg(not(unix))]
fn is_of_one_person(metadata: &fs::Metadata) -> bool {
    metadata.is_file()
}

fn something_else() -> io::Error {
    io::Error::other("it is something else, and was left alone")
}

/// The same only for the same content on the same way to the same place.
fn identity(upload: &Upload, http: &Http, source: &Source) -> String {
    let stamp = match source {
        Source::File(file) => file.stamp.iter().map(ToString::to_string).collect::<Vec<_>>(),
        Source::Memory(_) => Vec::new(),
    };
    let told = serde_json::json!([
        http.settings.public_key,
        http.settings.base.identity(),
        upload.name,
        upload.mime_type,
        upload.options.store(),
        upload.options.file_fields(),
        upload.options.part_size,
        source.size(),
        stamp,
    ]);
    hex(&Sha256::digest(told.to_string()))
}
