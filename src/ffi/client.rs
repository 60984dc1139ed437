//! Clients.

use std::ffi::{CStr, CString, c_char, c_void};

use super::arguments::{copied, optional_bytes, optional_file_path, optional_text, options, text};
use super::call::{guard, make};
use super::error::{uc_error, uc_status};
use crate::core::client::{Client, ClientOptions};
use crate::core::error::{Error, Result, Status};
use crate::core::http::log::{Level, Logger};
use crate::core::http::sign::{Hash, Sign};

/// One project, seen through its keys. Made by uc_client_new(), freed by uc_free(). All threads of
/// a process may share one: it keeps connections alive among them. Free it when no other thread is
/// inside a call that was given it. After fork() the child makes its own. It may free what the parent
/// made, which leaves the parent's connections alone; what would send something is UC_ERR_ARGUMENT,
/// and what sends nothing, uc_url() for example, works.
pub struct uc_client(pub(super) Client);

/// For uc_client_opts.auth: how requests to the REST API prove who sends them.
#[repr(i32)]
pub enum uc_auth {
    /// A signature made with the secret key, which itself is never sent.
    UC_AUTH_SIGNED = 0,
    /// The secret key itself; over https only, but for this machine's own addresses.
    UC_AUTH_SIMPLE = 1,
}

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

/// Signs in place of the secret key, which then never enters this process: writes the HMAC of
/// `text` as lower-case hex, and NUL, to `hex` (at most `hex_size` bytes, which is always enough)
/// and returns 0. Anything else fails the call with UC_ERR_CANCELED, and a text that is no such
/// signature with UC_ERR_ARGUMENT. `algorithm` is a uc_hmac.
/// Called before each request, on the thread that sends it: the caller's, or one that reads ahead;
/// on several at once when several threads use the client.
pub type uc_sign_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        algorithm: i32,
        text: *const c_char,
        hex: *mut c_char,
        hex_size: usize,
    ) -> i32,
>;

/// Called after each request, with its method, path, status, time, attempt and request id in one
/// line without line end, and what the service said in a Warning header. `level` is a uc_log_level.
/// The line is cut and escaped as uc_error.message is, never holds a key or a signature, even one
/// that the peer sent back, and lives as long as the call of this function. Called on the thread
/// that sent the request: the caller's, or one that reads ahead; on several at once when several
/// threads use the client.
pub type uc_log_fn = Option<unsafe extern "C" fn(user_data: *mut c_void, level: i32, line: *const c_char)>;

/// Optional settings of a client. Set struct_size; a field of zero or NULL has its default.
///
/// Callbacks must not throw or longjmp, and must not free any page or job, nor use what the call in
/// progress works on; uc_client_cancel() is allowed. What sign_data and log_data point to must live
/// until the client and every page and job made with it are freed. uc_free() of a page that reads
/// ahead waits for a callback that is running: hold no lock there that a callback takes. A child that is
/// forked in a callback must not return from it. On a thread of the library's own all signals are
/// blocked, so that a fault in a callback ends the program without its handlers.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_client_opts {
    /// sizeof(uc_client_opts)
    pub struct_size: usize,
    /// The REST API; default "https://api.uploadcare.com".
    pub api_base: *const c_char,
    /// The Upload API; default "https://upload.uploadcare.com".
    pub upload_base: *const c_char,
    /// Where files are delivered, for uc_url() and its like; default the project's own subdomain,
    /// "https://1s4oyld5dc.ucarecd.net" for one whose public key is demopublickey. Older projects
    /// have "https://ucarecdn.com"; a domain of your own goes here too. uc_url_parse() of a file's
    /// original_file_url tells which a project has.
    pub cdn_base: *const c_char,
    /// Path of a file of further certificate authorities, PEM as OpenSSL reads it, at most 16 MiB; the
    /// system's stay trusted. Read at once.
    pub ca_file: *const c_char,
    /// The same as text in memory, beside or in place of `ca_file`: what a program carries with it.
    pub ca_data: *const c_char,
    /// "http://host:port", or https, socks4, socks4a, socks5 or socks5h in place of http, with
    /// user:password@ before the host if needed; socks4a and socks5h look names up at the proxy.
    /// Default: HTTPS_PROXY or HTTP_PROXY, ALL_PROXY and NO_PROXY of the environment, by the host of
    /// each request; what is wrong there is UC_ERR_ARGUMENT of the request. "" for none.
    pub proxy: *const c_char,
    /// What the program calls itself, "MyApp/2.1"; put after the library's own name.
    pub user_agent: *const c_char,
    /// A uc_auth; default UC_AUTH_SIGNED.
    pub auth: i32,
    /// How often a failed request is sent again; default 3, -1 for never.
    pub retries: i32,
    /// To make a connection, in milliseconds: name look-up, proxy and TLS included; default 10000.
    pub connect_timeout_ms: u32,
    /// With no byte either way, in milliseconds; default 30000.
    pub idle_timeout_ms: u32,
    /// For one whole call with its retries and waits, in milliseconds; default 120000, for uploads
    /// none. Each limit holds to within 0.3 s, under signals too, but for the time of callbacks.
    pub timeout_ms: u32,
    /// 1: operations are not checked against OPERATIONS.md, only that they begin with -/, end in a
    /// slash and can stand in an address: for what the service has learned since this version;
    /// default 0.
    pub unchecked_operations: i32,
    /// Signs in place of the secret key, which then must be NULL.
    pub sign: uc_sign_fn,
    /// Handed to `sign`.
    pub sign_data: *mut c_void,
    /// Called after each request.
    pub log: uc_log_fn,
    /// Handed to `log`.
    pub log_data: *mut c_void,
}

options!(uc_client_opts, log_data: *mut c_void);

impl uc_client_opts {
    /// # Safety
    /// The texts are NULL or end in NUL and live as long as the call.
    unsafe fn checked<'a>(self) -> Result<ClientOptions<'a>> {
        // SAFETY: the caller's word.
        let text = |text, name| unsafe { optional_text(text, name) };
        Ok(ClientOptions {
            api_base: text(self.api_base, "opts.api_base")?,
            upload_base: text(self.upload_base, "opts.upload_base")?,
            cdn_base: text(self.cdn_base, "opts.cdn_base")?,
            // SAFETY: the caller's word.
            ca_file: unsafe { optional_file_path(self.ca_file, "opts.ca_file") }?,
            // SAFETY: the caller's word.
            ca_data: unsafe { optional_bytes(self.ca_data) },
            proxy: text(self.proxy, "opts.proxy")?,
            user_agent: text(self.user_agent, "opts.user_agent")?,
            simple_auth: match self.auth {
                0 => false,
                1 => true,
                _ => return Err(Error::argument("opts.auth is neither UC_AUTH_SIGNED nor UC_AUTH_SIMPLE")),
            },
            retries: match self.retries {
                -1.. => self.retries,
                _ => return Err(Error::argument("opts.retries is below -1, which stands for none")),
            },
            connect_timeout_ms: self.connect_timeout_ms,
            idle_timeout_ms: self.idle_timeout_ms,
            timeout_ms: self.timeout_ms,
            unchecked_operations: self.unchecked_operations != 0,
            sign: self.sign.map(|sign| Box::new(CSign { sign, data: self.sign_data }) as Box<dyn Sign>),
            logger: self.log.map(|log| CLog { log, data: self.log_data }.logger()),
        })
    }
}

/// Makes a client. Sends nothing. `secret_key` may be NULL: with opts.sign set the client can do
/// everything, without it only what needs no secret. `opts` may be NULL. Pages and jobs made with
/// the client live on when it is freed. UC_ERR_ARGUMENT, or UC_ERR_FILE when opts.ca_file cannot be
/// read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_client_new(
    public_key: *const c_char,
    secret_key: *const c_char,
    opts: *const uc_client_opts,
    client: *mut *mut uc_client,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(client, "client", error, || {
            let public_key = text(public_key, "public_key")?;
            let secret_key = optional_text(secret_key, "secret_key")?;
            let client = Client::new(public_key, secret_key, copied(opts)?.checked()?)?;
            Ok((uc_client(client), ()))
        })
    }
}

/// Every call in progress on this client, its pages or its jobs, on whatever thread, returns
/// UC_ERR_CANCELED at once: while it connects, waits, reads, or sleeps before a retry. A call that
/// begins afterwards works as before: to stop a loop of calls, set a flag of your own as well. May
/// be called from any thread and from callbacks, not from a signal handler. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_client_cancel(client: *const uc_client) {
    // SAFETY: NULL or a client of the caller's.
    if let Some(client) = unsafe { client.as_ref() } {
        guard(|| client.0.cancel());
    }
}

struct CSign {
    sign: unsafe extern "C" fn(*mut c_void, i32, *const c_char, *mut c_char, usize) -> i32,
    data: *mut c_void,
}

// SAFETY: the header says that the function is called on any thread with this pointer.
unsafe impl Send for CSign {}
// SAFETY: likewise.
unsafe impl Sync for CSign {}

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
        let refused =
            unsafe { (self.sign)(self.data, algorithm, text.as_ptr(), hex.as_mut_ptr().cast(), hex.len()) };
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

struct CLog {
    log: unsafe extern "C" fn(*mut c_void, i32, *const c_char),
    data: *mut c_void,
}

// SAFETY: the header says that the function is called on any thread with this pointer.
unsafe impl Send for CLog {}
// SAFETY: likewise.
unsafe impl Sync for CLog {}

impl CLog {
    fn logger(self) -> Logger {
        Box::new(move |level, line| self.write(level, line))
    }

    fn write(&self, level: Level, line: &str) {
        let level = match level {
            Level::Error => uc_log_level::UC_LOG_ERROR,
            Level::Warn => uc_log_level::UC_LOG_WARN,
            Level::Info => uc_log_level::UC_LOG_INFO,
        };
        let line = CString::new(line.replace('\0', "\u{FFFD}")).unwrap_or_default();
        // SAFETY: the caller's function, called as the header says; the line outlives the call.
        unsafe { (self.log)(self.data, level as i32, line.as_ptr()) };
    }
}
