//! Each operation and its parameters.

use std::ops::RangeInclusive;

use uuid::Uuid;

use crate::cdn::values::{
    self, CENTER, Measure, Place, color, coordinates, digits, dimensions, number, pixels, side,
};

/// An operation, as far as the emulator carries it out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operation {
    Preview(u32, u32),
    Resize(Option<u32>, Option<u32>),
    Stretch(Stretch),
    Crop(Shape, Place),
    ScaleCrop(u32, u32, Place),
    Setfill([u8; 4]),
    Rotate(i64),
    Flip,
    Mirror,
    Grayscale,
    Invert,
    Blur(i64),
    Format(Format),
    Inline(bool),
    MainColors(usize),
    Json,
    Jsonp,
    /// `font`, `text_align` and `text_box`
    TextStyle,
    Text,
    /// Changes the picture at the service, but not here.
    Effect,
    /// How the picture is to be packed.
    Packing,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stretch {
    On,
    Off,
    Fill,
}

/// What is cut out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    All,
    Size(Measure, Measure),
    Ratio(u32, u32),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Format {
    Auto,
    Preserve,
    Jpeg,
    Png,
    Webp,
}

const SMART_CROPS: [&str; 10] = [
    "smart",
    "smart_faces_objects_points",
    "smart_faces_objects",
    "smart_faces_points",
    "smart_objects_faces_points",
    "smart_objects_faces",
    "smart_objects_points",
    "smart_points",
    "smart_objects",
    "smart_faces",
];
const ADJUSTMENTS: [(&str, RangeInclusive<i64>); 7] = [
    ("brightness", -100..=100),
    ("exposure", -500..=500),
    ("gamma", 0..=1000),
    ("contrast", -100..=500),
    ("saturation", -100..=500),
    ("vibrance", -100..=500),
    ("warmth", -100..=100),
];
const FILTERS: [&str; 40] = [
    "adaris",
    "briaril",
    "calarel",
    "carris",
    "cynarel",
    "cyren",
    "elmet",
    "elonni",
    "enzana",
    "erydark",
    "fenralan",
    "ferand",
    "galen",
    "gavin",
    "gethriel",
    "iorill",
    "iothari",
    "iselva",
    "jadis",
    "lavra",
    "misiara",
    "namala",
    "nerion",
    "nethari",
    "pamaya",
    "sarnar",
    "sedis",
    "sewen",
    "sorahel",
    "sorlen",
    "tarian",
    "thellassan",
    "varriel",
    "varven",
    "vevera",
    "virkas",
    "yedis",
    "yllara",
    "zatvel",
    "zevcen",
];
const FONTS: [&str; 6] = ["DejaVu", "DejaVuMono", "DejaVuSerif", "Noto", "NotoMono", "NotoSerif"];

/// An operation by its name. None where there is no such operation, or none with such parameters.
pub fn operation(name: &str, parameters: &[&str]) -> Option<Operation> {
    [sizes, shapes, overlays, texts, colors, definition, output]
        .iter()
        .find_map(|family| family(name, parameters))
}

pub fn sizes(name: &str, parameters: &[&str]) -> Option<Operation> {
    use Operation::{Preview, ScaleCrop};
    match (name, parameters) {
        ("preview", []) => Some(Preview(2048, 2048)),
        ("preview", [size]) => pixels(size).map(|(width, height)| Preview(width, height)),
        ("resize", [size]) => resize(size),
        // What a picture is about is unknown here; its middle has to do.
        ("smart_resize", [size]) => pixels(size).map(|(width, height)| ScaleCrop(width, height, CENTER)),
        ("stretch", ["on"]) => Some(Operation::Stretch(Stretch::On)),
        ("stretch", ["off"]) => Some(Operation::Stretch(Stretch::Off)),
        ("stretch", ["fill"]) => Some(Operation::Stretch(Stretch::Fill)),
        ("crop", ["face" | "image", rest @ ..]) => crop(rest, true),
        ("crop", rest) => crop(rest, false),
        ("scale_crop", [size, rest @ ..]) => {
            let place = match rest {
                [kind, rest @ ..] if SMART_CROPS.contains(kind) => rest,
                rest => rest,
            };
            let ((width, height), place) = (pixels(size)?, optional_place(place)?);
            Some(ScaleCrop(width, height, place))
        }
        _ => None,
    }
}

fn resize(size: &str) -> Option<Operation> {
    let (width, height) = size.split_once('x')?;
    Some(match (width, height) {
        ("", height) => Operation::Resize(None, Some(side(height)?)),
        (width, "") => Operation::Resize(Some(side(width)?), None),
        (width, height) => Operation::Resize(Some(side(width)?), Some(side(height)?)),
    })
}

/// A tag needs no shape; nothing is recognised here.
fn crop(parameters: &[&str], has_tag: bool) -> Option<Operation> {
    let shape = |text: &str| {
        let size = dimensions(text).map(|(width, height)| Shape::Size(width, height));
        size.or_else(|| values::ratio(text).map(|(width, height)| Shape::Ratio(width, height)))
    };
    match parameters.first().and_then(|text| shape(text)) {
        Some(shape) => Some(Operation::Crop(shape, optional_place(&parameters[1..])?)),
        None if has_tag => Some(Operation::Crop(Shape::All, optional_place(parameters)?)),
        None => None,
    }
}

fn optional_place(parameters: &[&str]) -> Option<Place> {
    match parameters {
        [] => Some(CENTER),
        [place] => Place::parse(place),
        _ => None,
    }
}

fn shapes(name: &str, parameters: &[&str]) -> Option<Operation> {
    let effect = |is_right: bool| is_right.then_some(Operation::Effect);
    match (name, parameters) {
        ("trim", []) => Some(Operation::Effect),
        ("trim", [tolerance, padding]) => {
            effect(Measure::parse(tolerance).is_some() && Measure::parse(padding).is_some())
        }
        ("border_radius", [radii]) => effect(are_radii(radii)),
        ("border_radius", [radii, vertical]) => effect(are_radii(radii) && are_radii(vertical)),
        ("setfill", [fill]) => color(fill).map(Operation::Setfill),
        ("zoom_objects", [zoom]) => effect(number(zoom, 1..=100).is_some()),
        ("autorotate", ["yes" | "no"]) => Some(Operation::Effect),
        ("rotate", [angle]) => {
            number(angle, -360..=360).filter(|angle| angle % 90 == 0).map(Operation::Rotate)
        }
        ("flip", []) => Some(Operation::Flip),
        ("mirror", []) => Some(Operation::Mirror),
        _ => None,
    }
}

fn are_radii(text: &str) -> bool {
    let radii: Vec<_> = text.split(',').map(Measure::parse).collect();
    radii.len() <= 4 && radii.iter().all(Option::is_some)
}

fn overlays(name: &str, parameters: &[&str]) -> Option<Operation> {
    let is_right = match (name, parameters) {
        ("overlay", [what, rest @ ..]) => {
            let is_source = *what == "self" || what.len() == 36 && Uuid::try_parse(what).is_ok();
            is_source
                && match rest {
                    [] => true,
                    [size] => dimensions(size).is_some(),
                    [size, place] => dimensions(size).is_some() && Place::parse(place).is_some(),
                    [size, place, opacity] => {
                        dimensions(size).is_some() && Place::parse(place).is_some() && is_opacity(opacity)
                    }
                    _ => false,
                }
        }
        ("rect", [fill, size, place]) => {
            color(fill).is_some() && dimensions(size).is_some() && Place::parse(place).is_some()
        }
        _ => false,
    };
    is_right.then_some(Operation::Effect)
}

fn is_opacity(text: &str) -> bool {
    matches!(Measure::parse(text), Some(Measure::Percents(0..=100)))
}

fn texts(name: &str, parameters: &[&str]) -> Option<Operation> {
    let style = |is_right: bool| is_right.then_some(Operation::TextStyle);
    match (name, parameters) {
        ("text", [size, place, text]) => {
            let is_right = dimensions(size).is_some() && Place::parse(place).is_some() && is_text(text);
            is_right.then_some(Operation::Text)
        }
        ("text_align", ["left" | "center" | "right", "top" | "center" | "bottom"]) => style(true),
        ("font", parameters) => style(is_font(parameters)),
        ("text_box", ["none" | "fit" | "line" | "fill", rest @ ..]) => {
            style(are_in_order(rest, &[|text| color(text).is_some(), |text| digits(text).is_some()]))
        }
        _ => None,
    }
}

fn is_font(parameters: &[&str]) -> bool {
    are_in_order(
        parameters,
        &[
            |text| text == "reset",
            |text| matches!(text, "regular" | "bold"),
            |text| matches!(text, "normal" | "italic"),
            |text| side(text).is_some(),
            |text| color(text).is_some(),
            |text| FONTS.contains(&text),
        ],
    )
}

/// Whether these are some of those kinds, in their order.
fn are_in_order(parameters: &[&str], kinds: &[fn(&str) -> bool]) -> bool {
    let mut kinds = kinds.iter();
    parameters.iter().all(|parameter| kinds.any(|is_kind| is_kind(parameter)))
}

/// Slashes and ends of lines are written with a tilde, and so is the tilde.
fn is_text(text: &str) -> bool {
    let bare = text.replace("~~", "").replace("~s", "").replace("~n", "");
    !text.is_empty() && !bare.contains(['~', '/', '\n', '\0'])
}

fn colors(name: &str, parameters: &[&str]) -> Option<Operation> {
    let effect = |is_right: bool| is_right.then_some(Operation::Effect);
    match (name, parameters) {
        ("enhance", []) => Some(Operation::Effect),
        ("enhance", [strength]) => effect(number(strength, 0..=100).is_some()),
        ("grayscale", []) => Some(Operation::Grayscale),
        ("invert", []) => Some(Operation::Invert),
        ("filter", [filter]) => effect(FILTERS.contains(filter)),
        ("filter", [filter, amount]) => {
            effect(FILTERS.contains(filter) && number(amount, -100..=200).is_some())
        }
        ("srgb", ["fast" | "icc" | "keep_profile"]) => Some(Operation::Effect),
        ("max_icc_size", [size]) => effect(digits(size).is_some()),
        (_, [amount]) => {
            let (_, range) = ADJUSTMENTS.into_iter().find(|(adjustment, _)| *adjustment == name)?;
            effect(number(amount, range).is_some())
        }
        _ => None,
    }
}

fn definition(name: &str, parameters: &[&str]) -> Option<Operation> {
    let effect = |is_right: bool| is_right.then_some(Operation::Effect);
    let strength = |text: &str| number(text, 0..=5000);
    let is_region = |size: &str, corner: &str| dimensions(size).is_some() && coordinates(corner).is_some();
    match (name, parameters) {
        ("blur", []) => Some(Operation::Blur(10)),
        ("blur", [amount]) => strength(amount).map(Operation::Blur),
        ("blur", [amount, mask]) => effect(strength(amount).is_some() && number(mask, -200..=100).is_some()),
        ("blur_region", ["faces"]) => Some(Operation::Effect),
        ("blur_region", ["faces", amount]) => effect(strength(amount).is_some()),
        ("blur_region", [size, corner]) => effect(is_region(size, corner)),
        ("blur_region", [size, corner, amount]) => {
            effect(is_region(size, corner) && strength(amount).is_some())
        }
        ("sharp", []) => Some(Operation::Effect),
        ("sharp", [strength]) => effect(number(strength, 0..=20).is_some()),
        _ => None,
    }
}

pub fn output(name: &str, parameters: &[&str]) -> Option<Operation> {
    use Operation::{Inline, Json, Jsonp, MainColors, Packing};
    Some(match (name, parameters) {
        ("format", ["jpeg"]) => Operation::Format(Format::Jpeg),
        ("format", ["png"]) => Operation::Format(Format::Png),
        ("format", ["webp"]) => Operation::Format(Format::Webp),
        ("format", ["auto"]) => Operation::Format(Format::Auto),
        ("format", ["preserve"]) => Operation::Format(Format::Preserve),
        ("quality", ["normal" | "better" | "best" | "lighter" | "lightest" | "smart" | "smart_retina"]) => {
            Packing
        }
        ("progressive", ["yes" | "no"]) => Packing,
        ("strip_meta", ["all" | "none" | "sensitive"]) => Packing,
        ("rasterize", []) => Packing,
        ("inline", ["yes"]) => Inline(true),
        ("inline", ["no"]) => Inline(false),
        ("main_colors", []) => MainColors(5),
        ("main_colors", [count]) => MainColors(number(count, 1..=256)? as usize),
        ("json", []) => Json,
        ("jsonp", []) => Jsonp,
        _ => return None,
    })
}
