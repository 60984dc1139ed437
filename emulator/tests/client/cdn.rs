//! Asks the CDN, and looks at pictures.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use uploadcare_emulator::Emulator;

use super::uploads::{File, KEY, files, uuid};
use super::{Reply, Request, ask};

pub fn fetch(emulator: &Emulator, target: &str) -> Reply {
    ask(emulator, &Request::plain("GET", target))
}

/// The same, for what must be delivered.
pub fn fetched(emulator: &Emulator, target: &str) -> Reply {
    let reply = fetch(emulator, target);
    assert_eq!(reply.status, 200, "{target}: {}", String::from_utf8_lossy(&reply.body));
    reply
}

pub fn upload_as(emulator: &Emulator, name: &str, mime: &str, content: &[u8]) -> String {
    let file = File { field: "file", name, mime, content };
    uuid(&ask(emulator, &files("/base/", &[KEY], &[file])).json()["file"])
}

/// Red and green above blue and white.
pub fn quarters(width: u32, height: u32) -> DynamicImage {
    let color = |x, y| match (x < width / 2, y < height / 2) {
        (true, true) => Rgb([255, 0, 0]),
        (false, true) => Rgb([0, 255, 0]),
        (true, false) => Rgb([0, 0, 255]),
        (false, false) => Rgb([255, 255, 255]),
    };
    RgbImage::from_fn(width, height, color).into()
}

pub fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A PNG of such quarters.
pub fn upload_quarters(emulator: &Emulator, width: u32, height: u32) -> String {
    upload_as(emulator, "quarters.png", "image/png", &encoded(&quarters(width, height), ImageFormat::Png))
}

/// The picture in an answer, which has to be of the type that it is told to be.
pub fn picture(reply: &Reply) -> DynamicImage {
    let format = ImageFormat::from_mime_type(reply.header("Content-Type").unwrap()).unwrap();
    image::load_from_memory_with_format(&reply.body, format).unwrap()
}

/// The colours of the corners, from the left to the right and from the top to the bottom, by the
/// letters of red, green, blue and white, or of cyan, magenta, yellow and black.
pub fn corners(picture: &DynamicImage) -> String {
    let picture = picture.to_rgb8();
    let (right, bottom) = (picture.width() - 1, picture.height() - 1);
    [(0, 0), (right, 0), (0, bottom), (right, bottom)]
        .map(|(x, y)| match picture.get_pixel(x, y).0.map(|channel| channel > 127) {
            [true, false, false] => 'r',
            [false, true, false] => 'g',
            [false, false, true] => 'b',
            [true, true, true] => 'w',
            [false, true, true] => 'c',
            [true, false, true] => 'm',
            [true, true, false] => 'y',
            [false, false, false] => 'k',
        })
        .iter()
        .collect()
}
