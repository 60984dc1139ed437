//! Pages of listings.

use std::cell::OnceCell;
use std::ffi::CString;
use std::ptr::null;

use libc::c_char;

use super::arguments::object_mut;
use super::call::{call, guard};
use super::error::{uc_error, uc_status};
use super::file::{lay_out_file, uc_file};
use super::groups::{lay_out_group, uc_group};
use super::memory::{Arena, c_text};
use crate::core::error::Result;
use crate::core::file::File;
use crate::core::groups::Group;
use crate::core::json::{self, Reader};
use crate::core::listing::{Kind, Listing, Rows, Step};
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
    fn len(&self) -> usize {
        match &self.views {
            Views::Groups(groups) => groups.len(),
            Views::Files(files) => files.len(),
        }
    }
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
    cursor: OnceCell<Option<CString>>,
    json: OnceCell<Option<CString>>,
}

impl uc_page {
    pub(super) fn new(listing: Listing<PageRows>) -> Self {
        uc_page { listing, cursor: OnceCell::new(), json: OnceCell::new() }
    }

    fn turn(&mut self, turn: impl FnOnce(&mut Listing<PageRows>) -> Result<Step>) -> Result<uc_status> {
        match turn(&mut self.listing)? {
            Step::Done => Ok(uc_status::UC_DONE),
            Step::Moved => {
                self.cursor = OnceCell::new();
                self.json = OnceCell::new();
                Ok(uc_status::UC_OK)
            }
        }
    }
}

/// Moves `page` to the next page: UC_OK; or UC_DONE past the last, however often it is called. On
/// UC_DONE and on a failure the page stays as it was and readable: call again to retry, nothing is
/// lost or repeated. A page of no items in the middle of a listing is UC_OK. UC_ERR_PROTOCOL when
/// the service's link leads to another host, or back to a page already read. What was borrowed from
/// the page is gone when it has moved.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_page_next(page: *mut uc_page, error: *mut *mut uc_error) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe { call(error, || object_mut(page, "page")?.turn(Listing::next)) }
}

/// Moves `page` to the page before: like uc_page_next() the other way, UC_DONE before the first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_page_previous(page: *mut uc_page, error: *mut *mut uc_error) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe { call(error, || object_mut(page, "page")?.turn(Listing::previous)) }
}

/// How many items are on this page; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_page_count(page: *const uc_page) -> usize {
    // SAFETY: NULL or a page of the caller's.
    unsafe { page.as_ref() }.map_or(0, |page| page.listing.page.rows.len())
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

/// Where the next page starts, as a line of printable ASCII that holds no key: keep it, and give it
/// to a later listing of the same kind and project, in another process too. NULL on the last page,
/// when uc_page_next() would refuse the service's link, for a search, without memory, and for NULL.
/// After UC_ERR_PROTOCOL do not go on from it. Borrowed until the page moves or is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_page_cursor(page: *const uc_page) -> *const c_char {
    // SAFETY: NULL or a page of the caller's, which one thread uses at a time.
    unsafe { page.as_ref() }.map_or(null(), |page| {
        let made = || c_text(&page.listing.cursor()?).ok()?;
        let cursor = guard(|| page.cursor.get_or_init(made).as_ref()).flatten();
        cursor.map_or(null(), |cursor| cursor.as_ptr())
    })
}

/// The service's reply as received, for fields that have no place in the structs; NULL for NULL, and
/// where there is no memory for it.
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
    match unsafe { page.as_ref() }.map(|page| &page.listing.page.rows.views) {
        Some(Views::Groups(groups)) => groups.get(index).map_or(null(), |group| group),
        _ => null(),
    }
}

/// The item at `index`, 0 to uc_page_count() - 1, of a page of files; NULL beyond, and for a page
/// of groups. Borrowed until the page moves or is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_page_file(page: *const uc_page, index: usize) -> *const uc_file {
    // SAFETY: NULL or a page of the caller's.
    match unsafe { page.as_ref() }.map(|page| &page.listing.page.rows.views) {
        Some(Views::Files(files)) => files.get(index).map_or(null(), |file| file),
        _ => null(),
    }
}
