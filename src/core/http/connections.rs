//! The connections that calls share, and how one word ends all calls on them.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use ureq::Agent;

use super::connect::connector;
use super::resolve::{Addresses, CachingResolver};
use super::settings::Settings;
use crate::core::error::{Error, Result, Status};
use crate::core::json::Watch;

/// One generation of connections: made at the start and after each cancel.
pub struct Connections {
    pub agent: Agent,
    stop: Arc<Stop>,
    addresses: Arc<Addresses>,
}

/// Set once; wakes all who wait.
#[derive(Default)]
pub struct Stop {
    set: Mutex<bool>,
    wake: Condvar,
}

impl Stop {
    pub fn is_set(&self) -> bool {
        *lock(&self.set)
    }

    fn set(&self) {
        *lock(&self.set) = true;
        self.wake.notify_all();
    }

    fn wait(&self, time: Duration) -> bool {
        let set = lock(&self.set);
        let (set, _) =
            self.wake.wait_timeout_while(set, time, |set| !*set).unwrap_or_else(PoisonError::into_inner);
        *set
    }
}

impl Connections {
    fn new(settings: &Settings) -> Self {
        let stop = Arc::new(Stop::default());
        let addresses = Arc::new(Addresses::default());
        let resolver = CachingResolver::new(stop.clone(), addresses.clone());
        let agent = Agent::with_parts(settings.agent_config(), connector(), resolver);
        Connections { agent, stop, addresses }
    }

    pub fn forget_addresses(&self) {
        self.addresses.forget();
    }

    pub fn is_canceled(&self) -> bool {
        self.stop.is_set()
    }

    pub fn sleep(&self, time: Duration) -> Result<()> {
        if self.stop.wait(time) { Err(Error::canceled()) } else { Ok(()) }
    }

    fn cancel(&self) {
        self.stop.set();
        self.agent.clone().shutdown();
    }
}

/// A call while it reads an answer: until it is canceled or its time is over.
#[derive(Default)]
pub struct Watching(Option<(Arc<Connections>, Instant)>);

impl Watching {
    pub fn new(connections: &Arc<Connections>, deadline: Instant) -> Self {
        Watching(Some((connections.clone(), deadline)))
    }
}

impl fmt::Debug for Watching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watching")
    }
}

impl Watch for Watching {
    fn go_on(&self) -> Result<()> {
        match &self.0 {
            Some((connections, _)) if connections.is_canceled() => Err(Error::canceled()),
            Some((_, deadline)) if *deadline <= Instant::now() => {
                Err(Error::new(Status::Timeout, "timeout_ms ran out while the answer was read"))
            }
            _ => Ok(()),
        }
    }
}

/// Gives every call the connections of the day. A page that reads ahead has a line of its own,
/// so that it can be ended alone, below the client's, so that it ends with it.
#[derive(Default)]
pub struct Line {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<Arc<Connections>>,
    closed: bool,
    /// A cancel closes it.
    is_one_call: bool,
    cancels: u64,
    branches: Vec<Weak<Line>>,
}

impl Line {
    pub fn connections(&self, settings: &Settings) -> Result<Arc<Connections>> {
        let mut state = lock(&self.state);
        if state.closed {
            return Err(Error::canceled());
        }
        match &state.current {
            Some(current) => Ok(current.clone()),
            None => Ok(state.current.insert(Arc::new(Connections::new(settings))).clone()),
        }
    }

    pub fn cancels(&self) -> u64 {
        lock(&self.state).cancels
    }

    pub fn branch(&self) -> Arc<Line> {
        self.add(Line::default())
    }

    pub fn branch_of_one_call(&self) -> Arc<Line> {
        self.add(Line { state: Mutex::new(State { is_one_call: true, ..State::default() }) })
    }

    fn add(&self, branch: Line) -> Arc<Line> {
        let branch = Arc::new(branch);
        let mut state = lock(&self.state);
        state.branches.retain(|branch| branch.strong_count() > 0);
        state.branches.push(Arc::downgrade(&branch));
        lock(&branch.state).closed = state.closed;
        branch
    }

    /// Ends the calls in progress; later ones get connections of their own.
    pub fn cancel(&self) {
        let mut state = lock(&self.state);
        state.cancels += 1;
        state.closed |= state.is_one_call;
        let current = state.current.take();
        let branches: Vec<_> = state.branches.iter().filter_map(Weak::upgrade).collect();
        drop(state);
        current.iter().for_each(|connections| connections.cancel());
        branches.iter().for_each(|branch| branch.cancel());
    }

    /// Ends the calls in progress, and there will be no later ones.
    pub fn close(&self) {
        lock(&self.state).closed = true;
        self.cancel();
    }
}

/// Nothing here can be left half done, so a lock that a panic poisoned is as good as any.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
