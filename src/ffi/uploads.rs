//! Uploads.

use std::sync::Arc;

use libc::{c_char, c_void};

use super::arguments::{
    check_len, choice, copied, file_path, is_chosen, list, object, optional_file_path, optional_text,
    options, pairs, text, texts,
};
use super::call::make;
use super::callbacks::{CProgress, CRead};
use super::client::uc_client;
use super::error::{uc_error, uc_status};
use super::file::{lay_out_alone, uc_file};
use super::groups::{lay_out_info, uc_group};
use super::jobs::{uc_job, uc_progress_fn};
use super::pair::uc_pair;
use super::permission::permission;
use crate::core::error::{Error, Result};
use crate::core::progress::ProgressFn;
use crate::core::uploads::UploadOptions;

/// Gives the bytes of an upload: fills at most `size` bytes of `buffer` and returns how many, 0 at
/// the end, or a negative number to stop, and the call returns UC_ERR_CANCELED. More than `size` ends
/// the upload with UC_ERR_ARGUMENT. Called on the thread that made the call, and on no other. Must
/// not throw or longjmp.
pub type uc_read_fn =
    Option<unsafe extern "C" fn(read_data: *mut c_void, buffer: *mut c_void, size: usize) -> i64>;

/// How to upload. Set struct_size; a field of zero or NULL has its default. What is not for a
/// function is UC_ERR_ARGUMENT there.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_upload_opts {
    /// sizeof(uc_upload_opts)
    pub struct_size: usize,
    /// What the file is to be called; default its own name, with U+FFFD for what is not UTF-8 in it,
    /// or "file".
    pub filename: *const c_char,
    /// "image/jpeg"; default by the name.
    pub mime_type: *const c_char,
    /// Metadata of the file, as in uc_metadata_set(); at most 50 pairs.
    pub metadata: *const uc_pair,
    /// How many; not 0 where `metadata` is set.
    pub metadata_len: usize,
    /// Tags of the file, as in uc_tags_replace().
    pub tags: *const *const c_char,
    /// How many; not 0 where `tags` is set.
    pub tags_len: usize,
    /// Of uc_upload_path(): the path of a file that remembers which parts have arrived, made when
    /// parts are sent and removed at the end. The same call, after a crash too, then sends only what
    /// is missing. It begins anew where the file to upload, the options or the keys are others, after
    /// a day, and where the file is empty or was cut short in its first line. Whoever can read it can
    /// send parts of this upload, and whoever can write it can have them sent elsewhere: keep it in a
    /// folder of your own. It holds no key, and only its owner may read it. UC_ERR_FILE, with nothing
    /// sent, where it is a link or no regular file, belongs to another user, may be written by
    /// others, is something else (which is left alone), or is used by another upload at the time. It
    /// is not looked at where the file goes in one piece. uc_upload_data() and uc_upload_stream()
    /// refuse it, UC_ERR_ARGUMENT.
    pub resume_file: *const c_char,
    /// Bytes of a part, 5 MiB to 5 GiB; default 5 MiB, larger where there would be more than 10000
    /// parts. Files up to 10 MiB go in one piece.
    pub part_size: u64,
    /// How many parts are on their way at a time, 1 to 16; default 4. A file takes half a MiB of
    /// memory for each, a stream part_size.
    pub parallel: u32,
    /// UC_YES: keep the file for good; UC_NO: for a day; default as the project is set.
    pub store: i32,
    /// Of uc_upload_url(). UC_YES: take the file that was fetched from the same URL before, where
    /// there is one that was remembered; default UC_NO.
    pub check_url_duplicates: i32,
    /// Of uc_upload_url(). UC_YES: remember this file for those who check; default UC_NO.
    pub save_url_duplicates: i32,
    /// A JWT that a backend made with uc_upload_token(): good until the upload ends, and for
    /// "/multipart/*" too where the file goes in parts. Not together with `signature` or `expire`.
    /// Default: `signature` and `expire`; else signed with the client's secret key, where it has one.
    pub token: *const c_char,
    /// What a backend made with uc_upload_signature() for `expire`, which has to be set as well. Not
    /// together with `token`.
    pub signature: *const c_char,
    /// In seconds since 1970-01-01 UTC. Only together with `signature`.
    pub expire: i64,
    /// Hears how many bytes have been sent, about ten times a second. Not for uc_upload_url(), whose
    /// job has its own.
    pub progress: uc_progress_fn,
    /// Handed to `progress`.
    pub progress_data: *mut c_void,
}

options!(uc_upload_opts {
    struct_size,
    filename,
    mime_type,
    metadata,
    metadata_len,
    tags,
    tags_len,
    resume_file,
    part_size,
    parallel,
    store,
    check_url_duplicates,
    save_url_duplicates,
    token,
    signature,
    expire,
    progress,
    progress_data
});

impl uc_upload_opts {
    /// # Safety
    /// The texts and arrays are NULL or live as long as the call.
    unsafe fn checked<'a>(self) -> Result<UploadOptions<'a>> {
        check_len(self.metadata, self.metadata_len, "opts.metadata")?;
        check_len(self.tags, self.tags_len, "opts.tags")?;
        // SAFETY: the caller's word.
        unsafe {
            let optional = |text, name| optional_text(text, name);
            Ok(UploadOptions {
                filename: optional(self.filename, "opts.filename")?,
                mime_type: optional(self.mime_type, "opts.mime_type")?,
                store: choice(self.store, "opts.store")?,
                metadata: pairs(self.metadata, self.metadata_len, "opts.metadata")?,
                tags: texts(self.tags, self.tags_len, "opts.tags")?,
                part_size: self.part_size,
                parallel: self.parallel,
                resume_file: optional_file_path(self.resume_file, "opts.resume_file")?,
                permission: permission(self.token, self.signature, self.expire)?,
                check_url_duplicates: is_chosen(self.check_url_duplicates, "opts.check_url_duplicates")?,
                save_url_duplicates: is_chosen(self.save_url_duplicates, "opts.save_url_duplicates")?,
            })
        }
    }

    fn progress(&self) -> Option<ProgressFn> {
        let (progress, number) = (CProgress::new(self.progress, self.progress_data)?, |bytes: u64| {
            i64::try_from(bytes).unwrap_or(i64::MAX)
        });
        Some(Arc::new(move |done, total| progress.goes_on(number(done), total.map_or(-1, number))))
    }
}

/// Uploads a file of this machine, of any size, in a few MiB of memory: in one piece up to 10 MiB,
/// else in parts, several at a time, each of which is sent again where it fails. `file` receives
/// what the service says of it; with nothing but its uuid where it says no more after the upload.
/// UC_ERR_FILE when the file cannot be read, or its content changes while it is sent; its name and
/// its permissions may. `path` is UTF-8 on Windows and any bytes elsewhere. `opts` may be NULL.
///
/// An upload has no time limit but the client's timeout_ms, where that is set. Needs no secret key
/// unless the project wants uploads to be signed.
///
/// Upload API: POST /base/, or POST /multipart/start/, PUT of each part and POST
/// /multipart/complete/; GET /info/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_upload_path(
    client: *const uc_client,
    path: *const c_char,
    opts: *const uc_upload_opts,
    file: *mut *mut uc_file,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(file, "file", error, || {
            let (client, path) = (object(client, "client")?, file_path(path, "path")?);
            let opts = copied(opts)?;
            client.0.upload_path(path, &opts.checked()?, opts.progress(), lay_out_alone)?
        })
    }
}

/// Uploads `data_size` bytes, as uc_upload_path() does a file.
///
/// Upload API: as uc_upload_path()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_upload_data(
    client: *const uc_client,
    data: *const c_void,
    data_size: usize,
    opts: *const uc_upload_opts,
    file: *mut *mut uc_file,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(file, "file", error, || {
            let client = object(client, "client")?;
            let data = list(data.cast::<u8>(), data_size, "data")?;
            let opts = copied(opts)?;
            client.0.upload_data(data, &opts.checked()?, opts.progress(), lay_out_alone)?
        })
    }
}

/// Uploads what `read` gives: `size` bytes, after which it is not called any more, or with -1 as many
/// as come. Of a known size each part is kept in memory while it is sent. Of an unknown one more than
/// 10 MiB go to a temporary file first (below TMPDIR), since the service has to be told the size
/// before the first part. UC_ERR_FILE when fewer than `size` bytes come. Stopping waits until a call
/// of `read` in progress returns. Otherwise as uc_upload_path().
///
/// Upload API: as uc_upload_path()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_upload_stream(
    client: *const uc_client,
    read: uc_read_fn,
    read_data: *mut c_void,
    size: i64,
    opts: *const uc_upload_opts,
    file: *mut *mut uc_file,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(file, "file", error, || {
            let client = object(client, "client")?;
            let read = CRead::new(read, read_data).ok_or_else(|| Error::argument("read is NULL"))?;
            let size = match size {
                -1 => None,
                size => Some(u64::try_from(size).map_err(|_| {
                    Error::argument(format!(
                        "size is {size}; it is the number of bytes, or -1 where that is unknown"
                    ))
                })?),
            };
            let opts = copied(opts)?;
            let read = Arc::new(move |buffer: &mut [u8]| read.fill(buffer));
            client.0.upload_stream(read, size, &opts.checked()?, opts.progress(), lay_out_alone)?
        })
    }
}

/// Lets the service fetch a file from `source_url` itself: starts a job that ends with the file,
/// which uc_job_file_uuid() names. It is http or https and has at most 8192 bytes. Spaces and what is
/// not ASCII are percent-encoded, but for a host in other letters, which is written "xn--...". Unlike
/// in uc_url_proxy(), a user name and a password, which the service is sent, and a #fragment may be
/// in it. `opts` may be NULL.
///
/// Upload API: POST /from_url/; GET /from_url/status/ by uc_job_poll()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_upload_url(
    client: *const uc_client,
    source_url: *const c_char,
    opts: *const uc_upload_opts,
    job: *mut *mut uc_job,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(job, "job", error, || {
            let (client, source_url) = (object(client, "client")?, text(source_url, "source_url")?);
            let opts = copied(opts)?;
            if opts.progress.is_some() {
                return Err(Error::argument(
                    "opts.progress is not for uc_upload_url(), whose job has its own: give it to uc_job_wait()",
                ));
            }
            Ok((uc_job::new(client.0.upload_url(source_url, &opts.checked()?)?)?, ()))
        })
    }
}

/// What the Upload API says of a file, for which the public key is enough: no times, no URLs.
/// UC_ERR_NOT_FOUND when the project has no such file.
///
/// Upload API: GET /info/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_upload_info(
    client: *const uc_client,
    uuid: *const c_char,
    file: *mut *mut uc_file,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(file, "file", error, || {
            object(client, "client")?.0.upload_info(text(uuid, "uuid")?, lay_out_alone)?
        })
    }
}

/// What the Upload API says of a group, for which the public key is enough. `id` is its whole id,
/// with `~` and the number. `group` receives it with its files, which have no times and no URLs.
/// UC_ERR_NOT_FOUND when the project has no such group.
///
/// Upload API: GET /group/info/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_upload_group_info(
    client: *const uc_client,
    id: *const c_char,
    group: *mut *mut uc_group,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(group, "group", error, || {
            object(client, "client")?.0.upload_group_info(text(id, "id")?, lay_out_info)?
        })
    }
}
