//! The bytes of one connection. As a rule they pass through; by a [`Plan`] an answer is cut short
//! or trickles, to the byte, whoever writes it.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};
use tokio_rustls::server::TlsStream;

/// So long the peer has to read what it was sent before a reset overtakes it.
const BEFORE_RESET: Duration = Duration::from_millis(20);

/// How the next answer on a connection is sent.
pub struct Plan {
    /// The length of its body.
    pub body: usize,
    pub cut: Option<Cut>,
    pub pace: Option<Pace>,
}

/// The connection ends after so many bytes of the body.
#[derive(Clone, Copy)]
pub struct Cut {
    pub after: usize,
    pub reset: bool,
}

/// So many bytes at a time, with a pause after each.
#[derive(Clone, Copy)]
pub struct Pace {
    pub chunk: usize,
    pub interval: Duration,
    /// Otherwise only the body is slow.
    pub head: bool,
}

/// What a request may do to the connection it came in on.
pub struct Line {
    pub number: u64,
    plan: Mutex<Option<Plan>>,
    /// End with a reset, and so without anything unsent.
    reset: AtomicBool,
    /// The generation of the faults by which the next request goes unanswered; 0 for none.
    stale: AtomicU64,
    counted_in: OnceLock<Arc<AtomicUsize>>,
}

impl Line {
    pub fn new(number: u64) -> Line {
        Line {
            number,
            plan: Mutex::new(None),
            reset: AtomicBool::new(false),
            stale: AtomicU64::new(0),
            counted_in: OnceLock::new(),
        }
    }

    pub fn plan(&self, plan: Plan) {
        *self.plan.lock().unwrap() = Some(plan);
    }

    pub fn reset_at_end(&self) {
        self.reset.store(true, Ordering::Relaxed);
    }

    pub fn set_stale(&self, generation: u64) {
        self.stale.store(generation, Ordering::Relaxed);
    }

    pub fn is_stale(&self, generation: u64) -> bool {
        self.stale.load(Ordering::Relaxed) == generation
    }

    /// Counts this connection as open from now until its end.
    pub fn serves(&self, open: &Arc<AtomicUsize>) {
        self.counted_in.get_or_init(|| {
            open.fetch_add(1, Ordering::Relaxed);
            open.clone()
        });
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(open) = self.counted_in.get() {
            open.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// A stream with a TCP connection at its bottom.
pub trait Socket: AsyncRead + AsyncWrite + Unpin + Send {
    fn tcp(&self) -> &TcpStream;
}

impl Socket for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Socket for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// A stream that follows the plans of its line.
pub struct Wire<S: Socket> {
    stream: S,
    line: Arc<Line>,
    sending: Option<Sending>,
    /// Nothing more is read or written.
    ended: bool,
    reader: Option<Waker>,
}

impl<S: Socket> Wire<S> {
    pub fn new(stream: S, line: Arc<Line>) -> Wire<S> {
        Wire { stream, line, sending: None, ended: false, reader: None }
    }

    /// Ends the connection where the plan cuts the answer.
    fn poll_end(&mut self, context: &mut Context) -> Poll<()> {
        let sending = self.sending.as_mut().expect("only a plan cuts");
        if sending.plan.cut.is_some_and(|cut| cut.reset) {
            if !self.line.reset.swap(true, Ordering::Relaxed) {
                sending.pause(BEFORE_RESET);
            }
            ready!(sending.poll_pause(context));
        }
        self.ended = true;
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
        Poll::Ready(())
    }
}

impl<S: Socket> AsyncRead for Wire<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context, buffer: &mut ReadBuf) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.ended {
            return Poll::Ready(Ok(()));
        }
        this.reader = Some(context.waker().clone());
        Pin::new(&mut this.stream).poll_read(context, buffer)
    }
}

impl<S: Socket> AsyncWrite for Wire<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.sending.is_none() {
            this.sending = this.line.plan.lock().unwrap().take().map(Sending::new);
        }
        let Some(sending) = &mut this.sending else {
            return Pin::new(&mut this.stream).poll_write(context, bytes);
        };
        ready!(sending.poll_pause(context));
        let allowed = sending.allowed(bytes);
        if allowed == 0 {
            ready!(this.poll_end(context));
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let sent = ready!(Pin::new(&mut this.stream).poll_write(context, &bytes[..allowed]))?;
        sending.sent(&bytes[..sent]);
        if sending.is_complete() {
            this.sending = None;
        }
        Poll::Ready(Ok(sent))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(Pin::new(&mut this.stream).poll_flush(context))?;
        if !this.ended && this.sending.as_ref().is_some_and(Sending::is_cut_here) {
            ready!(this.poll_end(context));
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.line.reset.load(Ordering::Relaxed) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut this.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context,
        buffers: &[io::IoSlice],
    ) -> Poll<io::Result<usize>> {
        let is_planned = self.sending.is_some() || self.line.plan.lock().unwrap().is_some();
        if !is_planned {
            return Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, buffers);
        }
        let first = buffers.iter().find(|buffer| !buffer.is_empty());
        self.poll_write(context, first.map_or(&[], |buffer| buffer))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

impl<S: Socket> Drop for Wire<S> {
    fn drop(&mut self) {
        if self.line.reset.load(Ordering::Relaxed) {
            let _ = SockRef::from(self.stream.tcp()).set_linger(Some(Duration::ZERO));
        }
    }
}

/// An answer that is being sent by a plan.
struct Sending {
    plan: Plan,
    /// How much of `\r\n\r\n`, the end of the head, was seen.
    head_end: usize,
    body_sent: usize,
    pause: Option<Pin<Box<Sleep>>>,
}

const HEAD_END: &[u8] = b"\r\n\r\n";

impl Sending {
    fn new(mut plan: Plan) -> Sending {
        if let Some(cut) = &mut plan.cut {
            cut.after = cut.after.min(plan.body);
        }
        Sending { plan, head_end: 0, body_sent: 0, pause: None }
    }

    /// How many of these bytes may be sent at once.
    fn allowed(&self, bytes: &[u8]) -> usize {
        let chunk = self.plan.pace.map_or(usize::MAX, |pace| pace.chunk.max(1));
        if self.is_in_head() {
            let (head, _) = self.head_in(bytes);
            return if self.plan.pace.is_some_and(|pace| pace.head) { head.min(chunk) } else { head };
        }
        let left = self.plan.cut.map_or(usize::MAX, |cut| cut.after - self.body_sent);
        bytes.len().min(chunk).min(left)
    }

    fn sent(&mut self, bytes: &[u8]) {
        let was_in_head = self.is_in_head();
        if was_in_head {
            (_, self.head_end) = self.head_in(bytes);
        } else {
            self.body_sent += bytes.len();
        }
        if let Some(pace) = self.plan.pace.filter(|pace| pace.head || !was_in_head) {
            self.pause(pace.interval);
        }
    }

    /// How many of these bytes belong to the head, and how much of its end was seen with them.
    fn head_in(&self, bytes: &[u8]) -> (usize, usize) {
        let mut seen = self.head_end;
        for (place, byte) in bytes.iter().enumerate() {
            seen = match *byte {
                byte if byte == HEAD_END[seen] => seen + 1,
                b'\r' => 1,
                _ => 0,
            };
            if seen == HEAD_END.len() {
                return (place + 1, seen);
            }
        }
        (bytes.len(), seen)
    }

    fn is_in_head(&self) -> bool {
        self.head_end < HEAD_END.len()
    }

    fn is_cut_here(&self) -> bool {
        !self.is_in_head() && self.plan.cut.is_some_and(|cut| self.body_sent >= cut.after)
    }

    /// Everything was sent, and the connection goes on.
    fn is_complete(&self) -> bool {
        !self.is_in_head() && self.plan.cut.is_none() && self.body_sent >= self.plan.body
    }

    fn pause(&mut self, time: Duration) {
        self.pause = Some(Box::pin(sleep(time)));
    }

    fn poll_pause(&mut self, context: &mut Context) -> Poll<()> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(context));
            self.pause = None;
        }
        Poll::Ready(())
    }
}
