//! Uploads of what is read only once.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::multipart::MOST_PARTS;
use super::parts::{Supply, size_of_part};
use super::source::{LocalFile, Source};
use super::{MOST_DIRECT, Upload, UploadOptions, refuse_duplicates, refuse_resume};
use crate::core::client::Client;
use crate::core::error::{Error, Result, Status};
use crate::core::file::File;
use crate::core::http::Http;
use crate::core::http::cancel::lock;
use crate::core::http::failure::plain;
use crate::core::progress::{Counter, ProgressFn};

/// Fills as much of the buffer as it likes; 0 at the end.
pub type ReadFn = Arc<dyn Fn(&mut [u8]) -> Result<usize> + Send + Sync>;

/// So long a thread of the library may have the caller's read on before others are served.
const TURN: Duration = Duration::from_millis(20);

impl Client {
    /// What `read` gives: `size` bytes, or as many as come where that is not known.
    pub fn upload_stream<T>(
        &self,
        read: ReadFn,
        size: Option<u64>,
        options: &UploadOptions,
        progress: Option<ProgressFn>,
        lay_out: impl Fn(File) -> T,
    ) -> Result<T> {
        refuse_resume(options)?;
        refuse_duplicates(options)?;
        let upload = Upload::new(options, "file")?;
        Upload::with_progress(self, size, progress, lay_out, |http, counter| match size {
            Some(size) if size > MOST_DIRECT => upload.send_stream_in_parts(http, &read, size, counter),
            size => upload.send_what_comes(http, &read, size, counter),
        })
    }
}

impl Upload<'_> {
    /// Few bytes are kept in memory. More of them go to a temporary file first, since the service
    /// wants to know how many there are before it takes the first part.
    fn send_what_comes(
        &self,
        http: &Http,
        read: &ReadFn,
        size: Option<u64>,
        counter: &Counter,
    ) -> Result<String> {
        let mut few = Vec::new();
        make_room(&mut few, size.unwrap_or(MOST_DIRECT + 1) as usize, "the beginning of the stream")?;
        let filled = fill(http, read, &mut few)?;
        match size {
            Some(size) if size != filled as u64 => return Err(too_few(filled as u64, size)),
            None if filled == few.len() => {
                let spooled = spool(http, few, read)?;
                return self.send_in_parts(http, &Source::File(spooled), counter);
            }
            _ => {}
        }
        self.send_directly(http, &Source::Memory(&few[..filled]), counter)
    }

    fn send_stream_in_parts(
        &self,
        http: &Http,
        read: &ReadFn,
        size: u64,
        counter: &Counter,
    ) -> Result<String> {
        let begun = self.start(http, size, MOST_PARTS)?;
        let reader = Mutex::new(Reader { read, next: 0, has_failed: false });
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
    read: &'a ReadFn,
    next: usize,
    /// It is not asked again then.
    has_failed: bool,
}

impl Supply for StreamParts<'_> {
    fn take(&self, http: &Http, buffer: &mut Vec<u8>) -> Result<Option<usize>> {
        let mut reader = lock(&self.reader);
        let number = reader.next;
        let offset = number as u64 * self.part_size;
        if reader.has_failed || offset >= self.size {
            return Ok(None);
        }
        reader.next += 1;
        let size = self.size_of(number) as usize;
        make_room(buffer, size, "a part of the stream; see opts.part_size")?;
        let filled = fill(http, reader.read, buffer).and_then(|filled| match filled == size {
            true => Ok(()),
            false => Err(too_few(offset + filled as u64, self.size)),
        });
        reader.has_failed = filled.is_err();
        filled.map(|()| Some(number))
    }

    fn open<'a>(&'a self, _: usize, buffer: &'a [u8]) -> Box<dyn Read + 'a> {
        Box::new(buffer)
    }

    fn size_of(&self, number: usize) -> u64 {
        size_of_part(number, self.part_size, self.size)
    }
}

/// Gives `buffer` this size.
fn make_room(buffer: &mut Vec<u8>, size: usize, what: &str) -> Result<()> {
    let more = size.saturating_sub(buffer.len());
    buffer.try_reserve_exact(more).map_err(|_| Error::memory(what))?;
    buffer.resize(size, 0);
    Ok(())
}

/// Reads until the buffer is full or nothing more comes, as long as the upload is not stopped.
fn fill(http: &Http, read: &ReadFn, buffer: &mut Vec<u8>) -> Result<usize> {
    let (call, mut filled) = (http.call()?, 0);
    while filled < buffer.len() {
        http.check()?;
        let (read, mut lent) = (read.clone(), std::mem::take(buffer));
        let (back, came) = call.run(move || {
            let came = read_for_a_while(&read, &mut lent[filled..]);
            (lent, came)
        })?;
        *buffer = back;
        let (amount, has_ended) = came?;
        filled += amount;
        if has_ended {
            break;
        }
    }
    Ok(filled)
}

/// How many bytes came, and whether nothing more comes.
fn read_for_a_while(read: &ReadFn, buffer: &mut [u8]) -> Result<(usize, bool)> {
    let (began, mut filled) = (Instant::now(), 0);
    while filled < buffer.len() && (filled == 0 || began.elapsed() < TURN) {
        match read(&mut buffer[filled..])? {
            0 => return Ok((filled, true)),
            amount => filled += amount,
        }
    }
    Ok((filled, false))
}

fn too_few(read: u64, size: u64) -> Error {
    Error::new(Status::File, format!("the stream has ended after {read} of {size} bytes"))
}

fn spool(http: &Http, beginning: Vec<u8>, read: &ReadFn) -> Result<LocalFile> {
    let failed = |error: io::Error| {
        Error::new(Status::File, format!("the stream cannot be kept in a temporary file: {}", plain(&error)))
    };
    let mut file = tempfile::tempfile().map_err(failed)?;
    file.write_all(&beginning).map_err(failed)?;
    let mut buffer = beginning;
    buffer.truncate(256 << 10);
    loop {
        let filled = fill(http, read, &mut buffer)?;
        file.write_all(&buffer[..filled]).map_err(failed)?;
        if filled < buffer.len() {
            break;
        }
    }
    let size = file.seek(SeekFrom::End(0)).map_err(failed)?;
    Ok(LocalFile::of(file, size))
}
