//! The library as a whole.

use libc::{c_char, c_void};

use super::call::guard;
use super::error::uc_status;
use super::memory;

/// The version of the library in use, "0.1.0". UC_VERSION_MAJOR and its like are the header's:
/// compare them where the two may differ. Static text.
/// cbindgen:postfix=UC_SYMBOL("uc_uploadcare_version")
#[unsafe(no_mangle)]
pub extern "C" fn uc_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The version of the library in use as a number: major * 1000000 + minor * 1000 + patch, 1002003
/// for 1.2.3. UC_VERSION_NUMBER is the header's: a program that needs what its header declares checks
/// `uc_version_number() >= UC_VERSION_NUMBER`.
#[unsafe(no_mangle)]
pub extern "C" fn uc_version_number() -> i32 {
    VERSION_NUMBER
}

const VERSION_NUMBER: i32 = part(env!("CARGO_PKG_VERSION_MAJOR")) * 1_000_000
    + part(env!("CARGO_PKG_VERSION_MINOR")) * 1000
    + part(env!("CARGO_PKG_VERSION_PATCH"));

/// A part of the version, which has room for three digits.
const fn part(digits: &str) -> i32 {
    match i32::from_str_radix(digits, 10) {
        Ok(part @ ..1000) => part,
        _ => panic!("a part of the version is above 999"),
    }
}

/// The name of a status, such as "UC_ERR_AUTH", for logs. For one that this library does not know
/// "UC_ERR_UNKNOWN" where it is negative, so a failure, else "UC_UNKNOWN". Static text, never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn uc_status_name(status: i32) -> *const c_char {
    uc_status::name(status).as_ptr()
}

/// What a status means, one plain English sentence without its period: "a time limit ran out". For
/// a program that takes no uc_error, whose message says more. Also for a status that this library
/// does not know. Static text, never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn uc_status_text(status: i32) -> *const c_char {
    uc_status::text(status).as_ptr()
}

/// Frees whatever the library gave away without const, in any order. NULL is ignored. Never does I/O
/// of its own; a page that reads ahead ends its requests at once. A pointer that was freed before, or
/// is not the library's, if detected, prints a message on stderr and calls abort().
/// cbindgen:postfix=UC_SYMBOL("uc_uploadcare_free")
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_free(owned: *mut c_void) {
    // SAFETY: the pointer is one that this library gave away, as the first rule says.
    guard(|| unsafe { memory::release(owned) });
}

/// What UC_SYMBOL in the header makes of uc_version().
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn uc_uploadcare_version() -> *const c_char {
    uc_version()
}

/// What UC_SYMBOL in the header makes of uc_free().
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_uploadcare_free(owned: *mut c_void) {
    // SAFETY: as for uc_free().
    unsafe { uc_free(owned) }
}
