//! A file, as C sees it.

use std::ptr::null;

use libc::c_char;

use super::findings::{Findings, lay_out_findings, uc_labels, uc_remove_bg, uc_virus_scan};
use super::layout::no_padding;
use super::memory::{Arena, flag, laid_out};
use super::pair::{lay_out_pairs, uc_pair};
use crate::core::error::Result;
use crate::core::file::{File, Image, Track, Video};

/// What the service found in an image.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_image_info {
    /// "JPEG".
    pub format: *const c_char,
    /// "RGB".
    pub color_mode: *const c_char,
    /// Pixels; -1 where unknown.
    pub width: i64,
    /// Pixels; -1 where unknown.
    pub height: i64,
    /// EXIF orientation 0 to 8, or -1.
    pub orientation: i32,
    /// 1 for an animation, else 0.
    pub is_sequence: i32,
    /// 0 where unknown.
    pub dpi_x: f64,
    /// 0 where unknown.
    pub dpi_y: f64,
    /// 1 when latitude and longitude are known, else 0.
    pub has_geo_location: i32,
    /// In place of padding: 0.
    pub reserved: i32,
    /// Degrees, north positive.
    pub latitude: f64,
    /// Degrees, east positive.
    pub longitude: f64,
    /// When it was taken, as in the EXIF: without zone, and not always a valid time. Or NULL.
    pub datetime_original: *const c_char,
}

no_padding!(uc_image_info {
    format,
    color_mode,
    width,
    height,
    orientation,
    is_sequence,
    dpi_x,
    dpi_y,
    has_geo_location,
    reserved,
    latitude,
    longitude,
    datetime_original
});

/// An audio track of a video. Numbers are -1 and the codec NULL where unknown.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_audio_track {
    /// As the service gives it.
    pub bitrate: i64,
    /// Hz.
    pub sample_rate: i64,
    /// 2 for stereo.
    pub channels: i64,
    /// "aac".
    pub codec: *const c_char,
}

no_padding!(uc_audio_track { bitrate, sample_rate, channels, codec });

/// A video track of a video. Numbers are -1 and the codec NULL where unknown.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_video_track {
    /// As the service gives it.
    pub bitrate: i64,
    /// Pixels.
    pub width: i64,
    /// Pixels.
    pub height: i64,
    /// Frames a second.
    pub frame_rate: f64,
    /// "h264".
    pub codec: *const c_char,
}

no_padding!(uc_video_track { bitrate, width, height, frame_rate, codec });

/// What the service found in a video.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_video_info {
    /// Milliseconds; -1 where unknown.
    pub duration_ms: i64,
    /// As the service gives it; -1 where unknown.
    pub bitrate: i64,
    /// "mp4".
    pub format: *const c_char,
    /// Its audio tracks.
    pub audio: *const *const uc_audio_track,
    /// How many.
    pub audio_len: usize,
    /// Its video tracks.
    pub video: *const *const uc_video_track,
    /// How many.
    pub video_len: usize,
}

no_padding!(uc_video_info { duration_ms, bitrate, format, audio, audio_len, video, video_len });

/// A file. A text is NULL where the service sent none; what it sent beyond these fields is in
/// `json`. Owned where a call gave it away, borrowed where it is part of something else;
/// uc_file_clone() keeps a borrowed one.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_file {
    /// Never NULL; empty where the service sent none.
    pub uuid: *const c_char,
    /// As it was named when uploaded; may be empty.
    pub original_filename: *const c_char,
    /// The same with nothing but Latin letters, digits, `.` and `_` left, as it stands in URLs; empty
    /// where nothing is left. Only the Upload API tells it, NULL elsewhere: uploads, uc_upload_info()
    /// and groups from there.
    pub filename: *const c_char,
    /// On the CDN; NULL when removed or not ready.
    pub original_file_url: *const c_char,
    /// In the REST API.
    pub url: *const c_char,
    /// "image/jpeg"; empty or "application/octet-stream" while the service does not know.
    pub mime_type: *const c_char,
    /// Bytes; -1 where unknown.
    pub size: i64,
    /// The three times below in microseconds since 1970-01-01 UTC; INT64_MIN where not known.
    pub datetime_uploaded_us: i64,
    pub datetime_stored_us: i64,
    pub datetime_removed_us: i64,
    /// 1 when the service knows that it is an image, else 0.
    pub is_image: i32,
    /// 1 when it can be used; 0 while the service works on it.
    pub is_ready: i32,
    /// 1 when it is stored for good, else 0. Where the service does not say it explicitly, 1 when
    /// there is a datetime_stored.
    pub is_stored: i32,
    /// In place of padding: 0.
    pub reserved: i32,
    /// When it was uploaded.
    pub datetime_uploaded: *const c_char,
    /// When it was stored for good; NULL for a temporary file.
    pub datetime_stored: *const c_char,
    /// When it was removed; NULL while it is there.
    pub datetime_removed: *const c_char,
    /// Inside a group only: the operations it was put in with, "resize/x800/", empty where there are
    /// none; else NULL.
    pub default_effects: *const c_char,
    /// The S3 bucket that holds it, where that is the project's own. Only the Upload API tells it.
    pub s3_bucket: *const c_char,
    /// NULL when it is no image.
    pub image: *const uc_image_info,
    /// NULL when it is no video.
    pub video: *const uc_video_info,
    /// What the application keeps with it.
    pub metadata: *const uc_pair,
    /// How many.
    pub metadata_len: usize,
    /// What was made from it: conversion path and UUID.
    pub variations: *const uc_pair,
    /// How many.
    pub variations_len: usize,
    /// Its tags.
    pub tags: *const *const c_char,
    /// How many.
    pub tags_len: usize,
    /// JSON object of what add-ons found, when it was asked for; else NULL. uc_json_get() takes a
    /// value out of it, and the next four have most of it.
    pub appdata: *const c_char,
    /// NULL where it was not scanned for viruses, no verdict is there, or appdata was not asked for.
    pub virus_scan: *const uc_virus_scan,
    /// What was recognized in it; NULL where that was not tried, or appdata was not asked for.
    pub labels: *const uc_labels,
    /// Content that may need moderation; NULL where that was not tried, or appdata was not asked for.
    pub moderation_labels: *const uc_labels,
    /// NULL where its background was not removed, or appdata was not asked for.
    pub remove_bg: *const uc_remove_bg,
    /// The whole object as the service sent it, of a search with its `highlight`; NULL where only
    /// the uuid is known.
    pub json: *const c_char,
}

no_padding!(uc_file {
    uuid,
    original_filename,
    filename,
    original_file_url,
    url,
    mime_type,
    size,
    datetime_uploaded_us,
    datetime_stored_us,
    datetime_removed_us,
    is_image,
    is_ready,
    is_stored,
    reserved,
    datetime_uploaded,
    datetime_stored,
    datetime_removed,
    default_effects,
    s3_bucket,
    image,
    video,
    metadata,
    metadata_len,
    variations,
    variations_len,
    tags,
    tags_len,
    appdata,
    virus_scan,
    labels,
    moderation_labels,
    remove_bg,
    json
});

pub fn lay_out_file(arena: &Arena, file: File) -> Result<uc_file> {
    let (datetime_uploaded, datetime_uploaded_us) = arena.time(&file.datetime_uploaded)?;
    let (datetime_stored, datetime_stored_us) = arena.time(&file.datetime_stored)?;
    let (datetime_removed, datetime_removed_us) = arena.time(&file.datetime_removed)?;
    let (metadata, metadata_len) = lay_out_pairs(arena, &file.metadata)?;
    let (variations, variations_len) = lay_out_pairs(arena, &file.variations)?;
    let (tags, tags_len) = arena.texts(&file.tags)?;
    let Findings { virus_scan, labels, moderation_labels, remove_bg } =
        lay_out_findings(arena, &file.appdata)?;
    Ok(uc_file {
        uuid: arena.text(file.uuid.text().unwrap_or_default())?,
        original_filename: arena.value(&file.original_filename)?,
        filename: arena.value(&file.filename)?,
        original_file_url: arena.value(&file.original_file_url)?,
        url: arena.value(&file.url)?,
        mime_type: arena.value(&file.mime_type)?,
        size: file.size.int().unwrap_or(-1),
        is_image: flag(&file.is_image),
        is_ready: flag(&file.is_ready),
        is_stored: flag(&file.is_stored),
        reserved: 0,
        datetime_uploaded,
        datetime_uploaded_us,
        datetime_stored,
        datetime_stored_us,
        datetime_removed,
        datetime_removed_us,
        default_effects: arena.value(&file.default_effects)?,
        s3_bucket: arena.value(&file.s3_bucket)?,
        image: file.image.map_or(Ok(null()), |image| arena.one(lay_out_image(arena, &image)?))?,
        video: file.video.map_or(Ok(null()), |video| arena.one(lay_out_video(arena, &video)?))?,
        metadata,
        metadata_len,
        variations,
        variations_len,
        tags,
        tags_len,
        appdata: arena.optional(file.appdata_json)?,
        virus_scan,
        labels,
        moderation_labels,
        remove_bg,
        json: arena.optional(Some(file.json).filter(|json| !json.is_empty()))?,
    })
}

/// A file that is given away by itself.
pub fn lay_out_alone(file: File) -> Result<(uc_file, Arena)> {
    laid_out(|arena| lay_out_file(arena, file))
}

fn lay_out_image(arena: &Arena, image: &Image) -> Result<uc_image_info> {
    let [dpi_x, dpi_y] =
        image.dpi.as_ref().map_or([0.0; 2], |dpi| dpi.each_ref().map(|dpi| dpi.float().unwrap_or(0.0)));
    let place = image.latitude.float().zip(image.longitude.float());
    let (latitude, longitude) = place.unwrap_or_default();
    Ok(uc_image_info {
        format: arena.value(&image.format)?,
        color_mode: arena.value(&image.color_mode)?,
        width: image.width.int().unwrap_or(-1),
        height: image.height.int().unwrap_or(-1),
        orientation: image.orientation.int().and_then(|turn| turn.try_into().ok()).unwrap_or(-1),
        is_sequence: flag(&image.sequence),
        dpi_x,
        dpi_y,
        has_geo_location: place.is_some().into(),
        reserved: 0,
        latitude,
        longitude,
        datetime_original: arena.value(&image.datetime_original)?,
    })
}

fn lay_out_video(arena: &Arena, video: &Video) -> Result<uc_video_info> {
    let (audio, audio_len) = arena.pointers(&video.audio, |track| lay_out_audio(arena, track))?;
    let (tracks, tracks_len) = arena.pointers(&video.video, |track| lay_out_pictures(arena, track))?;
    Ok(uc_video_info {
        format: arena.value(&video.format)?,
        duration_ms: video.duration.int().unwrap_or(-1),
        bitrate: video.bitrate.int().unwrap_or(-1),
        audio,
        audio_len,
        video: tracks,
        video_len: tracks_len,
    })
}

fn lay_out_audio(arena: &Arena, track: &Track) -> Result<uc_audio_track> {
    Ok(uc_audio_track {
        codec: arena.value(&track.codec)?,
        bitrate: track.bitrate.int().unwrap_or(-1),
        sample_rate: track.sample_rate.int().unwrap_or(-1),
        channels: track.channels.int().unwrap_or(-1),
    })
}

fn lay_out_pictures(arena: &Arena, track: &Track) -> Result<uc_video_track> {
    Ok(uc_video_track {
        codec: arena.value(&track.codec)?,
        bitrate: track.bitrate.int().unwrap_or(-1),
        width: track.width.int().unwrap_or(-1),
        height: track.height.int().unwrap_or(-1),
        frame_rate: track.frame_rate.float().unwrap_or(-1.0),
    })
}
