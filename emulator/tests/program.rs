//! The program: what it prints, what it takes, how it ends.

mod client;

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_uploadcare-emulator");

struct Running {
    child: Child,
    output: BufReader<ChildStdout>,
    base: String,
}

impl Running {
    fn start(arguments: &[&str]) -> Running {
        Running::of(Command::new(PROGRAM).args(arguments))
    }

    fn of(command: &mut Command) -> Running {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        output.read_line(&mut first).unwrap();
        let base = first.trim_end().strip_prefix("uploadcare-emulator: listening on ").unwrap().to_owned();
        Running { child, output, base }
    }

    /// The rest of the output, and whether it ended well.
    fn end(mut self, signal: &str) -> (String, bool) {
        let killed = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        (rest, self.child.wait().unwrap().success())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn groups(base: &str) -> usize {
    let body =
        ureq::get(format!("{base}/_emulator/groups")).call().unwrap().body_mut().read_to_string().unwrap();
    body.matches("\"id\"").count()
}

fn fails(arguments: &[&str]) -> String {
    let Output { status, stderr, .. } = Command::new(PROGRAM).args(arguments).output().unwrap();
    assert!(!status.success());
    String::from_utf8(stderr).unwrap()
}

#[test]
fn it_tells_where_it_listens_and_how_to_use_it_and_ends_when_it_is_told() {
    for signal in ["-TERM", "-INT"] {
        let running =
            Running::start(&["--public-key", "pub", "--secret-key", "secret", "--secure-delivery", "00ff"]);
        let base = running.base.clone();
        assert!(base.starts_with("http://127.0.0.1:"), "{base}");
        assert_eq!(groups(&base), 250);
        let (rest, ended_well) = running.end(signal);
        assert!(ended_well);
        for line in [
            &format!("export UPLOADCARE_API_BASE={base}"),
            &format!("export UPLOADCARE_UPLOAD_BASE={base}"),
            &format!("export UPLOADCARE_CDN_BASE={base}"),
            "export UPLOADCARE_PUBLIC_KEY=pub",
            "export UPLOADCARE_SECRET_KEY=secret",
            "export UPLOADCARE_DELIVERY_SECRET=00ff",
            &format!("{base}/_emulator/"),
        ] {
            assert!(rest.contains(line), "{line} in {rest}");
        }
        assert!(TcpStream::connect(base.strip_prefix("http://").unwrap()).is_err());
    }
}

#[test]
fn it_takes_its_data_and_its_faults_from_its_arguments() {
    let fault = r#"{"fault":"status","status":503}"#;
    let running =
        Running::start(&["--groups", "7", "--files-per-group", "5", "--same-time", "--fault", fault]);
    assert_eq!(groups(&running.base), 7);
    let status = |path: &str| match ureq::get(format!("{}{path}", running.base)).call() {
        Err(ureq::Error::StatusCode(status)) => status,
        other => panic!("{other:?}"),
    };
    assert_eq!(status("/groups/"), 503);
    assert_eq!(status("/groups/"), 406);
}

#[test]
fn it_takes_its_clock_and_its_manners_from_its_arguments() {
    let running = Running::start(&["--clock-offset", "-86400", "--no-gzip", "--allow-simple-http"]);
    let request = ureq::get(format!("{}/groups/", running.base))
        .header("Accept", client::API_TYPE)
        .header("Accept-Encoding", "gzip")
        .header("Authorization", "Uploadcare.Simple demopublickey:demosecretkey");
    let reply = request.call().unwrap();
    assert_eq!(reply.headers().get("Content-Encoding"), None);
    let date = chrono::DateTime::parse_from_rfc2822(reply.headers()["Date"].to_str().unwrap()).unwrap();
    let late = chrono::Utc::now() - date.to_utc();
    assert!((86_395..86_405).contains(&late.num_seconds()), "{date}");
}

#[test]
fn it_takes_secrets_of_secure_delivery_from_its_arguments() {
    let running = Running::start(&["--secure-delivery", "00ff", "--secure-delivery", "11ee"]);
    let file = format!("{}/5d0d4ee5-7d1c-4a0f-a1ad-0d4d6ff2ac7e/", running.base);
    assert!(matches!(ureq::get(file).call(), Err(ureq::Error::StatusCode(403))));
}

#[test]
fn with_tls_it_tells_where_the_authority_is() {
    let running = Running::start(&["--tls"]);
    assert!(running.base.starts_with("https://127.0.0.1:"));
    let (rest, _) = running.end("-TERM");
    assert!(rest.contains("Trust the certificate authority in "), "{rest}");
    for kind in ["good", "expired", "wrong-host", "unknown-ca", "p521", "self-signed-ca"] {
        assert!(Running::start(&["--tls", kind]).end("-TERM").1);
    }
}

/// So many MiB of memory the program has had at most.
#[cfg(target_os = "linux")]
fn peak_mib(running: &Running) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", running.child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_uploaded_goes_to_disk_and_is_gone_in_the_end() {
    const SIZE: usize = 256 << 20;
    let folder = tempfile::tempdir().unwrap();
    let is_empty = || folder.path().read_dir().unwrap().next().is_none();
    let running = Running::of(Command::new(PROGRAM).env("TMPDIR", folder.path()));
    assert!(is_empty());
    let post = |path: &str, form: String| {
        let request =
            ureq::post(format!("{}{path}", running.base)).content_type("application/x-www-form-urlencoded");
        let text = request.send(form).unwrap().body_mut().read_to_string().unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()
    };
    let key = "UPLOADCARE_PUB_KEY=demopublickey";
    let start = format!("{key}&filename=a&content_type=a/b&size={SIZE}&part_size={SIZE}");
    let begun = post("/multipart/start/", start);
    let before = peak_mib(&running);
    let content = ureq::SendBody::from_owned_reader(std::io::repeat(7).take(SIZE as u64));
    let put = ureq::put(begun["parts"][0].as_str().unwrap()).header("Content-Length", SIZE.to_string());
    assert_eq!(put.send(content).unwrap().status(), 200);
    post("/multipart/complete/", format!("{key}&uuid={}", begun["uuid"].as_str().unwrap()));
    let content =
        ureq::get(format!("{}/_emulator/content/{}", running.base, begun["uuid"].as_str().unwrap()));
    let mut content = content.call().unwrap().into_body().into_with_config().limit(u64::MAX).reader();
    assert_eq!(std::io::copy(&mut content, &mut std::io::sink()).unwrap(), SIZE as u64);
    let grown = peak_mib(&running) - before;
    assert!(grown < 8, "{grown} MiB more");
    assert!(!is_empty());
    assert!(running.end("-TERM").1);
    assert!(is_empty());
}

#[test]
fn arguments_that_make_no_sense_are_refused_in_words() {
    assert!(fails(&["--fault", "{}"]).contains("missing field `fault`"));
    assert!(fails(&["--groups", "many"]).contains("--groups"));
    assert!(fails(&["--secure-delivery", "xyz"]).contains("hex digits"));
    assert!(fails(&["--tls", "splendid"]).contains("wrong-host"));
    let taken = client::emulator(1);
    let port = taken.base().rsplit_once(':').unwrap().1;
    assert!(fails(&["--port", port]).starts_with(&format!("uploadcare-emulator: port {port}: ")));
}

#[test]
fn its_help_names_every_argument() {
    let help = String::from_utf8(Command::new(PROGRAM).arg("--help").output().unwrap().stdout).unwrap();
    for argument in [
        "--port",
        "--groups",
        "--files-per-group",
        "--same-time",
        "--public-key",
        "--secret-key",
        "--tls",
        "--ca-file",
        "--clock-offset",
        "--no-gzip",
        "--allow-simple-http",
        "--secure-delivery",
        "--fault",
    ] {
        assert!(help.contains(argument), "{argument}");
    }
}
