//! Names to addresses, within a time limit, and remembered for a minute.
//!
//! The system's resolver can neither be interrupted nor given a time limit, so it runs on a thread
//! that is left behind when either is needed. That thread holds nothing of the client and ends when
//! the system gives up.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use super::base::without_brackets;
use super::call::Call;
use super::cancel::lock;
use super::socket::{Until, ended};
use crate::os::thread::spawn;

const KEEP: Duration = Duration::from_secs(60);

/// How often whoever waits looks whether the call was canceled.
const LOOK: Duration = Duration::from_millis(20);

/// How many look-ups of this process may wait for the system at a time.
const MOST_PENDING: usize = 8;

/// How many addresses of a name are tried.
const MOST_ADDRESSES: usize = 16;

/// How long to wait for another thread that looks at the list below, which takes microseconds. In the
/// child of a process that forked at that moment it would take for ever.
const MOST_LOCKED: Duration = Duration::from_secs(1);

/// The one thing that all clients share: what hangs in the system cannot be ended, only not be begun
/// again by each of them.
static PENDING: Mutex<Pending> = Mutex::new(Pending { process: 0, look_ups: Vec::new() });

struct Pending {
    /// The process that these look-ups run in: the child of a fork has none of their threads.
    process: u32,
    look_ups: Vec<Arc<LookUp>>,
}

/// Finds addresses for the connections of one agent.
#[derive(Default)]
pub struct Resolver {
    known: Mutex<Vec<Known>>,
}

/// What is known of a name, for a minute or until no connection can be made.
struct Known {
    host: String,
    port: u16,
    addresses: Vec<SocketAddr>,
    since: Instant,
}

/// A look-up that the system works on.
struct LookUp {
    host: String,
    port: u16,
    outcome: Mutex<Option<Outcome>>,
    done: Condvar,
}

/// No addresses where the system knows none.
type Outcome = Vec<SocketAddr>;

impl LookUp {
    fn is_for(&self, host: &str, port: u16) -> bool {
        self.host == host && self.port == port
    }

    fn begin(host: &str, port: u16) -> io::Result<Arc<Self>> {
        let look_up =
            Arc::new(LookUp { host: host.to_owned(), port, outcome: Mutex::default(), done: Condvar::new() });
        let running = look_up.clone();
        spawn("uc-look-up", move || running.run())?;
        Ok(look_up)
    }

    fn run(self: Arc<Self>) {
        let outcome = ask_system(&self.host, self.port);
        *lock(&self.outcome) = Some(outcome);
        self.done.notify_all();
    }

    fn is_done(&self) -> bool {
        lock(&self.outcome).is_some()
    }

    fn wait(&self, time: Duration) -> Option<Outcome> {
        let waited = self.done.wait_timeout_while(lock(&self.outcome), time, |outcome| outcome.is_none());
        waited.unwrap_or_else(PoisonError::into_inner).0.clone()
    }
}

fn ask_system(host: &str, port: u16) -> Outcome {
    (host, port).to_socket_addrs().map_or_else(|_| Vec::new(), |found| found.take(MOST_ADDRESSES).collect())
}

impl Resolver {
    pub fn forget(&self) {
        lock(&self.known).clear();
    }

    fn remembered(&self, host: &str, port: u16) -> Option<Vec<SocketAddr>> {
        let mut known = lock(&self.known);
        known.retain(|entry| entry.since.elapsed() < KEEP);
        let entry = known.iter().find(|entry| entry.host == host && entry.port == port)?;
        Some(entry.addresses.clone())
    }

    /// At least one address, or a failure of the kind NotFound.
    pub fn resolve(&self, call: &Call, host: &str, port: u16, until: Until) -> io::Result<Vec<SocketAddr>> {
        let host = without_brackets(host);
        if let Ok(ip) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(ip, port)]);
        }
        if let Some(addresses) = self.remembered(host, port) {
            return Ok(addresses);
        }
        let addresses = Self::look_up(call, host, port, until)?;
        if addresses.is_empty() {
            return Err(ErrorKind::NotFound.into());
        }
        let (host, since) = (host.to_owned(), Instant::now());
        lock(&self.known).push(Known { host, port, addresses: addresses.clone(), since });
        Ok(addresses)
    }

    fn look_up(call: &Call, host: &str, port: u16, until: Until) -> io::Result<Outcome> {
        let started = Instant::now();
        let mut look_up = None;
        loop {
            call.attend().map_err(ended)?;
            let time = until.left(LOOK)?;
            if look_up.is_none() {
                let begun = match pending() {
                    Some(mut pending) => pending.share_or_begin(host, port),
                    None if started.elapsed() < MOST_LOCKED => Ok(None),
                    None => LookUp::begin(host, port).map(Some),
                };
                match begun {
                    Ok(begun) => look_up = begun,
                    // No thread can be had: late is better than never.
                    Err(_) => return Ok(ask_system(host, port)),
                }
            }
            match &look_up {
                None => std::thread::sleep(time),
                Some(look_up) => {
                    if let Some(outcome) = look_up.wait(time) {
                        return Ok(outcome);
                    }
                }
            }
        }
    }
}

impl Pending {
    /// None while there are too many.
    fn share_or_begin(&mut self, host: &str, port: u16) -> io::Result<Option<Arc<LookUp>>> {
        self.look_ups.retain(|look_up| !look_up.is_done());
        if let Some(same) = self.look_ups.iter().find(|look_up| look_up.is_for(host, port)) {
            return Ok(Some(same.clone()));
        }
        if self.look_ups.len() >= MOST_PENDING {
            return Ok(None);
        }
        let look_up = LookUp::begin(host, port)?;
        self.look_ups.push(look_up.clone());
        Ok(Some(look_up))
    }
}

/// None while another thread has the list.
fn pending() -> Option<MutexGuard<'static, Pending>> {
    let mut pending = match PENDING.try_lock() {
        Ok(pending) => pending,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(TryLockError::WouldBlock) => return None,
    };
    let process = std::process::id();
    if pending.process != process {
        *pending = Pending { process, look_ups: Vec::new() };
    }
    Some(pending)
}
