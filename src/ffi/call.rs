//! The boundary: no panic crosses it, and `errno` stays as it was.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;

use libc::c_char;

use super::arguments::output;
use super::error::{give_error, status_of, uc_error, uc_status};
use super::memory::{give, give_text};
use crate::core::error::{Error, Result, Status};
use crate::os::errno::Errno;

/// Runs what has no status; a panic is None.
pub fn guard<T>(body: impl FnOnce() -> T) -> Option<T> {
    let _errno = Errno::keep();
    catch_unwind(AssertUnwindSafe(body)).ok()
}

/// Runs `body` and reports what came of it; a panic is a failure like any other.
///
/// # Safety
/// `error` is NULL or may be written to.
pub unsafe fn call(error: *mut *mut uc_error, body: impl FnOnce() -> Result<uc_status>) -> uc_status {
    let _errno = Errno::keep();
    let outcome = guard(body).unwrap_or_else(|| Err(defect()));
    let (status, made) = match outcome {
        Ok(status) => (status, null_mut()),
        Err(failure) if error.is_null() => (status_of(failure.status), null_mut()),
        Err(failure) => give_error(&failure),
    };
    if !error.is_null() {
        // SAFETY: the caller's word.
        unsafe { error.write(made) };
    }
    status
}

pub fn defect() -> Error {
    Error::new(Status::Internal, "a defect in libuploadcare stopped this call; please report it")
}

/// A call that gives an object away, together with what it points into.
///
/// # Safety
/// `place` and `error` are NULL or may be written to.
pub unsafe fn make<V, O>(
    place: *mut *mut V,
    name: &str,
    error: *mut *mut uc_error,
    body: impl FnOnce() -> Result<(V, O)>,
) -> uc_status {
    // SAFETY: the caller's word.
    unsafe {
        call(error, || {
            let place = output(place, name)?;
            let (view, owner) = body()?;
            *place = give(view, owner)?;
            Ok(uc_status::UC_OK)
        })
    }
}

/// A call that gives a text away.
///
/// # Safety
/// As for [`make`].
pub unsafe fn make_text(
    place: *mut *mut c_char,
    name: &str,
    error: *mut *mut uc_error,
    body: impl FnOnce() -> Result<String>,
) -> uc_status {
    // SAFETY: the caller's word.
    unsafe {
        call(error, || {
            let place = output(place, name)?;
            *place = give_text(&body()?)?;
            Ok(uc_status::UC_OK)
        })
    }
}

/// A call that gives nothing away.
///
/// # Safety
/// `error` is NULL or may be written to.
pub unsafe fn act(error: *mut *mut uc_error, body: impl FnOnce() -> Result<()>) -> uc_status {
    // SAFETY: the caller's word.
    unsafe { call(error, || body().map(|()| uc_status::UC_OK)) }
}
