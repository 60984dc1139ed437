//! Signed addresses.

use chrono::Utc;
use libc::c_char;

use super::arguments::{copied, is_chosen, options, text, texts};
use super::call::{act, make_text};
use super::error::{uc_error, uc_status};
use crate::core::url::sign::{SignOptions, sign};
use crate::core::url::verify::verify;

/// How to sign a URL. Set struct_size; a field of zero has its default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_url_sign_opts {
    /// sizeof(uc_url_sign_opts)
    pub struct_size: usize,
    /// Until when it is good, in seconds since 1970-01-01 UTC; default by lifetime_s. Not together
    /// with it.
    pub expire: i64,
    /// How long it is good from now, in seconds; default 300. Not together with `expire`.
    pub lifetime_s: i64,
    /// UC_YES: the token is good for everything below the last slash of the URL, so that other
    /// operations may be put there, and for the segments of "adaptive_video/"; of "https://host/" for
    /// everything of the project. Default UC_NO, for this URL alone.
    pub wildcard: i32,
    /// UC_YES: a token that does not repeat the URL; default UC_NO. Not with `wildcard`.
    pub url_token: i32,
}

options!(uc_url_sign_opts { struct_size, expire, lifetime_s, wildcard, url_token });

/// Signs a URL on the CDN, so that secure delivery lets whoever has it in until it expires.
/// `secret_hex` is the project's secret for this, not the secret key of its API. A URL on the
/// project's own subdomain is taken to the secure one: "https://1s4oyld5dc.s.ucarecd.net"; other
/// hosts stay. `url` has no query yet; that of a group works too. What means something in a token is
/// percent-encoded, so use the URL that comes out. `opts` may be NULL. Needs no client; the time is
/// this machine's, and an `expire` in the past is signed as well.
///
/// URL API: {url}?token=exp={expire}~acl={path}~hmac={signature}
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_url_sign(
    url: *const c_char,
    secret_hex: *const c_char,
    opts: *const uc_url_sign_opts,
    signed_url: *mut *mut c_char,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make_text(signed_url, "signed_url", error, || {
            let uc_url_sign_opts { expire, lifetime_s, wildcard, url_token, .. } = copied(opts)?;
            let options = SignOptions {
                expire,
                lifetime_s,
                wildcard: is_chosen(wildcard, "opts.wildcard")?,
                url_token: is_chosen(url_token, "opts.url_token")?,
            };
            sign(text(url, "url")?, text(secret_hex, "secret_hex")?, &options, Utc::now().timestamp())
        })
    }
}

/// Checks a signed URL, as the CDN does, for a server that hands over content of its own by the same
/// tokens, or to find out why one is refused. `secrets_hex` are the project's secrets for secure
/// delivery, the old one and the new one while they are changed: UC_OK where the token was made with
/// one of them for this URL and has not expired, in all forms that uc_url_sign() makes. A token with a
/// wildcard is for all that is below its folder. Scheme and host are not part of a token.
///
/// UC_ERR_AUTH where the URL must not be served: its message says whether there is no token, its
/// signature is wrong, it is for another URL, or it has expired. UC_ERR_ARGUMENT when `url` is no URL
/// of http or https with a path, in visible ASCII without . and .. between slashes; when a secret is
/// not hex; and when there is no secret. Takes as long for a wrong signature as for a right one.
/// Needs no client and sends nothing; the time is this machine's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_url_verify(
    url: *const c_char,
    secrets_hex: *const *const c_char,
    secrets_hex_len: usize,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        act(error, || {
            let url = text(url, "url")?;
            let secrets_hex = texts(secrets_hex, secrets_hex_len, "secrets_hex")?;
            verify(url, &secrets_hex, Utc::now().timestamp())
        })
    }
}
