//! The query of a call, each parameter checked under the name that it has in the options.

use super::error::{Error, Result};
use super::time;

#[derive(Default)]
pub struct Query {
    /// `limit=1&from=...`
    text: String,
}

impl Query {
    /// A number; 0 stands for the service's default.
    pub fn number(&mut self, name: &str, value: u32, most: u32) -> Result<()> {
        match value {
            0 => {}
            _ if value <= most => self.add(name, &value.to_string()),
            _ => {
                return Err(Error::argument(format!(
                    "opts.{name} is {value}; it may be 1 to {most}, or 0 for the default"
                )));
            }
        }
        Ok(())
    }

    pub fn time(&mut self, name: &str, value: Option<&str>) -> Result<()> {
        let Some(value) = value else { return Ok(()) };
        let time = time::canonical(value, &format!("opts.{name}"))?;
        self.add(name, &time.replace(':', "%3A"));
        Ok(())
    }

    pub fn choice(&mut self, name: &str, value: Option<&str>, choices: &[&str]) -> Result<()> {
        match value {
            None => {}
            Some(value) if choices.contains(&value) => self.add(name, value),
            Some(_) => return Err(Error::argument(format!("opts.{name} may be {}", listed(choices)))),
        }
        Ok(())
    }

    pub fn flag(&mut self, name: &str, value: Option<bool>) {
        if let Some(value) = value {
            self.add(name, if value { "true" } else { "false" });
        }
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The path with this query.
    pub fn of(&self, path: &str) -> String {
        match self.is_empty() {
            true => path.to_owned(),
            false => format!("{path}?{}", self.text),
        }
    }

    fn add(&mut self, name: &str, value: &str) {
        if !self.is_empty() {
            self.text.push('&');
        }
        self.text += &format!("{name}={value}");
    }
}

/// `"a", "b" or NULL`
fn listed(choices: &[&str]) -> String {
    let quoted: Vec<_> = choices.iter().map(|choice| format!("{choice:?}")).collect();
    format!("{} or NULL", quoted.join(", "))
}
