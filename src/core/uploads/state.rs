//! How far a multipart upload is, on disk, so that another process can go on with it.
//!
//! The first line says what was begun; each further line is the number of a part that has arrived.
//! Lines are only added, and parts are sent only after the first line is safe on disk: whenever a
//! crash comes, the whole lines are true, and a first line without its end says that nothing was
//! begun. It holds no key, but the addresses of the parts, which let whoever has them send parts for
//! a day: nobody but its owner may read it.

use std::collections::HashSet;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Upload;
use super::multipart::Begun;
use super::source::Source;
use crate::core::error::{Error, Result, Status};
use crate::core::http::Http;
use crate::core::http::cancel::lock;
use crate::core::http::failure::plain;
use crate::core::http::sign::hex;
use crate::core::id::is_uuid;
use crate::core::path::shown;
use crate::os::files::OwnFile;

/// The addresses of the parts live for a day; what is not done by then is begun anew.
const LIFETIME_S: i64 = 23 * 60 * 60;

/// More than 10000 addresses take.
const MOST_BYTES: u64 = 64 << 20;

const FORMAT: &str = "libuploadcare upload 1";

/// How every such file begins. What begins otherwise is something else.
const BEGINNING: &[u8] = br#"{"format":"libuploadcare upload 1","#;

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
    identity: String,
    now: i64,
    earlier: Option<Begun>,
    done: HashSet<usize>,
    file: Option<Mutex<Lines>>,
}

struct Lines {
    file: OwnFile,
    /// After a line that could not be written whole, a further one would make another number of it.
    is_broken: bool,
}

impl State {
    pub fn open(upload: &Upload, http: &Http, source: &Source) -> Result<Self> {
        let (identity, now) = (identity(upload, http, source), http.now().timestamp());
        let mut state = State { identity, now, earlier: None, done: HashSet::new(), file: None };
        if let Some(path) = upload.options.resume_file {
            let failed = |error| failure(path, &error);
            let file = OwnFile::open(path).map_err(failed)?;
            state.load(&file, source.size()).map_err(failed)?;
            state.file = Some(Mutex::new(Lines { file, is_broken: false }));
        }
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
        let Some(file) = &self.file else { return Ok(()) };
        let mut lines = lock(file);
        lines.is_broken = false;
        self.write(&lines.file, begun).map_err(|error| {
            let _ = lines.file.file().set_len(0);
            failure(lines.file.path(), &error)
        })
    }

    /// Remembers that a part has arrived. Where that cannot be written, it is sent again one day.
    pub fn note(&self, part: usize) {
        let Some(file) = &self.file else { return };
        let mut lines = lock(file);
        if !lines.is_broken {
            // In one piece, so that a crash leaves all of the line or a part without its end.
            lines.is_broken = lines.file.file().write_all(format!("{part}\n").as_bytes()).is_err();
        }
    }

    /// What was begun cannot be gone on with.
    pub fn forget(&mut self) {
        self.done.clear();
        if let Some(file) = &self.file {
            let _ = lock(file).file.file().set_len(0);
        }
    }

    /// All is done.
    pub fn remove(self) {
        if let Some(file) = &self.file {
            lock(file).file.remove();
        }
    }

    /// Takes what the file tells of the same upload. What it tells of another, or an earlier one,
    /// gives way when something is begun.
    fn load(&mut self, own: &OwnFile, size: u64) -> io::Result<()> {
        let mut file = own.file();
        let mut bytes = Vec::new();
        // What is something else may be of any size.
        file.take(BEGINNING.len() as u64).read_to_end(&mut bytes)?;
        // After a loss of power, zeros may stand where nothing had been written yet.
        let is_lost = bytes.iter().all(|byte| *byte == 0);
        if !is_lost && !BEGINNING.starts_with(&bytes) {
            return Err(something_else());
        }
        file.take(MOST_BYTES).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(something_else());
        }
        if is_lost {
            return if bytes.iter().all(|byte| *byte == 0) { Ok(()) } else { Err(something_else()) };
        }
        // A line without its end was cut short by a crash; what is added must not be added to it.
        let Some(end) = bytes.iter().rposition(|byte| *byte == b'\n') else { return Ok(()) };
        bytes.truncate(end + 1);
        let text = String::from_utf8(bytes).map_err(|_| something_else())?;
        let mut lines = text.lines();
        let head: Head = lines
            .next()
            .and_then(|first| serde_json::from_str(first).ok())
            .filter(|head: &Head| head.format == FORMAT)
            .ok_or_else(something_else)?;
        let is_whole = head.part_size > 0 && head.parts.len() as u64 == size.div_ceil(head.part_size);
        let age = self.now.checked_sub(head.begun);
        let is_young = age.is_some_and(|age| (0..LIFETIME_S).contains(&age));
        if head.identity != self.identity || !is_uuid(&head.uuid) || !is_whole || !is_young {
            return Ok(());
        }
        own.make_private();
        file.set_len(text.len() as u64)?;
        file.seek(SeekFrom::End(0))?;
        let numbers = lines.filter_map(|line| line.parse().ok());
        self.done = numbers.filter(|number| *number < head.parts.len()).collect();
        self.earlier = Some(Begun { uuid: head.uuid, part_size: head.part_size, addresses: head.parts });
        Ok(())
    }

    fn write(&self, own: &OwnFile, begun: &Begun) -> io::Result<()> {
        let head = Head {
            format: FORMAT.to_owned(),
            identity: self.identity.clone(),
            begun: self.now,
            uuid: begun.uuid.clone(),
            part_size: begun.part_size,
            parts: begun.addresses.clone(),
        };
        let mut file = own.file();
        own.make_private();
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(format!("{}\n", serde_json::to_string(&head)?).as_bytes())?;
        file.sync_all()
    }
}

fn failure(path: &Path, error: &io::Error) -> Error {
    match error.kind() {
        ErrorKind::OutOfMemory => Error::memory("opts.resume_file"),
        _ => Error::new(Status::File, format!("opts.resume_file {}: {}", shown(path), plain(error))),
    }
}

fn something_else() -> io::Error {
    io::Error::other("it is something else, and was left alone: name another file, or remove it")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_begins_as_what_is_read() {
        let (identity, uuid) = (String::new(), String::new());
        let head = Head { format: FORMAT.to_owned(), identity, begun: 0, uuid, part_size: 0, parts: vec![] };
        assert!(serde_json::to_vec(&head).unwrap().starts_with(BEGINNING));
    }
}
