//! Reading the service's JSON with an open mind: a field that is missing, null or of another
//! type than documented is a field that is not known, never a failed answer. What is made of it is
//! bounded: a list that is longer than the service can make it fails while it is read.

use std::borrow::Cow;
use std::collections::TryReserveError;
use std::io;

use memchr::memchr;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::error::{self, Error};
use super::memory::{self, Growing};

/// More texts and pairs than any list inside an object has: the service documents 50 tags and 50
/// keys of metadata for a file, and has a dozen formats for a document. In memory they are hardly
/// larger than in the answer, so that there is room for what it will allow one day.
pub const MOST_TEXTS: usize = 50_000;

/// More objects than any list inside an object has, such as the tracks of a video, or the
/// collaborators and the webhooks of a project. An empty one takes a hundred times its text.
pub const MOST_OBJECTS: usize = 1000;

/// Values of the service are less than ten deep.
const MOST_DEPTH: u32 = 128;

/// After so many bytes a reader looks whether it may go on.
const LOOK_EVERY: usize = 64 << 10;

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
    /// Reads one JSON value other than a string that is known to be complete.
    fn of(token: &'a str) -> Self {
        match token.as_bytes().first() {
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

/// The text that stands between the quotes of a string, in memory of its own.
fn unescaped(inner: &str) -> Result<String> {
    let mut text = String::new();
    // No escape is shorter than what it stands for.
    text.try_reserve_exact(inner.len())?;
    let mut rest = inner;
    while let Some(at) = memchr(b'\\', rest.as_bytes()) {
        let (character, length) = escape(&rest[at..]);
        text.push_str(&rest[..at]);
        text.push(character);
        rest = &rest[at + length..];
    }
    text.push_str(rest);
    Ok(text)
}

/// What an escape, with which `rest` begins, stands for, and its length. A surrogate without its
/// other half and U+0000 are U+FFFD.
fn escape(rest: &str) -> (char, usize) {
    let bytes = rest.as_bytes();
    match bytes[1] {
        b'u' => match unit(bytes).unwrap_or_default() {
            0 => (char::REPLACEMENT_CHARACTER, 6),
            high @ 0xD800..0xDC00 => match unit(&bytes[6..]) {
                Some(low @ 0xDC00..0xE000) => {
                    let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                    (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
                }
                _ => (char::REPLACEMENT_CHARACTER, 6),
            },
            code => (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 6),
        },
        b'b' => ('\u{8}', 2),
        b'f' => ('\u{c}', 2),
        b'n' => ('\n', 2),
        b'r' => ('\r', 2),
        b't' => ('\t', 2),
        other => (char::from(other), 2),
    }
}

/// What is written as `\\u` and four digits.
fn unit(escape: &[u8]) -> Option<u32> {
    let digits = escape.strip_prefix(b"\\u")?.first_chunk::<4>()?;
    digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
}

/// Why reading ended early.
#[derive(Debug)]
pub enum Odd {
    /// The text is not the JSON it should be.
    Json {
        message: String,
        /// It ends before the JSON does.
        cut_short: bool,
    },
    /// Memory or time ran out, or the call was canceled.
    Ended(Error),
}

impl Odd {
    /// As the caller hears of it, who gave the JSON; `what` says what it is not.
    pub fn of_given(self, what: &str) -> Error {
        match self {
            Odd::Ended(error) => error,
            Odd::Json { message, .. } => Error::argument(format!("{what}: {message}")),
        }
    }
}

/// What a small text says, such as an error; none where it is large, deep or no JSON. Whoever looks at
/// it may recurse.
pub fn small_value(text: &str) -> Option<Value> {
    let is_small = text.len() <= MOST_SMALL && depth(text) <= MOST_SMALL_DEPTH;
    is_small.then(|| serde_json::from_str(text).ok()).flatten()
}

/// In bytes.
const MOST_SMALL: usize = 64 << 10;

const MOST_SMALL_DEPTH: usize = 16;

/// How deep arrays and objects are nested.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_text, mut is_escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// An error of JSON that is whole and is not about what it should be.
pub fn lacks(what: &str) -> Box<Odd> {
    wrong(format!("it has no {what}"))
}

#[cold]
fn wrong(message: String) -> Box<Odd> {
    Box::new(Odd::Json { message, cut_short: false })
}

/// Boxed, since a listing passes thousands of results and hardly ever one of these.
pub type Result<T> = std::result::Result<T, Box<Odd>>;

impl From<Error> for Box<Odd> {
    fn from(error: Error) -> Self {
        Box::new(Odd::Ended(error))
    }
}

impl From<TryReserveError> for Box<Odd> {
    fn from(error: TryReserveError) -> Self {
        Error::from(error).into()
    }
}

/// Fails where a list would get longer than the service can make it.
#[inline(always)]
pub fn check_count(count: usize, most: usize) -> Result<()> {
    match count <= most {
        true => Ok(()),
        false => Err(wrong(format!("a list has more entries than the {most} that it may have"))),
    }
}

/// Adds to a list that the service cannot make longer than `most`.
pub fn add<T>(items: &mut Vec<T>, item: T, most: usize) -> Result<()> {
    check_count(items.len() + 1, most)?;
    Ok(memory::push(items, item)?)
}

/// Says whether a call may still go on.
pub trait Watch {
    fn go_on(&self) -> error::Result<()>;
}

/// Keys and their values.
pub type Pairs<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// Goes through an answer from front to end. What makes up nearly all of a listing, objects of
/// plain strings, is read here, in a fraction of the general parser's time; the rest is left to it.
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    watch: Option<&'a dyn Watch>,
    /// Where the watch is asked next.
    look_at: usize,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Self {
        Reader { text, at: 0, watch: None, look_at: usize::MAX }
    }

    /// One that ends when the watch says so.
    pub fn watched(text: &'a str, watch: &'a dyn Watch) -> Self {
        Reader { text, at: 0, watch: Some(watch), look_at: LOOK_EVERY }
    }

    #[inline(always)]
    fn look(&mut self) -> Result<()> {
        if self.at < self.look_at { Ok(()) } else { self.ask() }
    }

    #[cold]
    #[inline(never)]
    fn ask(&mut self) -> Result<()> {
        self.look_at = self.at.saturating_add(LOOK_EVERY);
        Ok(self.watch.map_or(Ok(()), Watch::go_on)?)
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
        self.pairs_up_to(MOST_TEXTS)
    }

    /// The same of so many at most.
    pub fn pairs_up_to(&mut self, most: usize) -> Result<Pairs<'a>> {
        let mut pairs = Vec::new();
        if self.peek() != Some(b'{') {
            return self.raw().map(|_| pairs);
        }
        self.entries(|reader, key| {
            let value = match reader.peek() {
                Some(b'"') => reader.string()?,
                _ => reader.raw()?.into(),
            };
            add(&mut pairs, (key, value), most)
        })?;
        Ok(pairs)
    }

    fn entries(&mut self, mut entry: impl FnMut(&mut Self, Cow<'a, str>) -> Result<()>) -> Result<()> {
        self.expect(b'{')?;
        if self.skips(b'}') {
            return Ok(());
        }
        loop {
            self.look()?;
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
            self.look()?;
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
        self.texts_up_to(MOST_TEXTS)
    }

    /// The same of so many at most.
    pub fn texts_up_to(&mut self, most: usize) -> Result<Vec<Cow<'a, str>>> {
        let mut texts = Vec::new();
        self.items(|reader| match reader.scalar()? {
            Scalar::Text(text) => add(&mut texts, text, most),
            _ => Ok(()),
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
        Ok(Some(self.raw()?).filter(|_| is_object))
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
            Scalar::Text(text) => owned(text),
            _ => Err(lacks("text where one is expected")),
        }
    }

    pub fn scalar(&mut self) -> Result<Scalar<'a>> {
        match self.peek() {
            Some(b'"') => self.string().map(Scalar::Text),
            Some(b'-' | b'0'..=b'9') => Ok(Scalar::of(self.number())),
            _ => Ok(Scalar::of(self.raw()?)),
        }
    }

    /// Any value as it stands.
    pub fn raw(&mut self) -> Result<&'a str> {
        self.peek();
        let start = self.at;
        self.skip()?;
        Ok(&self.text[start..self.at])
    }

    /// Passes over a value of any kind, which is checked to be one. Takes no memory and no stack,
    /// however deep it is.
    fn skip(&mut self) -> Result<()> {
        // Of what is open, the innermost last: a bit for each, set for an object.
        let (mut objects, mut depth) = (0_u128, 0);
        loop {
            self.look()?;
            match self.peek() {
                Some(open @ (b'{' | b'[')) => {
                    self.at += 1;
                    if depth == MOST_DEPTH {
                        return Err(wrong(format!("it is nested more than {MOST_DEPTH} deep")));
                    }
                    // In ASCII the closing bracket is the second behind the opening one.
                    if !self.skips(open + 2) {
                        depth += 1;
                        objects = objects << 1 | u128::from(open == b'{');
                        self.skip_key(objects)?;
                        continue;
                    }
                }
                _ => self.skip_plain()?,
            }
            while depth > 0 && !self.skips(b',') {
                self.expect(if objects & 1 == 1 { b'}' } else { b']' })?;
                objects >>= 1;
                depth -= 1;
            }
            if depth == 0 {
                return Ok(());
            }
            self.skip_key(objects)?;
        }
    }

    /// What stands in front of a value in an object.
    fn skip_key(&mut self, objects: u128) -> Result<()> {
        if objects & 1 == 1 {
            self.peek();
            self.skip_string()?;
            self.expect(b':')?;
        }
        Ok(())
    }

    /// Passes over a value without parts.
    fn skip_plain(&mut self) -> Result<()> {
        match self.peek() {
            Some(b'"') => self.skip_string(),
            Some(b'-' | b'0'..=b'9') => self.skip_number(),
            Some(b't') => self.skip_word("true"),
            Some(b'f') => self.skip_word("false"),
            Some(b'n') => self.skip_word("null"),
            _ => Err(self.odd("a value")),
        }
    }

    fn skip_word(&mut self, word: &str) -> Result<()> {
        for byte in word.bytes() {
            self.expect_now(byte)?;
        }
        Ok(())
    }

    fn skip_number(&mut self) -> Result<()> {
        self.skips_now(b"-");
        if !self.skips_now(b"0") {
            self.skip_digits()?;
        }
        if self.skips_now(b".") {
            self.skip_digits()?;
        }
        if self.skips_now(b"eE") {
            self.skips_now(b"+-");
            self.skip_digits()?;
        }
        Ok(())
    }

    fn skip_digits(&mut self) -> Result<()> {
        let rest = &self.text.as_bytes()[self.at..];
        match rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len()) {
            0 => Err(self.odd("a digit")),
            digits => {
                self.at += digits;
                Ok(())
            }
        }
    }

    fn skip_string(&mut self) -> Result<()> {
        self.expect_now(b'"')?;
        loop {
            self.at += plain_len(&self.text.as_bytes()[self.at..]);
            match self.text.as_bytes().get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.skip_escape()?,
                _ => return Err(self.odd("the end of a string")),
            }
        }
    }

    fn skip_escape(&mut self) -> Result<()> {
        self.at += 1;
        if self.skips_now(b"u") {
            let digits = self.text.as_bytes()[self.at..].iter().take(4);
            let count = digits.take_while(|digit| digit.is_ascii_hexdigit()).count();
            self.at += count;
            return if count == 4 { Ok(()) } else { Err(self.odd("a hex digit")) };
        }
        match self.skips_now(b"\"\\/bfnrt") {
            true => Ok(()),
            false => Err(self.odd("an escape")),
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
        let found = if cut_short { ", where the text ends" } else { "" };
        let message = format!("expected {wanted} at byte {}{found}", self.at);
        Box::new(Odd::Json { message, cut_short })
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
        let end = plain_len(rest.as_bytes());
        if rest.as_bytes().get(end) != Some(&b'"') {
            return self.escaped_string();
        }
        self.at += end + 1;
        Ok(Cow::Borrowed(&rest[..end]))
    }

    /// A string whose first quotation mark is read.
    #[cold]
    #[inline(never)]
    fn escaped_string(&mut self) -> Result<Cow<'a, str>> {
        let start = self.at;
        self.at -= 1;
        self.skip_string()?;
        Ok(Cow::Owned(unescaped(&self.text[start..self.at - 1])?))
    }

    /// Passes over one of these bytes, without white space before it.
    fn skips_now(&mut self, bytes: &[u8]) -> bool {
        let is_there = self.text.as_bytes().get(self.at).is_some_and(|byte| bytes.contains(byte));
        self.at += usize::from(is_there);
        is_there
    }

    fn expect_now(&mut self, byte: u8) -> Result<()> {
        if self.skips_now(&[byte]) { Ok(()) } else { Err(self.odd_byte(byte)) }
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

/// How many bytes stand in front of a quotation mark, an escape, a raw control character or the
/// end, whichever comes first. Eight bytes at a time: of what the arithmetic marks, the lowest byte
/// is always one that is really meant.
#[inline(always)]
fn plain_len(bytes: &[u8]) -> usize {
    const EACH: u64 = u64::MAX / 255;
    let below = |word: u64, byte: u8| word.wrapping_sub(EACH * u64::from(byte)) & !word;
    let is = |word: u64, byte: u8| below(word ^ (EACH * u64::from(byte)), 1);
    let mut at = 0;
    for eight in bytes.chunks_exact(8) {
        let word = u64::from_le_bytes(eight.try_into().expect("eight bytes"));
        let found = (is(word, b'"') | is(word, b'\\') | below(word, b' ')) & (EACH << 7);
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let is_special = |byte: &u8| *byte < b' ' || matches!(byte, b'"' | b'\\');
    at + bytes[at..].iter().position(is_special).unwrap_or(bytes.len() - at)
}

/// A text in memory of its own.
pub fn owned(text: Cow<str>) -> Result<String> {
    match text {
        Cow::Borrowed(text) => Ok(memory::copy(text)?),
        Cow::Owned(text) => Ok(text),
    }
}

/// Whether a text is JSON from one end to the other.
pub fn check_whole(reader: &mut Reader) -> Result<()> {
    reader.raw()?;
    reader.end()
}

/// Whether what the caller gave as `name` is JSON; the error says where it is not.
pub fn check_given(name: &str, text: &str) -> error::Result<()> {
    check_whole(&mut Reader::new(text))
        .map_err(|odd| odd.of_given(&format!("{name} is not JSON that can be read")))
}

/// Whether it is a JSON object such as `example`.
pub fn check_given_object(name: &str, text: &str, example: &str) -> error::Result<()> {
    let mut reader = Reader::new(text);
    let checked = match reader.peek() {
        Some(b'{') => check_whole(&mut reader),
        _ => Err(reader.odd("{")),
    };
    checked.map_err(|odd| odd.of_given(&format!("{name} is not a JSON object such as {example}")))
}

/// The JSON of a value.
pub fn written(value: impl Serialize) -> error::Result<String> {
    let mut text = Growing::default();
    write(&mut text, value);
    Ok(text.finish()?)
}

fn write(text: &mut Growing, value: impl Serialize) {
    // It fails for want of memory alone, which the text remembers.
    let _ = serde_json::to_writer(text as &mut dyn io::Write, &value);
}

/// A JSON object in the making.
pub struct Object(Growing);

impl Object {
    pub fn new() -> Self {
        Object(Growing::default())
    }

    /// Adds a field where it has a value.
    pub fn with(mut self, name: &str, value: Option<impl Serialize>) -> Self {
        if let Some(value) = value {
            self.0.add(if self.0.is_empty() { "{" } else { "," });
            write(&mut self.0, name);
            self.0.add(":");
            write(&mut self.0, value);
        }
        self
    }

    pub fn finish(mut self) -> error::Result<String> {
        self.0.add(if self.0.is_empty() { "{}" } else { "}" });
        Ok(self.0.finish()?)
    }
}

/// Pairs as an object.
pub struct Fields<'a>(pub &'a [(&'a str, &'a str)]);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

/// The bytes of an answer as text: without a byte order mark, and with U+FFFD for what is not UTF-8.
pub fn text_of(mut body: Vec<u8>) -> error::Result<String> {
    if body.starts_with(MARK) {
        body.drain(..MARK.len());
    }
    match String::from_utf8(body) {
        Ok(text) => Ok(text),
        Err(broken) => mended(broken.as_bytes()),
    }
}

/// The same of bytes that are somebody else's.
pub fn text_in(body: &[u8]) -> error::Result<Cow<'_, str>> {
    let body = body.strip_prefix(MARK).unwrap_or(body);
    match std::str::from_utf8(body) {
        Ok(text) => Ok(text.into()),
        Err(_) => Ok(mended(body)?.into()),
    }
}

/// The byte order mark in UTF-8.
const MARK: &[u8] = "\u{FEFF}".as_bytes();

fn mended(bytes: &[u8]) -> error::Result<String> {
    let mut text = Growing::default();
    for chunk in bytes.utf8_chunks() {
        text.add(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.add("\u{FFFD}");
        }
    }
    Ok(text.finish()?)
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
                    key => found.push(format!("{key} {}", reader.raw()?)),
                }
                Ok(())
            })
            .unwrap();
        reader.end().unwrap();
        assert_eq!(found, ["Int(1)", r#"Text("x\n")"#, "Nothing", "Nothing", "b null", r#"c {"d":[[]]}"#]);
    }

    #[test]
    fn the_reader_tells_a_text_that_ends_from_one_that_is_odd() {
        let is_cut_short = |text: &'static str| {
            let mut reader = Reader::new(text);
            let read = reader.object(|reader, _| reader.scalar().map(drop)).and_then(|()| reader.end());
            matches!(*read.unwrap_err(), Odd::Json { cut_short: true, .. })
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
            assert!(is_cut_short(text), "{text}");
        }
        for text in
            ["[]", "{a:1}", "{\"a\" 1}", "{\"a\":x}", "{\"a\":1 2}", "{\"a\":1},", "{,}", "{\"a\":\"\\x\"}"]
        {
            assert!(!is_cut_short(text), "{text}");
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

    #[test]
    fn reading_ends_when_the_watch_says_so_wherever_it_is() {
        use std::cell::Cell;

        struct Patience(Cell<u32>);
        impl Watch for Patience {
            fn go_on(&self) -> error::Result<()> {
                self.0.set(self.0.get().checked_sub(1).ok_or_else(Error::canceled)?);
                Ok(())
            }
        }
        let many = "[1],".repeat(100_000);
        let text = format!("{{\"a\":[{many}1]}}");
        let pass_over = |reader: &mut Reader| reader.raw().map(drop);
        let read_items = |reader: &mut Reader| reader.field("a", |reader| reader.texts()).map(drop);
        for read in [pass_over as fn(&mut Reader) -> Result<()>, read_items] {
            let ends = |times: u32| {
                let watch = Patience(Cell::new(times));
                read(&mut Reader::watched(&text, &watch)).err()
            };
            let is_canceled =
                |odd: Box<Odd>| matches!(*odd, Odd::Ended(Error { status: error::Status::Canceled, .. }));
            assert!(ends(1000).is_none());
            assert!(ends(3).is_some_and(is_canceled));
        }
    }

    #[test]
    fn a_list_of_as_many_as_there_can_be_is_read_and_one_more_is_not() {
        let read =
            |count: usize| Reader::new(&format!("[{}\"\"]", "\"\",".repeat(count - 1))).texts().is_ok();
        assert!(read(MOST_TEXTS));
        assert!(!read(MOST_TEXTS + 1));
    }

    #[test]
    fn what_is_passed_over_is_checked_to_be_json() {
        let is_json = |text: &str| check_whole(&mut Reader::new(text)).is_ok();
        let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        for text in [
            "0",
            "-0",
            "12.5e+3",
            "1E9",
            "true",
            "null",
            "\"\\u00E9\\n\"",
            "[]",
            "{}",
            "[{},[1,2]]",
            "{\"a\":{\"b\":[{\"c\":[]}]},\"d\":0} ",
            &deep(128),
        ] {
            assert!(is_json(text), "{text}");
            assert!(serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "01",
            "-",
            "1.",
            ".5",
            "1e",
            "+1",
            "tru",
            "truee",
            "nul",
            "\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\n\"",
            "[",
            "[1,]",
            "[1 2]",
            "]",
            "{",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{1:2}",
            "[}",
            "{]",
            "1 2",
            "[]]",
            "\u{a0}1",
        ] {
            assert!(!is_json(text), "{text}");
            assert!(serde_json::from_str::<serde::de::IgnoredAny>(text).is_err(), "{text}");
        }
        assert!(!is_json(&deep(129)));
    }

    #[test]
    fn bytes_become_text_without_a_mark_and_with_replacement_characters() {
        for (bytes, text) in [
            (&b"\xef\xbb\xbf{}"[..], "{}"),
            (b"\xef\xbb\xbf\xef\xbb\xbf", "\u{FEFF}"),
            (b"\xef\xbb", "\u{FFFD}"),
            (b"a\xffb\xc3", "a\u{FFFD}b\u{FFFD}"),
            (b"", ""),
        ] {
            assert_eq!(text_of(bytes.to_vec()).unwrap(), text);
            assert_eq!(text_in(bytes).unwrap(), text);
            assert_eq!(String::from_utf8_lossy(bytes.strip_prefix(MARK).unwrap_or(bytes)), text);
        }
    }

    #[test]
    fn an_object_has_the_fields_that_have_a_value() {
        let object = Object::new().with("a", Some("x\"")).with("b", None::<&str>).with("c", Some(["d"]));
        let object = object.with("e", Some(Fields(&[("f", "g")])));
        assert_eq!(object.finish().unwrap(), r#"{"a":"x\"","c":["d"],"e":{"f":"g"}}"#);
        assert_eq!(Object::new().finish().unwrap(), "{}");
    }
}
