//! One request and its answer, by ureq.

use std::fmt;
use std::io::{self, ErrorKind, Read};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use ureq::http::response::Parts;
use ureq::http::{HeaderValue, Request, Response, StatusCode, Version};
use ureq::{Agent, Body as ResponseBody, SendBody};

use super::answer::Answer;
use super::call::{Call, Watching};
use super::encoding::{layers, unpacked};
use super::failure::{Failure, Outcome};
use super::network::Network;
use super::{Body, MOST_BODY, MOST_ERROR_BODY};
use crate::core::error::{Error, Result};
use crate::core::json::{Watch, text_of};
use crate::os;

/// What is packed may be no larger than what it unpacks to, but for what packing adds: behind members
/// of gzip anything may follow, without an end.
const MOST_PACKED: u64 = MOST_BODY + (1 << 20);

const LEAST_ROOM: usize = 8 << 10;

/// Sends `request` and reads its answer, whose body is likely to be `room` bytes large. What it calls
/// is kept out of line, so that sending and unpacking do not take stack at the same time.
#[inline(never)]
pub fn exchange(
    network: &Network,
    call: &Arc<Call>,
    request: Request<()>,
    body: Body,
    deadline: Instant,
    room: usize,
) -> Outcome<Answer> {
    let left = || deadline.saturating_duration_since(Instant::now());
    let host = request.uri().authority().map_or_else(String::new, ToString::to_string);
    let (agent, kept) = network.agent(call, request.uri(), left())?;
    let (response, all_sent) = send(&agent, request, body, left(), &host)?;
    let (parts, body) = response.into_parts();
    let watch = Watching::new(call, deadline);
    let body = read_body(&parts, body, room, &watch, &host)?;
    // A body without a length ends where the connection does, also when a cancel ended it.
    if call.is_canceled() {
        return Err(Error::canceled().into());
    }
    Ok(Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: text_of(body)?,
        watch,
        kept,
        before_all_was_sent: !all_sent,
        ..Answer::default()
    })
}

#[inline(never)]
fn read_body(
    parts: &Parts,
    mut body: ResponseBody,
    room: usize,
    watch: &Watching,
    host: &str,
) -> Outcome<Vec<u8>> {
    let good = parts.status.is_success();
    let length = body.content_length().unwrap_or(0);
    if good && length > MOST_BODY {
        return Err(too_large());
    }
    let raw = body.with_config().limit(MOST_PACKED).reader();
    let go_on = || watch.go_on().map_err(|error| io::Error::other(Ended(error)));
    let mut reader = match framing(parts).and_then(|()| layers(&parts.headers)) {
        Ok(layers) => unpacked(raw, layers, MOST_BODY + 1, &go_on),
        Err(error) if good => return Err(error.into()),
        // The status says the most.
        Err(_) => Box::new(io::empty()),
    };
    if !good {
        // What came of it will do. A few bytes more than are kept, so that the last character among
        // these is whole.
        let most = MOST_ERROR_BODY + 3;
        return Ok(read_all(&mut reader.take(most), 0, most as usize, &go_on).0);
    }
    let (body, end) = read_all(&mut *reader, room.max(length as usize), MOST_BODY as usize, &go_on);
    end.map_err(|error| Failure::of_transport(error.into(), host))?;
    if body.len() as u64 > MOST_BODY {
        return Err(too_large());
    }
    Ok(body)
}

/// The response, and whether it came after the whole request had been sent.
#[inline(never)]
fn send(
    agent: &Agent,
    mut request: Request<()>,
    body: Body,
    time_left: Duration,
    host: &str,
) -> Outcome<(Response<ResponseBody>, bool)> {
    // Without a length the body would go in chunks, which not every receiver takes.
    if let Some(size) = body.size(request.method()) {
        request.headers_mut().insert(CONTENT_LENGTH, size.into());
    }
    let request = agent.configure_request(request).timeout_global(Some(time_left)).build();
    let mut all_sent = true;
    let sent = match body {
        Body::Json("") => agent.run(request),
        // Read where it stands: ureq would take a copy of a text.
        Body::Json(json) => {
            let mut json = json.as_bytes();
            agent.run(request.map(|()| SendBody::from_reader(&mut json)))
        }
        Body::Content(content) => {
            let mut reader = Counted { reader: content.open(), left: content.size() };
            let sent = agent.run(request.map(|()| SendBody::from_reader(&mut reader)));
            all_sent = reader.left == 0;
            sent
        }
    };
    let response = sent.map_err(|error| {
        let failure = Failure::of_transport(error, host);
        if all_sent { failure } else { failure.before_all_was_sent() }
    })?;
    Ok((response, all_sent))
}

/// Fails where nobody can tell how the body is framed: ureq takes each transfer coding but `chunked`
/// for none, and HTTP/1.0 has none at all (RFC 9112 6.1).
fn framing(parts: &Parts) -> Result<()> {
    let mut codings = parts.headers.get_all(TRANSFER_ENCODING).iter();
    if parts.status == StatusCode::NO_CONTENT {
        return Ok(());
    }
    let is_known = |coding: &HeaderValue| coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked");
    let is_first = codings.next().is_none_or(|coding| is_known(coding) && parts.version == Version::HTTP_11);
    match is_first && codings.next().is_none() {
        true => Ok(()),
        false => {
            Err(Error::protocol("the response has a Transfer-Encoding other than chunked over HTTP/1.1"))
        }
    }
}

fn too_large() -> Failure {
    Error::protocol(format!("the answer is larger than {MOST_BODY} bytes")).into()
}

/// A reader that knows how many bytes of it are to come.
struct Counted<'a> {
    reader: Box<dyn Read + 'a>,
    left: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let amount = self.reader.read(buffer)?;
        self.left = self.left.saturating_sub(amount as u64);
        Ok(amount)
    }
}

/// Why a body ended before its time.
#[derive(Debug)]
pub struct Ended(pub Error);

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Ended {}

/// Reads to the end, or as far as it goes, which is at most a byte beyond `most`. `Read::read_to_end`
/// would clear the room first, anew for each read.
#[inline(never)]
fn read_all(
    reader: &mut dyn Read,
    room: usize,
    most: usize,
    go_on: &dyn Fn() -> io::Result<()>,
) -> (Vec<u8>, io::Result<()>) {
    let Some(mut body) = os::memory::zeroed(room.clamp(LEAST_ROOM, most) + 1) else {
        return (Vec::new(), Err(ErrorKind::OutOfMemory.into()));
    };
    let mut filled = 0;
    let end = loop {
        if filled == body.len() {
            if filled > most {
                break Ok(());
            }
            let Some(mut larger) = os::memory::zeroed((2 * filled).min(most + 1)) else {
                break Err(ErrorKind::OutOfMemory.into());
            };
            larger[..filled].copy_from_slice(&body);
            body = larger;
        }
        match reader.read(&mut body[filled..]) {
            Ok(0) => break Ok(()),
            Ok(amount) => filled += amount,
            Err(error) => break Err(error),
        }
        if let Err(error) = go_on() {
            break Err(error);
        }
    };
    body.truncate(filled);
    (body, end)
}
