//! The fields that tell what an uploaded file is to be.

use serde_json::{Map, Value, json};

use crate::metadata;
use crate::project::Project;
use crate::tags;
use crate::uploads::failure::Failure;
use crate::uploads::form::Form;
use crate::uploads::ledger::Description;

const UNKNOWN_TYPE: &str = "application/octet-stream";

impl Description {
    pub fn read(form: &Form, store_field: &str, project: &Project) -> Result<Description, Failure> {
        let is_stored = match form.value(store_field) {
            None | Some("auto") => project.autostore_enabled,
            Some("1" | "true") => true,
            Some("0" | "false") => false,
            Some(_) => return Err(Failure::new(400, "BaseViewsError", "Request processing failed.")),
        };
        let (metadata, tags) = (metadata(form)?, tags(form)?);
        Ok(Description { is_stored, metadata, tags, ..Description::default() })
    }

    /// The same, of a file with this name and of this type. Of a path only the last part counts.
    pub fn of(self, name: &str, mime: Option<&str>) -> Description {
        let name = name.rsplit('/').next().unwrap_or_default().to_owned();
        let is_type =
            |mime: &&str| mime.split_once('/').is_some_and(|(main, sub)| !main.is_empty() && !sub.is_empty());
        let mime = mime.map(without_parameters).filter(is_type).unwrap_or(UNKNOWN_TYPE).to_owned();
        Description { name, mime, ..self }
    }
}

fn without_parameters(mime: &str) -> &str {
    mime.split(';').next().unwrap_or_default().trim()
}

fn metadata(form: &Form) -> Result<Map<String, Value>, Failure> {
    let mut metadata = Map::new();
    for (name, value) in form.fields() {
        let key = name.strip_prefix("metadata[").and_then(|name| name.strip_suffix(']'));
        let Some(key) = key else { continue };
        check_metadata(key, value)?;
        if metadata.insert(key.to_owned(), json!(value)).is_some() {
            let content = format!("File's metadata key `{key}` has a duplicate.");
            return Err(Failure::new(400, "FileMetadataKeyDuplicatedError", content));
        }
    }
    if metadata.len() > metadata::MOST_KEYS {
        let content = format!("A file can not have more than {} metadata keys.", metadata::MOST_KEYS);
        return Err(Failure::new(400, "FileMetadataKeysNumberTooBigError", content));
    }
    Ok(metadata)
}

fn check_metadata(key: &str, value: &str) -> Result<(), Failure> {
    let (longest_key, longest_value) = (metadata::LONGEST_KEY, metadata::LONGEST_VALUE);
    let (code, content) = if key.is_empty() {
        ("FileMetadataKeyEmptyError", "File's metadata key can not be empty.".to_owned())
    } else if !metadata::is_key(key) {
        (
            "FileMetadataKeyForbiddenError",
            format!("File's metadata key `{key}` contains symbols not allowed by the metadata key format."),
        )
    } else if key.len() > longest_key {
        (
            "FileMetadataKeyLengthTooBigError",
            format!("Length of file metadata key `{key}` can not be more than {longest_key} symbols."),
        )
    } else if value.is_empty() {
        ("FileMetadataValueEmptyError", format!("Value of the file metadata key `{key}` can not be empty."))
    } else if value.chars().count() > longest_value {
        (
            "FileMetadataValueLengthTooBigError",
            format!(
                "Value of file metadata's key `{key}` can not be more than {longest_value} symbols in length."
            ),
        )
    } else {
        return Ok(());
    };
    Err(Failure::new(400, code, content))
}

/// The service's words for tags that it does not take are not known.
fn tags(form: &Form) -> Result<Vec<String>, Failure> {
    let list: Vec<_> = form.value("tags").unwrap_or_default().split(',').collect();
    let tags = tags::normalized("tags", &json!(list))
        .map_err(|_| Failure::new(400, "FileTagInvalidError", "Invalid tags."))?;
    if tags.len() > tags::MOST {
        let content = format!("Too many tags. A file can not have more than {}.", tags::MOST);
        return Err(Failure::new(400, "FileTagsNumberTooBigError", content));
    }
    Ok(tags)
}
