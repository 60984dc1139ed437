//! Conversions of documents and videos.

use libc::c_char;

use super::arguments::{choice, copied, object, options, text};
use super::call::make;
use super::client::uc_client;
use super::error::{uc_error, uc_status};
use super::jobs::uc_job;
use super::layout::no_padding;
use super::memory::{Arena, laid_out};
use super::pair::{lay_out_pairs, uc_pair};
use crate::core::conversions::{ConvertOptions, Document};
use crate::core::error::Result;

/// What a document can be converted to. Owned: give it to uc_free().
#[repr(C)]
pub struct uc_document {
    /// Why it cannot be converted at all; NULL when it can.
    pub error: *const c_char,
    /// What it is, "pdf".
    pub format: *const c_char,
    /// What it can become, "png", "docx" and so on.
    pub formats: *const *const c_char,
    /// How many.
    pub formats_len: usize,
    /// What it was converted to with save_in_group: format and the id of the group of its pages.
    pub groups: *const uc_pair,
    /// How many.
    pub groups_len: usize,
    /// The whole answer as the service sent it.
    pub json: *const c_char,
}

no_padding!(uc_document { error, format, formats, formats_len, groups, groups_len, json });

fn lay_out_document(document: Document, json: &str) -> Result<(uc_document, Arena)> {
    laid_out(|arena| {
        let (formats, formats_len) = arena.texts(&document.formats)?;
        let (groups, groups_len) = lay_out_pairs(arena, &document.groups)?;
        Ok(uc_document {
            error: arena.value(&document.error)?,
            format: arena.value(&document.format)?,
            formats,
            formats_len,
            groups,
            groups_len,
            json: arena.text(json)?,
        })
    })
}

/// How to convert. Set struct_size; a field of zero or NULL has its default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_convert_opts {
    /// sizeof(uc_convert_opts)
    pub struct_size: usize,
    /// UC_YES: put the pages of a document that becomes images into a group as well, whose id
    /// uc_document_info() then knows; default UC_NO. Not for videos.
    pub save_in_group: i32,
    /// UC_YES: keep the result for good; UC_NO: for a day; default as the project is set.
    pub store: i32,
}

options!(uc_convert_opts { struct_size, save_in_group, store });

impl uc_convert_opts {
    fn checked(self) -> Result<ConvertOptions> {
        Ok(ConvertOptions {
            store: choice(self.store, "opts.store")?,
            save_in_group: choice(self.save_in_group, "opts.save_in_group")?,
        })
    }
}

/// What a document is and can be converted to. UC_ERR_NOT_FOUND when the project has no such file.
///
/// REST API: GET /convert/document/{uuid}/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_document_info(
    client: *const uc_client,
    uuid: *const c_char,
    document: *mut *mut uc_document,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(document, "document", error, || {
            object(client, "client")?.0.document_info(text(uuid, "uuid")?, lay_out_document)?
        })
    }
}

/// Starts to convert a document. `path` is the file's UUID, or its URL on the CDN, and what to make
/// of it: "22240276-2f06-41f8-9411-755c8ce926ed/document/-/format/png/-/page/1/"; uc_document_path()
/// makes one and checks it. Images of a document with several pages come as a zip archive; with
/// `page` the one page, and with opts.save_in_group all of them in a group as well. `opts` may be
/// NULL. UC_ERR_JOB with the service's words when it does not take the path.
///
/// REST API: POST /convert/document/; GET /convert/document/status/{token}/ by uc_job_poll()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_convert_document(
    client: *const uc_client,
    path: *const c_char,
    opts: *const uc_convert_opts,
    job: *mut *mut uc_job,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(job, "job", error, || {
            let (client, path) = (object(client, "client")?, text(path, "path")?);
            Ok((uc_job::new(client.0.convert_document(path, &copied(opts)?.checked()?)?)?, ()))
        })
    }
}

/// Starts to convert a video, of which it makes thumbnails as well. `path` is as for
/// uc_convert_document(): "22240276-2f06-41f8-9411-755c8ce926ed/video/-/size/640x360/-/format/webm/";
/// uc_video_path() makes one and checks it. `opts` may be NULL. UC_ERR_JOB with the service's words
/// when it does not take the path.
///
/// REST API: POST /convert/video/; GET /convert/video/status/{token}/ by uc_job_poll()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_convert_video(
    client: *const uc_client,
    path: *const c_char,
    opts: *const uc_convert_opts,
    job: *mut *mut uc_job,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(job, "job", error, || {
            let (client, path) = (object(client, "client")?, text(path, "path")?);
            Ok((uc_job::new(client.0.convert_video(path, &copied(opts)?.checked()?)?)?, ()))
        })
    }
}
