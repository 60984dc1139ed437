//! Work on threads of its own, while the caller's own thread hears how far it is.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::{self, Builder};
use std::time::Duration;

use crate::core::error::{Error, Result, Status};
use crate::core::http::Http;
use crate::core::http::connections::lock;

/// So often the caller hears of it.
const PAUSE: Duration = Duration::from_millis(100);

/// The bytes that are on their way or have arrived.
#[derive(Default)]
pub struct Counter {
    bytes: AtomicU64,
}

impl Counter {
    /// What had arrived before.
    pub fn set(&self, bytes: u64) {
        self.bytes.store(bytes, Ordering::Relaxed);
    }

    fn add(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    fn subtract(&self, bytes: u64) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
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

/// Hears how many bytes are done, and of how many if that is known; false stops the work.
pub type Tell<'a> = &'a mut dyn FnMut(u64, Option<u64>) -> bool;

/// Runs `work`, whose calls end at once when `tell` says stop. Gives the bytes counted, too.
pub fn attend<T: Send>(
    http: &Http,
    total: Option<u64>,
    tell: Option<Tell>,
    work: impl FnOnce(&Http, &Counter) -> Result<T> + Send,
) -> Result<(T, u64)> {
    let counter = Counter::default();
    let branch = http.branch_of_one_call();
    let Some(tell) = tell else { return Ok((work(&branch, &counter)?, counter.get())) };
    let end = End::default();
    let mut stopped = false;
    let outcome = thread::scope(|scope| {
        let worker = Builder::new().name("uc-upload".to_owned()).spawn_scoped(scope, || {
            let _told = Told(&end);
            work(&branch, &counter)
        });
        let worker =
            worker.map_err(|_| Error::new(Status::Internal, "the system gives no thread for an upload"))?;
        let mut done = 0;
        while !end.wait() && !stopped {
            done = counter.get().max(done);
            if !tell(done, total) {
                stopped = true;
                branch.close();
            }
        }
        worker.join().unwrap_or_else(|_| {
            Err(Error::new(Status::Internal, "the thread of an upload ended without a word"))
        })
    });
    match outcome {
        Err(_) if stopped => Err(Error::canceled()),
        Err(error) => Err(error),
        Ok(outcome) => Ok((outcome, counter.get())),
    }
}

/// Whether the work has ended.
#[derive(Default)]
struct End {
    reached: Mutex<bool>,
    wake: Condvar,
}

impl End {
    /// Waits for it, but no longer than the caller may be left without a word.
    fn wait(&self) -> bool {
        let reached = lock(&self.reached);
        let waited = self.wake.wait_timeout_while(reached, PAUSE, |reached| !*reached);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Tells the end when it is dropped, even by a panic.
struct Told<'a>(&'a End);

impl Drop for Told<'_> {
    fn drop(&mut self) {
        *lock(&self.0.reached) = true;
        self.0.wake.notify_all();
    }
}
