//! Comments within the width of the header.

/// No line of the header is longer.
pub const WIDTH: usize = 100;

/// The lines of a comment, filled to the width, each with `prefix` in front. A list has "- " or "1. "
/// before each item. What is indented by four spaces or more stays as it is, but in a list.
pub fn wrap(prefix: &str, lines: &[String]) -> String {
    let mut wrapped = String::new();
    let mut paragraph: Option<Paragraph> = None;
    for line in lines {
        let text = line.trim();
        let indent = line.len() - line.trim_start().len();
        let is_list = paragraph.as_ref().is_some_and(|open| open.hanging > open.first);
        let mark = if paragraph.is_none() || is_list { mark(text) } else { 0 };
        let is_code = indent >= 4 && mark == 0 && !is_list;
        if let Some(open) = &mut paragraph
            && mark == 0
            && !is_code
            && !text.is_empty()
        {
            open.words.push(text);
            continue;
        }
        if let Some(done) = paragraph.take() {
            done.fill(prefix, &mut wrapped);
        }
        if text.is_empty() {
            wrapped += &format!("{prefix}\n");
        } else if is_code {
            wrapped += &format!("{prefix} {}\n", line.trim_end());
        } else {
            paragraph = Some(Paragraph { first: indent, hanging: indent + mark, words: vec![text] });
        }
    }
    if let Some(done) = paragraph {
        done.fill(prefix, &mut wrapped);
    }
    wrapped
}

struct Paragraph<'a> {
    /// How far the first line is indented, and the others.
    first: usize,
    hanging: usize,
    words: Vec<&'a str>,
}

impl Paragraph<'_> {
    fn fill(&self, prefix: &str, wrapped: &mut String) {
        let mut line = format!("{prefix} {}", " ".repeat(self.first));
        let mut is_empty = true;
        for word in words(&self.words.join(" ")) {
            if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
                *wrapped += &format!("{line}\n");
                line = format!("{prefix} {}", " ".repeat(self.hanging));
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line += &word;
            is_empty = false;
        }
        *wrapped += &format!("{line}\n");
    }
}

/// What stands between spaces, and what stands between backticks, as one.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut is_open = false;
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(last) if is_open => *last += &format!(" {word}"),
            _ => words.push(word.to_owned()),
        }
        is_open ^= word.matches('`').count() % 2 == 1;
    }
    words
}

/// How long the mark of a list is that begins this text, with the spaces behind it; else 0.
fn mark(text: &str) -> usize {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mark = if digits > 0 && text[digits..].starts_with('.') {
        digits + 1
    } else {
        usize::from(text.starts_with('-'))
    };
    let rest = &text[mark..];
    let spaces = rest.len() - rest.trim_start_matches(' ').len();
    if mark > 0 && spaces > 0 { mark + spaces } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str) -> String {
        wrap("//", &text.lines().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_paragraph_fills_its_lines() {
        let text = format!("{}\n{}\nc\n\nnew", "a".repeat(90), "b".repeat(6));
        assert_eq!(wrapped(&text), format!("// {} {}\n// c\n//\n// new\n", "a".repeat(90), "b".repeat(6)));
        let text = format!("{} {} c", "a".repeat(90), "b".repeat(7));
        assert_eq!(wrapped(&text), format!("// {}\n// {} c\n", "a".repeat(90), "b".repeat(7)));
    }

    #[test]
    fn what_is_between_backticks_stays_on_one_line() {
        let text = format!("{} `a b` `c` d", "a".repeat(93));
        assert_eq!(wrapped(&text), format!("// {}\n// `a b` `c` d\n", "a".repeat(93)));
    }

    #[test]
    fn code_stays_as_it_is() {
        assert_eq!(
            wrapped("as\nin\n    one  two\n      three\nthen\nmore"),
            "// as in\n//     one  two\n//       three\n// then more\n"
        );
    }

    #[test]
    fn the_items_of_a_list_hang() {
        let text = format!("  1. {}\n     {}\n  2. b\n\n- c\nd", "a".repeat(80), "a".repeat(20));
        let item = format!("//   1. {}\n//      {}\n//   2. b\n", "a".repeat(80), "a".repeat(20));
        assert_eq!(wrapped(&text), format!("{item}//\n// - c d\n"));
    }

    #[test]
    fn a_number_or_a_dash_inside_a_paragraph_begins_no_list() {
        assert_eq!(wrapped("default\n0. More and\n- _ . only"), "// default 0. More and - _ . only\n");
    }
}
