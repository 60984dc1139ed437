//! `/{uuid}~{n}/…`: a list of the files of a group, one of them, or all of them in an archive.

use std::fmt::Write;

use axum::response::Response;

use crate::cdn::archive;
use crate::cdn::delivery;
use crate::cdn::files::{self, Wish};
use crate::cdn::original::Original;
use crate::cdn::refusal::{Refusal, escaped};
use crate::service::Shared;

pub fn deliver(shared: &Shared, id: &str, rest: &str, query: &str) -> Result<Response, Refusal> {
    let steps: Vec<_> = rest.splitn(3, '/').collect();
    match steps[..] {
        [""] => list(shared, id, "nth"),
        ["gallery", ..] => list(shared, id, &format!("/{id}/nth")),
        ["nth", index, rest] => nth(shared, id, index, Wish::parse(rest, query)),
        ["archive", kind, name] if !name.contains('/') => whole(shared, id, kind, &Wish::parse(name, query)),
        ["-", ..] => Err(Refusal::BadRequest("A group takes no operations.".to_owned())),
        _ => Err(Refusal::NotFound),
    }
}

/// Links lead below `nth`.
fn list(shared: &Shared, id: &str, nth: &str) -> Result<Response, Refusal> {
    let store = shared.store.lock().unwrap();
    let group = store.group(id).ok_or(Refusal::NotFound)?;
    let mut html =
        format!("<!DOCTYPE html>\n<html><head><title>{id}</title></head>\n<body><ol start=\"0\">\n");
    for (index, (uuid, _)) in group.files().into_iter().enumerate() {
        let name = Original::find(&store, uuid).map_or("not there".to_owned(), |file| escaped(file.name()));
        writeln!(html, "<li><a href=\"{nth}/{index}/\">{uuid}</a> {name}</li>")
            .expect("memory takes everything");
    }
    html.push_str("</ol></body></html>\n");
    Ok(delivery::html(html))
}

/// A file as it was put into the group, with operations on it, and then those of the address.
fn nth(shared: &Shared, id: &str, index: &str, mut wish: Wish) -> Result<Response, Refusal> {
    let (original, effects) = {
        let store = shared.store.lock().unwrap();
        let group = store.group(id).ok_or(Refusal::NotFound)?;
        let index: usize = index.parse().map_err(|_| Refusal::NotFound)?;
        let (uuid, effects) = group.files().into_iter().nth(index).ok_or(Refusal::NotFound)?;
        (Original::find(&store, uuid)?, effects)
    };
    if !effects.is_empty() && original.image().is_some() {
        wish.operations = format!("-/{effects}{}", wish.operations);
    }
    files::deliver(&original, &wish)
}

/// The files as they were uploaded; all of them have to be there.
fn whole(shared: &Shared, id: &str, kind: &str, wish: &Wish) -> Result<Response, Refusal> {
    let pack = match kind {
        "zip" => archive::zip,
        "tar" => archive::tar,
        _ => return Err(Refusal::BadRequest(format!("Unknown archive format \"{kind}\"."))),
    };
    let originals = {
        let store = shared.store.lock().unwrap();
        let group = store.group(id).ok_or(Refusal::NotFound)?;
        let files = group.files().into_iter().map(|(uuid, _)| Original::find(&store, uuid));
        files.collect::<Result<Vec<_>, _>>()?
    };
    let mime = if kind == "zip" { "application/zip" } else { "application/x-tar" };
    let name = if wish.name.is_empty() { &format!("{id}.{kind}") } else { &wish.name };
    Ok(delivery::file(mime, false, name, archive::of(&originals, pack)?))
}
