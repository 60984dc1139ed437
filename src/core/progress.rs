//! How far an upload is.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::http::policy::Hook;

/// Hears how many bytes are done, and of how many if that is known; false stops the work.
pub type ProgressFn = Arc<dyn Fn(u64, Option<u64>) -> bool + Send + Sync>;

/// The bytes that are on their way or have arrived.
#[derive(Default)]
pub struct Counter {
    bytes: AtomicU64,
    told: AtomicU64,
}

impl Counter {
    /// What had arrived before.
    pub fn set(&self, bytes: u64) {
        self.bytes.store(bytes, Ordering::Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// What asks `progress`, which hears of fewer bytes never after more.
    pub fn hook(self: &Arc<Self>, progress: ProgressFn, total: Option<u64>) -> Hook {
        let counter = self.clone();
        Arc::new(move || {
            let bytes = counter.get();
            progress(bytes.max(counter.told.fetch_max(bytes, Ordering::Relaxed)), total)
        })
    }

    fn add(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    fn subtract(&self, bytes: u64) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Bytes on their way that may have to be sent again.
pub struct Passage<'a> {
    counter: &'a Counter,
    sent: AtomicU64,
}

impl<'a> Passage<'a> {
    pub fn new(counter: &'a Counter) -> Self {
        Passage { counter, sent: AtomicU64::new(0) }
    }

    /// Counts what is read of `reader`, and no more what was read of the one before.
    pub fn count<'b, R: Read + 'b>(&'b self, reader: R) -> impl Read + 'b {
        self.counter.subtract(self.sent.swap(0, Ordering::Relaxed));
        Counting { reader, passage: self }
    }
}

struct Counting<'a, R> {
    reader: R,
    passage: &'a Passage<'a>,
}

impl<R: Read> Read for Counting<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let amount = self.reader.read(buffer)?;
        self.passage.counter.add(amount as u64);
        self.passage.sent.fetch_add(amount as u64, Ordering::Relaxed);
        Ok(amount)
    }
}
