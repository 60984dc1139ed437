//! Many files in one call: https://uploadcare.com/api-refs/rest-api/v0.7.0/#operation/filesStoring

use std::collections::HashSet;

use super::client::Client;
use super::error::{Error, Result};
use super::file::File;
use super::http::{Answer, Method};
use super::id::uuid_number;
use super::json::{check_count, written};
use super::memory;

/// The service takes so many ids at once.
const CHUNK: usize = 100;

/// The service's word for a file that is not there.
pub const MISSING: &str = "Missing in the project";

/// What came of it, in the order of the ids.
pub struct Batch<F> {
    pub files: Vec<F>,
    /// Id and reason.
    pub problems: Vec<(String, String)>,
}

impl<F> Default for Batch<F> {
    fn default() -> Self {
        Batch { files: Vec::new(), problems: Vec::new() }
    }
}

impl Client {
    /// `PUT` or `DELETE /files/storage/`, as often as the number of ids makes it necessary. What was
    /// done is in `batch` also where it fails.
    pub fn files_batch<F>(
        &self,
        method: Method,
        uuids: &[impl AsRef<str>],
        lay_out: impl Fn(File) -> Result<F>,
        batch: &mut Batch<F>,
    ) -> Result<()> {
        let uuids = checked(uuids)?;
        if uuids.is_empty() {
            return Ok(());
        }
        let client = self.begin()?;
        for (number, chunk) in uuids.chunks(CHUNK).enumerate() {
            let done = client.chunk(&method, chunk, &lay_out).map_err(|error| match number {
                0 => error,
                _ => error.after(&format!("{} of {} ids were sent before", number * CHUNK, uuids.len())),
            })?;
            batch.files.try_reserve(done.files.len())?;
            batch.problems.try_reserve(done.problems.len())?;
            batch.files.extend(done.files);
            batch.problems.extend(done.problems);
        }
        Ok(())
    }

    fn chunk<F>(
        &self,
        method: &Method,
        uuids: &[&str],
        lay_out: &impl Fn(File) -> Result<F>,
    ) -> Result<Batch<F>> {
        let is_same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
        let place = |uuid: &str| uuids.iter().position(|one| is_same(one, uuid)).unwrap_or(usize::MAX);
        self.http.ask(method.clone(), "/files/storage/", &written(uuids)?, |answer: &mut Answer| {
            let (mut files, mut problems) = (Vec::new(), Vec::new());
            answer.read(|reader| {
                reader.object(|reader, key| {
                    match key {
                        "result" => reader.items(|reader| {
                            check_count(files.len() + 1, uuids.len())?;
                            let file = File::read(reader)?;
                            let place = place(file.uuid.text().unwrap_or_default());
                            Ok(memory::push(&mut files, (place, lay_out(file)?))?)
                        })?,
                        "problems" => problems = reader.pairs_up_to(uuids.len())?,
                        _ => drop(reader.raw()?),
                    }
                    Ok(())
                })
            })?;
            if answer.maybe_repeated && *method == Method::DELETE {
                // What is missing was deleted by the request whose answer was lost.
                for (uuid, _) in problems.iter().filter(|(_, why)| why == MISSING) {
                    memory::push(&mut files, (place(uuid), lay_out(File::with_uuid(uuid))?))?;
                }
                problems.retain(|(_, why)| why != MISSING);
            }
            files.sort_by_key(|(place, _)| *place);
            problems.sort_by_key(|(uuid, _)| place(uuid));
            let mut batch = Batch::default();
            for (_, file) in files {
                memory::push(&mut batch.files, file)?;
            }
            for (uuid, why) in problems {
                // It may come to stand in a message.
                let why = match answer.tells_credential_in(&why) {
                    true => answer.shown(&why),
                    false => memory::copy(&why)?,
                };
                let problem = (memory::copy(&uuid)?, why);
                memory::push(&mut batch.problems, problem)?;
            }
            Ok(batch)
        })
    }
}

/// All of them UUIDs, and each once.
fn checked(uuids: &[impl AsRef<str>]) -> Result<Vec<&str>> {
    let (mut seen, mut once) = (HashSet::new(), Vec::new());
    seen.try_reserve(uuids.len())?;
    once.try_reserve_exact(uuids.len())?;
    for (place, uuid) in uuids.iter().map(AsRef::as_ref).enumerate() {
        let number = uuid_number(uuid);
        let number = number.ok_or_else(|| Error::argument(format!("uuids[{place}] is no UUID")))?;
        if seen.insert(number) {
            once.push(uuid);
        }
    }
    Ok(once)
}
