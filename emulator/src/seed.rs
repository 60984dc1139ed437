//! The data an emulator starts with. It is made from numbers alone: group `i` and its file `n`
//! (both from 0) are the same in every emulator, and no file takes memory until files are listed or changed.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seed {
    pub groups: usize,
    /// 0: from 1 to 12, in turn.
    pub files_per_group: usize,
    pub same_time: bool,
}

impl Default for Seed {
    fn default() -> Seed {
        Seed { groups: 250, files_per_group: 0, same_time: false }
    }
}

impl Seed {
    pub fn files_count(&self, group: usize) -> usize {
        if self.files_per_group > 0 { self.files_per_group } else { 1 + group % 12 }
    }

    /// An hour and a microsecond from one group to the next.
    pub fn created(&self, group: usize) -> DateTime<Utc> {
        let start = DateTime::from_timestamp(1_577_836_800, 0).expect("2020-01-01 is a date");
        let steps = if self.same_time { 0 } else { group as i64 };
        start + TimeDelta::hours(steps) + TimeDelta::microseconds(steps)
    }

    /// The files of a group were uploaded shortly before it was created, in their order.
    pub fn uploaded(&self, group: usize, place: usize) -> DateTime<Utc> {
        let steps = if self.same_time { 0 } else { place as i64 };
        self.created(group) - TimeDelta::minutes(5) + TimeDelta::microseconds(steps)
    }

    /// The groups and the places in them of all files.
    pub fn files(self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.groups).flat_map(move |group| (0..self.files_count(group)).map(move |place| (group, place)))
    }

    /// The group and the place in it of a file that was seeded.
    pub fn find_file(&self, uuid: Uuid) -> Option<(usize, usize)> {
        let (group, number, ..) = uuid.as_fields();
        let (group, file) = (group as usize, (number as usize).checked_sub(1)?);
        let is_there =
            group < self.groups && file < self.files_count(group) && uuid == file_uuid(group, file);
        is_there.then_some((group, file))
    }
}

pub fn group_uuid(group: usize) -> Uuid {
    uuid(group, 0)
}

pub fn file_uuid(group: usize, file: usize) -> Uuid {
    uuid(group, file + 1)
}

/// A UUID of version 4 by its look. Its first digits tell the numbers it was made from.
fn uuid(group: usize, number: usize) -> Uuid {
    let noise = scramble((group as u64) << 16 | number as u64);
    let mut bytes = (u128::from(noise) << 64 | u128::from(scramble(noise))).to_be_bytes();
    bytes[..4].copy_from_slice(&(group as u32).to_be_bytes());
    bytes[4..6].copy_from_slice(&(number as u16).to_be_bytes());
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// SplitMix64.
fn scramble(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_by_its_uuid_and_no_other_uuid_is_a_file() {
        let seed = Seed { groups: 30, ..Seed::default() };
        for group in 0..30 {
            for file in 0..seed.files_count(group) {
                assert_eq!(seed.find_file(file_uuid(group, file)), Some((group, file)));
            }
            assert_eq!(seed.find_file(file_uuid(group, seed.files_count(group))), None);
            assert_eq!(seed.find_file(group_uuid(group)), None);
        }
        assert_eq!(seed.find_file(file_uuid(30, 0)), None);
        assert_eq!(seed.find_file(Uuid::new_v4()), None);
    }
}
