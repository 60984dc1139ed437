//! `/files/`

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, RawQuery, State};
use axum::response::Response;
use axum::routing::get;
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::answer;
use crate::clock::iso;
use crate::id::Id;
use crate::seed::{self, Seed};
use crate::service::{Origin, Shared};

pub const CDN: &str = "https://ucarecdn.com";

pub fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/files/{uuid}/", get(info))
}

/// What a query asks for that is not told by itself.
pub struct Include {
    appdata: bool,
}

impl Include {
    pub fn parse(query: Option<&str>) -> Include {
        let mut parameters = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        let appdata = parameters
            .any(|(name, value)| name == "include" && value.split(',').any(|part| part == "appdata"));
        Include { appdata }
    }
}

async fn info(
    State(shared): State<Arc<Shared>>,
    Extension(Origin(origin)): Extension<Origin>,
    Id(uuid): Id,
    RawQuery(query): RawQuery,
) -> Response {
    let seed = shared.store.lock().unwrap().seed;
    match Uuid::try_parse(&uuid).ok().and_then(|uuid| seed.find_file(uuid)) {
        Some((group, place)) => {
            answer::json(200, &describe(group, place, &origin, &Include::parse(query.as_deref())))
        }
        None => answer::not_found(),
    }
}

/// The file at a place of a group, one of a dozen kinds: all that the service is known to answer,
/// the odd things among them.
pub fn describe(group: usize, place: usize, origin: &str, include: &Include) -> Value {
    let uuid = seed::file_uuid(group, place);
    let uploaded =
        Seed::default().created(group) - TimeDelta::minutes(5) + TimeDelta::microseconds(place as i64);
    let stored = uploaded + TimeDelta::microseconds(108_104);
    let kind = kind(group + place);
    let (is_removed, is_ready) = (kind.fate == Fate::Removed, kind.fate != Fate::NotReady);
    let link = format!("{CDN}/{uuid}/{}", name_in_link(kind.name));

    let mut file = json!({
        "uuid": uuid.to_string(),
        "url": format!("{origin}/files/{uuid}/"),
        "original_filename": kind.name,
        "original_file_url": (is_ready && !is_removed).then_some(link),
        "size": kind.size,
        "mime_type": kind.mime,
        "is_image": is_ready.then_some(!kind.image.is_null()),
        "is_ready": is_ready,
        "datetime_uploaded": iso(uploaded),
        "datetime_stored": (kind.fate == Fate::Stored).then(|| iso(stored)),
        "datetime_removed": is_removed.then(|| iso(stored + TimeDelta::days(1))),
        "variations": kind.variations,
        "content_info": null,
        "metadata": kind.metadata,
        "tags": kind.tags,
    });
    if is_ready {
        file["content_info"] = content_info(&kind);
    }
    if include.appdata {
        file["appdata"] = if is_ready { appdata(&kind, &iso(stored)) } else { Value::Null };
    }
    file
}

#[derive(PartialEq)]
enum Fate {
    Stored,
    Temporary,
    NotReady,
    Removed,
}

struct Kind {
    name: &'static str,
    mime: &'static str,
    size: u64,
    fate: Fate,
    image: Value,
    video: Value,
    metadata: Value,
    variations: Value,
    tags: Value,
}

impl Kind {
    fn new(name: &'static str, mime: &'static str, size: u64) -> Kind {
        let (image, video, variations) = (Value::Null, Value::Null, Value::Null);
        Kind {
            name,
            mime,
            size,
            fate: Fate::Stored,
            image,
            video,
            metadata: json!({}),
            variations,
            tags: json!([]),
        }
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
            fate: Fate::Temporary,
            metadata: json!({"first_key": "first_value", "-:45az_.": "\"quoted\", <b>größer</b> & 日本"}),
            ..Kind::new("sample1.txt", "text/plain", 5)
        },
        3 => Kind { video: video(), ..Kind::new("video.mp4", "video/mp4", 13_000_000) },
        4 => Kind {
            image: image("JPEG", "RGB", 640, 588),
            tags: json!(["fruit", "yellow-1", "summer_2026"]),
            ..Kind::new("Ананас \"spécial\" \\ 🍍 'it'.jpg", "image/jpeg", 37_202)
        },
        5 => Kind { fate: Fate::NotReady, ..Kind::new("", "", 0) },
        6 => Kind { video: bare_video(), ..Kind::new("unknown.webm", "video/webm", 1) },
        7 => Kind {
            variations: json!({"document/-/format/png/-/page/1/": seed::group_uuid(number).to_string()}),
            ..Kind::new("report (1).pdf", "application/pdf", 77_777)
        },
        8 => Kind { image: animation(), ..Kind::new("dance.gif", "image/gif", 1_048_576) },
        9 => Kind { fate: Fate::Removed, ..Kind::new("gone.txt", "text/plain", 4) },
        10 => Kind {
            metadata: Value::Null,
            ..Kind::new("backup.tar", "application/octet-stream", 5_497_558_138_880)
        },
        _ => Kind { tags: Value::Null, ..Kind::new("eicar.zip", "application/zip", 184) },
    }
}

fn image(format: &str, color_mode: &str, width: u32, height: u32) -> Value {
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

fn content_info(kind: &Kind) -> Value {
    let (main, sub) = kind.mime.split_once('/').expect("a ready file has a type");
    let mut info = json!({"mime": {"mime": kind.mime, "type": main, "subtype": sub}});
    if !kind.image.is_null() {
        info["image"] = kind.image.clone();
    }
    if !kind.video.is_null() {
        info["video"] = kind.video.clone();
    }
    info
}

fn appdata(kind: &Kind, time: &str) -> Value {
    let entry = |version: &str, data: Value| json!({"version": version, "datetime_created": time, "datetime_updated": time, "data": data});
    let scan = match kind.name {
        "eicar.zip" => json!({"infected": true, "infected_with": "Win.Test.EICAR_HDB-1"}),
        _ => json!({"infected": false}),
    };
    let mut appdata = json!({"uc_clamav_virus_scan": entry("1.0.1", scan)});
    if !kind.image.is_null() {
        let labels = json!({"LabelModelVersion": "3.0", "Labels": [{
            "Name": "Pineapple", "Confidence": 99.99989318847656, "Parents": [{"Name": "Fruit"}],
            "Instances": [{"Confidence": 97.5, "BoundingBox": {"Height": 0.5, "Left": 0.25, "Top": 0.125, "Width": 0.75}}],
        }]});
        appdata["aws_rekognition_detect_labels"] = entry("2016-06-27", labels);
    }
    appdata
}

/// The service keeps only plain letters of a name in its links.
fn name_in_link(name: &str) -> String {
    name.chars().filter(|letter| letter.is_ascii_alphanumeric() || "._".contains(*letter)).collect()
}
