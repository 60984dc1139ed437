//! How a connection is made. ureq's own connector cannot be interrupted while it connects, so
//! this one takes its place; everything here stands on ureq's `unversioned` interface.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use std::{error, fmt};

use mio::{Events, Interest, Poll, Token, Waker};
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout,
    RustlsConnector, ShutdownHandle, SocksConnector, Transport,
};

/// SOCKS and CONNECT proxies, else TCP, and TLS on top where the address asks for it.
pub fn connector() -> impl Connector {
    ().chain(SocksConnector::default())
        .chain(ConnectProxyConnector::default())
        .chain(TcpConnector)
        .chain(TlsConnector(RustlsConnector::default()))
}

/// A connection that could not be made: no byte of the request was sent.
#[derive(Debug)]
pub struct NotConnected(pub io::Error);

impl fmt::Display for NotConnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl error::Error for NotConnected {}

/// A connection that had been kept, and that the server gave up before a byte of its answer came.
#[derive(Debug)]
pub struct GrownOld(pub io::Error);

impl fmt::Display for GrownOld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl error::Error for GrownOld {}

#[derive(Debug)]
struct TcpConnector;

impl<In: Transport> Connector<In> for TcpConnector {
    type Out = Either<In, Tcp>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        if let Some(transport) = chained {
            return Ok(Some(Either::A(transport)));
        }
        let stream = Arc::new(connect_any(details)?);
        stream.set_nodelay(true)?;
        let handle = Arc::downgrade(&stream);
        (details.register_shutdown)(handle)?;
        let config = details.config;
        let buffers = LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size());
        Ok(Some(Either::B(Tcp {
            stream,
            buffers,
            read_timeout: None,
            write_timeout: None,
            kept: false,
            refused: false,
        })))
    }
}

/// Each address in turn, all within one time limit.
fn connect_any(details: &ConnectionDetails) -> Result<TcpStream, ureq::Error> {
    let deadline = Instant::now().checked_add(*details.timeout.after);
    let mut failure = io::Error::from(io::ErrorKind::AddrNotAvailable);
    let mut addresses_left = details.addrs.len() as u32;
    for address in &details.addrs {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        match connect(*address, left.map(|left| left / addresses_left), details) {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = error,
        }
        addresses_left -= 1;
    }
    match failure.kind() {
        io::ErrorKind::TimedOut => Err(ureq::Error::Timeout(details.timeout.reason)),
        kind => Err(io::Error::new(kind, NotConnected(failure)).into()),
    }
}

const STREAM: Token = Token(0);
const INTERRUPT: Token = Token(1);

/// Wakes a thread that waits for a connection when ureq shuts its agent down.
struct Interrupt(Waker);

impl ShutdownHandle for Interrupt {
    fn shutdown(&self) {
        // A waker that cannot wake leaves the wait to its time limit.
        let _ = self.0.wake();
    }
}

fn connect(
    address: SocketAddr,
    timeout: Option<Duration>,
    details: &ConnectionDetails,
) -> io::Result<TcpStream> {
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let mut poll = Poll::new()?;
    let interrupt: Arc<dyn ShutdownHandle> = Arc::new(Interrupt(Waker::new(poll.registry(), INTERRUPT)?));
    let handle: Weak<dyn ShutdownHandle> = Arc::downgrade(&interrupt);
    (details.register_shutdown)(handle).map_err(ureq::Error::into_io)?;
    let mut stream = mio::net::TcpStream::connect(address)?;
    poll.registry().register(&mut stream, STREAM, Interest::WRITABLE)?;
    let mut events = Events::with_capacity(2);
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        match poll.poll(&mut events, left) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        }
        if events.iter().any(|event| event.token() == INTERRUPT) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        if let Some(error) = stream.take_error()? {
            return Err(error);
        }
        if stream.peer_addr().is_ok() {
            break;
        }
    }
    poll.registry().deregister(&mut stream)?;
    let stream = TcpStream::from(stream);
    stream.set_nonblocking(false)?;
    Ok(stream)
}

#[derive(Debug)]
struct Tcp {
    stream: Arc<TcpStream>,
    buffers: LazyBuffers,
    // As set on the socket: setting them again costs a system call.
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
    /// It served a request before, and nothing came on it for this one yet.
    kept: bool,
    /// The server has answered and hears no more of the request.
    refused: bool,
}

fn is_hung_up(error: &io::Error) -> bool {
    use io::ErrorKind::*;
    matches!(error.kind(), BrokenPipe | ConnectionReset | ConnectionAborted)
}

impl Tcp {
    /// Whether something has come that was not read yet.
    fn has_input(&self) -> bool {
        let peek = || -> io::Result<usize> {
            self.stream.set_nonblocking(true)?;
            let amount = self.stream.peek(&mut [0]);
            self.stream.set_nonblocking(false)?;
            amount
        };
        peek().is_ok_and(|amount| amount > 0)
    }

    fn failure(&self, error: io::Error, timeout: NextTimeout) -> ureq::Error {
        match error.kind() {
            // A socket tells of its time limit as WouldBlock on Unix and TimedOut on Windows.
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => ureq::Error::Timeout(timeout.reason),
            kind if self.kept => io::Error::new(kind, GrownOld(error)).into(),
            _ => error.into(),
        }
    }
}

impl Transport for Tcp {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let timeout = timeout.for_write();
        let left = limit(timeout);
        if left != self.write_timeout {
            self.stream.set_write_timeout(left)?;
            self.write_timeout = left;
        }
        if self.refused {
            return Ok(());
        }
        let mut stream = &*self.stream;
        match stream.write_all(&self.buffers.output()[..amount]) {
            // Who has answered before the whole request was there, and hears no more of it, is heard.
            Err(error) if is_hung_up(&error) && self.has_input() => {
                self.refused = true;
                Ok(())
            }
            written => written.map_err(|error| self.failure(error, timeout)),
        }
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let timeout = timeout.for_read();
        let left = limit(timeout);
        if left != self.read_timeout {
            self.stream.set_read_timeout(left)?;
            self.read_timeout = left;
        }
        let input = self.buffers.input_append_buf();
        let amount = loop {
            match (&*self.stream).read(input) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Ok(0) if self.kept => break Err(io::ErrorKind::UnexpectedEof.into()),
                other => break other,
            }
        };
        let amount = amount.map_err(|error| self.failure(error, timeout))?;
        self.buffers.input_appended(amount);
        self.kept = false;
        Ok(amount > 0)
    }

    /// Asked when a connection goes to the pool and when it comes from there: nothing may be
    /// waiting on it, neither bytes nor its end.
    fn is_open(&mut self) -> bool {
        self.kept = true;
        let probe = || -> io::Result<bool> {
            self.stream.set_nonblocking(true)?;
            let read = (&*self.stream).read(&mut [0]);
            self.stream.set_nonblocking(false)?;
            Ok(read.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock))
        };
        probe().unwrap_or(false)
    }
}

fn limit(timeout: NextTimeout) -> Option<Duration> {
    timeout.not_zero().map(|left| *left)
}

/// ureq's TLS, with its configuration kept: given settings that belong to one request, as every
/// call here has for its time limit, it would build the configuration anew for each connection.
#[derive(Debug)]
struct TlsConnector(RustlsConnector);

impl<In: Transport> Connector<In> for TlsConnector {
    type Out = <RustlsConnector as Connector<In>>::Out;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let details = ConnectionDetails {
            uri: details.uri,
            addrs: details.addrs.clone(),
            config: details.config,
            request_level: false,
            resolver: details.resolver,
            now: details.now,
            timeout: details.timeout,
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        };
        self.0.connect(&details, chained)
    }
}
