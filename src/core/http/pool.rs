//! Connections that are kept for later requests, and how ureq is handed one.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::http::uri::{Authority, Scheme};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::call::Call;
use super::cancel::lock;
use super::transport::Connection;

/// Servers close what is idle for longer.
const KEEP: Duration = Duration::from_secs(15);

/// More are closed, the oldest first: each has buffers.
const MOST_KEPT: usize = 32;

/// One connection for each thread that was in a call at the same time.
#[derive(Default)]
pub struct Pool(Mutex<Vec<Kept>>);

struct Kept {
    origin: Origin,
    connection: Connection,
    since: Instant,
}

/// What a connection leads to.
#[derive(Clone, PartialEq, Eq)]
pub struct Origin(Option<Scheme>, Option<Authority>);

impl Origin {
    pub fn of(uri: &Uri) -> Self {
        Origin(uri.scheme().cloned(), uri.authority().cloned())
    }
}

impl Pool {
    /// The connection that was used last, since the others may be closed again the sooner.
    pub fn take(&self, origin: &Origin, call: &Arc<Call>) -> Option<Connection> {
        let mut kept = lock(&self.0);
        kept.retain(|kept| kept.since.elapsed() < KEEP);
        while let Some(place) = kept.iter().rposition(|kept| kept.origin == *origin) {
            let mut found = kept.remove(place);
            if !found.connection.is_open() {
                continue;
            }
            if found.connection.attach(call) {
                return Some(found.connection);
            }
            // The call was canceled: the connection is for the next one.
            kept.push(found);
            break;
        }
        None
    }

    /// Drops what is kept for `origin`.
    pub fn forget(&self, origin: &Origin) {
        lock(&self.0).retain(|kept| kept.origin != *origin);
    }

    fn put(&self, origin: Origin, connection: Connection) {
        let mut kept = lock(&self.0);
        kept.retain(|kept| kept.since.elapsed() < KEEP);
        if kept.len() == MOST_KEPT {
            kept.remove(0);
        }
        kept.push(Kept { origin, connection, since: Instant::now() });
    }
}

/// An agent for one request over `connection`, which goes to the pool when the agent and the response
/// are dropped and the response was read to its end.
///
/// ureq would make the connection itself, from a place that is deep in the stack already, and its own
/// pool cannot tell one call's connections from another's.
pub fn lend(connection: Connection, origin: Origin, pool: &Arc<Pool>, config: Config) -> Agent {
    let lent = Lent { connection: Some(connection), origin, pool: pool.clone(), is_reusable: false };
    Agent::with_parts(config, Lender(Mutex::new(Some(lent))), NoResolver)
}

struct Lender(Mutex<Option<Lent>>);

impl Connector for Lender {
    type Out = Lent;

    fn connect(&self, _: &ConnectionDetails, _: Option<()>) -> Result<Option<Lent>, ureq::Error> {
        Ok(lock(&self.0).take())
    }
}

impl fmt::Debug for Lender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lender")
    }
}

/// ureq asks for addresses before it asks for a connection.
#[derive(Debug)]
struct NoResolver;

impl Resolver for NoResolver {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}

struct Lent {
    /// Here until it is dropped.
    connection: Option<Connection>,
    origin: Origin,
    pool: Arc<Pool>,
    /// ureq has read a response to its end and would keep the connection.
    is_reusable: bool,
}

impl Lent {
    fn connection(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("a connection is here until it is dropped")
    }
}

impl Transport for Lent {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.connection().buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.is_reusable = false;
        self.connection().transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.connection().await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.is_reusable = self.connection().is_open();
        self.is_reusable
    }

    fn is_tls(&self) -> bool {
        self.connection.as_ref().is_some_and(Transport::is_tls)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take().filter(|_| self.is_reusable) {
            connection.detach();
            self.pool.put(self.origin.clone(), connection);
        }
    }
}

impl fmt::Debug for Lent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lent")
    }
}
