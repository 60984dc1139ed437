//! Archives of the files of a group.

use std::collections::HashSet;
use std::io::{self, Cursor, Write};

use zip::write::{SimpleFileOptions, ZipWriter};

use crate::cdn::original::Original;
use crate::cdn::refusal::Refusal;

/// Of all files together.
const LARGEST: u64 = 2 << 30;

/// A file by its name in the archive.
type Entry = (String, Vec<u8>);

pub fn of(originals: &[Original], pack: fn(Vec<Entry>) -> io::Result<Vec<u8>>) -> Result<Vec<u8>, Refusal> {
    if originals.iter().map(Original::size).sum::<u64>() > LARGEST {
        return Err(Refusal::BadRequest("The files are larger than 2 GB.".to_owned()));
    }
    let mut names = Names::default();
    let entries = originals.iter().map(|file| Ok((names.unique(file), file.read()?)));
    let entries = entries.collect::<Result<Vec<_>, Refusal>>()?;
    pack(entries).map_err(|error| Refusal::BadRequest(error.to_string()))
}

/// They are packed already, most of them.
pub fn zip(entries: Vec<Entry>) -> io::Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in entries {
        archive.start_file(name, options)?;
        archive.write_all(&content)?;
    }
    Ok(archive.finish()?.into_inner())
}

pub fn tar(entries: Vec<Entry>) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, &content[..])?;
    }
    archive.into_inner()
}

/// Those that are taken.
#[derive(Default)]
struct Names(HashSet<String>);

impl Names {
    /// `name.txt`, or `name (2).txt` where that is taken. No name leads out of the archive.
    fn unique(&mut self, file: &Original) -> String {
        let name = file.name().replace(['/', '\\', '\0'], "_");
        let name = if name.trim_matches('.').is_empty() { file.uuid.to_string() } else { name };
        let (stem, ending) = name.rfind('.').map_or((&*name, ""), |dot| name.split_at(dot));
        let others = (2..).map(|number| format!("{stem} ({number}){ending}"));
        let free = [name.clone()].into_iter().chain(others).find(|name| !self.0.contains(name));
        let free = free.expect("numbers do not end");
        self.0.insert(free.clone());
        free
    }
}
