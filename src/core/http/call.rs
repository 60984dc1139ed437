//! One call of the library, from its first request to its last.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::cancel::{CancelScope, Interrupt, Interruptible};
use super::policy::{Hook, Policy};
use super::rendezvous::Rendezvous;
use crate::core::error::{Error, Result, Status};
use crate::core::json::Watch;
use crate::os::thread::OnThread;

/// So often the caller's thread hears of a call that it waits for.
pub const TICK: Duration = Duration::from_millis(100);

pub struct Call {
    scope: Arc<CancelScope>,
    caller: Arc<Caller>,
    pub policy: Arc<Policy>,
}

/// The thread that made a call, which alone runs the caller's callbacks.
struct Caller {
    /// None where that is whichever thread serves `rendezvous`.
    hooks: Option<OnThread<Hooks>>,
    rendezvous: Arc<Rendezvous>,
    /// Of the whole call.
    scope: Arc<CancelScope>,
}

struct Hooks {
    hooks: Vec<Hook>,
    asked: Cell<Instant>,
}

impl Call {
    /// A call that the calling thread makes, and that `tick` may stop before anything is sent.
    pub fn begin(
        client: &Arc<CancelScope>,
        policy: &Arc<Policy>,
        progress: Option<Hook>,
    ) -> Result<Arc<Self>> {
        let hooks = policy.tick.clone().into_iter().chain(progress).collect();
        let hooks = Hooks { hooks, asked: Cell::new(Instant::now()) };
        let call = Self::with(client, policy, Some(OnThread::new(hooks)))?;
        match &policy.tick {
            Some(tick) if !tick() => Err(Error::canceled()),
            _ => Ok(call),
        }
    }

    /// What a thread of the library does with nobody waiting: callbacks are for whoever serves it.
    pub fn background(client: &Arc<CancelScope>, policy: &Arc<Policy>) -> Result<Arc<Self>> {
        Self::with(client, policy, None)
    }

    fn with(
        client: &Arc<CancelScope>,
        policy: &Arc<Policy>,
        hooks: Option<OnThread<Hooks>>,
    ) -> Result<Arc<Self>> {
        let scope = client.call()?;
        let caller = Caller { hooks, rendezvous: Arc::default(), scope: scope.clone() };
        Ok(Arc::new(Call { scope, caller: Arc::new(caller), policy: policy.clone() }))
    }

    /// A part of it that can be canceled alone.
    pub fn part(&self) -> Result<Arc<Self>> {
        let (caller, policy) = (self.caller.clone(), self.policy.clone());
        Ok(Arc::new(Call { scope: self.scope.call()?, caller, policy }))
    }

    pub fn is_canceled(&self) -> bool {
        self.scope.is_canceled()
    }

    pub fn cancel(&self) {
        self.scope.cancel();
    }

    /// Has `wait` interrupted by a cancel for as long as what it gives lives.
    pub fn interrupts(&self, wait: Arc<dyn Interrupt>) -> std::io::Result<Interruptible> {
        self.scope.interrupts(wait)
    }

    /// Asks the caller's hooks when it is time to, on the caller's thread, until the call is canceled,
    /// which is a failure.
    pub fn attend(&self) -> Result<()> {
        let is_due = |hooks: &&Hooks| !self.is_canceled() && hooks.asked.get().elapsed() >= TICK;
        if let Some(hooks) = self.hooks().filter(is_due) {
            let goes_on = hooks.hooks.iter().all(|hook| hook());
            hooks.asked.set(Instant::now());
            if !goes_on {
                self.caller.scope.cancel();
            }
        }
        if self.is_canceled() { Err(Error::canceled()) } else { Ok(()) }
    }

    /// How long the calling thread may wait before it has to attend, at most `longest`.
    pub fn slice(&self, longest: Duration) -> Duration {
        match self.hooks() {
            Some(_) => longest.min(TICK),
            None => longest,
        }
    }

    /// The hooks that there are for this thread.
    fn hooks(&self) -> Option<&Hooks> {
        self.caller.hooks.as_ref()?.get().filter(|hooks| !hooks.hooks.is_empty())
    }

    fn is_callers_thread(&self) -> bool {
        self.caller.hooks.as_ref().is_some_and(|hooks| hooks.get().is_some())
    }

    pub fn sleep(&self, time: Duration) -> Result<()> {
        let began = Instant::now();
        loop {
            self.attend()?;
            match time.saturating_sub(began.elapsed()) {
                Duration::ZERO => return Ok(()),
                left => self.scope.wait(self.slice(left)),
            }
        }
    }

    /// Runs a callback on the caller's thread, and waits for what comes of it.
    pub fn run<T: Send + 'static>(&self, callback: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        match self.is_callers_thread() {
            true => Ok(callback()),
            false => self.caller.rendezvous.call(&self.scope, callback),
        }
    }

    /// Runs a callback on the caller's thread when that is there for it.
    pub fn post(&self, callback: impl FnOnce() + Send + 'static) {
        match self.is_callers_thread() {
            true => callback(),
            false => self.caller.rendezvous.post(callback),
        }
    }

    /// Where threads that work for this call leave their callbacks.
    pub fn rendezvous(&self) -> &Arc<Rendezvous> {
        &self.caller.rendezvous
    }

    /// Serves those threads, on the caller's thread, until there is something else to do.
    pub fn serve(&self, rendezvous: &Rendezvous) {
        rendezvous.serve(self.hooks().map(|_| TICK));
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Call")
    }
}

/// A call while it reads a response: until it is canceled or its time is over.
#[derive(Debug, Default)]
pub struct Watching(Option<(Arc<Call>, Instant)>);

impl Watching {
    pub fn new(call: &Arc<Call>, deadline: Instant) -> Self {
        Watching(Some((call.clone(), deadline)))
    }
}

impl Watch for Watching {
    fn go_on(&self) -> Result<()> {
        let Some((call, deadline)) = &self.0 else { return Ok(()) };
        call.attend()?;
        match *deadline <= Instant::now() {
            true => Err(Error::new(Status::Timeout, "timeout_ms ran out while the answer was read")),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn a_hook_that_has_stopped_the_call_is_not_asked_again() {
        let policy = Policy {
            retries: 0,
            connect_timeout: TICK,
            idle_timeout: TICK,
            timeout: TICK,
            upload_timeout: TICK,
            logger: None,
            tick: None,
        };
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let stops: Hook = Arc::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
            false
        });
        let call = Call::begin(&CancelScope::root(), &Arc::new(policy), Some(stops)).unwrap();
        assert!(call.attend().is_ok());
        for _ in 0..3 {
            thread::sleep(TICK);
            assert!(call.attend().is_err());
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }
}
