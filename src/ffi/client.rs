//! Clients.

use std::sync::Arc;

use libc::{c_char, c_void};

use super::arguments::{
    copied, is_chosen, object, optional_bytes, optional_file_path, optional_text, options, text,
};
use super::call::{guard, make};
use super::callbacks::{CLog, CSign, CTick};
use super::error::{uc_error, uc_status};
use crate::core::client::{CallOptions, Client, ClientOptions, NO_LIMIT_MS};
use crate::core::error::{Error, Result};
use crate::core::http::log::Logger;
use crate::core::http::policy::Hook;
use crate::core::http::sign::Sign;

/// One project, seen through its keys. Made by uc_client_new(), freed by uc_free(). All threads of
/// a process may share one: it keeps connections alive among them. Free it when no other thread is
/// inside a call that was given it. After fork() the child makes its own. It may free what the parent
/// made, which leaves the parent's connections alone; what would send something is UC_ERR_ARGUMENT,
/// and what sends nothing, uc_url() for example, works.
pub struct uc_client(pub(super) Client);

/// For every limit in milliseconds: none. Defined in the header.
/// cbindgen:ignore
pub const UC_NO_LIMIT: u32 = NO_LIMIT_MS;

/// For uc_client_opts.auth: how requests to the REST API prove who sends them.
#[repr(i32)]
pub enum uc_auth {
    /// A signature made with the secret key, which itself is never sent.
    UC_AUTH_SIGNED = 0,
    /// The secret key itself; over https only, but for this machine's own addresses.
    UC_AUTH_SIMPLE = 1,
}

/// Signs in place of the secret key, which then never enters this process: writes the HMAC of
/// `text` as lower-case hex, and NUL, to `hex` (at most `hex_size` bytes, which is always enough)
/// and returns 0. Anything else fails the call with UC_ERR_CANCELED, and a text that is no such
/// signature with UC_ERR_ARGUMENT. `algorithm` is a uc_hmac.
/// Called before each request, on a thread that is inside a call on the client, its pages or its
/// jobs; on several at once when several threads use the client. A page that reads ahead gets each
/// signature inside a call on the page, so it is one page ahead at most.
pub type uc_sign_fn = Option<
    unsafe extern "C" fn(
        sign_data: *mut c_void,
        algorithm: i32,
        text: *const c_char,
        hex: *mut c_char,
        hex_size: usize,
    ) -> i32,
>;

/// Called after each request, with its method, path, status, time, attempt and request id in one
/// line without line end, and what the service said in a Warning header. `level` is a uc_log_level.
/// The line is cut and escaped as uc_error.message is, never holds a key or a signature, even one
/// that the peer sent back, and lives as long as the call of this function. Called on a thread that
/// is inside a call on the client, its pages or its jobs; on several at once when several threads use
/// the client. What a page logs while it reads ahead is delivered by the next call that moves the page,
/// uc_page_next() and its like, and dropped when the page is freed before that.
pub type uc_log_fn = Option<unsafe extern "C" fn(log_data: *mut c_void, level: i32, line: *const c_char)>;

/// Called when a call that sends something begins, on the client, its pages or its jobs, and then
/// about ten times a second while it lasts, on the thread that made the call; on several at once when
/// several threads use the client. Return 0 to go on, anything else to stop: that call then returns
/// UC_ERR_CANCELED, and other calls go on. For an interpreter, whose Ctrl-C sets a flag that this
/// function returns. It must make no call on the client but uc_client_cancel().
pub type uc_tick_fn = Option<unsafe extern "C" fn(tick_data: *mut c_void) -> i32>;

/// Optional settings of a client. Set struct_size; a field of zero or NULL has its default.
///
/// Callbacks run only on a thread that is inside a call on the object that they are for, never on a
/// thread of the library. They must not throw or longjmp, and must not free or use what the call in
/// progress works on; uc_client_cancel() is allowed. What sign_data, log_data and tick_data point to
/// must live until the client and every client, page and job made with it are freed. A child that is
/// forked in a callback must not return from it.
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
    /// Path of a file of further certificate authorities, PEM as OpenSSL reads it, less than 16 MiB; the
    /// system's stay trusted. Read at once.
    pub ca_file: *const c_char,
    /// The same as text in memory, less than 16 MiB, beside or in place of `ca_file`: what a program carries with it.
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
    /// How often a failed request is sent again; default 3, -1 for never; less is UC_ERR_ARGUMENT. A kept connection that the
    /// server closed is replaced at once, and does not count.
    pub retries: i32,
    /// To make a connection, in milliseconds: name look-up, proxy and TLS included; default 10000.
    /// UC_NO_LIMIT is none, here and below.
    pub connect_timeout_ms: u32,
    /// With no byte either way, in milliseconds; default 30000.
    pub idle_timeout_ms: u32,
    /// For one whole call with its retries and waits, in milliseconds; default 120000, for uploads
    /// none. In uc_job_wait() it limits each poll, not the waiting. Each limit holds to within 0.3 s,
    /// under signals too, but for the time of callbacks.
    pub timeout_ms: u32,
    /// UC_YES: operations are not checked against OPERATIONS.md, only that they begin with -/, end in
    /// a slash and can stand in a URL: for what the service has learned since this version; default
    /// UC_NO. It is for uc_url() and its like, uc_ops_build(), uc_video_path() and uc_document_path().
    /// Others that take operations, such as uc_group_create() and uc_file_copy(), send them unchecked.
    pub unchecked_operations: i32,
    /// Signs in place of the secret key, which then must be NULL.
    pub sign: uc_sign_fn,
    /// Handed to `sign`.
    pub sign_data: *mut c_void,
    /// Called after each request.
    pub log: uc_log_fn,
    /// Handed to `log`.
    pub log_data: *mut c_void,
    /// Called when each call begins and about ten times a second during it; may stop it. See uc_tick_fn.
    pub tick: uc_tick_fn,
    /// Handed to `tick`.
    pub tick_data: *mut c_void,
}

options!(uc_client_opts {
    struct_size,
    api_base,
    upload_base,
    cdn_base,
    ca_file,
    ca_data,
    proxy,
    user_agent,
    auth,
    retries,
    connect_timeout_ms,
    idle_timeout_ms,
    timeout_ms,
    unchecked_operations,
    sign,
    sign_data,
    log,
    log_data,
    tick,
    tick_data
});

/// What a derived client has of its own. Set struct_size; a field of zero or NULL is as in the
/// client that it is derived from. `log_data` goes with `log`, and `tick_data` with `tick`: without
/// its function it is not used. To have no log or no tick, set a function that does nothing, for `tick` one that returns 0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_client_derive_opts {
    /// sizeof(uc_client_derive_opts)
    pub struct_size: usize,
    /// As in uc_client_opts, like all that follow.
    pub retries: i32,
    pub connect_timeout_ms: u32,
    pub idle_timeout_ms: u32,
    pub timeout_ms: u32,
    pub log: uc_log_fn,
    pub log_data: *mut c_void,
    pub tick: uc_tick_fn,
    pub tick_data: *mut c_void,
}

options!(uc_client_derive_opts {
    struct_size,
    retries,
    connect_timeout_ms,
    idle_timeout_ms,
    timeout_ms,
    log,
    log_data,
    tick,
    tick_data
});

impl uc_client_derive_opts {
    fn checked(self) -> Result<CallOptions> {
        Ok(CallOptions {
            retries: retries(self.retries)?,
            connect_timeout_ms: self.connect_timeout_ms,
            idle_timeout_ms: self.idle_timeout_ms,
            timeout_ms: self.timeout_ms,
            logger: logger(self.log, self.log_data),
            tick: hook(self.tick, self.tick_data),
        })
    }
}

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
            unchecked_operations: is_chosen(self.unchecked_operations, "opts.unchecked_operations")?,
            sign: CSign::new(self.sign, self.sign_data).map(|sign| Arc::new(sign) as Arc<dyn Sign>),
            calls: CallOptions {
                retries: retries(self.retries)?,
                connect_timeout_ms: self.connect_timeout_ms,
                idle_timeout_ms: self.idle_timeout_ms,
                timeout_ms: self.timeout_ms,
                logger: logger(self.log, self.log_data),
                tick: hook(self.tick, self.tick_data),
            },
        })
    }
}

fn retries(retries: i32) -> Result<i32> {
    match retries {
        -1.. => Ok(retries),
        _ => Err(Error::argument(format!(
            "opts.retries is {retries}; it may be 1 or more, 0 for the default, or -1 for none"
        ))),
    }
}

fn logger(log: uc_log_fn, log_data: *mut c_void) -> Option<Logger> {
    let log = CLog::new(log, log_data)?;
    Some(Arc::new(move |level, line: &str| log.write(level, line)))
}

fn hook(tick: uc_tick_fn, tick_data: *mut c_void) -> Option<Hook> {
    let tick = CTick::new(tick, tick_data)?;
    Some(Arc::new(move || tick.goes_on()))
}

/// Makes a client. Sends nothing. `secret_key` may be NULL: with opts.sign set the client can do
/// everything but uc_upload_token(); without it, calls of the REST API are UC_ERR_ARGUMENT, and the
/// Upload API and all that sends nothing work. `opts` may be NULL. Pages and jobs made with
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

/// Makes a client for the same project that shares keys, clock, settings and kept connections with
/// `client`, and has limits, callbacks and a cancellation of its own: one for each task that must be
/// stopped or limited alone, even for a single call. It costs about as much as a small allocation
/// and makes no connection. `opts` may be NULL. `client` may be freed before it, and may be canceled: calls on the derived client then return
/// UC_ERR_CANCELED, too. A client may be derived from a derived one, in a chain of at most 64; one more
/// is UC_ERR_ARGUMENT. Sends nothing. Give it to uc_free().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_client_derive(
    client: *const uc_client,
    opts: *const uc_client_derive_opts,
    derived: *mut *mut uc_client,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(derived, "derived", error, || {
            Ok((uc_client(object(client, "client")?.0.derive(copied(opts)?.checked()?)?), ()))
        })
    }
}

/// Stops a client: until uc_client_reset(), every call that would send something returns
/// UC_ERR_CANCELED, on whatever thread, on the client, its pages and jobs, and on clients derived
/// from it. Calls in progress return at once, whether they connect, send, read, or sleep before a retry; only a callback that is running is waited for.
/// The client that it was derived from and others derived from that go on, and connections that no
/// canceled call was using stay open. May be called from any thread and from callbacks, not from a
/// signal handler. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_client_cancel(client: *const uc_client) {
    // SAFETY: NULL or a client of the caller's.
    if let Some(client) = unsafe { client.as_ref() } {
        guard(|| client.0.cancel());
    }
}

/// Lets calls on this client begin again after uc_client_cancel(). Calls that were in progress then
/// still return UC_ERR_CANCELED. It undoes the cancel of this client only: a derived client that was
/// canceled itself stays canceled, and a reset of a derived client does not help while a client above
/// it is canceled, or was when it was freed. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_client_reset(client: *const uc_client) {
    // SAFETY: NULL or a client of the caller's.
    if let Some(client) = unsafe { client.as_ref() } {
        guard(|| client.0.reset());
    }
}
