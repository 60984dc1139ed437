//! The pages to come, fetched on a thread before they are asked for.

use std::sync::Arc;
use std::thread::JoinHandle;

use super::error::{Error, Result, Status};
use super::http::Http;
use super::listing::{Page, Rows, Source, fetch, follow};
use super::queue::Queue;
use crate::os::process::Own;
use crate::os::thread::spawn;

/// Runs along `next` and stays so many pages ahead; ends when it is dropped. The thread is not there
/// in a child of `fork()`.
pub struct ReadAhead<R: Rows>(Own<Running<R>>);

struct Running<R: Rows> {
    pages: Arc<Queue<Result<Page<R>>>>,
    thread: Option<JoinHandle<()>>,
    http: Http,
}

impl<R: Rows> ReadAhead<R> {
    /// None when the system gives no thread.
    pub fn start(http: &Http, source: &Source, target: String, depth: usize, room: usize) -> Option<Self> {
        let http = http.branch();
        let pages = Arc::new(Queue::new(depth));
        let maker = Maker { pages: pages.clone(), http: http.clone(), source: source.clone() };
        let thread = spawn("uc-read-ahead", move || maker.run(target, room)).ok()?;
        Some(ReadAhead(Own::new(Running { pages, thread: Some(thread), http })))
    }

    pub fn next_page(&self) -> Result<Page<R>> {
        self.0.get().and_then(|running| running.pages.pop()).unwrap_or_else(|| {
            Err(Error::new(Status::Internal, "the thread that reads ahead ended without a word"))
        })
    }
}

impl<R: Rows> Drop for Running<R> {
    fn drop(&mut self) {
        self.pages.close();
        self.http.close();
        if let Some(thread) = self.thread.take() {
            // A panic over there has already been told by next_page().
            let _ = thread.join();
        }
    }
}

/// What the thread works with. Its end, even by a panic, closes the queue.
struct Maker<R: Rows> {
    pages: Arc<Queue<Result<Page<R>>>>,
    http: Http,
    source: Source,
}

impl<R: Rows> Maker<R> {
    fn run(self, mut target: String, mut room: usize) {
        while self.pages.wait_for_room() {
            let page = fetch(&self.http, &self.source, &target, room);
            let next = page.as_ref().ok().and_then(|page: &Page<R>| {
                room = page.body.len();
                // A link that must not be followed is for the reader to report.
                follow(&self.http, page.next.as_ref()?, &target).ok()
            });
            self.pages.push(page);
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
    }
}
