//! Webhooks: addresses that the service tells of events.

use libc::c_char;

use super::arguments::{choice, object, optional_text, options, required, text};
use super::call::{act, make};
use super::client::uc_client;
use super::error::{uc_error, uc_status};
use super::layout::no_padding;
use super::memory::{Arena, flag, laid_out};
use crate::core::error::Result;
use crate::core::webhooks::{Webhook, WebhookOptions};

/// A URL of yours that the service notifies of an event. Owned where a call gave it away, borrowed
/// from uc_webhooks.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_webhook {
    pub id: i64,
    /// The project's number; -1 where the service sent none.
    pub project: i64,
    /// `created` and `updated` in microseconds since 1970-01-01 UTC; INT64_MIN where not known.
    pub created_us: i64,
    pub updated_us: i64,
    /// Where it delivers to.
    pub target_url: *const c_char,
    /// "file.uploaded", "file.stored", "file.deleted", "file.info_updated", "file.infected".
    pub event: *const c_char,
    /// Of the payload, "0.7".
    pub version: *const c_char,
    /// What deliveries are signed with, or NULL.
    pub signing_secret: *const c_char,
    /// 1 when it delivers, else 0.
    pub is_active: i32,
    /// In place of padding: 0.
    pub reserved: i32,
    /// When it was made.
    pub created: *const c_char,
    /// When it was changed.
    pub updated: *const c_char,
    /// The whole object as the service sent it.
    pub json: *const c_char,
}

no_padding!(uc_webhook {
    id,
    project,
    created_us,
    updated_us,
    target_url,
    event,
    version,
    signing_secret,
    is_active,
    reserved,
    created,
    updated,
    json
});

/// The webhooks of a project. Owned: give it to uc_free().
#[repr(C)]
pub struct uc_webhooks {
    /// Each of them.
    pub webhooks: *const *const uc_webhook,
    /// How many.
    pub webhooks_len: usize,
}

no_padding!(uc_webhooks { webhooks, webhooks_len });

/// What a webhook is to be. Set struct_size; a field of zero or NULL has its default, or in an
/// update stays as it is.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_webhook_opts {
    /// sizeof(uc_webhook_opts)
    pub struct_size: usize,
    /// UC_YES to deliver, UC_NO not to; default for a new one UC_YES.
    pub active: i32,
    /// In place of padding: set it to 0.
    pub reserved: i32,
    /// An http or https URL of at most 255 characters.
    pub target_url: *const c_char,
    /// The event's name, "file.uploaded".
    pub event: *const c_char,
    /// Signs the deliveries, for uc_webhook_read(); 1 to 32 characters. It can be changed, not
    /// removed: to be without one, unsubscribe the URL and make its webhooks anew.
    pub signing_secret: *const c_char,
}

options!(uc_webhook_opts { struct_size, active, target_url, event, signing_secret; reserved });

impl uc_webhook_opts {
    /// # Safety
    /// The texts are NULL or end in NUL and live as long as the call.
    unsafe fn checked<'a>(self) -> Result<WebhookOptions<'a>> {
        // SAFETY: the caller's word.
        let text = |text, name| unsafe { optional_text(text, name) };
        Ok(WebhookOptions {
            target_url: text(self.target_url, "opts.target_url")?,
            event: text(self.event, "opts.event")?,
            signing_secret: text(self.signing_secret, "opts.signing_secret")?,
            is_active: choice(self.active, "opts.active")?,
        })
    }
}

fn lay_out_webhook(arena: &Arena, webhook: &Webhook) -> Result<uc_webhook> {
    let (created, created_us) = arena.time(&webhook.created)?;
    let (updated, updated_us) = arena.time(&webhook.updated)?;
    Ok(uc_webhook {
        id: webhook.id.int().unwrap_or(-1),
        project: webhook.project.int().unwrap_or(-1),
        target_url: arena.value(&webhook.target_url)?,
        event: arena.value(&webhook.event)?,
        version: arena.value(&webhook.version)?,
        signing_secret: arena.value(&webhook.signing_secret)?,
        is_active: flag(&webhook.is_active),
        reserved: 0,
        created,
        created_us,
        updated,
        updated_us,
        json: arena.text(webhook.json)?,
    })
}

fn lay_out_alone(webhook: Webhook) -> Result<(uc_webhook, Arena)> {
    laid_out(|arena| lay_out_webhook(arena, &webhook))
}

/// All webhooks of the project.
///
/// REST API: GET /webhooks/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_webhooks_list(
    client: *const uc_client,
    webhooks: *mut *mut uc_webhooks,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(webhooks, "webhooks", error, || {
            let client = object(client, "client")?;
            laid_out(|arena| {
                let lay_out = |webhook: Webhook| arena.one(lay_out_webhook(arena, &webhook)?);
                let found = client.0.webhooks_list(lay_out)?;
                Ok(uc_webhooks { webhooks: arena.list(&found)?, webhooks_len: found.len() })
            })
        })
    }
}

/// Makes a webhook. opts.target_url and opts.event are needed; event and URL together are unique in a
/// project. `webhook` receives it: give it to uc_free().
///
/// REST API: POST /webhooks/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_webhook_create(
    client: *const uc_client,
    opts: *const uc_webhook_opts,
    webhook: *mut *mut uc_webhook,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(webhook, "webhook", error, || {
            let client = object(client, "client")?;
            client.0.webhook_create(&required(opts, "opts")?.checked()?, lay_out_alone)?
        })
    }
}

/// Changes what is set in opts, which has to be something, of the webhook with this id. `webhook`
/// receives it as it is then: give it to uc_free(). UC_ERR_NOT_FOUND when the project has no such
/// webhook.
///
/// REST API: PUT /webhooks/{id}/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_webhook_update(
    client: *const uc_client,
    id: i64,
    opts: *const uc_webhook_opts,
    webhook: *mut *mut uc_webhook,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(webhook, "webhook", error, || {
            let client = object(client, "client")?;
            client.0.webhook_update(id, &required(opts, "opts")?.checked()?, lay_out_alone)?
        })
    }
}

/// Deletes all webhooks that deliver to this URL, of whatever event. UC_OK also when there is none.
///
/// REST API: DELETE /webhooks/unsubscribe/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_webhook_unsubscribe(
    client: *const uc_client,
    target_url: *const c_char,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe { act(error, || object(client, "client")?.0.webhook_unsubscribe(text(target_url, "target_url")?)) }
}
