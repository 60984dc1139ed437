//! The files of the seed: each is one of a dozen kinds, with all that the service is known to
//! tell of a file, the odd things among them.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::clock::iso;
use crate::findings;
use crate::seed::{self, Seed};
use crate::store::Entry;

/// The file at a place of a group, as `Store` keeps files.
pub fn describe(seed: Seed, group: usize, place: usize) -> Value {
    let (kind, fate) = (kind(group + place), fate(group + place));
    let uploaded = seed.uploaded(group, place);
    let stored = uploaded + TimeDelta::microseconds(108_104);
    let is_ready = fate != Fate::NotReady;
    json!({
        "uuid": seed::file_uuid(group, place).to_string(),
        "original_filename": kind.name,
        "size": kind.size,
        "mime_type": kind.mime,
        "is_image": is_ready.then_some(!kind.image.is_null()),
        "is_ready": is_ready,
        "datetime_uploaded": iso(uploaded),
        "datetime_stored": (fate == Fate::Stored).then(|| iso(stored)),
        "datetime_removed": (fate == Fate::Removed).then(|| iso(stored + TimeDelta::days(1))),
        "variations": kind.variations,
        "content_info": is_ready.then(|| content_info(kind.mime, &kind.image, &kind.video)),
        "metadata": kind.metadata,
        "tags": kind.tags,
        "appdata": is_ready.then(|| appdata(&kind, &iso(stored))),
    })
}

/// The same file, as listings look at it.
pub fn entry(seed: Seed, group: usize, place: usize) -> Entry {
    let fate = fate(group + place);
    Entry {
        uuid: seed::file_uuid(group, place),
        uploaded: seed.uploaded(group, place),
        is_stored: fate == Fate::Stored,
        is_removed: fate == Fate::Removed,
    }
}

#[derive(PartialEq)]
enum Fate {
    Stored,
    Temporary,
    NotReady,
    Removed,
}

fn fate(number: usize) -> Fate {
    match number % 12 {
        2 => Fate::Temporary,
        5 => Fate::NotReady,
        9 => Fate::Removed,
        _ => Fate::Stored,
    }
}

struct Kind {
    name: &'static str,
    mime: &'static str,
    size: u64,
    image: Value,
    video: Value,
    metadata: Value,
    variations: Value,
    tags: Value,
}

impl Kind {
    fn new(name: &'static str, mime: &'static str, size: u64) -> Kind {
        let (image, video, variations) = (Value::Null, Value::Null, Value::Null);
        Kind { name, mime, size, image, video, metadata: json!({}), variations, tags: json!([]) }
    }
}

fn kind(number: usize) -> Kind {
    match number % 12 {
        0 => Kind { image: photo(), ..Kind::new("IMG_8919.jpeg", "image/jpeg", 2_738_012) },
        1 => Kind {
            image: image("PNG", "P", 800, 788),
            metadata: json!({"subsystem": "uploader", "pet": "cat"}),
            ..Kind::new("twenty-two-of-them.png", "image/png", 368_339)
        },
        2 => Kind {
            metadata: json!({"first_key": "first_value", "-:45az_.": "\"quoted\", <b>größer</b> & 日本"}),
            ..Kind::new("sample1.txt", "text/plain", 5)
        },
        3 => Kind { video: video(), ..Kind::new("video.mp4", "video/mp4", 13_000_000) },
        4 => Kind {
            image: image("JPEG", "RGB", 640, 588),
            tags: json!(["fruit", "yellow-1", "summer_2026"]),
            ..Kind::new("Ананас \"spécial\" \\ 🍍 'it'.jpg", "image/jpeg", 37_202)
        },
        5 => Kind::new("", "", 0),
        6 => Kind { video: bare_video(), ..Kind::new("unknown.webm", "video/webm", 1) },
        7 => Kind {
            variations: json!({"document/-/format/png/-/page/1/": seed::group_uuid(number).to_string()}),
            ..Kind::new("report (1).pdf", "application/pdf", 77_777)
        },
        8 => Kind { image: animation(), ..Kind::new("dance.gif", "image/gif", 1_048_576) },
        9 => Kind::new("gone.txt", "text/plain", 4),
        10 => Kind {
            metadata: Value::Null,
            ..Kind::new("backup.tar", "application/octet-stream", 5_497_558_138_880)
        },
        _ => Kind { tags: Value::Null, ..Kind::new("eicar.zip", "application/zip", 184) },
    }
}

pub fn image(format: &str, color_mode: &str, width: u32, height: u32) -> Value {
    json!({
        "format": format, "color_mode": color_mode, "width": width, "height": height, "sequence": false,
        "orientation": null, "geo_location": null, "datetime_original": null, "dpi": null,
    })
}

fn photo() -> Value {
    let mut photo = image("JPEG", "RGB", 3011, 4516);
    photo["orientation"] = json!(6);
    photo["geo_location"] = json!({"latitude": 55.62013611111111, "longitude": -37.66299166666666});
    photo["datetime_original"] = json!("2018-08-20T08:59:50");
    photo["dpi"] = json!([72, 72]);
    photo
}

fn animation() -> Value {
    let mut animation = image("GIF", "P", 320, 240);
    animation["sequence"] = json!(true);
    animation
}

fn video() -> Value {
    json!({
        "format": "mp4", "duration": 261_827, "bitrate": 393,
        "audio": [{"bitrate": 78, "codec": "aac", "profile": "LC", "sample_rate": 44_100, "channels": 2}],
        "video": [{"height": 360, "width": 640, "frame_rate": 29.97, "bitrate": 315, "codec": "h264"}],
    })
}

/// A video of which next to nothing is known.
fn bare_video() -> Value {
    json!({
        "format": "webm", "duration": null, "bitrate": null,
        "audio": [],
        "video": [{"height": 1080, "width": 1920, "frame_rate": 30.0, "bitrate": null, "codec": null}],
    })
}

pub fn content_info(mime: &str, image: &Value, video: &Value) -> Value {
    let (main, sub) = mime.split_once('/').expect("a ready file has a type");
    let mut info = json!({"mime": {"mime": mime, "type": main, "subtype": sub}});
    for (name, part) in [("image", image), ("video", video)] {
        if !part.is_null() {
            info[name] = part.clone();
        }
    }
    info
}

fn appdata(kind: &Kind, time: &str) -> Value {
    let mut appdata = json!({"uc_clamav_virus_scan": findings::entry("uc_clamav_virus_scan", findings::scan(kind.name), time)});
    if !kind.image.is_null() {
        let name = "aws_rekognition_detect_labels";
        appdata[name] = findings::entry(name, findings::labels(), time);
    }
    appdata
}
