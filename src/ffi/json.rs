//! JSON, for what the library hands over as such and takes as such.

use libc::c_char;

use super::arguments::{json, text};
use super::call::make_text;
use super::error::{uc_error, uc_status};
use crate::core::json::written;
use crate::core::pointer;

/// One value of a JSON document, such as uc_file.json or the response of uc_request(). `pointer` is a
/// JSON pointer (RFC 6901): "" for the whole, "/results/0/id" for the `id` in the first element of
/// `results`. In a key ~0 stands for ~ and ~1 for /; an index counts from 0. `text` receives the text
/// of a string, and the JSON of any other value as it stands, without white space around it: 12.50,
/// true, null, ["a", "b"]. So null and the text "null" look the same here, and 1 and "1": to tell
/// them apart, ask for the object or array around the value, in whose JSON a text has quotes. Where
/// an object has a key twice, the last one counts. In a text U+0000 and half a surrogate pair become
/// U+FFFD. `text` is owned: give it to uc_free().
///
/// UC_ERR_NOT_FOUND when there is nothing at the pointer: the message says which part of it leads
/// nowhere. UC_ERR_ARGUMENT when `json` is not JSON, with the byte, or nests more than 128 deep, and
/// when `pointer` is not a pointer. Needs no client and sends nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_json_get(
    json: *const c_char,
    pointer: *const c_char,
    text: *mut *mut c_char,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make_text(text, "text", error, || {
            pointer::get(self::json(json, "json")?, self::text(pointer, "pointer")?)
        })
    }
}

/// A text of at most 64 KiB as a JSON string, with its quotes, to be put into JSON such as the query
/// of uc_files_search(): what means something in JSON is escaped. `json`
/// is owned: give it to uc_free(). UC_ERR_ARGUMENT when `text` is longer or not UTF-8. Needs no client and
/// sends nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_json_quote(
    text: *const c_char,
    json: *mut *mut c_char,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe { make_text(json, "json", error, || written(self::text(text, "text")?)) }
}
