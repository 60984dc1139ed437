//! The threads of the library: guests in the host's process.

use std::io;
use std::thread::{Builder, JoinHandle, Scope, ScopedJoinHandle};

/// What the library needs, several times over.
const STACK: usize = 512 << 10;

/// Starts a thread that no signal is delivered to: the host's handlers run on its own threads.
pub fn spawn<T: Send + 'static>(
    name: &str,
    body: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    let _blocked = signals::Blocked::all();
    builder(name).spawn(body)
}

/// The same for a thread that ends within `scope`.
pub fn spawn_scoped<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    name: &str,
    body: impl FnOnce() -> T + Send + 'scope,
) -> io::Result<ScopedJoinHandle<'scope, T>> {
    let _blocked = signals::Blocked::all();
    builder(name).spawn_scoped(scope, body)
}

fn builder(name: &str) -> Builder {
    Builder::new().name(name.to_owned()).stack_size(STACK)
}

/// A value that only the thread that made it gets at, whoever holds a reference.
pub struct OnThread<T> {
    value: T,
    thread: usize,
}

// SAFETY: through a reference other threads get nothing of the value.
unsafe impl<T> Sync for OnThread<T> {}

impl<T> OnThread<T> {
    pub fn new(value: T) -> Self {
        OnThread { value, thread: here() }
    }

    /// None on any other thread.
    pub fn get(&self) -> Option<&T> {
        (self.thread == here()).then_some(&self.value)
    }
}

/// What tells the calling thread from all others that live. (std's own id leaves memory behind on a
/// thread that std did not start.)
fn here() -> usize {
    thread_local!(static PLACE: u8 = const { 0 });
    PLACE.with(|place| &raw const *place as usize)
}

#[cfg(unix)]
mod signals {
    use std::marker::PhantomData;
    use std::mem::MaybeUninit;
    use std::ptr::null_mut;

    /// While it lives, the calling thread takes no signals, nor will a thread that it starts.
    pub struct Blocked {
        before: libc::sigset_t,
        /// It is of the thread that made it.
        _thread: PhantomData<*const ()>,
    }

    impl Blocked {
        pub fn all() -> Self {
            let (mut all, mut before) = (MaybeUninit::uninit(), MaybeUninit::uninit());
            // SAFETY: both sets have room to be written to; these calls have no other failures.
            unsafe {
                libc::sigfillset(all.as_mut_ptr());
                libc::sigemptyset(before.as_mut_ptr());
                libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
                Blocked { before: before.assume_init(), _thread: PhantomData }
            }
        }
    }

    impl Drop for Blocked {
        fn drop(&mut self) {
            // SAFETY: the mask is one that the system gave.
            unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.before, null_mut()) };
        }
    }
}

/// Where there are no signals.
#[cfg(not(unix))]
mod signals {
    pub struct Blocked;

    impl Blocked {
        pub fn all() -> Self {
            Blocked
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_value_on_a_thread_is_out_of_reach_of_others() {
        let value = OnThread::new(7);
        assert_eq!(value.get(), Some(&7));
        thread::scope(|scope| {
            let other = spawn_scoped(scope, "uc-test", || value.get().is_none()).unwrap();
            assert!(other.join().unwrap());
        });
    }

    #[cfg(unix)]
    #[test]
    fn a_thread_blocks_all_signals_and_its_maker_none_afterwards() {
        let blocked = |signal| {
            let mut mask = std::mem::MaybeUninit::uninit();
            // SAFETY: the mask is written to before it is read.
            unsafe {
                libc::sigemptyset(mask.as_mut_ptr());
                libc::pthread_sigmask(libc::SIG_SETMASK, std::ptr::null(), mask.as_mut_ptr());
                libc::sigismember(mask.as_ptr(), signal) == 1
            }
        };
        let signals = [libc::SIGPROF, libc::SIGTERM, libc::SIGUSR1, libc::SIGSEGV];
        let all = spawn("uc-test", move || signals.into_iter().all(blocked)).unwrap();
        assert!(all.join().unwrap());
        assert!(!signals.into_iter().any(blocked));
    }
}
