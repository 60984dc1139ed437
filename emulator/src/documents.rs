//! What documents are converted to.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::conversions::{Operation, Order, Plan, Wrong};
use crate::made::{self, Content};
use crate::seeded_file::image;
use crate::store::Store;

/// Kinds of documents, by the ends of their names, and what they can be converted to.
const FAMILIES: [(&[&str], &[&str]); 5] = [
    (
        &["pdf"],
        &[
            "bmp",
            "csv",
            "doc",
            "docx",
            "dwg",
            "dxf",
            "enhanced.jpg",
            "epub",
            "fb2",
            "gif",
            "html",
            "html5",
            "html5-1page",
            "htmlz",
            "jpg",
            "lit",
            "lrf",
            "md",
            "mobi",
            "mp3",
            "pcx",
            "pdb",
            "png",
            "ppt",
            "pptx",
            "prc",
            "ps",
            "rb",
            "rtf",
            "snb",
            "svg",
            "tcr",
            "thumbnail",
            "tiff",
            "txt",
            "txtz",
            "xls",
            "xlsx",
        ],
    ),
    (
        &["txt", "doc", "docx", "odt", "rtf", "html", "md", "epub"],
        &["doc", "docx", "enhanced.jpg", "epub", "html", "jpg", "md", "odt", "pdf", "png", "rtf", "txt"],
    ),
    (
        &["xls", "xlsx", "ods", "csv"],
        &["csv", "enhanced.jpg", "html", "jpg", "ods", "pdf", "png", "txt", "xls", "xlsx"],
    ),
    (&["ppt", "pptx", "odp"], &["enhanced.jpg", "html", "jpg", "odp", "pdf", "png", "ppt", "pptx"]),
    (
        &["jpg", "png", "gif", "webp", "bmp", "tiff"],
        &["avif", "bmp", "gif", "ico", "jpg", "pdf", "png", "tiff", "webp"],
    ),
];

/// The formats that make an image of each page.
const PAGED: [&str; 3] = ["jpg", "enhanced.jpg", "png"];
const RASTER: [&str; 7] = ["jpg", "enhanced.jpg", "png", "webp", "gif", "bmp", "tiff"];

/// The groups that were made of a document, by format.
pub type ConvertedGroups = Map<String, Value>;

fn format_of(file: &Value) -> String {
    let name = file["original_filename"].as_str().unwrap_or_default().to_lowercase();
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    if end == "jpeg" { "jpg".to_owned() } else { end.to_owned() }
}

fn formats_for(source: &str) -> Vec<&'static str> {
    let family = FAMILIES.iter().find(|(sources, _)| sources.contains(&source));
    let targets = family.map_or(&[][..], |(_, targets)| targets);
    targets.iter().copied().filter(|target| *target != source).collect()
}

/// Every PDF has three pages, everything else one.
fn pages_of(source: &str) -> usize {
    if source == "pdf" { 3 } else { 1 }
}

pub fn info(store: &Store, uuid: Uuid, file: &Value) -> Value {
    let format = format_of(file);
    let formats: Vec<_> = formats_for(&format).iter().map(|name| json!({ "name": name })).collect();
    let error = formats.is_empty().then_some("The file is not a document that can be converted.");
    let groups = store.converted_groups.get(&uuid).cloned().unwrap_or_default();
    // The documentation has the groups beside the format; the service answers so.
    json!({
        "error": error,
        "format": { "name": format, "conversion_formats": formats, "converted_groups": groups },
    })
}

struct Target {
    format: String,
    page: Option<usize>,
}

impl Target {
    fn parse(operations: &[Operation]) -> Result<Target, String> {
        let format = operations.iter().find(|operation| operation.name == "format");
        let format = format.and_then(|format| format.arguments.first()).map_or("pdf", String::as_str);
        let mut target = Target { format: format.to_owned(), page: None };
        for operation in operations {
            target.take(operation).map_err(|wrong| operation.problem(wrong))?;
        }
        Ok(target)
    }

    fn take(&mut self, operation: &Operation) -> Result<(), Wrong> {
        let first = operation.arguments.first().map_or("", String::as_str);
        let number =
            || first.parse().ok().filter(|number: &usize| *number > 0).ok_or(Wrong::First("PositiveInteger"));
        let format = self.format.as_str();
        match operation.name.as_str() {
            "format" if first.is_empty() => return Err(Wrong::First("Format")),
            "format" if first == format => {}
            "page" if PAGED.contains(&format) => self.page = Some(number()?),
            "dpi" | "quality" if RASTER.contains(&format) => _ = number()?,
            _ => return Err(Wrong::Operation),
        }
        if operation.arguments.len() > 1 { Err(Wrong::Rest(1)) } else { Ok(()) }
    }
}

pub fn plan(store: &mut Store, order: &Order) -> Result<Plan, String> {
    let source = format_of(&order.file);
    let Target { format, page } = Target::parse(&order.operations)?;
    if !formats_for(&source).contains(&format.as_str()) {
        return Err(format!(
            "the target_format is not a supported 'to' format for this source file. {source} -> {format}"
        ));
    }
    let (uuid, is_stored, pages) = (order.uuid, order.is_stored, pages_of(&source));
    let (stem, is_paged) = (made::stem(&order.file).to_owned(), PAGED.contains(&format.as_str()));
    // All pages as images come in an archive.
    let is_archive = is_paged && page.is_none() && pages > 1;
    let made_format = if is_archive { "zip".to_owned() } else { format.clone() };
    let made = made::add(store, &format!("{stem}.{made_format}"), is_stored);
    let in_group = order.save_in_group && is_paged && page.is_none();

    let make = move |store: &mut Store| {
        if let Some(page) = page.filter(|page| *page > pages) {
            return Err(format!("The document has no page {page}."));
        }
        content(&made_format).fill(store, made);
        if in_group {
            let files: Vec<_> = (1..=pages)
                .map(|page| add_page(store, &format!("{stem}-{page}.{format}"), &format))
                .collect();
            let group = store.add_group(&files);
            store.converted_groups.entry(uuid).or_default().insert(format, json!(group));
        }
        Ok(())
    };
    Ok(Plan { result: json!({ "uuid": made }), make: Box::new(make) })
}

fn add_page(store: &mut Store, name: &str, format: &str) -> Uuid {
    let page = made::add(store, name, true);
    content(format).fill(store, page);
    page
}

fn content(format: &str) -> Content {
    let of_image =
        |mime, format| Content { image: image(format, "RGB", 1240, 1754), ..Content::new(mime, 181_203) };
    let mime = match format {
        "jpg" | "enhanced.jpg" => return of_image("image/jpeg", "JPEG"),
        "png" => return of_image("image/png", "PNG"),
        "gif" => return of_image("image/gif", "GIF"),
        "webp" => return of_image("image/webp", "WEBP"),
        "bmp" => return of_image("image/bmp", "BMP"),
        "tiff" => return of_image("image/tiff", "TIFF"),
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "txt" => "text/plain",
        "html" => "text/html",
        "csv" => "text/csv",
        "doc" => "application/msword",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        _ => "application/octet-stream",
    };
    Content::new(mime, 60_416)
}
