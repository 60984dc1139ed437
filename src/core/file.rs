//! A file as the service describes it.

use std::borrow::Cow;

use super::appdata::Appdata;
use super::json::{MOST_OBJECTS, Pairs, Reader, Result, Scalar, add, lacks};

/// A file, as far as it could be understood, and the JSON it was read from.
#[derive(Default)]
pub struct File<'a> {
    pub uuid: Scalar<'a>,
    pub original_filename: Scalar<'a>,
    pub filename: Scalar<'a>,
    pub original_file_url: Scalar<'a>,
    pub url: Scalar<'a>,
    pub mime_type: Scalar<'a>,
    pub size: Scalar<'a>,
    pub is_image: Scalar<'a>,
    pub is_ready: Scalar<'a>,
    pub is_stored: Scalar<'a>,
    pub datetime_uploaded: Scalar<'a>,
    pub datetime_stored: Scalar<'a>,
    pub datetime_removed: Scalar<'a>,
    pub default_effects: Scalar<'a>,
    pub s3_bucket: Scalar<'a>,
    pub image: Option<Image<'a>>,
    pub video: Option<Video<'a>>,
    pub metadata: Pairs<'a>,
    pub variations: Pairs<'a>,
    pub tags: Vec<Cow<'a, str>>,
    pub appdata: Appdata<'a>,
    /// The JSON of the same, where it is there.
    pub appdata_json: Option<&'a str>,
    /// Empty where it was not read from any.
    pub json: &'a str,
}

impl<'a> File<'a> {
    /// A file of which nothing else is known.
    pub fn with_uuid(uuid: &'a str) -> Self {
        File { uuid: Scalar::Text(uuid.into()), ..File::default() }
    }

    /// An answer that is one file, and has to say which.
    pub fn read_one(reader: &mut Reader<'a>) -> Result<Self> {
        let file = File::read(reader)?;
        match file.uuid.text() {
            Some(uuid) if !uuid.is_empty() => Ok(file),
            _ => Err(lacks("uuid of a file")),
        }
    }

    /// Fails only where the JSON is none: whatever else stands in a field's place leaves it unknown.
    pub fn read(reader: &mut Reader<'a>) -> Result<Self> {
        let (file, json) = reader.with_json(Self::read_fields)?;
        Ok(File { json, ..file })
    }

    fn read_fields(reader: &mut Reader<'a>) -> Result<Self> {
        let mut file = File::default();
        // Before v0.7 what is in `content_info` now stood in the file itself.
        let (mut old_image, mut old_video) = (None, None);
        let mut has_time_stored = Scalar::Nothing;
        reader.fields(|reader, key| {
            match key {
                "uuid" => file.uuid = reader.scalar()?,
                "original_filename" => file.original_filename = reader.scalar()?,
                "filename" => file.filename = reader.scalar()?,
                "original_file_url" => file.original_file_url = reader.scalar()?,
                "url" => file.url = reader.scalar()?,
                "mime_type" => file.mime_type = reader.scalar()?,
                "size" => file.size = reader.scalar()?,
                "is_image" => file.is_image = reader.scalar()?,
                "is_ready" => file.is_ready = reader.scalar()?,
                "is_stored" => file.is_stored = reader.scalar()?,
                "datetime_uploaded" => file.datetime_uploaded = reader.scalar()?,
                "datetime_stored" => {
                    let is_null = reader.peek() == Some(b'n');
                    file.datetime_stored = reader.scalar()?;
                    let is_known = is_null || file.datetime_stored.text().is_some();
                    has_time_stored = if is_known { Scalar::Flag(!is_null) } else { Scalar::Nothing };
                }
                "datetime_removed" => file.datetime_removed = reader.scalar()?,
                "default_effects" => file.default_effects = reader.scalar()?,
                "s3_bucket" => file.s3_bucket = reader.scalar()?,
                "content_info" => reader.fields(|reader, key| {
                    match key {
                        "image" => file.image = Image::read(reader)?,
                        "video" => file.video = Video::read(reader)?,
                        _ => drop(reader.raw()?),
                    }
                    Ok(())
                })?,
                "image_info" => old_image = Image::read(reader)?,
                "video_info" => old_video = Video::read(reader)?,
                "metadata" => file.metadata = reader.pairs()?,
                "variations" => file.variations = reader.pairs()?,
                "tags" => file.tags = reader.texts()?,
                "appdata" => {
                    let (appdata, json) = reader.with_json(Appdata::read)?;
                    file.appdata = appdata;
                    file.appdata_json = Some(json).filter(|json| json.starts_with('{'));
                }
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        // Only the Upload API says it in so many words.
        if file.is_stored.flag().is_none() {
            file.is_stored = has_time_stored;
        }
        file.image = file.image.or(old_image);
        file.video = file.video.or(old_video);
        Ok(file)
    }
}

#[derive(Default)]
pub struct Image<'a> {
    pub format: Scalar<'a>,
    pub color_mode: Scalar<'a>,
    pub width: Scalar<'a>,
    pub height: Scalar<'a>,
    pub orientation: Scalar<'a>,
    pub sequence: Scalar<'a>,
    /// Horizontal and vertical, where both are there.
    pub dpi: Option<[Scalar<'a>; 2]>,
    pub latitude: Scalar<'a>,
    pub longitude: Scalar<'a>,
    pub datetime_original: Scalar<'a>,
}

impl<'a> Image<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Option<Self>> {
        let mut image = Image::default();
        let is_there = reader.peek() == Some(b'{');
        reader.fields(|reader, key| {
            match key {
                "format" => image.format = reader.scalar()?,
                "color_mode" => image.color_mode = reader.scalar()?,
                "width" => image.width = reader.scalar()?,
                "height" => image.height = reader.scalar()?,
                "orientation" => image.orientation = reader.scalar()?,
                "sequence" => image.sequence = reader.scalar()?,
                "dpi" => image.dpi = read_two(reader)?,
                "geo_location" => reader.fields(|reader, key| {
                    match key {
                        "latitude" => image.latitude = reader.scalar()?,
                        "longitude" => image.longitude = reader.scalar()?,
                        _ => drop(reader.raw()?),
                    }
                    Ok(())
                })?,
                "datetime_original" => image.datetime_original = reader.scalar()?,
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        Ok(is_there.then_some(image))
    }
}

/// An array, where it has two entries.
fn read_two<'a>(reader: &mut Reader<'a>) -> Result<Option<[Scalar<'a>; 2]>> {
    let (mut two, mut count) = (<[Scalar; 2]>::default(), 0_usize);
    reader.items(|reader| {
        let entry = reader.scalar()?;
        if let Some(place) = two.get_mut(count) {
            *place = entry;
        }
        count += 1;
        Ok(())
    })?;
    Ok((count == two.len()).then_some(two))
}

#[derive(Default)]
pub struct Video<'a> {
    pub format: Scalar<'a>,
    pub duration: Scalar<'a>,
    pub bitrate: Scalar<'a>,
    pub audio: Vec<Track<'a>>,
    pub video: Vec<Track<'a>>,
}

impl<'a> Video<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Option<Self>> {
        let mut video = Video::default();
        let is_there = reader.peek() == Some(b'{');
        reader.fields(|reader, key| {
            match key {
                "format" => video.format = reader.scalar()?,
                "duration" => video.duration = reader.scalar()?,
                "bitrate" => video.bitrate = reader.scalar()?,
                "audio" => video.audio = Track::read_all(reader)?,
                "video" => video.video = Track::read_all(reader)?,
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        Ok(is_there.then_some(video))
    }
}

/// A track of sound, or of pictures.
#[derive(Default)]
pub struct Track<'a> {
    pub codec: Scalar<'a>,
    pub bitrate: Scalar<'a>,
    pub sample_rate: Scalar<'a>,
    pub channels: Scalar<'a>,
    pub width: Scalar<'a>,
    pub height: Scalar<'a>,
    pub frame_rate: Scalar<'a>,
}

impl<'a> Track<'a> {
    /// Before v0.7 the only track stood in place of the array.
    fn read_all(reader: &mut Reader<'a>) -> Result<Vec<Self>> {
        if reader.peek() == Some(b'{') {
            return Ok(vec![Track::read(reader)?]);
        }
        let mut tracks = Vec::new();
        reader.items(|reader| {
            let track = Track::read(reader)?;
            add(&mut tracks, track, MOST_OBJECTS)
        })?;
        Ok(tracks)
    }

    fn read(reader: &mut Reader<'a>) -> Result<Self> {
        let mut track = Track::default();
        reader.fields(|reader, key| {
            match key {
                "codec" => track.codec = reader.scalar()?,
                "bitrate" => track.bitrate = reader.scalar()?,
                "sample_rate" => track.sample_rate = reader.scalar()?,
                "channels" => track.channels = reader.scalar()?,
                "width" => track.width = reader.scalar()?,
                "height" => track.height = reader.scalar()?,
                "frame_rate" => track.frame_rate = reader.scalar()?,
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        Ok(track)
    }
}
