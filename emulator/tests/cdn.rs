//! The CDN delivers files, under names, with the type they have, and says no as the service does.

mod client;

use client::cdn::*;
use client::uploads::*;
use client::*;
use image::{GenericImageView, ImageFormat};
use serde_json::json;

const DISPOSITION: &str = "Content-Disposition";

#[test]
fn what_was_uploaded_is_delivered_byte_by_byte() {
    let emulator = emulator(1);
    let content = noise(300_000);
    let uuid = upload_as(&emulator, "noise.bin", "application/x-noise", &content);
    let reply = fetched(&emulator, &format!("/{uuid}/"));
    assert!(reply.body == content);
    assert_eq!(reply.header("Content-Type"), Some("application/x-noise"));
    assert!(reply.header("X-Uploadcare-Request-Id").is_some());
    let plain = Request::plain("GET", &format!("/{uuid}/")).with("Accept-Encoding", "gzip");
    assert!(ask(&emulator, &plain).body == content);
}

#[test]
fn an_upload_in_parts_is_delivered_as_one() {
    let emulator = emulator(1);
    let content = noise(11 * MIB);
    let start = [KEY, ("filename", "a"), ("size", &content.len().to_string()), ("content_type", "a/b")];
    let begun = post(&emulator, "/multipart/start/", &start).json();
    for (part, url) in content.chunks(5 * MIB).zip(begun["parts"].as_array().unwrap()) {
        let target = url.as_str().unwrap().strip_prefix(emulator.base()).unwrap();
        assert_eq!(ask(&emulator, &Request::plain("PUT", target).body(part)).status, 200);
    }
    let uuid = uuid(&begun["uuid"]);
    assert_eq!(fetch(&emulator, &format!("/{uuid}/")).status, 404);
    assert_eq!(post(&emulator, "/multipart/complete/", &[KEY, ("uuid", &uuid)]).status, 200);
    assert!(fetched(&emulator, &format!("/{uuid}/")).body == content);
}

#[test]
fn a_copy_has_the_content_of_its_source() {
    let emulator = emulator(1);
    let mut source = upload(&emulator);
    for _ in 0..2 {
        let copy = send(&emulator, "POST", "/files/local_copy/", json!({ "source": source })).json();
        source = uuid(&copy["result"]["uuid"]);
        assert_eq!(fetched(&emulator, &format!("/{source}/")).body, b"hello");
    }
}

#[test]
fn the_name_is_the_one_asked_for_or_the_original_one() {
    let emulator = emulator(12);
    let note = upload(&emulator);
    let picture = upload_quarters(&emulator, 8, 4);
    let pineapple = named(&emulator, "Ананас \"spécial\" \\ 🍍 'it'.jpg");
    for (target, disposition) in [
        (format!("/{note}/"), "attachment; filename=\"note.txt\""),
        (format!("/{note}/other.md"), "attachment; filename=\"other.md\""),
        (format!("/{note}/-/inline/yes/"), "inline; filename=\"note.txt\""),
        (format!("/{picture}/"), "inline; filename=\"quarters.png\""),
        (format!("/{picture}/-/preview/a%20b%22%0D%0A.jpg"), "inline; filename*=UTF-8''a%20b%22%0D%0A.jpg"),
        (format!("/{picture}/-/inline/no/x.png"), "attachment; filename=\"x.png\""),
        (format!("/{picture}/-/preview/-/inline/no/x.png"), "attachment; filename=\"x.png\""),
        (
            format!("/{pineapple}/-/resize/20x/"),
            "inline; filename*=UTF-8''%D0%90%D0%BD%D0%B0%D0%BD%D0%B0%D1%81%20%22sp%C3%A9cial%22%20%5C%20\
             %F0%9F%8D%8D%20%27it%27.jpg",
        ),
    ] {
        assert_eq!(fetched(&emulator, &target).header(DISPOSITION), Some(disposition), "{target}");
    }
}

#[test]
fn a_file_that_was_not_uploaded_is_made_up() {
    let emulator = emulator(12);
    let report = named(&emulator, "report (1).pdf");
    let reply = fetched(&emulator, &format!("/{report}/"));
    assert_eq!(reply.header("Content-Type"), Some("application/pdf"));
    assert!(reply.text().contains("report (1).pdf"));
}

#[test]
fn what_is_not_there_is_a_picture_that_says_so() {
    let emulator = emulator(12);
    let removed = upload(&emulator);
    assert_eq!(send(&emulator, "DELETE", &format!("/files/{removed}/storage/"), "").status, 200);
    for target in [
        format!("/{removed}/"),
        format!("/{}/", named(&emulator, "gone.txt")),
        format!("/{}/", named(&emulator, "")),
        "/5d0d4ee5-7d1c-4a0f-a1ad-0d4d6ff2ac7e/-/preview/".to_owned(),
        "/5d0d4ee5-7d1c-4a0f-a1ad-0d4d6ff2ac7e~1/".to_owned(),
    ] {
        let reply = fetch(&emulator, &target);
        assert_eq!((reply.status, picture(&reply).dimensions()), (404, (208, 112)), "{target}");
    }
}

#[test]
fn only_get_and_head_are_taken() {
    let emulator = emulator(1);
    let target = format!("/{}/", upload_quarters(&emulator, 8, 4));
    let length = fetched(&emulator, &target).body.len().to_string();
    let mut connection = Connection::open(&emulator);
    connection.send(&Request::plain("HEAD", &target)).unwrap();
    let head = connection.receive_head().unwrap();
    assert_eq!((head.status, head.header("Content-Length")), (200, Some(&*length)));
    assert_eq!(connection.ask(&Request::plain("GET", &target)).unwrap().status, 200);
    assert_eq!(ask(&emulator, &Request::plain("POST", &target)).status, 405);
}

#[test]
fn json_tells_of_the_picture_as_it_is_by_now() {
    let emulator = emulator(1);
    let uuid = upload_quarters(&emulator, 80, 40);
    let told = |operations: &str| fetched(&emulator, &format!("/{uuid}/{operations}"));
    let info = json!({
        "id": uuid, "width": 80, "height": 40, "format": "PNG", "color_mode": "RGB", "sequence": false,
        "dpi": null, "orientation": null, "geo_location": null, "datetime_original": null, "hash": null,
        "blurhash": null,
    });
    assert_eq!(told("-/json/").json(), info);
    let mut changed = info.clone();
    changed["width"] = json!(20);
    changed["height"] = json!(10);
    changed["format"] = json!("WEBP");
    changed["color_mode"] = json!("L");
    assert_eq!(told("-/resize/20x/-/grayscale/-/format/webp/-/json/").json(), changed);

    let script = told("-/jsonp/");
    assert_eq!(script.header("Content-Type"), Some("application/javascript"));
    assert_eq!(script.text(), format!("uploadcare_callback({});", told("-/json/").text()));
    assert!(told("-/jsonp/?callback=my.own").text().starts_with("my.own({"));
    assert!(told("-/jsonp/?callback=alert(1)").text().starts_with("uploadcare_callback({"));

    let mut faces = info;
    faces["faces"] = json!([]);
    assert_eq!(told("detect_faces/").json(), faces);
}

#[test]
fn main_colors_are_those_of_the_picture() {
    let emulator = emulator(1);
    let uuid = upload_quarters(&emulator, 80, 40);
    let told = |operations: &str| {
        let colors = fetched(&emulator, &format!("/{uuid}/{operations}")).json()["main_colors"].clone();
        serde_json::from_value::<Vec<[u8; 3]>>(colors).unwrap()
    };
    let mut colors = told("-/main_colors/");
    colors.truncate(4);
    colors.sort();
    assert_eq!(colors, [[0, 0, 255], [0, 255, 0], [255, 0, 0], [255, 255, 255]]);
    assert_eq!(told("-/crop/40x20/0,0/-/main_colors/7/"), [[255, 0, 0]]);
    assert_eq!(told("-/main_colors/1/").len(), 1);
}

#[test]
fn what_is_uploaded_is_recognised() {
    let emulator = emulator(1);
    let info = |name: &str, content: &[u8]| {
        let info = file_info(&emulator, &upload_as(&emulator, name, "application/octet-stream", content));
        (info["is_image"].clone(), info["content_info"]["image"].clone())
    };
    for (format, name, mode) in [
        (ImageFormat::Png, "PNG", "RGB"),
        (ImageFormat::Jpeg, "JPEG", "RGB"),
        (ImageFormat::Bmp, "BMP", "RGB"),
        (ImageFormat::Tiff, "TIFF", "RGB"),
        (ImageFormat::WebP, "WEBP", "RGB"),
    ] {
        let (is_image, image) = info(name, &encoded(&quarters(80, 40), format));
        assert_eq!(is_image, true, "{name}");
        assert_eq!(
            [&image["format"], &image["color_mode"], &image["width"], &image["height"]],
            [&json!(name), &json!(mode), &json!(80), &json!(40)]
        );
    }
    let whole = encoded(&quarters(80, 40), ImageFormat::Png);
    assert_eq!(info("half.png", &whole[..20]), (json!(false), json!(null)));
    assert_eq!(info("note.txt", b"hello"), (json!(false), json!(null)));
}

#[test]
fn moving_pictures_and_videos_have_their_own_paths() {
    let emulator = emulator(12);
    let (gif, video) = (named(&emulator, "dance.gif"), named(&emulator, "video.mp4"));
    let kind = |target: String| fetched(&emulator, &target).header("Content-Type").unwrap().to_owned();
    assert_eq!(kind(format!("/{gif}/gif2video/")), "video/mp4");
    assert_eq!(kind(format!("/{gif}/gif2video/-/format/webm/-/resize/100x/dance.webm")), "video/webm");
    let frame = fetched(&emulator, &format!("/{video}/videoframe/00:00:02/"));
    assert_eq!(frame.header("Content-Type"), Some("image/png"));
    assert_eq!(picture(&frame).dimensions(), (640, 360));
}

#[test]
fn operations_work_on_the_frame_of_a_video() {
    let emulator = emulator(12);
    let video = named(&emulator, "video.mp4");
    let frame = |rest: &str| fetched(&emulator, &format!("/{video}/videoframe/2.5s/{rest}"));
    let small = frame("-/crop/1:1/-/resize/90x/-/format/webp/small.webp");
    assert_eq!(small.header("Content-Type"), Some("image/webp"));
    assert_eq!(small.header(DISPOSITION), Some("inline; filename=\"small.webp\""));
    assert_eq!(picture(&small).dimensions(), (90, 90));
    let told = frame("-/json/").json();
    let [id, format, width, height] = ["id", "format", "width", "height"].map(|name| told[name].clone());
    assert_eq!([id, format, width, height], [json!(video), json!("PNG"), json!(640), json!(360)]);
    assert_eq!(frame("-/preview/64x64/-/json/").json()["height"], 36);
    assert_eq!(frame("detect_faces/").json()["faces"], json!([]));
}

#[test]
fn a_video_is_streamed_by_playlists_that_lead_to_its_segments() {
    let emulator = emulator(12);
    for name in ["video.mp4", "unknown.webm"] {
        let folder = format!("/{}/adaptive_video/", named(&emulator, name));
        let lines = |name: &str| {
            let playlist = fetched(&emulator, &format!("{folder}{name}"));
            assert_eq!(playlist.header("Content-Type"), Some("application/vnd.apple.mpegurl"));
            let text = playlist.text().to_owned();
            assert!(text.starts_with("#EXTM3U\n"), "{text}");
            text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(lines(""), ["720.m3u8", "360.m3u8"]);
        assert_eq!(lines("360.m3u8"), ["360-0.ts", "360-1.ts"]);
        assert_eq!(lines("360.m3u8?token=a~b"), ["360-0.ts?token=a~b", "360-1.ts?token=a~b"]);
        let segment = fetched(&emulator, &format!("{folder}360-1.ts"));
        assert_eq!((segment.header("Content-Type"), segment.body[0]), (Some("video/mp2t"), 0x47));
        for missing in ["240.m3u8", "360-2.ts", "360.ts", "360-x.ts", "other"] {
            assert_eq!(fetch(&emulator, &format!("{folder}{missing}")).status, 404, "{missing}");
        }
    }
}

#[test]
fn mistakes_are_told_on_a_page() {
    let emulator = emulator(12);
    let image = named(&emulator, "twenty-two-of-them.png");
    let (note, video) = (upload(&emulator), named(&emulator, "video.mp4"));
    for (target, words) in [
        (format!("/{image}/-/rezise/500x/"), "-/rezise/500x/"),
        (format!("/{image}/-/resize/500x"), "-/resize/"),
        (format!("/{image}/-/preview/-/text/9x9/1,2/a&b~/"), "a&amp;b~"),
        (format!("/{image}/-/preview/-/json/-/flip/"), "json"),
        (format!("/{image}/gif2video/"), "animated"),
        (format!("/{image}/videoframe/1s/"), "not a video"),
        (format!("/{image}/videoframe/1s/-/preview/"), "not a video"),
        (format!("/{video}/videoframe/1s/-/flip/"), "preview"),
        (format!("/{image}/adaptive_video/"), "not a video"),
        (format!("/{note}/-/preview/"), "not an image"),
        (format!("/{note}/-/json/"), "not an image"),
        (format!("/{note}/detect_faces/"), "not an image"),
        (format!("/{video}/-/preview/"), "not an image"),
    ] {
        let reply = fetch(&emulator, &target);
        assert_eq!(reply.status, 400, "{target}");
        assert_eq!(reply.header("Content-Type"), Some("text/html; charset=utf-8"));
        assert!(reply.text().contains(words), "{words}: {}", reply.text());
    }
}

#[test]
fn faults_hit_the_cdn_and_its_requests_are_counted() {
    let emulator = emulator(1);
    let target = format!("/{}/", upload(&emulator));
    control(&emulator, "DELETE", "requests", "");
    fault(&emulator, r#"{"fault":"status","status":403}"#);
    fault(&emulator, r#"{"fault":"close_inside","after":2}"#);
    let refused = fetch(&emulator, &target);
    assert_eq!((refused.status, refused.header("Content-Type")), (403, Some("text/html; charset=utf-8")));
    let mut connection = Connection::open(&emulator);
    assert!(connection.ask(&Request::plain("GET", &target)).is_err());
    assert_eq!(fetched(&emulator, &target).body, b"hello");
    assert_eq!(control(&emulator, "GET", "requests", "")["count"], 3);
    assert_eq!(logged(&emulator, 2)["target"], target);
}
