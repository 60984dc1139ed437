//! The side from which tests steer the emulator.

mod client;

use client::*;
use serde_json::{Value, json};
use uploadcare_emulator::{Emulator, Options};

#[test]
fn reset_brings_new_data_and_forgets_faults_requests_and_the_clock() {
    let emulator = emulator(3);
    fault(&emulator, r#"{"fault":"status","status":500,"times":-1}"#);
    control(&emulator, "POST", "clock", r#"{"offset_s":100000}"#);
    assert_eq!(get(&emulator, "/groups/").status, 500);
    assert_eq!(control(&emulator, "POST", "reset", r#"{"groups":7}"#), json!({}));
    assert_eq!(control(&emulator, "GET", "requests", "")["count"], 0);
    assert_eq!(get(&emulator, "/groups/").json()["total"], 7);
}

#[test]
fn reset_without_a_body_brings_250_groups() {
    let emulator = emulator(3);
    control(&emulator, "POST", "reset", "");
    assert_eq!(truth(&emulator).len(), 250);
    control(&emulator, "POST", "reset", "{}");
    assert_eq!(truth(&emulator).len(), 250);
}

#[test]
fn the_log_tells_everything_about_a_request() {
    let emulator = emulator(3);
    let mut connection = Connection::open(&emulator);
    let request = Request::signed("POST", "/groups/?a=%7E&b")
        .body("{\"é\":1}")
        .with("X-Twice", "one")
        .with("X-Twice", "two");
    let request = request.sign("demopublickey", "demosecretkey");
    assert_eq!(connection.ask(&request).unwrap().status, 405);
    connection.ask(&Request::plain("GET", "/files/")).unwrap();
    get(&emulator, "/groups/");
    let told = control(&emulator, "GET", "requests", "");
    assert_eq!(told["count"], 3);
    let first = &told["requests"][0];
    assert_eq!((&first["method"], &first["target"]), (&json!("POST"), &json!("/groups/?a=%7E&b")));
    assert_eq!((&first["status"], &first["body"]), (&json!(405), &json!("{\"é\":1}")));
    assert!(first["authorization"].as_str().unwrap().starts_with("Uploadcare demopublickey:"));
    assert_eq!(first["headers"]["accept"], API_TYPE);
    assert_eq!(first["headers"]["x-twice"], "one, two");
    assert_eq!(told["requests"][1]["authorization"], Value::Null);
    assert_eq!(first["connection"], told["requests"][1]["connection"]);
    assert_ne!(first["connection"], told["requests"][2]["connection"]);
    control(&emulator, "DELETE", "requests", "");
    assert_eq!(control(&emulator, "GET", "requests", "")["requests"], json!([]));
}

#[test]
fn open_connections_are_those_that_asked_the_service() {
    let emulator = emulator(3);
    let open = || control(&emulator, "GET", "requests", "")["open_connections"].clone();
    assert_eq!(open(), 0);
    let mut connections = [Connection::open(&emulator), Connection::open(&emulator)];
    for connection in &mut connections {
        connection.ask(&Request::signed("GET", "/groups/")).unwrap();
    }
    assert_eq!(open(), 2);
    drop(connections);
    eventually(|| open() == 0);
}

#[test]
fn controls_are_never_counted_and_never_hit_by_a_fault() {
    let emulator = emulator(3);
    fault(&emulator, r#"[{"fault":"close_before","times":-1}]"#);
    for _ in 0..3 {
        assert_eq!(truth(&emulator).len(), 3);
    }
    assert_eq!(control(&emulator, "GET", "requests", "")["count"], 0);
}

#[test]
fn controls_can_be_reached_through_a_client_with_its_own_headers() {
    let emulator = emulator(3);
    let request =
        Request::signed("POST", "/_emulator/clock").body(r#"{"offset_s":0}"#).with("Accept-Encoding", "gzip");
    assert_eq!(ask(&emulator, &request).json(), json!({}));
}

#[test]
fn a_control_that_makes_no_sense_is_refused_in_words() {
    let emulator = emulator(3);
    for (method, path, json, words) in [
        ("POST", "faults", r#"{"fault":"nonsense"}"#, "unknown variant `nonsense`"),
        ("POST", "faults", r#"{"fault":"status"}"#, "missing field `status`"),
        ("POST", "faults", r#"{"fault":"status","status":99}"#, "from 200 to 999"),
        ("POST", "faults", r#"{"fault":"status","status":500,"boddy":""}"#, "unknown field `boddy`"),
        ("POST", "faults", r#"{"fault":"reset_before","tims":2}"#, "unknown field `tims`"),
        ("POST", "faults", r#"{"fault":"body","body":"","stats":1}"#, "unknown field `stats`"),
        ("POST", "faults", r#"{"fault":"body","base64":"?"}"#, "Invalid symbol"),
        ("POST", "faults", r#"[{"fault":"delay","ms":1},{"fault":"delay"}]"#, "missing field `ms`"),
        ("POST", "faults", "", "EOF"),
        ("POST", "reset", r#"{"group":1}"#, "unknown field `group`"),
        ("POST", "clock", r#"{"offset":1}"#, "unknown field `offset`"),
        ("POST", "project", r#"{"copy":true}"#, "unknown field `copy`"),
        ("POST", "project", r#"{"storages":"backup"}"#, "expected a sequence"),
    ] {
        let reply = ask(&emulator, &Request::plain(method, &format!("/_emulator/{path}")).body(json));
        assert_eq!(reply.status, 400, "{json}");
        assert!(reply.text().contains(words), "{json}: {}", reply.text());
    }
    assert_eq!(ask(&emulator, &Request::plain("GET", "/_emulator/nothing")).status, 404);
    assert_eq!(ask(&emulator, &Request::plain("PUT", "/_emulator/faults")).status, 405);
    assert_eq!(get(&emulator, "/groups/").status, 200);
}

#[test]
fn the_page_of_the_controls_names_them_all() {
    let emulator = emulator(3);
    let page = ask(&emulator, &Request::plain("GET", "/_emulator/"));
    for control in ["reset", "groups", "files", "project", "faults", "clock", "requests", "jobs", "webhooks"]
    {
        assert!(page.text().contains(&format!("/_emulator/{control} ")), "{control}");
    }
    for fault in ["close_idle", "gzip_fill"] {
        assert!(page.text().contains(fault), "{fault}");
    }
}

#[test]
fn larger_answers_are_compressed_for_those_who_accept_it() {
    let emulator = emulator(250);
    let request = Request::signed("GET", "/groups/");
    let plain = ask(&emulator, &request).body;
    for accepted in ["gzip", "deflate, gzip;q=0.5", "br,gzip"] {
        let reply = ask(&emulator, &request.clone().with("Accept-Encoding", accepted));
        assert_eq!(reply.header("Content-Encoding"), Some("gzip"), "{accepted}");
        let mut body = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&reply.body[..]), &mut body).unwrap();
        assert!(body == plain);
    }
    for accepted in ["identity", "gzip;q=0", "x-gzip"] {
        let reply = ask(&emulator, &request.clone().with("Accept-Encoding", accepted));
        assert_eq!(reply.header("Content-Encoding"), None, "{accepted}");
    }
    let small = Request::signed("GET", "/groups/?limit=1").with("Accept-Encoding", "gzip");
    assert_eq!(ask(&emulator, &small).header("Content-Encoding"), None);
    let uncompressed = Emulator::start(Options { gzip: false, ..Options::default() }).unwrap();
    assert_eq!(ask(&uncompressed, &request.with("Accept-Encoding", "gzip")).header("Content-Encoding"), None);
}

#[test]
fn when_it_is_dropped_its_port_is_free_and_its_connections_are_closed() {
    let first = emulator(3);
    let port = first.base().rsplit_once(':').unwrap().1.parse().unwrap();
    let mut connection = Connection::open(&first);
    connection.ask(&Request::signed("GET", "/groups/")).unwrap();
    fault(&first, r#"{"fault":"hang"}"#);
    connection.send(&Request::signed("GET", "/groups/")).unwrap();
    drop(first);
    assert!(connection.receive().is_err());
    let second = Emulator::start(Options { port, ..Options::default() }).unwrap();
    assert_eq!(get(&second, "/groups/").status, 200);
}
