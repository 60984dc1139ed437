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

    /// Waits for the next item; none when the queue was closed and is empty.
    pub fn pop(&self) -> Option<T> {
        let empty = |state: &mut State<T>| state.items.is_empty() && !state.closed;
        let mut state = self.changed.wait_while(self.lock(), empty).unwrap_or_else(PoisonError::into_inner);
        self.changed.notify_all();
        state.items.pop_front()
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
        let items: Vec<i32> = std::iter::from_fn(|| queue.pop()).collect();
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
