//! The pages to come, fetched on a thread before they are asked for.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use super::error::{Error, Result, Status};
use super::http::Http;
use super::listing::{Page, Rows, Source, fetch, follow};
use super::queue::Queue;

/// Runs along `next` and stays so many pages ahead; ends when it is dropped.
pub struct ReadAhead<R: Rows> {
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
        let run = move || maker.run(target, room);
        let thread = Builder::new().name("uc-read-ahead".to_owned()).spawn(run).ok()?;
        Some(ReadAhead { pages, thread: Some(thread), http })
    }

    pub fn next_page(&self) -> Result<Page<R>> {
        self.pages.pop().unwrap_or_else(|| {
            Err(Error::new(Status::Internal, "the thread that reads ahead ended without a word"))
        })
    }
}

impl<R: Rows> Drop for ReadAhead<R> {
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
