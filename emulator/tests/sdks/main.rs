//! The proof that the emulator is faithful: the official SDKs, unmodified, make each kind of call
//! they have against it, signed, and get what is there. Each script tells in JSON what it saw, and
//! what its namesake here compares with the truth.

#[path = "../client/mod.rs"]
mod client;
mod files;
mod groups;
mod jobs;
mod uploads;
mod workshop;

use std::path::Path;
use std::process::Command;

use client::{control, emulator};
use serde_json::Value;
use uploadcare_emulator::Emulator;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdks");

/// Compares what a script told with what there is.
type Check = fn(&Emulator, &Value);

const SCRIPTS: &[(&str, Check)] =
    &[("groups", groups::check), ("files", files::check), ("jobs", jobs::check), ("uploads", uploads::check)];

#[test]
fn pyuploadcare_gets_what_is_there() {
    let python = workshop::python("6.3.0");
    let folder = Path::new(FOLDER);
    for (name, check) in SCRIPTS {
        let command = &mut Command::new(&python);
        prove(command.arg(folder.join(format!("{name}.py"))), "PyUploadcare/6.3.0", *check);
    }
}

#[test]
fn the_javascript_clients_get_what_is_there() {
    let folder = workshop::javascript("6.21.0", Path::new(FOLDER));
    for (name, check) in SCRIPTS {
        let command = &mut Command::new("node");
        prove(command.arg(folder.join(format!("{name}.mjs"))), "UploadcareRestClient/6.21.0", *check);
    }
}

fn prove(script: &mut Command, user_agent: &str, check: Check) {
    let emulator = emulator(250);
    control(&emulator, "POST", "project", r#"{"signed_uploads":true}"#);
    let script = script
        .env("UPLOADCARE_API_BASE", emulator.base())
        .env("UPLOADCARE_UPLOAD_BASE", emulator.base())
        .env("UPLOADCARE_PUBLIC_KEY", "demopublickey")
        .env("UPLOADCARE_SECRET_KEY", "demosecretkey")
        // An emulator on loopback is no business of a proxy.
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1");
    let told: Value = serde_json::from_str(&workshop::output(script)).unwrap();
    check_requests(&emulator, user_agent);
    check(&emulator, &told);
}

/// It asked as an SDK asks, and was never refused for that.
fn check_requests(emulator: &Emulator, user_agent: &str) {
    let log = control(emulator, "GET", "requests", "");
    for request in log["requests"].as_array().unwrap() {
        assert!(![401, 405, 406, 500].contains(&request["status"].as_u64().unwrap()), "{request}");
        // The Upload API is told the key in a field.
        let Some(authorization) = request["authorization"].as_str() else {
            assert!(is_upload(request["target"].as_str().unwrap()), "{request}");
            continue;
        };
        assert!(authorization.starts_with("Uploadcare demopublickey:"), "{request}");
        assert!(request["headers"]["user-agent"].as_str().unwrap().starts_with(user_agent), "{request}");
    }
}

fn is_upload(target: &str) -> bool {
    ["/base/", "/multipart/", "/_parts/", "/from_url/", "/info/", "/group/"]
        .iter()
        .any(|start| target.starts_with(start))
}
