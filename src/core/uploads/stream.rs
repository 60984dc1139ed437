//! Uploads of what is read only once.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::Mutex;

use super::parts::Supply;
use super::source::{LocalFile, Source};
use super::{MOST_DIRECT, Upload, UploadOptions, refuse_resume};
use crate::core::attend::{Counter, Tell};
use crate::core::client::Client;
use crate::core::error::{Error, Result, Status};
use crate::core::file::File;
use crate::core::http::Http;
use crate::core::http::connections::lock;
use crate::core::http::failure::plain;

/// Fills as much of the buffer as it likes; 0 at the end.
pub type ReadBytes<'a> = &'a mut (dyn FnMut(&mut [u8]) -> Result<usize> + Send);

impl Client {
    /// What `read` gives: `size` bytes, or as many as come where that is not known.
    pub fn upload_stream<T>(
        &self,
        read: ReadBytes,
        size: Option<u64>,
        options: &UploadOptions,
        tell: Option<Tell>,
        lay_out: impl Fn(File) -> T,
    ) -> Result<T> {
        refuse_resume(options)?;
        let upload = Upload::new(options, "file")?;
        let uploaded = upload.told(&self.uploads, size, tell, |http, counter| match size {
            Some(size) if size > MOST_DIRECT => upload.send_stream_in_parts(http, read, size, counter),
            size => upload.send_what_comes(http, read, size, counter),
        })?;
        Ok(uploaded.lay_out(lay_out))
    }
}

impl Upload<'_> {
    /// Few bytes are kept in memory. More of them go to a temporary file first, since the service
    /// wants to know how many there are before it takes the first part.
    fn send_what_comes(
        &self,
        http: &Http,
        read: ReadBytes,
        size: Option<u64>,
        counter: &Counter,
    ) -> Result<String> {
        let mut few = vec![0; size.unwrap_or(MOST_DIRECT) as usize + 1];
        let filled = fill(read, &mut few)?;
        if filled < few.len() {
            if size.is_some_and(|size| size != filled as u64) {
                return Err(wrong_size(filled as u64, size.unwrap_or_default()));
            }
            return self.send_directly(http, &Source::Memory(&few[..filled]), counter);
        }
        if let Some(size) = size {
            return Err(wrong_size(filled as u64, size));
        }
        let spooled = spool(few, read)?;
        self.send_in_parts(http, &Source::File(spooled), counter)
    }

    fn send_stream_in_parts(
        &self,
        http: &Http,
        read: ReadBytes,
        size: u64,
        counter: &Counter,
    ) -> Result<String> {
        let begun = self.start(http, size)?;
        let reader = Mutex::new(Reader { read, next: 0 });
        let parts = StreamParts { reader, size, part_size: begun.part_size };
        self.send_missing(http, &begun, &parts, counter, &|_| ())?;
        self.complete(http, &begun.uuid)?;
        Ok(begun.uuid)
    }
}

/// Each part is read into the buffer of whoever sends it, one after the other.
struct StreamParts<'a> {
    reader: Mutex<Reader<'a>>,
    size: u64,
    part_size: u64,
}

struct Reader<'a> {
    read: ReadBytes<'a>,
    next: usize,
}

impl Supply for StreamParts<'_> {
    fn take(&self, buffer: &mut Vec<u8>) -> Result<Option<usize>> {
        let mut reader = lock(&self.reader);
        let number = reader.next;
        let offset = number as u64 * self.part_size;
        if offset >= self.size {
            return Ok(None);
        }
        reader.next += 1;
        buffer.resize(self.size_of(number) as usize, 0);
        let filled = fill(reader.read, buffer)?;
        let end = offset + filled as u64;
        if filled < buffer.len() || (end == self.size && fill(reader.read, &mut [0])? > 0) {
            return Err(wrong_size(end, self.size));
        }
        Ok(Some(number))
    }

    fn open<'a>(&'a self, _: usize, buffer: &'a [u8]) -> Box<dyn Read + 'a> {
        Box::new(buffer)
    }

    fn size_of(&self, number: usize) -> u64 {
        self.part_size.min(self.size - number as u64 * self.part_size)
    }
}

/// Reads until the buffer is full or nothing more comes.
fn fill(read: ReadBytes, buffer: &mut [u8]) -> Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match read(&mut buffer[filled..])? {
            0 => break,
            amount => filled += amount,
        }
    }
    Ok(filled)
}

fn wrong_size(read: u64, size: u64) -> Error {
    let amount = if read > size { "more".to_owned() } else { format!("only {read}") };
    Error::new(Status::File, format!("the stream has {amount} than the {size} bytes that were announced"))
}

fn spool(beginning: Vec<u8>, read: ReadBytes) -> Result<LocalFile> {
    let failed = |error: io::Error| {
        Error::new(Status::File, format!("the stream cannot be kept in a temporary file: {}", plain(&error)))
    };
    let mut file = tempfile::tempfile().map_err(failed)?;
    file.write_all(&beginning).map_err(failed)?;
    let mut buffer = beginning;
    buffer.truncate(256 << 10);
    loop {
        let filled = fill(read, &mut buffer)?;
        file.write_all(&buffer[..filled]).map_err(failed)?;
        if filled < buffer.len() {
            break;
        }
    }
    let size = file.seek(SeekFrom::End(0)).map_err(failed)?;
    Ok(LocalFile::of(file, size))
}
