//! Names to addresses. ureq asks anew for every request; this resolver remembers, and lets a
//! caller leave who does not want to wait any longer.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{fmt, io, thread};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::connections::{Stop, lock};
use crate::core::queue::Queue;

const KEEP: Duration = Duration::from_secs(60);
const LOOK_UP: Duration = Duration::from_millis(20);

pub struct CachingResolver {
    stop: Arc<Stop>,
    known: Arc<Addresses>,
}

/// What is known of names, for a minute or until no connection can be made.
#[derive(Default)]
pub struct Addresses(Mutex<Vec<Known>>);

impl Addresses {
    fn remembered(&self, host: &str, port: u16) -> Option<ResolvedSocketAddrs> {
        let mut known = lock(&self.0);
        known.retain(|entry| entry.since.elapsed() < KEEP);
        known
            .iter()
            .find(|entry| entry.host == host && entry.port == port)
            .map(|entry| entry.addresses.clone())
    }

    fn remember(&self, host: &str, port: u16, addresses: &ResolvedSocketAddrs) {
        let entry =
            Known { host: host.to_owned(), port, addresses: addresses.clone(), since: Instant::now() };
        lock(&self.0).push(entry);
    }

    pub fn forget(&self) {
        lock(&self.0).clear();
    }
}

struct Known {
    host: String,
    port: u16,
    addresses: ResolvedSocketAddrs,
    since: Instant,
}

impl CachingResolver {
    pub fn new(stop: Arc<Stop>, known: Arc<Addresses>) -> Self {
        CachingResolver { stop, known }
    }

    /// The system's resolver can neither be interrupted nor given a time limit, so it runs on a
    /// thread that is left behind when either is needed. That thread holds nothing of the client
    /// and ends when the system gives up.
    fn ask_system(
        &self,
        host: &str,
        port: u16,
        timeout: NextTimeout,
    ) -> Result<Vec<SocketAddr>, ureq::Error> {
        let deadline = Instant::now().checked_add(*timeout.after);
        let answers = Arc::new(Queue::new(1));
        let (question, answer) = ((host.to_owned(), port), answers.clone());
        thread::Builder::new().spawn(move || answer.push(question.to_socket_addrs()))?;
        loop {
            match answers.pop_within(LOOK_UP) {
                Some(Ok(addresses)) => return Ok(addresses.collect()),
                Some(Err(_)) => return Err(ureq::Error::HostNotFound),
                None if self.stop.is_set() => {
                    return Err(io::Error::from(io::ErrorKind::ConnectionAborted).into());
                }
                None if deadline.is_some_and(|deadline| deadline <= Instant::now()) => {
                    return Err(ureq::Error::Timeout(timeout.reason));
                }
                None => {}
            }
        }
    }
}

impl Resolver for CachingResolver {
    fn resolve(
        &self,
        uri: &Uri,
        _: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let host = uri.host().ok_or(ureq::Error::HostNotFound)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let default = if uri.scheme_str() == Some("https") { 443 } else { 80 };
        let port = uri.port_u16().unwrap_or(default);
        let mut resolved = self.empty();
        if let Ok(ip) = host.parse::<IpAddr>() {
            resolved.push(SocketAddr::new(ip, port));
            return Ok(resolved);
        }
        if let Some(addresses) = self.known.remembered(host, port) {
            return Ok(addresses);
        }
        for address in self.ask_system(host, port, timeout)? {
            // Those beyond what ureq takes are left out.
            let _ = resolved.try_push(address);
        }
        if resolved.is_empty() {
            return Err(ureq::Error::HostNotFound);
        }
        self.known.remember(host, port, &resolved);
        Ok(resolved)
    }
}

impl fmt::Debug for CachingResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CachingResolver")
    }
}
