//! Finds text in text, whatever its case.

use std::ops::Range;

/// A text with the places of what was looked for in it.
pub struct Finding {
    /// The text with the first place between `<em>` and `</em>`.
    pub marked: String,
    /// From above 0 to 1: how much of the text was looked for.
    pub score: f64,
}

/// Looks for `needle`, of some letters, in `text`; `is_fuzzy` forgives one letter that is wrong, missing or too many.
pub fn find(text: &str, needle: &str, is_fuzzy: bool) -> Option<Finding> {
    let letters: Vec<char> = text.chars().collect();
    let (hay, needle): (Vec<_>, Vec<_>) =
        (letters.iter().map(|letter| lower(*letter)).collect(), needle.chars().map(lower).collect());
    let place = place(&hay, &needle, is_fuzzy)?;
    let part = |range: Range<usize>| letters[range].iter().collect::<String>();
    Some(Finding {
        marked: format!(
            "{}<em>{}</em>{}",
            part(0..place.start),
            part(place.clone()),
            part(place.end..letters.len())
        ),
        score: place.len() as f64 / letters.len() as f64,
    })
}

/// One letter for one letter, so that places stay as they are.
fn lower(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

fn place(hay: &[char], needle: &[char], is_fuzzy: bool) -> Option<Range<usize>> {
    let is_there = |length: usize, is_it: fn(&[char], &[char]) -> bool| {
        let start = hay.windows(length).position(|window| is_it(window, needle))?;
        Some(start..start + length)
    };
    let length = needle.len();
    let exactly = is_there(length, |window, needle| window == needle);
    if !is_fuzzy {
        return exactly;
    }
    exactly
        .or_else(|| [length, length + 1, length - 1].into_iter().find_map(|length| is_there(length, is_near)))
}

/// Whether the texts differ by one letter at most.
fn is_near(one: &[char], other: &[char]) -> bool {
    let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[same..], &other[same..]);
    match one.len().cmp(&other.len()) {
        std::cmp::Ordering::Less => *one == other[1..],
        std::cmp::Ordering::Equal => one.is_empty() || one[1..] == other[1..],
        std::cmp::Ordering::Greater => one[1..] == *other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, needle: &str, is_fuzzy: bool) -> Option<String> {
        find(text, needle, is_fuzzy).map(|finding| finding.marked)
    }

    #[test]
    fn text_is_found_in_any_case_and_marked_as_it_stands() {
        assert_eq!(marked("Größer IMG_8919.jpeg", "img_8", false).unwrap(), "Größer <em>IMG_8</em>919.jpeg");
        assert_eq!(marked("pineapple", "PINEAPPLE", false).unwrap(), "<em>pineapple</em>");
        assert_eq!(marked("pineapple", "apples", false), None);
        assert_eq!(marked("", "apple", false), None);
        assert_eq!(marked("app", "apple", true), None);
    }

    #[test]
    fn one_letter_is_forgiven_when_it_is_asked_for() {
        for needle in ["pineaple", "pineapqle", "pineappple", "inapple"] {
            assert!(marked("pineapple.jpg", needle, true).is_some(), "{needle}");
            assert_eq!(marked("pineapple.jpg", needle, false), None, "{needle}");
        }
        assert_eq!(marked("pineapple.jpg", "pinapel", true), None);
    }

    #[test]
    fn the_more_of_a_text_is_found_the_better() {
        let score = |text| find(text, "cats", false).unwrap().score;
        assert_eq!(score("cats"), 1.0);
        assert!(score("two cats") > score("two cats and more"));
    }
}
