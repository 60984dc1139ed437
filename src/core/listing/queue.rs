//! What one thread makes for another. std's channels leave a handle on the waiting thread, which
//! leak checkers find at the end of a C program; a lock and a condition leave nothing.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

pub struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    room: usize,
}

struct State<T> {
    items: VecDeque<T>,
    closed: bool,
}

impl<T> Queue<T> {
    pub fn new(room: usize) -> Self {
        let state = State { items: VecDeque::new(), closed: false };
        Queue { state: Mutex::new(state), changed: Condvar::new(), room }
    }

    /// Waits until one more item has room, which it then has until it is pushed by the only thread
    /// that does so. False when the queue was closed.
    pub fn wait_for_room(&self) -> bool {
        let full = |state: &mut State<T>| state.items.len() >= self.room && !state.closed;
        let state = self.changed.wait_while(self.lock(), full).unwrap_or_else(PoisonError::into_inner);
        !state.closed
    }

    pub fn push(&self, item: T) {
        self.lock().items.push_back(item);
        self.changed.notify_all();
    }

    /// The next item if there is one, and whether more may come.
    pub fn try_pop(&self) -> (Option<T>, bool) {
        let mut state = self.lock();
        let item = state.items.pop_front();
        let may_come = item.is_some() || !state.closed;
        drop(state);
        self.changed.notify_all();
        (item, may_come)
    }

    pub fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;

    #[test]
    fn items_come_in_order_and_never_more_than_there_is_room_for() {
        let queue = Arc::new(Queue::new(2));
        let maker = queue.clone();
        let thread = thread::spawn(move || {
            for item in 0..100 {
                assert!(maker.wait_for_room());
                maker.push(item);
                assert!(maker.lock().items.len() <= 2);
            }
            maker.close();
        });
        let mut items: Vec<i32> = Vec::new();
        while let (item, true) = queue.try_pop() {
            items.extend(item);
        }
        assert_eq!(items, (0..100).collect::<Vec<_>>());
        thread.join().unwrap();
    }

    #[test]
    fn closing_frees_whoever_waits_for_room() {
        let queue = Arc::new(Queue::new(1));
        queue.push(());
        let maker = queue.clone();
        let thread = thread::spawn(move || maker.wait_for_room());
        queue.close();
        assert!(!thread.join().unwrap());
    }
}
