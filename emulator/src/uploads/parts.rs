//! `/_parts/`: where the parts of an upload go, as it is where the service has them sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, ETAG};
use axum::http::{HeaderValue, Method};
use axum::response::Response;
use hmac::{Hmac, Mac};
use http_body_util::BodyExt;
use hyper::http::request::Parts;
use sha2::Sha256;
use uuid::Uuid;

use crate::answer::of_type;
use crate::intake::Intake;
use crate::service::{Shared, Silence};
use crate::uploads::ledger::{Session, Upload};
use crate::uploads::pieces::Piece;

pub const PATH: &str = "/_parts/";
/// No part may be larger.
const LARGEST: u64 = 5 << 30;

/// How S3 says no.
#[derive(Clone, Copy)]
pub struct Refusal {
    status: u16,
    code: &'static str,
    message: &'static str,
}

/// A part that has come.
pub struct Arrival {
    uuid: Uuid,
    number: u64,
    piece: Arc<Piece>,
}

pub fn url(origin: &str, upload: &Upload, number: u64, expires: i64) -> String {
    let (uuid, session) = (upload.uuid, upload.session.as_ref().expect("it has parts"));
    let signature = signature(session, number, expires);
    format!("{origin}{PATH}{uuid}/{number}?expires={expires}&signature={signature}")
}

fn signature(session: &Session, number: u64, expires: i64) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(session.secret.as_bytes()).expect("a key of any length");
    mac.update(format!("{number}/{expires}").as_bytes());
    format!("{:x}", mac.finalize().into_bytes())
}

/// Takes a part to its end, whether it is welcome or not.
pub async fn receive(
    shared: &Shared,
    head: &Parts,
    intake: &mut Intake,
) -> Result<Result<Arrival, Refusal>, Silence> {
    let Place { uuid, number, bytes_received } = match admit(shared, head) {
        Ok(place) => place,
        Err(refusal) => return intake.drain().await.map(|()| Err(refusal)),
    };
    let mut writer = shared.folder.begin().map_err(|_| Silence)?;
    while let Some(frame) = intake.frame().await {
        let bytes = frame?.into_data().unwrap_or_default();
        bytes_received.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        writer.write(&bytes).map_err(|_| Silence)?;
    }
    Ok(Ok(Arrival { uuid, number, piece: writer.finish() }))
}

/// Where a part belongs.
struct Place {
    uuid: Uuid,
    number: u64,
    bytes_received: Arc<AtomicU64>,
}

fn admit(shared: &Shared, head: &Parts) -> Result<Place, Refusal> {
    let mut store = shared.store.lock().unwrap();
    let (uuid, number) = named(head.uri.path()).ok_or(NO_SUCH_UPLOAD)?;
    let upload = store.uploads.find(uuid).filter(|upload| !upload.is_complete).ok_or(NO_SUCH_UPLOAD)?;
    let session = upload.session.as_mut().ok_or(NO_SUCH_UPLOAD)?;
    if head.headers.contains_key(AUTHORIZATION) {
        session.leaks += 1;
        return Err(TWO_CREDENTIALS);
    }
    if head.method != Method::PUT {
        return Err(NO_SUCH_METHOD);
    }
    check_query(shared, session, number, head.uri.query().unwrap_or_default())?;
    let length =
        head.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.ok_or(NO_LENGTH)? > LARGEST {
        return Err(TOO_LARGE);
    }
    Ok(Place { uuid, number, bytes_received: session.bytes_received.clone() })
}

fn named(path: &str) -> Option<(Uuid, u64)> {
    let (uuid, number) = path.strip_prefix(PATH)?.split_once('/')?;
    Some((Uuid::try_parse(uuid).ok()?, number.parse().ok()?))
}

fn check_query(shared: &Shared, session: &Session, number: u64, query: &str) -> Result<(), Refusal> {
    let value = |wanted: &str| {
        form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted).map(|(_, value)| value)
    };
    let expires = value("expires").and_then(|expires| expires.parse().ok()).ok_or(WRONG_SIGNATURE)?;
    if value("signature").is_none_or(|given| given != signature(session, number, expires)) {
        return Err(WRONG_SIGNATURE);
    }
    if shared.clock.now().timestamp() >= expires {
        return Err(EXPIRED);
    }
    Ok(())
}

/// Puts a part where it belongs, in place of the one that may be there.
pub fn answer(shared: &Shared, received: &Result<Arrival, Refusal>) -> Response {
    match received.as_ref().map_err(|refusal| *refusal).and_then(|arrival| keep(shared, arrival)) {
        Ok(()) => {
            let mut response = Response::new(Body::empty());
            let tag = format!("\"{}\"", Uuid::new_v4().simple());
            response.headers_mut().insert(ETAG, HeaderValue::try_from(tag).expect("plain text"));
            response
        }
        Err(refusal) => refusal.tell(),
    }
}

fn keep(shared: &Shared, arrival: &Arrival) -> Result<(), Refusal> {
    let mut store = shared.store.lock().unwrap();
    let upload = store.uploads.find(arrival.uuid).filter(|upload| !upload.is_complete);
    upload.ok_or(NO_SUCH_UPLOAD)?.parts.insert(arrival.number, arrival.piece.clone());
    Ok(())
}

impl Refusal {
    const fn new(status: u16, code: &'static str, message: &'static str) -> Refusal {
        Refusal { status, code, message }
    }

    /// What usually is behind a status.
    pub fn usual(status: u16) -> Option<Refusal> {
        Some(match status {
            400 => Refusal::new(
                400,
                "RequestTimeout",
                "Your socket connection to the server was not read from or written to within the timeout period. \
                 Idle connections will be closed.",
            ),
            403 => EXPIRED,
            404 => NO_SUCH_UPLOAD,
            405 => NO_SUCH_METHOD,
            429 => Refusal::new(429, "SlowDown", "Please reduce your request rate."),
            500 => Refusal::new(500, "InternalError", "We encountered an internal error. Please try again."),
            503 => Refusal::new(503, "SlowDown", "Please reduce your request rate."),
            _ => return None,
        })
    }

    pub fn tell(&self) -> Response {
        let Refusal { status, code, message } = self;
        let id = Uuid::new_v4().simple();
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message>\
             <RequestId>{id}</RequestId></Error>"
        );
        of_type(*status, "application/xml", Body::from(xml))
    }
}

const NO_SUCH_UPLOAD: Refusal = Refusal::new(
    404,
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted \
     or completed.",
);
const TWO_CREDENTIALS: Refusal = Refusal::new(
    400,
    "InvalidArgument",
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string \
     parameter or the Authorization header should be specified",
);
const NO_SUCH_METHOD: Refusal =
    Refusal::new(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
const WRONG_SIGNATURE: Refusal = Refusal::new(
    403,
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. \
     Check your key and signing method.",
);
const EXPIRED: Refusal = Refusal::new(403, "AccessDenied", "Request has expired");
const NO_LENGTH: Refusal =
    Refusal::new(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
const TOO_LARGE: Refusal =
    Refusal::new(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.");
