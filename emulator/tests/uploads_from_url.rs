//! Files that the service gets itself.

mod client;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

use client::uploads::*;
use client::*;
use serde_json::{Value, json};
use uploadcare_emulator::Emulator;

/// Answers one request after the other with these, and gives the address.
fn source(answers: &[&'static str]) -> String {
    let answers = answers.to_vec();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for answer in answers {
            let mut stream = BufReader::new(listener.accept().unwrap().0);
            let mut line = String::new();
            while line != "\r\n" {
                line.clear();
                stream.read_line(&mut line).unwrap();
            }
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
        }
    });
    format!("http://{address}")
}

fn start(emulator: &Emulator, url: &str, fields: Fields) -> Reply {
    let fields = [&[SMALL_KEY, ("source_url", url)], fields].concat();
    post(emulator, "/from_url/?jsonerrors=1", &fields)
}

fn begin(emulator: &Emulator, url: &str, fields: Fields) -> String {
    let begun = start(emulator, url, fields).json();
    assert_eq!(begun["type"], "token");
    uuid(&begun["token"])
}

fn status(emulator: &Emulator, token: &str) -> Value {
    ask(emulator, &Request::plain("GET", &format!("/from_url/status/?token={token}"))).json()
}

/// What it says when it has ended.
fn end(emulator: &Emulator, token: &str) -> Value {
    let is_over = || !["waiting", "progress"].contains(&status(emulator, token)["status"].as_str().unwrap());
    eventually(is_over);
    status(emulator, token)
}

#[test]
fn a_file_is_got_from_its_address() {
    let emulator = emulator(0);
    let url = source(&["HTTP/1.1 200 OK\r\nContent-Type: image/png; a=b\r\nContent-Length: 5\r\n\r\nhello"]);
    let fields = [("store", "1"), ("metadata[k]", "v"), ("tags", "a")];
    let told_of_it = end(&emulator, &begin(&emulator, &format!("{url}/a/cat.png?size=5"), &fields));
    assert_eq!(told_of_it["status"], "success");
    let uuid = uuid(&told_of_it["uuid"]);
    let mut info = upload_info(&emulator, &uuid);
    info["status"] = json!("success");
    assert_eq!(told_of_it, info);
    assert_eq!((&info["original_filename"], &info["mime_type"]), (&json!("cat.png"), &json!("image/png")));
    assert_eq!(
        (&info["is_stored"], &info["metadata"], &info["tags"]),
        (&json!(true), &json!({"k": "v"}), &json!(["a"]))
    );
    assert_eq!(told(&emulator, &uuid)["sha256"], sha256(b"hello"));
    assert_eq!(file_info(&emulator, &uuid)["size"], 5);
}

#[test]
fn the_emulator_may_be_the_source_and_the_name_may_be_given() {
    let emulator = emulator(0);
    let url = format!("{}/_emulator/content/{}", emulator.base(), upload(&emulator));
    let end = end(&emulator, &begin(&emulator, &url, &[("filename", "a (b) ü.txt"), ("store", "0")]));
    assert_eq!((&end["original_filename"], &end["is_stored"]), (&json!("ab.txt"), &json!(false)));
    assert_eq!((&end["mime_type"], &end["size"]), (&json!("text/plain"), &json!(5)));
}

#[test]
fn it_goes_on_when_it_is_asked_about() {
    let emulator = emulator(0);
    control(&emulator, "POST", "jobs", r#"{"polls":3}"#);
    let url = source(&["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"]);
    let token = begin(&emulator, &url, &[]);
    assert_eq!(status(&emulator, &token), json!({"status": "waiting"}));
    for _ in 0..2 {
        assert_eq!(status(&emulator, &token)["status"], "progress");
        assert_eq!(all_files(&emulator).len(), 0);
    }
    let first = end(&emulator, &token);
    assert_eq!(status(&emulator, &token), first);
    assert_eq!(all_files(&emulator).len(), 1);
}

#[test]
fn progress_knows_the_total_if_the_source_tells_it() {
    let emulator = emulator(0);
    control(&emulator, "POST", "jobs", r#"{"outcome":"never"}"#);
    let progress = |url: &str| {
        let token = begin(&emulator, url, &[]);
        eventually(|| status(&emulator, &token)["done"] == 5);
        status(&emulator, &token)
    };
    let known = progress(&source(&["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"]));
    assert_eq!(known, json!({"status": "progress", "done": 5, "total": 5}));
    let unknown = progress(&source(&["HTTP/1.1 200 OK\r\n\r\nhello"]));
    assert_eq!(unknown, json!({"status": "progress", "done": 5, "total": "unknown"}));
}

#[test]
fn it_may_go_wrong() {
    let emulator = emulator(0);
    control(&emulator, "POST", "project", r#"{"max_file_size":4}"#);
    let nobody = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let elsewhere = "HTTP/1.1 302 Found\r\nLocation: http://example.com/\r\nContent-Length: 0\r\n\r\n";
    let around = "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n";
    for (url, code, error) in [
        (
            source(&["HTTP/1.1 404 Not Found\r\n\r\n"]),
            "DownloadFileHTTPClientError",
            "HTTP client error: 404.",
        ),
        (source(&["HTTP/1.1 503 Busy\r\n\r\n"]), "DownloadFileHTTPServerError", "HTTP server error: 503."),
        (nobody, "DownloadFileHTTPNetworkError", "HTTP network error: "),
        (
            source(&["HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n12"]),
            "DownloadFileHTTPNetworkError",
            "HTTP network error: ",
        ),
        (
            source(&["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"]),
            "DownloadFileSizeLimitExceededError",
            "Downloaded file is too big: 5 > 4.",
        ),
        (
            source(&["HTTP/1.1 200 OK\r\n\r\nhello"]),
            "DownloadFileSizeLimitExceededError",
            "Downloaded file is too big: 5 > 4.",
        ),
        (source(&[elsewhere]), "HostnameNotFoundError", "Host does not exist."),
        (source(&[around; 6]), "URLRedirectsLimitExceededError", "Too many redirects."),
    ] {
        let end = end(&emulator, &begin(&emulator, &url, &[]));
        assert_eq!((&end["status"], &end["error_code"]), (&json!("error"), &json!(code)), "{end}");
        assert!(end["error"].as_str().unwrap().starts_with(error), "{end}");
    }
    assert_eq!(control(&emulator, "GET", "uploads", "")["uploads"], json!([]));
}

#[test]
fn redirects_are_followed() {
    let emulator = emulator(0);
    let url = source(&[
        "HTTP/1.1 301 Moved\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    ]);
    assert_eq!(end(&emulator, &begin(&emulator, &url, &[]))["size"], 5);
}

#[test]
fn jobs_may_be_made_to_fail_or_to_be_forgotten() {
    let emulator = emulator(0);
    let url = format!("{}/_emulator/", emulator.base());
    control(&emulator, "POST", "jobs", r#"{"polls":0,"outcome":"failed","error":"No luck."}"#);
    let failed = json!({"status": "error", "error": "No luck.", "error_code": "DownloadFileTaskFailedError"});
    assert_eq!(status(&emulator, &begin(&emulator, &url, &[])), failed);
    control(&emulator, "POST", "jobs", r#"{"polls":0,"outcome":"unknown"}"#);
    assert_eq!(status(&emulator, &begin(&emulator, &url, &[])), json!({"status": "unknown"}));
    assert_eq!(status(&emulator, "x"), json!({"status": "unknown"}));
    let reply = ask(&emulator, &Request::plain("GET", "/from_url/status/"));
    assert_eq!((reply.status, reply.text()), (400, "token is required."));
    assert_eq!(all_files(&emulator).len(), 0);
}

#[test]
fn addresses_that_were_remembered_give_their_file() {
    let emulator = emulator(0);
    let url = format!("{}/_emulator/", emulator.base());
    let (check, save) = (("check_URL_duplicates", "1"), ("save_URL_duplicates", "1"));
    end(&emulator, &begin(&emulator, &url, &[]));
    end(&emulator, &begin(&emulator, &url, &[check, ("save_URL_duplicates", "0")]));
    let first = end(&emulator, &begin(&emulator, &url, &[check]));
    let again = start(&emulator, &url, &[check]).json();
    assert_eq!((&again["type"], &again["uuid"]), (&json!("file_info"), &first["uuid"]));
    let second = end(&emulator, &begin(&emulator, &url, &[save]));
    assert_eq!(start(&emulator, &url, &[check]).json()["uuid"], second["uuid"]);
    let storage = format!("/files/{}/storage/", second["uuid"].as_str().unwrap());
    ask(&emulator, &Request::signed("DELETE", &storage));
    assert_eq!(start(&emulator, &url, &[check]).json()["type"], "token");
}

#[test]
fn what_is_refused_at_once() {
    let emulator = emulator(0);
    for (url, code) in [
        ("", "SourceURLRequiredError"),
        ("a.example/b", "URLSchemeRequiredError"),
        ("ftp://127.0.0.1/", "URLSchemeInvalidError"),
        ("http://", "URLParsingFailedError"),
        ("http://a b/", "URLParsingFailedError"),
        ("http://10.0.0.1/", "URLHostPrivateIPForbiddenError"),
        ("http://93.184.216.34/", "URLBlacklistedError"),
        ("https://example.com/a.png", "HostnameNotFoundError"),
    ] {
        let (status, real, _) = error(&start(&emulator, url, &[]));
        assert_eq!((status, &*real), (400, code), "{url}");
    }
    assert_eq!(refusal(&emulator, "/from_url/", &[]), (403, "ProjectPublicKeyRequiredError".to_owned()));
}
