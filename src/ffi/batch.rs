//! Many files in one call.

use libc::c_char;

use super::arguments::{object, output, texts};
use super::call::call;
use super::client::uc_client;
use super::error::{uc_error, uc_status};
use super::file::{lay_out_file, uc_file};
use super::layout::no_padding;
use super::memory::{Arena, give};
use super::pair::{lay_out_pairs, uc_pair};
use crate::core::batch::Batch;
use crate::core::error::Result;
use crate::core::file::File;
use crate::core::http::Method;

/// What came of a call on many files. Owned: give it to uc_free().
#[repr(C)]
pub struct uc_batch {
    /// Those for which it was done, as they are now, in the order of the ids.
    pub files: *const *const uc_file,
    /// How many.
    pub files_len: usize,
    /// Those for which it failed: UUID and the service's reason, such as "Missing in the project".
    pub problems: *const uc_pair,
    /// How many.
    pub problems_len: usize,
}

no_padding!(uc_batch { files, files_len, problems, problems_len });

/// Runs a call on many files; what was done before a failure is given away, too.
///
/// # Safety
/// `place` and `error` are NULL or may be written to.
pub unsafe fn make_batch(
    place: *mut *mut uc_batch,
    error: *mut *mut uc_error,
    body: impl FnOnce(&dyn Fn(File) -> Result<*const uc_file>, &mut Batch<*const uc_file>) -> Result<()>,
) -> uc_status {
    // SAFETY: the caller's word.
    unsafe {
        call(error, || {
            let place = output(place, "batch")?;
            let arena = Arena::default();
            let mut batch = Batch::default();
            let outcome = body(&|file| arena.one(lay_out_file(&arena, file)?), &mut batch);
            if outcome.is_ok() || !batch.files.is_empty() || !batch.problems.is_empty() {
                *place = give(lay_out_batch(&arena, &batch)?, arena)?;
            }
            outcome.map(|()| uc_status::UC_OK)
        })
    }
}

fn lay_out_batch(arena: &Arena, batch: &Batch<*const uc_file>) -> Result<uc_batch> {
    let (problems, problems_len) = lay_out_pairs(arena, &batch.problems)?;
    Ok(uc_batch { files: arena.list(&batch.files)?, files_len: batch.files.len(), problems, problems_len })
}

/// Stores any number of files for good; none at all is UC_OK. A UUID that comes twice is sent once,
/// and a text that is no UUID is UC_ERR_ARGUMENT for the whole call. UC_OK also when it failed for
/// some of them: see uc_batch.problems. More than 100 are sent in several requests. When one of these
/// fails, the error's message says how many were sent before ("100 of 249 ids", each counted once),
/// and `batch` holds what came of those; it is NULL where there are none. Call again with the rest,
/// or with all of them.
///
/// REST API: PUT /files/storage/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_files_store(
    client: *const uc_client,
    uuids: *const *const c_char,
    uuids_len: usize,
    batch: *mut *mut uc_batch,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make_batch(batch, error, |lay_out, batch| {
            let (client, uuids) = (object(client, "client")?, texts(uuids, uuids_len, "uuids")?);
            client.0.files_batch(Method::PUT, &uuids, lay_out, batch)
        })
    }
}

/// Removes any number of files, as uc_files_store() stores them. A file that was gone when the
/// request was sent again, because the answer was lost, is among the files, with nothing but its
/// uuid.
///
/// REST API: DELETE /files/storage/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_files_delete(
    client: *const uc_client,
    uuids: *const *const c_char,
    uuids_len: usize,
    batch: *mut *mut uc_batch,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make_batch(batch, error, |lay_out, batch| {
            let (client, uuids) = (object(client, "client")?, texts(uuids, uuids_len, "uuids")?);
            client.0.files_batch(Method::DELETE, &uuids, lay_out, batch)
        })
    }
}
