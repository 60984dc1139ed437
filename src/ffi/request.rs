//! Anything that has no function of its own.

use libc::c_char;

use super::arguments::{object, optional_json, text};
use super::call::make_text;
use super::client::uc_client;
use super::error::{uc_error, uc_status};

/// Sends a REST request with the signature, retries and limits of any other call. `method` is
/// "GET", "POST", "PUT", "PATCH" or "DELETE"; `path` starts with a slash and may have a query,
/// "/groups/?limit=1", percent-encoded where it needs to be; `body_json` is the body or NULL. `response`
/// receives its body, "" where there is none: give it to uc_free(). It is as received,
/// but without a byte order mark and with U+FFFD for U+0000 and for what is not UTF-8. A body of
/// JSON is whole, or the call fails: UC_ERR_NETWORK where the connection ended inside it. A POST or
/// PATCH is only sent again where the service cannot have acted on it; a DELETE whose response was
/// lost and whose repeat finds nothing has succeeded.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_request(
    client: *const uc_client,
    method: *const c_char,
    path: *const c_char,
    body_json: *const c_char,
    response: *mut *mut c_char,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make_text(response, "response", error, || {
            let client = object(client, "client")?;
            let (method, path) = (text(method, "method")?, text(path, "path")?);
            client.0.request(method, path, optional_json(body_json, "body_json")?)
        })
    }
}
