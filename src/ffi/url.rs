//! Addresses on the CDN.

use libc::c_char;

use super::arguments::{list, object, optional_text, text};
use super::call::make_text;
use super::client::uc_client;
use super::error::{uc_error, uc_status};
use crate::core::error::Result;

/// # Safety
/// As for [`optional_text`].
unsafe fn operations_or_none<'a>(operations: *const c_char) -> Result<&'a str> {
    // SAFETY: the caller's word.
    Ok(unsafe { optional_text(operations, "operations") }?.unwrap_or_default())
}

/// The URL of a file, for a browser or for whoever downloads it. `id` is the file's UUID, or the id
/// of a group, whose URL is a page with its files and takes neither operations nor a name.
///
/// `operations` say what the CDN makes of the file on its way: "-/resize/500x/-/format/webp/" as
/// the service writes them, one behind the other, or what uc_ops_build() gives; NULL or "" for the
/// file as it is. The first "-/" may be missing, as in default_effects of a group's file. They are
/// checked against the grammar in OPERATIONS.md, so that a mistake is UC_ERR_ARGUMENT here, with the
/// byte at which it stands, and no broken picture later; unless opts.unchecked_operations of the
/// client says otherwise. "adaptive_video/" is the playlist (HLS) of a video.
///
/// `filename` is what a browser saves the file as, such as its original_filename; NULL or "" for
/// none. Any UTF-8 will do: it is percent-encoded as it needs to be. What no file can be saved as
/// becomes "_": each slash, backslash and control character, and each character of the names "-",
/// "." and "..". A name of more than 1024 bytes is cut to that, in front of its ending such as
/// ".jpeg".
///
/// `url` receives it: give it to uc_free(). It can stand between the quotes of an attribute in HTML
/// as it is.
///
/// Like all that makes a URL, this sends nothing and does not look whether the file is there.
///
/// URL API: /{uuid}/{operations}{filename}, /{group}~{N}/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_url(
    client: *const uc_client,
    id: *const c_char,
    operations: *const c_char,
    filename: *const c_char,
    url: *mut *mut c_char,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make_text(url, "url", error, || {
            let (client, id) = (object(client, "client")?, text(id, "id")?);
            client.0.url(id, operations_or_none(operations)?, optional_text(filename, "filename")?)
        })
    }
}

/// The URL of a file of a group by its place in it, from 0. `operations` as in uc_url(); they work on
/// what comes of those that the group was made with.
///
/// URL API: /{group}~{N}/nth/{i}/{operations}
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_url_group_file(
    client: *const uc_client,
    group_id: *const c_char,
    index: i64,
    operations: *const c_char,
    url: *mut *mut c_char,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make_text(url, "url", error, || {
            let (client, group_id) = (object(client, "client")?, text(group_id, "group_id")?);
            client.0.url_group_file(group_id, index, operations_or_none(operations)?)
        })
    }
}

/// The URL of all files of a group in one, as they were uploaded. `format` is "zip" or "tar";
/// `filename` is what a browser saves it as, as in uc_url(). The service makes archives of up to 2
/// GB, and none of a group of which a file was deleted.
///
/// URL API: /{group}~{N}/archive/{zip|tar}/{filename}
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_url_group_archive(
    client: *const uc_client,
    group_id: *const c_char,
    format: *const c_char,
    filename: *const c_char,
    url: *mut *mut c_char,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make_text(url, "url", error, || {
            let (client, group_id) = (object(client, "client")?, text(group_id, "group_id")?);
            let (format, filename) = (text(format, "format")?, optional_text(filename, "filename")?);
            client.0.url_group_archive(group_id, format, filename)
        })
    }
}

/// The URL of something elsewhere on the web, that the CDN fetches and makes `operations` of, as in
/// uc_url(). `source_url` is http or https, its own query included; spaces and what is not ASCII are
/// percent-encoded, but for a host in other letters, which is written "xn--...". It has no user name,
/// no #fragment, and at most 8192 bytes. The host has to be on the project's list of allowed ones,
/// which is all that stands before it: whoever sees the URL can change it. Always below
/// "https://{public_key}.ucr.io". The & of a query stay, and have to be escaped in HTML.
///
/// URL API: https://{public_key}.ucr.io/{operations}{source_url}
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_url_proxy(
    client: *const uc_client,
    source_url: *const c_char,
    operations: *const c_char,
    url: *mut *mut c_char,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make_text(url, "url", error, || {
            let (client, source_url) = (object(client, "client")?, text(source_url, "source_url")?);
            client.0.url_proxy(source_url, operations_or_none(operations)?)
        })
    }
}

/// A file in several widths, for a browser to choose from: what stands between the quotes of the
/// `srcset` attribute of an <img> or <source>, in HTML as it is. Each width is a URL as of uc_url(),
/// with "-/resize/{width}x/" behind `operations`. With "-/stretch/off/" among them no image is made
/// larger than it is: give such an <img> its width by CSS, since a browser takes each for as wide as
/// it was listed. Up to 100 widths. `operations` and `filename` are as in uc_url(). For secure
/// delivery make and sign each URL by itself.
///
/// URL API: /{uuid}/{operations}-/resize/{width}x/{filename}
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_url_srcset(
    client: *const uc_client,
    uuid: *const c_char,
    operations: *const c_char,
    filename: *const c_char,
    widths: *const i32,
    widths_len: usize,
    srcset: *mut *mut c_char,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make_text(srcset, "srcset", error, || {
            let (client, uuid) = (object(client, "client")?, text(uuid, "uuid")?);
            let operations = operations_or_none(operations)?;
            let filename = optional_text(filename, "filename")?;
            client.0.url_srcset(uuid, operations, filename, list(widths, widths_len, "widths")?)
        })
    }
}

/// What uc_convert_video() is to make of a video: "{uuid}/video/{operations}". `operations` such as
/// "-/size/640x360/-/format/webm/-/cut/000:00:05.000/000:00:15.000/-/thumbs~4/" are checked against
/// OPERATIONS.md, unless opts.unchecked_operations of the client says otherwise; NULL for the
/// service's defaults. Sends nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_video_path(
    client: *const uc_client,
    uuid: *const c_char,
    operations: *const c_char,
    path: *mut *mut c_char,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make_text(path, "path", error, || {
            let (client, uuid) = (object(client, "client")?, text(uuid, "uuid")?);
            client.0.video_path(uuid, operations_or_none(operations)?)
        })
    }
}

/// What uc_convert_document() is to make of a document: "{uuid}/document/{operations}". `operations`
/// such as "-/format/png/-/page/1/" are checked against OPERATIONS.md, unless
/// opts.unchecked_operations of the client says otherwise; NULL for a PDF. Sends nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_document_path(
    client: *const uc_client,
    uuid: *const c_char,
    operations: *const c_char,
    path: *mut *mut c_char,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make_text(path, "path", error, || {
            let (client, uuid) = (object(client, "client")?, text(uuid, "uuid")?);
            client.0.document_path(uuid, operations_or_none(operations)?)
        })
    }
}
