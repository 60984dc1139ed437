//! The parts of an upload on their way, several at a time.

use std::borrow::Cow;
use std::io::Read;
use std::sync::Mutex;

use percent_encoding::percent_decode_str;
use ureq::http::Uri;

use super::source::Source;
use super::workers;
use crate::core::error::{Error, Result};
use crate::core::http::base::{Base, has_sound_port, is_loopback};
use crate::core::http::cancel::lock;
use crate::core::http::{Body, Content, Http, Method, Request};
use crate::core::progress::{Counter, Passage};

/// Shorter values of an address are no secrets.
const LEAST_SECRET: usize = 16;

/// What the parts are made of. Numbers begin at 0.
pub trait Supply: Sync {
    /// The number of a part that nobody has taken yet. What cannot be read twice is read into
    /// `buffer`, which is the taker's own, as long as there is a way to send it on.
    fn take(&self, http: &Http, buffer: &mut Vec<u8>) -> Result<Option<usize>>;
    fn open<'a>(&'a self, number: usize, buffer: &'a [u8]) -> Box<dyn Read + 'a>;
    fn size_of(&self, number: usize) -> u64;
}

/// All parts are equal but the last.
pub fn size_of_part(number: usize, part_size: u64, whole: u64) -> u64 {
    part_size.min(whole - number as u64 * part_size)
}

/// Parts of something that can be read in any order.
pub struct SourceParts<'a> {
    pub source: &'a Source<'a>,
    pub part_size: u64,
    /// Those that are still to be sent, the first one last.
    pub missing: Mutex<Vec<usize>>,
}

impl Supply for SourceParts<'_> {
    fn take(&self, _: &Http, _: &mut Vec<u8>) -> Result<Option<usize>> {
        Ok(lock(&self.missing).pop())
    }

    fn open<'a>(&'a self, number: usize, _: &'a [u8]) -> Box<dyn Read + 'a> {
        self.source.section(number as u64 * self.part_size, self.size_of(number))
    }

    fn size_of(&self, number: usize) -> u64 {
        size_of_part(number, self.part_size, self.source.size())
    }
}

/// Sends parts until none are left; the first that fails for good ends the others.
pub fn send_parts(
    http: &Http,
    addresses: &[Uri],
    supply: &dyn Supply,
    parallel: usize,
    counter: &Counter,
    sent: &(dyn Fn(usize) + Sync),
) -> Result<()> {
    let parts = http.part()?;
    let call = parts.call()?;
    let failure = Mutex::new(None);
    let work = || {
        let mut buffer = Vec::new();
        let mut rest = || -> Result<()> {
            while let Some(number) = supply.take(&parts, &mut buffer)? {
                let part = Part { supply, number, buffer: &buffer, passage: Passage::new(counter) };
                send_part(&parts, &addresses[number], &part)?;
                sent(number);
            }
            Ok(())
        };
        if let Err(error) = rest() {
            lock(&failure).get_or_insert(error);
            call.cancel();
        }
    };
    workers::run(&call, parallel.min(addresses.len()), work);
    // They hold large buffers, and the next upload is likely to come too late for them.
    if let Some(address) = addresses.first() {
        http.forget_connections(address);
    }
    lock(&failure).take().map_or(Ok(()), Err)
}

/// A part on its way.
struct Part<'a> {
    supply: &'a dyn Supply,
    number: usize,
    buffer: &'a [u8],
    passage: Passage<'a>,
}

impl Content for Part<'_> {
    fn content_type(&self) -> &str {
        "application/octet-stream"
    }

    fn size(&self) -> u64 {
        self.supply.size_of(self.number)
    }

    fn open(&self) -> Box<dyn Read + '_> {
        Box::new(self.passage.count(self.supply.open(self.number, self.buffer)))
    }
}

fn send_part(http: &Http, address: &Uri, part: &Part) -> Result<()> {
    let secrets = secrets(address);
    let request = Request {
        elsewhere: Some(address),
        body: Body::Content(part),
        secrets: &secrets.iter().map(AsRef::as_ref).collect::<Vec<_>>(),
        ..Request::new(Method::PUT, address.path())
    };
    http.send(&request, |_| Ok(()))
}

/// What lets anybody use an address, which S3 may quote.
fn secrets(address: &Uri) -> Vec<Cow<'_, str>> {
    let values = address.query().unwrap_or_default().split('&').filter_map(|field| field.split_once('='));
    values
        .filter(|(_, value)| value.len() >= LEAST_SECRET)
        .map(|(_, value)| percent_decode_str(value).decode_utf8_lossy())
        .collect()
}

/// The addresses that the service gave, which have to be safe to send a file to.
pub fn checked(addresses: &[String], base: &Base) -> Result<Vec<Uri>> {
    let check = |text: &String| {
        let uri: Uri = text.parse().ok()?;
        let host = uri.host()?;
        let is_safe = match uri.scheme_str()? {
            "https" => base.is_https() || !base.is_loopback(),
            "http" => base.is_loopback() && is_loopback(host),
            _ => false,
        };
        (is_safe && uri.authority().is_some_and(has_sound_port)).then_some(uri)
    };
    let unsafe_place = || Error::protocol("the service wants a part sent to where it would not be safe");
    let mut uris = Vec::new();
    uris.try_reserve_exact(addresses.len())?;
    for address in addresses {
        uris.push(check(address).ok_or_else(unsafe_place)?);
    }
    Ok(uris)
}
