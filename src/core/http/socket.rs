//! A TCP connection whose reads and writes end when their time does, whatever signals arrive.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::Timeout;
use ureq::unversioned::transport::NextTimeout;

use super::call::Call;
use super::cancel::Interruptible;
use crate::core::error::Error;
use crate::os;

/// How long one wait for a peer that does not read may last before its progress is looked at: so late
/// `idle_timeout_ms` may end.
const LOOK: Duration = Duration::from_millis(50);

/// When what is being done must have ended, and what the limit is called.
#[derive(Clone, Copy, Debug)]
pub struct Until {
    at: Option<Instant>,
    limit: Timeout,
}

impl Until {
    pub fn of(timeout: NextTimeout) -> Self {
        Until { at: Instant::now().checked_add(*timeout.after), limit: timeout.reason }
    }

    /// For a connection that may take `most` of the time that is left to the call.
    pub fn connected(most: Duration, time_left: Duration) -> Self {
        let limit = if time_left <= most { Timeout::Global } else { Timeout::Connect };
        Until { at: Instant::now().checked_add(most.min(time_left)), limit }
    }

    pub fn timed_out(&self) -> io::Error {
        timed_out(self.limit)
    }

    /// How long there is still to wait, at most `most`; a failure when the time has ended.
    pub fn left(&self, most: Duration) -> io::Result<Duration> {
        let Some(at) = self.at else { return Ok(most) };
        match at.saturating_duration_since(Instant::now()) {
            Duration::ZERO => Err(self.timed_out()),
            left => Ok(left.min(most)),
        }
    }
}

fn timed_out(limit: Timeout) -> io::Error {
    ureq::Error::Timeout(limit).into_io()
}

/// The time since the last byte moved.
struct Idle {
    most: Duration,
    since: Instant,
}

impl Idle {
    fn left(&self, limit: Timeout) -> io::Result<Duration> {
        match self.most.saturating_sub(self.since.elapsed()) {
            Duration::ZERO => Err(timed_out(limit)),
            left => Ok(left),
        }
    }
}

pub struct Socket {
    stream: Arc<TcpStream>,
    /// None while it is kept for another call.
    at_work: Option<AtWork>,
    // As set on the socket: to set them again costs a system call.
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
}

impl Socket {
    /// For `call`, which ends what it waits for; a failure when that is canceled already.
    pub fn new(stream: TcpStream, call: &Arc<Call>) -> io::Result<Self> {
        let stream = Arc::new(stream);
        let mut socket = Socket { stream, at_work: None, read_timeout: None, write_timeout: None };
        socket.attach(call)?;
        Ok(socket)
    }

    /// The next bytes are those of `call`.
    pub fn attach(&mut self, call: &Arc<Call>) -> io::Result<()> {
        let interruptible = call.interrupts(self.stream.clone())?;
        self.at_work = Some(AtWork { call: call.clone(), _interruptible: interruptible });
        Ok(())
    }

    /// The last call has done with it.
    pub fn detach(&mut self) {
        self.at_work = None;
    }

    fn call(&self) -> io::Result<Arc<Call>> {
        self.at_work.as_ref().map(|work| work.call.clone()).ok_or_else(|| ErrorKind::NotConnected.into())
    }

    /// At least a byte, or 0 where the peer has ended the connection.
    pub fn read(&mut self, buffer: &mut [u8], until: Until) -> io::Result<usize> {
        let call = self.call()?;
        let longest = call.policy.idle_timeout;
        let mut idle = None;
        loop {
            call.attend().map_err(ended)?;
            let most = match &idle {
                None => longest,
                Some(idle) => Idle::left(idle, Timeout::PerRead)?,
            };
            let wait = Some(until.left(call.slice(most))?);
            if wait != self.read_timeout {
                self.stream.set_read_timeout(wait)?;
                self.read_timeout = wait;
            }
            idle.get_or_insert_with(|| Idle { most: longest, since: Instant::now() });
            match (&*self.stream).read(buffer) {
                Err(error) if is_wait_over(&error) => continue,
                read => return read,
            }
        }
    }

    pub fn write_all(&mut self, mut bytes: &[u8], until: Until) -> io::Result<()> {
        let call = self.call()?;
        let mut idle = Idle { most: call.policy.idle_timeout, since: Instant::now() };
        let mut unreceived = None;
        while !bytes.is_empty() {
            call.attend().map_err(ended)?;
            // The system counts a wait from the start of a write, not from the last byte that moved:
            // only short waits tell when that was.
            let wait = Some(until.left(idle.left(Timeout::PerWrite)?.min(LOOK))?);
            if wait != self.write_timeout {
                self.stream.set_write_timeout(wait)?;
                self.write_timeout = wait;
            }
            match (&*self.stream).write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(amount) => {
                    bytes = &bytes[amount..];
                    idle.since = Instant::now();
                }
                Err(error) if is_wait_over(&error) => {
                    let now = os::socket::unreceived(&self.stream);
                    if std::mem::replace(&mut unreceived, now)
                        .is_some_and(|then| now.is_some_and(|now| now < then))
                    {
                        idle.since = Instant::now();
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Whether something has come that was not read yet, the end included where `end` says so.
    pub fn has_input(&self, end: bool) -> bool {
        let peek = || -> io::Result<usize> {
            self.stream.set_nonblocking(true)?;
            let amount = self.stream.peek(&mut [0]);
            self.stream.set_nonblocking(false)?;
            amount
        };
        match peek() {
            Ok(amount) => amount > 0 || end,
            Err(error) => end && error.kind() != ErrorKind::WouldBlock,
        }
    }
}

/// The call that a socket works for.
struct AtWork {
    call: Arc<Call>,
    _interruptible: Interruptible,
}

/// What ended the call ends what it does.
pub fn ended(_: Error) -> io::Error {
    ErrorKind::ConnectionAborted.into()
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Socket")
    }
}

/// A wait ended before its time limit, or with it: the loop around it looks at the clock. A socket
/// tells of its limit as WouldBlock on Unix and as TimedOut on Windows.
fn is_wait_over(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
