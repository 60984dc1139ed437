//! What may stand behind the id of a file: a reading of the CDN's grammar of its own, which the
//! library's table is compared with.

use percent_encoding::percent_decode_str;

use crate::cdn::operations::{Format, Operation, Shape, operation, output, sizes};
use crate::cdn::values::{Measure, digits};

/// What is asked for of a file.
#[derive(Debug, PartialEq)]
pub enum Order {
    Operations(Vec<Operation>),
    /// `gif2video/`, in MP4 or else in WebM.
    Gif2Video {
        is_mp4: bool,
    },
    /// `videoframe/`, and what is asked for of the frame.
    VideoFrame(Box<Order>),
    /// `adaptive_video/`
    AdaptiveVideo,
    /// `detect_faces/`, after operations or without.
    DetectFaces,
}

/// Longer sides have to be agreed upon with the service.
const LONGEST_SIDE: u32 = 3000;
const LONGEST_SIDE_OF_JPEG: u32 = 5000;

/// Reads `-/resize/500x/-/flip/`, `videoframe/2s/` and the like, percent-encoded as it stands in an
/// address, with the slash at the end and without a file name. A mistake comes in plain words.
pub fn check(operations: &str) -> Result<Order, String> {
    if operations.is_empty() {
        return Ok(Order::Operations(Vec::new()));
    }
    if let Some(before) = operations.strip_suffix("detect_faces/").filter(|before| before.starts_with("-/")) {
        return check(before).map(|_| Order::DetectFaces);
    }
    if let Some((time, rest)) = operations.strip_prefix("videoframe/").and_then(|rest| rest.split_once('/')) {
        return match check(rest)? {
            order @ (Order::Operations(_) | Order::DetectFaces) if is_moment(time) => {
                Ok(Order::VideoFrame(Box::new(order)))
            }
            _ => Err(format!("Bad path \"{operations}\".")),
        };
    }
    let text =
        operations.strip_suffix('/').ok_or_else(|| format!("No slash at the end of \"{operations}\"."))?;
    let text = format!("/{text}");
    let (verb, operations) = text.split_once("/-/").map_or((&*text, None), |(verb, rest)| (verb, Some(rest)));
    let parts: Vec<_> = operations.into_iter().flat_map(|operations| operations.split("/-/")).collect();
    match (verb.split('/').collect::<Vec<_>>().as_slice(), parts.is_empty()) {
        ([""], _) => process(&parts).map(Order::Operations),
        (["", "gif2video"], _) => gif2video(&parts),
        (["", "detect_faces"], true) => Ok(Order::DetectFaces),
        (["", "adaptive_video"], true) => Ok(Order::AdaptiveVideo),
        _ => Err(format!("Bad path \"{verb}/\".")),
    }
}

fn process(parts: &[&str]) -> Result<Vec<Operation>, String> {
    let operations = parts.iter().map(|part| parse(part, operation)).collect::<Result<Vec<_>, _>>()?;
    check_core(&operations)?;
    check_order(&operations)?;
    check_size(&operations)?;
    Ok(operations)
}

/// Most of what is done to a picture needs an operation that tells its size.
fn check_core(operations: &[Operation]) -> Result<(), String> {
    use Operation::{
        Blur, Effect, Flip, Grayscale, Invert, Mirror, Preview, Resize, Rotate, ScaleCrop, Text,
    };
    let is_core = |operation: &Operation| matches!(operation, Preview(..) | Resize(..) | ScaleCrop(..));
    let needs_core = |operation: &Operation| {
        matches!(operation, Blur(_) | Effect | Flip | Grayscale | Invert | Mirror | Rotate(_) | Text)
    };
    if operations.iter().any(needs_core) && !operations.iter().any(is_core) {
        return Err("One of preview, resize, smart_resize and scale_crop is needed.".to_owned());
    }
    Ok(())
}

fn check_order(operations: &[Operation]) -> Result<(), String> {
    use Operation::{Json, Jsonp, MainColors, Resize, Stretch, Text, TextStyle};
    for (place, operation) in operations.iter().enumerate() {
        let rest = &operations[place + 1..];
        let is_late = |is_meant: fn(&Operation) -> bool| {
            operations[..place].iter().any(is_meant) && !rest.iter().any(is_meant)
        };
        let complaint = match operation {
            MainColors(_) | Json | Jsonp if !rest.is_empty() => {
                "main_colors, json and jsonp have to be the last operation."
            }
            Stretch(_) if is_late(|other| matches!(other, Resize(..))) => {
                "stretch has to stand before the resize."
            }
            TextStyle if is_late(|other| *other == Text) => {
                "font, text_align and text_box have to stand before the text."
            }
            _ => continue,
        };
        return Err(complaint.to_owned());
    }
    Ok(())
}

/// What the last operation with a size may ask for.
fn check_size(operations: &[Operation]) -> Result<(), String> {
    let format = operations.iter().rev().find(|operation| matches!(operation, Operation::Format(_)));
    let is_jpeg = format == Some(&Operation::Format(Format::Jpeg));
    let longest = if is_jpeg { LONGEST_SIDE_OF_JPEG } else { LONGEST_SIDE };
    match operations.iter().rev().find_map(longest_side) {
        Some(side) if side > longest => Err(format!("{side} pixels are more than {longest}.")),
        _ => Ok(()),
    }
}

/// Of the size that an operation tells, if it tells one; shares of what is there are not too long.
fn longest_side(operation: &Operation) -> Option<u32> {
    let pixels = |measure| if let Measure::Pixels(pixels) = measure { pixels } else { 0 };
    match *operation {
        Operation::Preview(width, height) | Operation::ScaleCrop(width, height, _) => Some(width.max(height)),
        Operation::Resize(width, height) => width.max(height),
        Operation::Crop(Shape::Size(width, height), _) => Some(pixels(width).max(pixels(height))),
        Operation::Crop(Shape::All | Shape::Ratio(..), _) => Some(0),
        _ => None,
    }
}

fn gif2video(parts: &[&str]) -> Result<Order, String> {
    let mut is_mp4 = true;
    for part in parts {
        match *part {
            "format/mp4" => is_mp4 = true,
            "format/webm" => is_mp4 = false,
            _ => {
                let operation = parse(part, |name, parameters| match name {
                    "preview" | "resize" | "crop" | "scale_crop" => sizes(name, parameters),
                    "quality" => output(name, parameters),
                    _ => None,
                })?;
                check_size(&[operation])?;
            }
        }
    }
    Ok(Order::Gif2Video { is_mp4 })
}

/// `HH:MM:SS[.mmm]` or `N[.d]s`
fn is_moment(text: &str) -> bool {
    if let Some(seconds) = text.strip_suffix('s') {
        let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
        return digits(whole).is_some() && fraction.len() == 1 && digits(fraction).is_some();
    }
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "000"));
    let parts: Vec<_> = clock.split(':').collect();
    let is_part = |part: &&str, below: u32| part.len() == 2 && digits(part).is_some_and(|part| part < below);
    let [hours, minutes, seconds] = &parts[..] else { return false };
    is_part(hours, 100)
        && is_part(minutes, 60)
        && is_part(seconds, 60)
        && fraction.len() == 3
        && digits(fraction).is_some()
}

/// Reads `name/parameter/parameter`.
fn parse(text: &str, read: impl Fn(&str, &[&str]) -> Option<Operation>) -> Result<Operation, String> {
    let bad = || format!("Bad operation \"-/{text}/\".");
    if !is_encoded(text) {
        return Err(bad());
    }
    let parts = text.split('/').map(|part| percent_decode_str(part).decode_utf8());
    let parts = parts.collect::<Result<Vec<_>, _>>().map_err(|_| bad())?;
    let parts: Vec<_> = parts.iter().map(|part| &**part).collect();
    read(parts[0], &parts[1..]).ok_or_else(bad)
}

/// Whether it may stand in the path of an address.
fn is_encoded(text: &str) -> bool {
    let is_byte =
        |part: &str| part.as_bytes().get(..2).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
    let is_plain = |letter: char| letter.is_ascii_graphic() && !"\"#<>?[\\]^`{|}".contains(letter);
    text.chars().all(is_plain) && text.split('%').skip(1).all(is_byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cdn::values::Place;

    fn operations(text: &str) -> Vec<Operation> {
        match check(text) {
            Ok(Order::Operations(operations)) => operations,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn operations_and_their_parameters_are_read() {
        use Measure::{Percents, Pixels};
        assert_eq!(operations(""), []);
        assert_eq!(
            operations("-/preview/-/resize/x20/-/crop/200px50%25/1,2p/-/crop/face/3:2/top/"),
            [
                Operation::Preview(2048, 2048),
                Operation::Resize(None, Some(20)),
                Operation::Crop(Shape::Size(Percents(200), Percents(50)), Place(Pixels(1), Percents(2))),
                Operation::Crop(Shape::Ratio(3, 2), Place(Percents(50), Percents(0))),
            ]
        );
        assert_eq!(
            operations(
                "-/preview/-/setfill/0aF/-/setfill/01020380/-/font/bold/12/333/-/text/9x9/1,2/a~~b~sc%20%7En/"
            ),
            [
                Operation::Preview(2048, 2048),
                Operation::Setfill([0, 0xaa, 0xff, 0xff]),
                Operation::Setfill([1, 2, 3, 0x80]),
                Operation::TextStyle,
                Operation::Text,
            ]
        );
        assert_eq!(check("gif2video/-/format/webm/"), Ok(Order::Gif2Video { is_mp4: false }));
        let frame = |order| Ok(Order::VideoFrame(Box::new(order)));
        assert_eq!(check("videoframe/00:01:02.345/"), frame(Order::Operations(vec![])));
        assert_eq!(
            check("videoframe/1s/-/resize/20x/-/json/"),
            frame(Order::Operations(vec![Operation::Resize(Some(20), None), Operation::Json]))
        );
        assert_eq!(check("videoframe/1s/detect_faces/"), frame(Order::DetectFaces));
        assert_eq!(check("adaptive_video/"), Ok(Order::AdaptiveVideo));
        assert_eq!(check("detect_faces/"), Ok(Order::DetectFaces));
        assert_eq!(check("-/preview/10x10/detect_faces/"), Ok(Order::DetectFaces));
    }

    #[test]
    fn mistakes_are_refused() {
        for text in [
            "-/",
            "-//",
            "/",
            "x/",
            "-/resize/",
            "-/resize/500x",
            "-/resize/x/",
            "-/resize/0x/",
            "-/resize/+5x/",
            "-/resize/500x//",
            "-/resize/500x/-/",
            "-/preview/500x/",
            "-/preview/-/flip/1/",
            "-/preview/-/Flip/",
            "-/crop/50pxx50p/",
            "-/preview/-/rotate/45/",
            "-/preview/-/blur/5001/",
            "-/preview/-/blur/-1/",
            "-/setfill/abcd/",
            "-/preview/-/overlay/self/10x10p/1,2/101p/",
            "-/grayscale/",
            "-/crop/5x5/-/flip/",
            "-/preview/-/text/9x9/1,2/a~b/",
            "-/preview/-/text/9x9/1,2/a%2Fb/",
            "-/preview/-/text/9x9/1,2/a/-/font/bold/",
            "-/preview/-/font/12/bold/-/text/9x9/1,2/a/",
            "-/resize/5x/-/stretch/off/",
            "-/json/-/flip/",
            "-/main_colors/0/",
            "-/main_colors/-/json/",
            "-/preview/3001x10/",
            "-/preview/5001x10/-/format/jpeg/",
            "-/preview/-/filter/none/",
            "gif2video/-/flip/",
            "gif2video/-/format/png/",
            "videoframe/1:02:03/",
            "videoframe/00:60:00/",
            "videoframe/1s/-/flip/",
            "videoframe/1s",
            "videoframe/1s/gif2video/",
            "videoframe/1s/videoframe/1s/",
            "videoframe/1s/-/json/-/preview/",
            "adaptive_video/-/preview/",
            "adaptive_video/720/",
            "-/gif2video/",
            "-/detect_faces/",
            "-/previewdetect_faces/",
            "-/nonsense/detect_faces/",
            "-/preview/-/%ff/",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
    }

    /// The library's table and the reading here say the same of every line.
    #[test]
    fn operations_agree() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/operations.txt");
        let lines = std::fs::read_to_string(file).unwrap();
        let lines: Vec<_> = lines.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        assert!(lines.len() > 100, "{}", lines.len());
        let differs = |line: &&&str| {
            let fields: Vec<_> = line.split('\t').collect();
            let [kind, verdict, operations] = fields[..] else { panic!("{line}") };
            assert!(["good", "bad"].contains(&verdict), "{line}");
            kind == "images" && check(operations).is_ok() != (verdict == "good")
        };
        let differences: Vec<_> = lines.iter().filter(differs).collect();
        assert!(differences.is_empty(), "{differences:#?}");
    }
}
