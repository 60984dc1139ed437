//! Where the SDKs are installed and run.

// The library's own tests use a part of it.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// The Python that has this version of pyuploadcare.
pub fn python(version: &str) -> PathBuf {
    let home = folder("python");
    let python = home.join("bin/python");
    let is_there = format!("import pyuploadcare; assert pyuploadcare.__version__ == '{version}'");
    if !succeeds(Command::new(&python).args(["-c", &is_there])) {
        // Only the making of an environment shows whether Python is complete.
        install_unless(
            || succeeds(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home)),
            &["python3", "python3-venv"],
        );
        let package = format!("pyuploadcare=={version}");
        output(Command::new(&python).args(["-m", "pip", "install", "--quiet", &package]));
    }
    python
}

/// The folder with these scripts, where they find this version of both clients.
pub fn javascript(version: &str, scripts: &Path) -> PathBuf {
    let home = folder("javascript");
    install_unless(|| succeeds(Command::new("node").arg("--version")), &["nodejs"]);
    let packages = ["@uploadcare/rest-client", "@uploadcare/upload-client"];
    let is_there = |package: &&str| {
        let manifest = fs::read_to_string(home.join(format!("node_modules/{package}/package.json")));
        manifest.is_ok_and(|manifest| manifest.contains(&format!("\"version\": \"{version}\"")))
    };
    if !packages.iter().all(is_there) {
        install_unless(|| succeeds(Command::new("npm").arg("--version")), &["npm"]);
        output(
            Command::new("npm")
                .args(["install", "--no-audit", "--no-fund", "--prefix"])
                .arg(&home)
                .args(packages.map(|package| format!("{package}@{version}"))),
        );
    }
    // Node looks for packages where the script is.
    for script in fs::read_dir(scripts).unwrap().map(|entry| entry.unwrap().path()) {
        if script.extension().is_some_and(|extension| extension == "mjs") {
            fs::copy(&script, home.join(script.file_name().unwrap())).unwrap();
        }
    }
    home
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sdks").join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Installs packages of the system unless all works without them. Only root is allowed to, and
/// only Debian and its kin have them under these names.
pub fn install_unless(works: impl Fn() -> bool, packages: &[&str]) {
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

pub fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// The standard output of a command that must succeed.
pub fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{error}", output.status);
    String::from_utf8(output.stdout).unwrap()
}
