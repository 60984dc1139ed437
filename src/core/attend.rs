//! Work on threads of its own, while the caller's own thread hears how far it is.

use std::cell::RefCell;
use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::core::error::{Error, Result, Status};
use crate::core::http::Http;
use crate::core::http::connections::lock;
use crate::os::thread::{OnThread, spawn_scoped};

/// So often the caller hears of it.
const PAUSE: Duration = Duration::from_millis(100);

/// The bytes that are on their way or have arrived.
#[derive(Default)]
pub struct Counter<'a> {
    bytes: AtomicU64,
    listener: Option<OnThread<RefCell<Listener<'a>>>>,
}

impl<'a> Counter<'a> {
    /// What had arrived before.
    pub fn set(&self, bytes: u64) {
        self.bytes.store(bytes, Ordering::Relaxed);
    }

    /// Waits, and lets the caller hear of it all the while if the work is on its thread.
    pub fn sleep(&self, http: &Http, mut time: Duration) -> Result<()> {
        while self.listener().is_some() && time > PAUSE {
            http.sleep(PAUSE)?;
            self.tell(PAUSE);
            time -= PAUSE;
        }
        http.sleep(time)
    }

    fn get(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The caller, where this is its thread.
    fn listener(&self) -> Option<&RefCell<Listener<'a>>> {
        self.listener.as_ref()?.get()
    }

    /// Lets the caller hear of it, where this is its thread. False when it has said stop.
    fn tell(&self, least_pause: Duration) -> bool {
        let Some(listener) = self.listener() else { return true };
        let mut listener = listener.borrow_mut();
        if listener.told.elapsed() >= least_pause {
            listener.hear(self.get());
        }
        !listener.has_stopped
    }
}

/// What a passage needs of its counter.
trait Count: Sync {
    fn add(&self, bytes: u64);
    fn subtract(&self, bytes: u64);
}

impl Count for Counter<'_> {
    fn add(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.tell(PAUSE);
    }

    fn subtract(&self, bytes: u64) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Bytes on their way that may have to be sent again.
pub struct Passage<'a> {
    counter: &'a dyn Count,
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

/// Who hears of the work, and may stop it.
struct Listener<'a> {
    tell: Tell<'a>,
    total: Option<u64>,
    branch: &'a Http,
    done: u64,
    told: Instant,
    has_stopped: bool,
}

impl Listener<'_> {
    fn hear(&mut self, done: u64) {
        self.done = self.done.max(done);
        if !self.has_stopped && !(self.tell)(self.done, self.total) {
            self.has_stopped = true;
            self.branch.close();
        }
        self.told = Instant::now();
    }
}

/// Runs `work`, whose calls end at once when `tell` says stop. Gives the bytes counted, too.
pub fn attend<T: Send>(
    http: &Http,
    total: Option<u64>,
    tell: Option<Tell>,
    work: impl FnOnce(&Http, &Counter) -> Result<T> + Send,
) -> Result<(T, u64)> {
    let branch = http.branch_of_one_call();
    let mut counter = Counter::default();
    let Some(tell) = tell else { return Ok((work(&branch, &counter)?, counter.get())) };
    let told = Instant::now();
    let listener = Listener { tell, total, branch: &branch, done: 0, told, has_stopped: false };
    counter.listener = Some(OnThread::new(RefCell::new(listener)));
    let outcome = run(&branch, &counter, work);
    match outcome {
        Err(_) if !counter.tell(Duration::MAX) => Err(Error::canceled()),
        Err(error) => Err(error),
        Ok(outcome) => Ok((outcome, counter.get())),
    }
}

/// Runs `work` on a thread of its own while this one tells how far it is; where no thread can be had
/// on this one, which then tells now and then.
fn run<T: Send>(
    branch: &Http,
    counter: &Counter,
    work: impl FnOnce(&Http, &Counter) -> Result<T> + Send,
) -> Result<T> {
    let end = End::default();
    let work = Mutex::new(Some(work));
    let take_up = || {
        let work = lock(&work).take();
        work.expect("the work is taken up once")(branch, counter)
    };
    thread::scope(|scope| {
        let worker = spawn_scoped(scope, "uc-attend", || {
            let _told = Told(&end);
            take_up()
        });
        let Ok(worker) = worker else { return take_up() };
        while !end.wait() && counter.tell(Duration::ZERO) {}
        worker.join().unwrap_or_else(|_| {
            Err(Error::new(Status::Internal, "the thread of an upload ended without a word"))
        })
    })
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
