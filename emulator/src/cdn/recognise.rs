//! What is found in content that is a picture.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, ColorType, ImageDecoder, ImageFormat, ImageReader};
use serde_json::{Value, json};

use crate::cdn::picture::MOST_PIXELS;
use crate::seeded_file;
use crate::uploads::pieces::Content;

/// All that formats are known by.
const MAGIC: u64 = 64;

/// None where it is no picture, or one too large for the service.
pub fn recognise(content: &Content) -> Option<Value> {
    let format = image::guess_format(&content.start(MAGIC).ok()?).ok()?;
    let bytes = content.bytes().ok()?;
    let picture = ImageReader::with_format(Cursor::new(&bytes), format).into_decoder().ok()?;
    let (width, height) = picture.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return None;
    }
    let name = format!("{format:?}").to_ascii_uppercase();
    let color_mode = if format == ImageFormat::Gif { "P" } else { color_mode(picture.color_type()) };
    let mut image = seeded_file::image(&name, color_mode, width, height);
    image["sequence"] = json!(is_animated(&bytes, format));
    Some(image)
}

fn is_animated(bytes: &[u8], format: ImageFormat) -> bool {
    match format {
        ImageFormat::Gif => {
            GifDecoder::new(Cursor::new(bytes)).is_ok_and(|gif| gif.into_frames().nth(1).is_some())
        }
        ImageFormat::WebP => WebPDecoder::new(Cursor::new(bytes)).is_ok_and(|webp| webp.has_animation()),
        _ => false,
    }
}

pub fn color_mode(color: ColorType) -> &'static str {
    match (color.has_color(), color.has_alpha()) {
        (true, true) => "RGBA",
        (true, false) => "RGB",
        (false, true) => "LA",
        (false, false) => "L",
    }
}
