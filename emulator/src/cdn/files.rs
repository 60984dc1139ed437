//! `/{uuid}/…`: a file, or what operations make of it.

use axum::response::Response;
use percent_encoding::percent_decode_str;

use crate::cdn::adaptive;
use crate::cdn::delivery;
use crate::cdn::findings;
use crate::cdn::grammar::{self, Order};
use crate::cdn::operations::Operation;
use crate::cdn::original::Original;
use crate::cdn::picture::Canvas;
use crate::cdn::refusal::Refusal;

/// The shortest beginnings that tell what they are.
const MP4: &[u8] = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom";
const WEBM: &[u8] = b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm";

/// What is asked for of a file, in the words of the address.
pub struct Wish<'a> {
    /// With their slash at the end.
    pub operations: String,
    /// As it is to be called; empty: as it was.
    pub name: String,
    pub query: &'a str,
}

impl<'a> Wish<'a> {
    /// All that follows the file: what stands behind the last slash is a name.
    pub fn parse(rest: &str, query: &'a str) -> Wish<'a> {
        let (operations, name) = rest.split_at(rest.rfind('/').map_or(0, |slash| slash + 1));
        let name = percent_decode_str(name).decode_utf8_lossy().into_owned();
        Wish { operations: operations.to_owned(), name, query }
    }
}

pub fn deliver(original: &Original, wish: &Wish) -> Result<Response, Refusal> {
    carry_out(original, grammar::check(&wish.operations).map_err(Refusal::BadRequest)?, wish)
}

fn carry_out(original: &Original, order: Order, wish: &Wish) -> Result<Response, Refusal> {
    let name = if wish.name.is_empty() { original.name() } else { &wish.name };
    match order {
        Order::Operations(operations) => process(original, &operations, name, wish.query),
        Order::Gif2Video { is_mp4 } => {
            if original.image().is_none_or(|image| image["sequence"] != true) {
                return Err(Refusal::BadRequest("The file is not an animated image.".to_owned()));
            }
            let (mime, video) = if is_mp4 { ("video/mp4", MP4) } else { ("video/webm", WEBM) };
            Ok(delivery::file(mime, true, name, video.to_vec()))
        }
        Order::VideoFrame(order) => carry_out(&original.frame()?, *order, wish),
        Order::AdaptiveVideo => adaptive::deliver(original, &wish.name, wish.query),
        Order::DetectFaces => {
            original.picture()?;
            Ok(delivery::json(&findings::faces(original)))
        }
    }
}

fn process(
    original: &Original,
    operations: &[Operation],
    name: &str,
    query: &str,
) -> Result<Response, Refusal> {
    let inline = operations.iter().rev().find_map(|operation| match operation {
        Operation::Inline(is_inline) => Some(*is_inline),
        _ => None,
    });
    let is_inline = inline.unwrap_or(original.image().is_some());
    let mut operations = operations.iter().filter(|operation| !matches!(operation, Operation::Inline(_)));
    let Some(last) = operations.next_back() else {
        return Ok(delivery::file(original.mime(), is_inline, name, original.read()?));
    };
    let changes: Vec<_> = operations.collect();
    let mut canvas = Canvas::new(original.picture()?);
    for operation in changes.iter().copied().chain([last]) {
        canvas.apply(*operation).map_err(Refusal::BadRequest)?;
    }
    let format = canvas.image_format(original.image_format());
    let info = || findings::info(original, (!changes.is_empty()).then_some((&canvas.picture, format)));
    Ok(match last {
        Operation::Json => delivery::json(&info()),
        Operation::Jsonp => delivery::jsonp(&info(), query),
        Operation::MainColors(count) => delivery::json(&findings::main_colors(&canvas.picture, *count)),
        _ => {
            let picture = canvas.encode(format).map_err(Refusal::BadRequest)?;
            delivery::file(format.to_mime_type(), is_inline, name, picture)
        }
    })
}
