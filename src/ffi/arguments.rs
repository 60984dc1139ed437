//! What C handed over, checked. Each refusal names the argument.

use std::ffi::{CStr, c_char};
use std::ptr::null_mut;

use crate::core::error::{Error, Result};

/// An object that must be there.
///
/// # Safety
/// `object` is NULL or points to one that lives as long as the call.
pub unsafe fn object<'a, T>(object: *const T, name: &str) -> Result<&'a T> {
    // SAFETY: the caller's word.
    unsafe { object.as_ref() }.ok_or_else(|| is_null(name))
}

/// An object that the call changes.
///
/// # Safety
/// `object` is NULL or points to one that lives as long as the call and that nobody else uses.
pub unsafe fn object_mut<'a, T>(object: *mut T, name: &str) -> Result<&'a mut T> {
    // SAFETY: the caller's word.
    unsafe { object.as_mut() }.ok_or_else(|| is_null(name))
}

/// The place of a result, which holds NULL from here on.
///
/// # Safety
/// `place` is NULL or may be written to.
pub unsafe fn output<T>(place: *mut *mut T, name: &str) -> Result<*mut *mut T> {
    if place.is_null() {
        return Err(is_null(name));
    }
    // SAFETY: the caller's word.
    unsafe { place.write(null_mut()) };
    Ok(place)
}

/// A text that must be there.
///
/// # Safety
/// `text` is NULL or ends in NUL and lives as long as the call.
pub unsafe fn text<'a>(text: *const c_char, name: &str) -> Result<&'a str> {
    // SAFETY: the caller's word.
    unsafe { optional_text(text, name) }?.ok_or_else(|| is_null(name))
}

/// A text that may be NULL.
///
/// # Safety
/// As for [`text`].
pub unsafe fn optional_text<'a>(text: *const c_char, name: &str) -> Result<Option<&'a str>> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller's word.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().map(Some).map_err(|_| Error::argument(format!("{name} is not UTF-8")))
}

fn is_null(name: &str) -> Error {
    Error::argument(format!("{name} is NULL"))
}

/// A struct of options: `struct_size` first, and every field's zero its default.
///
/// # Safety
/// All bytes zero is a valid value, and so is any bit pattern that C can write.
pub unsafe trait Options: Copy {
    const ZERO: Self;
}

/// More than any version's struct will have: a size beyond it was never set.
const MOST_OPTIONS: usize = 4096;

/// A copy of the caller's options, which may be of an older or a newer version of the struct.
///
/// # Safety
/// `opts` is NULL or points to `struct_size` bytes, the first of them a `struct_size`.
pub unsafe fn options<T: Options>(opts: *const T) -> Result<T> {
    let mut own = T::ZERO;
    if opts.is_null() {
        return Ok(own);
    }
    let known = size_of::<T>();
    // SAFETY: the caller's word; the bytes beyond `struct_size` are not touched, and `own` has
    // room for those that are copied.
    unsafe {
        let size = opts.cast::<usize>().read();
        if size < size_of::<usize>() || size > MOST_OPTIONS || size % align_of::<T>() != 0 {
            return Err(Error::argument(format!(
                "opts.struct_size is {size}: set it to sizeof the struct, and all fields that are not used to zero"
            )));
        }
        let bytes = std::slice::from_raw_parts(opts.cast::<u8>(), size);
        if bytes.iter().skip(known).any(|byte| *byte != 0) {
            return Err(Error::argument(format!(
                "opts.struct_size is {size}, of a newer header than this library's ({known}), and a field that the \
                 library does not know is set"
            )));
        }
        (&raw mut own).cast::<u8>().copy_from_nonoverlapping(bytes.as_ptr(), size.min(known));
    }
    Ok(own)
}
