//! A place in a listing as a line of text: its kind, such as `groups.`, and in base64 a check and the
//! target of the page. The check ties it to the listing, the project and the base; it holds no key
//! and is no signature, so that the target is looked at, too.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::error::{Error, Result};
use super::http::base::path_of;
use super::http::settings::Settings;

const CHECK_BYTES: usize = 8;

/// More than is made of the longest target.
const MOST_CURSOR: usize = 16 << 10;

pub fn write(settings: &Settings, kind: &str, target: &str) -> String {
    let bytes = [&check(settings, kind, target)[..], target.as_bytes()].concat();
    format!("{kind}.{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// The target, which is one of the listing at `path`.
pub fn read(settings: &Settings, kind: &str, path: &str, cursor: &str) -> Result<String> {
    let is_of_listing = |target: &str| {
        let listing = settings.base.target(path);
        path_of(target) == listing && settings.base.holds(target)
    };
    let target = decode(kind, cursor)
        .filter(|(found, target)| *found == check(settings, kind, target) && is_of_listing(target));
    match target {
        Some((_, target)) => Ok(target),
        None => Err(Error::argument(format!(
            "opts.cursor is not one that uc_page_cursor() gave for the {kind} of this project"
        ))),
    }
}

fn decode(kind: &str, cursor: &str) -> Option<([u8; CHECK_BYTES], String)> {
    if cursor.len() > MOST_CURSOR {
        return None;
    }
    let text = cursor.strip_prefix(kind)?.strip_prefix('.')?;
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    let (check, target) = bytes.split_first_chunk()?;
    Some((*check, String::from_utf8(target.to_vec()).ok()?))
}

fn check(settings: &Settings, kind: &str, target: &str) -> [u8; CHECK_BYTES] {
    let identity = [settings.public_key.as_str(), &settings.base.identity(), kind, target];
    let digest = Sha256::digest(identity.join("\n"));
    std::array::from_fn(|i| digest[i])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::client::{Client, ClientOptions};

    #[test]
    fn a_cursor_leads_nowhere_but_to_its_listing() {
        let client = Client::new("demopublickey", None, ClientOptions::default()).unwrap();
        let settings = &client.http.settings;
        let listing = write(settings, "groups", "/groups/?limit=1&from=2020");
        assert_eq!(read(settings, "groups", "/groups/", &listing).unwrap(), "/groups/?limit=1&from=2020");
        for target in ["/webhooks/", "/groups/../webhooks/", "/groups/x/", "/groupsx?limit=1", "//evil/"] {
            assert!(
                read(settings, "groups", "/groups/", &write(settings, "groups", target)).is_err(),
                "{target}"
            );
        }
        assert!(read(settings, "files", "/files/", &listing).is_err());
    }
}
