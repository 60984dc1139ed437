//! What add-ons have found in a file, as C sees it.

use std::ptr::null;

use libc::c_char;

use super::layout::no_padding;
use super::memory::Arena;
use crate::core::appdata::{Appdata, Finding, Label, Labels, RemoveBg, VirusScan};
use crate::core::error::Result;

/// The verdict of the add-on "uc_clamav_virus_scan". Texts are NULL where the service says nothing.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_virus_scan {
    /// 1: the file is infected. 0: it was scanned and is clean.
    pub infected: i32,
    /// In place of padding: 0.
    pub reserved: i32,
    /// datetime_created in microseconds since 1970-01-01 UTC, or INT64_MIN.
    pub datetime_created_us: i64,
    /// The same of datetime_updated.
    pub datetime_updated_us: i64,
    /// When the file was first scanned, as the service's text, "2024-01-31T12:00:00Z".
    pub datetime_created: *const c_char,
    /// When it was last scanned.
    pub datetime_updated: *const c_char,
    /// What it is infected with, "Win.Test.EICAR_HDB-1"; NULL where it is clean.
    pub infected_with: *const c_char,
    /// Of the scanner, "1.0.1".
    pub version: *const c_char,
}

no_padding!(uc_virus_scan {
    infected,
    reserved,
    datetime_created_us,
    datetime_updated_us,
    datetime_created,
    datetime_updated,
    infected_with,
    version
});

/// One thing that was recognized in an image.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_label {
    /// How sure it is, 0 to 100; -1 where unknown.
    pub confidence: f64,
    /// "Pineapple". Never NULL.
    pub name: *const c_char,
    /// The names of the more general labels that it belongs to, "Fruit".
    pub parents: *const *const c_char,
    /// How many.
    pub parents_len: usize,
    /// How many of it were found, each at a place of its own; where stands in uc_file.appdata.
    pub instances_len: usize,
}

no_padding!(uc_label { confidence, name, parents, parents_len, instances_len });

/// What the add-on "aws_rekognition_detect_labels" or "aws_rekognition_detect_moderation_labels" has
/// recognized in an image. Texts are NULL where the service says nothing.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_labels {
    /// datetime_created in microseconds since 1970-01-01 UTC, or INT64_MIN.
    pub datetime_created_us: i64,
    /// The same of datetime_updated.
    pub datetime_updated_us: i64,
    /// When it was first looked at, as the service's text, "2024-01-31T12:00:00Z".
    pub datetime_created: *const c_char,
    /// When it was last looked at.
    pub datetime_updated: *const c_char,
    /// In the order of the response.
    pub labels: *const *const uc_label,
    /// How many; 0 where nothing was found.
    pub labels_len: usize,
    /// Of the add-on's API, "2016-06-27".
    pub version: *const c_char,
    /// Of the model, "3.0".
    pub model_version: *const c_char,
}

no_padding!(uc_labels {
    datetime_created_us,
    datetime_updated_us,
    datetime_created,
    datetime_updated,
    labels,
    labels_len,
    version,
    model_version
});

/// What the add-on "remove_bg" knows of an image. Texts are NULL where the service says nothing.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_remove_bg {
    /// datetime_created in microseconds since 1970-01-01 UTC, or INT64_MIN.
    pub datetime_created_us: i64,
    /// The same of datetime_updated.
    pub datetime_updated_us: i64,
    /// When it was first run, as the service's text, "2024-01-31T12:00:00Z".
    pub datetime_created: *const c_char,
    /// When it was last run.
    pub datetime_updated: *const c_char,
    /// What stands in the foreground, "person"; NULL unless it was run with `type_level`.
    pub foreground_type: *const c_char,
    /// Of the add-on, "1.0".
    pub version: *const c_char,
}

no_padding!(uc_remove_bg {
    datetime_created_us,
    datetime_updated_us,
    datetime_created,
    datetime_updated,
    foreground_type,
    version
});

/// What stands in a uc_file.
pub struct Findings {
    pub virus_scan: *const uc_virus_scan,
    pub labels: *const uc_labels,
    pub moderation_labels: *const uc_labels,
    pub remove_bg: *const uc_remove_bg,
}

pub fn lay_out_findings(arena: &Arena, appdata: &Appdata) -> Result<Findings> {
    Ok(Findings {
        virus_scan: lay_out(arena, &appdata.virus_scan, lay_out_virus_scan)?,
        labels: lay_out(arena, &appdata.labels, lay_out_labels)?,
        moderation_labels: lay_out(arena, &appdata.moderation_labels, lay_out_labels)?,
        remove_bg: lay_out(arena, &appdata.remove_bg, lay_out_remove_bg)?,
    })
}

/// NULL where there is nothing.
fn lay_out<T, V: Copy>(
    arena: &Arena,
    finding: &Option<T>,
    lay_out: impl Fn(&Arena, &T) -> Result<V>,
) -> Result<*const V> {
    finding.as_ref().map_or(Ok(null()), |finding| arena.one(lay_out(arena, finding)?))
}

fn lay_out_virus_scan(arena: &Arena, scan: &Finding<VirusScan>) -> Result<uc_virus_scan> {
    let (datetime_created, datetime_created_us) = arena.time(&scan.datetime_created)?;
    let (datetime_updated, datetime_updated_us) = arena.time(&scan.datetime_updated)?;
    Ok(uc_virus_scan {
        infected: scan.data.infected.into(),
        reserved: 0,
        datetime_created_us,
        datetime_updated_us,
        datetime_created,
        datetime_updated,
        infected_with: arena.value(&scan.data.infected_with)?,
        version: arena.value(&scan.version)?,
    })
}

fn lay_out_labels(arena: &Arena, found: &Finding<Labels>) -> Result<uc_labels> {
    let (datetime_created, datetime_created_us) = arena.time(&found.datetime_created)?;
    let (datetime_updated, datetime_updated_us) = arena.time(&found.datetime_updated)?;
    let (labels, labels_len) = arena.pointers(&found.data.labels, |label| lay_out_label(arena, label))?;
    Ok(uc_labels {
        datetime_created_us,
        datetime_updated_us,
        datetime_created,
        datetime_updated,
        labels,
        labels_len,
        version: arena.value(&found.version)?,
        model_version: arena.value(&found.data.model_version)?,
    })
}

fn lay_out_label(arena: &Arena, label: &Label) -> Result<uc_label> {
    let (parents, parents_len) = arena.texts(&label.parents)?;
    Ok(uc_label {
        confidence: label.confidence.float().unwrap_or(-1.0),
        name: arena.value(&label.name)?,
        parents,
        parents_len,
        instances_len: label.instances,
    })
}

fn lay_out_remove_bg(arena: &Arena, found: &Finding<RemoveBg>) -> Result<uc_remove_bg> {
    let (datetime_created, datetime_created_us) = arena.time(&found.datetime_created)?;
    let (datetime_updated, datetime_updated_us) = arena.time(&found.datetime_updated)?;
    Ok(uc_remove_bg {
        datetime_created_us,
        datetime_updated_us,
        datetime_created,
        datetime_updated,
        foreground_type: arena.value(&found.data.foreground_type)?,
        version: arena.value(&found.version)?,
    })
}
