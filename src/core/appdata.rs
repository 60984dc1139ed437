//! What add-ons have found in a file: https://uploadcare.com/api-refs/rest-api/v0.7.0/#tag/Add-Ons

use std::borrow::Cow;

use super::json::{MOST_OBJECTS, Reader, Result, Scalar, add};

/// What each add-on has left in the appdata of a file, where it has run and could be understood.
#[derive(Default)]
pub struct Appdata<'a> {
    pub virus_scan: Option<Finding<'a, VirusScan<'a>>>,
    pub labels: Option<Finding<'a, Labels<'a>>>,
    pub moderation_labels: Option<Finding<'a, Labels<'a>>>,
    pub remove_bg: Option<Finding<'a, RemoveBg<'a>>>,
}

/// What an add-on has found, and which version of it when.
pub struct Finding<'a, T> {
    pub version: Scalar<'a>,
    pub datetime_created: Scalar<'a>,
    pub datetime_updated: Scalar<'a>,
    pub data: T,
}

pub struct VirusScan<'a> {
    pub infected: bool,
    pub infected_with: Scalar<'a>,
}

pub struct Labels<'a> {
    pub model_version: Scalar<'a>,
    pub labels: Vec<Label<'a>>,
}

#[derive(Default)]
pub struct Label<'a> {
    pub name: Scalar<'a>,
    pub confidence: Scalar<'a>,
    pub parents: Vec<Cow<'a, str>>,
    /// How often it was found at a place of its own.
    pub instances: usize,
}

pub struct RemoveBg<'a> {
    pub foreground_type: Scalar<'a>,
}

impl<'a> Appdata<'a> {
    /// Fails only where the JSON is none.
    pub fn read(reader: &mut Reader<'a>) -> Result<Self> {
        let mut appdata = Appdata::default();
        reader.fields(|reader, key| {
            match key {
                "uc_clamav_virus_scan" => appdata.virus_scan = Finding::read(reader, VirusScan::read)?,
                "aws_rekognition_detect_labels" => appdata.labels = Finding::read(reader, Labels::read)?,
                "aws_rekognition_detect_moderation_labels" => {
                    appdata.moderation_labels = Finding::read(reader, Labels::read)?;
                }
                "remove_bg" => appdata.remove_bg = Finding::read(reader, RemoveBg::read)?,
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        Ok(appdata)
    }
}

impl<'a, T> Finding<'a, T> {
    /// None where there is no `data` that says something.
    fn read(
        reader: &mut Reader<'a>,
        read: impl Fn(&mut Reader<'a>) -> Result<Option<T>>,
    ) -> Result<Option<Self>> {
        let (mut version, mut created, mut updated) = <(Scalar, Scalar, Scalar)>::default();
        let mut data = None;
        reader.fields(|reader, key| {
            match key {
                "version" => version = reader.scalar()?,
                "datetime_created" => created = reader.scalar()?,
                "datetime_updated" => updated = reader.scalar()?,
                "data" => data = read(reader)?,
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        Ok(data.map(|data| Finding { version, datetime_created: created, datetime_updated: updated, data }))
    }
}

impl<'a> VirusScan<'a> {
    /// Whoever asks for a verdict must not take a missing one for a good one: none without `infected`.
    fn read(reader: &mut Reader<'a>) -> Result<Option<Self>> {
        let (mut infected, mut infected_with) = <(Scalar, Scalar)>::default();
        reader.fields(|reader, key| {
            match key {
                "infected" => infected = reader.scalar()?,
                "infected_with" => infected_with = reader.scalar()?,
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        Ok(infected.flag().map(|infected| VirusScan { infected, infected_with }))
    }
}

impl<'a> Labels<'a> {
    /// Nor a missing list for an empty one.
    fn read(reader: &mut Reader<'a>) -> Result<Option<Self>> {
        let (mut model_version, mut labels) = (Scalar::Nothing, None);
        reader.fields(|reader, key| {
            match key {
                "LabelModelVersion" | "ModerationModelVersion" => model_version = reader.scalar()?,
                "Labels" | "ModerationLabels" => labels = Label::read_all(reader)?,
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        Ok(labels.map(|labels| Labels { model_version, labels }))
    }
}

impl<'a> Label<'a> {
    /// Those that have a name; none of what is no array.
    fn read_all(reader: &mut Reader<'a>) -> Result<Option<Vec<Self>>> {
        let is_list = reader.peek() == Some(b'[');
        let mut labels = Vec::new();
        reader.items(|reader| {
            let label = Label::read(reader)?;
            if label.name.text().is_some() { add(&mut labels, label, MOST_OBJECTS) } else { Ok(()) }
        })?;
        Ok(is_list.then_some(labels))
    }

    fn read(reader: &mut Reader<'a>) -> Result<Self> {
        let mut label = Label::default();
        reader.fields(|reader, key| {
            match key {
                "Name" => label.name = reader.scalar()?,
                "Confidence" => label.confidence = reader.scalar()?,
                "Parents" => reader.items(|reader| label.add_parent(reader))?,
                // A label of moderation has one at most, and "" where it has none.
                "ParentName" => match reader.scalar()? {
                    Scalar::Text(name) if !name.is_empty() => add(&mut label.parents, name, MOST_OBJECTS)?,
                    _ => {}
                },
                "Instances" => reader.items(|reader| {
                    label.instances += 1;
                    reader.raw().map(drop)
                })?,
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        Ok(label)
    }

    fn add_parent(&mut self, reader: &mut Reader<'a>) -> Result<()> {
        let mut name = Scalar::Nothing;
        reader.fields(|reader, key| {
            match key {
                "Name" => name = reader.scalar()?,
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        match name {
            Scalar::Text(name) => add(&mut self.parents, name, MOST_OBJECTS),
            _ => Ok(()),
        }
    }
}

impl<'a> RemoveBg<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Option<Self>> {
        let is_there = reader.peek() == Some(b'{');
        let mut foreground_type = Scalar::Nothing;
        reader.fields(|reader, key| {
            match key {
                "foreground_type" => foreground_type = reader.scalar()?,
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        Ok(is_there.then_some(RemoveBg { foreground_type }))
    }
}
