//! The proof that the emulator is faithful: the official SDKs, unmodified, list, inspect and
//! delete groups against it, signed, and see every group once.

mod client;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use client::{control, emulator, get, truth};
use serde_json::{Value, json};
use uploadcare_emulator::Emulator;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdks");

#[test]
fn pyuploadcare_sees_every_group_once() {
    let home = workshop("python");
    let python = home.join("bin/python");
    let package = "pyuploadcare==6.3.0";
    if !succeeds(
        Command::new(&python).args(["-c", "import pyuploadcare; assert pyuploadcare.__version__ == '6.3.0'"]),
    ) {
        // Only the making of an environment shows whether Python is complete.
        install_unless(
            || succeeds(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home)),
            &["python3", "python3-venv"],
        );
        output(Command::new(&python).args(["-m", "pip", "install", "--quiet", package]));
    }
    let emulator = emulator(250);
    let told = run(&emulator, Command::new(python).arg(Path::new(SCRIPTS).join("groups.py")));
    check(&emulator, &told, "PyUploadcare/6.3.0");
}

#[test]
fn the_javascript_rest_client_sees_every_group_once() {
    let home = workshop("javascript");
    let package = "@uploadcare/rest-client@6.21.0";
    install_unless(|| succeeds(Command::new("node").arg("--version")), &["nodejs"]);
    let manifest = fs::read_to_string(home.join("node_modules/@uploadcare/rest-client/package.json"));
    if !manifest.is_ok_and(|manifest| manifest.contains("\"version\": \"6.21.0\"")) {
        install_unless(|| succeeds(Command::new("npm").arg("--version")), &["npm"]);
        output(
            Command::new("npm")
                .args(["install", "--no-audit", "--no-fund", "--prefix"])
                .arg(&home)
                .arg(package),
        );
    }
    // Node looks for packages where the script is.
    let script = home.join("groups.mjs");
    fs::copy(Path::new(SCRIPTS).join("groups.mjs"), &script).unwrap();
    let emulator = emulator(250);
    let told = run(&emulator, Command::new("node").arg(script));
    check(&emulator, &told, "UploadcareRestClient/6.21.0");
}

/// What an SDK saw is what there is, and it asked as an SDK asks.
fn check(emulator: &Emulator, told: &Value, user_agent: &str) {
    let log = control(emulator, "GET", "requests", "");
    let mut left = truth(emulator);
    let deleted = told["deleted"].as_str().unwrap();
    assert!(!left.iter().any(|id| id == deleted));
    left.insert(3, deleted.to_owned());
    let all = left;
    assert_eq!(told["groups"], json!(all));
    assert_eq!(told["newest_first"], all.iter().rev().cloned().collect::<Value>());
    assert_eq!(told["from"], json!(all[100..]));
    check_infos(emulator, told, &all);

    let requests = log["requests"].as_array().unwrap();
    let listings =
        requests.iter().filter(|request| request["target"].as_str().unwrap().starts_with("/groups/?"));
    assert_eq!(listings.count(), 3 + 7 + 3);
    for request in requests {
        assert!(request["status"].as_u64().unwrap() < 300, "{request}");
        assert!(
            request["authorization"].as_str().unwrap().starts_with("Uploadcare demopublickey:"),
            "{request}"
        );
        assert!(request["headers"]["user-agent"].as_str().unwrap().starts_with(user_agent), "{request}");
    }
}

fn check_infos(emulator: &Emulator, told: &Value, all: &[String]) {
    for (number, info) in told["infos"].as_array().unwrap().iter().enumerate() {
        assert_eq!((&info["id"], &info["files_count"]), (&json!(all[number]), &json!(number + 1)));
        assert_eq!(info["files"].as_array().unwrap().len(), number + 1);
    }
    let files = told["files"].as_array().unwrap();
    assert_eq!(files.len(), 11); // and one that was removed
    for file in files {
        let right = get(emulator, &format!("/files/{}/", file["uuid"].as_str().unwrap())).json();
        assert_eq!((&file["name"], &file["size"]), (&right["original_filename"], &right["size"]));
    }
}

fn run(emulator: &Emulator, command: &mut Command) -> Value {
    let command = command
        .env("UPLOADCARE_API_BASE", emulator.base())
        .env("UPLOADCARE_PUBLIC_KEY", "demopublickey")
        .env("UPLOADCARE_SECRET_KEY", "demosecretkey")
        // An emulator on loopback is no business of a proxy.
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1");
    serde_json::from_str(&output(command)).unwrap()
}

fn workshop(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sdks").join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Installs packages of the system unless all works without them. Only root is allowed to, and
/// only Debian and its kin have them under these names.
fn install_unless(works: impl Fn() -> bool, packages: &[&str]) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    if works() {
        return;
    }
    {
        let _guard = ONE_AT_A_TIME.lock();
        let apt = || {
            let mut apt = Command::new("apt-get");
            apt.env("DEBIAN_FRONTEND", "noninteractive");
            apt
        };
        let _ = succeeds(apt().args(["update", "--quiet"]));
        let _ =
            succeeds(apt().args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(packages));
    }
    let packages = packages.join(" ");
    assert!(works(), "not installed: `sudo apt-get install {packages}`, or what your system has for it");
}

fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// The standard output of a command that must succeed.
fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{error}", output.status);
    String::from_utf8(output.stdout).unwrap()
}
