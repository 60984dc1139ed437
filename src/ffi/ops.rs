//! Operations, built call by call.

use libc::c_char;

use super::arguments::{object, optional_text, text};
use super::call::{defect, guard, make, make_text};
use super::client::uc_client;
use super::error::{uc_error, uc_status};
use crate::core::error::Result;
use crate::core::operations::builder::Ops;
use crate::os::errno::Errno;

/// Operations in the making, one behind the other, for those who would rather not write them.
/// The calls that add one cannot fail: what is wrong with any of them, the first that is, is what
/// uc_ops_build() says; a NULL for `ops` is ignored. Made by uc_ops_new(), freed by uc_free(). Used by
/// one thread at a time.
pub struct uc_ops(Ops);

/// Makes an empty one. opts.unchecked_operations of `client` says whether it will be checked.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_ops_new(
    client: *const uc_client,
    ops: *mut *mut uc_ops,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(ops, "ops", error, || {
            let client = object(client, "client")?;
            Ok((uc_ops(Ops::new(client.0.cdn.unchecked)), ()))
        })
    }
}

/// Adds to what is in the making; NULL is left alone, until uc_ops_build() says so.
///
/// # Safety
/// `ops` is NULL or the caller's.
unsafe fn add(ops: *mut uc_ops, function: &str, body: impl FnOnce(&mut Ops) -> Result<()>) {
    // SAFETY: the caller's word.
    let Some(ops) = (unsafe { ops.as_mut() }) else { return };
    let _errno = Errno::keep();
    let added = guard(|| body(&mut ops.0)).unwrap_or_else(|| Err(defect()));
    if let Err(error) = added {
        ops.0.fail(error.after(function));
    }
}

/// Fits the image into this size in pixels, keeping its ratio; never makes it larger. 0 and 0 for
/// the service's own size, 2048 by 2048.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_ops_preview(ops: *mut uc_ops, width: i32, height: i32) {
    // SAFETY: the pointers are what the header's rules say.
    unsafe { add(ops, "uc_ops_preview", |ops| ops.preview(width, height)) }
}

/// Makes the image this large in pixels, whatever becomes of its ratio; with 0 for a side, keeping it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_ops_resize(ops: *mut uc_ops, width: i32, height: i32) {
    // SAFETY: the pointers are what the header's rules say.
    unsafe { add(ops, "uc_ops_resize", |ops| ops.resize(width, height)) }
}

/// Cuts out this many pixels. `place` is "center", "top", "right", "bottom", "left", or "X,Y" in
/// pixels or percent ("50p,50p"); NULL leaves it to the service.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_ops_crop(ops: *mut uc_ops, width: i32, height: i32, place: *const c_char) {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        add(ops, "uc_ops_crop", |ops| {
            ops.crop(width, height, optional_text(place, "place")?.unwrap_or_default())
        })
    }
}

/// Scales the image until it fills this many pixels, and cuts off the rest. `place` is one as of
/// uc_ops_crop(), "smart" or another of the smart kinds in OPERATIONS.md, or both, "smart/center":
/// the place for when nothing is found; NULL leaves it to the service.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_ops_scale_crop(ops: *mut uc_ops, width: i32, height: i32, place: *const c_char) {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        add(ops, "uc_ops_scale_crop", |ops| {
            ops.scale_crop(width, height, optional_text(place, "place")?.unwrap_or_default())
        })
    }
}

/// What comes out: "auto", "jpeg", "png", "webp" or "preserve".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_ops_format(ops: *mut uc_ops, format: *const c_char) {
    // SAFETY: the pointers are what the header's rules say.
    unsafe { add(ops, "uc_ops_format", |ops| ops.format(text(format, "format")?)) }
}

/// How good: "smart", "smart_retina", "lightest", "lighter", "normal", "better" or "best".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_ops_quality(ops: *mut uc_ops, quality: *const c_char) {
    // SAFETY: the pointers are what the header's rules say.
    unsafe { add(ops, "uc_ops_quality", |ops| ops.quality(text(quality, "quality")?)) }
}

/// Lays another image over it: `image` is its UUID, or "self". `size` is "WIDTHxHEIGHT" in pixels or
/// percent of the image below ("50px50p"), `place` as of uc_ops_crop(), `opacity` 1 to 100 percent
/// or 0 for the default, 100. Each may be left out (NULL, 0) where all behind it are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_ops_overlay(
    ops: *mut uc_ops,
    image: *const c_char,
    size: *const c_char,
    place: *const c_char,
    opacity: i32,
) {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        add(ops, "uc_ops_overlay", |ops| {
            let size = optional_text(size, "size")?.unwrap_or_default();
            let place = optional_text(place, "place")?.unwrap_or_default();
            ops.overlay(text(image, "image")?, size, place, opacity)
        })
    }
}

/// Writes `words` over the image. They are escaped here and may hold anything, new lines too, but
/// must not be empty, "." or "..". With all other operations, and percent-encoded, they have at most
/// 8192 bytes. `size` and `place` as of uc_ops_overlay(). How they look is set beforehand by "font",
/// "text_align" and "text_box" through uc_ops_raw(). Has to be switched on for the project.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_ops_text(
    ops: *mut uc_ops,
    size: *const c_char,
    place: *const c_char,
    words: *const c_char,
) {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        add(ops, "uc_ops_text", |ops| {
            ops.text(text(size, "size")?, text(place, "place")?, text(words, "words")?)
        })
    }
}

/// Any operations as uc_url() takes them, each whole: "-/blur/20/-/mirror/", or the default_effects
/// of a group's file, "resize/x800/". What they may be
/// stands in OPERATIONS.md.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_ops_raw(ops: *mut uc_ops, operations: *const c_char) {
    // SAFETY: the pointers are what the header's rules say.
    unsafe { add(ops, "uc_ops_raw", |ops| ops.raw(text(operations, "operations")?)) }
}

/// Makes one text of all operations added so far, for uc_url() and its like. `operations` receives
/// it: give it to uc_free(). UC_ERR_ARGUMENT when something is wrong with them: the message names the
/// call that was given it, such as uc_ops_crop, or the byte in the text, as that of uc_url() does.
/// More operations may be added afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_ops_build(
    ops: *const uc_ops,
    operations: *mut *mut c_char,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe { make_text(operations, "operations", error, || object(ops, "ops")?.0.build()) }
}
