//! Programs in other languages, which call the shared library through what their language has for
//! that: they list with callbacks of their own, upload in parts from a stream of their own, are
//! stopped by Ctrl-C, and throw in their callbacks. A language that is not there and cannot be
//! installed is skipped, and what it needs is named.
//!
//!     cargo test --test consumers               all of them
//!     cargo test --test consumers -- Ruby       one language

#[path = "../library/mod.rs"]
mod library;

use std::env;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use library::program::{PATIENCE, Told, end_of, ends, signal, watch};
use library::steering::{agent, control};
use library::{root, workshop};
use libtest_mimic::{Arguments, Trial};
use serde_json::json;
use tempfile::TempDir;
use uploadcare_emulator::{Emulator, Options};

/// The words that run the program of a language, but for its own command; or what the language lacks.
type Caller = fn() -> Result<Vec<String>, String>;

const CALLERS: [(&str, Caller); 5] =
    [("Python", python), ("Ruby", ruby), ("Perl", perl), ("Node", node), ("C++", cpp)];

type Test = fn(Command);

const TESTS: [(&str, Test); 4] = [
    ("lists all groups with its own callbacks", lists),
    ("uploads its own stream in parts", uploads),
    ("is stopped by Ctrl-C and goes on", is_interrupted),
    ("catches what its callbacks throw", catches),
];

/// What is uploaded: two parts and most of a third.
const SIZE: usize = 14_000_000;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if !arguments.list {
        library::shared();
    }
    let mut trials = Vec::new();
    for (language, caller) in CALLERS {
        let program = if arguments.list { Ok(Vec::new()) } else { caller() };
        if let Err(missing) = &program {
            eprintln!("{language} is skipped: {missing}");
        }
        for (does, test) in TESTS {
            let (title, is_missing) = (format!("{language} {does}"), program.is_err());
            let program = program.clone().unwrap_or_default();
            let trial = Trial::test(title, move || {
                test(command(&program));
                Ok(())
            });
            trials.push(trial.with_ignored_flag(is_missing));
        }
    }
    let clang_is_there = workshop::succeeds(Command::new("clang++").arg("--version"));
    let clang = Trial::test("C++ compiles with clang++, too", || {
        workshop::output(compiler("clang++").arg("-fsyntax-only"));
        Ok(())
    });
    trials.push(clang.with_ignored_flag(!clang_is_there));
    libtest_mimic::run(&arguments, trials).exit_code()
}

// -- the languages ---------------------------------------------------------------------------------

fn folder() -> PathBuf {
    root().join("tests/consumers")
}

/// A script, where the probe shows that its interpreter has all that it needs.
fn script(
    interpreter: &[&str],
    probe: &[&str],
    packages: &[&str],
    script: &str,
) -> Result<Vec<String>, String> {
    let works = || workshop::succeeds(Command::new(interpreter[0]).args(&interpreter[1..]).args(probe));
    workshop::install(works, packages)?;
    let script = folder().join(script).display().to_string();
    Ok(interpreter.iter().copied().map(str::to_owned).chain([script]).collect())
}

fn python() -> Result<Vec<String>, String> {
    // No compiled scripts among the sources.
    script(&["python3", "-B"], &["-c", "import ctypes"], &["python3"], "python/commands.py")
}

fn ruby() -> Result<Vec<String>, String> {
    script(&["ruby", "-w"], &["-rfiddle", "-ropenssl", "-e", ""], &["ruby"], "ruby/commands.rb")
}

fn perl() -> Result<Vec<String>, String> {
    let packages = ["perl", "libffi-platypus-perl"];
    script(&["perl"], &["-MFFI::Platypus", "-MDigest::SHA", "-e", ""], &packages, "perl/commands.pl")
}

fn node() -> Result<Vec<String>, String> {
    let home = workshop::node("koffi", &["koffi"], "3.3.4", &folder().join("node"))?;
    Ok(vec!["node".to_owned(), home.join("commands.mjs").display().to_string()])
}

/// With sanitizers: what is thrown leaks nothing.
fn cpp() -> Result<Vec<String>, String> {
    let named = env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    workshop::install(|| workshop::succeeds(compiler(&named).arg("--version")), &["g++"])?;
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lister").display().to_string();
    let libraries = root().join("build/lib").display().to_string();
    let mut compiler = compiler(&named);
    compiler.args(["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-o", &program]);
    compiler.args(["-L", &libraries, "-luploadcare", &format!("-Wl,-rpath,{libraries}")]);
    workshop::output(&mut compiler);
    Ok(vec![program])
}

fn compiler(named: &str) -> Command {
    let mut words = named.split_whitespace();
    let mut compiler = Command::new(words.next().expect("CXX is not empty"));
    compiler.args(words).current_dir(root());
    compiler.args(["-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]);
    compiler.args(["-Iinclude", "tests/consumers/cpp/lister.cpp"]);
    compiler
}

// -- what they do ----------------------------------------------------------------------------------

fn command(program: &[String]) -> Command {
    let mut command = Command::new(&program[0]);
    command.args(&program[1..]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for variable in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(variable).env_remove(variable.to_uppercase());
    }
    command.env("LIBUPLOADCARE", root().join("build/lib/libuploadcare.so"));
    command.env("UPLOADCARE_PUBLIC_KEY", "demopublickey").env("UPLOADCARE_SECRET_KEY", "demosecretkey");
    command
}

/// An emulator that the command is for.
fn emulator(command: &mut Command) -> Emulator {
    let emulator = Emulator::start(Options { groups: 250, ..Options::default() }).unwrap();
    command.env("UPLOADCARE_API_BASE", emulator.base()).env("UPLOADCARE_UPLOAD_BASE", emulator.base());
    emulator
}

fn succeeds(command: &mut Command) -> Told {
    let told = ends(command);
    assert_eq!(told.status, 0, "{told:?}");
    told
}

/// With pages that are read ahead, each of which is signed and logged inside a call.
fn lists(mut command: Command) {
    let emulator = emulator(&mut command);
    let told = succeeds(command.arg("list"));
    let groups = control(&emulator, "groups", None);
    let groups: Vec<_> = groups["groups"].as_array().unwrap().iter().map(|group| &group["id"]).collect();
    assert_eq!(told.lines(), groups);
    let logged = told.stderr.lines().filter(|line| line.starts_with("GET /groups/?limit=20"));
    assert_eq!((logged.count(), told.stderr.lines().count()), (13, 13), "{}", told.stderr);
}

fn uploads(mut command: Command) {
    let emulator = emulator(&mut command);
    let folder = TempDir::new().unwrap();
    let (file, bytes) =
        (folder.path().join("bytes"), (0..SIZE).map(|i| (i / 3 % 251) as u8).collect::<Vec<_>>());
    fs::write(&file, &bytes).unwrap();
    let told =
        succeeds(command.args(["upload", "bytes.bin", &SIZE.to_string()]).stdin(File::open(file).unwrap()));

    let upload = &control(&emulator, "uploads", None)["uploads"][0];
    assert_eq!((&upload["filename"], upload["parts"].as_array().unwrap().len()), (&json!("bytes.bin"), 3));
    let url = format!("{}/_emulator/content/{}", emulator.base(), told.stdout.trim_end());
    let content = agent().get(&url).call().unwrap().body_mut().with_config().limit(u64::MAX).read_to_vec();
    assert!(content.unwrap() == bytes);
    assert_eq!(told.stderr.lines().last(), Some(&*format!("{SIZE} {SIZE}")));
}

fn is_interrupted(mut command: Command) {
    let emulator = emulator(&mut command);
    control(&emulator, "faults", Some(json!({"fault": "hang", "ms": 60000})));
    let mut program = command.arg("interrupt").spawn().unwrap();
    let watch = watch(&program);
    let mut stdout = BufReader::new(program.stdout.take().unwrap());
    let mut line = || {
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        line
    };
    assert_eq!(line(), "waiting\n");
    let began = Instant::now();
    while control(&emulator, "requests", None)["count"] == 0 {
        assert!(began.elapsed() < PATIENCE, "no request arrives");
        thread::sleep(Duration::from_millis(10));
    }

    let began = Instant::now();
    signal("INT", program.id());
    let (said, after) = (line(), began.elapsed());
    assert_eq!((&*said, &*line()), ("interrupted\n", "demo\n"));
    assert!(after < Duration::from_millis(500), "{after:?}");
    drop(watch);
    let told = end_of(program);
    assert_eq!((told.status, &*told.stderr), (0, ""));
}

/// Each callback throws in a call of its own; a last call shows that all is well.
fn catches(mut command: Command) {
    let _emulator = emulator(&mut command);
    let told = succeeds(command.arg("raise"));
    let right = ["log: no more", "progress: no more", "read: no more", "sign: no more", "demo"];
    assert_eq!((told.lines(), &*told.stderr), (right.to_vec(), ""));
}
