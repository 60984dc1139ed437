//! Bytes to a peer and back: over TCP, or over TLS on top of another stream.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use super::base::without_brackets;
use super::socket::{Socket, Until};

#[derive(Debug)]
pub enum Stream {
    Plain(Socket),
    Tls(Box<Tls>),
}

impl Stream {
    /// At least a byte, or 0 where the peer has ended the stream in good order.
    pub fn read(&mut self, buffer: &mut [u8], until: Until) -> io::Result<usize> {
        match self {
            Stream::Plain(socket) => socket.read(buffer, until),
            Stream::Tls(tls) => tls.read(buffer, until),
        }
    }

    pub fn write_all(&mut self, bytes: &[u8], until: Until) -> io::Result<()> {
        match self {
            Stream::Plain(socket) => socket.write_all(bytes, until),
            Stream::Tls(tls) => tls.write_all(bytes, until),
        }
    }

    pub fn socket(&self) -> &Socket {
        match self {
            Stream::Plain(socket) => socket,
            Stream::Tls(tls) => tls.below.socket(),
        }
    }

    pub fn socket_mut(&mut self) -> &mut Socket {
        match self {
            Stream::Plain(socket) => socket,
            Stream::Tls(tls) => tls.below.socket_mut(),
        }
    }

    pub fn is_tls(&self) -> bool {
        matches!(self, Stream::Tls(_))
    }

    /// This stream with TLS on top, once `host` has proved who it is.
    pub fn secured(self, config: Arc<ClientConfig>, host: &str, until: Until) -> io::Result<Stream> {
        let mut tls = Tls::new(self, config, host)?;
        tls.shake_hands(until)?;
        Ok(Stream::Tls(tls))
    }
}

#[derive(Debug)]
pub struct Tls {
    session: ClientConnection,
    below: Stream,
}

impl Tls {
    /// Out of line, since it takes more of the stack than there is to spare in a handshake.
    #[inline(never)]
    fn new(below: Stream, config: Arc<ClientConfig>, host: &str) -> io::Result<Box<Self>> {
        let host = without_brackets(host).to_owned();
        let name = ServerName::try_from(host)
            .map_err(|_| io::Error::other("its name cannot stand in a certificate"))?;
        let session = ClientConnection::new(config, name).map_err(refused)?;
        Ok(Box::new(Tls { session, below }))
    }

    #[inline(never)]
    fn shake_hands(&mut self, until: Until) -> io::Result<()> {
        while self.session.is_handshaking() {
            self.send(until)?;
            if self.session.is_handshaking() && self.receive(until)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        self.send(until)
    }

    fn read(&mut self, buffer: &mut [u8], until: Until) -> io::Result<usize> {
        loop {
            match self.session.reader().read(buffer) {
                // An end without close_notify is UnexpectedEof: anybody on the way can make one.
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.receive(until)?,
                read => return read,
            };
            self.send(until)?;
        }
    }

    fn write_all(&mut self, mut bytes: &[u8], until: Until) -> io::Result<()> {
        while !bytes.is_empty() {
            let taken = self.session.writer().write(bytes)?;
            bytes = &bytes[taken..];
            self.send(until)?;
        }
        Ok(())
    }

    /// Sends what the session has to say.
    fn send(&mut self, until: Until) -> io::Result<()> {
        while self.session.wants_write() {
            self.session.write_tls(&mut Within { stream: &mut self.below, until })?;
        }
        Ok(())
    }

    /// Takes in what comes; 0 at the end.
    fn receive(&mut self, until: Until) -> io::Result<usize> {
        let amount = self.session.read_tls(&mut Within { stream: &mut self.below, until })?;
        if let Err(error) = self.session.process_new_packets() {
            // The peer is told why, if it listens.
            let _ = self.send(until);
            return Err(refused(error));
        }
        Ok(amount)
    }
}

fn refused(error: rustls::Error) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}

/// A stream for those who know no time limits.
struct Within<'a> {
    stream: &'a mut Stream,
    until: Until,
}

impl Read for Within<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buffer, self.until)
    }
}

impl Write for Within<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write_all(bytes, self.until)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
