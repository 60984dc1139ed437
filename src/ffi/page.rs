//! Pages of listings.

use std::cell::OnceCell;
use std::ffi::{CStr, CString};
use std::ptr::null;

use libc::c_char;

use super::arguments::{object_mut, output};
use super::call::{call, guard};
use super::error::{uc_error, uc_status};
use super::file::{lay_out_file, uc_file};
use super::groups::{lay_out_group, uc_group};
use super::memory::{Arena, c_text};
use crate::core::error::{Error, Result};
use crate::core::file::File;
use crate::core::groups::Group;
use crate::core::json::{self, Reader};
use crate::core::listing::{Items, Key, Kind, Listing, Rows, Step};
use crate::core::memory;

/// The items of a page.
pub struct PageRows {
    views: Views,
    arena: Arena,
}

enum Views {
    Groups(Vec<uc_group>),
    Files(Vec<uc_file>),
}

// SAFETY: the views point into the arena beside them, and nowhere else.
unsafe impl Send for PageRows {}

impl PageRows {
    fn group(&self, index: usize) -> Option<&uc_group> {
        match &self.views {
            Views::Groups(groups) => groups.get(index),
            Views::Files(_) => None,
        }
    }

    fn file(&self, index: usize) -> Option<&uc_file> {
        match &self.views {
            Views::Groups(_) => None,
            Views::Files(files) => files.get(index),
        }
    }
}

impl Items for PageRows {
    fn count(&self) -> usize {
        match &self.views {
            Views::Groups(groups) => groups.len(),
            Views::Files(files) => files.len(),
        }
    }

    fn key(&self, place: usize) -> Key<'_> {
        match &self.views {
            Views::Groups(groups) => group_key(&groups[place]),
            Views::Files(files) => file_key(&files[place]),
        }
    }

    fn retain(&mut self, mut keep: impl FnMut(Key) -> bool) {
        match &mut self.views {
            Views::Groups(groups) => groups.retain(|group| keep(group_key(group))),
            Views::Files(files) => files.retain(|file| keep(file_key(file))),
        }
    }
}

fn group_key(group: &uc_group) -> Key<'_> {
    key(&group.id, group.datetime_created_us)
}

fn file_key(file: &uc_file) -> Key<'_> {
    key(&file.uuid, file.datetime_uploaded_us)
}

fn key(id: &*const c_char, micros: i64) -> Key<'_> {
    // SAFETY: the id of an item, which is never NULL, ends in NUL and lives as long as the item.
    let id = unsafe { CStr::from_ptr(*id) }.to_bytes();
    Key { id, moment: (micros != i64::MIN).then_some(micros) }
}

impl Rows for PageRows {
    fn new(kind: Kind) -> Self {
        let views = match kind {
            Kind::Groups => Views::Groups(Vec::new()),
            Kind::Files => Views::Files(Vec::new()),
        };
        PageRows { views, arena: Arena::default() }
    }

    fn read(&mut self, reader: &mut Reader) -> json::Result<()> {
        match &mut self.views {
            Views::Groups(groups) => {
                let group: Group<()> = Group::read(reader)?;
                memory::push(groups, lay_out_group(&self.arena, &group)?)?;
            }
            Views::Files(files) => {
                let file = lay_out_file(&self.arena, File::read(reader)?)?;
                memory::push(files, file)?;
            }
        }
        Ok(())
    }
}

/// One page of a listing, which moves on in place. Made by uc_groups_list(), uc_files_list() and
/// uc_files_search(), freed by uc_free(). One thread at a time.
pub struct uc_page {
    listing: Listing<PageRows>,
    /// Texts made when they are first asked for on this page.
    end_cursor: OnceCell<Option<CString>>,
    json: OnceCell<Option<CString>>,
}

impl uc_page {
    pub(super) fn new(listing: Listing<PageRows>) -> Self {
        uc_page { listing, end_cursor: OnceCell::new(), json: OnceCell::new() }
    }

    fn turn(&mut self, turn: impl FnOnce(&mut Listing<PageRows>) -> Result<Step>) -> Result<uc_status> {
        match turn(&mut self.listing)? {
            Step::Done => Ok(uc_status::UC_DONE),
            Step::Moved => {
                self.end_cursor = OnceCell::new();
                self.json = OnceCell::new();
                Ok(uc_status::UC_OK)
            }
        }
    }

    /// The place of the next item on the page that the listing stands on then; none at the end.
    fn next_item(&mut self, kind: Kind) -> Result<Option<usize>> {
        let listed = self.listing.kind();
        if listed != kind {
            let right = match listed {
                Kind::Groups => "uc_page_next_group()",
                Kind::Files => "uc_page_next_file()",
            };
            return Err(Error::argument(format!("page lists {}: call {right}", listed.name())));
        }
        loop {
            if let Some(place) = self.listing.next_item() {
                return Ok(Some(place));
            }
            if self.turn(Listing::go_on)? == uc_status::UC_DONE {
                return Ok(None);
            }
        }
    }
}

/// Gives the next item of `kind` away for reading: `item` finds it on its page.
///
/// # Safety
/// The pointers are what the header's rules say.
unsafe fn give_next<T>(
    page: *mut uc_page,
    kind: Kind,
    item: fn(&PageRows, usize) -> Option<&T>,
    place: *mut *const T,
    name: &str,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the caller's word.
    unsafe {
        call(error, || {
            let place = output(place.cast::<*mut T>(), name)?;
            let page = object_mut(page, "page")?;
            let Some(index) = page.next_item(kind)? else { return Ok(uc_status::UC_DONE) };
            *place = pointer(item(&page.listing.page.rows, index)).cast_mut();
            Ok(uc_status::UC_OK)
        })
    }
}

fn pointer<T>(item: Option<&T>) -> *const T {
    item.map_or(null(), |item| item)
}

/// Moves `page` to the next page: UC_OK; or UC_DONE past the last, however often it is called. On
/// UC_DONE and on a failure the page stays as it was and readable: call again to retry, nothing is
/// lost or repeated. A page of no items in the middle of a listing is UC_OK. UC_ERR_PROTOCOL when
/// the service's link leads to another host, or back to a page already read. What was borrowed from
/// the page is gone when it has moved.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_page_next(page: *mut uc_page, error: *mut *mut uc_error) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe { call(error, || object_mut(page, "page")?.turn(Listing::go_on)) }
}

/// Moves `page` to the page before: like uc_page_next() the other way, UC_DONE before the first. A
/// listing ends there where it began: what `from` excludes and what is before the `offset` of a
/// search are not shown. One that goes on from a cursor goes back to the beginning of all, also over
/// the `from` of the listing that gave the cursor. Where the cursor left items out of the page, the
/// first step back shows them, and uc_page_next() what the page showed before; where it showed
/// nothing, the page is whole from then on. Neither sends anything.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_page_previous(page: *mut uc_page, error: *mut *mut uc_error) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe { call(error, || object_mut(page, "page")?.turn(Listing::go_back)) }
}

/// The next group of a listing of groups: the first call gives the first group of the page that
/// `page` stands on, and past a page's last group the next page is fetched, as uc_page_next() does.
/// UC_DONE past the last group, however often it is called; `group` receives NULL then and on a
/// failure. On a failure nothing is lost or repeated: call again to retry. UC_ERR_ARGUMENT for a
/// page of files.
///
///     const uc_group *group;
///     while ((status = uc_page_next_group(page, &group, &error)) == UC_OK)
///         puts(group->id);
///
/// May be mixed with the other functions of a page, which are about the whole page that it stands on:
/// after uc_page_next() or uc_page_previous() moved it, the next call gives the first group of the
/// page it moved to. The group is borrowed until the page moves or is freed: take it as gone at the
/// next call of this function or of those two; uc_group_clone() keeps it. uc_page_end_cursor() is about
/// the whole page, too, and leads past the items of it that were not given yet: keep it only when all
/// uc_page_count() items of the page were given, or after UC_DONE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_page_next_group(
    page: *mut uc_page,
    group: *mut *const uc_group,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe { give_next(page, Kind::Groups, PageRows::group, group, "group", error) }
}

/// The next file of a listing of files or of a search: like uc_page_next_group(). UC_ERR_ARGUMENT
/// for a page of groups. uc_file_clone() keeps the file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_page_next_file(
    page: *mut uc_page,
    file: *mut *const uc_file,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe { give_next(page, Kind::Files, PageRows::file, file, "file", error) }
}

/// 1 when another page follows, 0 on the last page and for NULL. Where it is
/// 1, uc_page_next() does not return UC_DONE; the page that follows may have no items.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_page_has_next(page: *const uc_page) -> i32 {
    // SAFETY: NULL or a page of the caller's.
    unsafe { page.as_ref() }.is_some_and(|page| page.listing.has_next()).into()
}

/// How many items are on this page; 0 for NULL. What a cursor left out is not counted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_page_count(page: *const uc_page) -> usize {
    // SAFETY: NULL or a page of the caller's.
    unsafe { page.as_ref() }.map_or(0, |page| page.listing.page.rows.count())
}

/// How many items the service says there are in all, or -1 when it does not say or for NULL. No
/// promise: it ignores `from`, and the service says 0 for some projects that have items.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_page_total(page: *const uc_page) -> i64 {
    // SAFETY: NULL or a page of the caller's.
    unsafe { page.as_ref() }.and_then(|page| page.listing.page.total).unwrap_or(-1)
}

/// How many items the service puts on a page, or -1 when it does not say or for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_page_per_page(page: *const uc_page) -> i64 {
    // SAFETY: NULL or a page of the caller's.
    unsafe { page.as_ref() }.and_then(|page| page.listing.page.per_page).unwrap_or(-1)
}

/// Where the listing goes on after the last item of this page, as a line of text: keep it, and give
/// it to a later listing of the same kind and project as `cursor`, in another process too.
///
/// On the last page, it leads to what is added later: such items are listed once, also those with
/// the same time as the last item, and no item is listed again. The later listing may begin with
/// pages of no items, and has no others where nothing was added. On an empty page at the beginning,
/// it leads to the beginning. The options that the listing began with go on to hold; newest first, what
/// is added later comes before the listing and is not in it. After uc_page_previous(), what followed
/// that page is listed again.
///
/// The line is printable ASCII without spaces, holds no key, and is mostly below 300 bytes long; it
/// is longer where many items have the time of the last one, and never longer than 20480 bytes. It
/// has no date of expiry and may be used any number of times. It is good as long as the project
/// (its public key), the client's api_base and the service's way to list stay the same; items that
/// are removed do not matter. A cursor that was changed or is of another project or base is
/// UC_ERR_ARGUMENT.
///
/// NULL for NULL, for a search, when the service's link leads to another host, and without
/// memory. After UC_ERR_PROTOCOL do not go on from it. Borrowed until the page moves or is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_page_end_cursor(page: *const uc_page) -> *const c_char {
    // SAFETY: NULL or a page of the caller's, which one thread uses at a time.
    unsafe { page.as_ref() }.map_or(null(), |page| {
        let made = || c_text(&page.listing.end_cursor().ok()??).ok()?;
        let cursor = guard(|| page.end_cursor.get_or_init(made).as_ref()).flatten();
        cursor.map_or(null(), |cursor| cursor.as_ptr())
    })
}

/// The service's reply as received, for fields that have no place in the structs: also with the
/// items that a cursor left out. NULL for NULL, and where there is no memory for it.
/// Borrowed until the page moves or is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_page_json(page: *const uc_page) -> *const c_char {
    // SAFETY: NULL or a page of the caller's, which one thread uses at a time.
    unsafe { page.as_ref() }.map_or(null(), |page| {
        let made = || c_text(&page.listing.page.body).ok()?;
        let json = guard(|| page.json.get_or_init(made).as_ref()).flatten();
        json.map_or(null(), |json| json.as_ptr())
    })
}

/// The item at `index`, 0 to uc_page_count() - 1, of a page of groups; NULL beyond, and for a page
/// of files. Borrowed until the page moves or is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_page_group(page: *const uc_page, index: usize) -> *const uc_group {
    // SAFETY: NULL or a page of the caller's.
    pointer(unsafe { page.as_ref() }.and_then(|page| page.listing.page.rows.group(index)))
}

/// The item at `index`, 0 to uc_page_count() - 1, of a page of files; NULL beyond, and for a page
/// of groups. Borrowed until the page moves or is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_page_file(page: *const uc_page, index: usize) -> *const uc_file {
    // SAFETY: NULL or a page of the caller's.
    pointer(unsafe { page.as_ref() }.and_then(|page| page.listing.page.rows.file(index)))
}
