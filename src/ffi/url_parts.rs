//! Addresses taken apart.

use libc::c_char;

use super::arguments::text;
use super::call::make;
use super::error::{uc_error, uc_status};
use super::layout::no_padding;
use super::memory::{Arena, laid_out};
use crate::core::error::Result;
use crate::core::url::parts::{Parts, parts};

/// The parts of a URL on the CDN; a text is NULL where the URL has none. One of uuid, group_id and
/// source_url is set. Owned: give it to uc_free().
#[repr(C)]
pub struct uc_url_parts {
    /// Scheme, host, and whatever stands before the id: "https://1s4oyld5dc.ucarecd.net", which a
    /// client takes for its cdn_base. Never NULL.
    pub base: *const c_char,
    /// The file.
    pub uuid: *const c_char,
    /// The group, or the group that the file is of.
    pub group_id: *const c_char,
    /// "zip" or "tar" where the URL is that of a group's archive.
    pub archive: *const c_char,
    /// Of a file, its place in the group; else -1.
    pub index: i64,
    /// As uc_url() takes them: "-/resize/500x/". They are not checked.
    pub operations: *const c_char,
    /// What stands behind the last slash, decoded. As in uc_url(), what no file can be saved as has
    /// become "_".
    pub filename: *const c_char,
    /// What a proxy fetches, percent-encoded.
    pub source_url: *const c_char,
    /// What uc_url_sign() added: "exp=...~acl=...~hmac=...". Not checked.
    pub token: *const c_char,
}

no_padding!(uc_url_parts { base, uuid, group_id, archive, index, operations, filename, source_url, token });

fn lay_out_parts(parts: Parts) -> Result<(uc_url_parts, Arena)> {
    let operations = Some(&*parts.operations).filter(|operations| !operations.is_empty());
    laid_out(|arena| {
        Ok(uc_url_parts {
            base: arena.text(&parts.base)?,
            uuid: arena.optional(parts.uuid)?,
            group_id: arena.optional(parts.group_id.as_deref())?,
            index: parts.index.unwrap_or(-1),
            archive: arena.optional(parts.archive)?,
            operations: arena.optional(operations)?,
            filename: arena.optional(parts.filename.as_deref())?,
            source_url: arena.optional(parts.source_url)?,
            token: arena.optional(parts.token)?,
        })
    })
}

/// Takes a URL on the CDN apart: a file's, a group's, one of a file in a group, an archive's or a
/// proxy's, on whatever host, signed or not. `url` may be as people paste it: white space around it
/// and a #fragment are left out, spaces and what is not ASCII are percent-encoded. The URL of an old
/// gallery is taken for its group's, and the settings behind "gallery/" are left out; so is a query,
/// but for the token, and that of a proxy's source_url. UC_ERR_ARGUMENT when it is none of these.
/// Needs no client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_url_parse(
    url: *const c_char,
    url_parts: *mut *mut uc_url_parts,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe { make(url_parts, "url_parts", error, || parts(text(url, "url")?, lay_out_parts)?) }
}
