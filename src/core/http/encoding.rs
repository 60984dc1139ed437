//! Content codings: bodies as they were before they were packed for the way (RFC 9110 8.4).

use std::io::{self, BufRead, ErrorKind, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{error, fmt};

use flate2::bufread::GzDecoder;
use ureq::http::HeaderMap;
use ureq::http::header::CONTENT_ENCODING;

use crate::core::error::{Error, Result};
use crate::os;

/// More than one layer is odd, and each can hide as much as it unpacks to.
const MOST_LAYERS: usize = 2;

const BUFFER: usize = 32 << 10;

/// More than a decoder takes.
const WINDOW: usize = 64 << 10;

/// The body could not be unpacked.
#[derive(Debug)]
pub struct Garbled(pub io::Error);

impl fmt::Display for Garbled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl error::Error for Garbled {}

/// How often a body was packed with gzip.
pub fn layers(headers: &HeaderMap) -> Result<usize> {
    let mut layers = 0;
    for value in headers.get_all(CONTENT_ENCODING) {
        for coding in String::from_utf8_lossy(value.as_bytes()).split(',').map(str::trim) {
            match coding.to_ascii_lowercase().as_str() {
                "" | "identity" => {}
                "gzip" | "x-gzip" => layers += 1,
                _ => {
                    return Err(Error::protocol(
                        "the response has a Content-Encoding that was not asked for; only gzip was",
                    ));
                }
            }
        }
    }
    match layers {
        0..=MOST_LAYERS => Ok(layers),
        _ => Err(Error::protocol("the response is packed with gzip more often than any service does it")),
    }
}

/// Unpacks `body` so many times, each result at most `most` bytes large.
/// `watch` is asked at each member, which may hold nothing.
pub fn unpacked<'a>(
    body: impl Read + 'a,
    layers: usize,
    most: u64,
    watch: &'a dyn Fn() -> io::Result<()>,
) -> Box<dyn Read + 'a> {
    (0..layers).fold(Box::new(body), |body, _| {
        let member = Member::Between(Buffered::new(body), true);
        Box::new(Gunzip { member, watch }.take(most))
    })
}

/// One or more members of gzip, one after the other. Nothing at all is an empty body. What comes after
/// them and is no member, such as zeros that fill a block up, is passed over, as other clients do.
struct Gunzip<'a, R> {
    member: Member<R>,
    watch: &'a dyn Fn() -> io::Result<()>,
}

enum Member<R> {
    /// Where a member may begin; the first one must.
    Between(Buffered<R>, bool),
    Inside(Box<GzDecoder<Buffered<R>>>),
    Over,
}

impl<R: Read> Read for Gunzip<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.member = match std::mem::replace(&mut self.member, Member::Over) {
                Member::Over => return Ok(0),
                Member::Between(mut input, is_first) => match input.fill_buf()?.first() {
                    Some(0x1f) => {
                        (self.watch)()?;
                        Member::Inside(decoder(input)?)
                    }
                    Some(_) if is_first => return Err(garbled(ErrorKind::InvalidData.into())),
                    Some(_) => {
                        // To the end, so that the connection can be used again.
                        while let amount @ 1.. = input.fill_buf()?.len() {
                            input.consume(amount);
                            (self.watch)()?;
                        }
                        return Ok(0);
                    }
                    None => return Ok(0),
                },
                Member::Inside(mut decoder) => match decoder.read(buffer) {
                    Ok(0) if !buffer.is_empty() => Member::Between(decoder.into_inner(), false),
                    Ok(amount) => {
                        self.member = Member::Inside(decoder);
                        return Ok(amount);
                    }
                    Err(error) => return Err(garbled(error)),
                },
            };
        }
    }
}

/// The decoder panics where there is no memory for its window: so that is asked for first, and the
/// panic remains for when somebody else has taken it meanwhile.
fn decoder<R: Read>(input: Buffered<R>) -> io::Result<Box<GzDecoder<Buffered<R>>>> {
    if !os::memory::has_room(WINDOW) {
        return Err(ErrorKind::OutOfMemory.into());
    }
    let made = catch_unwind(AssertUnwindSafe(|| Box::new(GzDecoder::new(input))));
    made.map_err(|_| ErrorKind::OutOfMemory.into())
}

/// A reader and a buffer that may not be had.
struct Buffered<R> {
    reader: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl<R> Buffered<R> {
    fn new(reader: R) -> Self {
        Buffered { reader, buffer: Vec::new(), start: 0, end: 0 }
    }
}

impl<R: Read> BufRead for Buffered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.buffer.is_empty() {
            self.buffer = os::memory::zeroed(BUFFER).ok_or(ErrorKind::OutOfMemory)?;
        }
        if self.start == self.end {
            (self.start, self.end) = (0, self.reader.read(&mut self.buffer)?);
        }
        Ok(&self.buffer[self.start..self.end])
    }

    fn consume(&mut self, amount: usize) {
        self.start += amount;
    }
}

impl<R: Read> Read for Buffered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let amount = self.fill_buf()?.read(buffer)?;
        self.consume(amount);
        Ok(amount)
    }
}

/// The decoder's own errors have no other inside.
fn garbled(error: io::Error) -> io::Error {
    match error.kind() {
        ErrorKind::InvalidInput | ErrorKind::InvalidData if !is_of_transport(&error) => {
            io::Error::other(Garbled(error))
        }
        _ => error,
    }
}

fn is_of_transport(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<ureq::Error>() || inner.is::<rustls::Error>())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use ureq::http::HeaderValue;

    use super::*;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn read(body: &[u8], layers: usize) -> io::Result<String> {
        let mut text = String::new();
        unpacked(body, layers, 1 << 20, &|| Ok(())).read_to_string(&mut text).map(|_| text)
    }

    #[test]
    fn codings_are_read_in_every_spelling() {
        for (values, count) in [
            (&["gzip"][..], Some(1)),
            (&["GZIP"], Some(1)),
            (&["x-gzip"], Some(1)),
            (&["X-GZip"], Some(1)),
            (&[" gzip , identity"], Some(1)),
            (&["identity"], Some(0)),
            (&[""], Some(0)),
            (&[], Some(0)),
            (&[",gzip,"], Some(1)),
            (&["gzip, gzip"], Some(2)),
            (&["gzip", "gzip"], Some(2)),
            (&["gzip, gzip, gzip"], None),
            (&["br"], None),
            (&["gzip, br"], None),
            (&["deflate"], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(CONTENT_ENCODING, HeaderValue::from_str(value).unwrap());
            }
            assert_eq!(layers(&headers).ok(), count, "{values:?}");
        }
    }

    #[test]
    fn members_follow_each_other_and_what_fills_up_is_passed_over() {
        let (one, two) = (packed(b"one "), packed(b"two"));
        for (body, text) in [
            (one.clone(), "one "),
            ([&one[..], &two].concat(), "one two"),
            ([&one[..], &packed(b""), &two].concat(), "one two"),
            ([&one[..], &[0; 512]].concat(), "one "),
            ([&two[..], b"odds and ends"].concat(), "two"),
            (Vec::new(), ""),
        ] {
            assert_eq!(read(&body, 1).unwrap(), text);
        }
        assert_eq!(read(&packed(&packed(b"twice")), 2).unwrap(), "twice");
    }

    #[test]
    fn what_is_no_gzip_or_ends_early_is_no_body() {
        let whole = packed(b"some text that is longer");
        for size in 1..whole.len() {
            assert_eq!(read(&whole[..size], 1).unwrap_err().kind(), ErrorKind::UnexpectedEof, "{size} bytes");
        }
        let mut wrong = whole.clone();
        wrong[whole.len() - 6] ^= 1;
        for body in [b"{}".to_vec(), wrong, [&whole[..], &whole[..15]].concat()] {
            assert!(read(&body, 1).is_err());
        }
    }
}
