//! Every program of `examples-c/`, compiled as strictly as C allows and run against an emulator:
//! what it prints, what it ends with, and that it leaks nothing.

#[path = "library/mod.rs"]
mod library;

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::iter;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use library::program::{PATIENCE, Told, end_of, ends, succeeds};
use library::root;
use library::steering::{agent, control};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use uploadcare_emulator::{Emulator, Options};

/// A UUID that no emulator knows.
const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

const SECRET: &str = "12345X";

/// Of secure delivery, and the bytes it stands for.
const DELIVERY_SECRET: &str = "7365637265740a";
const DELIVERY_KEY: &[u8] = b"secret\n";

/// How each is called when it is called rightly, and what it ends with where there are no keys.
const EXAMPLES: [(&str, &[&str], i32); 18] = [
    ("convert_video", &[UNKNOWN], 1),
    ("delete_group", &["00000000-0000-4000-8000-000000000000~1"], 1),
    ("group_image_urls", &["00000000-0000-4000-8000-000000000000~1", "5"], 2),
    ("group_info", &["00000000-0000-4000-8000-000000000000~1"], 1),
    ("limit_one_call", &["10000", UNKNOWN], 1),
    ("list_files", &[], 2),
    ("list_groups", &[], 2),
    ("picture_urls", &[UNKNOWN], 1),
    ("scan_for_viruses", &[UNKNOWN], 2),
    ("search_files", &["pineapple"], 2),
    ("sign_upload", &[], 1),
    ("sign_url", &[UNKNOWN], 2),
    ("sync_groups", &[concat!(env!("CARGO_TARGET_TMPDIR"), "/new_groups")], 1),
    ("upload_directory", &["examples-c"], 1),
    ("upload_file", &["Cargo.toml"], 1),
    ("upload_stdin", &[], 1),
    ("upload_url", &["http://127.0.0.1:1/"], 1),
    ("webhook_receiver", &["0"], 2),
];

// -- programs --------------------------------------------------------------------------------------

/// Where the compiled examples are.
fn programs() -> &'static Path {
    static PROGRAMS: OnceLock<PathBuf> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        library::shared();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("examples");
        fs::create_dir_all(&folder).unwrap();
        for (name, ..) in EXAMPLES {
            compile(name, &folder);
        }
        folder
    })
}

fn compile(name: &str, folder: &Path) {
    let named = env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let mut words = named.split_whitespace();
    let mut compiler = Command::new(words.next().expect("CC is not empty"));
    compiler.args(words).args(["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-g", "-O1"]);
    compiler.args(["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Iinclude", "-Lbuild/lib"]);
    compiler.arg(format!("examples-c/{name}.c")).arg("-o").arg(folder.join(name));
    compiler
        .args(["-luploadcare", "-lpthread"])
        .arg(format!("-Wl,-rpath,{}", root().join("build/lib").display()));
    succeeds(compiler.current_dir(root()));
}

/// An example with nothing in its environment that is not said here.
fn example(name: &str) -> Command {
    let mut command = Command::new(programs().join(name));
    command.env_clear().env("ASAN_OPTIONS", "detect_leaks=1:strict_string_checks=1");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The same with the keys of the emulator's project.
fn with_keys(name: &str, emulator: &Emulator) -> Command {
    let mut command = example(name);
    command.env("UPLOADCARE_API_BASE", emulator.base()).env("UPLOADCARE_UPLOAD_BASE", emulator.base());
    command.env("UPLOADCARE_CDN_BASE", emulator.base()).env("UPLOADCARE_DELIVERY_SECRET", DELIVERY_SECRET);
    command.env("UPLOADCARE_PUBLIC_KEY", "demopublickey").env("UPLOADCARE_SECRET_KEY", "demosecretkey");
    command
}

fn run(emulator: &Emulator, name: &str, arguments: &[&str]) -> Told {
    ends(with_keys(name, emulator).args(arguments))
}

/// What it prints where it succeeds.
#[track_caller]
fn prints(emulator: &Emulator, name: &str, arguments: &[&str]) -> Told {
    let told = run(emulator, name, arguments);
    assert_eq!((told.status, &*told.stderr), (0, ""), "{name} {arguments:?}: {}", told.stdout);
    told
}

#[track_caller]
fn fails(emulator: &Emulator, name: &str, arguments: &[&str], status: i32, said: &str) -> Told {
    let told = run(emulator, name, arguments);
    assert!(told.status == status && told.stderr.contains(said), "{status}, {said:?} expected: {told:?}");
    told
}

// -- the emulator ----------------------------------------------------------------------------------

/// One group of twelve files, each of another kind.
fn emulator() -> Emulator {
    Emulator::start(Options { groups: 1, files_per_group: 12, ..Options::default() }).unwrap()
}

/// The truth about the files, oldest first.
fn files(emulator: &Emulator) -> Vec<Value> {
    control(emulator, "files", None)["files"].as_array().unwrap().clone()
}

fn file_named(emulator: &Emulator, name: &str) -> String {
    let file = files(emulator).into_iter().find(|file| file["original_filename"] == name);
    file.unwrap_or_else(|| panic!("no {name}"))["uuid"].as_str().unwrap().to_owned()
}

fn file_with(emulator: &Emulator, uuid: &str) -> Value {
    let file = files(emulator).into_iter().find(|file| file["uuid"] == uuid);
    file.unwrap_or_else(|| panic!("no {uuid}"))
}

/// The targets of the requests that have come, a method in front of each.
fn requests(emulator: &Emulator) -> Vec<String> {
    let requests = control(emulator, "requests", None)["requests"].clone();
    let line = |request: &Value| {
        format!("{} {}", request["method"].as_str().unwrap(), request["target"].as_str().unwrap())
    };
    requests.as_array().unwrap().iter().map(line).collect()
}

/// Waits until so many requests that begin like this have come.
#[track_caller]
fn wait_for_requests(emulator: &Emulator, count: usize, beginnings: &[&str]) {
    let began = Instant::now();
    let fits = |request: &&String| beginnings.iter().any(|beginning| request.starts_with(beginning));
    while requests(emulator).iter().filter(fits).count() < count {
        assert!(began.elapsed() < PATIENCE, "no {count} of {beginnings:?}: {:?}", requests(emulator));
        thread::sleep(Duration::from_millis(10));
    }
}

/// Presses Ctrl-C; the program has to end at once.
#[track_caller]
fn interrupted(program: Child) -> Told {
    let began = Instant::now();
    succeeds(Command::new("kill").args(["-INT", &program.id().to_string()]));
    let told = end_of(program);
    assert_eq!(told.status, 130, "{told:?}");
    assert!(began.elapsed() < Duration::from_secs(3), "it took {:?}", began.elapsed());
    told
}

fn group(emulator: &Emulator) -> String {
    control(emulator, "groups", None)["groups"][0]["id"].as_str().unwrap().to_owned()
}

// -- all of them -----------------------------------------------------------------------------------

#[test]
fn every_example_is_tested() {
    let there: BTreeSet<_> = fs::read_dir(root().join("examples-c"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let tested: BTreeSet<_> = EXAMPLES.iter().map(|(name, ..)| format!("{name}.c")).collect();
    assert_eq!(there, tested);
}

#[test]
fn a_wrong_option_shows_the_usage() {
    let emulator = emulator();
    for (name, ..) in EXAMPLES {
        let told =
            ends(with_keys(name, &emulator).env("UPLOADCARE_WEBHOOK_SECRET", SECRET).arg("--no-such-option"));
        assert_eq!((told.status, &*told.stdout), (2, ""), "{name}: {}", told.stderr);
        assert!(told.stderr.contains("usage: ") && told.stderr.contains(name), "{name}: {}", told.stderr);
    }
}

#[test]
fn without_keys_every_example_says_so() {
    for (name, arguments, status) in EXAMPLES {
        let told = ends(example(name).args(arguments));
        assert_eq!((told.status, &*told.stdout), (status, ""), "{name}: {}", told.stderr);
        let says_so = [
            "public_key",
            "UPLOADCARE_PUBLIC_KEY",
            "UPLOADCARE_WEBHOOK_SECRET",
            "UPLOADCARE_DELIVERY_SECRET",
        ];
        assert!(says_so.iter().any(|key| told.stderr.contains(key)), "{name}: {}", told.stderr);
    }
}

#[test]
fn with_the_wrong_secret_key_every_example_fails() {
    let emulator = emulator();
    control(&emulator, "project", Some(json!({"signed_uploads": true})));
    let asks = |name: &str| !["picture_urls", "sign_upload", "sign_url", "webhook_receiver"].contains(&name);
    for (name, arguments, _) in EXAMPLES.iter().filter(|(name, ..)| asks(name)) {
        let told = ends(with_keys(name, &emulator).env("UPLOADCARE_SECRET_KEY", "another").args(*arguments));
        assert_ne!(told.status, 0, "{name}");
        assert!(told.stderr.contains("UC_ERR_AUTH"), "{name}: {}", told.stderr);
    }
}

// -- groups ----------------------------------------------------------------------------------------

/// The time of the last of twelve groups.
const LAST: &str = "2020-01-01T11:00:00.000011Z";

fn add_groups(emulator: &Emulator, count: usize, created: &str, in_front: bool) {
    let order = json!({"count": count, "datetime_created": created, "in_front": in_front});
    control(emulator, "groups", Some(order));
}

/// The ids in what sync_groups made, which ends with a cursor.
fn synced(list: &Path) -> Vec<String> {
    let text = fs::read_to_string(list).unwrap();
    assert!(text.lines().last().unwrap().starts_with("cursor groups."), "{text}");
    text.lines().filter_map(|line| Some(line.strip_prefix("group ")?.split(' ').next()?.to_owned())).collect()
}

fn all_groups(emulator: &Emulator) -> BTreeSet<String> {
    let groups = control(emulator, "groups", None)["groups"].as_array().unwrap().clone();
    groups.iter().map(|group| group["id"].as_str().unwrap().to_owned()).collect()
}

/// Every group was handled, and none twice.
#[track_caller]
fn each_is_synced_once(emulator: &Emulator, list: &Path) {
    let ids = synced(list);
    assert_eq!(BTreeSet::from_iter(ids.iter().cloned()), all_groups(emulator));
    assert_eq!(ids.len(), all_groups(emulator).len(), "one is there twice: {ids:?}");
}

#[test]
fn new_groups_are_handled_once() {
    let emulator = Emulator::start(Options { groups: 12, ..Options::default() }).unwrap();
    let folder = TempDir::new().unwrap();
    let list = folder.path().join("list");
    let path = list.to_str().unwrap();
    let said = |arguments: &[&str], line: &str| {
        assert_eq!(prints(&emulator, "sync_groups", arguments).stdout, format!("{line}\n"));
        each_is_synced_once(&emulator, &list);
    };
    said(&[path, "--limit", "5"], "12 new groups");
    said(&[path], "0 new groups");
    add_groups(&emulator, 3, LAST, true);
    add_groups(&emulator, 3, LAST, false);
    said(&[path], "6 new groups");
    add_groups(&emulator, 7, "2021-01-01T00:00:00Z", false);
    said(&[path, "--limit", "1000"], "7 new groups");

    // What stands behind the last cursor is done again, whole lines or not.
    let whole = fs::read_to_string(&list).unwrap();
    for tail in ["group x~1 - 1\n", "group x~", "cursor groups.AAAA"] {
        fs::write(&list, format!("{whole}{tail}")).unwrap();
        said(&[path], "0 new groups");
        assert_eq!(fs::read_to_string(&list).unwrap(), whole);
    }
    fails(&emulator, "sync_groups", &[path, "--limit", "0"], 2, "--limit");
    fails(&emulator, "sync_groups", &[], 2, "FILE");
    fails(&emulator, "sync_groups", &["/nowhere/list"], 1, "/nowhere/list");
    fs::write(&list, "cursor groups.AAAA\n").unwrap();
    fails(&emulator, "sync_groups", &[path], 1, "UC_ERR_ARGUMENT");
}

#[test]
fn groups_are_handled_once_however_often_the_job_is_killed() {
    const ROUNDS: usize = 60;
    let emulator = Emulator::start(Options { groups: 12, ..Options::default() }).unwrap();
    let folder = TempDir::new().unwrap();
    let list = folder.path().join("list");
    let path = list.to_str().unwrap();
    control(&emulator, "faults", Some(json!({"fault": "delay", "ms": 3, "times": -1, "path": "/groups/"})));
    let mut program = with_keys("sync_groups", &emulator);
    let begun = Instant::now();
    assert_eq!(ends(program.args([path, "--limit", "2"])).status, 0);
    let usual = begun.elapsed();
    fs::remove_file(&list).unwrap();

    let (mut killed, mut torn, mut steps) = (0, 0, BTreeSet::new());
    let mut created = LAST.to_owned();
    for round in 0..ROUNDS {
        // Those in front come between the runs: the service's own links count what was in front.
        add_groups(&emulator, 1, &created, true);
        let mut program = with_keys("sync_groups", &emulator).args([path, "--limit", "2"]).spawn().unwrap();
        // From none of a usual run to all of it and half, in no order.
        let instant = usual.mul_f64((round * 37 % ROUNDS) as f64 / ROUNDS as f64 * 1.5);
        thread::sleep(instant / 2);
        add_groups(&emulator, 2, &created, false);
        thread::sleep(instant / 2);
        program.kill().unwrap();
        killed += usize::from(program.wait().unwrap().code().is_none());
        let text = fs::read_to_string(&list).unwrap_or_default();
        steps.insert(text.matches("cursor").count());
        torn += usize::from(!text.is_empty() && !text.lines().last().unwrap().starts_with("cursor"));
        if round % 7 == 6 {
            created = format!("2021-01-{:02}T00:00:00.000000Z", round / 7 + 1);
        }
    }
    println!("{killed} of {ROUNDS} were killed, {torn} within a page; {} states", steps.len());
    assert!(killed > ROUNDS / 10 && steps.len() > 5);
    prints(&emulator, "sync_groups", &[path]);
    each_is_synced_once(&emulator, &list);
    assert_eq!(all_groups(&emulator).len(), 12 + 3 * ROUNDS);
    assert_eq!(prints(&emulator, "sync_groups", &[path]).stdout, "0 new groups\n");
}

#[test]
fn groups_are_listed_shown_and_deleted() {
    let emulator = emulator();
    let group = group(&emulator);
    let listed = prints(&emulator, "list_groups", &[]);
    assert!(listed.stdout.starts_with(&format!("{group}\t")) && listed.stdout.ends_with("\t12\n"));

    let shown = prints(&emulator, "group_info", &[&group]);
    assert!(shown.stdout.starts_with(&format!("{group}\n")));
    assert_eq!(shown.lines().len(), 3 + 12);
    assert!(shown.stdout.contains("  (removed)\n"));
    assert!(shown.stdout.contains("video.mp4  261.8 s\n"));

    assert_eq!(prints(&emulator, "delete_group", &[&group]).stdout, format!("deleted {group}\n"));
    fails(&emulator, "delete_group", &[&group], 1, "UC_ERR_NOT_FOUND");
    fails(&emulator, "group_info", &[&group], 1, "UC_ERR_NOT_FOUND");
    assert_eq!(prints(&emulator, "list_groups", &[]).stdout, "");
}

// -- one call --------------------------------------------------------------------------------------

#[test]
fn a_call_that_takes_too_long_is_given_up_and_the_next_is_made() {
    let emulator = emulator();
    let (slow, other) = (file_named(&emulator, "video.mp4"), file_named(&emulator, "sample1.txt"));
    control(&emulator, "faults", Some(json!({"fault": "hang", "path": format!("/files/{slow}/")})));
    let mut command = with_keys("limit_one_call", &emulator);
    let began = Instant::now();
    let told = ends(command.args(["500", &slow, &other]));
    assert_eq!((told.status, &*told.stdout), (1, &*format!("{other}\tsample1.txt\n")), "{told:?}");
    assert!(told.stderr.starts_with(&format!("{slow}: UC_ERR_TIMEOUT: ")), "{told:?}");
    assert!(began.elapsed() < Duration::from_secs(5), "it took {:?}", began.elapsed());

    let patient = prints(&emulator, "limit_one_call", &["20000", &slow]);
    assert_eq!(patient.stdout, format!("{slow}\tvideo.mp4\n"));
}

#[test]
fn another_thread_cancels_the_call_in_progress_and_those_to_come() {
    let emulator = emulator();
    let (slow, other) = (file_named(&emulator, "video.mp4"), file_named(&emulator, "sample1.txt"));
    control(&emulator, "faults", Some(json!({"fault": "hang"})));
    let program = with_keys("limit_one_call", &emulator).args(["60000", &slow, &other]).spawn().unwrap();
    wait_for_requests(&emulator, 1, &["GET /files/"]);
    let told = interrupted(program);
    assert_eq!(told.stdout, "");
    assert!(told.stderr.starts_with(&format!("{slow}: UC_ERR_CANCELED: ")), "{told:?}");
    assert_eq!((told.stderr.lines().count(), requests(&emulator).len()), (1, 1), "{told:?}");
}

// -- files -----------------------------------------------------------------------------------------

/// A row without its type, which the truth does not have.
fn row(line: &str) -> [&str; 3] {
    match line.split('\t').collect::<Vec<_>>()[..] {
        [uuid, size, _type, name] => [uuid, size, name],
        _ => panic!("{line:?} has not four columns"),
    }
}

fn assert_files(listed: &Told, right: &[&Value]) {
    let right: Vec<_> = right
        .iter()
        .map(|file| {
            let text = |field: &str| file[field].as_str().unwrap().to_owned();
            [text("uuid"), file["size"].to_string(), text("original_filename")]
        })
        .collect();
    let rows: Vec<_> = listed.lines().into_iter().map(row).collect();
    assert_eq!(rows, right);
}

#[test]
fn files_are_listed_as_the_options_say() {
    let emulator = emulator();
    let files = files(&emulator);
    let (removed, there): (Vec<_>, Vec<_>) =
        files.iter().partition(|file| file["datetime_removed"].is_string());
    let (stored, temporary): (Vec<_>, Vec<_>) =
        there.iter().partition(|file| file["datetime_stored"].is_string());
    let newest: Vec<_> = there.iter().rev().copied().collect();
    let middle = there[4]["datetime_uploaded"].as_str().unwrap();

    for (arguments, right) in [
        (&[][..], &there[..]),
        (&["--limit", "3"], &there),
        (&["--newest", "--limit", "3"], &newest),
        (&["--stored"], &stored),
        (&["--temporary"], &temporary),
        (&["--removed"], &removed),
        (&["--from", middle], &there[5..]),
    ] {
        assert!(!right.is_empty());
        assert_files(&prints(&emulator, "list_files", arguments), right);
    }
    assert!(prints(&emulator, "list_files", &[]).lines()[0].contains("\timage/jpeg\t"));

    let pages = prints(&emulator, "list_files", &["--json", "--limit", "6"]);
    let sizes = pages
        .lines()
        .into_iter()
        .map(|page| serde_json::from_str::<Value>(page).unwrap()["results"].as_array().unwrap().len());
    assert_eq!(sizes.collect::<Vec<_>>(), [6, there.len() - 6]);

    let verbose = run(&emulator, "list_files", &["--verbose"]);
    assert!(verbose.status == 0 && verbose.stderr.contains("GET /files/"), "{verbose:?}");
}

#[test]
fn a_listing_of_files_that_failed_goes_on_where_it_stopped() {
    let emulator = emulator();
    let whole = prints(&emulator, "list_files", &["--limit", "5"]).stdout;
    control(&emulator, "faults", Some(json!({"fault": "status", "status": 400, "skip": 1})));
    let broken = fails(&emulator, "list_files", &["--limit", "5"], 1, "UC_ERR_REJECTED");
    let (_, cursor) = broken.stderr.trim_end().split_once("To continue: list_files --cursor ").unwrap();
    let rest = prints(&emulator, "list_files", &["--cursor", cursor]);
    assert_eq!(broken.lines().len(), 5);
    assert_eq!(broken.stdout + &rest.stdout, whole);
}

#[test]
fn wrong_values_of_options_are_refused() {
    let emulator = emulator();
    fails(&emulator, "list_files", &["--limit", "0"], 2, "--limit must be 1 to 1000");
    fails(&emulator, "list_files", &["--limit"], 2, "--limit needs a value");
    fails(&emulator, "list_files", &["--from", "yesterday"], 1, "UC_ERR_ARGUMENT");
    fails(&emulator, "search_files", &[], 2, "usage");
    fails(&emulator, "search_files", &["--tag"], 2, "--tag needs a value");
    fails(&emulator, "search_files", &["red", "apple"], 2, "quotes");
    fails(&emulator, "search_files", &["--query", "{}", "apple"], 2, "without the others");
    fails(&emulator, "convert_video", &[], 2, "usage");
    fails(&emulator, "convert_video", &[UNKNOWN, "--format"], 2, "usage");
    fails(&emulator, "convert_video", &[UNKNOWN, "--resume", "video:1"], 2, "usage");
    fails(&emulator, "convert_video", &["--resume", "nonsense"], 1, "UC_ERR_ARGUMENT");
    fails(&emulator, "convert_video", &[&"0".repeat(1000)], 1, "UC_ERR_ARGUMENT");
    for minutes in ["", "0", "-5", "5m", "99999999999"] {
        fails(&emulator, "group_image_urls", &[UNKNOWN, minutes], 2, "usage");
    }
    fails(&emulator, "group_image_urls", &[&group(&emulator)], 2, "usage");
    fails(&emulator, "group_image_urls", &[&group(&emulator), "5", "-/rezise/9x/"], 1, "is resize meant");
    for limit in ["", "0", "-5", "5s", "99999999999"] {
        fails(&emulator, "limit_one_call", &[limit, UNKNOWN], 2, "usage");
    }
    fails(&emulator, "limit_one_call", &["1000"], 2, "usage");
    fails(&emulator, "picture_urls", &[], 2, "usage");
    fails(&emulator, "picture_urls", &[UNKNOWN, "--crop"], 2, "usage");
    fails(&emulator, "picture_urls", &[UNKNOWN, "640px"], 2, "usage");
    fails(&emulator, "picture_urls", &[UNKNOWN, "-640"], 2, "usage");
    fails(&emulator, "picture_urls", &[UNKNOWN, "4294967936"], 2, "usage");
    fails(&emulator, "picture_urls", &[&[UNKNOWN][..], &["640"; 17]].concat(), 2, "usage");
    fails(&emulator, "picture_urls", &["640"], 1, "UC_ERR_ARGUMENT: id is neither a UUID");
    for crop in ["", "10", "10x", "x10", "10x10x", "10x10 ", "a", "0x10", "-10x10"] {
        let told = fails(&emulator, "picture_urls", &[UNKNOWN, "--crop", crop], 1, "UC_ERR_ARGUMENT");
        assert!(
            told.stderr.contains("scale_crop takes size: WIDTHxHEIGHT in pixels, 1 to 16384 (in "),
            "{told:?}"
        );
    }
    fails(&emulator, "picture_urls", &[UNKNOWN, "--format", "gif"], 1, "format takes one of jpeg, png,");
    fails(&emulator, "picture_urls", &[UNKNOWN, "--format", &"x".repeat(200)], 1, "UC_ERR_ARGUMENT");
    fails(&emulator, "picture_urls", &[UNKNOWN, "640", "0"], 1, "UC_ERR_ARGUMENT: widths[1] is 0");
    fails(
        &emulator,
        "picture_urls",
        &[UNKNOWN, "3001"],
        1,
        "widths[0]: resize makes 3001 pixels a side; 3000",
    );
    fails(&emulator, "scan_for_viruses", &["--purge"], 2, "usage");
    fails(&emulator, "sign_upload", &["--lifetime", "0"], 2, "usage");
    fails(&emulator, "sign_upload", &["--lifetime", "1h"], 2, "usage");
    fails(&emulator, "sign_upload", &["--operations", "1"], 2, "usage");
    fails(&emulator, "sign_upload", &["--token", "--scope"], 2, "usage");
    fails(&emulator, "sign_upload", &["--token", "--scope", "base"], 1, "UC_ERR_ARGUMENT");
    fails(&emulator, "sign_url", &[], 2, "usage");
    fails(&emulator, "sign_url", &[UNKNOWN, UNKNOWN], 2, "usage");
    fails(&emulator, "sign_url", &[UNKNOWN, "--minutes"], 2, "usage");
    fails(&emulator, "sign_url", &[UNKNOWN, "--minutes", "0"], 2, "usage");
    fails(&emulator, "sign_url", &[UNKNOWN, "--minutes", "1h"], 2, "usage");
    fails(&emulator, "sign_url", &["cat.jpg"], 1, "UC_ERR_ARGUMENT: id is neither a UUID");
    fails(&emulator, "sign_url", &["https://ucarecdn.com/?a=1"], 1, "UC_ERR_ARGUMENT: url has a query");
    fails(&emulator, "sign_url", &["--url-token", "--everything-below", UNKNOWN], 1, "exclude each other");
    for threads in ["0", "65", "many"] {
        fails(&emulator, "upload_directory", &["--threads", threads, "."], 2, "usage");
    }
    fails(&emulator, "upload_directory", &["no such directory"], 1, "no such directory: No such file");
    fails(&emulator, "upload_file", &[], 2, "usage");
    fails(&emulator, "upload_file", &["--name"], 2, "usage");
    fails(&emulator, "upload_file", &["--name", "a", "b", "c"], 2, "usage");
    fails(&emulator, "upload_stdin", &["file"], 2, "usage");
    fails(&emulator, "upload_stdin", &["--type", "text"], 1, "UC_ERR_ARGUMENT");
    fails(&emulator, "upload_url", &[], 2, "usage");
    fails(&emulator, "upload_url", &["http://127.0.0.1/", "--resume", "upload:1"], 2, "usage");
    fails(&emulator, "upload_url", &["ftp://127.0.0.1/"], 1, "UC_ERR_ARGUMENT");
    for port in ["", "65536", "-1", "80x"] {
        let told = ends(example("webhook_receiver").env("UPLOADCARE_WEBHOOK_SECRET", SECRET).arg(port));
        assert!(told.status == 2 && told.stderr.contains("usage"), "{port:?}: {told:?}");
    }
}

#[test]
fn no_control_character_of_a_name_is_printed() {
    let emulator = emulator();
    for name in ["list_files", "search_files"] {
        let name_pointer = "/results/0/original_filename";
        let fault = json!({"fault": "set", "pointer": name_pointer, "value": "a\u{1b}[31mb\tc\nd\u{7f}é"});
        control(&emulator, "faults", Some(fault));
        let arguments: &[&str] = if name == "list_files" { &[] } else { &["--type", "image/png"] };
        let listed = prints(&emulator, name, arguments);
        assert_eq!(row(listed.lines()[0])[2], "a?[31mb?c?d?é", "{name}");
    }
}

#[test]
fn a_search_finds_what_fits() {
    let emulator = emulator();
    let pineapple = "Ананас \"spécial\" \\ 🍍 'it'.jpg";
    for (arguments, right) in [
        (&["twenty"][..], &["twenty-two-of-them.png"][..]),
        (&["\"spécial\" \\"], &[pineapple]),
        (&["no such\tfile"], &[]),
        (&["--tag", "fruit"], &[pineapple]),
        (&["--tag", "fruit", "--tag", "yellow-1"], &[pineapple]),
        (&["--tag", "fruit", "--tag", "vegetable"], &[]),
        // The newest first.
        (&["--type", "image/jpeg"], &[pineapple, "IMG_8919.jpeg"]),
        (&["--type", "image/jpeg", "--tag", "fruit", "cial"], &[pineapple]),
        (&["--query", r#"{"size":{"gt":5000000000}}"#], &["backup.tar"]),
    ] {
        let found = prints(&emulator, "search_files", arguments);
        let names: Vec<_> = found.lines().into_iter().map(|line| row(line)[2]).collect();
        assert_eq!(names, right, "{arguments:?}");
    }

    let found = prints(&emulator, "search_files", &["--json", "twenty"]);
    let file: Value = serde_json::from_str(&found.stdout).unwrap();
    assert_eq!(file["uuid"], *file_named(&emulator, "twenty-two-of-them.png"));
    assert_eq!(file["highlight"]["original_filename"][0], "<em>twenty</em>-two-of-them.png");

    fails(&emulator, "search_files", &["abc"], 1, "UC_ERR_REJECTED");
    let mut not_utf_8 = with_keys("search_files", &emulator);
    let told = ends(not_utf_8.arg(OsStr::from_bytes(b"pine\xffapple")));
    assert!(told.status == 1 && told.stderr.contains("text is not UTF-8"), "{told:?}");
    fails(&emulator, "search_files", &["--query", "[]"], 1, "UC_ERR_ARGUMENT");
}

#[test]
fn a_search_goes_to_its_last_page() {
    let emulator =
        Emulator::start(Options { groups: 20, files_per_group: 12, ..Options::default() }).unwrap();
    let found = prints(&emulator, "search_files", &["--query", r#"{"size":{"gte":0},"sort":["size"]}"#]);
    let right: BTreeSet<_> = files(&emulator)
        .iter()
        .filter(|file| file["datetime_removed"].is_null())
        .map(|file| file["uuid"].as_str().unwrap().to_owned())
        .collect();
    let uuids: BTreeSet<_> = found.lines().into_iter().map(|line| row(line)[0].to_owned()).collect();
    assert_eq!(found.lines().len(), right.len());
    assert_eq!(uuids, right);
}

// -- jobs ------------------------------------------------------------------------------------------

/// How jobs go that start from now on.
fn jobs_go(emulator: &Emulator, course: Value) {
    control(emulator, "jobs", Some(course));
}

#[test]
fn a_video_is_converted_and_its_job_taken_up_again() {
    let emulator = emulator();
    let video = file_named(&emulator, "video.mp4");
    let told = prints(&emulator, "convert_video", &[&video, "--format", "webm", "--size", "640x360"]);
    assert_eq!(file_with(&emulator, told.value("file"))["original_filename"], "video.webm");
    let groups = control(&emulator, "groups", None)["groups"].clone();
    assert!(groups.as_array().unwrap().iter().any(|group| group["id"] == told.value("thumbnails")));

    let requests = control(&emulator, "requests", None)["requests"].clone();
    let body: Value = serde_json::from_str(requests[0]["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["paths"], json!([format!("{video}/video/-/format/webm/-/size/640x360/")]));

    let again = prints(&emulator, "convert_video", &["--resume", told.value("token")]);
    assert_eq!(again.stdout, told.stdout);
}

#[test]
fn a_video_that_cannot_be_converted_is_a_failure() {
    let emulator = emulator();
    let text = file_named(&emulator, "sample1.txt");
    fails(&emulator, "convert_video", &[&text], 1, "The file is not a video.");

    let video = file_named(&emulator, "video.mp4");
    jobs_go(&emulator, json!({"polls": 0, "outcome": "failed", "error": "Broken in the middle."}));
    let told = fails(&emulator, "convert_video", &[&video], 1, "UC_ERR_JOB: Broken in the middle.");
    assert!(!told.stderr.contains("--resume"), "{told:?}");
}

#[test]
fn an_interrupt_stops_the_waiting_for_a_video() {
    let emulator = emulator();
    let video = file_named(&emulator, "video.mp4");
    jobs_go(&emulator, json!({"outcome": "never"}));
    let mut converting = with_keys("convert_video", &emulator).arg(&video).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(converting.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let token = line.trim_end().strip_prefix("token ").unwrap_or_else(|| panic!("{line:?}"));

    let told = interrupted(converting);
    assert!(told.stderr.contains(&format!("To wait again: convert_video --resume {token}\n")), "{told:?}");
}

/// The call that begins the work can be stopped as well.
#[test]
fn an_interrupt_stops_what_hangs_before_the_waiting() {
    let (emulator, folder) = (emulator(), tempfile::tempdir().unwrap());
    let (video, path) = (file_named(&emulator, "video.mp4"), file_of(&folder, "file", 10));
    for (name, argument, request) in [
        ("convert_video", &*video, "POST /convert/video/"),
        ("upload_url", "http://127.0.0.1:1/", "POST /from_url/"),
        ("upload_file", &*path, "POST /base/"),
    ] {
        control(&emulator, "faults", Some(json!({"fault": "hang"})));
        let program = with_keys(name, &emulator).arg(argument).spawn().unwrap();
        wait_for_requests(&emulator, 1, &[request]);
        let told = interrupted(program);
        assert!(told.stdout.is_empty() && told.stderr.contains("UC_ERR_CANCELED"), "{name}: {told:?}");
    }
}

#[test]
fn files_are_scanned_for_viruses() {
    let emulator = emulator();
    jobs_go(&emulator, json!({"polls": 1}));
    let (clean, infected) = (file_named(&emulator, "video.mp4"), file_named(&emulator, "eicar.zip"));
    let (is_clean, is_infected) =
        (format!("{clean}: clean\n"), format!("{infected}: infected with Win.Test.EICAR_HDB-1"));
    for (arguments, status, stdout) in [
        (&[&*clean][..], 0, is_clean.clone()),
        (&[&infected, &clean], 1, format!("{is_infected}\n{is_clean}")),
        (&[UNKNOWN, &clean], 2, is_clean.clone()),
        (&["--purge", &clean, &infected], 1, format!("{is_clean}{is_infected}, removed\n")),
    ] {
        let told = run(&emulator, "scan_for_viruses", arguments);
        assert_eq!((told.status, told.stdout), (status, stdout), "{arguments:?}: {}", told.stderr);
        assert_eq!(told.stderr.is_empty(), status != 2, "{}", told.stderr);
    }
    assert!(file_with(&emulator, &clean)["datetime_removed"].is_null());
    assert!(file_with(&emulator, &infected)["datetime_removed"].is_string());
}

#[test]
fn a_scan_without_a_verdict_is_no_clean_file() {
    let emulator = emulator();
    jobs_go(&emulator, json!({"polls": 0}));
    let file = file_named(&emulator, "video.mp4");
    for appdata in [json!(null), json!({}), json!({"uc_clamav_virus_scan": {"data": {"infected": "false"}}})]
    {
        let fault = json!({"fault": "set", "path": "/files/", "pointer": "/appdata", "value": appdata});
        control(&emulator, "faults", Some(fault));
        fails(&emulator, "scan_for_viruses", &[&file], 2, "without a verdict");
    }

    let spaced = format!(
        r#"{{"uuid": "{file}", "appdata": {{"uc_clamav_virus_scan": {{"data": {{"infected" : true}}}}}}}}"#
    );
    control(&emulator, "faults", Some(json!({"fault": "body", "path": "/files/", "body": spaced})));
    let told = run(&emulator, "scan_for_viruses", &[&file]);
    assert_eq!((told.status, told.stdout), (1, format!("{file}: infected\n")));

    jobs_go(&emulator, json!({"polls": 0, "outcome": "failed"}));
    fails(&emulator, "scan_for_viruses", &[&file], 2, "UC_ERR_JOB");
}

// -- uploads ---------------------------------------------------------------------------------------

const MIB: usize = 1 << 20;
const PART: u64 = 5 << 20;

/// A file of this size in a folder of its own, no part of it like another.
fn file_of(folder: &TempDir, name: &str, size: usize) -> String {
    let mut state = size as u32;
    let content: Vec<u8> = iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
    .take(size)
    .collect();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    path.into_os_string().into_string().unwrap()
}

/// What the emulator says of an upload that has to be complete and right.
#[track_caller]
fn arrived(emulator: &Emulator, uuid: &str, path: &str) -> Value {
    let uploads = control(emulator, "uploads", None)["uploads"].clone();
    let upload = uploads.as_array().unwrap().iter().find(|upload| upload["uuid"] == uuid);
    let upload = upload.unwrap_or_else(|| panic!("no {uuid}: {uploads}")).clone();
    let right = format!("{:x}", Sha256::digest(fs::read(path).unwrap()));
    assert_eq!((&upload["complete"], &upload["sha256"]), (&json!(true), &json!(right)), "{path}");
    upload
}

/// The UUID of the one file that was uploaded from here.
#[track_caller]
fn uuid_of<'a>(told: &'a Told, path: &str) -> &'a str {
    told.stdout.strip_suffix(&format!("\t{path}\n")).unwrap_or_else(|| panic!("{path}: {told:?}"))
}

#[test]
fn files_are_uploaded() {
    let (emulator, folder) = (emulator(), tempfile::tempdir().unwrap());
    let small = file_of(&folder, "small.txt", 10);
    let large = file_of(&folder, "large.mp4", 11 * MIB);
    let told = prints(&emulator, "upload_file", &[&small, &large]);
    let uuids: Vec<_> = told.lines().into_iter().map(|line| line.split('\t').next().unwrap()).collect();
    assert_eq!(arrived(&emulator, uuids[0], &small)["mime_type"], "text/plain");
    assert_eq!(arrived(&emulator, uuids[1], &large)["mime_type"], "video/mp4");

    let name = "Bericht \"2026\".pdf";
    let told = prints(&emulator, "upload_file", &["--store", "--name", name, &small]);
    let upload = arrived(&emulator, uuid_of(&told, &small), &small);
    assert_eq!((&upload["filename"], &upload["store"]), (&json!(name), &json!(true)));

    let missing = folder.path().join("missing").display().to_string();
    let told = fails(&emulator, "upload_file", &[&missing, &small], 1, "UC_ERR_FILE");
    arrived(&emulator, uuid_of(&told, &small), &small);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "only the files themselves stay");
}

/// A folder with so many small files, and a large one below it; and all paths.
fn directory(small: usize) -> (TempDir, BTreeSet<String>) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("below/deeper")).unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    let mut paths: BTreeSet<_> =
        (0..small).map(|number| file_of(&folder, &format!("{number}.txt"), number)).collect();
    paths.insert(file_of(&folder, "below/deeper/large", 11 * MIB));
    (folder, paths)
}

/// The paths that it says have arrived, which the emulator has under the UUIDs that it says.
#[track_caller]
fn arrived_of(emulator: &Emulator, told: &Told) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for line in told.lines() {
        let (uuid, path) = line.split_once('\t').unwrap();
        arrived(emulator, uuid, path);
        assert!(paths.insert(path.to_owned()), "{path} came twice: {told:?}");
    }
    paths
}

/// The paths that it says have not, and the reasons.
fn not_uploaded(told: &Told) -> Vec<(&str, &str)> {
    let rests = told.stderr.lines().filter_map(|line| line.strip_prefix("not uploaded: "));
    rests.map(|rest| rest.split_once(": ").unwrap_or((rest, ""))).collect()
}

#[test]
fn a_directory_is_uploaded() {
    let emulator = emulator();
    let (folder, paths) = directory(9);
    std::os::unix::fs::symlink("0.txt", folder.path().join("link")).unwrap();
    let argument = folder.path().to_str().unwrap();
    for threads in ["1", "3", "64"] {
        control(&emulator, "reset", Some(json!({})));
        let told = run(&emulator, "upload_directory", &["--threads", threads, argument]);
        assert_eq!((told.status, &*told.stderr), (0, "10 of 10 files uploaded\n"), "{told:?}");
        assert_eq!(arrived_of(&emulator, &told), paths);
    }

    control(&emulator, "faults", Some(json!({"fault": "status", "status": 400, "path": "/base/"})));
    let told = run(&emulator, "upload_directory", &[argument]);
    let failed = not_uploaded(&told);
    assert!(failed.len() == 1 && failed[0].1.starts_with("UC_ERR_REJECTED: "), "{told:?}");
    let mut rest = paths.clone();
    rest.remove(failed[0].0);
    assert_eq!((told.status, arrived_of(&emulator, &told)), (1, rest));
    assert!(told.stderr.ends_with("9 of 10 files uploaded\n"), "{told:?}");
}

#[test]
fn an_interrupt_stops_all_uploads_of_a_directory_and_those_that_arrived_are_known() {
    let emulator = emulator();
    let (folder, paths) = directory(20);
    // Two files are through; one is as well, but the service does not say more of it; all others hang.
    let faults = json!([
        {"fault": "hang", "path": "/base/", "skip": 3, "times": -1},
        {"fault": "hang", "path": "/_parts/", "times": -1},
        {"fault": "hang", "path": "/info/", "skip": 2, "times": -1},
    ]);
    control(&emulator, "faults", Some(faults));
    let mut program = with_keys("upload_directory", &emulator);
    let program = program.args(["--threads", "6"]).arg(folder.path()).spawn().unwrap();
    wait_for_requests(&emulator, 3, &["GET /info/"]);
    wait_for_requests(&emulator, 8, &["POST /base/", "POST /multipart/start/"]);
    let told = interrupted(program);

    let (arrived, lost) = (arrived_of(&emulator, &told), not_uploaded(&told));
    assert!(told.stderr.ends_with("3 of 21 files uploaded\n"), "{told:?}");
    assert_eq!((arrived.len(), lost.len()), (3, 18), "{told:?}");
    let all = arrived.iter().map(String::as_str).chain(lost.iter().map(|(path, _)| *path));
    assert_eq!(all.map(str::to_owned).collect::<BTreeSet<_>>(), paths);
    assert_eq!(lost.iter().filter(|(_, why)| why.starts_with("UC_ERR_CANCELED: ")).count(), 5, "{told:?}");
    let uploads = control(&emulator, "uploads", None)["uploads"].clone();
    let complete = uploads.as_array().unwrap().iter().filter(|upload| upload["complete"] == true);
    assert_eq!(complete.count(), 3, "what arrived has its name: {uploads}");
}

/// How far it is is shown to people only, who have a terminal.
#[test]
fn a_terminal_shows_how_far_an_upload_is() {
    let (emulator, folder) = (emulator(), tempfile::tempdir().unwrap());
    let path = file_of(&folder, "file", 31 * MIB);
    // The last parts wait for the first, so that it is shown in between.
    control(&emulator, "faults", Some(json!({"fault": "delay", "ms": 1000, "path": "/_parts/", "times": 4})));
    let mut command = Command::new("script");
    command.args(["-qec", &format!("{} {path}", programs().join("upload_file").display())]).arg("/dev/null");
    let uploading = with_keys("upload_file", &emulator);
    for (name, value) in uploading.get_envs() {
        command.env(name, value.unwrap());
    }
    let told = ends(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()));
    assert_eq!(told.status, 0, "{told:?}");
    let shown: Vec<_> = told.stdout.split('\r').collect();
    let is_between = |line: &&str| line.starts_with("[####") && line.contains(" ]") && !line.contains("100%");
    assert!(shown.iter().any(is_between), "{shown:?}");
    let last = shown.iter().rfind(|line| line.starts_with('[')).unwrap();
    assert!(last.contains("#] 100%  ") && last.contains(" MiB/s  0:00 left"), "{last}");
}

/// Starts an upload of seven parts of which only the first three are answered, and waits for these.
fn stuck_upload(emulator: &Emulator, arguments: &[&str], state: &str) -> Child {
    let hang = json!({"fault": "hang", "path": "/_parts/", "skip": 3, "times": -1});
    control(emulator, "faults", Some(hang));
    let uploading = with_keys("upload_file", emulator).args(arguments).spawn().unwrap();
    let began = Instant::now();
    // The first line of the state says what was begun, and each other one that a part has arrived.
    while fs::read_to_string(state).map_or(0, |text| text.lines().count()) < 4 {
        assert!(began.elapsed() < PATIENCE, "no part arrives");
        thread::yield_now();
    }
    agent().delete(format!("{}/_emulator/faults", emulator.base())).call().unwrap();
    uploading
}

/// The rest goes with the same command, and no more than what was on its way goes twice.
fn goes_on(emulator: &Emulator, arguments: &[&str], path: &str, state: &str) {
    let told = prints(emulator, "upload_file", arguments);
    let upload = arrived(emulator, uuid_of(&told, path), path);
    let twice = upload["bytes_received"].as_u64().unwrap() - upload["size"].as_u64().unwrap();
    assert!(twice <= 4 * PART, "{twice} bytes were sent twice");
    assert_eq!(control(emulator, "uploads", None)["uploads"].as_array().unwrap().len(), 1);
    assert!(!Path::new(state).exists());
}

#[test]
fn an_interrupted_upload_goes_on_where_it_stopped() {
    let (emulator, folder) = (emulator(), tempfile::tempdir().unwrap());
    let path = file_of(&folder, "file", 31 * MIB);
    let state = format!("{path}.upload");
    let uploading = stuck_upload(&emulator, &[&path], &state);
    let told = interrupted(uploading);
    assert_eq!(told.stdout, "");
    assert!(told.stderr.ends_with("The same command goes on where it stopped.\n"), "{told:?}");
    goes_on(&emulator, &[&path], &path, &state);
}

#[test]
fn a_killed_upload_goes_on_where_it_stopped() {
    let (emulator, folder) = (emulator(), tempfile::tempdir().unwrap());
    let path = file_of(&folder, "file", 31 * MIB);
    let state = folder.path().join("state").display().to_string();
    let arguments = ["--resume", &state, &path];
    let mut uploading = stuck_upload(&emulator, &arguments, &state);
    uploading.kill().unwrap();
    uploading.wait().unwrap();
    goes_on(&emulator, &arguments, &path, &state);
}

#[test]
fn standard_input_is_uploaded() {
    let (emulator, folder) = (emulator(), tempfile::tempdir().unwrap());
    for (size, arguments, name, mime) in [
        (0, &[][..], "file", "application/octet-stream"),
        (5, &["--name", "notes.txt", "--store"], "notes.txt", "text/plain"),
        (11 * MIB, &["--name", "dump", "--type", "application/gzip"], "dump", "application/gzip"),
    ] {
        let path = file_of(&folder, "content", size);
        let mut uploading =
            with_keys("upload_stdin", &emulator).args(arguments).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = uploading.stdin.take().unwrap();
        stdin.write_all(&fs::read(&path).unwrap()).unwrap();
        drop(stdin);
        let told = end_of(uploading);
        assert_eq!((told.status, &*told.stderr), (0, ""));
        let upload = arrived(&emulator, told.stdout.trim_end(), &path);
        assert_eq!((&upload["filename"], &upload["mime_type"]), (&json!(name), &json!(mime)));
    }

    // A folder can be opened, and not be read.
    let mut uploading = with_keys("upload_stdin", &emulator);
    let told = ends(uploading.stdin(Stdio::from(fs::File::open(&folder).unwrap())));
    assert_eq!(told.status, 1);
    assert!(told.stderr.contains("standard input: Is a directory"), "{told:?}");
}

#[test]
fn a_file_is_fetched_from_the_web() {
    let (emulator, folder) = (emulator(), tempfile::tempdir().unwrap());
    let path = file_of(&folder, "file.txt", 1000);
    let told = prints(&emulator, "upload_file", &[&path]);
    let url = format!("{}/_emulator/content/{}", emulator.base(), uuid_of(&told, &path));

    let told = prints(&emulator, "upload_url", &["--reuse", "--store", "--name", "copy.txt", &url]);
    let upload = arrived(&emulator, told.value("file"), &path);
    assert_eq!((&upload["filename"], &upload["store"]), (&json!("copy.txt"), &json!(true)));
    assert_eq!(prints(&emulator, "upload_url", &["--resume", told.value("token")]).stdout, told.stdout);
    let again = prints(&emulator, "upload_url", &["--reuse", &url]);
    assert_eq!(again.value("file"), told.value("file"));
    assert_ne!(prints(&emulator, "upload_url", &[&url]).value("file"), told.value("file"));

    let nothing = format!("{}/_emulator/content/{UNKNOWN}", emulator.base());
    let told = fails(&emulator, "upload_url", &[&nothing], 1, "UC_ERR_JOB");
    assert!(!told.stderr.contains("--resume"), "{told:?}");
}

#[test]
fn an_interrupt_stops_the_waiting_for_a_fetched_file() {
    let emulator = emulator();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let mut fetching = with_keys("upload_url", &emulator).arg(&url).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(fetching.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let token = line.trim_end().strip_prefix("token ").unwrap_or_else(|| panic!("{line:?}"));

    let told = interrupted(fetching);
    assert!(told.stderr.contains(&format!("To wait again: upload_url --resume {token}\n")), "{told:?}");
}

/// Begins an upload without the secret key; gives the status of the answer.
fn begins(emulator: &Emulator, permission: &str, bearer: Option<&str>) -> u16 {
    let mut request = agent()
        .post(format!("{}/multipart/start/", emulator.base()))
        .content_type("application/x-www-form-urlencoded");
    if let Some(token) = bearer {
        request = request.header("Authorization", format!("Bearer {token}"));
    }
    let form = "UPLOADCARE_PUB_KEY=demopublickey&filename=a&size=10485760&content_type=a/b";
    request.send(format!("{form}{permission}")).unwrap().status().as_u16()
}

#[test]
fn what_was_signed_allows_to_upload() {
    let emulator = emulator();
    control(&emulator, "project", Some(json!({"signed_uploads": true})));
    assert_eq!(begins(&emulator, "", None), 400);

    let signed = prints(&emulator, "sign_upload", &["--lifetime", "60"]);
    let permission = format!("&signature={}&expire={}", signed.value("signature"), signed.value("expire"));
    assert_eq!(begins(&emulator, &permission, None), 200);
    control(&emulator, "clock", Some(json!({"offset_s": 120})));
    assert_eq!(begins(&emulator, &permission, None), 403);
    control(&emulator, "clock", Some(json!({"offset_s": 0})));

    let token = |arguments: &[&str]| {
        let arguments = [&["--token"], arguments].concat();
        prints(&emulator, "sign_upload", &arguments).stdout.trim_end().to_owned()
    };
    assert_eq!(begins(&emulator, "", Some(&token(&[]))), 200);
    assert_eq!(begins(&emulator, "", Some(&token(&["--scope", "/base/"]))), 403);
    let once = token(&["--scope", "/base/", "--scope", "/multipart/*", "--operations", "1"]);
    assert_eq!([(); 2].map(|()| begins(&emulator, "", Some(&once))), [200, 403]);
    let brief = token(&["--lifetime", "60"]);
    control(&emulator, "clock", Some(json!({"offset_s": 120})));
    assert_eq!(begins(&emulator, "", Some(&brief)), 401);
}

// -- webhooks --------------------------------------------------------------------------------------

/// A receiver at work.
struct Receiver {
    program: Child,
    stdout: BufReader<ChildStdout>,
    url: String,
}

impl Receiver {
    fn start() -> Receiver {
        let mut command = example("webhook_receiver");
        command.env("UPLOADCARE_WEBHOOK_SECRET", SECRET).env("UPLOADCARE_WEBHOOK_OLD_SECRET", "the old one");
        let mut program = command.arg("0").spawn().unwrap();
        let mut stdout = BufReader::new(program.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line:?}"));
        Receiver { url: url.to_owned(), program, stdout }
    }

    /// Has the emulator tell it of an event; gives its answer.
    fn told_of(&self, emulator: &Emulator, mut event: Value, secret: Option<&str>) -> Value {
        event["target_url"] = json!(self.url);
        event["signing_secret"] = json!(secret);
        control(emulator, "webhooks", Some(event))["deliveries"][0]["status"].clone()
    }

    /// Sends these bytes and no more; gives the status of the answer.
    fn answers(&self, request: &[u8]) -> String {
        let mut connection = self.connect();
        connection.write_all(request).unwrap();
        connection.shutdown(Shutdown::Write).unwrap();
        status(connection)
    }

    fn connect(&self) -> TcpStream {
        let address = self.url.trim_start_matches("http://").trim_end_matches('/');
        let connection = TcpStream::connect(address).unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        connection
    }

    /// Ends it; gives what it has printed. Whatever it answers to it prints before.
    fn end(mut self) -> (String, String) {
        self.program.kill().unwrap();
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).unwrap();
        self.program.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        (stdout, stderr)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

fn status(mut connection: TcpStream) -> String {
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

/// A delivery of this body, signed.
fn signed(body: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body);
    let (length, sum) = (body.len(), mac.finalize().into_bytes());
    let head = format!(
        "POST / HTTP/1.1\r\nHost: here\r\ncontent-LENGTH:{length} \r\nX-UC-signature: v1={sum:x}\t\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

#[test]
fn deliveries_are_received_and_printed() {
    let emulator = emulator();
    let (receiver, uuid) = (Receiver::start(), file_named(&emulator, "twenty-two-of-them.png"));
    let stored = json!({"event": "file.stored", "uuid": uuid});
    assert_eq!(receiver.told_of(&emulator, stored.clone(), Some(SECRET)), 200);
    assert_eq!(receiver.told_of(&emulator, stored.clone(), Some("another")), 403);
    assert_eq!(receiver.told_of(&emulator, stored, None), 403);
    let infected = json!({"event": "file.infected", "uuid": uuid});
    assert_eq!(receiver.told_of(&emulator, infected, Some("the old one")), 200);
    let updated = json!({
        "event": "file.info_updated", "uuid": uuid,
        "previous_values": {"metadata": {"colour": "brown", "pet": "d\u{1b}og"}, "appdata": null},
    });
    assert_eq!(receiver.told_of(&emulator, updated, Some(SECRET)), 200);

    let file = format!("{uuid} twenty-two-of-them.png");
    let (stdout, stderr) = receiver.end();
    let right = format!(
        "file.stored {file}\n  by api\n\
         file.infected {file}\n  by addon uc_clamav_virus_scan\n\
         file.info_updated {file}\n  by api\n  before: colour = brown\n  before: pet = d?og\n"
    );
    assert_eq!(stdout, right);
    assert_eq!(stderr.lines().filter(|line| line.starts_with("refused: ")).count(), 2, "{stderr}");
}

#[test]
fn what_is_no_delivery_is_refused_and_the_next_is_received() {
    let receiver = Receiver::start();
    let event = br#"{"hook":{"event":"file.stored"},"data":{"uuid":"u"}}"#;
    let post = |rest: &str| format!("POST / HTTP/1.1\r\n{rest}").into_bytes();
    let endless_head = post(&"x".repeat(16383 - post("").len()));
    let unfinished = signed(event)[..100].to_vec();
    for (request, right) in [
        (b"GET / HTTP/1.1\r\n\r\n".to_vec(), "405"),
        (post("Transfer-Encoding: chunked\r\n\r\n"), "411"),
        (post("Content-Length: \r\n\r\n"), "400"),
        (post("Content-Length: -1\r\n\r\n"), "400"),
        (post("Content-Length: 1048577\r\n\r\n"), "413"),
        (post("Content-Length: 99999999999999999999999\r\n\r\n"), "413"),
        (endless_head, "431"),
        (unfinished, "408"),
        (b"".to_vec(), "408"),
        (signed(b"signed, and yet no JSON"), "400"),
        (signed(b"{\"hook\":\0}"), "400"),
        (signed(b""), "400"),
        (signed(event), "200"),
    ] {
        assert_eq!(receiver.answers(&request), right, "{}", String::from_utf8_lossy(&request));
    }
    assert_eq!(receiver.end().0, "file.stored u\n");
}

#[test]
fn who_says_nothing_does_not_hold_the_receiver_for_ever() {
    let receiver = Receiver::start();
    let mut silent = receiver.connect();
    silent.write_all(b"POST / HTTP/1.1\r\n").unwrap();
    assert_eq!(status(silent), "408");
}

// -- addresses -------------------------------------------------------------------------------------

/// With the public key alone, it prints this and nothing else.
#[track_caller]
fn prints_of_a_picture(arguments: &[&str], right: &str) {
    let mut command = example("picture_urls");
    let told = ends(command.env("UPLOADCARE_PUBLIC_KEY", "demopublickey").arg(UNKNOWN).args(arguments));
    assert_eq!((told.status, &*told.stdout, &*told.stderr), (0, right, ""), "{arguments:?}");
}

#[test]
fn the_addresses_of_a_picture_are_printed() {
    let file = format!("https://1s4oyld5dc.ucarecd.net/{UNKNOWN}");
    let shrunk = |format: &str, width: u32| {
        format!("{file}/-/stretch/off/-/format/{format}/-/quality/smart/-/resize/{width}x/ {width}w")
    };
    let usual = format!(
        "original {file}/\n\
         thumbnail {file}/-/scale_crop/200x200/smart/-/format/auto/-/quality/smart/\n\
         srcset {}, {}, {}\n",
        shrunk("auto", 320),
        shrunk("auto", 640),
        shrunk("auto", 1280)
    );
    prints_of_a_picture(&[], &usual);

    let (thumbnail, srcset) = (
        format!("{file}/-/scale_crop/120x60/smart/-/format/webp/-/quality/smart/"),
        format!("{}, {}", shrunk("webp", 1000), shrunk("webp", 50)),
    );
    let options = ["1000", "--format", "webp", "--crop", "120x60", "50"];
    let right = format!("original {file}/\nthumbnail {thumbnail}\nsrcset {srcset}\n");
    prints_of_a_picture(&options, &right);

    let page = format!(
        r#"<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{UNKNOWN}</title>
<style>img {{ max-width: 100% }} img[srcset] {{ width: 100% }}</style>
<p><a href="{file}/"><img src="{thumbnail}" width="120" height="60" alt="Thumbnail of {UNKNOWN}"></a></p>
<p><img srcset="{srcset}" sizes="100vw" src="{file}/" alt="Picture {UNKNOWN}"></p>
"#
    );
    prints_of_a_picture(&[&["--html"], &options[..]].concat(), &page);
}

/// Width and height of the PNG that is there.
#[track_caller]
fn png_size(url: &str) -> (u32, u32) {
    let mut answer = agent().get(url).call().unwrap();
    assert_eq!(answer.status(), 200, "{url}");
    assert_eq!(answer.headers()["Content-Type"], "image/png", "{url}");
    let bytes = answer.body_mut().read_to_vec().unwrap();
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn the_addresses_of_a_picture_lead_to_it() {
    let emulator = emulator();
    let picture = file_named(&emulator, "twenty-two-of-them.png");
    let told = prints(
        &emulator,
        "picture_urls",
        &[&picture, "--format", "png", "--crop", "120x60", "100", "400", "1600"],
    );
    assert_eq!(png_size(told.value("original")), (800, 788));
    assert_eq!(png_size(told.value("thumbnail")), (120, 60));
    // The last is not made larger than the picture is.
    let candidates = told.value("srcset").split(", ").map(|candidate| candidate.split(' ').next().unwrap());
    assert_eq!(candidates.map(|url| png_size(url).0).collect::<Vec<_>>(), [100, 400, 800]);
}

/// Signs; gives the query that the address has then. Good is it for so many minutes, and for what `scope`
/// says: a URL token, unlike an ACL, does not repeat that.
#[track_caller]
fn signs(emulator: &Emulator, arguments: &[&str], address: &str, scope: &str, minutes: i64) -> String {
    let before = Utc::now().timestamp();
    let told = run(emulator, "sign_url", arguments);
    let after = Utc::now().timestamp();

    let (_, token) = told.stdout.split_once("?token=exp=").unwrap_or_else(|| panic!("{told:?}"));
    let expire = token.split('~').next().unwrap().parse().unwrap();
    assert!((before + 60 * minutes..=after + 60 * minutes).contains(&expire), "{told:?}");
    let until = DateTime::from_timestamp(expire, 0).unwrap().format("%Y-%m-%d %H:%M:%S UTC");

    let mut mac = Hmac::<Sha256>::new_from_slice(DELIVERY_KEY).unwrap();
    mac.update(format!("exp={expire}~{scope}").as_bytes());
    let sum = mac.finalize().into_bytes();
    let shown = if scope.starts_with("acl=") { format!("~{scope}") } else { String::new() };
    let query = format!("?token=exp={expire}{shown}~hmac={sum:x}");
    assert_eq!(
        (told.status, told.stdout, told.stderr),
        (0, format!("{address}{query}\n"), format!("good until {until}\n"))
    );
    query
}

/// The statuses of their answers.
fn delivered<const N: usize>(urls: [String; N]) -> [u16; N] {
    urls.map(|url| agent().get(&url).call().unwrap().status().as_u16())
}

#[test]
fn what_was_signed_is_delivered() {
    let emulator = emulator();
    control(&emulator, "project", Some(json!({"delivery_secrets": [DELIVERY_SECRET]})));
    let picture = file_named(&emulator, "twenty-two-of-them.png");
    let address = |id: &str| format!("{}/{id}/", emulator.base());
    let (file, other) = (address(&picture), address(&file_named(&emulator, "sample1.txt")));
    let small = format!("{file}-/resize/50x/-/format/png/");
    assert_eq!(delivered([file.clone(), small.clone()]), [403, 403]);

    let with = |token: String| delivered([&file, &small, &other].map(|address| format!("{address}{token}")));
    let token = signs(&emulator, &[&picture], &file, &format!("acl=/{picture}/"), 5);
    assert_eq!(with(token), [200, 403, 403]);
    let token = signs(&emulator, &["--everything-below", &file], &file, &format!("acl=/{picture}/*"), 5);
    assert_eq!(with(token), [200, 200, 403]);
    let quoted = format!("url=%2f{picture}%2f-%2fresize%2f50x%2f-%2fformat%2fpng%2f");
    let token = signs(&emulator, &["--url-token", &small], &small, &quoted, 5);
    assert_eq!(with(token), [403, 200, 403]);

    let group = group(&emulator);
    let scope = format!("acl=/{}/", group.replace('~', "%7e"));
    let token = signs(&emulator, &[&group], &address(&group), &scope, 5);
    assert_eq!(delivered([address(&group) + &token]), [200]);
}

#[test]
fn what_was_signed_expires() {
    let emulator = emulator();
    control(&emulator, "project", Some(json!({"delivery_secrets": [DELIVERY_SECRET]})));
    let id = file_named(&emulator, "sample1.txt");
    let file = format!("{}/{id}/", emulator.base());
    let token = signs(&emulator, &["--minutes", "60", &id], &file, &format!("acl=/{id}/"), 60);
    for (offset, right) in [(3000, 200), (4200, 403)] {
        control(&emulator, "clock", Some(json!({"offset_s": offset})));
        assert_eq!(delivered([format!("{file}{token}")]), [right], "{offset}");
    }
}

#[test]
fn the_images_of_a_group_have_signed_urls() {
    let emulator = emulator();
    control(&emulator, "project", Some(json!({"delivery_secrets": [DELIVERY_SECRET]})));
    let group = group(&emulator);
    let before = Utc::now().timestamp();
    let told =
        prints(&emulator, "group_image_urls", &[&group, "60", "-/stretch/off/-/resize/50x/-/format/png/"]);
    let names = ["IMG_8919.jpeg", "twenty-two-of-them.png", "Ананас \"spécial\" \\ 🍍 'it'.jpg", "dance.gif"];
    let images = files(&emulator).into_iter().enumerate().filter_map(|(place, file)| {
        names.contains(&file["original_filename"].as_str().unwrap()).then_some(place)
    });
    for (line, place) in told.lines().into_iter().zip(images) {
        let (address, token) = line.split_once("?token=exp=").unwrap();
        let right =
            format!("{}/{group}/nth/{place}/-/stretch/off/-/resize/50x/-/format/png/", emulator.base());
        assert_eq!(address.replace("%7e", "~"), right);
        let expire: i64 = token.split('~').next().unwrap().parse().unwrap();
        assert!((before + 3600..before + 3660).contains(&expire), "{line}");
        assert_eq!(png_size(line).0, 50);
        assert_eq!(delivered([address.to_owned()]), [403]);
    }
    assert_eq!(told.lines().len(), names.len(), "{told:?}");
    control(&emulator, "clock", Some(json!({"offset_s": 4000})));
    assert_eq!(delivered([told.lines()[0].to_owned()]), [403]);

    let usual = prints(&emulator, "group_image_urls", &[&group, "1"]);
    assert!(usual.lines()[0].contains("/nth/0/-/preview/1000x1000/-/format/auto/?token="), "{usual:?}");
    fails(&emulator, "group_image_urls", &[&format!("{UNKNOWN}~1"), "5"], 1, "UC_ERR_NOT_FOUND");
}

#[test]
fn the_host_of_secure_delivery_takes_the_place_of_the_open_one() {
    let mut command = example("sign_url");
    command.env("UPLOADCARE_PUBLIC_KEY", "demopublickey").env("UPLOADCARE_DELIVERY_SECRET", DELIVERY_SECRET);
    let told = ends(command.arg(UNKNOWN));
    let right = format!("https://1s4oyld5dc.s.ucarecd.net/{UNKNOWN}/?token=exp=");
    assert!(told.status == 0 && told.stdout.starts_with(&right), "{told:?}");
}

#[test]
fn a_wrong_secret_of_delivery_is_not_shown() {
    let secret = "736563726574x";
    let told = ends(example("sign_url").env("UPLOADCARE_DELIVERY_SECRET", secret).arg("https://a.example/"));
    assert_eq!((told.status, &*told.stdout), (1, ""));
    assert!(told.stderr.contains("UC_ERR_ARGUMENT: secret_hex is not a secret"), "{told:?}");
    assert!(!told.stderr.contains(secret), "{told:?}");
}
