//! What the service delivers to a webhook.

use libc::{c_char, c_void};

use super::arguments::{list, optional_bytes, texts};
use super::call::make;
use super::error::{uc_error, uc_status};
use super::file::{lay_out_file, uc_file};
use super::layout::no_padding;
use super::memory::{Arena, laid_out};
use super::pair::{lay_out_pairs, uc_pair};
use crate::core::error::Result;
use crate::core::json::text_in;
use crate::core::webhook_event::{WebhookEvent, check_signature};

/// A delivery to a webhook. A text is NULL where the service sent none. Owned: give it to
/// uc_free().
#[repr(C)]
pub struct uc_webhook_event {
    /// "file.uploaded", "file.stored", "file.deleted", "file.info_updated", "file.infected". Never
    /// NULL.
    pub event: *const c_char,
    /// Where it was delivered to.
    pub target_url: *const c_char,
    /// The webhook; -1 where unknown.
    pub hook_id: i64,
    /// What brought it about: "api", "system" or "addon".
    pub initiator: *const c_char,
    /// The request that brought it about. NULL before version 0.7. A delivery may come twice: two are the same when their hook_id, event, file->uuid and request_id are.
    pub request_id: *const c_char,
    /// The file as it is now. Never NULL.
    pub file: *const uc_file,
    /// The whole body as text, without a byte order mark.
    pub json: *const c_char,
    /// The add-on or conversion that brought it about.
    pub addon_name: *const c_char,
    /// What the file was made from.
    pub source_file_uuid: *const c_char,
    /// The public key of the project.
    pub project_pub_key: *const c_char,
    /// Of the payload, "0.7"; NULL before that.
    pub version: *const c_char,
    /// The file on the CDN.
    pub file_url: *const c_char,
    /// Of "file.info_updated": the metadata before. None where there was none, and where it did not
    /// change: `json` tells these apart.
    pub previous_metadata: *const uc_pair,
    /// How many.
    pub previous_metadata_len: usize,
    /// Of "file.info_updated": the appdata before, a JSON object.
    pub previous_appdata: *const c_char,
}

no_padding!(uc_webhook_event {
    event,
    target_url,
    hook_id,
    initiator,
    request_id,
    file,
    json,
    addon_name,
    source_file_uuid,
    project_pub_key,
    version,
    file_url,
    previous_metadata,
    previous_metadata_len,
    previous_appdata
});

fn lay_out_event(event: WebhookEvent, json: &str) -> Result<(uc_webhook_event, Arena)> {
    laid_out(|arena| {
        let (previous_metadata, previous_metadata_len) = lay_out_pairs(arena, &event.previous_metadata)?;
        Ok(uc_webhook_event {
            event: arena.value(&event.event)?,
            target_url: arena.value(&event.target_url)?,
            hook_id: event.hook_id.int().unwrap_or(-1),
            initiator: arena.value(&event.initiator)?,
            request_id: arena.value(&event.request_id)?,
            file: arena.one(lay_out_file(arena, event.file)?)?,
            json: arena.text(json)?,
            addon_name: arena.value(&event.addon_name)?,
            source_file_uuid: arena.value(&event.source_file_uuid)?,
            project_pub_key: arena.value(&event.project_pub_key)?,
            version: arena.value(&event.version)?,
            file_url: arena.value(&event.file_url)?,
            previous_metadata,
            previous_metadata_len,
            previous_appdata: arena.optional(event.previous_appdata)?,
        })
    })
}

/// Checks that a delivery comes from the service, and reads it. `signing_secrets` are the webhook's:
/// one, or while it is changed the old one and the new one; a delivery is good if one of them fits.
/// `signature` is the X-Uc-Signature header ("v1=" and 64 lower-case hex digits), NULL where there
/// was none, which is UC_ERR_AUTH, and `body` the raw bytes as they came. Payloads of the versions
/// before 0.7 are read as well. Takes as long for a wrong signature as for a right one. Needs no
/// client and sends nothing. A webhook without a secret cannot be checked: give it one.
///
/// What to answer the service, which delivers again, later and later and for up to three days, until
/// it gets a 2xx:
///
///     UC_OK                           200, once the event is kept safe or dealt with
///     UC_ERR_AUTH                     403: it is not the service's, or made with another secret
///     UC_ERR_PROTOCOL                 400: it is the service's and makes no sense; it is delivered
///                                     again while you look into it. Or log the body, and 200
///     UC_ERR_ARGUMENT                 500: a mistake of this program, such as an empty secret
///     UC_ERR_MEMORY, UC_ERR_INTERNAL  500: deliver again
///
/// Answer within seconds: leave slow work for later.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_webhook_read(
    signing_secrets: *const *const c_char,
    signing_secrets_len: usize,
    signature: *const c_char,
    body: *const c_void,
    body_size: usize,
    event: *mut *mut uc_webhook_event,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(event, "event", error, || {
            let signing_secrets = texts(signing_secrets, signing_secrets_len, "signing_secrets")?;
            let body = list(body.cast::<u8>(), body_size, "body")?;
            check_signature(&signing_secrets, optional_bytes(signature), body)?;
            let body = text_in(body)?;
            lay_out_event(WebhookEvent::read(&body)?, &body)
        })
    }
}
