//! File groups.

use std::ptr::null;

use libc::c_char;

use super::arguments::{copied, object, optional_text, options, text, texts};
use super::batch::{make_batch, uc_batch};
use super::call::{act, make};
use super::client::uc_client;
use super::error::{uc_error, uc_status};
use super::file::{lay_out_file, uc_file};
use super::layout::no_padding;
use super::memory::Arena;
use super::page::uc_page;
use super::permission::permission;
use crate::core::error::Result;
use crate::core::file::File;
use crate::core::groups::{Files, Group, GroupsOptions};
use crate::core::memory;

/// A file group: a fixed list of up to 1000 files under one id. Owned where a call gave it away,
/// borrowed from a page; uc_group_clone() keeps a borrowed one.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_group {
    /// "badfc9f7-f88f-4921-9cc0-22e2c08aa2da~12": a UUID and the number of files. Never NULL.
    pub id: *const c_char,
    /// When it was made, "2018-11-26T12:49:10.477888Z".
    pub datetime_created: *const c_char,
    /// The same in microseconds since 1970-01-01 UTC; INT64_MIN where it is not known.
    pub datetime_created_us: i64,
    /// How many files it was made of, removed ones included; -1 where it is not known.
    pub files_count: i64,
    /// Its URL on the CDN.
    pub cdn_url: *const c_char,
    /// Its URL in the REST API.
    pub url: *const c_char,
    /// Its files; NULL in a listing. An entry is NULL where the file was removed.
    pub files: *const *const uc_file,
    /// How many entries `files` has.
    pub files_len: usize,
    /// The whole object as the service sent it, where `files` is filled; NULL in a listing, see
    /// uc_page_json().
    pub json: *const c_char,
}

no_padding!(uc_group {
    id,
    datetime_created,
    datetime_created_us,
    files_count,
    cdn_url,
    url,
    files,
    files_len,
    json
});

/// What to list. Set struct_size; a field of zero or NULL has its default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_groups_opts {
    /// sizeof(uc_groups_opts)
    pub struct_size: usize,
    /// Groups per page, 1 to 1000; default 100.
    pub limit: u32,
    /// How many pages to fetch before they are asked for, 0 to 16, on a thread that belongs to the
    /// page and ends with it; default 0. With opts.sign of the client at most one, see uc_sign_fn. Content and order are the same as without.
    pub read_ahead: u32,
    /// ISO 8601 with a zone, "2024-01-31T12:00:00Z": only groups made after it, or before it in
    /// descending order. The moment itself is left out.
    pub from: *const c_char,
    /// "datetime_created", oldest first, the default; or "-datetime_created", newest first.
    pub ordering: *const c_char,
    /// From uc_page_end_cursor(): go on from there. It carries the options that the listing began
    /// with: leave all others but read_ahead unset. The first page may have no items although the
    /// listing goes on.
    pub cursor: *const c_char,
}

options!(uc_groups_opts { struct_size, limit, read_ahead, from, ordering, cursor });

/// What permits making a group where the project wants uploads to be signed. Set struct_size; a field
/// of zero or NULL has its default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_group_create_opts {
    /// sizeof(uc_group_create_opts)
    pub struct_size: usize,
    /// A JWT that a backend made with uc_upload_token(), good for "/group/". Not together with
    /// `signature` or `expire`. Default: `signature` and `expire`; else signed with the client's
    /// secret key, where it has one.
    pub token: *const c_char,
    /// What a backend made with uc_upload_signature() for `expire`, which has to be set as well. Not
    /// together with `token`.
    pub signature: *const c_char,
    /// In seconds since 1970-01-01 UTC. Only together with `signature`.
    pub expire: i64,
}

options!(uc_group_create_opts { struct_size, token, signature, expire });

impl uc_groups_opts {
    /// # Safety
    /// The texts are NULL or end in NUL and live as long as the call.
    unsafe fn checked<'a>(self) -> Result<GroupsOptions<'a>> {
        // SAFETY: the caller's word.
        let text = |text, name| unsafe { optional_text(text, name) };
        Ok(GroupsOptions {
            limit: self.limit,
            from: text(self.from, "opts.from")?,
            ordering: text(self.ordering, "opts.ordering")?,
            cursor: text(self.cursor, "opts.cursor")?,
            read_ahead: self.read_ahead,
        })
    }
}

/// Lists the groups of the project, page by page: makes `page` with the first one.
/// `opts` may be NULL.
///
///     uc_page *page;
///     uc_status status = uc_groups_list(client, NULL, &page, NULL);
///     for (; status == UC_OK; status = uc_page_next(page, NULL))
///         for (size_t i = 0; i < uc_page_count(page); i++)
///             puts(uc_page_group(page, i)->id);
///     uc_free(page);
///
/// REST API: GET /groups/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_groups_list(
    client: *const uc_client,
    opts: *const uc_groups_opts,
    page: *mut *mut uc_page,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(page, "page", error, || {
            let client = object(client, "client")?;
            Ok((uc_page::new(client.0.groups_list(&copied(opts)?.checked()?)?), ()))
        })
    }
}

/// One group with its files. `id` is its whole id, with `~` and the number. UC_ERR_NOT_FOUND
/// when the project has no such group.
///
/// REST API: GET /groups/{id}/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_group_info(
    client: *const uc_client,
    id: *const c_char,
    group: *mut *mut uc_group,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(group, "group", error, || {
            let (client, id) = (object(client, "client")?, text(id, "id")?);
            client.0.group_info(id, lay_out_info)?
        })
    }
}

/// Makes a group of 1 to 1000 files, given by their UUIDs, with operations behind them or without
/// ("22240276-2f06-41f8-9411-755c8ce926ed/-/resize/800x/"), or by their URLs on the CDN. Operations
/// are sent as they are, without a check against OPERATIONS.md. `group` receives it with its files.
/// `opts` may be NULL.
///
/// Upload API: POST /group/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_group_create(
    client: *const uc_client,
    files: *const *const c_char,
    files_len: usize,
    opts: *const uc_group_create_opts,
    group: *mut *mut uc_group,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(group, "group", error, || {
            let (client, opts) = (object(client, "client")?, copied(opts)?);
            let permission = permission(opts.token, opts.signature, opts.expire)?;
            client.0.group_create(&texts(files, files_len, "files")?, permission, lay_out_info)?
        })
    }
}

/// Deletes a group; its files stay. UC_ERR_NOT_FOUND when the project has no such group.
///
/// REST API: DELETE /groups/{id}/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_group_delete(
    client: *const uc_client,
    id: *const c_char,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        act(error, || {
            let (client, id) = (object(client, "client")?, text(id, "id")?);
            client.0.group_delete(id)
        })
    }
}

/// Deletes a group together with its files: first the files, then the group. Files that are also in
/// other groups disappear from those. `batch` receives what uc_files_delete() gives, also on a
/// failure that came later: call again then to do the rest. UC_ERR_JOB, and the group is kept, when
/// the service does not delete a file that is there. UC_ERR_NOT_FOUND when the project has no such
/// group.
///
/// REST API: GET /groups/{id}/, DELETE /files/storage/, DELETE /groups/{id}/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_group_delete_with_files(
    client: *const uc_client,
    id: *const c_char,
    batch: *mut *mut uc_batch,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make_batch(batch, error, |lay_out, batch| {
            let (client, id) = (object(client, "client")?, text(id, "id")?);
            client.0.group_delete_with_files(id, lay_out, batch)
        })
    }
}

/// Stores all files of a group that are there, as uc_files_store() does. UC_ERR_NOT_FOUND when the
/// project has no such group.
///
/// REST API: GET /groups/{id}/, PUT /files/storage/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_group_store_files(
    client: *const uc_client,
    id: *const c_char,
    batch: *mut *mut uc_batch,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make_batch(batch, error, |lay_out, batch| {
            let (client, id) = (object(client, "client")?, text(id, "id")?);
            client.0.group_store_files(id, lay_out, batch)
        })
    }
}

pub fn lay_out_group<F>(arena: &Arena, group: &Group<F>) -> Result<uc_group> {
    let (datetime_created, datetime_created_us) = arena.time(&group.datetime_created)?;
    Ok(uc_group {
        id: arena.value(&group.id)?,
        datetime_created,
        datetime_created_us,
        files_count: group.files_count.int().unwrap_or(-1),
        cdn_url: arena.value(&group.cdn_url)?,
        url: arena.value(&group.url)?,
        files: null(),
        files_len: 0,
        json: null(),
    })
}

/// The files of a group, laid out as they are read, and where they are.
#[derive(Default)]
pub struct GroupFiles {
    arena: Arena,
    files: Vec<*const uc_file>,
}

impl Files for GroupFiles {
    fn add(&mut self, file: Option<File>) -> Result<()> {
        let file = match file {
            Some(file) => self.arena.one(lay_out_file(&self.arena, file)?)?,
            None => null(),
        };
        Ok(memory::push(&mut self.files, file)?)
    }
}

pub fn lay_out_info(group: Group<GroupFiles>, json: &str) -> Result<(uc_group, Arena)> {
    let GroupFiles { arena, files } = &group.files;
    let view = uc_group {
        files: arena.list(files)?,
        files_len: files.len(),
        json: arena.text(json)?,
        ..lay_out_group(arena, &group)?
    };
    Ok((view, group.files.arena))
}
