//! Files: https://uploadcare.com/api-refs/rest-api/v0.7.0/#tag/File

use serde::Deserialize;
use serde_json::value::RawValue;

use super::json::{Lenient, Object, Pairs, Scalar};

/// A file, as far as it could be understood, and the JSON it was read from.
pub struct File<'a> {
    pub fields: Fields<'a>,
    pub json: &'a str,
}

impl<'a> File<'a> {
    pub fn read(raw: &'a RawValue) -> Self {
        let Object(fields) = serde_json::from_str(raw.get()).unwrap_or_default();
        File { fields, json: raw.get() }
    }

    /// The image's data: they stood in the file itself before v0.7, in `content_info` since.
    pub fn take_image(&mut self) -> Option<Image<'a>> {
        let image = self.content_info().and_then(|info| info.image.0.take());
        image.or_else(|| self.fields.image_info.0.take()).map(|Object(image)| image)
    }

    pub fn take_video(&mut self) -> Option<Video<'a>> {
        let video = self.content_info().and_then(|info| info.video.0.take());
        video.map(|Object(video)| video)
    }

    fn content_info(&mut self) -> Option<&mut ContentInfo<'a>> {
        self.fields.content_info.0.as_mut().map(|Object(info)| info)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields<'a> {
    #[serde(borrow)]
    pub uuid: Scalar<'a>,
    #[serde(borrow)]
    pub original_filename: Scalar<'a>,
    #[serde(borrow)]
    pub original_file_url: Scalar<'a>,
    #[serde(borrow)]
    pub url: Scalar<'a>,
    #[serde(borrow)]
    pub mime_type: Scalar<'a>,
    #[serde(borrow)]
    pub size: Scalar<'a>,
    #[serde(borrow)]
    pub is_image: Scalar<'a>,
    #[serde(borrow)]
    pub is_ready: Scalar<'a>,
    #[serde(borrow)]
    pub datetime_uploaded: Scalar<'a>,
    #[serde(borrow)]
    pub datetime_stored: Scalar<'a>,
    #[serde(borrow)]
    pub datetime_removed: Scalar<'a>,
    #[serde(borrow)]
    pub default_effects: Scalar<'a>,
    #[serde(borrow)]
    pub content_info: Lenient<Object<ContentInfo<'a>>>,
    #[serde(borrow)]
    pub image_info: Lenient<Object<Image<'a>>>,
    #[serde(borrow)]
    pub metadata: Lenient<Pairs<'a>>,
    #[serde(borrow)]
    pub variations: Lenient<Pairs<'a>>,
    #[serde(borrow)]
    pub tags: Lenient<Vec<Scalar<'a>>>,
    #[serde(borrow)]
    pub appdata: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ContentInfo<'a> {
    #[serde(borrow)]
    image: Lenient<Object<Image<'a>>>,
    #[serde(borrow)]
    video: Lenient<Object<Video<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Image<'a> {
    #[serde(borrow)]
    pub format: Scalar<'a>,
    #[serde(borrow)]
    pub color_mode: Scalar<'a>,
    #[serde(borrow)]
    pub width: Scalar<'a>,
    #[serde(borrow)]
    pub height: Scalar<'a>,
    #[serde(borrow)]
    pub orientation: Scalar<'a>,
    #[serde(borrow)]
    pub sequence: Scalar<'a>,
    #[serde(borrow)]
    pub dpi: Lenient<[Scalar<'a>; 2]>,
    #[serde(borrow)]
    pub geo_location: Lenient<Object<GeoLocation<'a>>>,
    #[serde(borrow)]
    pub datetime_original: Scalar<'a>,
}

#[derive(Deserialize)]
pub struct GeoLocation<'a> {
    #[serde(borrow)]
    pub latitude: Scalar<'a>,
    #[serde(borrow)]
    pub longitude: Scalar<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Video<'a> {
    #[serde(borrow)]
    pub format: Scalar<'a>,
    #[serde(borrow)]
    pub duration: Scalar<'a>,
    #[serde(borrow)]
    pub bitrate: Scalar<'a>,
    #[serde(borrow)]
    pub audio: Lenient<Vec<Lenient<Object<AudioTrack<'a>>>>>,
    #[serde(borrow)]
    pub video: Lenient<Vec<Lenient<Object<VideoTrack<'a>>>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AudioTrack<'a> {
    #[serde(borrow)]
    pub codec: Scalar<'a>,
    #[serde(borrow)]
    pub bitrate: Scalar<'a>,
    #[serde(borrow)]
    pub sample_rate: Scalar<'a>,
    #[serde(borrow)]
    pub channels: Scalar<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct VideoTrack<'a> {
    #[serde(borrow)]
    pub codec: Scalar<'a>,
    #[serde(borrow)]
    pub bitrate: Scalar<'a>,
    #[serde(borrow)]
    pub width: Scalar<'a>,
    #[serde(borrow)]
    pub height: Scalar<'a>,
    #[serde(borrow)]
    pub frame_rate: Scalar<'a>,
}
