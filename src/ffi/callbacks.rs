//! The caller's functions, and what they are handed.

use std::ffi::{CStr, CString};

use libc::{c_char, c_void};

use crate::core::error::{Error, Result, Status};
use crate::core::http::log::Level;
use crate::core::http::sign::{Hash, Sign};

/// For uc_log_fn: how a request ended.
#[repr(i32)]
pub enum uc_log_level {
    /// It failed, and so does the call.
    UC_LOG_ERROR = 1,
    /// It failed and will be sent again.
    UC_LOG_WARN = 2,
    /// It succeeded.
    UC_LOG_INFO = 3,
    /// Reserved.
    UC_LOG_DEBUG = 4,
}

/// For uc_sign_fn: what to sign with.
#[repr(i32)]
pub enum uc_hmac {
    /// 40 hex digits: requests to the REST API.
    UC_HMAC_SHA1 = 1,
    /// 64 hex digits: uploads.
    UC_HMAC_SHA256 = 2,
}

/// A function of the caller's and its data, which the header says are used on one of the caller's
/// threads: that which is inside the call.
#[derive(Clone, Copy)]
struct Callback<F> {
    function: F,
    data: *mut c_void,
}

// SAFETY: threads of the library only pass it on; it is used where the header says.
unsafe impl<F> Send for Callback<F> {}
// SAFETY: likewise.
unsafe impl<F> Sync for Callback<F> {}

impl<F> Callback<F> {
    fn new(function: Option<F>, data: *mut c_void) -> Option<Self> {
        function.map(|function| Callback { function, data })
    }
}

pub struct CTick(Callback<unsafe extern "C" fn(*mut c_void) -> i32>);

impl CTick {
    pub fn new(tick: Option<unsafe extern "C" fn(*mut c_void) -> i32>, data: *mut c_void) -> Option<Self> {
        Callback::new(tick, data).map(CTick)
    }

    pub fn goes_on(&self) -> bool {
        // SAFETY: the caller's function, called as the header says.
        unsafe { (self.0.function)(self.0.data) == 0 }
    }
}

pub struct CProgress(Callback<unsafe extern "C" fn(*mut c_void, i64, i64) -> i32>);

impl CProgress {
    pub fn new(
        progress: Option<unsafe extern "C" fn(*mut c_void, i64, i64) -> i32>,
        data: *mut c_void,
    ) -> Option<Self> {
        Callback::new(progress, data).map(CProgress)
    }

    pub fn goes_on(&self, done: i64, total: i64) -> bool {
        // SAFETY: the caller's function, called as the header says.
        unsafe { (self.0.function)(self.0.data, done, total) == 0 }
    }
}

pub struct CRead(Callback<unsafe extern "C" fn(*mut c_void, *mut c_void, usize) -> i64>);

impl CRead {
    pub fn new(
        read: Option<unsafe extern "C" fn(*mut c_void, *mut c_void, usize) -> i64>,
        data: *mut c_void,
    ) -> Option<Self> {
        Callback::new(read, data).map(CRead)
    }

    pub fn fill(&self, buffer: &mut [u8]) -> Result<usize> {
        // SAFETY: the caller's function, called as the header says, with a buffer of that size.
        let amount = unsafe { (self.0.function)(self.0.data, buffer.as_mut_ptr().cast(), buffer.len()) };
        match usize::try_from(amount) {
            Err(_) => Err(Error::canceled()),
            Ok(amount) if amount > buffer.len() => {
                Err(Error::argument("read returned more bytes than it was asked for"))
            }
            Ok(amount) => Ok(amount),
        }
    }
}

type SignFn = unsafe extern "C" fn(*mut c_void, i32, *const c_char, *mut c_char, usize) -> i32;

pub struct CSign(Callback<SignFn>);

impl CSign {
    pub fn new(sign: Option<SignFn>, data: *mut c_void) -> Option<Self> {
        Callback::new(sign, data).map(CSign)
    }
}

impl Sign for CSign {
    fn sign(&self, hash: Hash, text: &str) -> Result<String> {
        let (algorithm, digits) = match hash {
            Hash::Sha1 => (uc_hmac::UC_HMAC_SHA1, 40),
            Hash::Sha256 => (uc_hmac::UC_HMAC_SHA256, 64),
        };
        let algorithm = algorithm as i32;
        let text = CString::new(text).map_err(|_| Error::argument("a text to sign holds NUL"))?;
        let mut hex = [0u8; 128];
        // SAFETY: the caller's function, called as the header says; the texts outlive the call.
        let refused = unsafe {
            (self.0.function)(self.0.data, algorithm, text.as_ptr(), hex.as_mut_ptr().cast(), hex.len())
        };
        if refused != 0 {
            return Err(Error::new(Status::Canceled, "opts.sign returned other than 0, so nothing was sent"));
        }
        let signature = CStr::from_bytes_until_nul(&hex).ok().and_then(|hex| hex.to_str().ok());
        let is_hex = |text: &&str| {
            text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        signature.filter(is_hex).map(str::to_owned).ok_or_else(|| {
            Error::argument(format!("opts.sign did not write {digits} lower-case hex digits and NUL"))
        })
    }
}

pub struct CLog(Callback<unsafe extern "C" fn(*mut c_void, i32, *const c_char)>);

impl CLog {
    pub fn new(
        log: Option<unsafe extern "C" fn(*mut c_void, i32, *const c_char)>,
        data: *mut c_void,
    ) -> Option<Self> {
        Callback::new(log, data).map(CLog)
    }

    pub fn write(&self, level: Level, line: &str) {
        let level = match level {
            Level::Error => uc_log_level::UC_LOG_ERROR,
            Level::Warn => uc_log_level::UC_LOG_WARN,
            Level::Info => uc_log_level::UC_LOG_INFO,
        };
        let line = CString::new(line.replace('\0', "\u{FFFD}")).unwrap_or_default();
        // SAFETY: the caller's function, called as the header says; the line outlives the call.
        unsafe { (self.0.function)(self.0.data, level as i32, line.as_ptr()) };
    }
}
