//! Files as they were uploaded, or as the emulator makes them up.

use axum::http::HeaderValue;
use image::{DynamicImage, ImageFormat, RgbImage};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cdn::picture;
use crate::cdn::refusal::Refusal;
use crate::seeded_file;
use crate::store::Store;
use crate::uploads::pieces::Content;

/// A file that is there.
pub struct Original {
    pub uuid: Uuid,
    pub info: Value,
    /// Of a file that was uploaded.
    content: Option<Content>,
}

impl Original {
    pub fn find(store: &Store, uuid: Uuid) -> Result<Original, Refusal> {
        let file = store.present_file(uuid).filter(|file| file["is_ready"] == true);
        let info = file.ok_or(Refusal::NotFound)?;
        let source = store.copies.get(&uuid).copied().unwrap_or(uuid);
        let content = store.uploads.get(source).map(|upload| upload.content());
        Ok(Original { uuid, info, content })
    }

    pub fn name(&self) -> &str {
        self.info["original_filename"].as_str().unwrap_or_default()
    }

    pub fn size(&self) -> u64 {
        self.info["size"].as_u64().unwrap_or_default()
    }

    pub fn mime(&self) -> &str {
        let mime = self.info["mime_type"].as_str().filter(|mime| HeaderValue::from_str(mime).is_ok());
        mime.unwrap_or("application/octet-stream")
    }

    /// What its info tells of the picture it is.
    pub fn image(&self) -> Option<&Value> {
        self.info["content_info"].get("image")
    }

    pub fn video(&self) -> Option<&Value> {
        self.info["content_info"].get("video")
    }

    /// A frame of a video: a PNG that has its size.
    pub fn frame(&self) -> Result<Original, Refusal> {
        let video = self.video().ok_or_else(|| Refusal::BadRequest("The file is not a video.".to_owned()))?;
        let side = |side: &str| video["video"][0][side].as_u64().map_or(1, |side| side as u32);
        let mut info = self.info.clone();
        info["mime_type"] = json!("image/png");
        info["content_info"] =
            json!({ "image": seeded_file::image("PNG", "RGB", side("width"), side("height")) });
        Ok(Original { uuid: self.uuid, info, content: None })
    }

    pub fn image_format(&self) -> ImageFormat {
        let format = self.image().and_then(|image| image["format"].as_str()).unwrap_or_default();
        ImageFormat::from_extension(format).unwrap_or(ImageFormat::Jpeg)
    }

    pub fn read(&self) -> Result<Vec<u8>, Refusal> {
        let failed = |error: &dyn std::fmt::Display| Refusal::BadRequest(error.to_string());
        match &self.content {
            Some(content) => content.bytes().map_err(|error| failed(&error)),
            None if self.image().is_some() => {
                let drawn = picture::encode(&self.draw(), self.image_format());
                drawn.map_err(|error| failed(&error))
            }
            None => Ok(format!("{}, as the emulator makes it up.\n", self.name()).into_bytes()),
        }
    }

    pub fn picture(&self) -> Result<DynamicImage, Refusal> {
        match (&self.content, self.image()) {
            (_, None) => Err(Refusal::BadRequest("The file is not an image.".to_owned())),
            (None, Some(_)) => Ok(self.draw()),
            (Some(_), Some(_)) => image::load_from_memory(&self.read()?)
                .map_err(|error| Refusal::BadRequest(format!("The image cannot be read: {error}"))),
        }
    }

    /// Four quarters in four colours, a little different for each file, in the size that its info tells.
    fn draw(&self) -> DynamicImage {
        let side = |name| self.image().and_then(|image| image[name].as_u64()).map_or(1, |side| side as u32);
        quarters(self.uuid, side("width"), side("height"))
    }
}

fn quarters(uuid: Uuid, width: u32, height: u32) -> DynamicImage {
    const COLORS: [[u8; 3]; 4] = [[192, 64, 64], [64, 160, 64], [64, 64, 192], [224, 192, 64]];
    let tint = &uuid.as_bytes()[12..15];
    let [top_left, top_right, bottom_left, bottom_right] =
        COLORS.map(|color| [0, 1, 2].map(|channel| color[channel] ^ (tint[channel] & 31)));
    let row = |left: [u8; 3], right: [u8; 3]| {
        let half = width as usize / 2;
        [left.repeat(half), right.repeat(width as usize - half)].concat()
    };
    let (upper, lower) = (row(top_left, top_right), row(bottom_left, bottom_right));
    let mut pixels = Vec::with_capacity(upper.len() * height as usize);
    for y in 0..height {
        pixels.extend_from_slice(if y < height / 2 { &upper } else { &lower });
    }
    RgbImage::from_raw(width, height, pixels).expect("so many pixels were made").into()
}
