//! Work on several threads, while the caller's own runs the callbacks.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::core::http::call::Call;
use crate::os::thread::spawn_scoped;

/// Runs `work` on so many threads while this one serves them; where none can be had, or one would
/// do, on this one.
pub fn run(call: &Call, count: usize, work: impl Fn() + Sync) {
    if count < 2 {
        return work();
    }
    let running = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..count {
            running.fetch_add(1, Ordering::Relaxed);
            let ended = Ended { running: &running, call };
            let started = spawn_scoped(scope, "uc-upload-part", || {
                let _ended = ended;
                work();
            });
            // With fewer threads than wanted it takes longer, that is all.
            if started.is_err() {
                break;
            }
        }
        if running.load(Ordering::Acquire) == 0 {
            return work();
        }
        while running.load(Ordering::Acquire) > 0 {
            // The threads hear of a stop themselves.
            let _ = call.attend();
            call.serve(call.rendezvous());
        }
    });
    call.rendezvous().serve_pending();
}

/// Tells the end of a thread when it is dropped, even by a panic.
struct Ended<'a> {
    running: &'a AtomicUsize,
    call: &'a Call,
}

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.running.fetch_sub(1, Ordering::Release);
        self.call.rendezvous().wake();
    }
}
