//! `/convert/`: jobs that make files of files. What documents and what videos are converted to
//! stands in `documents` and `videos`.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::answer;
use crate::copies::cdn_path;
use crate::documents;
use crate::id::{FileId, Id};
use crate::refusal::{Outcome, Refusal};
use crate::service::Shared;
use crate::store::Store;
use crate::videos;

pub fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/convert/document/{uuid}/", get(document_info))
        .route("/convert/document/", post(async |shared, body| submit(&DOCUMENTS, shared, body)))
        .route("/convert/document/status/{id}/", get(async |shared, token| status(&DOCUMENTS, shared, token)))
        .route("/convert/video/", post(async |shared, body| submit(&VIDEOS, shared, body)))
        .route("/convert/video/status/{id}/", get(async |shared, token| status(&VIDEOS, shared, token)))
}

struct Kind {
    name: &'static str,
    is_on: fn(&Store) -> bool,
    refusal: &'static str,
    plan: fn(&mut Store, &Order) -> Result<Plan, String>,
}

static DOCUMENTS: Kind = Kind {
    name: "document",
    is_on: |store| store.project.document_conversion,
    refusal: "Document conversion feature is not available for this project.",
    plan: documents::plan,
};

static VIDEOS: Kind = Kind {
    name: "video",
    is_on: |store| store.project.video_conversion,
    refusal: "Video conversion feature is not available for this project.",
    plan: videos::plan,
};

impl Kind {
    fn check(&self, store: &Store) -> Result<(), Refusal> {
        if (self.is_on)(store) { Ok(()) } else { Err(Refusal::detail(400, self.refusal)) }
    }
}

/// What is to be made of a file.
pub struct Order {
    pub uuid: Uuid,
    pub file: Value,
    pub operations: Vec<Operation>,
    pub is_stored: bool,
    pub save_in_group: bool,
}

/// `-/name/argument/argument/`
pub struct Operation {
    text: String,
    pub name: String,
    pub arguments: Vec<String>,
}

/// What is wrong with an operation.
pub enum Wrong {
    /// There is none like it, or not here.
    Operation,
    /// Its first argument is missing, or is not of this type.
    First(&'static str),
    /// What follows so many arguments.
    Rest(usize),
}

impl Operation {
    fn parse(text: &str) -> Operation {
        let mut parts = text.split('/').map(str::to_owned);
        let name = parts.next().unwrap_or_default();
        Operation { text: text.to_owned(), name, arguments: parts.collect() }
    }

    /// In the service's words.
    pub fn problem(&self, wrong: Wrong) -> String {
        let Operation { text, name, arguments } = self;
        let why = match wrong {
            Wrong::Operation => format!("Cannot parse url part: {text}"),
            Wrong::First(kind) => {
                format!("Mandatory argument \"{kind}({name})\" not found while parsing \"{text}\"")
            }
            Wrong::Rest(taken) => {
                format!("Failed to parse remainder \"/{}\" of \"{text}\"", arguments[taken..].join("/"))
            }
        };
        format!("CDN Path error: {why}")
    }
}

/// A conversion that can begin.
pub struct Plan {
    /// The file to come, which is there from the start, and whatever comes with it.
    pub result: Value,
    pub make: Make,
}

/// Makes what was planned, or says why it cannot be made.
type Make = Box<dyn FnOnce(&mut Store) -> Result<(), String> + Send>;

/// What a request says for all its paths.
struct Wishes {
    paths: Vec<Value>,
    store: Option<bool>,
    save_in_group: bool,
}

impl Wishes {
    fn parse(body: &[u8]) -> Result<Wishes, Refusal> {
        let Ok(Value::Object(mut fields)) = serde_json::from_slice(body) else {
            return Err(Refusal::detail(400, "Expected JSON object."));
        };
        let paths = match fields.remove("paths") {
            Some(Value::Array(paths)) if !paths.is_empty() => paths,
            _ => return Err(Refusal::detail(400, "“paths” parameter is required.")),
        };
        let (store, save_in_group) = (switch(&fields, "store")?, switch(&fields, "save_in_group")?);
        Ok(Wishes { paths, store, save_in_group: save_in_group.unwrap_or(false) })
    }
}

fn switch(fields: &Map<String, Value>, name: &str) -> Result<Option<bool>, Refusal> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(value)) => Ok(Some(*value)),
        Some(Value::String(text)) if text == "1" || text == "true" => Ok(Some(true)),
        Some(Value::String(text)) if text == "0" || text == "false" => Ok(Some(false)),
        _ => Err(Refusal::detail(400, &format!("`{name}` parameter should be `true` or `false`."))),
    }
}

async fn document_info(State(shared): State<Arc<Shared>>, FileId(uuid): FileId) -> Outcome {
    let store = shared.store.lock().unwrap();
    DOCUMENTS.check(&store)?;
    let file = store.present_file(uuid).ok_or_else(Refusal::not_found)?;
    Ok(answer::json(200, &documents::info(&store, uuid, &file)))
}

fn submit(kind: &'static Kind, State(shared): State<Arc<Shared>>, body: Bytes) -> Outcome {
    let mut store = shared.store.lock().unwrap();
    kind.check(&store)?;
    let wishes = Wishes::parse(&body)?;
    let (mut result, mut problems) = (Vec::new(), Map::new());
    for path in &wishes.paths {
        let path = path.as_str().map_or_else(|| path.to_string(), str::to_owned);
        match start(kind, &mut store, &path, &wishes) {
            Ok(started) => result.push(started),
            Err(problem) => _ = problems.insert(path, json!(problem)),
        }
    }
    Ok(answer::json(200, &json!({ "result": result, "problems": problems })))
}

/// Starts the conversion of a path and tells of it, or of its problem.
fn start(kind: &'static Kind, store: &mut Store, path: &str, wishes: &Wishes) -> Result<Value, String> {
    let bad_path = || format!("Bad path \"{path}\". Use UUID or CDN URL");
    let (uuid, variation) = split(kind, path).ok_or_else(bad_path)?;
    let operations = operations(variation).ok_or_else(bad_path)?;
    let file = store.present_file(uuid).ok_or("Missing in the project")?;
    if file["is_ready"] != true {
        return Err("File is not ready yet.".to_owned());
    }
    let is_stored = wishes.store.unwrap_or(store.project.autostore_enabled);
    let order = Order { uuid, file, operations, is_stored, save_in_group: wishes.save_in_group };
    let Plan { result, make } = (kind.plan)(store, &order)?;

    let (token, variation) = (store.jobs.next_token(), format!("{}/{variation}", kind.name));
    let (known, mut told) = (result.clone(), result.clone());
    told["original_source"] = json!(path);
    told["token"] = json!(token);
    let work = move |store: &mut Store| {
        make(store)?;
        store.change_file(uuid, |file| file["variations"][variation] = result["uuid"].clone());
        Ok(result)
    };
    store.jobs.start(kind.name, token, uuid, known, Box::new(work));
    Ok(told)
}

/// The file that a path names, by its UUID or its address, and what follows the kind.
fn split<'a>(kind: &Kind, path: &'a str) -> Option<(Uuid, &'a str)> {
    let (uuid, rest) = cdn_path(path)?.split_once(&format!("/{}/", kind.name))?;
    Some((Uuid::try_parse(uuid).ok()?, rest))
}

fn operations(text: &str) -> Option<Vec<Operation>> {
    let text = text.strip_suffix('/').unwrap_or(text);
    if text.is_empty() {
        return Some(Vec::new());
    }
    Some(text.strip_prefix("-/")?.split("/-/").map(Operation::parse).collect())
}

fn status(kind: &'static Kind, State(shared): State<Arc<Shared>>, Id(token): Id) -> Outcome {
    let mut store = shared.store.lock().unwrap();
    kind.check(&store)?;
    let report = store.poll_job(kind.name, &token).ok_or_else(Refusal::not_found)?;
    Ok(answer::json(200, &report))
}
