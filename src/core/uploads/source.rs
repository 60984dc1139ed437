//! Where the bytes of an upload come from.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

use crate::core::error::{Error, Result, Status};
use crate::core::http::failure::plain;

/// A file, or bytes in memory: sections of it are read in any order and as often as need be.
pub enum Source<'a> {
    File(LocalFile),
    Memory(&'a [u8]),
}

impl Source<'_> {
    pub fn size(&self) -> u64 {
        match self {
            Source::File(file) => file.size,
            Source::Memory(bytes) => bytes.len() as u64,
        }
    }

    pub fn section(&self, offset: u64, size: u64) -> Box<dyn Read + '_> {
        match self {
            Source::File(file) => Box::new(Section { file, offset, end: offset + size }),
            Source::Memory(bytes) => Box::new(&bytes[offset as usize..(offset + size) as usize]),
        }
    }

    /// Fails when it is not any more what it was at the start.
    pub fn check(&self) -> Result<()> {
        match self {
            Source::File(file) => file.check(),
            Source::Memory(_) => Ok(()),
        }
    }
}

/// A file of this machine, which must not change while it is sent.
pub struct LocalFile {
    file: File,
    name: String,
    pub size: u64,
    pub modified: Option<SystemTime>,
}

impl LocalFile {
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let failed =
            |error: io::Error| Error::new(Status::File, format!("{name} cannot be read: {}", plain(&error)));
        // To open a pipe could take for ever.
        let is_file = fs::metadata(path).map_err(failed)?.is_file();
        if !is_file {
            return Err(Error::new(
                Status::File,
                format!("{name} is no regular file; uc_upload_stream() takes what has no size"),
            ));
        }
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        Ok(LocalFile { file, name, size: metadata.len(), modified: modified(&metadata) })
    }

    /// A file of the library's own.
    pub fn of(file: File, size: u64) -> Self {
        let modified = file.metadata().ok().as_ref().and_then(modified);
        LocalFile { file, name: "the temporary file".to_owned(), size, modified }
    }

    fn check(&self) -> Result<()> {
        match self.file.metadata() {
            Ok(now) if now.len() == self.size && modified(&now) == self.modified => Ok(()),
            Ok(_) => Err(self.changed()),
            Err(error) => Err(self.unreadable(&error)),
        }
    }

    fn changed(&self) -> Error {
        Error::new(Status::File, format!("{} has changed while it was sent", self.name))
    }

    fn unreadable(&self, error: &io::Error) -> Error {
        Error::new(Status::File, format!("{} cannot be read: {}", self.name, plain(error)))
    }
}

fn modified(metadata: &Metadata) -> Option<SystemTime> {
    metadata.modified().ok()
}

struct Section<'a> {
    file: &'a LocalFile,
    offset: u64,
    end: u64,
}

impl Read for Section<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.end - self.offset).unwrap_or(usize::MAX));
        if most == 0 {
            return Ok(0);
        }
        let amount = read_at(&self.file.file, &mut buffer[..most], self.offset)
            .map_err(|error| ended(self.file.unreadable(&error)))?;
        self.offset += amount as u64;
        // The last bytes are held back until it is sure that they belong to the first.
        if amount == 0 || self.offset == self.end {
            self.file.check().map_err(ended)?;
        }
        match amount {
            0 => Err(ended(self.file.changed())),
            amount => Ok(amount),
        }
    }
}

/// Ends a request whose body is being read.
pub fn ended(error: Error) -> io::Error {
    io::Error::other(crate::core::http::Ended(error))
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}
