//! TCP connections to a host of several addresses: the first that stands wins (RFC 8305).

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token, Waker};

use super::call::Call;
use super::cancel::Interrupt;
use super::socket::{Until, ended};

/// How long an attempt has the field to itself.
const HEAD_START: Duration = Duration::from_millis(250);

const INTERRUPT: Token = Token(usize::MAX);

impl Interrupt for Waker {
    fn interrupt(&self) {
        // A waker that cannot wake leaves the wait to its time limit.
        let _ = self.wake();
    }
}

pub fn connect(call: &Call, addresses: &[SocketAddr], until: Until) -> io::Result<TcpStream> {
    let poll = Poll::new()?;
    let waker = Arc::new(Waker::new(poll.registry(), INTERRUPT)?);
    let _interruptible = call.interrupts(waker)?;
    let mut race = Race { call, poll, attempts: Vec::new(), failure: None };
    let stream = race.run(&in_turn(addresses), until)?;
    stream.set_nonblocking(false)?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

struct Race<'a> {
    call: &'a Call,
    poll: Poll,
    /// By their tokens; those that have failed are gone.
    attempts: Vec<Option<mio::net::TcpStream>>,
    /// Of the first attempt that failed: it was to the address that the system likes best.
    failure: Option<io::Error>,
}

impl Race<'_> {
    fn run(&mut self, addresses: &[SocketAddr], until: Until) -> io::Result<TcpStream> {
        let mut waiting = addresses.iter();
        let mut events = Events::with_capacity(16);
        let mut next = Instant::now();
        loop {
            self.call.attend().map_err(ended)?;
            let under_way = self.attempts.iter().any(Option::is_some);
            if !under_way || next <= Instant::now() {
                match waiting.next() {
                    Some(address) => {
                        self.start(*address);
                        next = Instant::now() + HEAD_START;
                        continue;
                    }
                    None if !under_way => return Err(self.take_failure()),
                    None => {}
                }
            }
            let pause = match waiting.len() {
                0 => Duration::MAX,
                _ => next.saturating_duration_since(Instant::now()),
            };
            match self.poll.poll(&mut events, Some(until.left(self.call.slice(pause))?)) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                other => other?,
            }
            if events.iter().any(|event| event.token() == INTERRUPT) {
                return Err(ErrorKind::ConnectionAborted.into());
            }
            if let Some(stream) = events.iter().find_map(|event| self.finish(event.token())) {
                return stream;
            }
        }
    }

    fn start(&mut self, address: SocketAddr) {
        let token = Token(self.attempts.len());
        let attempt = mio::net::TcpStream::connect(address).and_then(|mut stream| {
            self.poll.registry().register(&mut stream, token, Interest::WRITABLE)?;
            Ok(stream)
        });
        let attempt = attempt.map_err(|error| self.note(error)).ok();
        self.attempts.push(attempt);
    }

    /// The connection, once it stands.
    fn finish(&mut self, token: Token) -> Option<io::Result<TcpStream>> {
        let attempt = self.attempts.get_mut(token.0)?;
        let stream = attempt.as_ref()?;
        match stream.take_error() {
            Ok(None) if stream.peer_addr().is_err() => return None,
            Ok(None) => {}
            Ok(Some(error)) | Err(error) => {
                *attempt = None;
                self.note(error);
                return None;
            }
        }
        let mut stream = attempt.take()?;
        let released = self.poll.registry().deregister(&mut stream);
        Some(released.map(|()| TcpStream::from(stream)))
    }

    fn note(&mut self, error: io::Error) {
        self.failure.get_or_insert(error);
    }

    fn take_failure(&mut self) -> io::Error {
        self.failure.take().unwrap_or_else(|| ErrorKind::AddrNotAvailable.into())
    }
}

/// The addresses with their families in turn, so that a family without a route costs one head start.
fn in_turn(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let Some(first) = addresses.first() else { return Vec::new() };
    let (same, other): (Vec<_>, Vec<_>) =
        addresses.iter().copied().partition(|address| address.is_ipv6() == first.is_ipv6());
    let mut other = other.into_iter();
    let mut turns: Vec<_> =
        same.into_iter().flat_map(|address| [Some(address), other.next()]).flatten().collect();
    turns.extend(other);
    turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_take_turns_and_none_is_lost() {
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        let [a, b, c] = ["[::1]:1", "[::2]:1", "[::3]:1"].map(address);
        let [x, y, z] = ["1.1.1.1:1", "2.2.2.2:1", "3.3.3.3:1"].map(address);
        assert_eq!(in_turn(&[a, b, x]), [a, x, b]);
        assert_eq!(in_turn(&[x, a, b, c]), [x, a, b, c]);
        assert_eq!(in_turn(&[x, y, z]), [x, y, z]);
        assert_eq!(in_turn(&[]), []);
    }
}
