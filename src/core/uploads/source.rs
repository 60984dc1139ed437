//! Where the bytes of an upload come from.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use crate::core::error::{Error, Result, Status};
use crate::core::http::failure::plain;
use crate::core::path::shown;

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
    /// What changes when the file does.
    pub stamp: Stamp,
}

impl LocalFile {
    pub fn open(path: &Path) -> Result<Self> {
        let name = shown(path);
        let failed =
            |error: io::Error| Error::new(Status::File, format!("{name} cannot be read: {}", plain(&error)));
        let regular = |metadata: Metadata| match metadata.is_file() {
            true => Ok(metadata),
            false => Err(Error::new(
                Status::File,
                format!("{name} is not a regular file; uc_upload_stream() takes what has no size"),
            )),
        };
        // To open a pipe could take for ever.
        regular(fs::metadata(path).map_err(failed)?)?;
        let file = File::open(path).map_err(failed)?;
        let metadata = regular(file.metadata().map_err(failed)?)?;
        let opened = LocalFile { file, name, size: metadata.len(), stamp: stamp(&metadata) };
        // The system's own files say that they are empty, and are not.
        match opened.size == 0 && read_at(&opened.file, &mut [0], 0).is_ok_and(|amount| amount > 0) {
            true => Err(Error::new(
                Status::File,
                format!("{} does not tell its size; uc_upload_stream() takes what has none", opened.name),
            )),
            false => Ok(opened),
        }
    }

    /// A file of the library's own.
    pub fn of(file: File, size: u64) -> Self {
        let stamp = file.metadata().map(|metadata| stamp(&metadata)).unwrap_or_default();
        LocalFile { file, name: "the temporary file".to_owned(), size, stamp }
    }

    fn check(&self) -> Result<()> {
        match self.file.metadata() {
            Ok(now) if now.len() == self.size && stamp(&now) == self.stamp => Ok(()),
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

/// Which file it is and when its content was changed; another name or mode is no change.
pub type Stamp = Vec<i128>;

#[cfg(unix)]
fn stamp(metadata: &Metadata) -> Stamp {
    use std::os::unix::fs::MetadataExt;
    let times = [metadata.mtime(), metadata.mtime_nsec()];
    [metadata.dev(), metadata.ino()].map(i128::from).into_iter().chain(times.map(i128::from)).collect()
}

#[cfg(not(unix))]
fn stamp(metadata: &Metadata) -> Stamp {
    let since = |time: std::time::SystemTime| time.duration_since(std::time::UNIX_EPOCH).ok();
    let times = [metadata.modified(), metadata.created()];
    times.into_iter().filter_map(|time| Some(since(time.ok()?)?.as_nanos() as i128)).collect()
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
        let amount = match read_at(&self.file.file, &mut buffer[..most], self.offset) {
            Err(error) => return Err(ended(self.file.unreadable(&error))),
            Ok(amount) => amount,
        };
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

fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    loop {
        match read_once(file, buffer, offset) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => return read,
        }
    }
}

#[cfg(unix)]
fn read_once(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_once(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}
