//! Copies of items, which outlive what they were part of. Each struct is written out field by field, so
//! that no pointer of a new field is copied as it is.

use std::ffi::CStr;
use std::ptr::null;

use libc::c_char;

use super::arguments::object;
use super::call::make;
use super::error::{uc_error, uc_status};
use super::file::{uc_audio_track, uc_file, uc_image_info, uc_video_info, uc_video_track};
use super::findings::{uc_label, uc_labels, uc_remove_bg, uc_virus_scan};
use super::groups::uc_group;
use super::memory::{Arena, laid_out};
use super::pair::uc_pair;
use crate::core::error::Result;

/// A copy of a group with everything in it, its files included, that outlives what the group was
/// borrowed from, such as a page: freed by uc_free(). Sends nothing. `json` is NULL where it is NULL
/// in `group`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_group_clone(
    group: *const uc_group,
    clone: *mut *mut uc_group,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(clone, "clone", error, || {
            let group = object(group, "group")?;
            laid_out(|arena| copy_group(arena, group))
        })
    }
}

/// A copy of a file with everything in it that outlives what the file was borrowed from, such as a
/// page, a group, a batch or an event: freed by uc_free(). Sends nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_file_clone(
    file: *const uc_file,
    clone: *mut *mut uc_file,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(clone, "clone", error, || {
            let file = object(file, "file")?;
            laid_out(|arena| copy_file(arena, file))
        })
    }
}

/// # Safety
/// What the struct points to is there, as the library laid it out. So it is for those below.
unsafe fn copy_group(arena: &Arena, group: &uc_group) -> Result<uc_group> {
    // SAFETY: the caller's word.
    unsafe {
        Ok(uc_group {
            id: text(arena, group.id)?,
            datetime_created: text(arena, group.datetime_created)?,
            datetime_created_us: group.datetime_created_us,
            files_count: group.files_count,
            cdn_url: text(arena, group.cdn_url)?,
            url: text(arena, group.url)?,
            files: pointers(arena, group.files, group.files_len, |file| copy_file(arena, file))?,
            files_len: group.files_len,
            json: text(arena, group.json)?,
        })
    }
}

unsafe fn copy_file(arena: &Arena, file: &uc_file) -> Result<uc_file> {
    // SAFETY: the caller's word.
    unsafe {
        Ok(uc_file {
            uuid: text(arena, file.uuid)?,
            original_filename: text(arena, file.original_filename)?,
            filename: text(arena, file.filename)?,
            original_file_url: text(arena, file.original_file_url)?,
            url: text(arena, file.url)?,
            mime_type: text(arena, file.mime_type)?,
            size: file.size,
            is_image: file.is_image,
            is_ready: file.is_ready,
            is_stored: file.is_stored,
            reserved: 0,
            datetime_uploaded: text(arena, file.datetime_uploaded)?,
            datetime_uploaded_us: file.datetime_uploaded_us,
            datetime_stored: text(arena, file.datetime_stored)?,
            datetime_stored_us: file.datetime_stored_us,
            datetime_removed: text(arena, file.datetime_removed)?,
            datetime_removed_us: file.datetime_removed_us,
            default_effects: text(arena, file.default_effects)?,
            s3_bucket: text(arena, file.s3_bucket)?,
            image: one(arena, file.image, |image| copy_image(arena, image))?,
            video: one(arena, file.video, |video| copy_video(arena, video))?,
            metadata: pairs(arena, file.metadata, file.metadata_len)?,
            metadata_len: file.metadata_len,
            variations: pairs(arena, file.variations, file.variations_len)?,
            variations_len: file.variations_len,
            tags: list(arena, file.tags, file.tags_len, |tag| text(arena, *tag))?,
            tags_len: file.tags_len,
            appdata: text(arena, file.appdata)?,
            virus_scan: one(arena, file.virus_scan, |scan| copy_virus_scan(arena, scan))?,
            labels: one(arena, file.labels, |labels| copy_labels(arena, labels))?,
            moderation_labels: one(arena, file.moderation_labels, |labels| copy_labels(arena, labels))?,
            remove_bg: one(arena, file.remove_bg, |remove_bg| copy_remove_bg(arena, remove_bg))?,
            json: text(arena, file.json)?,
        })
    }
}

unsafe fn copy_image(arena: &Arena, image: &uc_image_info) -> Result<uc_image_info> {
    // SAFETY: the caller's word.
    unsafe {
        Ok(uc_image_info {
            format: text(arena, image.format)?,
            color_mode: text(arena, image.color_mode)?,
            width: image.width,
            height: image.height,
            orientation: image.orientation,
            is_sequence: image.is_sequence,
            dpi_x: image.dpi_x,
            dpi_y: image.dpi_y,
            has_geo_location: image.has_geo_location,
            reserved: 0,
            latitude: image.latitude,
            longitude: image.longitude,
            datetime_original: text(arena, image.datetime_original)?,
        })
    }
}

unsafe fn copy_video(arena: &Arena, video: &uc_video_info) -> Result<uc_video_info> {
    // SAFETY: the caller's word.
    unsafe {
        Ok(uc_video_info {
            format: text(arena, video.format)?,
            duration_ms: video.duration_ms,
            bitrate: video.bitrate,
            audio: pointers(arena, video.audio, video.audio_len, |track| copy_audio(arena, track))?,
            audio_len: video.audio_len,
            video: pointers(arena, video.video, video.video_len, |track| copy_pictures(arena, track))?,
            video_len: video.video_len,
        })
    }
}

unsafe fn copy_audio(arena: &Arena, track: &uc_audio_track) -> Result<uc_audio_track> {
    let &uc_audio_track { codec, bitrate, sample_rate, channels } = track;
    // SAFETY: the caller's word.
    Ok(uc_audio_track { codec: unsafe { text(arena, codec) }?, bitrate, sample_rate, channels })
}

unsafe fn copy_pictures(arena: &Arena, track: &uc_video_track) -> Result<uc_video_track> {
    let &uc_video_track { codec, bitrate, width, height, frame_rate } = track;
    // SAFETY: the caller's word.
    Ok(uc_video_track { codec: unsafe { text(arena, codec) }?, bitrate, width, height, frame_rate })
}

unsafe fn copy_virus_scan(arena: &Arena, scan: &uc_virus_scan) -> Result<uc_virus_scan> {
    // SAFETY: the caller's word.
    unsafe {
        Ok(uc_virus_scan {
            infected: scan.infected,
            reserved: 0,
            datetime_created_us: scan.datetime_created_us,
            datetime_updated_us: scan.datetime_updated_us,
            datetime_created: text(arena, scan.datetime_created)?,
            datetime_updated: text(arena, scan.datetime_updated)?,
            infected_with: text(arena, scan.infected_with)?,
            version: text(arena, scan.version)?,
        })
    }
}

unsafe fn copy_labels(arena: &Arena, labels: &uc_labels) -> Result<uc_labels> {
    // SAFETY: the caller's word.
    unsafe {
        Ok(uc_labels {
            datetime_created_us: labels.datetime_created_us,
            datetime_updated_us: labels.datetime_updated_us,
            datetime_created: text(arena, labels.datetime_created)?,
            datetime_updated: text(arena, labels.datetime_updated)?,
            labels: pointers(arena, labels.labels, labels.labels_len, |label| copy_label(arena, label))?,
            labels_len: labels.labels_len,
            version: text(arena, labels.version)?,
            model_version: text(arena, labels.model_version)?,
        })
    }
}

unsafe fn copy_label(arena: &Arena, label: &uc_label) -> Result<uc_label> {
    // SAFETY: the caller's word.
    unsafe {
        Ok(uc_label {
            confidence: label.confidence,
            name: text(arena, label.name)?,
            parents: list(arena, label.parents, label.parents_len, |parent| text(arena, *parent))?,
            parents_len: label.parents_len,
            instances_len: label.instances_len,
        })
    }
}

unsafe fn copy_remove_bg(arena: &Arena, remove_bg: &uc_remove_bg) -> Result<uc_remove_bg> {
    // SAFETY: the caller's word.
    unsafe {
        Ok(uc_remove_bg {
            datetime_created_us: remove_bg.datetime_created_us,
            datetime_updated_us: remove_bg.datetime_updated_us,
            datetime_created: text(arena, remove_bg.datetime_created)?,
            datetime_updated: text(arena, remove_bg.datetime_updated)?,
            foreground_type: text(arena, remove_bg.foreground_type)?,
            version: text(arena, remove_bg.version)?,
        })
    }
}

unsafe fn text(arena: &Arena, text: *const c_char) -> Result<*const c_char> {
    match text.is_null() {
        true => Ok(null()),
        // SAFETY: the caller's word.
        false => Ok(arena.list(unsafe { CStr::from_ptr(text) }.to_bytes_with_nul())?.cast()),
    }
}

unsafe fn one<T: Copy>(arena: &Arena, item: *const T, copy: impl Fn(&T) -> Result<T>) -> Result<*const T> {
    // SAFETY: the caller's word.
    unsafe { item.as_ref() }.map_or(Ok(null()), |item| arena.one(copy(item)?))
}

unsafe fn list<T: Copy>(
    arena: &Arena,
    items: *const T,
    len: usize,
    copy: impl Fn(&T) -> Result<T>,
) -> Result<*const T> {
    match items.is_null() {
        true => Ok(null()),
        // SAFETY: the caller's word.
        false => arena.made(unsafe { std::slice::from_raw_parts(items, len) }, copy),
    }
}

/// An array of pointers, which may be NULL.
unsafe fn pointers<T: Copy>(
    arena: &Arena,
    items: *const *const T,
    len: usize,
    copy: impl Fn(&T) -> Result<T>,
) -> Result<*const *const T> {
    // SAFETY: the caller's word.
    unsafe { list(arena, items, len, |item| one(arena, *item, &copy)) }
}

unsafe fn pairs(arena: &Arena, items: *const uc_pair, len: usize) -> Result<*const uc_pair> {
    // SAFETY: the caller's word.
    unsafe {
        list(arena, items, len, |pair| {
            Ok(uc_pair { key: text(arena, pair.key)?, value: text(arena, pair.value)? })
        })
    }
}
