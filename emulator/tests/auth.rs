//! Who is let in, and in which words others are turned away.

mod client;

use chrono::{TimeDelta, Utc};
use client::*;
use serde_json::json;
use uploadcare_emulator::{Emulator, Options};

const INCORRECT: &str = "Incorrect authentication credentials.";
const INVALID: &str = "Invalid signature. Please check your Secret key.";
const LATE: &str = "Incorrect Date header. It has to be within 15 minutes of the server's time.";

fn check_refused(emulator: &Emulator, request: &Request, status: u16, detail: &str) {
    let reply = ask(emulator, request);
    assert_eq!((reply.status, reply.json()), (status, json!({ "detail": detail })));
    assert_eq!(reply.header("Content-Type"), Some(API_TYPE));
    assert_eq!(reply.header("X-Uploadcare-Request-Id").map(str::len), Some(36));
}

#[test]
fn a_signed_request_is_answered() {
    let emulator = emulator(1);
    let reply = get(&emulator, "/groups/");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("Content-Type"), Some(API_TYPE));
    assert_eq!(reply.header("X-Uploadcare-Request-Id").map(str::len), Some(36));
    let warning = "199 Miscellaneous warning: You are using the demo project";
    assert_eq!(reply.header("Warning"), Some(warning));
}

#[test]
fn the_signature_of_the_documentation_is_the_one_that_is_computed() {
    let request = Request::plain("GET", "/files/?limit=1&stored=true")
        .with("Content-Type", "application/json")
        .with("Date", "Mon, 05 Nov 2018 13:14:41 GMT")
        .with("Accept", API_TYPE);
    let offset = chrono::DateTime::from_timestamp(1_541_423_681, 0).unwrap() - Utc::now();
    let emulator = Emulator::start(Options {
        public_key: "testpk".to_owned(),
        secret_key: "demoprivatekey".to_owned(),
        clock_offset_s: offset.num_seconds(),
        ..Options::default()
    })
    .unwrap();
    let sent =
        |signature: &str| request.clone().with("Authorization", &format!("Uploadcare testpk:{signature}"));
    assert_eq!(ask(&emulator, &sent("3cbc4d2cf91f80c1ba162b926f8a975e8bec7995")).status, 200);
    check_refused(&emulator, &sent("3cbc4d2cf91f80c1ba162b926f8a975e8bec7996"), 401, INVALID);
    check_refused(&emulator, &sent("3CBC4D2CF91F80C1BA162B926F8A975E8BEC7995"), 401, INVALID);
}

#[test]
fn a_body_without_a_length_is_411_before_all_else() {
    let emulator = emulator(12);
    let uuid = all_files(&emulator)[0]["uuid"].as_str().unwrap().to_owned();
    let storage = format!("/files/{uuid}/storage/");
    let list = format!("[\"{uuid}\"]");
    for (method, target, body) in [
        ("PUT", &*storage, ""),
        ("DELETE", &*storage, ""),
        ("PUT", "/files/storage/", &*list),
        ("POST", "/addons/remove_bg/execute/", "{}"),
        ("GET", "/groups/", ""),
        ("GET", "/nothing/", ""),
    ] {
        let request = Request::signed(method, target).body(body).with("Transfer-Encoding", "chunked");
        for request in [request.clone().sign("demopublickey", "demosecretkey"), request.without("Accept")] {
            let mut connection = Connection::open(&emulator);
            let reply = connection.ask(&request).unwrap();
            assert_eq!(
                (reply.status, reply.header("Content-Type")),
                (411, Some("text/html")),
                "{method} {target}"
            );
            assert!(reply.text().contains("411 Length Required"));
            // The connection is good for more.
            assert_eq!(connection.ask(&Request::signed("GET", "/groups/")).unwrap().status, 200);
        }
    }
    assert_eq!(logged(&emulator, 0)["status"], 411);
    let stored = send(&emulator, "PUT", &storage, "");
    assert_eq!((stored.status, &stored.json()["datetime_removed"]), (200, &json!(null)));
}

#[test]
fn a_missing_or_wrong_accept_header_is_406_before_all_else() {
    let emulator = emulator(1);
    let detail = "Incorrect Accept header provided. Make sure to specify API version. \
                  Refer to REST API docs for details.";
    let request = Request::signed("GET", "/groups/").without("Accept");
    check_refused(&emulator, &request, 406, detail);
    check_refused(&emulator, &request.clone().without("Authorization"), 406, detail);
    for accept in ["*/*", "application/json", "application/vnd.uploadcare-v0.6+json", "text/html"] {
        check_refused(&emulator, &request.clone().with("Accept", accept), 406, detail);
    }
    for accept in [API_TYPE, &format!("text/html, {API_TYPE};q=0.9")] {
        assert_eq!(ask(&emulator, &request.clone().with("Accept", accept)).status, 200, "{accept}");
    }
}

#[test]
fn a_missing_or_malformed_authorization_is_incorrect() {
    let emulator = emulator(1);
    let request = Request::signed("GET", "/groups/").without("Authorization");
    check_refused(&emulator, &request, 401, INCORRECT);
    for authorization in
        ["", "Uploadcare", "Uploadcare demopublickey", "Basic ZGVtbzpkZW1v", "uploadcare demopublickey:0"]
    {
        check_refused(&emulator, &request.clone().with("Authorization", authorization), 401, INCORRECT);
    }
}

#[test]
fn an_unknown_public_key_is_named() {
    let emulator = emulator(1);
    let request = Request::signed("GET", "/groups/").sign("nosuchkey", "demosecretkey");
    check_refused(&emulator, &request, 401, "Public key nosuchkey not found.");
}

#[test]
fn a_project_without_a_secret_key_lets_nobody_in() {
    let emulator = Emulator::start(Options { secret_key: String::new(), ..Options::default() }).unwrap();
    check_refused(&emulator, &Request::signed("GET", "/groups/"), 401, "Secret key not found.");
}

#[test]
fn a_signature_covers_the_secret_the_method_the_target_the_type_the_date_and_the_body() {
    let emulator = emulator(1);
    let request = Request::signed("GET", "/groups/?limit=1&offset=0");
    assert_eq!(ask(&emulator, &request).status, 200);
    let date = http_date(Utc::now() + TimeDelta::seconds(7));
    for changed in [
        request.clone().sign("demopublickey", "demosecretkeys"),
        Request::signed("DELETE", "/groups/?limit=1&offset=0").to("/groups/"),
        request.clone().to("/groups/?offset=0&limit=1"),
        request.clone().to("/groups/?limit=1&offset=%30"),
        request.clone().to("/groups/?limit=1"),
        request.clone().without("Content-Type"),
        request.clone().without("Content-Type").with("Content-Type", "application/json; charset=utf-8"),
        request.clone().without("Date").with("Date", &date),
        request.clone().body("{}"),
    ] {
        check_refused(&emulator, &changed, 401, INVALID);
    }
}

#[test]
fn a_body_is_signed_byte_for_byte() {
    let emulator = emulator(1);
    let request =
        Request::signed("POST", "/anything/").body("{\"a\": \"é\"}").sign("demopublickey", "demosecretkey");
    check_refused(&emulator, &request, 404, "Not found.");
    check_refused(&emulator, &request.body("{\"a\":\"é\"}"), 401, INVALID);
}

#[test]
fn without_a_content_type_its_line_is_empty() {
    let emulator = emulator(1);
    let request =
        Request::signed("GET", "/groups/").without("Content-Type").sign("demopublickey", "demosecretkey");
    assert_eq!(ask(&emulator, &request).status, 200);
}

#[test]
fn a_date_may_differ_by_fifteen_minutes() {
    let emulator = emulator(1);
    for (minutes, is_late) in [(-16, true), (-14, false), (14, false), (16, true)] {
        let date = http_date(Utc::now() + TimeDelta::minutes(minutes));
        let request = Request::dated("GET", "/groups/", "Date", &date);
        if is_late {
            check_refused(&emulator, &request, 401, LATE);
        } else {
            assert_eq!(ask(&emulator, &request).status, 200, "{minutes}");
        }
    }
}

#[test]
fn the_date_is_told_and_measured_by_the_emulators_own_clock() {
    let emulator = emulator(1);
    control(&emulator, "POST", "clock", r#"{"offset_s":10800}"#);
    let request = Request::signed("GET", "/groups/");
    check_refused(&emulator, &request, 401, LATE);
    let date = ask(&emulator, &request).header("Date").unwrap().to_owned();
    let told = chrono::DateTime::parse_from_rfc2822(&date).unwrap().to_utc();
    assert!((told - Utc::now() - TimeDelta::hours(3)).abs() < TimeDelta::seconds(5), "{date}");
    assert_eq!(ask(&emulator, &Request::dated("GET", "/groups/", "Date", &date)).status, 200);
}

#[test]
fn a_date_is_read_leniently_and_signed_literally() {
    let emulator = emulator(1);
    let with_comma = Utc::now().format("%a, %d %b %Y, %H:%M:%S GMT").to_string();
    assert_eq!(ask(&emulator, &Request::dated("GET", "/groups/", "Date", &with_comma)).status, 200);
    check_refused(&emulator, &Request::dated("GET", "/groups/", "Date", "today"), 401, INCORRECT);
    let undated = Request::signed("GET", "/groups/").without("Date").sign("demopublickey", "demosecretkey");
    check_refused(&emulator, &undated, 401, INCORRECT);
}

#[test]
fn x_uploadcare_date_stands_for_date() {
    let emulator = emulator(1);
    let request = Request::dated("GET", "/groups/", "X-Uploadcare-Date", &http_date(Utc::now()));
    assert_eq!(ask(&emulator, &request).status, 200);
    let with_both = request.with("Date", "Mon, 05 Nov 2018 13:14:41 GMT");
    assert_eq!(ask(&emulator, &with_both).status, 200);
}

#[test]
fn simple_is_refused_without_tls_unless_it_is_allowed() {
    let detail =
        "Simple authentication over HTTP is forbidden. Please, use HTTPS or signed requests instead.";
    let simple = |keys: &str| {
        let authorization = format!("Uploadcare.Simple {keys}");
        Request::plain("GET", "/groups/").with("Accept", API_TYPE).with("Authorization", &authorization)
    };
    let strict = emulator(1);
    check_refused(&strict, &simple("demopublickey:demosecretkey"), 400, detail);
    let lenient = Emulator::start(Options { allow_simple_http: true, ..Options::default() }).unwrap();
    assert_eq!(ask(&lenient, &simple("demopublickey:demosecretkey")).status, 200);
    check_refused(&lenient, &simple("demopublickey:wrong"), 401, INCORRECT);
    check_refused(&lenient, &simple("nosuchkey:demosecretkey"), 401, "Public key nosuchkey not found.");
}

#[test]
fn unknown_paths_are_404_and_wrong_methods_405_for_who_may_ask() {
    let emulator = emulator(1);
    for target in ["/", "/nothing/", "/groups", "/groups/1/2/"] {
        check_refused(&emulator, &Request::signed("GET", target), 404, "Not found.");
        check_refused(&emulator, &Request::signed("GET", target).without("Authorization"), 401, INCORRECT);
    }
    for method in ["POST", "DELETE", "PUT"] {
        let detail = format!("Method \"{method}\" not allowed.");
        check_refused(&emulator, &Request::signed(method, "/groups/"), 405, &detail);
        check_refused(
            &emulator,
            &Request::signed(method, "/groups/").without("Authorization"),
            401,
            INCORRECT,
        );
    }
}
