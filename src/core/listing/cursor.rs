//! A place in a listing as a line of text: its kind, such as `groups.`, and in base64 a check, what
//! was given up to there, and the target of the page that follows. The check ties it to the listing,
//! the project and the base; it holds no key and is no signature, so that the target is looked at, too.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::given::{Given, MOST_IDS};
use crate::core::error::{Error, Result};
use crate::core::http::base::path_of;
use crate::core::http::settings::Settings;
use crate::core::memory;

const CHECK_BYTES: usize = 8;

/// More than is made of the longest link and of the most ids. The header says so.
const MOST_CURSOR: usize = 20 << 10;

const _: () = assert!(MOST_IDS == 1000, "the header says how long a cursor may be");

/// What becomes of the items that were given before this place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role {
    /// They do not come again.
    Known,
    /// They may come again, and are left out.
    LeftOut,
    /// The same; but they are not all that were given.
    LeftOutInPart,
}

pub struct Place {
    /// Of the page that follows.
    pub target: String,
    pub given: Given,
    pub role: Role,
}

impl Place {
    /// Where nothing was given yet.
    pub fn beginning(target: String) -> Self {
        Place { target, given: Given::Nothing, role: Role::Known }
    }
}

pub fn write(settings: &Settings, kind: &str, role: Role, given: &Given, target: &str) -> Result<String> {
    let mut place = vec![role as u8];
    given.write(&mut place)?;
    place.try_reserve_exact(target.len())?;
    place.extend_from_slice(target.as_bytes());
    let bytes = memory::bytes(&[&check(settings, kind, &place), &place])?;
    let mut cursor = memory::concat(&[kind, "."])?;
    // What a letter of base64 holds is six bits.
    cursor.try_reserve_exact(bytes.len().div_ceil(3) * 4)?;
    BASE64_URL_SAFE_NO_PAD.encode_string(bytes, &mut cursor);
    Ok(cursor)
}

/// The place, whose target is one of the listing at `path`.
pub fn read(settings: &Settings, kind: &str, path: &str, cursor: &str) -> Result<Place> {
    let is_of_listing = |target: &str| {
        let listing = settings.base.target(path);
        path_of(target) == listing && settings.base.holds(target)
    };
    let place = decode(settings, kind, cursor).filter(|place| is_of_listing(&place.target));
    place.ok_or_else(|| {
        Error::argument(format!(
            "opts.cursor is not one that uc_page_end_cursor() gave for the {kind} of this project"
        ))
    })
}

fn decode(settings: &Settings, kind: &str, cursor: &str) -> Option<Place> {
    if cursor.len() > MOST_CURSOR {
        return None;
    }
    let text = cursor.strip_prefix(kind)?.strip_prefix('.')?;
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    let (found, place) = bytes.split_first_chunk()?;
    if *found != check(settings, kind, place) {
        return None;
    }
    let (role, place) = place.split_first()?;
    let role =
        [Role::Known, Role::LeftOut, Role::LeftOutInPart].into_iter().find(|one| *one as u8 == *role)?;
    let (given, target) = Given::read(place)?;
    Some(Place { target: String::from_utf8(target.to_vec()).ok()?, given, role })
}

fn check(settings: &Settings, kind: &str, place: &[u8]) -> [u8; CHECK_BYTES] {
    let identity = [settings.public_key.as_str(), &settings.base.identity(), kind, ""];
    let digest = Sha256::new().chain_update(identity.join("\n")).chain_update(place).finalize();
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
        let write = |target| write(settings, "groups", Role::LeftOut, &Given::Nothing, target).unwrap();
        let listing = write("/groups/?limit=1&from=2020");
        let place = read(settings, "groups", "/groups/", &listing).unwrap();
        assert_eq!(place.target, "/groups/?limit=1&from=2020");
        assert_eq!((place.role, place.given), (Role::LeftOut, Given::Nothing));
        for target in ["/webhooks/", "/groups/../webhooks/", "/groups/x/", "/groupsx?limit=1", "//evil/"] {
            assert!(read(settings, "groups", "/groups/", &write(target)).is_err(), "{target}");
        }
        assert!(read(settings, "files", "/files/", &listing).is_err());
    }
}
