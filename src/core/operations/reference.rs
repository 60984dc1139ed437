//! What is made from the table: OPERATIONS.md for those who write operations, and the samples in
//! tests/operations for whoever checks them. `UPDATE=1 cargo test --lib reference` makes them anew.

use std::fmt::Write;
use std::path::Path;

use super::Subject;
use super::check::check;
use super::samples::{Sample, samples};
use super::table::{OPERATIONS, Operation, Order};

const HEAD: &str = "\
# Operations

What the CDN makes of a file on its way, as `uc_url()` and its like check it. One operation stands behind the other, and
they are carried out from left to right: `-/crop/1:1/-/resize/500x/-/format/webp/`. What stands in `{}` is a parameter,
what stands in `[]` may be left out. `p` is percent: `50px20p` is 50 percent wide and 20 percent high. The first `-/` may be
missing, as it is in the `default_effects` of a group's file: `resize/x800/`.
";

/// What people look for, and how it is written.
const RECIPES: &[(&str, &str)] = &[
    ("a thumbnail around what matters", "-/scale_crop/200x200/smart/-/format/auto/-/quality/smart/"),
    ("no larger than this, keeping the ratio", "-/preview/800x600/"),
    ("a round avatar", "-/scale_crop/200x200/smart_faces/-/border_radius/50p/-/format/png/"),
    ("faces made unrecognizable", "-/preview/-/blur_region/faces/"),
    (
        "a logo in the corner, half transparent",
        "-/preview/-/overlay/22240276-2f06-41f8-9411-755c8ce926ed/20px20p/95p,95p/50p/",
    ),
    (
        "white bold words at the bottom",
        "-/preview/-/font/bold/40/ffffff/-/text_align/center/bottom/-/text/100px20p/bottom/Good%20morning/",
    ),
    ("a frame of a video", "videoframe/00:00:05/"),
    ("a small JPEG of it", "videoframe/00:00:05/-/preview/640x360/-/format/jpeg/"),
    ("a video as a stream", "adaptive_video/"),
    ("an MP4 of an animated GIF", "gif2video/-/format/mp4/"),
    ("what is in the image", "-/json/"),
];

/// Behind the operations of images.
const SIZES: &str = "
The last size may be up to 3000 pixels a side, or 5000 with `-/format/jpeg/`; sizes before it up to 16384.
";

fn recipes() -> String {
    let row = |(wish, operations): &(&str, &str)| format!("| {wish} | `{operations}` |\n");
    "\n| wish | operations |\n|---|---|\n".to_owned() + &RECIPES.iter().map(row).collect::<String>()
}

fn section(subject: Subject, title: &str, words: &str) -> String {
    let mut text =
        format!("\n## {title}\n\n{words}\n\n| operation | parameters | what it does |\n|---|---|---|\n");
    for operation in OPERATIONS.iter().filter(|operation| operation.subject == subject) {
        let _ = writeln!(text, "| {} | {} | {} |", forms(operation), parameters(operation), about(operation));
    }
    text
}

fn forms(operation: &Operation) -> String {
    let forms = operation.forms.iter().map(|form| format!("`{}`", operation.form(form)));
    forms.collect::<Vec<_>>().join("<br>")
}

fn parameters(operation: &Operation) -> String {
    let mut lines: Vec<String> = Vec::new();
    for parameter in operation.forms.iter().copied().flatten() {
        let line = format!("{}: {}", parameter.name, parameter.value);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.join("<br>")
}

fn about(operation: &Operation) -> String {
    let order = match operation.order {
        Order::Anywhere => String::new(),
        Order::First(None) => " First, and nothing may follow.".into(),
        Order::First(Some(_)) => " First.".into(),
        Order::Last => " Last.".into(),
        Order::Before(later) => format!(" Before the `{later}` that it is for."),
        Order::WithPicture => " \\*".into(),
    };
    format!("{}{order}", operation.about)
}

fn operations_md() -> String {
    let makers = OPERATIONS.iter().filter(|operation| operation.makes_picture);
    let makers = makers.map(|operation| format!("`{}`", operation.name)).collect::<Vec<_>>().join(", ");
    let images =
        format!("Those with \\* need one of {makers} beside them, before or behind; `-/preview/` will do.");
    HEAD.to_owned()
        + &recipes()
        + &section(Subject::Image, "Images", &images)
        + SIZES
        + &section(Subject::Animation, "Animated images", "Behind `gif2video/`.")
        + &section(Subject::Video, "Videos", "For `uc_video_path()`.")
        + &section(Subject::Document, "Documents", "For `uc_document_path()`.")
}

fn samples_txt() -> String {
    let mut lines: Vec<String> = Vec::new();
    for Sample { subject, text, is_good } in samples() {
        let word = if is_good { "good" } else { "bad" };
        let line = format!("{}\t{word}\t{text}", subject.plural());
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    format!("# Made from src/core/operations: see reference.rs there.\n{}\n", lines.join("\n"))
}

fn keep(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{name} is not what the table says: UPDATE=1 cargo test --lib reference");
}

#[test]
fn the_reference_and_the_samples_are_those_of_the_table() {
    keep("OPERATIONS.md", &operations_md());
    keep("tests/operations.txt", &samples_txt());
}

#[test]
fn recipes_are_good() {
    for (wish, operations) in RECIPES {
        assert!(check(operations, Subject::Image, false).is_ok(), "{wish}");
    }
}

#[test]
fn good_samples_pass_and_bad_ones_do_not() {
    for Sample { subject, text, is_good } in samples() {
        let checked = check(&text, subject, false);
        assert_eq!(checked.is_ok(), is_good, "{} {text}: {checked:?}", subject.plural());
        let at = checked.err().map_or(0, |mistake| mistake.at);
        assert!(text.is_char_boundary(at), "{text}: {at}");
    }
}
