//! How each fault is carried out.

use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::CONTENT_ENCODING;
use axum::http::{HeaderValue, StatusCode, Version};
use bytes::Bytes;
use flate2::{Compress, Compression, Crc, FlushCompress};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::answer::{self, API_TYPE, Answer, of_type};
use crate::cdn;
use crate::faults::{Body, Inside, Kind, Slow, Status};
use crate::service::{Exchange, Service, Silence};
use crate::uploads;
use crate::wire::{Cut, Line, Pace, Plan};

/// Answers a request wrongly, or not at all.
pub async fn answer(
    service: &Service,
    fault: &Kind,
    exchange: &Exchange,
    line: &Line,
) -> Result<Answer, Silence> {
    match fault {
        Kind::Status(status) => return Ok(made_up(service, of_status(status, exchange).await)),
        Kind::Body(body) => return Ok(made_up(service, of_body(body))),
        Kind::ResetBefore(unanswered) => {
            line.reset_at_end();
            return silence(service, exchange, unanswered.done).await;
        }
        Kind::ResetReading { .. } | Kind::HangReading(_) => return Err(stop_reading(fault, line).await),
        Kind::CloseBefore(unanswered) => return silence(service, exchange, unanswered.done).await,
        Kind::Hang(hang) => {
            sleep(Duration::from_millis(hang.ms)).await;
            return silence(service, exchange, hang.done).await;
        }
        Kind::Delay { ms } => sleep(Duration::from_millis(*ms)).await,
        Kind::CloseIdle {} => line.set_stale(service.shared.faults.lock().unwrap().generation()),
        _ => {}
    }
    let mut answer = service.right_answer(exchange).await;
    if let Some(body) = spoilt(fault, answer.body(), exchange) {
        *answer.body_mut() = body.into();
    }
    service.compress(&mut answer, exchange);
    service.complete(&mut answer);
    if let Kind::NoLength {} = fault {
        *answer.version_mut() = Version::HTTP_10;
    }
    if let Some(plan) = plan(fault, answer.body().len()) {
        line.plan(plan);
    }
    Ok(answer)
}

/// What comes when enough of a request was read, or all of it if that was less.
pub async fn stop_reading(fault: &Kind, line: &Line) -> Silence {
    match fault {
        Kind::HangReading(hang) => sleep(Duration::from_millis(hang.ms)).await,
        _ => line.reset_at_end(),
    }
    Silence
}

async fn silence(service: &Service, exchange: &Exchange, done: bool) -> Result<Answer, Silence> {
    if done {
        service.right_answer(exchange).await;
    }
    Err(Silence)
}

/// How the right answer is sent wrongly.
fn plan(fault: &Kind, body: usize) -> Option<Plan> {
    let cut = |after: usize, reset: bool| Some(Plan { body, cut: Some(Cut { after, reset }), pace: None });
    let half = |inside: &Inside| inside.after.unwrap_or(body / 2);
    match fault {
        Kind::ResetInside(inside) => cut(half(inside), true),
        Kind::CloseInside(inside) => cut(half(inside), false),
        Kind::CloseAfter {} => cut(body, false),
        Kind::Slow(Slow { chunk, interval_ms, head }) => {
            let interval = Duration::from_millis(*interval_ms);
            Some(Plan { body, cut: None, pace: Some(Pace { chunk: *chunk, interval, head: *head }) })
        }
        _ => None,
    }
}

/// What the body of the right answer is replaced by.
fn spoilt(fault: &Kind, body: &Bytes, exchange: &Exchange) -> Option<Vec<u8>> {
    match fault {
        Kind::TruncatedJson {} => return Some(body[..body.len() / 2].to_vec()),
        Kind::MalformedJson {} => return malformed(body),
        _ => {}
    }
    let mut json: Value = serde_json::from_slice(body).ok()?;
    match fault {
        Kind::Next { value } => {
            let next = value.as_ref().map(|value| filled_in(value, &json, exchange));
            set(&mut json, "/next", next.into());
        }
        Kind::Set { pointer, value } => set(&mut json, pointer, value.clone()),
        Kind::EmptyPage {} => {
            set(&mut json, "/results", json!([]));
            set(&mut json, "/next", json!(format!("{}{}", exchange.origin, same_again(exchange.target()))));
        }
        _ => return None,
    }
    Some(json.to_string().into_bytes())
}

/// A colon becomes a semicolon, near the middle.
fn malformed(body: &[u8]) -> Option<Vec<u8>> {
    // No text holds a quote without a backslash, so that this is the end of a key.
    let ends_key =
        |place: &usize| *place >= 2 && body[*place - 1..].starts_with(b"\":") && body[*place - 2] != b'\\';
    let middle = body.len() / 2;
    let colon = (middle..body.len()).find(ends_key).or_else(|| (0..middle).rev().find(ends_key))?;
    let mut malformed = body.to_vec();
    malformed[colon] = b';';
    Some(malformed)
}

fn filled_in(value: &str, json: &Value, exchange: &Exchange) -> String {
    let next = json["next"].as_str().unwrap_or_default();
    let next = next.strip_prefix(&exchange.origin).unwrap_or(next);
    value.replace("{next}", next).replace("{base}", &exchange.origin).replace("{self}", exchange.target())
}

/// The same target in other words, since a page whose `next` is itself would be another fault.
fn same_again(target: &str) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (query, times) = query.rsplit_once("again=").unwrap_or((query, "0"));
    let query = query.trim_end_matches('&');
    let and = if query.is_empty() { "" } else { "&" };
    format!("{path}?{query}{and}again={}", times.parse::<u64>().unwrap_or(0) + 1)
}

/// Puts a value where a JSON pointer leads; only its last step may be new.
fn set(json: &mut Value, pointer: &str, value: Value) {
    let Some((parent, key)) = pointer.rsplit_once('/') else {
        *json = value;
        return;
    };
    let key = key.replace("~1", "/").replace("~0", "~");
    match json.pointer_mut(parent) {
        Some(Value::Object(object)) => {
            object.insert(key, value);
        }
        Some(Value::Array(array)) => match key.parse::<usize>() {
            Ok(place) if place < array.len() => array[place] = value,
            _ => array.push(value),
        },
        _ => {}
    }
}

/// Completes an answer that nobody else had a hand in.
fn made_up(service: &Service, (mut answer, headers): (Answer, HeaderMap)) -> Answer {
    answer.headers_mut().extend(headers);
    service.complete(&mut answer);
    answer
}

async fn of_status(wanted: &Status, exchange: &Exchange) -> (Answer, HeaderMap) {
    let Status { status, headers, body, content_type } = wanted;
    let refusal = uploads::usual_refusal(&exchange.head, *status)
        .or_else(|| cdn::usual_refusal(&exchange.head, *status));
    if let (None, Some(refusal)) = (body, refusal) {
        return (answer::collect(refusal).await, headers.clone());
    }
    let retry_after = headers.get("retry-after").and_then(|value| value.to_str().ok());
    let body = body.clone().unwrap_or_else(|| usual_body(*status, retry_after));
    let content_type = content_type.as_deref().unwrap_or_else(|| likely_type(&body));
    (of_type(*status, content_type, body), headers.clone())
}

/// What the service, or what stands before it, answers with a status.
fn usual_body(status: u16, retry_after: Option<&str>) -> String {
    let wait = retry_after.and_then(|text| text.parse::<u64>().ok()).unwrap_or(10);
    let detail = match status {
        200 | 201 => return "{}".to_owned(),
        401 => "Incorrect authentication credentials.".to_owned(),
        403 => "You do not have permission to perform this action.".to_owned(),
        404 => "Not found.".to_owned(),
        405 => "Method \"GET\" not allowed.".to_owned(),
        406 => "Incorrect Accept header provided. Make sure to specify API version. \
                Refer to REST API docs for details."
            .to_owned(),
        409 => "Concurrent call attempted".to_owned(),
        429 => format!("Request was throttled. Expected available in {wait} seconds."),
        202..300 | 304 => return String::new(),
        300.. if status != 400 => return page_of_a_proxy(status),
        _ => "Bad request.".to_owned(),
    };
    json!({ "detail": detail }).to_string()
}

/// What stands before the service says no in HTML.
pub fn page_of_a_proxy(status: u16) -> String {
    let reason =
        StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Unknown");
    format!(
        "<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n\
         <center><h1>{status} {reason}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
}

fn likely_type(body: &str) -> &'static str {
    match body.trim_start().chars().next() {
        Some('{' | '[') => API_TYPE,
        Some('<') => "text/html",
        _ => "text/plain",
    }
}

fn of_body(wanted: &Body) -> (Answer, HeaderMap) {
    let bytes = match wanted {
        Body { body: Some(text), .. } => text.clone().into_bytes(),
        Body { base64: Some(bytes), .. } => bytes.clone(),
        Body { fill: Some(size), .. } => filler(*size),
        Body { gzip_fill: Some(size), .. } => gzip_filler(*size),
        Body { nested: Some(depth), .. } => nested(*depth),
        _ => Vec::new(),
    };
    let mut answer: Answer =
        of_type(wanted.status, wanted.content_type.as_deref().unwrap_or(API_TYPE), bytes);
    if wanted.gzip_fill.is_some() {
        answer.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    (answer, wanted.headers.clone())
}

const FILLER_START: &[u8] = b"{\"results\":[\"";
const FILLER_END: &[u8] = b"\"]}";

/// JSON of so many bytes, one long text.
fn filler(size: usize) -> Vec<u8> {
    let mut filler = FILLER_START.to_vec();
    filler.resize(size.saturating_sub(FILLER_END.len()).max(FILLER_START.len()), b'a');
    filler.extend(FILLER_END);
    filler
}

/// The same, compressed to a thousandth of it: one compressed piece, over and over, since all of
/// them are alike.
fn gzip_filler(size: u64) -> Vec<u8> {
    const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    const PIECE: usize = 1 << 20;
    let letters = size.saturating_sub((FILLER_START.len() + FILLER_END.len()) as u64);
    let (pieces, rest) = (letters / PIECE as u64, (letters % PIECE as u64) as usize);
    let piece = vec![b'a'; PIECE];
    let (deflated, crc) = (deflate(&piece, FlushCompress::Full), crc(&piece));

    let mut gzip = HEAD.to_vec();
    let mut total = self::crc(FILLER_START);
    gzip.extend(deflate(FILLER_START, FlushCompress::Full));
    for _ in 0..pieces {
        gzip.extend(&deflated);
        total.combine(&crc);
    }
    let end = [&piece[..rest], FILLER_END].concat();
    gzip.extend(deflate(&end, FlushCompress::Finish));
    total.combine(&self::crc(&end));
    gzip.extend(total.sum().to_le_bytes());
    gzip.extend(total.amount().to_le_bytes());
    gzip
}

fn crc(bytes: &[u8]) -> Crc {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc
}

/// Deflates bytes so that what was deflated by itself may precede and follow.
fn deflate(bytes: &[u8], flush: FlushCompress) -> Vec<u8> {
    let mut deflated = Vec::with_capacity(bytes.len() / 100 + 1024);
    Compress::new(Compression::best(), false)
        .compress_vec(bytes, &mut deflated, flush)
        .expect("deflating cannot fail");
    deflated
}

fn nested(depth: usize) -> Vec<u8> {
    let (open, closed) = ("[".repeat(depth), "]".repeat(depth));
    format!("{{\"next\":null,\"previous\":null,\"total\":1,\"per_page\":100,\"results\":[{open}{closed}]}}")
        .into()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn the_gzip_filler_is_what_the_filler_is_compressed() {
        for size in [0, 20, 1 << 20, 3_000_000] {
            let mut plain = Vec::new();
            GzDecoder::new(&gzip_filler(size as u64)[..]).read_to_end(&mut plain).unwrap();
            assert!(plain == filler(size), "{size}");
        }
    }

    #[test]
    fn what_is_malformed_is_so_in_its_syntax_and_nowhere_else() {
        for json in [r#"{"a":"\":\":\":","b":[1,2,3]}"#, r#"{"a":[1,2,3,4,5,6,7,8,9]}"#] {
            let malformed = malformed(json.as_bytes()).unwrap();
            assert_eq!(malformed.len(), json.len());
            assert!(serde_json::from_slice::<Value>(&malformed).unwrap_err().is_syntax());
        }
    }

    #[test]
    fn the_same_target_in_other_words_stays_short() {
        assert_eq!(same_again("/groups/"), "/groups/?again=1");
        assert_eq!(same_again("/groups/?limit=5"), "/groups/?limit=5&again=1");
        assert_eq!(same_again("/groups/?limit=5&again=1"), "/groups/?limit=5&again=2");
    }
}
