//! The boundary that every call which can fail passes through.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;

use super::error::{give_error, status_of, uc_error, uc_status};
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
        Err(failure) => (status_of(failure.status), give_error(&failure)),
    };
    if !error.is_null() {
        // SAFETY: the caller's word.
        unsafe { error.write(made) };
    }
    status
}
