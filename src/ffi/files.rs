//! Files.

use libc::c_char;

use super::arguments::{choice, copied, json, object, optional_text, options, text};
use super::call::make;
use super::client::uc_client;
use super::error::{uc_error, uc_status};
use super::file::{lay_out_alone, uc_file};
use super::page::uc_page;
use crate::core::error::Result;
use crate::core::files::{FilesOptions, SearchOptions};

/// Which files to list. Set struct_size; a field of zero or NULL has its default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_files_opts {
    /// sizeof(uc_files_opts)
    pub struct_size: usize,
    /// Files per page, 1 to 1000; default 100.
    pub limit: u32,
    /// How many pages to fetch before they are asked for, as in uc_groups_opts; default 0.
    pub read_ahead: u32,
    /// UC_YES: only files stored for good; UC_NO: only temporary ones; default both.
    pub stored: i32,
    /// UC_YES: only removed files; default UC_NO, only those that are there.
    pub removed: i32,
    /// ISO 8601 with a zone, "2024-01-31T12:00:00Z": only files uploaded after it, or before it in
    /// descending order. The moment itself is left out.
    pub from: *const c_char,
    /// "datetime_uploaded", oldest first, the default; or "-datetime_uploaded", newest first.
    pub ordering: *const c_char,
    /// "appdata": with what add-ons found; default without.
    pub include: *const c_char,
    /// From uc_page_end_cursor(): go on from there. It carries the options that the listing began
    /// with: leave all others but read_ahead unset. The first page may have no items although the
    /// listing goes on.
    pub cursor: *const c_char,
}

options!(uc_files_opts { struct_size, limit, read_ahead, stored, removed, from, ordering, include, cursor });

impl uc_files_opts {
    /// # Safety
    /// The texts are NULL or end in NUL and live as long as the call.
    unsafe fn checked<'a>(self) -> Result<FilesOptions<'a>> {
        // SAFETY: the caller's word.
        let text = |text, name| unsafe { optional_text(text, name) };
        Ok(FilesOptions {
            limit: self.limit,
            from: text(self.from, "opts.from")?,
            ordering: text(self.ordering, "opts.ordering")?,
            stored: choice(self.stored, "opts.stored")?,
            removed: choice(self.removed, "opts.removed")?,
            include: text(self.include, "opts.include")?,
            cursor: text(self.cursor, "opts.cursor")?,
            read_ahead: self.read_ahead,
        })
    }
}

/// Which part of the results of a search to get. Set struct_size; a field of zero or NULL has its
/// default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_files_search_opts {
    /// sizeof(uc_files_search_opts)
    pub struct_size: usize,
    /// Files per page, 1 to 100; default 20.
    pub limit: u32,
    /// How many files to leave out first; default 0. offset + limit is at most 1000.
    pub offset: u32,
    /// "appdata": with what add-ons found; default without.
    pub include: *const c_char,
}

options!(uc_files_search_opts { struct_size, limit, offset, include });

impl uc_files_search_opts {
    /// # Safety
    /// As for uc_files_opts.
    unsafe fn checked<'a>(self) -> Result<SearchOptions<'a>> {
        // SAFETY: the caller's word.
        let include = unsafe { optional_text(self.include, "opts.include") }?;
        Ok(SearchOptions { limit: self.limit, offset: self.offset, include })
    }
}

/// Lists the files of the project, page by page, as uc_groups_list() does the groups: makes `page`
/// with the first one, whose items uc_page_file() gives. `opts` may be NULL. How many files there
/// are by kind is in uc_page_json(), under `totals`.
///
/// REST API: GET /files/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_files_list(
    client: *const uc_client,
    opts: *const uc_files_opts,
    page: *mut *mut uc_page,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(page, "page", error, || {
            let client = object(client, "client")?;
            Ok((uc_page::new(client.0.files_list(&copied(opts)?.checked()?)?), ()))
        })
    }
}

/// Searches the files of the project: makes `page` with what fits best, or in the order of the
/// query's `sort`. `query_json` is a JSON object with at least one condition; all have to hold:
///
///     {"query": "pineapple",                              any field; 4 characters or more
///      "phrase": {"original_filename": "summer"},         also metadata, detected_mime_type
///      "exact": {"metadata[pet]": ["cat", "dog"]},        also uuid and those of phrase
///      "datetime_uploaded": {"gte": "2026-01-01T00:00:00Z"},    gt, gte, lt, lte
///      "size": {"lt": 1000000}, "is_image": true,
///      "tags": {"any": ["fruit"], "all": [], "none": ["draft"]},
///      "fuzziness": true, "sort": ["-datetime_uploaded"]}
///
/// A file's uc_file.json says under `highlight` what was found where. A new file is found some 15
/// seconds later. A search reaches the first 1000 files, where UC_DONE comes even if
/// uc_page_total() is more: narrow it then, by datetime_uploaded for one. Its last page is shorter
/// where the limit does not divide them. It has no cursor, and is sent again for each page. `opts` may be NULL. UC_ERR_REJECTED, with the service's words, when it
/// does not take the query.
///
/// REST API: POST /files/search/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_files_search(
    client: *const uc_client,
    query_json: *const c_char,
    opts: *const uc_files_search_opts,
    page: *mut *mut uc_page,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(page, "page", error, || {
            let (client, query_json) = (object(client, "client")?, json(query_json, "query_json")?);
            Ok((uc_page::new(client.0.files_search(query_json, &copied(opts)?.checked()?)?), ()))
        })
    }
}

/// One file. `include` is "appdata", for what add-ons found, or NULL. A removed file is still known
/// for a while, with its datetime_removed. UC_ERR_NOT_FOUND when the project has no such file.
///
/// REST API: GET /files/{uuid}/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_file_info(
    client: *const uc_client,
    uuid: *const c_char,
    include: *const c_char,
    file: *mut *mut uc_file,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(file, "file", error, || {
            let (client, uuid) = (object(client, "client")?, text(uuid, "uuid")?);
            client.0.file_info(uuid, optional_text(include, "include")?, lay_out_alone)?
        })
    }
}

/// Keeps a file for good, which otherwise goes a day after it was uploaded. `file` receives it as it
/// is then. UC_ERR_NOT_FOUND when the project has no such file.
///
/// REST API: PUT /files/{uuid}/storage/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_file_store(
    client: *const uc_client,
    uuid: *const c_char,
    file: *mut *mut uc_file,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(file, "file", error, || {
            object(client, "client")?.0.file_store(text(uuid, "uuid")?, lay_out_alone)?
        })
    }
}

/// Removes a file. `file` receives it as it is then, with its datetime_removed; with nothing but its
/// uuid where the answer was lost and the file was gone when the request was sent again.
/// UC_ERR_NOT_FOUND when the project has no such file. Copies in the caches of the CDN live on for a
/// while.
///
/// REST API: DELETE /files/{uuid}/storage/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_file_delete(
    client: *const uc_client,
    uuid: *const c_char,
    file: *mut *mut uc_file,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(file, "file", error, || {
            object(client, "client")?.0.file_delete(text(uuid, "uuid")?, lay_out_alone)?
        })
    }
}
