//! Permissions to upload, shown and given away.

use libc::c_char;

use super::arguments::{check_len, copied, object, optional_text, options, texts};
use super::call::make_text;
use super::client::uc_client;
use super::error::{uc_error, uc_status};
use crate::core::error::Result;
use crate::core::uploads::permission::{Permission, TokenOptions};

/// What options hold of a permission.
///
/// # Safety
/// The texts are NULL or live as long as the call.
pub unsafe fn permission<'a>(
    token: *const c_char,
    signature: *const c_char,
    expire: i64,
) -> Result<Permission<'a>> {
    // SAFETY: the caller's word.
    let text = |text, name| unsafe { optional_text(text, name) };
    Ok(Permission {
        token: text(token, "opts.token")?,
        signature: text(signature, "opts.signature")?,
        expire,
    })
}

/// What a token allows. Set struct_size; a field of zero or NULL is no restriction.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_upload_token_opts {
    /// sizeof(uc_upload_token_opts)
    pub struct_size: usize,
    /// Paths of the Upload API, such as "/base/", "/multipart/*", "/from_url/" and "/group/": at most
    /// 16, each of at most 64 characters.
    pub scope: *const *const c_char,
    /// How many; not 0 where `scope` is set.
    pub scope_len: usize,
    /// The claim `iss`.
    pub issuer: *const c_char,
    /// The claim `sub`.
    pub subject: *const c_char,
    /// The claim `jti`.
    pub id: *const c_char,
    /// How long it is good, 1 to 86400 seconds; default half an hour.
    pub lifetime_s: i64,
    /// How many files may be uploaded with it, 1 to 100000; default any number. Groups do not count.
    pub operations: i64,
}

options!(uc_upload_token_opts { struct_size, scope, scope_len, issuer, subject, id, lifetime_s, operations });

impl uc_upload_token_opts {
    /// # Safety
    /// The texts are NULL or live as long as the call.
    unsafe fn checked<'a>(self) -> Result<TokenOptions<'a>> {
        check_len(self.scope, self.scope_len, "opts.scope")?;
        // SAFETY: the caller's word.
        unsafe {
            Ok(TokenOptions {
                lifetime_s: self.lifetime_s,
                scope: texts(self.scope, self.scope_len, "opts.scope")?,
                operations: self.operations,
                issuer: optional_text(self.issuer, "opts.issuer")?,
                subject: optional_text(self.subject, "opts.subject")?,
                id: optional_text(self.id, "opts.id")?,
            })
        }
    }
}

/// Signs a permission to upload until `expire`, in seconds since 1970-01-01 UTC: for a backend to
/// give to a program without the secret key, for uc_upload_opts.signature and
/// uc_group_create_opts.signature. `signature` receives 64 lower-case hex digits: give it to
/// uc_free(). Needs the secret key or opts.sign of the client. Sends nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_upload_signature(
    client: *const uc_client,
    expire: i64,
    signature: *mut *mut c_char,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make_text(signature, "signature", error, || object(client, "client")?.0.upload_signature(expire))
    }
}

/// Makes a JWT that permits uploading, and no more than `opts` says: for a backend to give to a
/// program without the secret key, for uc_upload_opts.token and uc_group_create_opts.token. `token`
/// receives it: give it to uc_free(). Needs the secret key itself; opts.sign of the client is not
/// enough. `opts` may be NULL. Sends nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_upload_token(
    client: *const uc_client,
    opts: *const uc_upload_token_opts,
    token: *mut *mut c_char,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make_text(token, "token", error, || {
            object(client, "client")?.0.upload_token(&copied(opts)?.checked()?)
        })
    }
}
