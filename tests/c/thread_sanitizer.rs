//! Programs under the thread sanitizer. The library is built once more for it, together with Rust's
//! standard library, since a lock that the sanitizer cannot see into guards nothing in its eyes.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use libtest_mimic::Failed;

use crate::{NATIVE_LIBRARIES, compiler, root, succeeds, workshop};

pub fn compile(source: &Path, program: &Path) -> Result<(), Failed> {
    static LIBRARY: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let library = LIBRARY
        .get_or_init(|| build().map_err(|failed| failed.message().unwrap_or_default().to_owned()))
        .clone()?;

    // Linked without -fsanitize: the sanitizer's runtime must be Rust's, which is the newer one.
    let object = program.with_extension("o");
    succeeds(
        compiler(false).args(["-std=c99", "-fsanitize=thread", "-c"]).arg(source).arg("-o").arg(&object),
    )?;
    let mut link = compiler(false);
    link.arg(object).arg(library);
    link.arg("-Wl,--whole-archive").arg(runtime()?).arg("-Wl,--no-whole-archive");
    succeeds(link.args(NATIVE_LIBRARIES).arg("-o").arg(program)).map(drop)
}

fn rustc() -> Command {
    Command::new(env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned()))
}

fn build() -> Result<PathBuf, Failed> {
    let version = succeeds(rustc().arg("-vV"))?;
    let host =
        version.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc -vV names its host");
    let sysroot = succeeds(rustc().args(["--print", "sysroot"]))?;
    let sources = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/Cargo.lock");
    if !sources.exists() {
        let _ = succeeds(Command::new("rustup").args(["component", "add", "rust-src"]));
    }
    if !sources.exists() {
        return Err(
            "the sources of Rust's standard library are missing: `rustup component add rust-src`".into()
        );
    }
    let target = workshop().join("thread sanitizer");
    succeeds(
        Command::new(env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
            .args(["rustc", "--quiet", "--package=uploadcare", "--lib", "--crate-type=staticlib"])
            .args(["--config=profile.dev.opt-level=1", "-Zbuild-std=std,panic_abort", "--target", host])
            .arg("--target-dir")
            .arg(&target)
            .current_dir(root())
            // What is unstable here is the sanitizer, not the language.
            .env("RUSTC_BOOTSTRAP", "1")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env("RUSTFLAGS", "-Zsanitizer=thread"),
    )?;
    Ok(target.join(host).join("debug/libuploadcare.a"))
}

/// The sanitizer's own library.
fn runtime() -> Result<PathBuf, Failed> {
    let folder = succeeds(rustc().args(["--print", "target-libdir"]))?;
    for entry in fs::read_dir(folder.trim())? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with("_rt.tsan.a") {
            return Ok(path);
        }
    }
    Err(format!("no thread sanitizer in {}", folder.trim()).into())
}
