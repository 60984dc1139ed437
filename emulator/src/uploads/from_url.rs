//! `/from_url/`: files that the service gets itself. The file is got at once, but how far that is
//! told to be goes by the questions, as with all jobs.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, State};
use axum::http::request::Parts;
use axum::routing::{get, post};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::files;
use crate::jobs::Stage;
use crate::service::Shared;
use crate::store::Store;
use crate::uploads::failure::{Failure, Outcome};
use crate::uploads::fetch::{self, Fetched, Progress, Trouble};
use crate::uploads::form::Form;
use crate::uploads::ledger::Description;
use crate::uploads::{info, json_answer, permission};

/// Of its jobs.
const KIND: &str = "from_url";

#[derive(Default)]
pub struct Fetches {
    all: HashMap<Uuid, Fetch>,
    /// The files of addresses that were to be remembered.
    known: HashMap<String, Uuid>,
}

struct Fetch {
    description: Description,
    source: String,
    is_remembered: bool,
    progress: Progress,
    course: Course,
}

enum Course {
    Running,
    Failed(Trouble),
    Fetched(Fetched),
    Uploaded(Uuid),
}

pub fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/from_url/", post(start)).route("/from_url/status/", get(status))
}

async fn start(
    State(shared): State<Arc<Shared>>,
    Extension(form): Extension<Arc<Form>>,
    head: Parts,
) -> Outcome {
    permission::check_key(&shared, &form, "pub_key")?;
    let source = form.required("SourceURLRequiredError", "source_url")?;
    let (url, _) = fetch::address(source).map_err(|(code, content)| Failure::new(400, code, content))?;
    let mut store = shared.store.lock().unwrap();
    let description = Description::read(&form, "store", &store.project)?;
    permission::check_upload(&shared, &mut store, &head, &form, 1)?;
    let is_checked = flag(&form, "check_URL_duplicates").unwrap_or(false);
    let is_remembered = flag(&form, "save_URL_duplicates").unwrap_or(is_checked);
    let known = store.uploads.fetches.known.get(source).and_then(|uuid| store.present_file(*uuid));
    if let Some(file) = known.filter(|_| is_checked) {
        let mut told = info::present(file);
        told["type"] = json!("file_info");
        return Ok(json_answer(&told));
    }
    let given = form.value("filename").map(files::name_in_link);
    let name = given.unwrap_or_else(|| url.path().rsplit('/').next().unwrap_or_default().to_owned());
    let fetch = Fetch {
        description: Description { name, ..description },
        source: source.to_owned(),
        is_remembered,
        progress: Progress::default(),
        course: Course::Running,
    };
    Ok(json_answer(&json!({ "type": "token", "token": begin(&shared, &mut store, fetch)? })))
}

fn flag(form: &Form, name: &str) -> Option<bool> {
    form.value(name).map(|value| value == "1" || value == "true")
}

/// Begins to fetch, and gives the token to ask with.
fn begin(shared: &Arc<Shared>, store: &mut Store, fetch: Fetch) -> Result<Uuid, Failure> {
    let token = Uuid::new_v4();
    let writer = shared.folder.begin().map_err(|_| Failure::internal())?;
    let (source, largest) = (fetch.source.clone(), store.project.max_file_size);
    store.uploads.fetches.all.insert(token, fetch);
    store.jobs.start(KIND, token, Uuid::nil(), Value::Null, Box::new(|_| Ok(Value::Null)));
    let shared = shared.clone();
    tokio::spawn(async move {
        let report = |progress| shared.store.lock().unwrap().note(token, |fetch| fetch.progress = progress);
        let course = match fetch::fetch(&source, writer, largest, report).await {
            Ok(fetched) => Course::Fetched(fetched),
            Err(trouble) => Course::Failed(trouble),
        };
        shared.store.lock().unwrap().note(token, |fetch| fetch.course = course);
    });
    Ok(token)
}

async fn status(State(shared): State<Arc<Shared>>, Extension(form): Extension<Arc<Form>>) -> Outcome {
    let token = form.required("TokenRequiredError", "token")?;
    let mut store = shared.store.lock().unwrap();
    let report = store.poll_job(KIND, token);
    let fetch = Uuid::try_parse(token).ok().filter(|token| store.uploads.fetches.all.contains_key(token));
    let (Some(report), Some(fetch)) = (report, fetch) else {
        return Ok(json_answer(&json!({ "status": "unknown" })));
    };
    Ok(json_answer(&match report.stage {
        Stage::Pending => json!({ "status": "waiting" }),
        Stage::Processing => progress(store.uploads.fetches.all[&fetch].progress),
        Stage::Finished => store.conclude(fetch),
        _ => failed(&("DownloadFileTaskFailedError", report.error.unwrap_or_default())),
    }))
}

fn progress(Progress { done, total }: Progress) -> Value {
    let total = total.map_or(json!("unknown"), |total| json!(total));
    json!({ "status": "progress", "done": done, "total": total })
}

fn failed((code, error): &Trouble) -> Value {
    json!({ "status": "error", "error": error, "error_code": code })
}

impl Store {
    /// Says whether anybody still waits for it.
    fn note(&mut self, token: Uuid, note: impl FnOnce(&mut Fetch)) -> bool {
        self.uploads.fetches.all.get_mut(&token).map(note).is_some()
    }

    /// Makes a file of what was fetched, as soon as it was.
    fn conclude(&mut self, token: Uuid) -> Value {
        let fetch = &self.uploads.fetches.all[&token];
        let uuid = match &fetch.course {
            Course::Running => return progress(fetch.progress),
            Course::Failed(trouble) => return failed(trouble),
            Course::Uploaded(uuid) => *uuid,
            Course::Fetched(Fetched { piece, mime }) => {
                let (piece, name) = (piece.clone(), fetch.description.name.clone());
                let description = fetch.description.clone().of(&name, mime.as_deref());
                let remembered = fetch.is_remembered.then(|| fetch.source.clone());
                let uuid = self.add_uploaded(description, piece);
                self.uploads.fetches.known.extend(remembered.map(|source| (source, uuid)));
                self.note(token, |fetch| fetch.course = Course::Uploaded(uuid));
                uuid
            }
        };
        let Some(file) = self.present_file(uuid) else { return json!({ "status": "unknown" }) };
        let mut told = info::present(file);
        told["status"] = json!("success");
        told
    }
}
