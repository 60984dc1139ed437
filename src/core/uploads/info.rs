//! What the Upload API says of a file.

use std::time::Duration;

use super::target;
use crate::core::client::Client;
use crate::core::error::Result;
use crate::core::file::File;
use crate::core::http::{Answer, Http, Method, Request};
use crate::core::id;
use crate::core::json::Reader;

/// So long an upload that is done may wait to be described.
const MOST_TIME: Duration = Duration::from_secs(10);

/// What became of an upload.
pub struct Uploaded {
    uuid: String,
    /// What the service said of it.
    json: Option<String>,
}

impl Uploaded {
    /// Asks about a file that was just uploaded. Where the service does not answer any more, its
    /// UUID alone must not be lost.
    pub fn ask(http: &Http, uuid: String) -> Self {
        let json = info(&http.within(MOST_TIME), &uuid).ok();
        Uploaded { uuid, json }
    }

    pub fn lay_out<T>(&self, lay_out: impl Fn(File) -> T) -> T {
        let described = self.json.as_ref().and_then(|json| File::read_one(&mut Reader::new(json)).ok());
        lay_out(described.unwrap_or_else(|| File::with_uuid(&self.uuid)))
    }
}

impl Client {
    /// `GET /info/`
    pub fn upload_info<T>(&self, uuid: &str, lay_out: impl Fn(File) -> T) -> Result<T> {
        let uuid = id::uuid(uuid, "uuid")?.to_owned();
        let json = Some(info(&self.uploads, &uuid)?);
        Ok(Uploaded { uuid, json }.lay_out(lay_out))
    }
}

/// The answer as it came, once it is known to be a file. The public key is enough; a token might not
/// allow as much.
fn info(http: &Http, uuid: &str) -> Result<String> {
    let target = target(http, &format!("/info/?pub_key={}&file_id={uuid}", http.settings.public_key));
    http.send(&Request::new(Method::GET, &target), |answer: &mut Answer| {
        answer.read(File::read_one)?;
        Ok(std::mem::take(&mut answer.body))
    })
}
