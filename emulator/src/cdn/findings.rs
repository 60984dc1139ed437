//! What is told of a picture instead of the picture.

use std::collections::BTreeMap;

use image::{DynamicImage, ImageFormat};
use serde_json::{Value, json};

use crate::cdn::original::Original;
use crate::cdn::recognise::color_mode;

/// What `json` tells: of a picture that was changed, what it is by now.
pub fn info(original: &Original, changed: Option<(&DynamicImage, ImageFormat)>) -> Value {
    let mut info = original.image().cloned().unwrap_or_default();
    if let Some((picture, format)) = changed {
        info["width"] = json!(picture.width());
        info["height"] = json!(picture.height());
        info["format"] = json!(format!("{format:?}").to_ascii_uppercase());
        info["color_mode"] = json!(color_mode(picture.color()));
        info["sequence"] = json!(false);
    }
    for (name, value) in [("id", json!(original.uuid)), ("hash", Value::Null), ("blurhash", Value::Null)] {
        info[name] = value;
    }
    info
}

/// Nobody has a face here.
pub fn faces(original: &Original) -> Value {
    let mut found = info(original, None);
    found["faces"] = json!([]);
    found
}

/// So many colours, the most frequent first; fewer where there are not so many. Those that are
/// much alike are taken for one, and told by their mean.
pub fn main_colors(picture: &DynamicImage, count: usize) -> Value {
    const SAMPLE: u32 = 64;
    let sample = picture.thumbnail(SAMPLE, SAMPLE).to_rgb8();
    let mut kinds: BTreeMap<[u8; 3], ([u32; 3], u32)> = BTreeMap::new();
    for pixel in sample.pixels() {
        let (sums, pixels) = kinds.entry(pixel.0.map(|channel| channel >> 5)).or_default();
        for (sum, channel) in sums.iter_mut().zip(pixel.0) {
            *sum += u32::from(channel);
        }
        *pixels += 1;
    }
    let mut kinds: Vec<_> = kinds.into_values().collect();
    kinds.sort_by_key(|(_, pixels)| std::cmp::Reverse(*pixels));
    let means = kinds.into_iter().take(count).map(|(sums, pixels)| sums.map(|sum| sum / pixels));
    json!({ "main_colors": means.collect::<Vec<_>>() })
}
