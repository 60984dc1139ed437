//! The pages to come, fetched on a thread before they are asked for.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use super::error::{Error, Result, Status};
use super::http::Http;
use super::listing::{Page, Rows, fetch};

/// Runs along `next` and stays so many pages ahead; ends when it is dropped.
pub struct ReadAhead<R: Rows> {
    // None only while dropped.
    pages: Option<Receiver<Result<Page<R>>>>,
    thread: Option<JoinHandle<()>>,
    http: Http,
}

impl<R: Rows> ReadAhead<R> {
    /// None when the system gives no thread.
    pub fn start(http: &Http, target: String, depth: usize, room: usize) -> Option<Self> {
        let http = http.branch();
        // One page waits in the thread's hands, the others in the channel.
        let (sender, pages) = sync_channel(depth - 1);
        let own = http.clone();
        let run = move || run(&own, target, room, &sender);
        let thread = Builder::new().name("uc-read-ahead".to_owned()).spawn(run).ok()?;
        Some(ReadAhead { pages: Some(pages), thread: Some(thread), http })
    }

    pub fn next_page(&self) -> Result<Page<R>> {
        let page = self.pages.as_ref().and_then(|pages| pages.recv().ok());
        page.unwrap_or_else(|| {
            Err(Error::new(Status::Internal, "the thread that reads ahead ended without a word"))
        })
    }
}

impl<R: Rows> Drop for ReadAhead<R> {
    fn drop(&mut self) {
        self.pages = None;
        self.http.close();
        if let Some(thread) = self.thread.take() {
            // A panic over there has already been told by next_page().
            let _ = thread.join();
        }
    }
}

fn run<R: Rows>(http: &Http, mut target: String, mut room: usize, pages: &SyncSender<Result<Page<R>>>) {
    loop {
        let page = fetch(http, &target, room);
        let next = page.as_ref().ok().and_then(|page: &Page<R>| {
            room = page.body.len();
            // A link that must not be followed is for the reader to report.
            http.settings.api_base.follow(page.next.as_ref()?, &target).ok()
        });
        if pages.send(page).is_err() {
            return;
        }
        match next {
            Some(next) => target = next,
            None => return,
        }
    }
}
