//! Where threads of the library leave what only a thread of the caller may do: its callbacks.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::cancel::{CancelScope, Interrupt, lock};
use crate::core::error::{Error, Result};

type Task = Box<dyn FnOnce() + Send>;

#[derive(Default)]
pub struct Rendezvous {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    tasks: VecDeque<Task>,
    /// Whoever serves shall look around.
    is_woken: bool,
}

/// What came of a task.
enum Outcome<T> {
    Pending,
    Done(T),
    /// Nobody waits for it any more.
    Abandoned,
}

impl Rendezvous {
    /// Leaves a task that nobody waits for.
    pub fn post(&self, task: impl FnOnce() + Send + 'static) {
        lock(&self.state).tasks.push_back(Box::new(task));
        self.changed.notify_all();
    }

    /// Has a task done, and waits for what comes of it unless `scope` is canceled, in which case
    /// it is not begun any more.
    pub fn call<T: Send + 'static>(
        self: &Arc<Self>,
        scope: &Arc<CancelScope>,
        task: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let _interruptible = scope.interrupts(self.clone()).map_err(|_| Error::canceled())?;
        let outcome = Arc::new(Mutex::new(Outcome::Pending));
        let result = outcome.clone();
        self.post(move || {
            if matches!(*lock(&outcome), Outcome::Pending) {
                let done = task();
                *lock(&outcome) = Outcome::Done(done);
            }
        });
        let is_pending = |_: &mut State| matches!(*lock(&result), Outcome::Pending) && !scope.is_canceled();
        drop(self.changed.wait_while(lock(&self.state), is_pending).unwrap_or_else(PoisonError::into_inner));
        match std::mem::replace(&mut *lock(&result), Outcome::Abandoned) {
            Outcome::Done(done) => Ok(done),
            _ => Err(Error::canceled()),
        }
    }

    /// Does what was left here; where that is nothing, waits for it or for `wake()`, at most so long.
    pub fn serve(&self, longest: Option<Duration>) {
        let idle = |state: &mut State| state.tasks.is_empty() && !std::mem::take(&mut state.is_woken);
        let state = lock(&self.state);
        let state = match longest {
            None => self.changed.wait_while(state, idle).unwrap_or_else(PoisonError::into_inner),
            Some(time) => {
                self.changed.wait_timeout_while(state, time, idle).unwrap_or_else(PoisonError::into_inner).0
            }
        };
        drop(state);
        self.serve_pending();
    }

    /// Does what was left here.
    pub fn serve_pending(&self) {
        loop {
            let Some(task) = lock(&self.state).tasks.pop_front() else { return };
            task();
            // Taken once, so that whoever waits for the outcome does not miss it.
            drop(lock(&self.state));
            self.changed.notify_all();
        }
    }

    /// Makes whoever serves look around.
    pub fn wake(&self) {
        lock(&self.state).is_woken = true;
        self.changed.notify_all();
    }
}

impl Interrupt for Rendezvous {
    fn interrupt(&self) {
        self.wake();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_task_is_done_by_the_thread_that_serves() {
        let (rendezvous, scope) = (Arc::new(Rendezvous::default()), CancelScope::root());
        let (here, there) = (thread::current().id(), rendezvous.clone());
        let worker = thread::spawn(move || {
            let done = there.call(&scope, || thread::current().id()).unwrap();
            there.wake();
            done
        });
        while !worker.is_finished() {
            rendezvous.serve(Some(Duration::from_millis(10)));
        }
        assert_eq!(worker.join().unwrap(), here);
    }

    #[test]
    fn a_canceled_task_is_not_begun_any_more() {
        let (rendezvous, scope) = (Arc::new(Rendezvous::default()), CancelScope::root());
        let (there, canceled) = (rendezvous.clone(), scope.clone());
        let worker = thread::spawn(move || there.call(&canceled, || panic!("it was begun")).is_err());
        while lock(&rendezvous.state).tasks.is_empty() {
            thread::yield_now();
        }
        scope.cancel();
        assert!(worker.join().unwrap());
        rendezvous.serve_pending();
    }
}
