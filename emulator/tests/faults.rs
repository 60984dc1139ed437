//! Each fault does what it says, to the requests that it is meant for.

mod client;

use std::io::{ErrorKind, Read};
use std::time::{Duration, Instant};

use client::*;
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use uploadcare_emulator::{Emulator, Options};

const LIST: &str = "/groups/?limit=10";

fn list() -> Request {
    Request::signed("GET", LIST)
}

fn statuses(emulator: &Emulator, count: usize) -> Vec<u16> {
    (0..count).map(|_| get(emulator, LIST).status).collect()
}

/// The answer without faults.
fn right(emulator: &Emulator) -> Reply {
    get(emulator, LIST)
}

fn kind_of<T: std::fmt::Debug>(result: std::io::Result<T>) -> ErrorKind {
    result.unwrap_err().kind()
}

// -- which requests are hit ---------------------------------------------------------------------

#[test]
fn a_fault_hits_one_request_or_as_many_as_it_says() {
    let emulator = emulator(3);
    fault(&emulator, r#"{"fault":"status","status":500}"#);
    assert_eq!(statuses(&emulator, 3), [500, 200, 200]);
    fault(&emulator, r#"{"fault":"status","status":500,"times":2}"#);
    assert_eq!(statuses(&emulator, 3), [500, 500, 200]);
    fault(&emulator, r#"{"fault":"status","status":500,"times":0}"#);
    assert_eq!(statuses(&emulator, 1), [200]);
    fault(&emulator, r#"{"fault":"status","status":500,"times":-1}"#);
    assert_eq!(statuses(&emulator, 5), [500; 5]);
    control(&emulator, "DELETE", "faults", "");
    assert_eq!(statuses(&emulator, 1), [200]);
}

#[test]
fn skip_lets_requests_pass_first() {
    let emulator = emulator(3);
    fault(&emulator, r#"{"fault":"status","status":500,"skip":2,"times":2}"#);
    assert_eq!(statuses(&emulator, 5), [200, 200, 500, 500, 200]);
}

#[test]
fn faults_take_turns_in_the_order_in_which_they_were_added() {
    let emulator = emulator(3);
    fault(
        &emulator,
        r#"[{"fault":"status","status":500,"times":2},{"fault":"status","status":502,"skip":1}]"#,
    );
    fault(&emulator, r#"{"fault":"status","status":504}"#);
    assert_eq!(statuses(&emulator, 5), [500, 500, 504, 502, 200]);
}

#[test]
fn path_and_method_choose_among_the_requests() {
    let emulator = emulator(3);
    fault(&emulator, r#"{"fault":"status","status":500,"path":"/files/","times":-1}"#);
    fault(&emulator, r#"{"fault":"status","status":502,"method":"delete"}"#);
    let target = format!("/groups/{}/", truth(&emulator)[0]);
    assert_eq!(get(&emulator, &target).status, 200);
    assert_eq!(get(&emulator, "/files/1/").status, 500);
    assert_eq!(ask(&emulator, &Request::signed("DELETE", &target)).status, 502);
    assert_eq!(ask(&emulator, &Request::signed("DELETE", &target)).status, 204);
}

#[test]
fn faults_may_be_there_from_the_start() {
    let faults = vec![r#"{"fault":"status","status":500}"#.parse().unwrap()];
    let emulator = Emulator::start(Options { faults, ..Options::default() }).unwrap();
    assert_eq!(statuses(&emulator, 2), [500, 200]);
}

#[test]
fn what_is_hit_is_logged_with_its_status_or_0() {
    let emulator = emulator(3);
    fault(
        &emulator,
        r#"[{"fault":"status","status":429},{"fault":"close_before"},{"fault":"close_inside"}]"#,
    );
    for _ in 0..3 {
        let _ = Connection::open(&emulator).ask(&list());
    }
    let told: Vec<_> = (0..3).map(|number| logged(&emulator, number)["status"].clone()).collect();
    assert_eq!(told, [429, 0, 200]);
}

// -- answers made up ----------------------------------------------------------------------------

#[test]
fn a_status_has_the_services_own_body() {
    let emulator = emulator(3);
    for (status, body) in [
        (401, "Incorrect authentication credentials."),
        (404, "Not found."),
        (409, "Concurrent call attempted"),
        (429, "Request was throttled. Expected available in 10 seconds."),
    ] {
        fault(&emulator, &json!({"fault": "status", "status": status}).to_string());
        let reply = get(&emulator, LIST);
        assert_eq!((reply.status, reply.json()), (status, json!({ "detail": body })));
        assert_eq!(reply.header("Content-Type"), Some(API_TYPE));
        assert_eq!(reply.header("Retry-After"), None);
        assert!(reply.header("X-Uploadcare-Request-Id").is_some());
    }
    for status in [413, 500, 502, 503, 504] {
        fault(&emulator, &json!({"fault": "status", "status": status}).to_string());
        let reply = get(&emulator, LIST);
        assert_eq!((reply.status, reply.header("Content-Type")), (status, Some("text/html")));
        assert!(reply.text().contains(&format!("<title>{status} ")), "{}", reply.text());
    }
}

#[test]
fn a_status_takes_headers_a_body_and_a_type() {
    let emulator = emulator(3);
    let all = r#"{"fault":"status","status":429,"headers":{"Retry-After":"7","X-Other":"","X-Uploadcare-Request-Id":"mine"}}"#;
    fault(&emulator, all);
    let reply = get(&emulator, LIST);
    assert_eq!(reply.json(), json!({"detail": "Request was throttled. Expected available in 7 seconds."}));
    assert_eq!(
        (reply.header("Retry-After"), reply.header("X-Uploadcare-Request-Id")),
        (Some("7"), Some("mine"))
    );
    for (given, expected) in [
        (json!({"status": 500, "body": ""}), (500, "", "text/plain")),
        (json!({"status": 500, "body": "{\"detail\":1}"}), (500, "{\"detail\":1}", API_TYPE)),
        (json!({"status": 403, "body": "<p>"}), (403, "<p>", "text/html")),
        (json!({"status": 200, "body": "é", "content_type": "text/x"}), (200, "é", "text/x")),
        (json!({"status": 599, "body": "?", "headers": {"Content-Length": "7"}}), (599, "?", "text/plain")),
    ] {
        let mut json = given.clone();
        json["fault"] = json!("status");
        fault(&emulator, &json.to_string());
        let reply = get(&emulator, LIST);
        assert_eq!((reply.status, reply.text(), reply.header("Content-Type").unwrap()), expected);
    }
}

#[test]
fn a_body_is_sent_as_it_stands() {
    let emulator = emulator(3);
    fault(&emulator, r#"{"fault":"body","body":"not {json} \u00e9"}"#);
    let reply = get(&emulator, LIST);
    assert_eq!((reply.status, reply.text()), (200, "not {json} é"));
    assert_eq!(reply.header("Content-Type"), Some(API_TYPE));
    fault(
        &emulator,
        r#"{"fault":"body","base64":"AP+A","status":201,"content_type":"text/plain","headers":{"X-A":"b"}}"#,
    );
    let reply = get(&emulator, LIST);
    assert_eq!((reply.status, &*reply.body), (201, &[0, 0xff, 0x80][..]));
    assert_eq!((reply.header("Content-Type"), reply.header("X-A")), (Some("text/plain"), Some("b")));
}

#[test]
fn a_filled_body_has_that_many_bytes_of_json() {
    let emulator = emulator(3);
    fault(&emulator, r#"{"fault":"body","fill":68157440}"#);
    let reply = get(&emulator, LIST);
    assert_eq!(reply.body.len(), 68_157_440);
    assert!(reply.body.starts_with(b"{\"results\":[\"aaaa") && reply.body.ends_with(b"aaaa\"]}"));
}

#[test]
fn a_gzip_bomb_is_small_and_unpacks_to_that_many_bytes() {
    let emulator = emulator(3);
    fault(&emulator, r#"{"fault":"body","gzip_fill":1073741824}"#);
    let reply = get(&emulator, LIST);
    assert_eq!(reply.header("Content-Encoding"), Some("gzip"));
    assert!(reply.body.len() < 2 << 20);
    let mut start = vec![0; 5_000_000];
    GzDecoder::new(&reply.body[..]).read_exact(&mut start).unwrap();
    assert!(start.starts_with(b"{\"results\":[\"aaaa") && start.ends_with(b"aaaa"));
    let size = u32::from_le_bytes(reply.body[reply.body.len() - 4..].try_into().unwrap());
    assert_eq!(size, 1 << 30);
}

#[test]
fn a_nested_body_is_that_deep() {
    let emulator = emulator(3);
    fault(&emulator, r#"{"fault":"body","nested":10000}"#);
    let reply = get(&emulator, LIST);
    assert!(reply.text().contains(&format!("\"results\":[{}{}]", "[".repeat(10_000), "]".repeat(10_000))));
}

// -- answers spoilt -----------------------------------------------------------------------------

#[test]
fn truncated_json_is_half_of_the_answer_as_if_that_were_all() {
    let emulator = emulator(30);
    let right = right(&emulator);
    fault(&emulator, r#"{"fault":"truncated_json"}"#);
    let reply = get(&emulator, LIST);
    assert_eq!(reply.body, right.body[..right.body.len() / 2]);
}

#[test]
fn malformed_json_has_the_right_length_and_a_broken_syntax() {
    let emulator = emulator(30);
    let right = right(&emulator);
    fault(&emulator, r#"{"fault":"malformed_json"}"#);
    let reply = get(&emulator, LIST);
    assert_eq!(reply.body.len(), right.body.len());
    assert!(serde_json::from_slice::<Value>(&reply.body).unwrap_err().is_syntax());
}

#[test]
fn next_is_replaced_with_what_was_asked_for() {
    let emulator = emulator(30);
    let base = emulator.base();
    let next = right(&emulator).json()["next"].as_str().unwrap().strip_prefix(base).unwrap().to_owned();
    for (value, expected) in [
        (json!(null), json!(null)),
        (json!("https://evil.example{next}"), json!(format!("https://evil.example{next}"))),
        (json!("{base}/other/"), json!(format!("{base}/other/"))),
        (json!("{self}"), json!(LIST)),
        (json!("{base}{self}&x"), json!(format!("{base}{LIST}&x"))),
        (json!("//\r\n \u{e9}"), json!("//\r\n \u{e9}")),
    ] {
        fault(&emulator, &json!({"fault": "next", "value": value}).to_string());
        let mut spoilt = get(&emulator, LIST).json();
        assert_eq!(spoilt["next"], expected);
        spoilt["next"] = json!(format!("{base}{next}"));
        assert_eq!(spoilt, right(&emulator).json());
    }
}

#[test]
fn set_replaces_any_value_or_adds_it() {
    let emulator = emulator(30);
    for (pointer, value) in [
        ("/total", json!(0)),
        ("/results/0/id", json!(null)),
        ("/results/3", json!({"a": [1]})),
        ("/results/0/new~1key", json!("x")),
        ("/results", json!("none")),
        ("", json!([])),
    ] {
        fault(&emulator, &json!({"fault": "set", "pointer": pointer, "value": value}).to_string());
        let reply = get(&emulator, LIST).json();
        assert_eq!(reply.pointer(pointer), Some(&value), "{pointer}");
    }
}

#[test]
fn an_empty_page_leads_on_to_the_page_it_should_have_been() {
    let emulator = emulator(30);
    for same_time in [false, true] {
        control(&emulator, "POST", "reset", &json!({"groups": 30, "same_time": same_time}).to_string());
        fault(&emulator, r#"[{"fault":"empty_page","times":3},{"fault":"empty_page","skip":1,"times":2}]"#);
        let pages = walk(&emulator, LIST, "next");
        let sizes: Vec<_> = pages.iter().map(|page| page["results"].as_array().unwrap().len()).collect();
        assert_eq!(sizes, [0, 0, 0, 10, 0, 0, 10, 10]);
        assert_eq!(ids_of_all(&pages), truth(&emulator));
        let mut links: Vec<_> = pages.iter().map(|page| page["next"].to_string()).collect();
        links.dedup();
        assert_eq!(links.len(), pages.len());
    }
}

// -- connections --------------------------------------------------------------------------------

#[test]
fn reset_before_resets_and_close_before_closes_without_an_answer() {
    let emulator = emulator(3);
    for (name, expected) in
        [("reset_before", ErrorKind::ConnectionReset), ("close_before", ErrorKind::UnexpectedEof)]
    {
        fault(&emulator, &json!({ "fault": name }).to_string());
        let mut connection = Connection::open(&emulator);
        assert_eq!(kind_of(connection.ask(&list())), expected, "{name}");
    }
}

#[test]
fn without_an_answer_nothing_is_done_unless_it_is_asked_for() {
    let emulator = emulator(3);
    let ids = truth(&emulator);
    let delete =
        |id: &str| Connection::open(&emulator).ask(&Request::signed("DELETE", &format!("/groups/{id}/")));
    fault(&emulator, r#"[{"fault":"reset_before"},{"fault":"close_before"},{"fault":"hang","ms":1}]"#);
    for _ in 0..3 {
        assert!(delete(&ids[0]).is_err());
    }
    assert_eq!(truth(&emulator), ids);
    let lost = [r#""reset_before""#, r#""close_before""#, r#""hang","ms":1"#];
    for (id, kind) in ids.iter().zip(lost) {
        fault(&emulator, &format!(r#"{{"fault":{kind},"done":true}}"#));
        assert!(delete(id).is_err());
        assert_eq!(delete(id).unwrap().status, 404);
    }
    assert_eq!(truth(&emulator), [""; 0]);
}

#[test]
fn an_answer_ends_inside_after_as_many_bytes_as_were_asked_for_or_half() {
    let emulator = emulator(30);
    let right = right(&emulator);
    let (all, half) = (right.body.len(), right.body.len() / 2);
    for (name, is_reset) in [("reset_inside", true), ("close_inside", false)] {
        for (after, expected) in
            [(None, half), (Some(0), 0), (Some(1), 1), (Some(100), 100), (Some(9_999_999), all)]
        {
            let mut json = json!({ "fault": name });
            if let Some(after) = after {
                json["after"] = json!(after);
            }
            fault(&emulator, &json.to_string());
            let mut connection = Connection::open(&emulator);
            connection.send(&list()).unwrap();
            let head = connection.receive_head().unwrap();
            let (rest, end) = connection.receive_rest();
            assert_eq!((head.status, head.header("Content-Length")), (200, Some(&*all.to_string())));
            assert_eq!(rest, right.body[..expected], "{name} {after:?}");
            assert_eq!(
                end.err().map(|end| end.kind()),
                is_reset.then_some(ErrorKind::ConnectionReset),
                "{name} {after:?}"
            );
        }
    }
}

#[test]
fn an_answer_without_a_body_is_sent_before_the_connection_ends_inside_it() {
    let emulator = emulator(3);
    for (id, name) in truth(&emulator).iter().zip(["reset_inside", "close_inside", "close_after"]) {
        fault(&emulator, &json!({ "fault": name }).to_string());
        let mut connection = Connection::open(&emulator);
        assert_eq!(
            connection.ask(&Request::signed("DELETE", &format!("/groups/{id}/"))).unwrap().status,
            204
        );
        let (rest, _) = connection.receive_rest();
        assert_eq!(rest, b"");
    }
}

#[test]
fn close_after_answers_and_closes_without_a_word() {
    let emulator = emulator(30);
    let right = right(&emulator);
    fault(&emulator, r#"{"fault":"close_after"}"#);
    let mut connection = Connection::open(&emulator);
    let reply = connection.ask(&list()).unwrap();
    assert_eq!((reply.status, reply.header("Connection")), (200, None));
    assert!(reply.body == right.body);
    assert!(connection.is_closed());
    assert_eq!(get(&emulator, LIST).status, 200);
}

#[test]
fn an_answer_without_a_length_ends_with_its_connection() {
    let emulator = emulator(30);
    let right = right(&emulator);
    fault(&emulator, r#"{"fault":"no_length"}"#);
    let mut connection = Connection::open(&emulator);
    connection.send(&list()).unwrap();
    let (rest, _) = connection.receive_rest();
    let text = String::from_utf8_lossy(&rest);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.0 200 OK\r\n"));
    assert!(!head.contains("Content-Length") && !head.contains("Transfer-Encoding"));
    assert!(body.as_bytes() == right.body);
}

#[test]
fn close_idle_answers_and_closes_in_the_face_of_the_next_request() {
    let emulator = emulator(30);
    fault(&emulator, r#"{"fault":"close_idle"}"#);
    let mut connection = Connection::open(&emulator);
    let reply = connection.ask(&list()).unwrap();
    assert_eq!((reply.status, reply.header("Connection")), (200, None));
    assert_eq!(kind_of(connection.ask(&list())), ErrorKind::UnexpectedEof);
    assert_eq!(get(&emulator, LIST).status, 200);
    let told: Vec<_> = (0..3).map(|number| logged(&emulator, number)["status"].clone()).collect();
    assert_eq!(told, [200, 0, 200]);
}

#[test]
fn the_request_that_finds_its_connection_stale_uses_up_no_fault() {
    let emulator = emulator(30);
    fault(&emulator, r#"[{"fault":"close_idle"},{"fault":"status","status":500}]"#);
    let mut connection = Connection::open(&emulator);
    assert_eq!(connection.ask(&list()).unwrap().status, 200);
    assert!(connection.ask(&list()).is_err());
    assert_eq!(statuses(&emulator, 2), [500, 200]);
}

#[test]
fn a_stale_connection_is_well_again_when_the_faults_are_removed() {
    let emulator = emulator(30);
    fault(&emulator, r#"{"fault":"close_idle"}"#);
    let mut connection = Connection::open(&emulator);
    assert_eq!(connection.ask(&list()).unwrap().status, 200);
    control(&emulator, "DELETE", "faults", "");
    assert_eq!(connection.ask(&list()).unwrap().status, 200);
}

// -- time ---------------------------------------------------------------------------------------

#[test]
fn a_slow_body_comes_in_driblets_after_its_head() {
    let emulator = emulator(30);
    let right = right(&emulator);
    fault(&emulator, r#"{"fault":"slow","chunk":100,"interval_ms":10}"#);
    let mut connection = Connection::open(&emulator);
    connection.send(&list()).unwrap();
    connection.receive_head().unwrap();
    let start = Instant::now();
    let mut body = vec![0; right.body.len()];
    connection.read_exact(&mut body);
    assert!(body == right.body);
    let least = Duration::from_millis(10) * (body.len() / 100 - 2) as u32;
    assert!(start.elapsed() >= least);
    // The connection goes on at its usual speed.
    let start = Instant::now();
    assert!(connection.ask(&list()).unwrap().body == right.body);
    assert!(start.elapsed() < least);
}

#[test]
fn a_slow_head_comes_byte_for_byte() {
    let emulator = emulator(1);
    fault(&emulator, r#"{"fault":"slow","chunk":1,"interval_ms":2,"head":true}"#);
    let mut connection = Connection::open(&emulator);
    let start = Instant::now();
    connection.send(&list()).unwrap();
    connection.receive_head().unwrap();
    assert!(start.elapsed() > Duration::from_millis(2 * 100));
}

#[test]
fn a_hanging_request_gets_nothing_and_then_a_closed_connection() {
    let emulator = emulator(3);
    fault(&emulator, r#"{"fault":"hang","ms":60}"#);
    let mut connection = Connection::open(&emulator);
    let start = Instant::now();
    assert_eq!(kind_of(connection.ask(&list())), ErrorKind::UnexpectedEof);
    assert!(start.elapsed() >= Duration::from_millis(60));
}

#[test]
fn whoever_hangs_up_on_a_hanging_request_is_not_counted_any_more() {
    let emulator = emulator(3);
    fault(&emulator, r#"{"fault":"hang"}"#);
    let mut connection = Connection::open(&emulator);
    connection.send(&list()).unwrap();
    let open = || control(&emulator, "GET", "requests", "")["open_connections"].clone();
    eventually(|| open() == 1);
    drop(connection);
    eventually(|| open() == 0);
}

#[test]
fn a_delayed_answer_is_right_and_holds_nobody_else_up() {
    let emulator = emulator(3);
    fault(&emulator, r#"{"fault":"delay","ms":300}"#);
    let mut connection = Connection::open(&emulator);
    let start = Instant::now();
    connection.send(&list()).unwrap();
    eventually(|| control(&emulator, "GET", "requests", "")["count"] == 1);
    assert_eq!(get(&emulator, LIST).status, 200);
    assert!(start.elapsed() < Duration::from_millis(300));
    assert_eq!(connection.receive().unwrap().json(), right(&emulator).json());
    assert!(start.elapsed() >= Duration::from_millis(300));
}
