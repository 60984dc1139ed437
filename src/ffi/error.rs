//! Statuses and errors.

use std::ffi::CStr;
use std::ptr::null;

use libc::c_char;

use super::layout::no_padding;
use super::memory::{Arena, Fixed, give, laid_out};
use crate::core::error::{Error, Result, Status};

/// The result of a call. Take an unknown negative value for a failure: later versions may add
/// some. The numbers never change.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum uc_status {
    /// Success.
    UC_OK = 0,
    /// A normal end: past the last page of a listing, or the job has ended well.
    UC_DONE = 1,
    /// An argument is NULL, malformed or out of range. Nothing was sent, unless it is what a callback
    /// returned or wrote that is wrong.
    UC_ERR_ARGUMENT = -1,
    /// HTTP 401, 403: wrong keys, or not allowed. A delivery to a webhook or a signed URL that was
    /// not made with the secret.
    UC_ERR_AUTH = -2,
    /// HTTP 404: there is no such thing in this project. Or no such value in JSON.
    UC_ERR_NOT_FOUND = -3,
    /// HTTP 429, and the retries are used up, or the wait would go past timeout_ms or be longer than 10
    /// minutes. See uc_error.retry_after_ms.
    UC_ERR_THROTTLED = -4,
    /// Any other HTTP 4xx: 400, 406, 409, 413 and so on.
    UC_ERR_REJECTED = -5,
    /// HTTP 5xx, and the retries are used up, or the wait would go past timeout_ms.
    UC_ERR_SERVER = -6,
    /// No connection, or it was lost, also in the middle of a response, and the retries are used up, or
    /// the wait would go past timeout_ms; or a proxy refused.
    UC_ERR_NETWORK = -7,
    /// The peer's certificate or its handshake was refused. Never retried.
    UC_ERR_TLS = -8,
    /// A time limit ran out: the client's, or that of uc_job_wait().
    UC_ERR_TIMEOUT = -9,
    /// The answer made no sense, was too large, held more of something than the service can have, or
    /// led to another host.
    UC_ERR_PROTOCOL = -10,
    /// Stopped by a callback or by uc_client_cancel(), which lasts until uc_client_reset().
    UC_ERR_CANCELED = -11,
    /// A local file could not be read or written.
    UC_ERR_FILE = -12,
    /// The service could not do the job, or would not take it.
    UC_ERR_JOB = -13,
    /// Out of memory for what grows with a response, a file, a list or an argument. Nothing leaks.
    UC_ERR_MEMORY = -14,
    /// A defect in this library; please report it.
    UC_ERR_INTERNAL = -100,
}

use uc_status::*;

impl uc_status {
    pub fn name(status: i32) -> &'static CStr {
        match status {
            0 => c"UC_OK",
            1 => c"UC_DONE",
            -1 => c"UC_ERR_ARGUMENT",
            -2 => c"UC_ERR_AUTH",
            -3 => c"UC_ERR_NOT_FOUND",
            -4 => c"UC_ERR_THROTTLED",
            -5 => c"UC_ERR_REJECTED",
            -6 => c"UC_ERR_SERVER",
            -7 => c"UC_ERR_NETWORK",
            -8 => c"UC_ERR_TLS",
            -9 => c"UC_ERR_TIMEOUT",
            -10 => c"UC_ERR_PROTOCOL",
            -11 => c"UC_ERR_CANCELED",
            -12 => c"UC_ERR_FILE",
            -13 => c"UC_ERR_JOB",
            -14 => c"UC_ERR_MEMORY",
            -100 => c"UC_ERR_INTERNAL",
            2.. => c"UC_UNKNOWN",
            _ => c"UC_ERR_UNKNOWN",
        }
    }

    pub fn text(status: i32) -> &'static CStr {
        match status {
            0 => c"success",
            1 => c"the normal end: there are no more items, or the job has ended well",
            -1 => c"an argument, or what a callback returned, is missing, malformed or out of range",
            -2 => c"the keys or a signature are wrong, or this is not allowed",
            -3 => c"there is no such thing",
            -4 => c"the service asks for fewer requests, and the retries or the time for them are used up",
            -5 => c"the service refused the request",
            -6 => c"the service failed, and the retries or the time for them are used up",
            -7 => c"there is no connection, or it was lost, and the retries or the time for them are used up",
            -8 => c"the server's certificate or the TLS handshake was refused",
            -9 => c"a time limit ran out",
            -10 => c"the response made no sense, was too large, held more than the service can have, or led to another host",
            -11 => c"the call was canceled",
            -12 => c"a local file could not be read or written",
            -13 => c"the service could not do the job, or would not take it",
            -14 => c"out of memory",
            -100 => c"a defect in libuploadcare; please report it",
            ..0 => c"a failure that this version of libuploadcare does not know",
            _ => c"an outcome that this version of libuploadcare does not know",
        }
    }
}

/// Why a call failed. Owned: give it to uc_free(). Texts live as long as it does.
#[repr(C)]
pub struct uc_error {
    /// What the call returned.
    pub status: uc_status,
    /// The HTTP status of the last answer; 0 when none came.
    pub http_status: i32,
    /// One line of English, the service's own words where it sent any. Never NULL. A peer's words end
    /// after about 500 bytes with "..."; control characters and those that turn the direction of text
    /// are escaped, like \u202e. No key, signature, token or proxy password stands here or in code,
    /// request_id or body, even where a peer sent it back: "***" stands in its place.
    pub message: *const c_char,
    /// The service's error_code, such as "FileNotFoundError", or NULL; at most about 200 bytes.
    pub code: *const c_char,
    /// X-Uploadcare-Request-Id of the last answer, or NULL: what support asks for; at most about 200
    /// bytes.
    pub request_id: *const c_char,
    /// The last answer as received, its first 64 KiB, or NULL when none came.
    pub body: *const c_char,
    /// How long the service asks to wait, in milliseconds, or -1 when it does not say.
    pub retry_after_ms: i64,
    /// How often the request that failed was sent, retries included; 0 where none was, as at a time
    /// limit between requests or a cancel.
    pub attempts: i32,
    /// In place of padding: 0.
    pub reserved: i32,
}

no_padding!(uc_error {
    status,
    http_status,
    message,
    code,
    request_id,
    body,
    retry_after_ms,
    attempts,
    reserved
});
/// uc_error.status. UC_OK for NULL, which is what `error` receives from a call that does not fail. This
/// and the functions below are for languages that call functions easily and read structs badly; a
/// text lives as long as the error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_error_status(error: *const uc_error) -> uc_status {
    // SAFETY: NULL or an error of the caller's.
    unsafe { error.as_ref() }.map_or(UC_OK, |error| error.status)
}

/// uc_error.message. "" for NULL; never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_error_message(error: *const uc_error) -> *const c_char {
    // SAFETY: NULL or an error of the caller's.
    unsafe { error.as_ref() }.map_or(c"".as_ptr(), |error| error.message)
}

/// uc_error.http_status: the HTTP status of the last response. 0 when none came, and for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_error_http_status(error: *const uc_error) -> i32 {
    // SAFETY: NULL or an error of the caller's.
    unsafe { error.as_ref() }.map_or(0, |error| error.http_status)
}

/// uc_error.code: the service's error_code. NULL when it sent none, and for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_error_code(error: *const uc_error) -> *const c_char {
    // SAFETY: NULL or an error of the caller's.
    unsafe { error.as_ref() }.map_or(null(), |error| error.code)
}

/// uc_error.request_id: what support asks for. NULL when the service sent none, and for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_error_request_id(error: *const uc_error) -> *const c_char {
    // SAFETY: NULL or an error of the caller's.
    unsafe { error.as_ref() }.map_or(null(), |error| error.request_id)
}

/// uc_error.body: the last response as received. NULL when none came, and for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_error_body(error: *const uc_error) -> *const c_char {
    // SAFETY: NULL or an error of the caller's.
    unsafe { error.as_ref() }.map_or(null(), |error| error.body)
}

/// uc_error.retry_after_ms: how long the service asks to wait, in milliseconds. -1 when it does not
/// say, and for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_error_retry_after_ms(error: *const uc_error) -> i64 {
    // SAFETY: NULL or an error of the caller's.
    unsafe { error.as_ref() }.map_or(-1, |error| error.retry_after_ms)
}

/// uc_error.attempts: how often the request that failed was sent, retries included. 0 where none was,
/// and for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_error_attempts(error: *const uc_error) -> i32 {
    // SAFETY: NULL or an error of the caller's.
    unsafe { error.as_ref() }.map_or(0, |error| error.attempts)
}

pub fn status_of(status: Status) -> uc_status {
    match status {
        Status::Argument => UC_ERR_ARGUMENT,
        Status::Auth => UC_ERR_AUTH,
        Status::NotFound => UC_ERR_NOT_FOUND,
        Status::Throttled => UC_ERR_THROTTLED,
        Status::Rejected => UC_ERR_REJECTED,
        Status::Server => UC_ERR_SERVER,
        Status::Network => UC_ERR_NETWORK,
        Status::Tls => UC_ERR_TLS,
        Status::Timeout => UC_ERR_TIMEOUT,
        Status::Protocol => UC_ERR_PROTOCOL,
        Status::Canceled => UC_ERR_CANCELED,
        Status::File => UC_ERR_FILE,
        Status::Job => UC_ERR_JOB,
        Status::Memory => UC_ERR_MEMORY,
        Status::Internal => UC_ERR_INTERNAL,
    }
}

/// What is given where there is no memory for the error itself.
static OUT_OF_MEMORY: Fixed<uc_error> = Fixed::new(uc_error {
    status: UC_ERR_MEMORY,
    http_status: 0,
    message: c"out of memory".as_ptr(),
    code: null(),
    request_id: null(),
    body: null(),
    retry_after_ms: -1,
    attempts: 0,
    reserved: 0,
});

/// The error and its status, which is UC_ERR_MEMORY where there is no memory for the error.
pub fn give_error(error: &Error) -> (uc_status, *mut uc_error) {
    match laid_out(|arena| lay_out_error(arena, error)).and_then(|(view, arena)| give(view, arena)) {
        Ok(given) => (status_of(error.status), given),
        Err(_) => (UC_ERR_MEMORY, OUT_OF_MEMORY.give()),
    }
}

fn lay_out_error(arena: &Arena, error: &Error) -> Result<uc_error> {
    let reply = error.answer.as_deref();
    Ok(uc_error {
        status: status_of(error.status),
        http_status: reply.map_or(0, |reply| reply.http_status.into()),
        message: arena.text(&error.message)?,
        code: arena.optional(reply.and_then(|reply| reply.code.as_deref()))?,
        request_id: arena.optional(reply.and_then(|reply| reply.request_id.as_deref()))?,
        body: arena.optional(reply.map(|reply| reply.body.as_str()))?,
        retry_after_ms: error.retry_after_ms().map_or(-1, |ms| i64::try_from(ms).unwrap_or(i64::MAX)),
        attempts: i32::try_from(error.attempts).unwrap_or(i32::MAX),
        reserved: 0,
    })
}
