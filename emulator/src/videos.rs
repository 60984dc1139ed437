//! What videos are converted to.

use serde_json::json;
use uuid::Uuid;

use crate::conversions::{Operation, Order, Plan, Wrong};
use crate::made::{self, Content};
use crate::seeded_file::image;
use crate::store::Store;

const MODES: [&str; 4] = ["preserve_ratio", "change_ratio", "scale_crop", "add_padding"];
const FORMATS: [(&str, &str); 3] = [("mp4", "video/mp4"), ("webm", "video/webm"), ("ogg", "video/ogg")];
const QUALITIES: [&str; 5] = ["normal", "better", "best", "lighter", "lightest"];
const MOST_THUMBS: usize = 50;

struct Target {
    format: &'static str,
    mime: &'static str,
    thumbs: usize,
}

impl Target {
    fn parse(operations: &[Operation]) -> Result<Target, String> {
        let [(format, mime), ..] = FORMATS;
        let mut target = Target { format, mime, thumbs: 1 };
        for (place, operation) in operations.iter().enumerate() {
            let is_last = place + 1 == operations.len();
            target.take(operation, is_last).map_err(|wrong| operation.problem(wrong))?;
        }
        Ok(target)
    }

    fn take(&mut self, operation: &Operation, is_last: bool) -> Result<(), Wrong> {
        let arguments: Vec<_> = operation.arguments.iter().map(String::as_str).collect();
        if let Some(thumbs) = operation.name.strip_prefix("thumbs~") {
            let thumbs = thumbs.parse().ok().filter(|thumbs| is_last && (1..=MOST_THUMBS).contains(thumbs));
            self.thumbs = thumbs.ok_or(Wrong::Operation)?;
            return match arguments[..] {
                [] | ["yes" | "1"] => Ok(()),
                _ => Err(Wrong::Rest(0)),
            };
        }
        let first = arguments.first().copied().unwrap_or_default();
        let (kind, is_right): (_, fn(&str) -> bool) = match operation.name.as_str() {
            "format" => ("VideoFormat", |format| FORMATS.iter().any(|(known, _)| *known == format)),
            "quality" => ("VideoQuality", |quality| QUALITIES.contains(&quality)),
            "size" => ("OneOrTwoDimensionsDivisibleByFour", is_size),
            "cut" => ("Time", is_time),
            _ => return Err(Wrong::Operation),
        };
        if !is_right(first) {
            return Err(Wrong::First(kind));
        }
        match (operation.name.as_str(), &arguments[1..]) {
            ("format", []) => self.set_format(first),
            ("quality" | "size", []) => {}
            ("size", [mode]) if MODES.contains(mode) => {}
            ("cut", [length]) if *length == "end" || is_time(length) => {}
            ("cut", []) => return Err(Wrong::First("Time")),
            _ => return Err(Wrong::Rest(1)),
        }
        Ok(())
    }

    fn set_format(&mut self, wanted: &str) {
        let known = FORMATS.iter().find(|(format, _)| *format == wanted);
        (self.format, self.mime) = *known.expect("it was checked");
    }
}

/// `640x360`, `640x` or `x360`, in steps of four.
fn is_size(text: &str) -> bool {
    let is_side = |side: &str| side.parse().is_ok_and(|side: u32| side > 0 && side % 4 == 0);
    match text.split_once('x') {
        None | Some(("", "")) => false,
        Some((width, height)) => {
            (width.is_empty() || is_side(width)) && (height.is_empty() || is_side(height))
        }
    }
}

/// `000:00:05.000` and shorter, down to `5`.
fn is_time(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    whole.split(':').count() <= 3 && whole.split(':').all(is_number) && is_number(fraction)
}

pub fn plan(store: &mut Store, order: &Order) -> Result<Plan, String> {
    let Target { format, mime, thumbs } = Target::parse(&order.operations)?;
    let mut video = order.file["content_info"]["video"].clone();
    if video.is_null() {
        return Err("The file is not a video.".to_owned());
    }
    video["format"] = json!(format);
    let size = order.file["size"].as_u64().unwrap_or_default();
    let stem = made::stem(&order.file);
    let made = made::add(store, &format!("{stem}.{format}"), order.is_stored);
    let pictures: Vec<Uuid> = (0..thumbs)
        .map(|number| made::add(store, &format!("{stem}_{number}.jpg"), order.is_stored))
        .collect();
    let group = store.add_group(&pictures);

    let make = move |store: &mut Store| {
        Content { video, ..Content::new(mime, size) }.fill(store, made);
        for picture in pictures {
            let image = image("JPEG", "RGB", 640, 360);
            Content { image, ..Content::new("image/jpeg", 24_576) }.fill(store, picture);
        }
        Ok(())
    };
    let result = json!({ "uuid": made, "thumbnails_group_uuid": group });
    Ok(Plan { result, make: Box::new(make) })
}
