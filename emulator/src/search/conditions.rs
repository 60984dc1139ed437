//! What is searched for, as the body says it, and whether a file meets it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

use super::text;
use crate::checks;
use crate::clock;
use crate::refusal::Refusal;
use crate::tags;

const TEXTS: [&str; 3] = ["original_filename", "metadata", "detected_mime_type"];
const SORTS: [&str; 4] = ["score", "datetime_uploaded", "size", "original_filename"];
const SHORTEST: usize = 4;

/// All have to be met.
#[derive(Default)]
pub struct Conditions {
    /// In any field.
    query: Option<String>,
    /// Each in its field.
    phrases: BTreeMap<String, String>,
    /// One of the values, each in its field.
    exact: BTreeMap<String, Vec<String>>,
    datetime_uploaded: Bounds<DateTime<Utc>>,
    size: Bounds<u64>,
    is_image: Option<bool>,
    tags: Tags,
    is_fuzzy: bool,
    pub sort: Vec<Key>,
}

#[derive(Default)]
struct Bounds<T> {
    gt: Option<T>,
    gte: Option<T>,
    lt: Option<T>,
    lte: Option<T>,
}

#[derive(Default)]
struct Tags {
    any: Vec<String>,
    all: Vec<String>,
    none: Vec<String>,
}

pub struct Key {
    pub field: String,
    pub is_descending: bool,
}

/// How a file meets the conditions.
#[derive(Default)]
pub struct Match {
    pub score: f64,
    pub highlight: Highlight,
}

#[derive(Default, Serialize)]
pub struct Highlight {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    original_filename: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    detected_mime_type: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<String, String>,
}

impl Conditions {
    pub fn parse(body: &Map<String, Value>) -> Result<Conditions, Refusal> {
        let mut conditions = Conditions::default();
        let modifiers = ["fuzziness", "sort"];
        for (name, value) in body {
            conditions.read(name, value)?;
        }
        if body.keys().all(|name| modifiers.contains(&name.as_str())) {
            return Err(Refusal::field("non_field_errors", "At least one search condition is required."));
        }
        if let Some(name) = conditions.phrases.keys().find(|name| conditions.exact.contains_key(*name)) {
            let message = format!("`{name}` can not be in both `phrase` and `exact`.");
            return Err(Refusal::field("non_field_errors", &message));
        }
        Ok(conditions)
    }

    fn read(&mut self, name: &str, value: &Value) -> Result<(), Refusal> {
        match name {
            "query" => self.query = Some(term(name, value)?),
            "phrase" => self.phrases = fields(name, value, phrase)?,
            "exact" => self.exact = fields(name, value, alternatives)?,
            "datetime_uploaded" => self.datetime_uploaded = Bounds::parse(name, value, moment)?,
            "size" => self.size = Bounds::parse(name, value, size)?,
            "is_image" => self.is_image = Some(flag(name, value)?),
            "tags" => self.tags = Tags::parse(name, value)?,
            "fuzziness" => self.is_fuzzy = flag(name, value)?,
            "sort" => self.sort = sort(name, value)?,
            _ => return Err(unknown(name)),
        }
        Ok(())
    }

    pub fn meets(&self, file: &Value) -> Option<Match> {
        let uploaded = file["datetime_uploaded"].as_str().and_then(clock::parse_iso)?;
        let is_met = self.datetime_uploaded.hold(&uploaded)
            && self.size.hold(&file["size"].as_u64()?)
            && self.is_image.is_none_or(|is_image| file["is_image"] == is_image)
            && self.tags.fit(&tags::of(file))
            && self.exact.iter().all(|(field, values)| is_exactly(file, field, values));
        if !is_met {
            return None;
        }
        let mut found = Match::default();
        let phrases =
            self.phrases.iter().all(|(field, phrase)| found.take(file, field, phrase, self.is_fuzzy));
        let query = self.query.as_ref().is_none_or(|query| {
            // All of them, for the highlight.
            TEXTS.map(|field| found.take(file, field, query, self.is_fuzzy)).contains(&true)
        });
        (phrases && query).then_some(found)
    }
}

impl Match {
    /// Looks for a text in a field and notes where it is.
    fn take(&mut self, file: &Value, field: &str, needle: &str, is_fuzzy: bool) -> bool {
        let mut is_there = false;
        for (key, text) in texts(file, field) {
            let Some(finding) = text::find(text, needle, is_fuzzy) else { continue };
            is_there = true;
            self.score += finding.score;
            match field {
                "original_filename" => self.highlight.original_filename.push(finding.marked),
                "detected_mime_type" => self.highlight.detected_mime_type.push(finding.marked),
                _ => _ = self.highlight.metadata.insert(key.to_owned(), finding.marked),
            }
        }
        is_there
    }
}

/// The texts of a field; those of metadata with their keys.
fn texts<'a>(file: &'a Value, field: &'a str) -> Vec<(&'a str, &'a str)> {
    let value = match field {
        "detected_mime_type" => &file["content_info"]["mime"]["mime"],
        _ => &file[field],
    };
    match value {
        Value::String(text) => vec![(field, text)],
        Value::Object(values) => {
            values.iter().filter_map(|(key, value)| Some((key.as_str(), value.as_str()?))).collect()
        }
        _ => Vec::new(),
    }
}

fn is_exactly(file: &Value, field: &str, values: &[String]) -> bool {
    let (field, key) = match metadata_key(field) {
        Some(key) => ("metadata", key),
        None => (field, field),
    };
    texts(file, field)
        .iter()
        .any(|(present, text)| *present == key && values.iter().any(|value| value == text))
}

/// `metadata[key]`
fn metadata_key(field: &str) -> Option<&str> {
    field.strip_prefix("metadata[")?.strip_suffix(']').filter(|key| !key.is_empty())
}

impl<T: PartialOrd> Bounds<T> {
    fn parse(
        name: &str,
        value: &Value,
        read: fn(&str, &Value) -> Result<T, Refusal>,
    ) -> Result<Bounds<T>, Refusal> {
        let mut bounds = Bounds { gt: None, gte: None, lt: None, lte: None };
        for (bound, value) in object(name, value)? {
            let place = match bound.as_str() {
                "gt" => &mut bounds.gt,
                "gte" => &mut bounds.gte,
                "lt" => &mut bounds.lt,
                "lte" => &mut bounds.lte,
                _ => return Err(unknown(bound).inside(name)),
            };
            *place = Some(read(bound, value).map_err(|refusal| refusal.inside(name))?);
        }
        let refused = |message| Err(Refusal::field("non_field_errors", message).inside(name));
        let (lower, upper) =
            (bounds.gt.as_ref().or(bounds.gte.as_ref()), bounds.lt.as_ref().or(bounds.lte.as_ref()));
        match (lower, upper) {
            (None, None) => refused("At least one of gt, gte, lt, lte is required."),
            (Some(lower), Some(upper)) if lower > upper => {
                refused("The lower bound can not be greater than the upper one.")
            }
            _ if bounds.gt.is_some() && bounds.gte.is_some() => refused("Use either gt or gte."),
            _ if bounds.lt.is_some() && bounds.lte.is_some() => refused("Use either lt or lte."),
            _ => Ok(bounds),
        }
    }

    fn hold(&self, value: &T) -> bool {
        self.gt.as_ref().is_none_or(|bound| value > bound)
            && self.gte.as_ref().is_none_or(|bound| value >= bound)
            && self.lt.as_ref().is_none_or(|bound| value < bound)
            && self.lte.as_ref().is_none_or(|bound| value <= bound)
    }
}

impl Tags {
    fn parse(name: &str, value: &Value) -> Result<Tags, Refusal> {
        let mut tags = Tags::default();
        for (list, value) in object(name, value)? {
            let place = match list.as_str() {
                "any" => &mut tags.any,
                "all" => &mut tags.all,
                "none" => &mut tags.none,
                _ => return Err(unknown(list).inside(name)),
            };
            *place = tags::normalized(list, value).map_err(|refusal| refusal.inside(name))?;
        }
        if tags.any.is_empty() && tags.all.is_empty() && tags.none.is_empty() {
            let refusal = Refusal::field("non_field_errors", "At least one tag is required.");
            return Err(refusal.inside(name));
        }
        Ok(tags)
    }

    fn fit(&self, tags: &[String]) -> bool {
        (self.any.is_empty() || self.any.iter().any(|tag| tags.contains(tag)))
            && self.all.iter().all(|tag| tags.contains(tag))
            && !self.none.iter().any(|tag| tags.contains(tag))
    }
}

/// An object with at least one field; each is checked and read.
fn fields<T>(
    name: &str,
    value: &Value,
    read: fn(&str, &Value) -> Result<T, Refusal>,
) -> Result<BTreeMap<String, T>, Refusal> {
    let fields = object(name, value)?.iter();
    let fields = fields.map(|(field, value)| Ok((field.clone(), read(field, value)?)));
    let fields: BTreeMap<_, _> =
        fields.collect::<Result<_, _>>().map_err(|refusal: Refusal| refusal.inside(name))?;
    if fields.is_empty() {
        return Err(Refusal::field("non_field_errors", "At least one field is required.").inside(name));
    }
    Ok(fields)
}

fn object<'a>(name: &str, value: &'a Value) -> Result<&'a Map<String, Value>, Refusal> {
    let refusal = || Refusal::field("non_field_errors", "Invalid data. Expected a dictionary.").inside(name);
    value.as_object().ok_or_else(refusal)
}

fn phrase(field: &str, value: &Value) -> Result<String, Refusal> {
    if TEXTS.contains(&field) { term(field, value) } else { Err(unknown(field)) }
}

fn term(name: &str, value: &Value) -> Result<String, Refusal> {
    checks::text_within(name, value, SHORTEST, usize::MAX).map(str::to_owned)
}

fn alternatives(field: &str, value: &Value) -> Result<Vec<String>, Refusal> {
    let is_known = ["uuid", "detected_mime_type", "original_filename"].contains(&field);
    if !is_known && metadata_key(field).is_none() {
        return Err(unknown(field));
    }
    let values = checks::texts(field, value)?;
    if values.is_empty() {
        return Err(Refusal::field(field, "This list may not be empty."));
    }
    Ok(values.into_iter().map(str::to_owned).collect())
}

fn moment(name: &str, value: &Value) -> Result<DateTime<Utc>, Refusal> {
    checks::moment(name, checks::text(name, value)?)
}

fn size(name: &str, value: &Value) -> Result<u64, Refusal> {
    value.as_u64().ok_or_else(|| Refusal::field(name, "A valid integer is required."))
}

fn flag(name: &str, value: &Value) -> Result<bool, Refusal> {
    value.as_bool().ok_or_else(|| Refusal::field(name, "Must be a valid boolean."))
}

fn sort(name: &str, value: &Value) -> Result<Vec<Key>, Refusal> {
    let mut keys: Vec<Key> = Vec::new();
    for text in checks::texts(name, value)? {
        let field = text.strip_prefix('-').unwrap_or(text);
        if !SORTS.contains(&field) {
            return Err(Refusal::field(name, &format!("\"{text}\" is not a valid choice.")));
        }
        if keys.iter().any(|key| key.field == field) {
            return Err(Refusal::field(name, "Sort keys have to be unique."));
        }
        keys.push(Key { field: field.to_owned(), is_descending: text.starts_with('-') });
    }
    if keys.is_empty() {
        return Err(Refusal::field(name, "This list may not be empty."));
    }
    Ok(keys)
}

fn unknown(name: &str) -> Refusal {
    Refusal::field(name, "Unknown field.")
}
