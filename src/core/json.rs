//! Reading the service's JSON with an open mind: a field that is missing, null or of another
//! type than documented is a field that is not known, never a failed answer.

use std::borrow::Cow;
use std::fmt;

use memchr::memchr;
use serde::de::{Deserializer, IgnoredAny, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// A value without parts. It borrows its text from the answer where no escape stands in it; the
/// text holds no U+0000, in whose place U+FFFD stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Scalar<'a> {
    /// Missing, null, or an array or object.
    #[default]
    Nothing,
    Flag(bool),
    Int(i64),
    Float(f64),
    Text(Cow<'a, str>),
}

impl Scalar<'_> {
    pub fn text(&self) -> Option<&str> {
        match self {
            Scalar::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn flag(&self) -> Option<bool> {
        match self {
            Scalar::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// A whole number of 64 bits; any other would have to be changed to be one.
    pub fn int(&self) -> Option<i64> {
        match *self {
            Scalar::Int(int) => Some(int),
            // At the ends a float stands for its neighbours too.
            Scalar::Float(float) if float.fract() == 0.0 && float.abs() < i64::MAX as f64 => {
                Some(float as i64)
            }
            _ => None,
        }
    }

    /// The same of what the service writes as a number or as text.
    pub fn int_or_text(&self) -> Option<i64> {
        match self {
            Scalar::Text(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
            other => other.int(),
        }
    }

    pub fn float(&self) -> Option<f64> {
        match self {
            Scalar::Int(int) => Some(*int as f64),
            Scalar::Float(float) => Some(*float),
            _ => None,
        }
    }
}

impl<'a> Scalar<'a> {
    /// Reads one JSON value that is known to be complete.
    fn of(token: &'a str) -> Self {
        match token.as_bytes().first() {
            Some(b'"') => unquoted(token).map_or(Scalar::Nothing, Scalar::Text),
            Some(b't') => Scalar::Flag(true),
            Some(b'f') => Scalar::Flag(false),
            Some(b'-' | b'0'..=b'9') => token.parse().map_or_else(|_| Scalar::float_of(token), Scalar::Int),
            _ => Scalar::Nothing,
        }
    }

    fn float_of(token: &str) -> Self {
        match token.parse::<f64>() {
            Ok(float) if float.is_finite() => Scalar::Float(float),
            _ => Scalar::Nothing,
        }
    }
}

/// The text of a string in its quotes.
fn unquoted(token: &str) -> Option<Cow<'_, str>> {
    let inner = token.strip_prefix('"')?.strip_suffix('"')?;
    if memchr(b'\\', inner.as_bytes()).is_none() {
        return Some(Cow::Borrowed(inner));
    }
    // Read as bytes, a surrogate without its other half does not fail the text.
    let bytes = serde_json::Deserializer::from_str(token).deserialize_byte_buf(BytesVisitor).ok()?;
    Some(Cow::Owned(text_of(bytes).replace('\0', "\u{FFFD}")))
}

struct BytesVisitor;

impl Visitor<'_> for BytesVisitor {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> std::result::Result<Self::Value, E> {
        Ok(bytes.to_vec())
    }
}

/// Why a text is not the JSON it should be.
#[derive(Debug)]
pub struct Odd {
    pub message: String,
    /// The text ends before the JSON does.
    pub cut_short: bool,
}

/// An error of JSON that is whole and is not about what it should be.
pub fn lacks(what: &str) -> Box<Odd> {
    Box::new(Odd { message: format!("it has no {what}"), cut_short: false })
}

/// Boxed, since a listing passes thousands of results and hardly ever one of these.
pub type Result<T> = std::result::Result<T, Box<Odd>>;

impl From<serde_json::Error> for Box<Odd> {
    fn from(error: serde_json::Error) -> Self {
        Box::new(Odd { message: error.to_string(), cut_short: error.is_eof() })
    }
}

/// Keys and their values.
pub type Pairs<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// Goes through an answer from front to end. What makes up nearly all of a listing, objects of
/// plain strings, is read here, in a fraction of the general parser's time; the rest is left to it.
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Self {
        Reader { text, at: 0 }
    }

    /// Calls `field` with each key, upon which it reads the value.
    pub fn object(&mut self, mut field: impl FnMut(&mut Self, &str) -> Result<()>) -> Result<()> {
        self.entries(|reader, key| field(reader, &key))
    }

    /// The same of a value that may be something else, which has no fields.
    pub fn fields(&mut self, field: impl FnMut(&mut Self, &str) -> Result<()>) -> Result<()> {
        match self.peek() {
            Some(b'{') => self.object(field),
            _ => self.raw().map(drop),
        }
    }

    /// An object with text values, in the order of the answer; other values stand as their JSON.
    /// Anything but an object has none.
    pub fn pairs(&mut self) -> Result<Pairs<'a>> {
        let mut pairs = Vec::new();
        if self.peek() != Some(b'{') {
            return self.raw().map(|_| pairs);
        }
        self.entries(|reader, key| {
            let value = reader.raw()?.get();
            pairs.push(match Scalar::of(value) {
                Scalar::Text(text) => (key, text),
                _ => (key, value.into()),
            });
            Ok(())
        })?;
        Ok(pairs)
    }

    fn entries(&mut self, mut entry: impl FnMut(&mut Self, Cow<'a, str>) -> Result<()>) -> Result<()> {
        self.expect(b'{')?;
        if self.skips(b'}') {
            return Ok(());
        }
        loop {
            let key = self.string()?;
            self.expect(b':')?;
            entry(self, key)?;
            if !self.skips(b',') {
                return self.expect(b'}');
            }
        }
    }

    /// Calls `item` for each, upon which it reads it.
    pub fn array(&mut self, mut item: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.expect(b'[')?;
        if self.skips(b']') {
            return Ok(());
        }
        loop {
            item(self)?;
            if !self.skips(b',') {
                return self.expect(b']');
            }
        }
    }

    /// The same of a value that may be something else, which has no items.
    pub fn items(&mut self, item: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        match self.peek() {
            Some(b'[') => self.array(item),
            _ => self.raw().map(drop),
        }
    }

    /// The texts of an array.
    pub fn texts(&mut self) -> Result<Vec<Cow<'a, str>>> {
        let mut texts = Vec::new();
        self.items(|reader| {
            if let Scalar::Text(text) = reader.scalar()? {
                texts.push(text);
            }
            Ok(())
        })?;
        Ok(texts)
    }

    /// What `read` reads, and the JSON it reads it from.
    pub fn with_json<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<(T, &'a str)> {
        self.peek();
        let start = self.at;
        let value = read(self)?;
        Ok((value, &self.text[start..self.at]))
    }

    /// The JSON of an object; none of anything else.
    pub fn object_json(&mut self) -> Result<Option<&'a str>> {
        let is_object = self.peek() == Some(b'{');
        Ok(Some(self.raw()?.get()).filter(|_| is_object))
    }

    /// One field of an object, which must be there.
    pub fn field<T>(&mut self, name: &str, read: impl Fn(&mut Self) -> Result<T>) -> Result<T> {
        let mut value = None;
        self.object(|reader, key| {
            match key == name {
                true => value = Some(read(reader)?),
                false => drop(reader.raw()?),
            }
            Ok(())
        })?;
        value.ok_or_else(|| lacks(name))
    }

    /// A text, which must be one.
    pub fn text(&mut self) -> Result<String> {
        match self.scalar()? {
            Scalar::Text(text) => Ok(text.into_owned()),
            _ => Err(lacks("text where one is due")),
        }
    }

    pub fn scalar(&mut self) -> Result<Scalar<'a>> {
        match self.peek() {
            Some(b'"') => self.string().map(Scalar::Text),
            Some(b'-' | b'0'..=b'9') => Ok(Scalar::of(self.number())),
            _ => Ok(Scalar::of(self.raw()?.get())),
        }
    }

    /// Any value as it stands.
    pub fn raw(&mut self) -> Result<&'a RawValue> {
        let mut values = serde_json::Deserializer::from_str(&self.text[self.at..]).into_iter();
        match values.next() {
            Some(value) => {
                let value = value?;
                self.at += values.byte_offset();
                Ok(value)
            }
            None => Err(self.odd("a value")),
        }
    }

    /// Nothing more than white space may follow.
    pub fn end(&mut self) -> Result<()> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.odd("the end")),
        }
    }

    /// The first byte of what comes next.
    #[inline(always)]
    pub fn peek(&mut self) -> Option<u8> {
        match self.text.as_bytes().get(self.at) {
            Some(&byte) if byte > b' ' => Some(byte),
            _ => self.peek_behind_space(),
        }
    }

    #[cold]
    #[inline(never)]
    fn peek_behind_space(&mut self) -> Option<u8> {
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                other => return other.copied(),
            }
        }
    }

    /// An error that says what should have come next.
    #[cold]
    pub fn odd(&self, wanted: &str) -> Box<Odd> {
        let cut_short = self.at >= self.text.len();
        let found = if cut_short { "the end" } else { "something else" };
        let message = format!("{wanted} is due at byte {}, where {found} is", self.at);
        Box::new(Odd { message, cut_short })
    }

    #[cold]
    #[inline(never)]
    fn odd_byte(&self, wanted: u8) -> Box<Odd> {
        self.odd(&char::from(wanted).to_string())
    }

    fn number(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let is_part = |byte: u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let end = rest.bytes().position(|byte| !is_part(byte)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    #[inline(always)]
    fn string(&mut self) -> Result<Cow<'a, str>> {
        self.expect(b'"')?;
        let rest = &self.text[self.at..];
        match plain_len(rest.as_bytes()) {
            Some(end) => {
                self.at += end + 1;
                Ok(Cow::Borrowed(&rest[..end]))
            }
            None => {
                self.at -= 1;
                let token = self.raw()?.get();
                unquoted(token).ok_or_else(|| self.odd("a string"))
            }
        }
    }

    #[inline(always)]
    fn skips(&mut self, byte: u8) -> bool {
        if self.peek() != Some(byte) {
            return false;
        }
        self.at += 1;
        true
    }

    #[inline(always)]
    fn expect(&mut self, byte: u8) -> Result<()> {
        // A branch, which can be foreseen, and no sum, which has to be waited for.
        if self.peek() != Some(byte) {
            return Err(self.odd_byte(byte));
        }
        self.at += 1;
        Ok(())
    }
}

/// How many bytes stand in front of the quotation mark that ends a string; none where an escape
/// or a raw control character comes first. Eight bytes at a time: of what the arithmetic marks,
/// the lowest byte is always one that is really meant.
#[inline(always)]
fn plain_len(bytes: &[u8]) -> Option<usize> {
    const EACH: u64 = u64::MAX / 255;
    let below = |word: u64, byte: u8| word.wrapping_sub(EACH * u64::from(byte)) & !word;
    let is = |word: u64, byte: u8| below(word ^ (EACH * u64::from(byte)), 1);
    let mut at = 0;
    for eight in bytes.chunks_exact(8) {
        let word = u64::from_le_bytes(eight.try_into().expect("eight bytes"));
        let found = (is(word, b'"') | is(word, b'\\') | below(word, b' ')) & (EACH << 7);
        if found != 0 {
            at += found.trailing_zeros() as usize / 8;
            return (bytes[at] == b'"').then_some(at);
        }
        at += 8;
    }
    let end = at + bytes[at..].iter().position(|&byte| byte < b' ' || matches!(byte, b'"' | b'\\'))?;
    (bytes[end] == b'"').then_some(end)
}

pub fn is_object(text: &str) -> bool {
    text.trim_start().starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// A JSON object of those fields that are not null.
pub fn object_of<const N: usize>(fields: [(&str, Value); N]) -> String {
    let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(fields.map(|(name, value)| (name.to_owned(), value)).collect()).to_string()
}

/// The bytes of an answer as text; what is not UTF-8 in them becomes U+FFFD.
pub fn text_of(body: Vec<u8>) -> String {
    String::from_utf8(body).unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(json: &str) -> Scalar<'_> {
        Reader::new(json).scalar().unwrap()
    }

    #[test]
    fn a_text_without_escapes_is_borrowed_and_one_with_them_is_read() {
        assert!(matches!(scalar(r#""caf\u00e9""#), Scalar::Text(Cow::Owned(text)) if text == "café"));
        assert!(matches!(scalar(r#""café""#), Scalar::Text(Cow::Borrowed("café"))));
    }

    #[test]
    fn a_number_that_is_no_whole_one_of_64_bits_is_no_other_number_either() {
        for json in
            ["18446744073709551615", "9223372036854775808", "1e30", "-1e300", "-9223372036854775809", "2.5"]
        {
            assert_eq!(scalar(json).int(), None, "{json}");
        }
        assert_eq!(scalar("9223372036854775807").int(), Some(i64::MAX));
        assert_eq!(scalar("2e3").int(), Some(2000));
    }

    #[test]
    fn a_number_may_come_as_text() {
        for (json, int) in [
            ("500", Some(500)),
            ("\"500\"", Some(500)),
            ("\"9223372036854775807\"", Some(i64::MAX)),
            ("\"9223372036854775808\"", None),
            ("\"unknown\"", None),
            ("\"\"", None),
            ("\" 5\"", None),
            ("\"+5\"", None),
            ("\"-5\"", None),
            ("\"5 MB\"", None),
            ("\"2.5\"", None),
            ("null", None),
        ] {
            assert_eq!(scalar(json).int_or_text(), int, "{json}");
        }
    }

    #[test]
    fn a_surrogate_without_its_other_half_does_not_fail_a_text() {
        let text = scalar(r#""a\ud83d.png""#).text().map(str::to_owned).unwrap();
        assert!(text.starts_with('a') && text.contains('\u{FFFD}') && text.ends_with(".png"), "{text}");
    }

    #[test]
    fn a_number_beyond_all_types_is_nothing() {
        assert_eq!(scalar("1e999"), Scalar::Nothing);
    }

    #[test]
    fn the_reader_reads_what_the_general_parser_reads() {
        let text = " { \"a\" : [ 1 , \"x\\n\" , { } , [ ] ] ,\t\"\\u0062\":null , \"c\":{\"d\":[[]]} }\r\n ";
        let mut found = Vec::new();
        let mut reader = Reader::new(text);
        reader
            .object(|reader, key| {
                match key {
                    "a" => reader.array(|reader| {
                        found.push(format!("{:?}", reader.scalar()?));
                        Ok(())
                    })?,
                    key => found.push(format!("{key} {}", reader.raw()?.get())),
                }
                Ok(())
            })
            .unwrap();
        reader.end().unwrap();
        assert_eq!(found, ["Int(1)", r#"Text("x\n")"#, "Nothing", "Nothing", "b null", r#"c {"d":[[]]}"#]);
    }

    #[test]
    fn the_reader_tells_a_text_that_ends_from_one_that_is_odd() {
        let read = |text: &'static str| {
            let mut reader = Reader::new(text);
            reader.object(|reader, _| reader.scalar().map(drop)).and_then(|()| reader.end())
        };
        for text in [
            "",
            " ",
            "{",
            "{\"a",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":\"x",
            "{\"a\":\"x\\",
            "{\"a\":1,",
            "{\"a\":[1",
        ] {
            assert!(read(text).unwrap_err().cut_short, "{text}");
        }
        for text in
            ["[]", "{a:1}", "{\"a\" 1}", "{\"a\":x}", "{\"a\":1 2}", "{\"a\":1},", "{,}", "{\"a\":\"\\x\"}"]
        {
            assert!(!read(text).unwrap_err().cut_short, "{text}");
        }
    }

    #[test]
    fn arrays_and_objects_where_a_scalar_is_due_are_nothing() {
        assert_eq!(scalar(r#"[1, {"a": []}]"#), Scalar::Nothing);
        assert_eq!(scalar(r#"{"a": [1]}"#), Scalar::Nothing);
    }

    #[test]
    fn pairs_keep_their_order_and_values_of_other_types_as_json() {
        let pairs = Reader::new(r#"{"z":"1","a":{"b":[2]},"n":null}"#).pairs().unwrap();
        let texts: Vec<_> = pairs.iter().map(|(k, v)| (k.as_ref(), v.as_ref())).collect();
        assert_eq!(texts, [("z", "1"), ("a", r#"{"b":[2]}"#), ("n", "null")]);
    }
}
