//! What the CDN says when it delivers nothing: a page, or in place of a file that is not there a
//! picture.

use axum::body::Body;
use axum::response::Response;
use image::imageops::FilterType;
use image::{DynamicImage, GrayImage, ImageFormat, Luma};

use crate::answer::of_type;
use crate::cdn::picture;

#[derive(Debug)]
pub enum Refusal {
    BadRequest(String),
    Forbidden(&'static str),
    NotFound,
    MethodNotAllowed,
}

impl Refusal {
    /// What usually is behind a status.
    pub fn usual(status: u16) -> Option<Refusal> {
        Some(match status {
            400 => Refusal::BadRequest("Bad request.".to_owned()),
            403 => Refusal::Forbidden("Access denied."),
            404 => Refusal::NotFound,
            405 => Refusal::MethodNotAllowed,
            _ => return None,
        })
    }

    pub fn tell(&self) -> Response {
        match self {
            Refusal::BadRequest(why) => page(400, "Bad Request", why),
            Refusal::Forbidden(why) => page(403, "Forbidden", why),
            Refusal::NotFound => of_type(404, "image/png", Body::from(sign())),
            Refusal::MethodNotAllowed => page(405, "Method Not Allowed", "Files are only read here."),
        }
    }
}

fn page(status: u16, title: &str, why: &str) -> Response {
    let html = format!(
        "<!DOCTYPE html>\n<html><head><title>{status} {title}</title></head>\n\
         <body><h1>{title}</h1><p>{}</p></body></html>\n",
        escaped(why)
    );
    of_type(status, "text/html; charset=utf-8", Body::from(html))
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A picture that says 404.
fn sign() -> Vec<u8> {
    const ROWS: [&[u8]; 7] = [
        b"             ",
        b" # # ### # # ",
        b" # # # # # # ",
        b" ### # # ### ",
        b"   # # #   # ",
        b"   # ###   # ",
        b"             ",
    ];
    let dot = |x: u32, y: u32| Luma([if ROWS[y as usize][x as usize] == b'#' { 96 } else { 224 }]);
    let sign = DynamicImage::from(GrayImage::from_fn(13, 7, dot)).resize(208, 112, FilterType::Nearest);
    picture::encode(&sign, ImageFormat::Png).expect("memory takes everything")
}
