//! What the operations do, seen in the pictures that come.

mod client;

use client::cdn::*;
use client::*;
use image::{DynamicImage, GenericImageView, ImageFormat, Rgba, RgbaImage};
use uploadcare_emulator::Emulator;

/// What comes with these operations, without a loss.
fn changed(emulator: &Emulator, uuid: &str, operations: &str) -> DynamicImage {
    picture(&fetched(emulator, &format!("/{uuid}/{operations}-/format/png/")))
}

fn check(pictures: &[(&str, (u32, u32), &str)]) {
    let emulator = emulator(1);
    let uuid = upload_quarters(&emulator, 80, 40);
    for (operations, size, colors) in pictures {
        let picture = changed(&emulator, &uuid, operations);
        assert_eq!((picture.dimensions(), &*corners(&picture)), (*size, *colors), "{operations}");
    }
}

#[test]
fn sizes_are_as_they_were_asked_for() {
    check(&[
        ("-/preview/", (80, 40), "rgbw"),
        ("-/preview/40x40/", (40, 20), "rgbw"),
        ("-/preview/400x20/", (40, 20), "rgbw"),
        ("-/preview/400x400/", (80, 40), "rgbw"),
        ("-/resize/160x/", (160, 80), "rgbw"),
        ("-/resize/x20/", (40, 20), "rgbw"),
        ("-/resize/30x60/", (30, 60), "rgbw"),
        ("-/smart_resize/30x60/", (30, 60), "rgbw"),
        ("-/stretch/on/-/resize/160x/", (160, 80), "rgbw"),
        ("-/stretch/off/-/resize/160x/", (80, 40), "rgbw"),
        ("-/stretch/off/-/resize/160x20/", (80, 20), "rgbw"),
        ("-/setfill/000/-/stretch/fill/-/resize/160x80/", (160, 80), "kkkk"),
        ("-/stretch/fill/-/resize/160x80/", (160, 80), "wwww"),
        ("-/stretch/fill/-/resize/40x20/", (40, 20), "rgbw"),
        ("-/resize/40x/-/resize/x40/", (80, 40), "rgbw"),
    ]);
}

#[test]
fn what_is_cut_out_is_where_it_was_asked_for() {
    check(&[
        ("-/crop/40x20/", (40, 20), "rgbw"),
        ("-/crop/40x20/center/", (40, 20), "rgbw"),
        ("-/crop/40x20/top/", (40, 20), "rgrg"),
        ("-/crop/40x20/right/", (40, 20), "ggww"),
        ("-/crop/40x20/bottom/", (40, 20), "bwbw"),
        ("-/crop/40x20/left/", (40, 20), "rrbb"),
        ("-/crop/40x20/0,0/", (40, 20), "rrrr"),
        ("-/crop/40x20/100p,100%25/", (40, 20), "wwww"),
        ("-/crop/50px50p/40,0/", (40, 20), "gggg"),
        ("-/crop/40x50%25/0,20/", (40, 20), "bbbb"),
        ("-/crop/1:1/left/", (40, 40), "rrbb"),
        ("-/crop/16:1/top/", (80, 5), "rgrg"),
        ("-/crop/face/", (80, 40), "rgbw"),
        ("-/crop/face/1:1/right/", (40, 40), "ggww"),
        ("-/setfill/000/-/crop/100x60/", (100, 60), "kkkk"),
        ("-/scale_crop/20x20/", (20, 20), "rgbw"),
        ("-/scale_crop/20x20/left/", (20, 20), "rrbb"),
        ("-/scale_crop/20x20/smart_faces/right/", (20, 20), "ggww"),
        ("-/scale_crop/160x20/top/", (160, 20), "rgrg"),
        ("-/resize/40x/-/crop/20x10/0,0/", (20, 10), "rrrr"),
    ]);
}

#[test]
fn pictures_are_turned_and_coloured() {
    check(&[
        ("-/preview/-/flip/", (80, 40), "bwrg"),
        ("-/preview/-/mirror/", (80, 40), "grwb"),
        ("-/preview/-/rotate/90/", (40, 80), "gwrb"),
        ("-/preview/-/rotate/-90/", (40, 80), "brwg"),
        ("-/preview/-/rotate/180/", (80, 40), "wbgr"),
        ("-/preview/-/rotate/360/", (80, 40), "rgbw"),
        ("-/preview/-/invert/", (80, 40), "cmyk"),
        ("-/preview/-/crop/40x20/0,0/-/flip/-/invert/", (40, 20), "cccc"),
        ("-/preview/-/quality/best/-/sharp/5/-/filter/carris/50/-/enhance/", (80, 40), "rgbw"),
    ]);
    let emulator = emulator(1);
    let uuid = upload_quarters(&emulator, 80, 40);
    for pixel in changed(&emulator, &uuid, "-/preview/-/grayscale/").to_rgb8().pixels() {
        assert!(pixel.0[0] == pixel.0[1] && pixel.0[1] == pixel.0[2], "{pixel:?}");
    }
    let blurred = changed(&emulator, &uuid, "-/preview/-/blur/40/").to_rgb8();
    let [red, green, _] = blurred.get_pixel(40, 5).0;
    assert!(red > 64 && red < 192 && green > 64 && green < 192, "{red} {green}");
}

#[test]
fn the_format_is_the_one_asked_for_or_one_that_fits() {
    let emulator = emulator(1);
    let mut clear = RgbaImage::from_pixel(8, 8, Rgba([0, 0, 0, 0]));
    clear.put_pixel(7, 7, Rgba([255, 0, 0, 255]));
    let clear = DynamicImage::from(clear);
    let png = upload_quarters(&emulator, 80, 40);
    let clear = upload_as(&emulator, "clear.png", "image/png", &encoded(&clear, ImageFormat::Png));
    let bmp = encoded(&quarters(80, 40), ImageFormat::Bmp);
    let bmp = upload_as(&emulator, "quarters.bmp", "image/bmp", &bmp);
    for (uuid, operations, content_type, colors) in [
        (&png, "-/format/jpeg/", "image/jpeg", "rgbw"),
        (&png, "-/format/webp/", "image/webp", "rgbw"),
        (&png, "-/format/auto/", "image/jpeg", "rgbw"),
        (&png, "-/preview/", "image/jpeg", "rgbw"),
        (&png, "-/preview/-/format/preserve/", "image/png", "rgbw"),
        (&bmp, "-/preview/-/format/preserve/", "image/bmp", "rgbw"),
        (&bmp, "-/inline/yes/", "image/bmp", "rgbw"),
        (&clear, "-/preview/", "image/png", "kkkr"),
        (&clear, "-/setfill/00f/-/format/jpeg/", "image/jpeg", "bbbr"),
        (&clear, "-/setfill/00f/-/format/webp/", "image/webp", "kkkr"),
    ] {
        let reply = fetched(&emulator, &format!("/{uuid}/{operations}"));
        assert_eq!(reply.header("Content-Type"), Some(content_type), "{operations}");
        assert_eq!(corners(&picture(&reply)), colors, "{operations}");
    }
}

#[test]
fn a_seeded_picture_has_the_size_that_its_info_tells() {
    let emulator = emulator(12);
    for (name, operations, size) in [
        ("twenty-two-of-them.png", "", (800, 788)),
        ("dance.gif", "", (320, 240)),
        ("dance.gif", "-/resize/32x/", (32, 24)),
        ("IMG_8919.jpeg", "-/resize/300x/", (300, 450)),
    ] {
        let uuid = named(&emulator, name);
        let reply = fetched(&emulator, &format!("/{uuid}/{operations}"));
        assert_eq!(picture(&reply).dimensions(), size, "{name}");
        assert_eq!(fetched(&emulator, &format!("/{uuid}/{operations}")).body, reply.body);
    }
}

#[test]
fn a_picture_beyond_all_bounds_is_refused() {
    let emulator = emulator(1);
    let uuid = upload_quarters(&emulator, 80, 40);
    for operations in ["-/resize/100000x/", "-/crop/100000x100000/", "-/scale_crop/4000000000x4000000000/"] {
        assert_eq!(fetch(&emulator, &format!("/{uuid}/{operations}-/preview/10x10/")).status, 400);
    }
}
