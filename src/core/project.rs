//! The project: https://uploadcare.com/api-refs/rest-api/v0.7.0/#tag/Project

use super::client::Client;
use super::error::Result;
use super::http::{Answer, Method};
use super::json::{self, MOST_OBJECTS, Reader, Scalar, add};

#[derive(Default)]
pub struct Project<'a> {
    pub name: Scalar<'a>,
    pub pub_key: Scalar<'a>,
    pub autostore_enabled: Scalar<'a>,
    /// Address and name.
    pub collaborators: Vec<(Scalar<'a>, Scalar<'a>)>,
}

impl<'a> Project<'a> {
    fn read(reader: &mut Reader<'a>) -> json::Result<Self> {
        let mut project = Project::default();
        reader.object(|reader, key| {
            match key {
                "name" => project.name = reader.scalar()?,
                "pub_key" => project.pub_key = reader.scalar()?,
                "autostore_enabled" => project.autostore_enabled = reader.scalar()?,
                "collaborators" => reader.items(|reader| {
                    let collaborator = read_collaborator(reader)?;
                    add(&mut project.collaborators, collaborator, MOST_OBJECTS)
                })?,
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        Ok(project)
    }
}

fn read_collaborator<'a>(reader: &mut Reader<'a>) -> json::Result<(Scalar<'a>, Scalar<'a>)> {
    let (mut email, mut name) = (Scalar::Nothing, Scalar::Nothing);
    reader.fields(|reader, key| {
        match key {
            "email" => email = reader.scalar()?,
            "name" => name = reader.scalar()?,
            _ => drop(reader.raw()?),
        }
        Ok(())
    })?;
    Ok((email, name))
}

impl Client {
    /// `GET /project/`
    pub fn project_info<T>(&self, lay_out: impl Fn(Project, &str) -> T) -> Result<T> {
        self.http.ask(Method::GET, "/project/", "", |answer: &mut Answer| {
            Ok(lay_out(answer.read(Project::read)?, &answer.body))
        })
    }
}
