//! What `fork()` leaves behind.

use std::mem::ManuallyDrop;
use std::process;

/// A value of the process that made it. In a child of `fork()` other threads of the parent may have
/// left it locked and half changed, and are not there to go on: there it is neither seen nor dropped.
pub struct Own<T> {
    value: ManuallyDrop<T>,
    process: u32,
}

impl<T> Own<T> {
    pub fn new(value: T) -> Self {
        Own { value: ManuallyDrop::new(value), process: process::id() }
    }

    /// Another value of the process that made this one.
    pub fn beside<U>(&self, value: U) -> Own<U> {
        Own { value: ManuallyDrop::new(value), process: self.process }
    }

    /// None in a child of the process that made it.
    pub fn get(&self) -> Option<&T> {
        self.is_here().then_some(&*self.value)
    }

    fn is_here(&self) -> bool {
        self.process == process::id()
    }
}

impl<T> Drop for Own<T> {
    fn drop(&mut self) {
        if self.is_here() {
            // SAFETY: dropped here only, and not used afterwards.
            unsafe { ManuallyDrop::drop(&mut self.value) };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    #[test]
    fn a_value_of_another_process_is_neither_seen_nor_dropped() {
        let value = Rc::new(());
        let own = Own::new(value.clone());
        assert!(own.get().is_some());
        drop(own);
        assert_eq!(Rc::strong_count(&value), 1);

        let other = Own { value: ManuallyDrop::new(value.clone()), process: process::id() + 1 };
        assert!(other.get().is_none() && other.beside(()).get().is_none());
        drop(other);
        assert_eq!(Rc::strong_count(&value), 2);
    }
}
