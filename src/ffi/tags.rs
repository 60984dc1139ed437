//! Tags of a file.

use libc::c_char;

use super::arguments::{object, text, texts};
use super::call::make;
use super::client::uc_client;
use super::error::{uc_error, uc_status};
use super::layout::no_padding;
use super::memory::{Arena, laid_out};
use crate::core::error::Result;
use crate::core::tags::Tags;

/// The tags of a file, in their order, and what a call has changed, which is in no particular order.
/// Owned: give it to uc_free().
#[repr(C)]
pub struct uc_tags {
    /// All tags the file has now.
    pub tags: *const *const c_char,
    /// How many.
    pub tags_len: usize,
    /// Those that the call has added; none for uc_tags_list().
    pub added: *const *const c_char,
    /// How many.
    pub added_len: usize,
    /// Those that the call has deleted; none for uc_tags_list().
    pub deleted: *const *const c_char,
    /// How many.
    pub deleted_len: usize,
}

no_padding!(uc_tags { tags, tags_len, added, added_len, deleted, deleted_len });

fn lay_out_tags(tags: Tags) -> Result<(uc_tags, Arena)> {
    laid_out(|arena| {
        let (added, added_len) = arena.texts(&tags.added)?;
        let (deleted, deleted_len) = arena.texts(&tags.deleted)?;
        let (tags, tags_len) = arena.texts(&tags.tags)?;
        Ok(uc_tags { tags, tags_len, added, added_len, deleted, deleted_len })
    })
}

/// The tags of a file. UC_ERR_NOT_FOUND when the project has no such file.
///
/// REST API: GET /files/{uuid}/tags/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_tags_list(
    client: *const uc_client,
    uuid: *const c_char,
    tags: *mut *mut uc_tags,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(tags, "tags", error, || {
            object(client, "client")?.0.tags_list(text(uuid, "uuid")?, lay_out_tags)?
        })
    }
}

/// Gives a file `new_tags` in place of those it has; none at all where `new_tags_len` is 0. A tag has
/// at most 100 Latin letters, digits, `-`, `_` and `.`. A file has at most 50 tags; more are
/// UC_ERR_ARGUMENT. The service makes them lower case, strips them, and drops empty ones and
/// repetitions. Where an answer was lost and the request sent again, `added` and `deleted` are those
/// of the second. UC_ERR_NOT_FOUND when the project has no such file.
///
/// REST API: PUT /files/{uuid}/tags/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_tags_replace(
    client: *const uc_client,
    uuid: *const c_char,
    new_tags: *const *const c_char,
    new_tags_len: usize,
    tags: *mut *mut uc_tags,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(tags, "tags", error, || {
            let (client, uuid) = (object(client, "client")?, text(uuid, "uuid")?);
            client.0.tags_replace(uuid, &texts(new_tags, new_tags_len, "new_tags")?, lay_out_tags)?
        })
    }
}

/// Takes the tags `remove` from a file and then gives it the tags `add`. Tags are as for
/// uc_tags_replace(). `add` has at most 50, `remove` any number; with none in either, nothing is
/// changed. UC_ERR_REJECTED when the file would have more than 50 then. UC_ERR_NOT_FOUND when the
/// project has no such file.
///
/// REST API: PATCH /files/{uuid}/tags/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_tags_update(
    client: *const uc_client,
    uuid: *const c_char,
    add: *const *const c_char,
    add_len: usize,
    remove: *const *const c_char,
    remove_len: usize,
    tags: *mut *mut uc_tags,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(tags, "tags", error, || {
            let (client, uuid) = (object(client, "client")?, text(uuid, "uuid")?);
            let (add, remove) = (texts(add, add_len, "add")?, texts(remove, remove_len, "remove")?);
            client.0.tags_update(uuid, &add, &remove, lay_out_tags)?
        })
    }
}
