//! The page of an example in a browser: of a `srcset` it fetches the width that fits its window, and
//! shows the picture.

#[path = "../library/mod.rs"]
mod library;

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use image::RgbImage;
use library::workshop;
use serde_json::Value;
use tempfile::TempDir;
use uploadcare_emulator::{Emulator, Options};

/// An image of the emulator, larger than what any window here needs, and half as high again as wide.
const PICTURE: &str = "IMG_8919.jpeg";

/// What the emulator draws in the quarters of an image, more or less, from the left to the right and
/// from the top to the bottom.
const QUARTERS: [(&str, [u8; 3]); 4] =
    [("red", [192, 64, 64]), ("green", [64, 160, 64]), ("blue", [64, 64, 192]), ("yellow", [224, 192, 64])];

/// Around what a page has in it, in pixels of CSS.
const MARGIN: u32 = 8;

const FLAGS: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--no-proxy-server",
    // Nothing beyond this machine is asked.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--hide-scrollbars",
    "--timeout=20000",
];

#[test]
fn the_width_that_fits_is_fetched_and_shown() {
    let emulator = Emulator::start(Options { groups: 12, ..Options::default() }).unwrap();
    let folder = TempDir::new().unwrap();
    let page = page(&emulator, folder.path());
    // Chromium has no window below 500.
    for (window, scale, width) in [(600, 1, 640), (600, 2, 1280), (1200, 1, 1280), (1200, 2, 2560)] {
        control(&emulator, "DELETE", "requests");
        let shown = screenshot(&page, window, scale);
        assert_eq!(fetched_widths(&emulator), [width], "{window} pixels at scale {scale}");
        check_picture(&shown, window, scale);
    }
}

/// Made by the example that is there for it.
fn page(emulator: &Emulator, folder: &Path) -> PathBuf {
    let files = control(emulator, "GET", "files");
    let mut files = files["files"].as_array().unwrap().iter();
    let picture = files.find(|file| file["original_filename"] == PICTURE).unwrap();
    let mut example = Command::new(library::example("picture_urls"));
    example.args([picture["uuid"].as_str().unwrap(), "--html", "640", "1280", "2560"]).env_clear();
    example.env("UPLOADCARE_PUBLIC_KEY", "demopublickey").env("UPLOADCARE_CDN_BASE", emulator.base());
    let page = folder.join("page.html");
    fs::write(&page, workshop::output(&mut example)).unwrap();
    page
}

/// The page in a browser that has never seen it, in a window of this many pixels of CSS.
fn screenshot(page: &Path, window: u32, scale: u32) -> RgbImage {
    workshop::install_unless(|| workshop::succeeds(Command::new("chromium").arg("--version")), &["chromium"]);
    let home = TempDir::new().unwrap();
    let file = home.path().join("screenshot.png");
    let mut chromium = Command::new("chromium");
    chromium.args(FLAGS);
    chromium.arg(format!("--user-data-dir={}", home.path().display()));
    chromium.arg(format!("--window-size={window},{}", 2 * window));
    chromium.arg(format!("--force-device-scale-factor={scale}"));
    chromium.arg(format!("--screenshot={}", file.display())).arg(page);
    workshop::output(&mut chromium);
    image::open(file).unwrap().to_rgb8()
}

/// Those of the `srcset`; the thumbnail beside it has no such operation.
fn fetched_widths(emulator: &Emulator) -> Vec<u32> {
    let log = control(emulator, "GET", "requests");
    let requests = log["requests"].as_array().unwrap().iter();
    let width = |request: &Value| {
        assert_eq!(request["status"], 200, "{request}");
        let (_, behind) = request["target"].as_str().unwrap().split_once("/-/resize/")?;
        behind.strip_suffix("x/").unwrap().parse().ok()
    };
    requests.filter_map(width).collect()
}

/// The picture is as wide as the window, all of it, and its right way up.
fn check_picture(shown: &RgbImage, window: u32, scale: u32) {
    // The thumbnail above is on the left.
    let right = shown.width() / 4 * 3;
    let rows = extent((0..shown.height()).map(|y| is_drawn(shown, right, y)));
    let middle = (rows.start + rows.end) / 2;
    let columns = extent((0..shown.width()).map(|x| is_drawn(shown, x, middle)));
    assert_eq!(columns, MARGIN * scale..(window - MARGIN) * scale);
    assert_eq!(rows.len(), columns.len() * 3 / 2);

    let quarter = |range: &Range<u32>, quarters: u32| range.start + range.len() as u32 * quarters / 4;
    let colors = [(1, 1), (3, 1), (1, 3), (3, 3)]
        .map(|(x, y)| color(shown.get_pixel(quarter(&columns, x), quarter(&rows, y)).0));
    assert_eq!(colors, QUARTERS.map(|(name, _)| name));
}

fn is_drawn(shown: &RgbImage, x: u32, y: u32) -> bool {
    shown.get_pixel(x, y).0 != [255; 3]
}

/// From the first that is so to the last.
fn extent(is_so: impl DoubleEndedIterator<Item = bool> + ExactSizeIterator + Clone) -> Range<u32> {
    let first = is_so.clone().position(|is_so| is_so).expect("something is shown");
    let last = is_so.clone().rposition(|is_so| is_so).unwrap();
    first as u32..last as u32 + 1
}

/// The nearest one.
fn color(pixel: [u8; 3]) -> &'static str {
    let distance = |color: &[u8; 3]| -> u32 {
        (0..3).map(|channel| u32::from(pixel[channel].abs_diff(color[channel])).pow(2)).sum()
    };
    QUARTERS.iter().min_by_key(|(_, color)| distance(color)).unwrap().0
}

/// Asks or steers the emulator.
fn control(emulator: &Emulator, method: &str, noun: &str) -> Value {
    let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
    let uri = format!("{}/_emulator/{noun}", emulator.base());
    let request = ureq::http::Request::builder().method(method).uri(uri).body(()).unwrap();
    let body = agent.run(request).unwrap().body_mut().read_to_string().unwrap();
    serde_json::from_str(&body).unwrap()
}
