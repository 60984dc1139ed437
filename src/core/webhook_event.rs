//! What the service delivers to a webhook: https://uploadcare.com/docs/webhooks/

use super::error::{Error, Result, Status};
use super::file::File;
use super::http::sign::{is_made_with_one, unhex};
use super::json::{self, Odd, Pairs, Reader, Scalar};

/// What stands in front of the hex digits in the X-Uc-Signature header.
const SCHEME: &str = "v1=";

#[derive(Default)]
pub struct WebhookEvent<'a> {
    pub event: Scalar<'a>,
    pub target_url: Scalar<'a>,
    pub hook_id: Scalar<'a>,
    pub project_pub_key: Scalar<'a>,
    pub version: Scalar<'a>,
    pub initiator: Scalar<'a>,
    pub request_id: Scalar<'a>,
    pub addon_name: Scalar<'a>,
    pub source_file_uuid: Scalar<'a>,
    pub file: File<'a>,
    pub file_url: Scalar<'a>,
    pub previous_metadata: Pairs<'a>,
    pub previous_appdata: Option<&'a str>,
}

impl<'a> WebhookEvent<'a> {
    /// Reads a delivery that has been checked. Payloads before v0.7 have no initiator.
    pub fn read(body: &'a str) -> Result<Self> {
        let mut reader = Reader::new(body);
        let event = Self::read_fields(&mut reader).and_then(|event| reader.end().map(|()| event));
        let event = event.map_err(|odd| match *odd {
            Odd::Ended(error) => error,
            Odd::Json { message, .. } => {
                Error::protocol(format!("body is signed and yet not the JSON it should be: {message}"))
            }
        })?;
        match (event.event.text(), event.file.uuid.text()) {
            (Some(_), Some(_)) => Ok(event),
            _ => Err(Error::protocol("body is signed and yet does not name an event and a file")),
        }
    }

    fn read_fields(reader: &mut Reader<'a>) -> json::Result<Self> {
        let mut event = WebhookEvent::default();
        reader.object(|reader, key| match key {
            "initiator" => event.read_initiator(reader),
            "hook" => event.read_hook(reader),
            "data" => File::read(reader).map(|file| event.file = file),
            "file" => reader.scalar().map(|url| event.file_url = url),
            "previous_values" => event.read_previous_values(reader),
            _ => reader.raw().map(drop),
        })?;
        Ok(event)
    }

    fn read_initiator(&mut self, reader: &mut Reader<'a>) -> json::Result<()> {
        reader.fields(|reader, key| {
            match key {
                "type" => self.initiator = reader.scalar()?,
                "detail" => reader.fields(|reader, key| {
                    match key {
                        "request_id" => self.request_id = reader.scalar()?,
                        "addon_name" => self.addon_name = reader.scalar()?,
                        "source_file_uuid" => self.source_file_uuid = reader.scalar()?,
                        _ => drop(reader.raw()?),
                    }
                    Ok(())
                })?,
                _ => drop(reader.raw()?),
            }
            Ok(())
        })
    }

    fn read_hook(&mut self, reader: &mut Reader<'a>) -> json::Result<()> {
        reader.fields(|reader, key| {
            match key {
                "id" => self.hook_id = reader.scalar()?,
                "project_pub_key" => self.project_pub_key = reader.scalar()?,
                "event" => self.event = reader.scalar()?,
                "target" => self.target_url = reader.scalar()?,
                "version" => self.version = reader.scalar()?,
                _ => drop(reader.raw()?),
            }
            Ok(())
        })
    }

    fn read_previous_values(&mut self, reader: &mut Reader<'a>) -> json::Result<()> {
        reader.fields(|reader, key| {
            match key {
                "metadata" => self.previous_metadata = reader.pairs()?,
                "appdata" => self.previous_appdata = reader.object_json()?,
                _ => drop(reader.raw()?),
            }
            Ok(())
        })
    }
}

/// Whether a delivery comes from the service: `signature` is its X-Uc-Signature header, made with
/// one of the secrets.
pub fn check_signature(signing_secrets: &[&str], signature: Option<&[u8]>, body: &[u8]) -> Result<()> {
    let refused = |why: &'static str| Err(Error::new(Status::Auth, why));
    if signing_secrets.is_empty() {
        return Err(Error::argument(
            "signing_secrets_len is 0: a signature is checked with one secret at least",
        ));
    }
    if let Some(place) = signing_secrets.iter().position(|secret| secret.is_empty()) {
        return Err(Error::argument(format!(
            "signing_secrets[{place}] is empty: anybody could sign with it"
        )));
    }
    let Some(signature) = signature else {
        return refused(
            "signature is NULL: a delivery without X-Uc-Signature is of a webhook without a secret, or not the service's",
        );
    };
    let Some(digits) = signature.strip_prefix(SCHEME.as_bytes()) else {
        return refused("signature does not begin with v1=");
    };
    let is_sum = digits.len() == 64 && !digits.iter().any(u8::is_ascii_uppercase);
    let Some(sum) = is_sum.then(|| unhex(digits)).flatten() else {
        return refused("signature is not v1= and 64 lower-case hex digits");
    };
    match is_made_with_one(signing_secrets, body, &sum) {
        true => Ok(()),
        false => refused("signature does not fit this body with any of signing_secrets"),
    }
}
