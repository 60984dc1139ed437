//! What was uploaded, on disk.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use uuid::Uuid;

/// So much is read at once.
const CHUNK: usize = 256 << 10;

/// Where the pieces lie. It comes with the first of them, and goes with the emulator.
#[derive(Default)]
pub struct Folder(Mutex<Option<TempDir>>);

impl Folder {
    pub fn begin(&self) -> io::Result<Writer> {
        let mut folder = self.0.lock().unwrap();
        if folder.is_none() {
            *folder = Some(tempfile::Builder::new().prefix("uploadcare-emulator-").tempdir()?);
        }
        let folder = folder.as_ref().expect("it was just made");
        let path = folder.path().join(Uuid::new_v4().to_string());
        Ok(Writer { file: File::create_new(&path)?, piece: Piece { path, size: 0 } })
    }
}

/// Bytes that came in one go. They are gone when nobody needs them any more.
pub struct Piece {
    path: PathBuf,
    pub size: u64,
}

impl Drop for Piece {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// A piece on its way in.
pub struct Writer {
    file: File,
    piece: Piece,
}

impl Writer {
    pub fn size(&self) -> u64 {
        self.piece.size
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.piece.size += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    pub fn finish(self) -> Arc<Piece> {
        Arc::new(self.piece)
    }
}

/// All of a file: its pieces in their order.
#[derive(Clone)]
pub struct Content(pub Vec<Arc<Piece>>);

impl Content {
    pub fn size(&self) -> u64 {
        self.0.iter().map(|piece| piece.size).sum()
    }

    pub fn sha256(&self) -> io::Result<String> {
        let mut hash = Sha256::new();
        for piece in &self.0 {
            io::copy(&mut File::open(&piece.path)?, &mut hash)?;
        }
        Ok(format!("{:x}", hash.finalize()))
    }

    /// So many bytes from the start, or all of the first piece if that is less.
    pub fn start(&self, length: u64) -> io::Result<Vec<u8>> {
        let mut start = Vec::new();
        if let Some(piece) = self.0.first() {
            File::open(&piece.path)?.take(length).read_to_end(&mut start)?;
        }
        Ok(start)
    }

    pub fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for piece in &self.0 {
            File::open(&piece.path)?.read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    }

    pub fn read(self) -> Reader {
        Reader { left: self.size(), pieces: self.0.into_iter(), open: None }
    }
}

/// Content on its way out.
pub struct Reader {
    left: u64,
    pieces: std::vec::IntoIter<Arc<Piece>>,
    /// The piece stays where it is while it is read.
    open: Option<(File, Arc<Piece>)>,
}

impl Reader {
    fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            if let Some((file, _)) = &mut self.open {
                let mut chunk = vec![0; CHUNK];
                let length = file.read(&mut chunk)?;
                if length > 0 {
                    chunk.truncate(length);
                    self.left -= length as u64;
                    return Ok(Some(chunk.into()));
                }
            }
            let Some(piece) = self.pieces.next() else { return Ok(None) };
            self.open = Some((File::open(&piece.path)?, piece));
        }
    }
}

impl Body for Reader {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(self.next().transpose().map(|chunk| chunk.map(Frame::data)))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
