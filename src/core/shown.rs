//! What a peer has written, made fit for a message or a log line: without credentials, in one line,
//! of bounded length.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use zeroize::{Zeroize, Zeroizing};

/// For a message, in bytes.
pub const MOST_MESSAGE: usize = 500;

/// For an id or a name.
pub const MOST_NAME: usize = 200;

/// So much of a secret at the end of a text is taken for one that was cut off.
const LEAST_REST: usize = 6;

/// Shorter secrets would be found in anything, the library's own words included.
const LEAST_SECRET: usize = 4;

/// The same in base64, which most texts end like.
const LEAST_REST_IN_BASE64: usize = 12;

/// Shorter secrets in base64 would be found in anything.
const LEAST_IN_BASE64: usize = 6;

/// `text` in one line of at most `most` bytes, and "..." where it is longer. Runs of white space
/// become single spaces; what a terminal or an editor would obey is escaped.
pub fn shown(text: &str, most: usize) -> String {
    let mut line = String::new();
    let mut space = "";
    for c in text.chars() {
        if c.is_whitespace() {
            space = if line.is_empty() { "" } else { " " };
            continue;
        }
        let unit = if is_obeyed(c) { escaped(c) } else { c.to_string() };
        if line.len() + space.len() + unit.len() > most {
            return line + "...";
        }
        line += std::mem::take(&mut space);
        line += &unit;
    }
    line
}

pub fn escaped(c: char) -> String {
    format!("\\u{:04x}", c as u32)
}

/// Controls, line ends, and those that are not seen and change how others are: direction, width, language.
pub fn is_obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{2028}' | '\u{2029}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// What must not be told, whoever sends it back.
#[derive(Default)]
pub struct Secrets<'a>(Vec<&'a str>);

impl<'a> Secrets<'a> {
    pub fn new(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        Secrets(secrets.into_iter().filter(|secret| secret.len() >= LEAST_SECRET).collect())
    }

    /// [`shown`], without the secrets.
    pub fn shown(&self, text: &str, most: usize) -> String {
        match self.struck(text) {
            Some(text) => shown(&text, most),
            None => shown(text, most),
        }
    }

    /// Strikes the secrets out.
    pub fn strike(&self, text: &mut String) {
        if let Some(struck) = self.struck(text) {
            std::mem::replace(text, struck).zeroize();
        }
    }

    pub fn are_in(&self, text: &str) -> bool {
        self.struck(text).is_some()
    }

    /// The text without the secrets, or none where it has none.
    fn struck(&self, text: &str) -> Option<String> {
        let may_be_in = |secret: &&&str| may_be_base64(text, secret.len() * 4 / 3 - 2);
        let in_base64: Vec<_> =
            self.0.iter().filter(may_be_in).flat_map(|secret| in_base64(secret)).collect();
        let secrets = || self.0.iter().copied().chain(in_base64.iter().map(|secret| secret.as_str()));
        let found = |rest: &str| secrets().filter_map(|secret| length_of(secret, rest)).max();
        let mut struck: Option<String> = None;
        let (mut kept, mut at) = (0, 0);
        while let Some(c) = text[at..].chars().next() {
            match found(&text[at..]) {
                Some(length) => {
                    *struck.get_or_insert_default() += &text[kept..at];
                    *struck.get_or_insert_default() += "***";
                    at += length;
                    kept = at;
                }
                None => at += c.len_utf8(),
            }
        }
        struck.map(|struck| struck + &text[kept..])
    }
}

/// How much of `text` is the secret it begins with, plain, in capitals, or escaped as in URLs, JSON
/// and HTML; also where the text ends within the secret.
fn length_of(secret: &str, text: &str) -> Option<usize> {
    let mut at = 0;
    for (place, wanted) in secret.chars().enumerate() {
        let Some(plain) = text[at..].chars().next() else {
            return (place >= LEAST_REST).then_some(at);
        };
        at += match unescaped(&text[at..]) {
            Some((c, length)) if c == wanted => length,
            _ if plain.eq_ignore_ascii_case(&wanted) => plain.len_utf8(),
            None if place >= LEAST_REST && is_cut_escape(&text[at..]) => return Some(text.len()),
            _ => return None,
        };
    }
    Some(at)
}

/// The character that an escape at the start of `text` stands for, and the escape's length.
fn unescaped(text: &str) -> Option<(char, usize)> {
    match text.as_bytes() {
        [b'%', ..] => percent_encoded(text),
        [b'\\', b'u', ..] => {
            let unit = |at: usize| u16::from_str_radix(text.get(at..at + 4)?, 16).ok();
            let pair = text.get(6..8).filter(|start| *start == "\\u").and_then(|_| unit(8));
            let mut chars = char::decode_utf16([unit(2)?].into_iter().chain(pair));
            let c = chars.next()?.ok()?;
            Some((c, 6 * c.len_utf16()))
        }
        [b'\\', c, ..] => {
            let c = match c {
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'"' | b'\'' | b'\\' | b'/' => *c as char,
                _ => return None,
            };
            Some((c, 2))
        }
        [b'&', ..] => {
            let name = text.get(1..text.bytes().take(10).position(|byte| byte == b';')?)?;
            let c = match name {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                _ => {
                    let number = name.strip_prefix('#')?;
                    let code = match number.strip_prefix(['x', 'X']) {
                        Some(hex) => u32::from_str_radix(hex, 16),
                        None => number.parse(),
                    };
                    char::from_u32(code.ok()?)?
                }
            };
            Some((c, name.len() + 2))
        }
        [b'+', ..] => Some((' ', 1)),
        _ => None,
    }
}

/// Whether the text ends within the escape that it begins with.
fn is_cut_escape(text: &str) -> bool {
    match text.as_bytes() {
        [b'%', rest @ ..] => rest.len() < 2,
        [b'\\', rest @ ..] => rest.is_empty() || (rest[0] == b'u' && rest.len() < 5),
        [b'&', rest @ ..] => rest.len() < 9 && !rest.contains(&b';'),
        _ => false,
    }
}

fn percent_encoded(text: &str) -> Option<(char, usize)> {
    let byte = |at: usize| {
        let digits = text.get(at..at + 3)?.strip_prefix('%')?;
        u8::from_str_radix(digits, 16).ok()
    };
    let bytes: Vec<u8> = (0..4).map_while(|place| byte(3 * place)).collect();
    let c = match std::str::from_utf8(&bytes) {
        Ok(text) => text.chars().next(),
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).ok()?.chars().next(),
    }?;
    Some((c, 3 * c.len_utf8()))
}

/// Whether a text has so many digits of base64 in a row, or some at its end, where more may have been cut
/// off: most texts have not, and need no forms to be made and looked for.
fn may_be_base64(text: &str, digits: usize) -> bool {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    let at_end = text.bytes().rev().take_while(|byte| is_digit(byte)).count();
    at_end >= LEAST_REST_IN_BASE64
        || text.as_bytes().split(|byte| !is_digit(byte)).any(|run| run.len() >= digits)
}

/// What is seen of a secret in the base64 of something that holds it, wherever it begins there.
fn in_base64(secret: &str) -> Vec<Zeroizing<String>> {
    if secret.len() < LEAST_IN_BASE64 {
        return Vec::new();
    }
    let mut forms = Vec::new();
    for before in 0..3 {
        let bytes = Zeroizing::new([&[0; 2][..before], secret.as_bytes()].concat());
        for engine in [BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD] {
            let all = Zeroizing::new(engine.encode(&*bytes));
            // Those of its digits that depend on nothing but the secret.
            let digits = (8 * before).div_ceil(6)..8 * bytes.len() / 6;
            forms.push(Zeroizing::new(all[digits].to_owned()));
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_one_line_without_controls() {
        for (text, line) in [
            ("  two\r\n\t lines\u{2028}here\u{85} ", "two lines here"),
            ("a\u{1b}[31mb\0c\u{9b}d\u{7f}", "a\\u001b[31mb\\u0000c\\u009bd\\u007f"),
            ("\u{202e}txt.exe\u{2066}\u{61c}\u{200f}", "\\u202etxt.exe\\u2066\\u061c\\u200f"),
            ("\u{16d}\u{1f600}", "\u{16d}\u{1f600}"),
            ("", ""),
        ] {
            assert_eq!(shown(text, 100), line, "{text:?}");
        }
    }

    #[test]
    fn what_is_long_is_cut_between_characters() {
        assert_eq!(shown("12345", 5), "12345");
        assert_eq!(shown("123456", 5), "12345...");
        assert_eq!(shown("123\u{1f600}", 5), "123...");
        assert_eq!(shown("123\u{1b}", 5), "123...");
        assert_eq!(shown("1234 5", 5), "1234...");
        assert_eq!(shown(&shown("123456", 5), 5), "12345...");
    }

    #[test]
    fn secrets_are_struck_out_in_every_form() {
        let secret = "S3cret/key+\"\u{e9}\u{1f600}&<";
        let secrets = Secrets::new([secret]);
        for form in [
            secret,
            "s3CRET/KEY+\"\u{e9}\u{1f600}&<",
            "S3cret%2Fkey%2b%22%C3%A9%f0%9F%98%80%26%3C",
            "%533cret/key+\"\u{e9}\u{1f600}&<",
            "S3cret\\/key+\\\"\\u00e9\\ud83d\\ude00&<",
            "\\u0053\\u0033cret/key+\\u0022\u{e9}\u{1f600}\\u0026\\u003C",
            "S3cret/key+&quot;&#233;&#x1F600;&amp;&lt;",
        ] {
            assert_eq!(secrets.shown(&format!("<{form}>{form}."), 100), "<***>***.", "{form}");
        }
        for before in ["", "1", "12", "123", "user:"] {
            for engine in [BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD] {
                let text = format!("Basic {}.", engine.encode(format!("{before}{secret}")));
                assert!(secrets.shown(&text, 100).contains("***"), "{text}");
            }
        }
    }

    #[test]
    fn what_is_left_of_a_secret_that_was_cut_off_is_struck_out() {
        let secrets = Secrets::new(["demosecretkey"]);
        assert_eq!(secrets.shown("it is demosecretk", 100), "it is ***");
        assert_eq!(secrets.shown("it is demo", 100), "it is demo");
        assert_eq!(secrets.shown("demosecretk demo", 100), "demosecretk demo");
        assert!(!secrets.are_in("% \\ & &# \\u12 %C3 %e9 \u{1f600}"));
    }
}
