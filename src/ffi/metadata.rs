//! Metadata of a file.

use libc::c_char;

use super::arguments::{object, text};
use super::call::{act, make, make_text};
use super::client::uc_client;
use super::error::{uc_error, uc_status};
use super::layout::no_padding;
use super::memory::laid_out;
use super::pair::{lay_out_pairs, uc_pair};

/// What the application keeps with a file. Owned: give it to uc_free().
#[repr(C)]
pub struct uc_metadata {
    /// Keys and values, in the service's order; NULL where there are none.
    pub metadata: *const uc_pair,
    /// How many.
    pub metadata_len: usize,
}

no_padding!(uc_metadata { metadata, metadata_len });

/// All metadata of a file. UC_ERR_NOT_FOUND when the project has no such file.
///
/// REST API: GET /files/{uuid}/metadata/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_metadata_list(
    client: *const uc_client,
    uuid: *const c_char,
    metadata: *mut *mut uc_metadata,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(metadata, "metadata", error, || {
            let (client, uuid) = (object(client, "client")?, text(uuid, "uuid")?);
            client.0.metadata_list(uuid, |found| {
                laid_out(|arena| {
                    let (metadata, metadata_len) = lay_out_pairs(arena, &found)?;
                    Ok(uc_metadata { metadata, metadata_len })
                })
            })?
        })
    }
}

/// The value of one key: give it to uc_free(). UC_ERR_NOT_FOUND when the file has no such key, or
/// the project no such file.
///
/// REST API: GET /files/{uuid}/metadata/{key}/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_metadata_get(
    client: *const uc_client,
    uuid: *const c_char,
    key: *const c_char,
    value: *mut *mut c_char,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make_text(value, "value", error, || {
            object(client, "client")?.0.metadata_get(text(uuid, "uuid")?, text(key, "key")?)
        })
    }
}

/// Sets the value of a key, whether it is new or not. `key`: 1 to 64 Latin letters, digits, `_`, `-`,
/// `.` and `:`, but not `.` or `..` itself. `value`: 1 to 512 characters. A file takes 50 keys; one
/// more is UC_ERR_REJECTED. UC_ERR_NOT_FOUND when the project has no such file.
///
/// REST API: PUT /files/{uuid}/metadata/{key}/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_metadata_set(
    client: *const uc_client,
    uuid: *const c_char,
    key: *const c_char,
    value: *const c_char,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        act(error, || {
            let (client, uuid) = (object(client, "client")?, text(uuid, "uuid")?);
            client.0.metadata_set(uuid, text(key, "key")?, text(value, "value")?)
        })
    }
}

/// Deletes a key and its value. UC_ERR_NOT_FOUND when the file has no such key, or the project no
/// such file.
///
/// REST API: DELETE /files/{uuid}/metadata/{key}/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_metadata_delete(
    client: *const uc_client,
    uuid: *const c_char,
    key: *const c_char,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        act(error, || object(client, "client")?.0.metadata_delete(text(uuid, "uuid")?, text(key, "key")?))
    }
}
