//! A connection as ureq uses it: requests out, responses in.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::{error, fmt};

use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};
use zeroize::Zeroizing;

use super::buffers::Room;
use super::call::Call;
use super::socket::Until;
use super::stream::Stream;

/// A kept connection that the server gave up before a byte of its response came.
#[derive(Debug)]
pub struct GrownOld {
    pub cause: io::Error,
    /// The request was not sent to its end, so nothing can have been done.
    pub while_sending: bool,
}

impl fmt::Display for GrownOld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl error::Error for GrownOld {}

/// A connection that ended in disorder. ureq takes a reset for the end of a body without a length.
#[derive(Debug)]
pub struct Lost(pub io::Error);

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl error::Error for Lost {}

pub struct Connection {
    stream: Stream,
    buffers: Room,
    /// `http://host:port`, which stands before the path in requests that a proxy passes on.
    origin: Option<String>,
    /// It served a request before, and nothing came on it for this one yet.
    kept: bool,
    /// The next byte sent is the first of a request.
    at_start: bool,
    /// What comes belongs to the head of a response.
    head: Head,
    /// The server has answered and hears no more of the request.
    refused: bool,
}

impl Connection {
    pub fn new(stream: Stream, buffers: Room, origin: Option<String>) -> Self {
        let head = Head::default();
        Connection { stream, buffers, origin, kept: false, at_start: true, head, refused: false }
    }

    /// The next request is one of `call`. False when that is canceled already.
    pub fn attach(&mut self, call: &Arc<Call>) -> bool {
        self.stream.socket_mut().attach(call).is_ok()
    }

    /// The last call has done with it.
    pub fn detach(&mut self) {
        self.stream.socket_mut().detach();
    }

    fn send(&mut self, amount: usize, until: Until) -> io::Result<()> {
        let output = &self.buffers.output()[..amount];
        let first = std::mem::take(&mut self.at_start);
        match &self.origin {
            Some(origin) if first => self.stream.write_all(&absolute(output, origin), until),
            // `output` borrows the buffers alone.
            _ => self.stream.write_all(output, until),
        }
    }

    fn failure(&self, cause: io::Error, while_sending: bool) -> ureq::Error {
        use ErrorKind::*;
        match cause.kind() {
            UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe | NotConnected if self.kept => {
                io::Error::other(GrownOld { cause, while_sending }).into()
            }
            UnexpectedEof | ConnectionReset | ConnectionAborted => io::Error::other(Lost(cause)).into(),
            _ => cause.into(),
        }
    }
}

fn is_hung_up(error: &io::Error) -> bool {
    use ErrorKind::*;
    matches!(error.kind(), BrokenPipe | ConnectionReset | ConnectionAborted)
}

/// Nothing was taken for as long as idle_timeout_ms.
fn is_idle(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    matches!(inner, Some(ureq::Error::Timeout(ureq::Timeout::PerWrite)))
}

impl Transport for Connection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        if self.refused || amount == 0 {
            return Ok(());
        }
        match self.send(amount, Until::of(timeout)) {
            // Who has answered before the whole request was there, and hears no more of it, is heard.
            Err(error)
                if (is_hung_up(&error) || is_idle(&error)) && self.stream.socket().has_input(false) =>
            {
                self.refused = true;
                Ok(())
            }
            sent => sent.map_err(|error| self.failure(error, true)),
        }
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let input = self.buffers.input_append_buf();
        let amount = match self.stream.read(input, Until::of(timeout)) {
            Ok(0) if self.kept => Err(ErrorKind::UnexpectedEof.into()),
            read => read,
        };
        let amount = amount.map_err(|error| self.failure(error, false))?;
        self.buffers.input_appended(amount);
        while let Some(size) = self.head.unfold(self.buffers.input_mut()) {
            self.buffers.input_consume(size);
        }
        self.kept = false;
        Ok(amount > 0)
    }

    /// Asked when a connection goes to the pool and when it comes from there: nothing may be
    /// waiting on it, neither bytes nor its end.
    fn is_open(&mut self) -> bool {
        self.kept = true;
        self.at_start = true;
        self.head = Head::default();
        !self.stream.socket().has_input(true)
    }

    fn is_tls(&self) -> bool {
        self.stream.is_tls()
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connection")
    }
}

/// The first bytes of a request with the origin before its path: `GET http://host/path HTTP/1.1`
fn absolute(request: &[u8], origin: &str) -> Zeroizing<Vec<u8>> {
    let path = request.iter().position(|byte| *byte == b' ').map_or(0, |space| space + 1);
    let (method, rest) = request.split_at(path);
    Zeroizing::new([method, origin.as_bytes(), rest].concat())
}

/// Where the head of a response was looked through to.
#[derive(Default)]
struct Head {
    seen: usize,
    is_over: bool,
}

impl Head {
    /// Makes one line of each header that was folded into several, as RFC 9112 5.2 says: the line
    /// end becomes spaces. `input` begins with the head as long as that is not over. Gives the size of
    /// an interim response (1xx), which is to be passed over: ureq takes none with headers.
    fn unfold(&mut self, input: &mut [u8]) -> Option<usize> {
        while !self.is_over {
            let Some(end) = memchr::memchr(b'\n', &input[self.seen..]).map(|end| self.seen + end) else {
                self.seen = input.len();
                return None;
            };
            self.seen = end;
            self.is_over = is_blank(&input[..end]);
            if self.is_over && is_interim(input) {
                *self = Head::default();
                return Some(end + 1);
            }
            match input.get(end + 1) {
                _ if self.is_over => {}
                // What follows decides.
                None => return None,
                Some(b' ' | b'\t') => {
                    input[end] = b' ';
                    if input[..end].ends_with(b"\r") {
                        input[end - 1] = b' ';
                    }
                }
                Some(_) => {}
            }
            self.seen += 1;
        }
        None
    }
}

/// Whether another response follows; after 101 another protocol does.
fn is_interim(head: &[u8]) -> bool {
    head.starts_with(b"HTTP/1.") && matches!(head.get(8..12), Some([b' ', b'1', rest @ ..]) if rest != b"01")
}

/// Whether the last line of a head is the empty one that ends it.
fn is_blank(head: &[u8]) -> bool {
    matches!(head, [] | [b'\r'] | [.., b'\n'] | [.., b'\n', b'\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unfolded(pieces: &[&str]) -> String {
        let (mut head, mut input) = (Head::default(), Vec::new());
        for piece in pieces {
            input.extend(piece.bytes());
            while let Some(size) = head.unfold(&mut input) {
                input.drain(..size);
            }
        }
        String::from_utf8(input).unwrap()
    }

    #[test]
    fn folded_headers_become_one_line_each_and_the_body_stays() {
        let whole = "HTTP/1.1 200 OK\r\nA: 1\r\n 2\r\n\t3\nB: 4\n 5\r\n\r\n{\r\n 6}";
        let single = "HTTP/1.1 200 OK\r\nA: 1   2  \t3\nB: 4  5\r\n\r\n{\r\n 6}";
        assert_eq!(unfolded(&[whole]), single);
        let letters: Vec<_> = whole.split("").collect();
        assert_eq!(unfolded(&letters), single);
    }

    #[test]
    fn interim_responses_are_passed_over() {
        let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n b\r\n\r\n";
        let (whole, single) =
            ("HTTP/1.1 200 OK\r\nA: 1\r\n 2\r\n\r\nbody", "HTTP/1.1 200 OK\r\nA: 1   2\r\n\r\nbody");
        let both = interim.to_owned() + whole;
        assert_eq!(unfolded(&[&both]), single);
        assert_eq!(unfolded(&both.split("").collect::<Vec<_>>()), single);
        let other = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
        assert_eq!(unfolded(&[other]), other);
    }

    #[test]
    fn a_head_without_folds_stays_as_it_is() {
        for text in ["HTTP/1.1 200 OK\r\n\r\n body", "\r\n x", "HTTP/1.1 200 OK\nA: 1\n\n b"] {
            assert_eq!(unfolded(&[text]), text);
        }
    }
}
