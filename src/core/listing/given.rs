//! Which items a listing has already given. Times repeat, so that what stands last on a page is not
//! enough to go on after it: the items of the last moment are known one by one.

use sha2::{Digest, Sha256};

use crate::core::error::Result;
use crate::core::memory;
use crate::core::time;

/// More items of one moment are not remembered. As many as a page may have.
pub const MOST_IDS: usize = 1000;

/// Of the digest of an id: two of 1000 have the same with a chance of one in 500 million.
const ID_BYTES: usize = 6;

/// What tells an item from others, and where it stands in its listing.
pub struct Key<'a> {
    pub id: &'a [u8],
    /// Microseconds since 1970-01-01 UTC, where that is known.
    pub moment: Option<i64>,
}

/// The items of a page in their order, as far as it is about what was given.
pub trait Items {
    fn count(&self) -> usize;
    /// `place` is less than `count()`.
    fn key(&self, place: usize) -> Key<'_>;
    fn retain(&mut self, keep: impl FnMut(Key) -> bool);
}

type Id = [u8; ID_BYTES];

fn id_of(key: &Key) -> Id {
    let digest = Sha256::digest(key.id);
    std::array::from_fn(|i| digest[i])
}

#[derive(Debug, PartialEq)]
pub enum Given {
    /// None yet.
    Nothing,
    /// Everything before this moment in the listing's order, and these at it.
    UpTo { moment: i64, ids: Vec<Id> },
    /// These of a page; what came before is not known one by one.
    OfPage { ids: Vec<Id> },
}

impl Given {
    /// What was given when a page follows what was given before it.
    pub fn after(&self, page: &impl Items) -> Result<Given> {
        let len = page.count();
        let moment_of = |place| page.key(place).moment.filter(|moment| time::has_neighbours(*moment));
        if len == 0 {
            return self.copy();
        }
        let Some(last) = moment_of(len - 1) else { return Given::of_page(page) };
        let start = (0..len).rev().take_while(|place| moment_of(*place) == Some(last)).last().unwrap_or(0);
        let earlier: &[Id] = match self {
            _ if start > 0 => &[],
            Given::Nothing => &[],
            Given::UpTo { moment, ids } if *moment == last => ids,
            Given::UpTo { .. } => &[],
            Given::OfPage { .. } => return Given::of_page(page),
        };
        let mut ids = Vec::new();
        ids.try_reserve_exact(earlier.len() + len - start)?;
        ids.extend_from_slice(earlier);
        ids.extend((start..len).map(|place| id_of(&page.key(place))).filter(|id| !earlier.contains(id)));
        match ids.len() <= MOST_IDS {
            true => Ok(Given::UpTo { moment: last, ids }),
            false => Given::of_page(page),
        }
    }

    /// Where nothing is known of what came before a page.
    pub fn unknown() -> Given {
        Given::OfPage { ids: Vec::new() }
    }

    fn of_page(page: &impl Items) -> Result<Given> {
        let mut ids = Vec::new();
        ids.try_reserve_exact(page.count())?;
        ids.extend((0..page.count()).map(|place| id_of(&page.key(place))));
        Ok(Given::OfPage { ids })
    }

    pub fn copy(&self) -> Result<Given> {
        let copied = |ids: &[Id]| -> Result<Vec<Id>> {
            let mut copy = Vec::new();
            copy.try_reserve_exact(ids.len())?;
            copy.extend_from_slice(ids);
            Ok(copy)
        };
        Ok(match self {
            Given::Nothing => Given::Nothing,
            Given::UpTo { moment, ids } => Given::UpTo { moment: *moment, ids: copied(ids)? },
            Given::OfPage { ids } => Given::OfPage { ids: copied(ids)? },
        })
    }

    pub fn holds(&self, key: &Key, is_descending: bool) -> bool {
        match self {
            Given::Nothing => false,
            Given::UpTo { moment, ids } => key.moment.is_some_and(|other| match other == *moment {
                true => ids.contains(&id_of(key)),
                false => (other < *moment) != is_descending,
            }),
            Given::OfPage { ids } => !ids.is_empty() && ids.contains(&id_of(key)),
        }
    }

    /// For a cursor.
    pub fn write(&self, bytes: &mut Vec<u8>) -> Result<()> {
        let (form, moment, ids): (u8, _, &[Id]) = match self {
            Given::Nothing => (0, None, &[]),
            Given::UpTo { moment, ids } => (1, Some(moment), ids),
            Given::OfPage { ids } => (2, None, ids),
        };
        memory::push(bytes, form)?;
        bytes.try_reserve(size_of::<i64>() + size_of::<u16>() + ids.len() * ID_BYTES)?;
        if let Some(moment) = moment {
            bytes.extend_from_slice(&moment.to_be_bytes());
        }
        bytes.extend_from_slice(&(ids.len() as u16).to_be_bytes());
        bytes.extend_from_slice(ids.as_flattened());
        Ok(())
    }

    /// What was written, and the bytes behind it.
    pub fn read(bytes: &[u8]) -> Option<(Given, &[u8])> {
        let (&form, bytes) = bytes.split_first()?;
        let (moment, bytes) = match form {
            1 => bytes.split_first_chunk().map(|(moment, rest)| (i64::from_be_bytes(*moment), rest))?,
            _ => (0, bytes),
        };
        let (count, bytes) = bytes.split_first_chunk()?;
        let (ids, rest) = bytes.split_at_checked(usize::from(u16::from_be_bytes(*count)) * ID_BYTES)?;
        let ids = ids.chunks_exact(ID_BYTES).filter_map(|id| id.try_into().ok()).collect();
        match form {
            0 => Some((Given::Nothing, rest)),
            1 => Some((Given::UpTo { moment, ids }, rest)),
            2 => Some((Given::OfPage { ids }, rest)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ids of one letter, each with its moment; a negative one is not known.
    struct Page(Vec<(char, i64)>);

    impl Page {
        fn new(items: &str, moments: &[i64]) -> Page {
            Page(items.chars().zip(moments.iter().copied()).collect())
        }
    }

    fn id(letter: char) -> Id {
        id_of(&Key { id: &[letter as u8], moment: None })
    }

    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

    impl Items for Page {
        fn count(&self) -> usize {
            self.0.len()
        }

        fn key(&self, place: usize) -> Key<'_> {
            let (letter, moment) = self.0[place];
            let at = LETTERS.find(letter).unwrap();
            Key { id: &LETTERS.as_bytes()[at..=at], moment: Some(moment).filter(|moment| *moment >= 0) }
        }

        fn retain(&mut self, _: impl FnMut(Key) -> bool) {
            unreachable!()
        }
    }

    fn up_to(moment: i64, ids: &str) -> Given {
        Given::UpTo { moment, ids: ids.chars().map(id).collect() }
    }

    fn of_page(ids: &str) -> Given {
        Given::OfPage { ids: ids.chars().map(id).collect() }
    }

    #[test]
    fn what_was_given_after_a_page() {
        for (before, items, moments, after) in [
            (Given::Nothing, "", &[][..], Given::Nothing),
            (Given::Nothing, "abc", &[1, 2, 2], up_to(2, "bc")),
            (Given::Nothing, "ab", &[2, 2], up_to(2, "ab")),
            (up_to(2, "ab"), "", &[], up_to(2, "ab")),
            (up_to(2, "ab"), "cd", &[2, 2], up_to(2, "abcd")),
            (up_to(2, "ab"), "bc", &[2, 2], up_to(2, "abc")),
            (up_to(2, "ab"), "cd", &[2, 3], up_to(3, "d")),
            (up_to(2, "ab"), "cd", &[3, 3], up_to(3, "cd")),
            (Given::unknown(), "cd", &[3, 3], of_page("cd")),
            (Given::unknown(), "cd", &[2, 3], up_to(3, "d")),
            (up_to(2, "ab"), "cd", &[2, -1], of_page("cd")),
            (of_page("ab"), "", &[], of_page("ab")),
        ] {
            assert_eq!(before.after(&Page::new(items, moments)).unwrap(), after, "{before:?} {items}");
        }
    }

    #[test]
    fn no_more_is_remembered_than_a_page_may_have() {
        let many = Given::UpTo { moment: 2, ids: vec![id('z'); MOST_IDS - 1] };
        assert!(matches!(many.after(&Page::new("a", &[2])).unwrap(), Given::UpTo { .. }));
        assert_eq!(many.after(&Page::new("ab", &[2, 2])).unwrap(), of_page("ab"));
    }

    #[test]
    fn an_item_was_given_before_the_moment_or_by_its_id() {
        let holds = |given: &Given, letter, moment, is_descending| {
            given.holds(&Page::new(letter, &[moment]).key(0), is_descending)
        };
        let given = up_to(5, "ab");
        for (letter, moment, ascending, descending) in
            [("a", 5, true, true), ("c", 5, false, false), ("c", 4, true, false), ("c", 6, false, true)]
        {
            assert_eq!(holds(&given, letter, moment, false), ascending, "{letter} {moment}");
            assert_eq!(holds(&given, letter, moment, true), descending, "{letter} {moment}");
        }
        assert!(!holds(&given, "a", -1, false));
        assert!(holds(&of_page("ab"), "a", -1, false));
        assert!(!holds(&of_page("ab"), "c", 1, false));
        assert!(!holds(&Given::Nothing, "a", 1, false));
    }

    #[test]
    fn what_was_written_is_read() {
        for given in [Given::Nothing, up_to(-5, ""), up_to(1 << 50, "abc"), of_page(""), of_page("ab")] {
            let mut bytes = Vec::new();
            given.write(&mut bytes).unwrap();
            bytes.extend_from_slice(b"/rest");
            assert_eq!(Given::read(&bytes).unwrap(), (given, &b"/rest"[..]));
            for cut in 0..bytes.len() - "/rest".len() {
                assert_eq!(Given::read(&bytes[..cut]), None, "{cut}");
            }
        }
        assert_eq!(Given::read(&[3, 0, 0]), None);
    }
}
