//! One request and its answer, by ureq.

use std::fmt;
use std::io::{self, Read};
use std::time::Duration;

use ureq::SendBody;
use ureq::http::Request;
use ureq::http::header::CONTENT_LENGTH;

use super::answer::Answer;
use super::connections::Connections;
use super::failure::{Failure, Outcome, Repeat};
use super::{Body, MOST_BODY, MOST_ERROR_BODY};
use crate::core::error::Error;
use crate::core::json::text_of;

const LEAST_ROOM: usize = 8 << 10;

/// Sends `request` and reads its answer, whose body is likely to be `room` bytes large.
pub fn exchange(
    connections: &Connections,
    request: Request<()>,
    body: Body,
    time_left: Duration,
    room: usize,
) -> Outcome<Answer> {
    let agent = &connections.agent;
    let host = request.uri().authority().map_or_else(String::new, ToString::to_string);
    let request = agent.configure_request(request).timeout_global(Some(time_left)).build();
    let mut all_sent = true;
    let sent = match body {
        Body::Json("") => agent.run(request),
        Body::Json(json) => agent.run(request.map(|()| json)),
        Body::Content(content) => {
            let mut reader = Counted { reader: content.open(), left: content.size() };
            let sent = agent.run(with_body(request, content.size(), &mut reader));
            all_sent = reader.left == 0;
            sent
        }
    };
    let mut response = sent.map_err(|error| {
        let mut failure = Failure::of_transport(error, &host);
        if matches!(failure.repeat, Repeat::IfIdempotent | Repeat::AtOnceIfIdempotent) && !all_sent {
            // Nobody acts on half a body.
            failure.repeat = Repeat::Always;
        }
        if failure.repeat == Repeat::Always {
            connections.forget_addresses();
        }
        failure
    })?;
    let status = response.status().as_u16();
    let good = response.status().is_success();
    let length = response.body().content_length().unwrap_or(0);
    if good && length > MOST_BODY {
        return Err(Failure::of_transport(ureq::Error::BodyExceedsLimit(MOST_BODY), &host));
    }
    let most = if good { MOST_BODY } else { u64::MAX };
    let reader = response.body_mut().with_config().limit(most).reader();
    let body = if good {
        let (body, end) = read_all(reader, room.max(length as usize));
        end.map_err(|error| Failure::of_transport(error.into(), &host))?;
        body
    } else {
        // What came of it will do: the status says the most. A few bytes more than are kept, so
        // that the last character among these is whole.
        read_all(reader.take(MOST_ERROR_BODY + 3), 0).0
    };
    // A body without a length ends where the connection does, also when a cancel ended it.
    if connections.is_canceled() {
        return Err(Error::canceled().into());
    }
    let headers = std::mem::take(response.headers_mut());
    Ok(Answer { status, headers, body: text_of(body)?, ..Answer::default() })
}

fn with_body<'a>(request: Request<()>, size: u64, reader: &'a mut Counted) -> Request<SendBody<'a>> {
    let mut request = request.map(|()| SendBody::from_reader(reader));
    // Without a length it would go in chunks, which not every receiver takes.
    request.headers_mut().insert(CONTENT_LENGTH, size.into());
    request
}

/// A reader that knows how many bytes of it are to come.
struct Counted<'a> {
    reader: Box<dyn Read + 'a>,
    left: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let amount = self.reader.read(buffer)?;
        self.left -= amount as u64;
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

/// Reads to the end, or as far as it goes. `Read::read_to_end` would clear the room first, anew for
/// each read.
fn read_all(mut reader: impl Read, room: usize) -> (Vec<u8>, io::Result<()>) {
    let (mut body, mut filled) = (Vec::new(), 0);
    let end = loop {
        if filled == body.len() {
            let size = (2 * filled).max(room.max(LEAST_ROOM) + 1);
            if let Err(error) = body.try_reserve_exact(size - filled) {
                break Err(error.into());
            }
            body.resize(size, 0);
        }
        match reader.read(&mut body[filled..]) {
            Ok(0) => break Ok(()),
            Ok(amount) => filled += amount,
            Err(error) => break Err(error),
        }
    };
    body.truncate(filled);
    (body, end)
}
