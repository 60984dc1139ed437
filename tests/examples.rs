//! Every program of `examples-c/`, compiled as strictly as C allows and run against an emulator:
//! what it prints, what it ends with, and that it leaks nothing.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use uploadcare_emulator::{Emulator, Options};

/// A UUID that no emulator knows.
const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

const SECRET: &str = "12345X";

/// Nothing here may take longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// How each is called when it is called rightly, and what it ends with where there are no keys.
const EXAMPLES: [(&str, &[&str], i32); 8] = [
    ("convert_video", &[UNKNOWN], 1),
    ("delete_group", &["00000000-0000-4000-8000-000000000000~1"], 1),
    ("group_info", &["00000000-0000-4000-8000-000000000000~1"], 1),
    ("list_files", &[], 2),
    ("list_groups", &[], 2),
    ("scan_for_viruses", &[UNKNOWN], 2),
    ("search_files", &["pineapple"], 2),
    ("webhook_receiver", &["0"], 2),
];

// -- programs --------------------------------------------------------------------------------------

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where the compiled examples are.
fn programs() -> &'static Path {
    static PROGRAMS: OnceLock<PathBuf> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let mut make = Command::new("make");
        make.args(["-s", "lib"]).current_dir(root()).env_remove("MAKEFLAGS").env_remove("MAKELEVEL");
        succeeds(&mut make);
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
    compiler.arg("-luploadcare").arg(format!("-Wl,-rpath,{}", root().join("build/lib").display()));
    succeeds(compiler.current_dir(root()));
}

fn succeeds(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
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
    command.env("UPLOADCARE_API_BASE", emulator.base());
    command.env("UPLOADCARE_PUBLIC_KEY", "demopublickey").env("UPLOADCARE_SECRET_KEY", "demosecretkey");
    command
}

#[derive(Debug)]
struct Told {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Told {
    fn lines(&self) -> Vec<&str> {
        self.stdout.lines().collect()
    }

    /// What stands in a line behind this word.
    fn value(&self, word: &str) -> &str {
        let value = self.stdout.lines().find_map(|line| line.strip_prefix(word)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("no {word}: {self:?}"))
    }
}

fn ends(command: &mut Command) -> Told {
    end_of(command.spawn().unwrap())
}

/// Waits for the end of a program, and ends it where that does not come.
fn end_of(program: Child) -> Told {
    let (id, (ended, hears)) = (program.id().to_string(), mpsc::channel::<()>());
    thread::spawn(move || {
        if hears.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            succeeds(Command::new("kill").args(["-KILL", &id]));
        }
    });
    let output = program.wait_with_output().unwrap();
    drop(ended);
    Told {
        status: output.status.code().unwrap_or_else(|| panic!("ended by {}", output.status)),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
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

/// Steers the emulator; no body asks it.
fn control(emulator: &Emulator, path: &str, body: Option<Value>) -> Value {
    let agent = ureq::Agent::new_with_config(ureq::Agent::config_builder().proxy(None).build());
    let url = format!("{}/_emulator/{path}", emulator.base());
    let answer = match body {
        Some(body) => agent.post(&url).send(body.to_string()),
        None => agent.get(&url).call(),
    };
    let text = answer.unwrap().body_mut().read_to_string().unwrap();
    serde_json::from_str(&text).unwrap_or(Value::Null)
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
        let says_so = ["public_key", "UPLOADCARE_PUBLIC_KEY", "UPLOADCARE_WEBHOOK_SECRET"];
        assert!(says_so.iter().any(|key| told.stderr.contains(key)), "{name}: {}", told.stderr);
    }
}

#[test]
fn with_the_wrong_secret_key_every_example_fails() {
    let emulator = emulator();
    for (name, arguments, _) in EXAMPLES.iter().filter(|(name, ..)| *name != "webhook_receiver") {
        let told = ends(with_keys(name, &emulator).env("UPLOADCARE_SECRET_KEY", "another").args(*arguments));
        assert_ne!(told.status, 0, "{name}");
        assert!(told.stderr.contains("UC_ERR_AUTH"), "{name}: {}", told.stderr);
    }
}

// -- groups ----------------------------------------------------------------------------------------

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
    fails(&emulator, "scan_for_viruses", &["--purge"], 2, "usage");
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

    succeeds(Command::new("kill").args(["-INT", &converting.id().to_string()]));
    let told = end_of(converting);
    assert_eq!(told.status, 130);
    assert!(told.stderr.contains(&format!("To wait again: convert_video --resume {token}\n")), "{told:?}");
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
        let mut program = command.env("UPLOADCARE_WEBHOOK_SECRET", SECRET).arg("0").spawn().unwrap();
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
    assert_eq!(receiver.told_of(&emulator, infected, Some(SECRET)), 200);
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
