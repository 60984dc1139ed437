//! What C handed over, checked. Each refusal names the argument.

use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::path::Path;
use std::ptr::null_mut;

use libc::c_char;

use super::pair::uc_pair;
use crate::core::error::{Error, Result};
use crate::os::files::path_of;

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

/// No name, address, path or key is longer, so that what is made of one is small.
const MOST_TEXT: usize = 64 << 10;

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
    // SAFETY: the caller's word.
    match unsafe { optional_json(text, name) }? {
        Some(text) if text.len() > MOST_TEXT => {
            Err(Error::argument(format!("{name} is longer than {MOST_TEXT} bytes")))
        }
        text => Ok(text),
    }
}

/// The same of JSON, which may be of any length.
///
/// # Safety
/// As for [`text`].
pub unsafe fn optional_json<'a>(text: *const c_char, name: &str) -> Result<Option<&'a str>> {
    // SAFETY: the caller's word.
    let bytes = unsafe { optional_bytes(text) };
    let text = bytes.map(std::str::from_utf8).transpose();
    text.map_err(|_| Error::argument(format!("{name} is not UTF-8")))
}

/// The path of a file, which must be there.
///
/// # Safety
/// As for [`text`].
pub unsafe fn file_path<'a>(path: *const c_char, name: &str) -> Result<&'a Path> {
    // SAFETY: the caller's word.
    unsafe { optional_file_path(path, name) }?.ok_or_else(|| is_null(name))
}

/// The path of a file, which may be NULL: bytes where the system's paths are, else UTF-8.
///
/// # Safety
/// As for [`text`].
pub unsafe fn optional_file_path<'a>(path: *const c_char, name: &str) -> Result<Option<&'a Path>> {
    // SAFETY: the caller's word.
    let Some(bytes) = (unsafe { optional_bytes(path) }) else { return Ok(None) };
    path_of(bytes).map(Some).ok_or_else(|| Error::argument(format!("{name} is not UTF-8")))
}

/// JSON that must be there.
///
/// # Safety
/// As for [`text`].
pub unsafe fn json<'a>(text: *const c_char, name: &str) -> Result<&'a str> {
    // SAFETY: the caller's word.
    unsafe { optional_json(text, name) }?.ok_or_else(|| is_null(name))
}

/// What stands in front of a NUL and need not be UTF-8, or NULL.
///
/// # Safety
/// As for [`text`].
pub unsafe fn optional_bytes<'a>(text: *const c_char) -> Option<&'a [u8]> {
    // SAFETY: the caller's word.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_bytes())
}

/// An array; NULL may stand for an empty one.
///
/// # Safety
/// `items` is NULL or points to `len` of them that live as long as the call.
pub unsafe fn list<'a, T>(items: *const T, len: usize, name: &str) -> Result<&'a [T]> {
    if len == 0 {
        return Ok(&[]);
    }
    if items.is_null() {
        return Err(is_null(name));
    }
    if len > isize::MAX as usize / size_of::<T>() {
        return Err(Error::argument(format!("{name}_len is {len}, more than memory can hold")));
    }
    // SAFETY: the caller's word.
    Ok(unsafe { std::slice::from_raw_parts(items, len) })
}

/// Refuses an array of options that is set without its length, which would be as if it were not.
pub fn check_len<T>(items: *const T, len: usize, name: &str) -> Result<()> {
    match !items.is_null() && len == 0 {
        true => Err(Error::argument(format!("{name} is set and {name}_len is 0"))),
        false => Ok(()),
    }
}

/// An array of texts, none of which may be NULL.
///
/// # Safety
/// As for [`list`] and [`text`].
pub unsafe fn texts<'a>(items: *const *const c_char, len: usize, name: &str) -> Result<Vec<&'a str>> {
    // SAFETY: the caller's word.
    let items = unsafe { list(items, len, name) }?;
    let item = |(place, item): (usize, &*const c_char)| -> Result<&'a str> {
        // SAFETY: the caller's word. A name is made for a mistake only.
        unsafe { text(*item, name).or_else(|_| text(*item, &format!("{name}[{place}]"))) }
    };
    let mut checked = Vec::new();
    checked.try_reserve_exact(items.len())?;
    for each in items.iter().enumerate() {
        checked.push(item(each)?);
    }
    Ok(checked)
}

/// An array of pairs, in which no text may be NULL.
///
/// # Safety
/// As for [`list`] and [`text`].
pub unsafe fn pairs<'a>(items: *const uc_pair, len: usize, name: &str) -> Result<Vec<(&'a str, &'a str)>> {
    // SAFETY: the caller's word.
    let items = unsafe { list(items, len, name) }?;
    let item = |(place, pair): (usize, &uc_pair)| -> Result<(&'a str, &'a str)> {
        let part = |part, of| {
            // SAFETY: the caller's word. A name is made for a mistake only.
            unsafe { text(part, name).or_else(|_| text(part, &format!("{name}[{place}].{of}"))) }
        };
        Ok((part(pair.key, "key")?, part(pair.value, "value")?))
    };
    let mut checked = Vec::new();
    checked.try_reserve_exact(items.len())?;
    for each in items.iter().enumerate() {
        checked.push(item(each)?);
    }
    Ok(checked)
}

/// For options that say yes or no.
#[repr(i32)]
pub enum uc_choice {
    UC_NO = -1,
    /// What a field's comment calls its default.
    UC_DEFAULT = 0,
    UC_YES = 1,
}

/// What an option says; None for its default.
pub fn choice(value: i32, name: &str) -> Result<Option<bool>> {
    const NO: i32 = uc_choice::UC_NO as i32;
    const DEFAULT: i32 = uc_choice::UC_DEFAULT as i32;
    const YES: i32 = uc_choice::UC_YES as i32;
    match value {
        DEFAULT => Ok(None),
        YES => Ok(Some(true)),
        NO => Ok(Some(false)),
        _ => Err(Error::argument(format!("{name} is {value}; it may be UC_YES, UC_NO or UC_DEFAULT"))),
    }
}

/// The same of an option whose default is no.
pub fn is_chosen(value: i32, name: &str) -> Result<bool> {
    Ok(choice(value, name)?.unwrap_or(false))
}

fn is_null(name: &str) -> Error {
    Error::argument(format!("{name} is NULL"))
}

/// A struct of options: `struct_size` first, and every field's zero its default.
///
/// # Safety
/// All bytes zero is a valid value, and so is any bit pattern that C can write, up to one of ENDS.
pub unsafe trait Options: Copy {
    /// Where its fields end.
    const ENDS: &'static [usize];

    /// What stands in place of padding.
    fn reserved(&self) -> i32;
}

/// A struct of options made of numbers, pointers that are only read after a check, and functions
/// that may be NULL: all its fields, `reserved` behind a semicolon. Bytes that pad its end would not
/// be told from a later version's field.
macro_rules! options {
    ($options:ident { $($field:ident),+ $(; $reserved:ident)? }) => {
        // SAFETY: numbers, pointers and functions that may be NULL have no wrong values.
        unsafe impl $crate::ffi::arguments::Options for $options {
            const ENDS: &'static [usize] = {
                use std::mem::offset_of;
                use $crate::ffi::layout::size_of_field;
                &[
                    $(offset_of!($options, $reserved) + size_of::<i32>(),)?
                    $(offset_of!($options, $field) + size_of_field(|whole: &$options| &whole.$field),)+
                ]
            };

            fn reserved(&self) -> i32 {
                0 $(| self.$reserved)?
            }
        }

        $crate::ffi::layout::no_padding!($options { $($field,)+ $($reserved)? });
        const _: () = {
            let ends = <$options as $crate::ffi::arguments::Options>::ENDS;
            assert!(ends[ends.len() - 1] == size_of::<$options>());
        };
    };
}
pub(super) use options;

/// More than any version's struct will have: a size beyond it was never set.
const MOST_OPTIONS: usize = 4096;

/// A copy of options that must be there.
///
/// # Safety
/// As for [`copied`].
pub unsafe fn required<T: Options>(opts: *const T, name: &str) -> Result<T> {
    // No reference is made: the caller's struct may be shorter than this one.
    match opts.is_null() {
        true => Err(is_null(name)),
        // SAFETY: the caller's word.
        false => unsafe { copied(opts) },
    }
}

/// A copy of the caller's options, which may be of an older or a newer version of the struct.
///
/// # Safety
/// `opts` is NULL or points to `struct_size` bytes, the first of them a `struct_size`.
pub unsafe fn copied<T: Options>(opts: *const T) -> Result<T> {
    // SAFETY: what the trait says of all bytes zero.
    let mut own: T = unsafe { MaybeUninit::zeroed().assume_init() };
    if opts.is_null() {
        return Ok(own);
    }
    let known = size_of::<T>();
    // SAFETY: the caller's word; the bytes beyond `struct_size` are not touched, and `own` has
    // room for those that are copied.
    unsafe {
        let size = opts.cast::<usize>().read();
        if !T::ENDS.contains(&size) && !(known..=MOST_OPTIONS).contains(&size) {
            return Err(Error::argument(format!(
                "opts.struct_size is {size}: set it to sizeof the struct, or to where one of its fields ends, and all \
                 fields that are not used to zero"
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
    if own.reserved() != 0 {
        return Err(Error::argument(format!("opts.reserved is {}; it has to be 0", own.reserved())));
    }
    Ok(own)
}
