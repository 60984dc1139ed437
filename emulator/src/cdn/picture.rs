//! Pictures, and what operations do to them.

use std::io::Cursor;

use image::imageops::{FilterType, overlay};
use image::{DynamicImage, ImageFormat, ImageResult, Rgba, RgbaImage};

use crate::cdn::operations::{Format, Operation, Shape, Stretch};
use crate::cdn::values::{CENTER, Place};

/// More pixels make no picture at the service.
pub const MOST_PIXELS: u64 = 75_000_000;

/// A picture in the hands of one operation after the other.
pub struct Canvas {
    pub picture: DynamicImage,
    pub format: Format,
    stretch: Stretch,
    fill: Rgba<u8>,
}

impl Canvas {
    pub fn new(picture: DynamicImage) -> Canvas {
        let white = Rgba([255; 4]);
        Canvas { picture, format: Format::Auto, stretch: Stretch::On, fill: white }
    }

    fn size(&self) -> (u32, u32) {
        (self.picture.width(), self.picture.height())
    }

    pub fn apply(&mut self, operation: Operation) -> Result<(), String> {
        match operation {
            Operation::Preview(width, height) => self.preview(width, height),
            Operation::Resize(width, height) => return self.resize(width, height),
            Operation::Crop(shape, place) => return self.crop(shape, place),
            Operation::ScaleCrop(width, height, place) => return self.scale_crop((width, height), place),
            Operation::Stretch(stretch) => self.stretch = stretch,
            Operation::Setfill(fill) => self.fill = Rgba(fill),
            // The service turns against the clock, the crate with it.
            Operation::Rotate(angle) => match angle.rem_euclid(360) {
                90 => self.picture = self.picture.rotate270(),
                180 => self.picture = self.picture.rotate180(),
                270 => self.picture = self.picture.rotate90(),
                _ => {}
            },
            Operation::Flip => self.picture = self.picture.flipv(),
            Operation::Mirror => self.picture = self.picture.fliph(),
            Operation::Grayscale => self.picture = self.picture.grayscale(),
            Operation::Invert => self.picture.invert(),
            Operation::Blur(0) => {}
            Operation::Blur(strength) => self.picture = self.picture.fast_blur(strength as f32 / 10.0),
            Operation::Format(format) => self.format = format,
            _ => {}
        }
        Ok(())
    }

    fn preview(&mut self, width: u32, height: u32) {
        if self.picture.width() > width || self.picture.height() > height {
            self.picture = self.picture.resize(width, height, FilterType::Triangle);
        }
    }

    fn resize(&mut self, width: Option<u32>, height: Option<u32>) -> Result<(), String> {
        let (now_wide, now_high) = self.size();
        let wanted = match (width, height) {
            (Some(width), Some(height)) => (width, height),
            (Some(width), None) => (width, scaled(now_high, width, now_wide)),
            (None, Some(height)) => (scaled(now_wide, height, now_high), height),
            (None, None) => (now_wide, now_high),
        };
        if self.stretch == Stretch::On || wanted.0 <= now_wide && wanted.1 <= now_high {
            return self.scale(wanted);
        }
        self.scale((wanted.0.min(now_wide), wanted.1.min(now_high)))?;
        if self.stretch == Stretch::Fill { self.cut(wanted, CENTER) } else { Ok(()) }
    }

    fn crop(&mut self, shape: Shape, place: Place) -> Result<(), String> {
        let (wide, high) = self.size();
        let window = match shape {
            Shape::All => return Ok(()),
            Shape::Size(width, height) => (width.of(wide), height.of(high)),
            Shape::Ratio(x, y) if u64::from(wide) * u64::from(y) > u64::from(high) * u64::from(x) => {
                (scaled(high, x, y), high)
            }
            Shape::Ratio(x, y) => (wide, scaled(wide, y, x)),
        };
        self.cut(window, place)
    }

    /// Scales it until it just covers the size, and cuts that out.
    fn scale_crop(&mut self, size: (u32, u32), place: Place) -> Result<(), String> {
        let (wide, high) = self.size();
        let by_width = (size.0, scaled(high, size.0, wide));
        let by_height = (scaled(wide, size.1, high), size.1);
        self.scale(if by_width.1 >= size.1 { by_width } else { by_height })?;
        self.cut(size, place)
    }

    fn scale(&mut self, size: (u32, u32)) -> Result<(), String> {
        check_size(size)?;
        if size != self.size() {
            self.picture = self.picture.resize_exact(size.0, size.1, FilterType::Triangle);
        }
        Ok(())
    }

    /// Cuts a window out; what is outside of the picture is filled.
    fn cut(&mut self, window: (u32, u32), place: Place) -> Result<(), String> {
        check_size(window)?;
        let whole = self.size();
        let (x, y) = place.offset(window, whole);
        let is_inside = x >= 0 && y >= 0 && window.0 <= whole.0 && window.1 <= whole.1;
        self.picture = if is_inside {
            // As near to the edge as it fits.
            let (x, y) = ((x as u32).min(whole.0 - window.0), (y as u32).min(whole.1 - window.1));
            self.picture.crop_imm(x, y, window.0, window.1)
        } else {
            self.on_fill(window, (-x, -y))
        };
        Ok(())
    }

    fn on_fill(&self, size: (u32, u32), at: (i64, i64)) -> DynamicImage {
        let mut filled = RgbaImage::from_pixel(size.0, size.1, self.fill);
        overlay(&mut filled, &self.picture.to_rgba8(), at.0, at.1);
        let filled = DynamicImage::from(filled);
        if self.fill[3] == 255 && !self.picture.color().has_alpha() {
            filled.to_rgb8().into()
        } else {
            filled
        }
    }

    /// The format it is delivered in; `original` for `preserve`.
    pub fn image_format(&self, original: ImageFormat) -> ImageFormat {
        match self.format {
            Format::Auto if self.picture.color().has_alpha() => ImageFormat::Png,
            Format::Auto | Format::Jpeg => ImageFormat::Jpeg,
            Format::Png => ImageFormat::Png,
            Format::Webp => ImageFormat::WebP,
            Format::Preserve => original,
        }
    }

    pub fn encode(&self, format: ImageFormat) -> Result<Vec<u8>, String> {
        let encoded = match format {
            ImageFormat::Jpeg if self.picture.color().has_alpha() => {
                encode(&self.on_fill(self.size(), (0, 0)).to_rgb8().into(), format)
            }
            ImageFormat::Jpeg => encode(&self.picture.to_rgb8().into(), format),
            ImageFormat::Gif | ImageFormat::WebP => encode(&self.picture.to_rgba8().into(), format),
            _ => encode(&self.picture, format),
        };
        encoded.map_err(|error| error.to_string())
    }
}

pub fn encode(picture: &DynamicImage, format: ImageFormat) -> ImageResult<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format)?;
    Ok(bytes.into_inner())
}

fn check_size((width, height): (u32, u32)) -> Result<(), String> {
    if u64::from(width) * u64::from(height) <= MOST_PIXELS {
        return Ok(());
    }
    Err(format!("{width}x{height} is too large."))
}

/// So much of a side as the numbers tell, but at least a pixel.
fn scaled(side: u32, numerator: u32, denominator: u32) -> u32 {
    let exact = f64::from(side) * f64::from(numerator) / f64::from(denominator);
    exact.round().max(1.0) as u32
}
