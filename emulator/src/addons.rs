//! `/addons/`: jobs that look at a file and keep what they find in its `appdata`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::HeaderValue;
use axum::routing::{get, post};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::answer;
use crate::checks;
use crate::findings;
use crate::jobs::Stage;
use crate::made::{self, Content};
use crate::refusal::{Outcome, Refusal};
use crate::seeded_file::image;
use crate::service::{REQUEST_ID, Shared};
use crate::store::Store;

pub fn routes() -> Router<Arc<Shared>> {
    ADDONS.iter().fold(Router::new(), |router, addon| {
        let path = format!("/addons/{}/execute/", addon.name);
        router
            .route(&path, post(async |shared, body| execute(addon, shared, body)))
            .route(&format!("{path}status/"), get(async |shared, query| status(addon, shared, query)))
    })
}

struct Addon {
    name: &'static str,
    params: &'static [(&'static str, Param)],
    run: Run,
}

/// Runs an add-on on a file that is there and ready, and gives its result or says what went wrong.
type Run = fn(&mut Store, Uuid, &Value, &Map<String, Value>) -> Result<Value, String>;

enum Param {
    Flag,
    Text,
    OneOf(&'static [&'static str]),
}

static ADDONS: [Addon; 4] = [
    Addon {
        name: "aws_rekognition_detect_labels",
        params: &[],
        run: |store, uuid, file, _| {
            check_image(file)?;
            keep(store, uuid, "aws_rekognition_detect_labels", findings::labels());
            Ok(Value::Null)
        },
    },
    Addon {
        name: "aws_rekognition_detect_moderation_labels",
        params: &[],
        run: |store, uuid, file, _| {
            check_image(file)?;
            keep(store, uuid, "aws_rekognition_detect_moderation_labels", findings::moderation_labels());
            Ok(Value::Null)
        },
    },
    Addon {
        name: "uc_clamav_virus_scan",
        params: &[("purge_infected", Param::Flag)],
        run: |store, uuid, file, params| {
            let scan = findings::scan(file["original_filename"].as_str().unwrap_or_default());
            let is_purged = scan["infected"] == true && params.get("purge_infected") == Some(&json!(true));
            keep(store, uuid, "uc_clamav_virus_scan", scan);
            if is_purged {
                store.remove_file(uuid);
            }
            Ok(Value::Null)
        },
    },
    Addon {
        name: "remove_bg",
        params: &[
            ("crop", Param::Flag),
            ("crop_margin", Param::Text),
            ("scale", Param::Text),
            ("add_shadow", Param::Flag),
            ("type_level", Param::OneOf(&["none", "1", "2", "latest"])),
            ("type", Param::OneOf(&["auto", "person", "product", "car"])),
            ("semitransparency", Param::Flag),
            ("channels", Param::OneOf(&["rgba", "alpha"])),
            ("roi", Param::Text),
            ("position", Param::Text),
        ],
        run: remove_bg,
    },
];

fn check_image(file: &Value) -> Result<(), String> {
    if file["is_image"] == true { Ok(()) } else { Err("The file is not an image.".to_owned()) }
}

fn remove_bg(
    store: &mut Store,
    uuid: Uuid,
    file: &Value,
    params: &Map<String, Value>,
) -> Result<Value, String> {
    check_image(file)?;
    let is_stored = store.project.autostore_enabled;
    let made = made::add(store, &format!("{}.png", made::stem(file)), is_stored);
    let side = |name| file["content_info"]["image"][name].as_u64().unwrap_or_default() as u32;
    let image = image("PNG", "RGBA", side("width"), side("height"));
    Content { image, ..Content::new("image/png", file["size"].as_u64().unwrap_or_default()) }
        .fill(store, made);
    let is_typed = params.get("type_level").is_some_and(|level| level != "none");
    keep(store, uuid, "remove_bg", if is_typed { json!({"foreground_type": "product"}) } else { json!({}) });
    Ok(json!({ "file_id": made }))
}

/// Puts what an add-on found into the file's appdata.
fn keep(store: &mut Store, uuid: Uuid, addon: &str, data: Value) {
    let now = store.now();
    store.change_file(uuid, |file| {
        let known = &mut file["appdata"][addon];
        let created = known["datetime_created"].take();
        *known = findings::entry(addon, data, &now);
        if !created.is_null() {
            known["datetime_created"] = created;
        }
    });
}

impl Param {
    fn check(&self, name: &str, value: &Value) -> Result<(), Refusal> {
        match self {
            Param::Flag if value.is_boolean() => Ok(()),
            Param::Flag => Err(Refusal::field(name, "Must be a valid boolean.")),
            Param::Text => checks::text(name, value).map(drop),
            Param::OneOf(choices) => checks::choice(name, checks::text(name, value)?, choices).map(drop),
        }
    }
}

impl Addon {
    fn check_params(&self, params: &Map<String, Value>) -> Result<(), Refusal> {
        for (name, value) in params {
            match self.params.iter().find(|(known, _)| known == name) {
                Some((_, param)) => param.check(name, value)?,
                None => return Err(Refusal::field(name, "Unknown parameter.")),
            }
        }
        Ok(())
    }
}

fn execute(addon: &'static Addon, State(shared): State<Arc<Shared>>, body: Bytes) -> Outcome {
    let mut store = shared.store.lock().unwrap();
    check_feature(&store)?;
    let fields = checks::object(&body)?;
    let target = target(&store, fields.get("target").unwrap_or(&Value::Null))?;
    let params = match fields.get("params") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(params)) => params.clone(),
        Some(_) => return Err(Refusal::field("params", "Invalid data. Expected a dictionary.")),
    };
    addon.check_params(&params).map_err(|refusal| refusal.inside("params"))?;
    if store.is_at_work(addon.name, target) {
        return Err(Refusal::detail(409, "Concurrent call attempted"));
    }

    let work = move |store: &mut Store| match store.present_file(target) {
        Some(file) => (addon.run)(store, target, &file, &params),
        None => Err("The file was removed.".to_owned()),
    };
    let id = Uuid::new_v4().to_string();
    store.jobs.start(addon.name, &id, target, Value::Null, Box::new(work));
    let mut answer = answer::json(200, &json!({ "request_id": id }));
    answer.headers_mut().insert(REQUEST_ID, HeaderValue::from_str(&id).expect("a UUID is plain text"));
    Ok(answer)
}

fn check_feature(store: &Store) -> Result<(), Refusal> {
    if store.project.addons {
        return Ok(());
    }
    Err(Refusal::detail(403, "You do not have permission to perform this action."))
}

fn target(store: &Store, target: &Value) -> Result<Uuid, Refusal> {
    let refusal = |message| Refusal::field("target", message);
    if target.is_null() {
        return Err(refusal("This field is required."));
    }
    let uuid = target.as_str().and_then(|target| Uuid::try_parse(target).ok());
    let uuid = uuid.ok_or_else(|| refusal("Must be a valid UUID."))?;
    let file = store.present_file(uuid).ok_or_else(|| refusal("Missing in the project"))?;
    if file["is_ready"] == true { Ok(uuid) } else { Err(refusal("File is not ready yet.")) }
}

fn status(addon: &Addon, State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Outcome {
    let mut store = shared.store.lock().unwrap();
    check_feature(&store)?;
    let query = query.unwrap_or_default();
    let id = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "request_id");
    let (_, id) = id.ok_or_else(|| Refusal::field("request_id", "This field is required."))?;
    Uuid::try_parse(&id).map_err(|_| Refusal::field("request_id", "Must be a valid UUID."))?;

    let report = store.poll_job(addon.name, &id);
    let status = match report.as_ref().map(|report| report.stage) {
        Some(Stage::Pending | Stage::Processing) => "in_progress",
        Some(Stage::Finished) => "done",
        Some(Stage::Failed | Stage::Cancelled) => "error",
        Some(Stage::Unknown) | None => "unknown",
    };
    let mut told = json!({ "status": status });
    if let Some(report) = report.filter(|report| !report.result.is_null()) {
        told["result"] = report.result;
    }
    Ok(answer::json(200, &told))
}
