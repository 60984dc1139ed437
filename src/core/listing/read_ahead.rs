//! The pages to come, fetched on a thread before they are asked for.

use std::sync::Arc;
use std::thread::JoinHandle;

use super::page::{Page, Rows, Source, fetch, follow};
use super::queue::Queue;
use crate::core::error::{Error, Result, Status};
use crate::core::http::Http;
use crate::core::http::call::Call;
use crate::os::process::Own;
use crate::os::thread::spawn;

/// Runs along `next` and stays so many pages ahead; ends when it is dropped. The thread is not there
/// in a child of `fork()`.
pub struct ReadAhead<R: Rows>(Own<Running<R>>);

struct Running<R: Rows> {
    pages: Arc<Queue<Result<Page<R>>>>,
    thread: Option<JoinHandle<()>>,
    call: Arc<Call>,
}

impl<R: Rows> ReadAhead<R> {
    /// None when the system gives no thread.
    pub fn start(http: &Http, source: &Source, target: String, depth: usize, room: usize) -> Option<Self> {
        let http = http.background().ok()?;
        let call = http.call().ok()?;
        let pages = Arc::new(Queue::new(depth));
        let maker = Maker { pages: pages.clone(), call: call.clone(), http, source: source.clone() };
        let thread = spawn("uc-read-ahead", move || maker.run(target, room)).ok()?;
        Some(ReadAhead(Own::new(Running { pages, thread: Some(thread), call })))
    }

    /// What the reader has made of the next page, unless `call` fails first. The reader's callbacks
    /// run here meanwhile.
    pub fn next_page(&self, call: &Call) -> Result<Result<Page<R>>> {
        let Some(Running { pages, call: reader, .. }) = self.0.get() else { return Ok(Err(ended())) };
        let rendezvous = reader.rendezvous();
        let _interruptible = call.interrupts(rendezvous.clone()).map_err(|_| Error::canceled())?;
        loop {
            let popped = pages.try_pop();
            // What the reader left before the page.
            rendezvous.serve_pending();
            match popped {
                (Some(page), _) => return Ok(page),
                (None, false) => return Ok(Err(ended())),
                (None, true) => call.attend()?,
            }
            call.serve(rendezvous);
        }
    }

    /// Runs the callbacks that the reader has left so far.
    pub fn serve(&self) {
        if let Some(running) = self.0.get() {
            running.call.rendezvous().serve_pending();
        }
    }

    /// Ends the reader, and runs the callbacks that it has left.
    pub fn stop(self) {
        let rendezvous = self.0.get().map(|running| running.call.rendezvous().clone());
        drop(self);
        rendezvous.inspect(|rendezvous| rendezvous.serve_pending());
    }
}

fn ended() -> Error {
    Error::new(Status::Internal, "the thread that reads ahead ended without a word")
}

impl<R: Rows> Drop for Running<R> {
    fn drop(&mut self) {
        self.pages.close();
        self.call.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic over there has already been told by next_page().
            let _ = thread.join();
        }
    }
}

/// What the thread works with. Its end, even by a panic, closes the queue.
struct Maker<R: Rows> {
    pages: Arc<Queue<Result<Page<R>>>>,
    call: Arc<Call>,
    http: Http,
    source: Source,
}

impl<R: Rows> Maker<R> {
    fn run(self, mut target: String, mut room: usize) {
        let mut signature = None;
        while self.pages.wait_for_room() {
            let page = fetch(&self.http, &self.source, &target, room, signature.as_ref());
            let next = page.as_ref().ok().and_then(|page: &Page<R>| {
                room = page.body.len();
                // A link that must not be followed is for the reader to report.
                follow(&self.http, page.next.as_ref()?, &target).ok()
            });
            // As long as the caller waits for the page before: its callback may have to sign.
            signature = next.as_ref().and_then(|next| self.http.presign(&self.source.request(next, 0, None)));
            self.pages.push(page);
            self.call.rendezvous().wake();
            match next {
                Some(next) => target = next,
                None => return,
            }
        }
    }
}

impl<R: Rows> Drop for Maker<R> {
    fn drop(&mut self) {
        self.pages.close();
        self.call.rendezvous().wake();
    }
}
