//! What ends calls early, and for whom: a tree of scopes, clients above the calls made with them.

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use crate::core::error::{Error, Result};
use crate::os::process::Own;

/// How long a chain of derived clients may be: a cancel goes through all of it.
const MOST_DERIVED: u32 = 64;

/// Something that a thread waits on, which another thread can end. It must not block.
pub trait Interrupt: Send + Sync {
    fn interrupt(&self);
}

impl Interrupt for TcpStream {
    fn interrupt(&self) {
        // It fails where the connection has ended by itself.
        let _ = self.shutdown(Shutdown::Both);
    }
}

/// A client or one call. To cancel a client cancels all calls below it for good, and those that
/// begin before it is reset.
pub struct CancelScope {
    /// How many are above it.
    depth: u32,
    parent: Option<Arc<CancelScope>>,
    is_call: bool,
    is_canceled: AtomicBool,
    /// A child of `fork()` leaves it alone.
    state: Own<Mutex<State>>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    /// By their addresses.
    children: HashMap<usize, Weak<CancelScope>>,
    /// What threads wait on.
    waits: Vec<Arc<dyn Interrupt>>,
}

impl CancelScope {
    /// Of a client that was not derived.
    pub fn root() -> Arc<Self> {
        Arc::new(Self::new(None, false))
    }

    fn new(parent: Option<Arc<CancelScope>>, is_call: bool) -> Self {
        let state = match &parent {
            // As in the process of the parent: a copy of that after a fork is of no use.
            Some(parent) => parent.state.beside(Mutex::default()),
            None => Own::new(Mutex::default()),
        };
        let depth = parent.as_ref().map_or(0, |parent| parent.depth + 1);
        CancelScope {
            depth,
            parent,
            is_call,
            is_canceled: AtomicBool::new(false),
            state,
            wake: Condvar::new(),
        }
    }

    /// Of a derived client.
    pub fn derived(self: &Arc<Self>) -> Result<Arc<Self>> {
        match self.depth < MOST_DERIVED {
            true => Ok(self.child(false)),
            false => Err(Error::argument(format!(
                "client is the last of {MOST_DERIVED} that were derived each from the one before; derive from \
                 an earlier one, of which there may be any number"
            ))),
        }
    }

    /// Of a call that begins, or of a part of one; a failure when it is canceled already.
    pub fn call(self: &Arc<Self>) -> Result<Arc<Self>> {
        let call = self.child(true);
        if call.state.get().is_none() {
            return Err(made_before_fork());
        }
        // After it was added: a cancel that comes from here on finds it below.
        let mut scope = Some(self);
        while let Some(above) = scope {
            if above.is_canceled() {
                return Err(Error::canceled());
            }
            scope = above.parent.as_ref();
        }
        Ok(call)
    }

    fn child(self: &Arc<Self>, is_call: bool) -> Arc<Self> {
        let child = Arc::new(Self::new(Some(self.clone()), is_call));
        if let Some(mut state) = self.lock() {
            state.children.insert(child.address(), Arc::downgrade(&child));
        }
        child
    }

    fn address(&self) -> usize {
        self as *const Self as usize
    }

    fn lock(&self) -> Option<MutexGuard<'_, State>> {
        self.state.get().map(lock)
    }

    /// Whether it was canceled itself; a call also when its client was.
    pub fn is_canceled(&self) -> bool {
        self.is_canceled.load(Ordering::Acquire)
    }

    pub fn cancel(&self) {
        let Some(state) = self.lock() else { return };
        self.is_canceled.store(true, Ordering::Release);
        // Under the lock: what is not waited on any more may be at work for another call.
        state.waits.iter().for_each(|wait| wait.interrupt());
        let children: Vec<_> = state.children.values().filter_map(Weak::upgrade).collect();
        drop(state);
        self.wake.notify_all();
        children.iter().for_each(|child| child.cancel_below());
    }

    /// The calls of a derived client are canceled with its parent, and later ones only as long as
    /// the parent is.
    fn cancel_below(&self) {
        if self.is_call {
            return self.cancel();
        }
        let Some(state) = self.lock() else { return };
        let children: Vec<_> = state.children.values().filter_map(Weak::upgrade).collect();
        drop(state);
        children.iter().for_each(|child| child.cancel_below());
    }

    /// Lets calls begin again. Those that were canceled stay so.
    pub fn reset(&self) {
        self.is_canceled.store(false, Ordering::Release);
    }

    /// Has `wait` interrupted by a cancel for as long as what it gives lives; a failure when it is
    /// canceled already.
    pub fn interrupts(self: &Arc<Self>, wait: Arc<dyn Interrupt>) -> io::Result<Interruptible> {
        if let Some(mut state) = self.lock() {
            if self.is_canceled() {
                return Err(ErrorKind::ConnectionAborted.into());
            }
            state.waits.push(wait.clone());
        }
        Ok(Interruptible { scope: self.clone(), wait })
    }

    /// Waits so long, or until it is canceled.
    pub fn wait(&self, time: Duration) {
        if let Some(state) = self.lock() {
            let waiting = |_: &mut State| !self.is_canceled();
            drop(self.wake.wait_timeout_while(state, time, waiting));
        }
    }
}

impl Drop for CancelScope {
    fn drop(&mut self) {
        if let Some(mut state) = self.parent.as_ref().and_then(|parent| parent.lock()) {
            state.children.remove(&self.address());
        }
    }
}

/// A wait that a cancel of its scope interrupts.
pub struct Interruptible {
    scope: Arc<CancelScope>,
    wait: Arc<dyn Interrupt>,
}

impl Drop for Interruptible {
    fn drop(&mut self) {
        if let Some(mut state) = self.scope.lock() {
            let is_same =
                |wait: &Arc<dyn Interrupt>| Arc::as_ptr(wait).addr() == Arc::as_ptr(&self.wait).addr();
            if let Some(place) = state.waits.iter().position(is_same) {
                state.waits.swap_remove(place);
            }
        }
    }
}

pub fn made_before_fork() -> Error {
    Error::argument("this client was made before fork(); make a new one in the child")
}

/// Nothing here can be left half done, so a lock that a panic poisoned is as good as any.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancel_ends_what_is_below_until_it_is_reset() {
        let parent = CancelScope::root();
        let (one, other) = (parent.derived().unwrap(), parent.derived().unwrap());
        let (call, others) = (one.call().unwrap(), other.call().unwrap());
        one.cancel();
        assert!(call.is_canceled() && one.call().is_err());
        assert!(!others.is_canceled() && other.call().is_ok() && parent.call().is_ok());
        one.reset();
        assert!(call.is_canceled() && one.call().is_ok());

        let call = one.call().unwrap();
        let part = call.call().unwrap();
        parent.cancel();
        assert!(call.is_canceled() && part.is_canceled() && others.is_canceled());
        assert!(one.call().is_err() && other.call().is_err());
        parent.reset();
        assert!(one.call().is_ok() && other.call().is_ok());
    }

    #[test]
    fn a_reset_of_the_parent_leaves_a_canceled_client_canceled() {
        let parent = CancelScope::root();
        let derived = parent.derived().unwrap();
        derived.cancel();
        parent.cancel();
        parent.reset();
        assert!(derived.call().is_err() && parent.call().is_ok());
    }

    #[test]
    fn what_is_not_waited_on_any_more_is_not_interrupted() {
        #[derive(Default)]
        struct Flag(AtomicBool);
        impl Interrupt for Flag {
            fn interrupt(&self) {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        let call = CancelScope::root().call().unwrap();
        let (gone, waiting) = (Arc::new(Flag::default()), Arc::new(Flag::default()));
        drop(call.interrupts(gone.clone()).unwrap());
        let _waiting = call.interrupts(waiting.clone()).unwrap();
        call.cancel();
        assert!(waiting.0.load(Ordering::Relaxed) && !gone.0.load(Ordering::Relaxed));
        assert!(call.interrupts(gone).is_err());
    }

    #[test]
    fn scopes_that_have_ended_are_forgotten() {
        let parent = CancelScope::root();
        for _ in 0..100 {
            drop(parent.derived().unwrap().call().unwrap());
        }
        assert!(lock(parent.state.get().unwrap()).children.is_empty());
    }
}
