//! Another library that exports uc_free() and uc_version(), in one process with ours.

use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Failed, Trial};

use crate::{NATIVE_LIBRARIES, compiler, finishes, libraries, root, succeeds, workshop};

const DECOY: &str = "-ldecoy";
const OURS: &str = "-luploadcare";
const ARCHIVE: &str = "-l:libuploadcare.a";
const PLUG_IN: &str = "-lother";

pub fn trials() -> Vec<Trial> {
    let case = |name: &str, source: &'static str, libraries: &'static [&'static str]| {
        Trial::test(format!("a decoy library: {name}"), move || passes(source, libraries))
            .with_ignored_flag(!cfg!(target_os = "linux"))
    };
    vec![
        case("linked before ours", "linked.c", &[DECOY, OURS]),
        case("linked after ours", "linked.c", &[OURS, DECOY]),
        case("linked before our archive", "linked.c", &[DECOY, ARCHIVE]),
        case("linked after our archive", "linked.c", &[ARCHIVE, DECOY]),
        case("its own users keep it where it is before ours", "beside.c", &[DECOY, PLUG_IN, OURS]),
        case("its own users keep it before our archive", "beside.c", &[DECOY, PLUG_IN, ARCHIVE]),
        case("its own users keep it after our archive", "beside.c", &[ARCHIVE, DECOY, PLUG_IN]),
        case("linked, and ours loaded", "loaded.c", &[DECOY]),
    ]
}

fn passes(source: &str, libraries: &[&str]) -> Result<(), Failed> {
    // A colon would end a path of those that the loader searches.
    let folder = workshop().join("decoy").join(format!("{source} {}", libraries.join(" ").replace(':', "")));
    std::fs::create_dir_all(&folder)?;
    shared("decoy.c", &folder, "libdecoy.so", &[])?;
    shared("other.c", &folder, "libother.so", &[DECOY])?;
    let program = folder.join("program");
    let mut link = linker(source, &folder, &program);
    link.arg("-std=c99").arg("-Wl,--no-as-needed").args(libraries).args(NATIVE_LIBRARIES);
    succeeds(&mut link)?;
    let mut run = Command::new(&program);
    run.arg(self::libraries().join("libuploadcare.so.0"));
    finishes(run, &folder.join("log"))
}

fn shared(source: &str, folder: &Path, name: &str, libraries: &[&str]) -> Result<(), Failed> {
    let mut link = linker(source, folder, &folder.join(name));
    succeeds(link.args(["-shared", "-fPIC"]).args(libraries)).map(drop)
}

fn linker(source: &str, folder: &Path, output: &Path) -> Command {
    let source: PathBuf = root().join("tests/decoy").join(source);
    let mut link = compiler(false);
    link.arg(source).arg("-o").arg(output);
    for found in [folder, &libraries()] {
        link.arg("-L").arg(found).arg(format!("-Wl,-rpath,{}", found.display()));
    }
    link
}
