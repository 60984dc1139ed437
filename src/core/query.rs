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
        self.add(name, &escaped(&time));
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

    /// The name of the parameter that was set first.
    pub fn first_name(&self) -> &str {
        self.text.split('=').next().unwrap_or_default()
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

/// A time as it stands in a query.
fn escaped(time: &str) -> String {
    time.replace(':', "%3A")
}

/// The target of a listing that is like that of `target`, but goes on with the items of a moment. The
/// moment that `from` names is left out itself.
pub fn going_on_at(target: &str, moment: i64) -> Option<String> {
    let before = time::text(if is_descending(target) { moment + 1 } else { moment - 1 })?;
    Some(with_place(target, &format!("from={}", escaped(&before)), &["from", "to", "offset"]))
}

/// The target of a search that is like that of `target`, but of these files of what it finds.
pub fn part_of(target: &str, offset: u32, limit: u32) -> String {
    with_place(target, &format!("limit={limit}&offset={offset}"), &["limit", "offset"])
}

/// `target` with other parameters in place of those that are named.
fn with_place(target: &str, place: &str, named: &[&str]) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut changed = format!("{path}?{place}");
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        if !named.contains(&parameter.split('=').next().unwrap_or_default()) {
            changed.push('&');
            changed += parameter;
        }
    }
    changed
}

/// The first moment that may be listed where `from` excludes others. That of `from` is excluded itself.
pub fn begins_at(target: &str) -> Option<i64> {
    let from = value(target, "from=")?.replace("%3A", ":");
    let moment = time::micros(&from).filter(|moment| time::has_neighbours(*moment))?;
    Some(if is_descending(target) { moment - 1 } else { moment + 1 })
}

/// Whether a target lists the newest first.
pub fn is_descending(target: &str) -> bool {
    value(target, "ordering=")
        .is_some_and(|value| ["-", "%2D", "%2d"].iter().any(|minus| value.starts_with(minus)))
}

/// Whether a target of the service's begins after so many items of one moment.
pub fn counts_ties(target: &str) -> bool {
    value(target, "offset=").is_some_and(|offset| offset != "0")
}

/// A number of a target's query, where it is one.
pub fn number(target: &str, name: &str) -> Option<u32> {
    value(target, name)?.parse().ok()
}

fn value<'a>(target: &'a str, name: &str) -> Option<&'a str> {
    let (_, query) = target.split_once('?')?;
    query.split('&').find_map(|parameter| parameter.strip_prefix(name))
}

/// `"a", "b" or NULL`
fn listed(choices: &[&str]) -> String {
    let quoted: Vec<_> = choices.iter().map(|choice| format!("{choice:?}")).collect();
    format!("{} or NULL", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_search_keeps_its_other_parameters() {
        for (target, part) in [
            ("/files/search/", "/files/search/?limit=10&offset=990"),
            (
                "/v1/files/search/?limit=30&offset=960&include=appdata",
                "/v1/files/search/?limit=10&offset=990&include=appdata",
            ),
        ] {
            assert_eq!(part_of(target, 990, 10), part);
        }
        assert_eq!(number("/files/search/?limit=30&offset=960", "offset="), Some(960));
        assert_eq!(number("/files/search/?limit=30", "offset="), None);
    }

    #[test]
    fn a_listing_goes_on_just_before_a_moment_in_its_own_direction() {
        let moment = 1_543_236_550_477_888;
        for (target, going_on) in [
            ("/groups/", "/groups/?from=2018-11-26T12%3A49%3A10.477887Z"),
            (
                "/v1/groups/?limit=7&offset=3&from=2017-01-01T00%3A00%3A00%2B00%3A00&ordering=datetime_created",
                "/v1/groups/?from=2018-11-26T12%3A49%3A10.477887Z&limit=7&ordering=datetime_created",
            ),
            (
                "/files/?to=2017-01-01&stored=true&ordering=-datetime_uploaded&include=appdata",
                "/files/?from=2018-11-26T12%3A49%3A10.477889Z&stored=true&ordering=-datetime_uploaded&include=appdata",
            ),
            (
                "/files/?ordering=%2Dx&fromage=1",
                "/files/?from=2018-11-26T12%3A49%3A10.477889Z&ordering=%2Dx&fromage=1",
            ),
        ] {
            assert_eq!(going_on_at(target, moment).as_deref(), Some(going_on));
        }
        assert_eq!(going_on_at("/groups/", i64::MAX - 1), None);
        for (target, begins) in [
            ("/groups/?from=2018-11-26T12%3A49%3A10.477888Z", Some(moment + 1)),
            ("/groups/?from=2018-11-26T12%3A49%3A10.477888Z&ordering=-datetime_created", Some(moment - 1)),
            ("/groups/?limit=7", None),
        ] {
            assert_eq!(begins_at(target), begins);
        }
        assert!(counts_ties("/groups/?limit=1&offset=3"));
        assert!(!counts_ties("/groups/?limit=1&offset=0") && !counts_ties("/groups/"));
    }
}
