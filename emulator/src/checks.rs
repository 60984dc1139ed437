//! Checks of single fields, of queries as well as of bodies, in the words of the service's framework.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::clock;
use crate::refusal::Refusal;

/// A body that has to be JSON.
pub fn json(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::detail(400, &format!("JSON parse error - {error}")))
}

/// A body that has to be a JSON object.
pub fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    match json(body)? {
        Value::Object(object) => Ok(object),
        _ => Err(Refusal::field("non_field_errors", "Invalid data. Expected a dictionary.")),
    }
}

pub fn number(name: &str, value: &str, least: usize, most: usize) -> Result<usize, Refusal> {
    let number: i128 = value.parse().map_err(|_| Refusal::field(name, "A valid integer is required."))?;
    if number < least as i128 {
        return Err(Refusal::field(name, &format!("Ensure this value is greater than or equal to {least}.")));
    }
    if number > most as i128 {
        return Err(Refusal::field(name, &format!("Ensure this value is less than or equal to {most}.")));
    }
    Ok(number as usize)
}

pub fn moment(name: &str, value: &str) -> Result<DateTime<Utc>, Refusal> {
    const FORMAT: &str = "Datetime has wrong format. Use one of these formats instead: \
                          YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";
    clock::parse_iso(value).ok_or_else(|| Refusal::field(name, FORMAT))
}

pub fn choice<'a>(name: &str, value: &'a str, choices: &[&str]) -> Result<&'a str, Refusal> {
    if choices.contains(&value) {
        return Ok(value);
    }
    Err(Refusal::field(name, &format!("\"{value}\" is not a valid choice.")))
}

/// `true` or `false`, in a query.
pub fn flag(name: &str, value: &str) -> Result<bool, Refusal> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(Refusal::field(name, "Must be a valid boolean.")),
    }
}

pub fn text<'a>(name: &str, value: &'a Value) -> Result<&'a str, Refusal> {
    value.as_str().ok_or_else(|| Refusal::field(name, "Not a valid string."))
}

pub fn texts<'a>(name: &str, value: &'a Value) -> Result<Vec<&'a str>, Refusal> {
    let list = value.as_array().ok_or_else(|| Refusal::field(name, "Expected a list of items."))?;
    list.iter().map(|item| text(name, item)).collect()
}

/// A text of so many characters.
pub fn text_within<'a>(name: &str, value: &'a Value, least: usize, most: usize) -> Result<&'a str, Refusal> {
    let text = text(name, value)?;
    let length = text.chars().count();
    if length < least {
        return Err(Refusal::field(name, &format!("Must be at least {least} characters.")));
    }
    if length > most {
        return Err(Refusal::field(name, &format!("Ensure this field has no more than {most} characters.")));
    }
    Ok(text)
}
