//! The C side of the library, tested as its users meet it: the shipping libraries, built by
//! `make lib`, with every program of `tests/c/` compiled against them in each way below and run
//! against emulators of its own; the header; the exported names; the layout of the structs.
//!
//!     cargo test --test c                      all of it
//!     cargo test --test c -- groups.c          one program
//!     UPDATE=1 cargo test --test c -- abi      rewrites tests/abi/
//!     TEST="previous" cargo test ...           only the tests of a program whose name contains this
//!
//! `CC` and `CXX` choose the compilers.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use library::{root, workshop as install};
use libtest_mimic::{Arguments, Failed, Trial};
use uploadcare_emulator::{Certificate, Emulator, Options};

mod abi;
mod decoy;
mod library;
mod nulls;
#[path = "c/recordings.rs"]
mod recordings;
#[path = "c/thread_sanitizer.rs"]
mod thread_sanitizer;
#[path = "c/watchers.rs"]
mod watchers;

/// What a program that is linked statically needs besides.
const NATIVE_LIBRARIES: [&str; 5] = ["-lutil", "-lrt", "-lpthread", "-lm", "-ldl"];

/// No program may take longer.
const PATIENCE: Duration = Duration::from_secs(300);

/// The programs with more than one thread in the library at a time.
const MANY_THREADS: [&str; 10] = [
    "threads.c",
    "cancel.c",
    "derive.c",
    "callbacks.c",
    "read_ahead.c",
    "items.c",
    "clock.c",
    "log.c",
    "jobs.c",
    "upload_progress.c",
];

/// How a program is compiled, linked and watched.
#[derive(Clone, Copy)]
struct Way {
    name: &'static str,
    cpp: bool,
    linked_statically: bool,
    watcher: Watcher,
}

#[derive(Clone, Copy, PartialEq)]
enum Watcher {
    Nobody,
    /// Address and undefined-behaviour sanitizers, leaks included.
    Sanitizers,
    Valgrind,
    /// Thread sanitizer, in the program, the library and Rust's own: a race is seen wherever it is.
    /// (Valgrind's helgrind does not know of the futexes that Rust's locks are made of, and calls
    /// everything they guard a race.)
    Threads,
}

const C_SHARED: Way =
    Way { name: "C99, shared", cpp: false, linked_statically: false, watcher: Watcher::Nobody };
const CPP_SHARED: Way = Way { name: "C++11, shared", cpp: true, ..C_SHARED };
const C_STATIC: Way = Way { name: "C99, static", linked_statically: true, ..C_SHARED };
const CPP_STATIC: Way = Way { name: "C++11, static", cpp: true, ..C_STATIC };
const VALGRIND: Way = Way { name: "valgrind", watcher: Watcher::Valgrind, ..C_SHARED };
const THREADS: Way = Way { name: "TSan", watcher: Watcher::Threads, ..C_STATIC };
const SANITIZERS: Way = Way { name: "ASan and UBSan", watcher: Watcher::Sanitizers, ..C_STATIC };

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Most programs wait for an answer more than they compute.
    arguments.test_threads.get_or_insert(4);
    if !arguments.list {
        library::shared();
    }

    let mut trials = Vec::new();
    for source in programs() {
        let name = source.file_name().unwrap().to_str().unwrap().to_owned();
        let mut ways = vec![VALGRIND, C_SHARED, CPP_SHARED, C_STATIC, CPP_STATIC, SANITIZERS];
        if MANY_THREADS.contains(&name.as_str()) {
            ways.push(THREADS);
        }
        for way in ways {
            let title = format!("{name}: {}", way.name);
            let source = source.clone();
            let trial = Trial::test(title, move || passes(&source, way));
            trials.push(if name == "recordings.c" && !recordings::are_there() {
                trial.with_kind(recordings::WHY_SKIPPED).with_ignored_flag(true)
            } else {
                trial
            });
        }
    }
    trials.extend(nulls::trials());
    trials.extend(abi::trials());
    trials.extend(decoy::trials());
    trials.extend(watchers::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn libraries() -> PathBuf {
    root().join("build/lib")
}

fn header() -> String {
    fs::read_to_string(root().join("include/uploadcare.h")).expect("include/uploadcare.h")
}

/// A folder for what is made here.
fn workshop() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("c");
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn programs() -> Vec<PathBuf> {
    let mut programs: Vec<_> = fs::read_dir(root().join("tests/c"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "c"))
        .collect();
    programs.sort();
    programs
}

/// Compiles a program of `tests/c/` and runs it.
fn passes(source: &Path, way: Way) -> Result<(), Failed> {
    let name = source.file_stem().unwrap().to_str().unwrap();
    let program = workshop().join(format!("{name}, {}", way.name));
    compile(source, &program, way)?;
    run(&program, way, &fs::read_to_string(source)?)
}

fn compiler(cpp: bool) -> Command {
    let named = if cpp { env::var("CXX") } else { env::var("CC") };
    let named = named.unwrap_or_else(|_| if cpp { "c++" } else { "cc" }.to_owned());
    let mut words = named.split_whitespace();
    let mut command = Command::new(words.next().expect("CC and CXX are not empty"));
    command.args(words);
    command.args(["-Wall", "-Wextra", "-pedantic", "-Werror", "-g", "-O1", "-fno-omit-frame-pointer"]);
    command.arg("-I").arg(root().join("include")).arg("-I").arg(root().join("tests/c"));
    command
}

fn compile(source: &Path, program: &Path, way: Way) -> Result<(), Failed> {
    if way.watcher == Watcher::Threads {
        return thread_sanitizer::compile(source, program);
    }
    let mut command = compiler(way.cpp);
    if way.watcher == Watcher::Sanitizers {
        command.args(["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]);
    }
    command.args(if way.cpp { ["-x", "c++", "-std=c++11"] } else { ["-x", "c", "-std=c99"] });
    // All functions are bound at once: the loader saves registers on the stack to bind one later, and a
    // key that a test has looked for would be found there.
    command.arg(source).args(["-x", "none", "-Wl,-z,now", "-o"]).arg(program);
    if way.linked_statically {
        command.arg(libraries().join("libuploadcare.a")).args(NATIVE_LIBRARIES);
    } else {
        let libraries = libraries();
        command.arg("-L").arg(&libraries).arg("-luploadcare").arg("-lpthread");
        command.arg(format!("-Wl,-rpath,{}", libraries.display()));
    }
    succeeds(&mut command).map(drop)
}

/// Runs a program against emulators of its own. `source` says by what it names which it needs.
fn run(program: &Path, way: Way, source: &str) -> Result<(), Failed> {
    let mut command = match way.watcher {
        Watcher::Nobody => Command::new(program),
        Watcher::Sanitizers => {
            let mut command = Command::new(program);
            command.env("ASAN_OPTIONS", "detect_leaks=1:strict_string_checks=1");
            command.env("UBSAN_OPTIONS", "print_stacktrace=1");
            command
        }
        Watcher::Valgrind => {
            let mut command = valgrind();
            command.args(["--leak-check=full", "--show-leak-kinds=definite,indirect,possible"]);
            command.arg("--errors-for-leak-kinds=definite,indirect,possible").arg(program);
            command
        }
        Watcher::Threads => {
            let mut command = Command::new(program);
            command.env("TSAN_OPTIONS", "halt_on_error=1:history_size=7:second_deadlock_stack=1");
            command
        }
    };
    if let Ok(test) = env::var("TEST") {
        command.arg(test);
    }
    for variable in ["http_proxy", "https_proxy", "all_proxy", "no_proxy", "request_method"] {
        command.env_remove(variable).env_remove(variable.to_uppercase());
    }

    let emulator = Emulator::start(Options::default())?;
    let other = Emulator::start(Options::default())?;
    command.env("UC_TEST_BASE", emulator.base()).env("UC_TEST_OTHER", other.base());
    let mut tls = Vec::new();
    if source.contains("UC_TEST_TLS_") {
        for (name, certificate) in [
            ("GOOD", Certificate::Good),
            ("EXPIRED", Certificate::Expired),
            ("WRONG_HOST", Certificate::WrongHost),
            ("UNKNOWN_CA", Certificate::UnknownCa),
            ("P521", Certificate::P521),
            ("SELF_SIGNED_CA", Certificate::SelfSignedCa),
        ] {
            let emulator = Emulator::start(Options { tls: Some(certificate), ..Options::default() })?;
            command.env(format!("UC_TEST_TLS_{name}"), emulator.base());
            if let Some(file) = emulator.ca_file() {
                command.env(format!("UC_TEST_TLS_{name}_CA"), file);
            }
            tls.push(emulator);
        }
    }
    if source.contains("UC_TEST_RECORDINGS") {
        command.env("UC_TEST_RECORDINGS", recordings::folder());
    }
    let answers = root().join("../shared/cases/answers");
    if answers.is_dir() {
        command.env("UC_TEST_ANSWERS", answers);
    }
    if matches!(way.watcher, Watcher::Valgrind | Watcher::Threads) {
        command.env("UC_TEST_SLOW", "1");
    }
    finishes(command, &program.with_extension("log"))
}

fn valgrind() -> Command {
    let works = || install::succeeds(Command::new("valgrind").arg("--version"));
    install::install_unless(works, &["valgrind"]);
    let mut command = Command::new("valgrind");
    command.args(["--quiet", "--error-exitcode=99", "--fair-sched=yes", "--num-callers=40"]);
    command.arg(format!("--suppressions={}", root().join("tests/valgrind.supp").display()));
    // The same code with its functions' names, for what valgrind has to say and must not say.
    command.env("LD_LIBRARY_PATH", root().join("build/symbols"));
    command
}

/// Runs a command to its end, with its output in `log`; fails with that output.
fn finishes(mut command: Command, log: &Path) -> Result<(), Failed> {
    let output = File::create(log)?;
    command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
    let started = Instant::now();
    let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if started.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            return Err(format!("killed after {PATIENCE:?}:\n{}", text_of(log)).into());
        }
        thread::sleep(Duration::from_millis(20));
    };
    if status.success() { Ok(()) } else { Err(format!("{status}:\n{}", text_of(log)).into()) }
}

fn text_of(log: &Path) -> String {
    String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).into_owned()
}

/// The standard output of a command that must succeed.
fn succeeds(command: &mut Command) -> Result<String, Failed> {
    let Output { status, stdout, stderr } =
        command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let stdout = String::from_utf8_lossy(&stdout).into_owned();
    if status.success() {
        return Ok(stdout);
    }
    Err(format!("{command:?}: {status}\n{stdout}{}", String::from_utf8_lossy(&stderr)).into())
}

/// Compares with a committed file, or rewrites it when `UPDATE` is set.
fn committed(path: &str, now: &str) -> Result<(), Failed> {
    let file = root().join(path);
    if env::var_os("UPDATE").is_some() {
        fs::write(file, now)?;
        return Ok(());
    }
    let then = fs::read_to_string(file).unwrap_or_default();
    if then == now {
        return Ok(());
    }
    let mut difference = String::new();
    for line in then.lines().filter(|line| !now.lines().any(|other| other == *line)) {
        difference += &format!("- {line}\n");
    }
    for line in now.lines().filter(|line| !then.lines().any(|other| other == *line)) {
        difference += &format!("+ {line}\n");
    }
    Err(format!("{path} says otherwise; if that is meant: UPDATE=1 cargo test --test c -- abi\n{difference}")
        .into())
}
