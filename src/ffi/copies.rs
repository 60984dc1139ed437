//! Copies of files.

use libc::c_char;

use super::arguments::{check_len, choice, copied, object, optional_text, options, pairs, text};
use super::call::{make, make_text};
use super::client::uc_client;
use super::error::{uc_error, uc_status};
use super::file::{lay_out_alone, uc_file};
use super::pair::uc_pair;
use crate::core::copies::{CopyOptions, RemoteCopyOptions};
use crate::core::error::Result;

/// How to copy a file within the project. Set struct_size; a field of zero or NULL has its default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_file_copy_opts {
    /// sizeof(uc_file_copy_opts)
    pub struct_size: usize,
    /// UC_YES: keep the copy for good; default UC_NO, for a day.
    pub store: i32,
    /// In place of padding: set it to 0.
    pub reserved: i32,
    /// Metadata of the copy, as in uc_metadata_set(); at most 50 pairs.
    pub metadata: *const uc_pair,
    /// How many; not 0 where `metadata` is set.
    pub metadata_len: usize,
}

options!(uc_file_copy_opts { struct_size, store, metadata, metadata_len; reserved });

impl uc_file_copy_opts {
    /// # Safety
    /// The texts and pairs are NULL or live as long as the call.
    unsafe fn checked<'a>(self) -> Result<CopyOptions<'a>> {
        check_len(self.metadata, self.metadata_len, "opts.metadata")?;
        // SAFETY: the caller's word.
        unsafe {
            Ok(CopyOptions {
                store: choice(self.store, "opts.store")?,
                metadata: pairs(self.metadata, self.metadata_len, "opts.metadata")?,
            })
        }
    }
}

/// How to copy a file to a storage of one's own. Set struct_size; a field of zero or NULL has its
/// default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_file_copy_remote_opts {
    /// sizeof(uc_file_copy_remote_opts)
    pub struct_size: usize,
    /// UC_YES: nobody but the storage's owner may read the copy; default UC_NO, everybody may.
    pub is_private: i32,
    /// In place of padding: set it to 0.
    pub reserved: i32,
    /// The name of the copy, made of ${default}, which is ${uuid}/${auto_filename}, the default;
    /// ${auto_filename}, which is ${filename}${effects}${ext}; ${effects}, ${filename}, ${uuid} and
    /// ${ext}.
    pub pattern: *const c_char,
}

options!(uc_file_copy_remote_opts { struct_size, is_private, pattern; reserved });

/// Copies a file within the project. `source` is its UUID or its URL on the CDN, with operations to
/// copy what they make of it; these are sent as they are, without a check against OPERATIONS.md. The
/// copy has the metadata of `opts`, and not that of its source. `file` receives it; the service may
/// still be working on it: then size is 0, is_image is 0 and mime_type is "application/octet-stream",
/// although is_ready is 1; ask uc_file_info() later. Up to 5 GB; 100 MB with operations. `opts` may
/// be NULL.
///
/// REST API: POST /files/local_copy/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_file_copy(
    client: *const uc_client,
    source: *const c_char,
    opts: *const uc_file_copy_opts,
    file: *mut *mut uc_file,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(file, "file", error, || {
            let (client, source) = (object(client, "client")?, text(source, "source")?);
            client.0.file_copy(source, &copied(opts)?.checked()?, lay_out_alone)?
        })
    }
}

/// Copies a file to a storage of one's own that the project knows by the name `target`. `source` is
/// as for uc_file_copy(). `url` receives the copy's URL, "s3://bucket/key": give it to uc_free().
/// `opts` may be NULL.
///
/// REST API: POST /files/remote_copy/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_file_copy_remote(
    client: *const uc_client,
    source: *const c_char,
    target: *const c_char,
    opts: *const uc_file_copy_remote_opts,
    url: *mut *mut c_char,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make_text(url, "url", error, || {
            let client = object(client, "client")?;
            let (source, target) = (text(source, "source")?, text(target, "target")?);
            let uc_file_copy_remote_opts { is_private, pattern, .. } = copied(opts)?;
            let pattern = optional_text(pattern, "opts.pattern")?;
            let options = RemoteCopyOptions { is_private: choice(is_private, "opts.is_private")?, pattern };
            client.0.file_copy_remote(source, target, &options)
        })
    }
}
