//! A file in parts: `POST /multipart/start/`, `PUT` each part, `POST /multipart/complete/`

use std::sync::Mutex;

use super::Upload;
use super::form::Form;
use super::options::LEAST_PART;
use super::parts::{SourceParts, Supply, checked, send_parts};
use super::source::Source;
use super::state::State;
use crate::core::error::{Error, Result, Status};
use crate::core::file::File;
use crate::core::http::{Answer, Http};
use crate::core::id::is_uuid;
use crate::core::json::{self, Reader};
use crate::core::memory;
use crate::core::progress::Counter;

const USUAL_PARALLEL: u32 = 4;

/// As many as S3 takes.
pub const MOST_PARTS: u64 = 10_000;

/// More would only take memory for their addresses, where larger parts take none.
const USUAL_PARTS: u64 = 2_000;

/// What the service says to a file that is complete already.
const ALREADY_UPLOADED: &str = "MultipartFileAlreadyUploadedError";

/// What `POST /multipart/start/` gave.
pub struct Begun {
    pub uuid: String,
    pub part_size: u64,
    pub addresses: Vec<String>,
}

impl Upload<'_> {
    /// The UUID of the file. What the service does not know any more, or does not let in any more,
    /// is begun anew, once.
    pub(super) fn send_in_parts(&self, http: &Http, source: &Source, counter: &Counter) -> Result<String> {
        let mut state = State::open(self, http, source)?;
        let mut is_last = false;
        loop {
            let begun = match state.earlier() {
                Some(begun) => begun,
                None => {
                    let now = http.now().timestamp();
                    let begun = self.start(http, source.size(), USUAL_PARTS)?;
                    state.begin(&begun, now)?;
                    begun
                }
            };
            match self.send_begun(http, source, &begun, &state, counter) {
                Ok(()) => {
                    state.remove();
                    return Ok(begun.uuid);
                }
                Err(Trouble::Outdated(_)) if !is_last => {
                    is_last = true;
                    state.forget();
                }
                Err(Trouble::Outdated(error) | Trouble::Other(error)) => return Err(error),
            }
        }
    }

    fn send_begun(
        &self,
        http: &Http,
        source: &Source,
        begun: &Begun,
        state: &State,
        counter: &Counter,
    ) -> std::result::Result<(), Trouble> {
        let mut missing = Vec::new();
        missing.try_reserve_exact(begun.addresses.len()).map_err(Error::from)?;
        missing.extend((0..begun.addresses.len()).rev().filter(|part| !state.is_done(*part)));
        let is_resumed = missing.len() < begun.addresses.len();
        let parts = SourceParts { source, part_size: begun.part_size, missing: Mutex::new(missing) };
        let done = (0..begun.addresses.len()).filter(|part| state.is_done(*part));
        counter.set(done.map(|part| parts.size_of(part)).sum());
        let sent = self.send_missing(http, begun, &parts, counter, &|part| state.note(part));
        sent.map_err(|error| match error.status {
            // The addresses of the parts are what lets anybody in.
            Status::Auth | Status::NotFound => Trouble::Outdated(error),
            _ => Trouble::Other(error),
        })?;
        source.check()?;
        self.complete(http, &begun.uuid).map_err(|error| match error.status {
            Status::NotFound => Trouble::Outdated(error),
            // The service lacks a part that is said to have arrived.
            Status::Rejected if is_resumed => Trouble::Outdated(error),
            _ => Trouble::Other(error),
        })
    }

    /// Sends the parts that are missing.
    pub(super) fn send_missing(
        &self,
        http: &Http,
        begun: &Begun,
        supply: &dyn Supply,
        counter: &Counter,
        sent: &(dyn Fn(usize) + Sync),
    ) -> Result<()> {
        let addresses = checked(&begun.addresses, &http.settings.base)?;
        let parallel = if self.options.parallel == 0 { USUAL_PARALLEL } else { self.options.parallel };
        send_parts(http, &addresses, supply, parallel as usize, counter, sent)
    }

    pub(super) fn start(&self, http: &Http, size: u64, most_parts: u64) -> Result<Begun> {
        let part_size = self.part_size(size, most_parts)?;
        let mut form = Form::new();
        form.field("UPLOADCARE_PUB_KEY", &http.settings.public_key);
        form.field("UPLOADCARE_STORE", self.options.store());
        form.field("filename", &self.name);
        form.field("size", &size.to_string());
        form.field("content_type", &self.mime_type);
        form.field("part_size", &part_size.to_string());
        form.fields(&self.options.file_fields());
        // Begun twice it is an upload that nobody completes.
        let begun = self.post(http, "/multipart/start/", form, true, true, |answer: &mut Answer| {
            let mut begun = Begun { uuid: String::new(), part_size, addresses: Vec::new() };
            answer.read(|reader| {
                reader.object(|reader, key| {
                    match key {
                        "uuid" => begun.uuid = reader.text()?,
                        "parts" => begun.addresses = read_addresses(reader, size.div_ceil(part_size))?,
                        _ => drop(reader.raw()?),
                    }
                    Ok(())
                })
            })?;
            match is_uuid(&begun.uuid) && begun.addresses.len() as u64 == size.div_ceil(part_size) {
                true => Ok(begun),
                false => {
                    Err(Error::protocol("the answer does not begin an upload of as many parts as it takes")
                        .into())
                }
            }
        });
        // It holds the addresses of the parts, which let anybody in.
        begun.map_err(Error::without_good_body)
    }

    pub(super) fn complete(&self, http: &Http, uuid: &str) -> Result<()> {
        let mut form = Form::new();
        form.field("UPLOADCARE_PUB_KEY", &http.settings.public_key);
        form.field("uuid", uuid);
        let decode = |answer: &mut Answer| match answer.read(File::read_one)?.uuid.text() == Some(uuid) {
            true => Ok(()),
            false => {
                Err(Error::protocol("the answer is about another file than the one that was uploaded").into())
            }
        };
        match self.post(http, "/multipart/complete/", form, false, true, decode) {
            Err(error) if error.code() == Some(ALREADY_UPLOADED) => Ok(()),
            outcome => outcome,
        }
    }

    /// As asked for, else the smallest that keeps the parts within what the service takes.
    fn part_size(&self, size: u64, most_parts: u64) -> Result<u64> {
        let least = size.div_ceil(MOST_PARTS);
        match self.options.part_size {
            0 => Ok(size.div_ceil(most_parts).max(LEAST_PART).next_multiple_of(1 << 20)),
            asked if asked >= least => Ok(asked),
            asked => Err(Error::argument(format!(
                "opts.part_size is {asked}: this file would have more than {MOST_PARTS} parts"
            ))),
        }
    }
}

/// As many as there are to be parts.
fn read_addresses(reader: &mut Reader, parts: u64) -> json::Result<Vec<String>> {
    let mut addresses = Vec::new();
    for address in reader.texts_up_to(usize::try_from(parts).unwrap_or(usize::MAX))? {
        memory::push(&mut addresses, json::owned(address)?)?;
    }
    Ok(addresses)
}

enum Trouble {
    /// The upload that was begun cannot be gone on with.
    Outdated(Error),
    Other(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Trouble::Other(error)
    }
}
