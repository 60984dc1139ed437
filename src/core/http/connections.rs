//! The connections that calls share, and how one word ends all calls on them.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::config::Config;
use ureq::http::Uri;

use super::connect::Connector;
use super::failure::NotConnected;
use super::pool::{Origin, Pool, lend};
use super::settings::Settings;
use crate::core::error::{Error, Result, Status};
use crate::core::json::Watch;
use crate::os::process::Own;

/// One generation of connections: made at the start and after each cancel.
pub struct Connections {
    stop: Arc<Stop>,
    connector: Connector,
    pool: Arc<Pool>,
    config: Config,
}

/// Set once; wakes all who wait.
#[derive(Default)]
pub struct Stop {
    state: Mutex<Stopping>,
    wake: Condvar,
}

#[derive(Default)]
struct Stopping {
    is_set: bool,
    /// What calls wait on elsewhere.
    waits: Vec<Weak<dyn Interrupt>>,
}

/// Something that a thread waits on, which another one can end.
pub trait Interrupt: Send + Sync {
    fn interrupt(&self);
}

impl Interrupt for TcpStream {
    fn interrupt(&self) {
        // It fails where the connection has ended by itself.
        let _ = self.shutdown(Shutdown::Both);
    }
}

impl Stop {
    pub fn is_set(&self) -> bool {
        lock(&self.state).is_set
    }

    /// Has `wait` interrupted, should it come to that; a failure where it has.
    pub fn ends(&self, wait: Weak<dyn Interrupt>) -> io::Result<()> {
        let mut state = lock(&self.state);
        if state.is_set {
            return Err(ErrorKind::ConnectionAborted.into());
        }
        state.waits.retain(|wait| wait.strong_count() > 0);
        state.waits.push(wait);
        Ok(())
    }

    fn set(&self) {
        let mut state = lock(&self.state);
        state.is_set = true;
        let waits = std::mem::take(&mut state.waits);
        drop(state);
        self.wake.notify_all();
        waits.iter().filter_map(Weak::upgrade).for_each(|wait| wait.interrupt());
    }

    fn wait(&self, time: Duration) -> bool {
        let waiting = |state: &mut Stopping| !state.is_set;
        let waited = self.wake.wait_timeout_while(lock(&self.state), time, waiting);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_set
    }
}

impl Connections {
    fn new(settings: &Arc<Settings>) -> Self {
        let stop = Arc::new(Stop::default());
        let connector = Connector::new(settings.clone(), stop.clone());
        Connections { stop, connector, pool: Arc::default(), config: settings.agent_config() }
    }

    /// What sends a request to `uri`: over a kept connection, which it tells, or over one that is
    /// made within `time_left`.
    pub fn agent(&self, uri: &Uri, time_left: Duration) -> std::result::Result<(Agent, bool), NotConnected> {
        let origin = Origin::of(uri);
        let (connection, is_kept) = match self.pool.take(&origin) {
            Some(kept) => (kept, true),
            None => (self.connector.connect(uri, time_left)?, false),
        };
        Ok((lend(connection, origin, &self.pool, self.config.clone()), is_kept))
    }

    /// The next request to `uri` goes over a new connection: the kept ones are no better than the last.
    pub fn renew(&self, uri: &Uri) {
        self.pool.forget(&Origin::of(uri));
    }

    pub fn is_canceled(&self) -> bool {
        self.stop.is_set()
    }

    pub fn sleep(&self, time: Duration) -> Result<()> {
        if self.stop.wait(time) { Err(Error::canceled()) } else { Ok(()) }
    }

    fn cancel(&self) {
        self.stop.set();
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
pub struct Line {
    /// A child of `fork()` leaves the parent's connections alone.
    state: Own<Mutex<State>>,
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

impl Default for Line {
    fn default() -> Self {
        Line { state: Own::new(Mutex::default()) }
    }
}

impl Line {
    pub fn connections(&self, settings: &Arc<Settings>) -> Result<Arc<Connections>> {
        let mut state = lock(self.state.get().ok_or_else(made_before_fork)?);
        if state.closed {
            return Err(Error::canceled());
        }
        match &state.current {
            Some(current) => Ok(current.clone()),
            None => Ok(state.current.insert(Arc::new(Connections::new(settings))).clone()),
        }
    }

    pub fn cancels(&self) -> u64 {
        self.state.get().map_or(0, |state| lock(state).cancels)
    }

    pub fn branch(&self) -> Arc<Line> {
        self.add(State::default())
    }

    pub fn branch_of_one_call(&self) -> Arc<Line> {
        self.add(State { is_one_call: true, ..State::default() })
    }

    fn add(&self, state: State) -> Arc<Line> {
        let Some(own) = self.state.get() else {
            return Arc::new(Line { state: self.state.beside(Mutex::new(state)) });
        };
        let mut own = lock(own);
        let branch = Arc::new(Line { state: Own::new(Mutex::new(State { closed: own.closed, ..state })) });
        own.branches.retain(|branch| branch.strong_count() > 0);
        own.branches.push(Arc::downgrade(&branch));
        branch
    }

    /// Ends the calls in progress; later ones get connections of their own.
    pub fn cancel(&self) {
        let Some(state) = self.state.get() else { return };
        let mut state = lock(state);
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
        if let Some(state) = self.state.get() {
            lock(state).closed = true;
        }
        self.cancel();
    }
}

fn made_before_fork() -> Error {
    Error::argument("this client was made before fork(); make a new one in the child")
}

/// Nothing here can be left half done, so a lock that a panic poisoned is as good as any.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
