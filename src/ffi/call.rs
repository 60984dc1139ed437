//! The boundary that every call which can fail passes through.

use std::ffi::c_char;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;

use super::arguments::output;
use super::error::{give_error, status_of, uc_error, uc_status};
use super::memory::{give, give_text};
use crate::core::error::{Error, Result, Status};

/// Runs `body` and reports what came of it; a panic is a failure like any other.
///
/// # Safety
/// `error` is NULL or may be written to.
pub unsafe fn call(error: *mut *mut uc_error, body: impl FnOnce() -> Result<uc_status>) -> uc_status {
    let outcome = catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| {
        Err(Error::new(Status::Internal, "a defect in libuploadcare stopped this call; please report it"))
    });
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
