//! Many files in one call: https://uploadcare.com/api-refs/rest-api/v0.7.0/#operation/filesStoring

use std::collections::{HashMap, HashSet};

use serde_json::json;

use super::client::Client;
use super::error::{Error, Result};
use super::file::File;
use super::http::{Answer, Method};
use super::id::is_uuid;

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
        lay_out: impl Fn(File) -> F,
        batch: &mut Batch<F>,
    ) -> Result<()> {
        let uuids = checked(uuids)?;
        for (number, chunk) in uuids.chunks(CHUNK).enumerate() {
            let done = self.chunk(&method, chunk, &lay_out).map_err(|error| match number {
                0 => error,
                _ => error.after(&format!("{} of {} ids were sent before", number * CHUNK, uuids.len())),
            })?;
            batch.files.extend(done.files);
            batch.problems.extend(done.problems);
        }
        Ok(())
    }

    fn chunk<F>(&self, method: &Method, uuids: &[&str], lay_out: &impl Fn(File) -> F) -> Result<Batch<F>> {
        let places: HashMap<_, _> =
            uuids.iter().enumerate().map(|(place, uuid)| (uuid.to_ascii_lowercase(), place)).collect();
        let place = |uuid: &str| places.get(&uuid.to_ascii_lowercase()).copied().unwrap_or(usize::MAX);
        self.http.ask(method.clone(), "/files/storage/", &json!(uuids).to_string(), |answer: &mut Answer| {
            let (mut files, mut problems) = (Vec::new(), Vec::new());
            answer.read(|reader| {
                reader.object(|reader, key| {
                    match key {
                        "result" => reader.items(|reader| {
                            let file = File::read(reader)?;
                            files.push((place(file.uuid.text().unwrap_or_default()), lay_out(file)));
                            Ok(())
                        })?,
                        "problems" => problems = reader.pairs()?,
                        _ => drop(reader.raw()?),
                    }
                    Ok(())
                })
            })?;
            if answer.maybe_repeated && *method == Method::DELETE {
                // What is missing was deleted by the request whose answer was lost.
                for (uuid, _) in problems.iter().filter(|(_, why)| why == MISSING) {
                    files.push((place(uuid), lay_out(File::with_uuid(uuid))));
                }
                problems.retain(|(_, why)| why != MISSING);
            }
            files.sort_by_key(|(place, _)| *place);
            problems.sort_by_key(|(uuid, _)| place(uuid));
            Ok(Batch {
                files: files.into_iter().map(|(_, file)| file).collect(),
                problems: problems.into_iter().map(|(uuid, why)| (uuid.into(), why.into())).collect(),
            })
        })
    }
}

/// All of them UUIDs, and each once.
fn checked(uuids: &[impl AsRef<str>]) -> Result<Vec<&str>> {
    let mut seen = HashSet::new();
    let mut once = Vec::new();
    for (place, uuid) in uuids.iter().map(AsRef::as_ref).enumerate() {
        if !is_uuid(uuid) {
            return Err(Error::argument(format!("uuids[{place}] is no UUID")));
        }
        if seen.insert(uuid.to_ascii_lowercase()) {
            once.push(uuid);
        }
    }
    Ok(once)
}
