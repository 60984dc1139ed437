//! One request and its answer, by ureq.

use std::io::Read;
use std::time::Duration;

use ureq::http::Request;
use ureq::{Agent, AsSendBody};

use super::answer::Answer;
use super::connections::Connections;
use super::failure::{Failure, Outcome};
use super::{MOST_BODY, MOST_ERROR_BODY};
use crate::core::json::text_of;

/// Sends `request` and reads its answer, whose body is likely to be `room` bytes large.
pub fn exchange(
    connections: &Connections,
    request: Request<Vec<u8>>,
    time_left: Option<Duration>,
    room: usize,
) -> Outcome<Answer> {
    let agent = &connections.agent;
    let (parts, body) = request.into_parts();
    let sent = match body.is_empty() {
        true => agent.run(limited(agent, Request::from_parts(parts, ()), time_left)),
        false => agent.run(limited(agent, Request::from_parts(parts, body), time_left)),
    };
    let mut response = sent.map_err(Failure::of_transport)?;
    let status = response.status().as_u16();
    let good = response.status().is_success();
    let length = response.body().content_length().unwrap_or(0).min(MOST_BODY) as usize;
    let mut body = Vec::with_capacity(length.max(room) + 1);
    let most = if good { MOST_BODY } else { u64::MAX };
    let mut reader = response.body_mut().with_config().limit(most).reader();
    if good {
        reader.read_to_end(&mut body).map_err(|error| Failure::of_transport(error.into()))?;
    } else {
        // What came of it will do: the status says the most. A few bytes more than are kept, so
        // that the last character among these is whole.
        let _ = reader.take(MOST_ERROR_BODY + 3).read_to_end(&mut body);
    }
    let headers = std::mem::take(response.headers_mut());
    Ok(Answer { status, headers, body: text_of(body) })
}

fn limited<B: AsSendBody>(agent: &Agent, request: Request<B>, time_left: Option<Duration>) -> Request<B> {
    match time_left {
        Some(_) => agent.configure_request(request).timeout_global(time_left).build(),
        None => request,
    }
}
