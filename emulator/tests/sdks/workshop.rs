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
    let packages = ["@uploadcare/rest-client", "@uploadcare/upload-client"];
    node("javascript", &packages, version, scripts).unwrap_or_else(|missing| panic!("{missing}"))
}

/// A folder with these scripts, where they find this version of these packages; or what is missing.
pub fn node(name: &str, packages: &[&str], version: &str, scripts: &Path) -> Result<PathBuf, String> {
    let home = folder(name);
    install(|| succeeds(Command::new("node").arg("--version")), &["nodejs"])?;
    let is_there = |package: &&str| {
        let manifest = fs::read_to_string(home.join(format!("node_modules/{package}/package.json")));
        manifest.is_ok_and(|manifest| manifest.contains(&format!("\"version\": \"{version}\"")))
    };
    if !packages.iter().all(is_there) {
        install(|| succeeds(Command::new("npm").arg("--version")), &["npm"])?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(&home);
        try_output(npm.args(packages.iter().map(|package| format!("{package}@{version}"))))?;
    }
    // Node looks for packages where the script is.
    for script in fs::read_dir(scripts).unwrap().map(|entry| entry.unwrap().path()) {
        if script.extension().is_some_and(|extension| extension == "mjs") {
            fs::copy(&script, home.join(script.file_name().unwrap())).unwrap();
        }
    }
    Ok(home)
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sdks").join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Installs packages of the system unless all works without them.
pub fn install_unless(works: impl Fn() -> bool, packages: &[&str]) {
    install(works, packages).unwrap_or_else(|missing| panic!("{missing}"));
}

/// The same, or what is missing and the command that installs it. Only root is allowed to, and only
/// Debian and its kin have the packages under these names.
pub fn install(works: impl Fn() -> bool, packages: &[&str]) -> Result<(), String> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    if works() {
        return Ok(());
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
    let missing = format!("not installed: `sudo apt-get install {packages}`, or what your system has for it");
    if works() { Ok(()) } else { Err(missing) }
}

pub fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// The standard output of a command that must succeed.
pub fn output(command: &mut Command) -> String {
    try_output(command).unwrap_or_else(|failure| panic!("{failure}"))
}

/// The standard output of a command, or how it failed.
pub fn try_output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8(output.stdout).unwrap())
}
