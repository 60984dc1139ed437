//! Who may ask: the version in the Accept header, and both ways to authenticate.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE};
use chrono::TimeDelta;
use hmac::{Hmac, Mac};
use md5::{Digest, Md5};
use sha1::Sha1;

use crate::answer::API_TYPE;
use crate::clock::parse_http_date;
use crate::service::{Exchange, Shared};

/// A request's date may differ so much from the clock.
const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// A status and its `detail`.
type Refusal = (u16, String);

pub fn check(shared: &Shared, exchange: &Exchange) -> Result<(), Refusal> {
    let headers = &exchange.head.headers;
    check_version(headers)?;
    let incorrect = || refused("Incorrect authentication credentials.");
    let authorization = text(headers, AUTHORIZATION.as_str()).ok_or_else(incorrect)?;
    let (scheme, credentials) = authorization.split_once(' ').ok_or_else(incorrect)?;
    let (public_key, proof) = credentials.split_once(':').ok_or_else(incorrect)?;
    match scheme {
        "Uploadcare" => {
            check_keys(shared, public_key)?;
            check_signature(shared, exchange, proof)
        }
        "Uploadcare.Simple" => {
            check_transport(shared)?;
            check_keys(shared, public_key)?;
            if proof == shared.options.secret_key { Ok(()) } else { Err(incorrect()) }
        }
        _ => Err(incorrect()),
    }
}

fn check_version(headers: &HeaderMap) -> Result<(), Refusal> {
    const DETAIL: &str = "Incorrect Accept header provided. Make sure to specify API version. \
                          Refer to REST API docs for details.";
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut types = accepted.flat_map(|value| value.split(',')).filter_map(|part| part.split(';').next());
    if types.any(|accepted| accepted.trim() == API_TYPE) { Ok(()) } else { Err((406, DETAIL.to_owned())) }
}

fn check_transport(shared: &Shared) -> Result<(), Refusal> {
    const DETAIL: &str =
        "Simple authentication over HTTP is forbidden. Please, use HTTPS or signed requests instead.";
    if shared.options.tls.is_some() || shared.options.allow_simple_http {
        return Ok(());
    }
    Err((400, DETAIL.to_owned()))
}

fn check_keys(shared: &Shared, public_key: &str) -> Result<(), Refusal> {
    if public_key != shared.options.public_key {
        return Err(refused(&format!("Public key {public_key} not found.")));
    }
    if shared.options.secret_key.is_empty() {
        return Err(refused("Secret key not found."));
    }
    Ok(())
}

fn check_signature(shared: &Shared, exchange: &Exchange, signature: &str) -> Result<(), Refusal> {
    let headers = &exchange.head.headers;
    let date =
        text(headers, "x-uploadcare-date").or_else(|| text(headers, DATE.as_str())).unwrap_or_default();
    let Some(time) = parse_http_date(date) else {
        return Err(refused("Incorrect authentication credentials."));
    };
    if (shared.clock.now() - time).abs() > WINDOW {
        // The service's own wording is not known.
        return Err(refused("Incorrect Date header. It has to be within 15 minutes of the server's time."));
    }
    let signed = [
        exchange.head.method.as_str(),
        &format!("{:x}", Md5::digest(&exchange.body)),
        text(headers, CONTENT_TYPE.as_str()).unwrap_or_default(),
        date,
        exchange.target(),
    ];
    let mut mac =
        Hmac::<Sha1>::new_from_slice(shared.options.secret_key.as_bytes()).expect("a key of any length");
    mac.update(signed.join("\n").as_bytes());
    if signature == format!("{:x}", mac.finalize().into_bytes()) {
        return Ok(());
    }
    Err(refused("Invalid signature. Please check your Secret key."))
}

fn refused(detail: &str) -> Refusal {
    (401, detail.to_owned())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
