//! Secure delivery: nothing comes without a token that was signed for it.

mod client;

use client::cdn::*;
use client::uploads::*;
use client::*;
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::Sha256;
use uploadcare_emulator::{DeliverySecret, Emulator, Options};

const SECRET: &str = "73636b61519adede42191efe1e73f02a67c7b692e3765f90c250c230be095211";
const OTHER_SECRET: &str = "0123456789abcdef";

fn secured(secrets: &[&str]) -> Emulator {
    let delivery_secrets = secrets.iter().map(|secret| secret.parse::<DeliverySecret>().unwrap()).collect();
    Emulator::start(Options { groups: 1, delivery_secrets, ..Options::default() }).unwrap()
}

fn hmac(secret: &str, message: &str) -> String {
    let secret: Vec<_> =
        (0..secret.len()).step_by(2).map(|at| u8::from_str_radix(&secret[at..at + 2], 16).unwrap()).collect();
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
    mac.update(message.as_bytes());
    format!("{:x}", mac.finalize().into_bytes())
}

fn later() -> i64 {
    chrono::Utc::now().timestamp() + 300
}

/// A token for whatever the list allows.
fn acl_token(secret: &str, expires: i64, acl: &str) -> String {
    let message = format!("exp={expires}~acl={acl}");
    format!("{message}~hmac={}", hmac(secret, &message))
}

fn status(emulator: &Emulator, path: &str, token: &str) -> u16 {
    fetch(emulator, &format!("{path}?token={token}")).status
}

/// The vectors are for files that are not there, which is told only to those who may ask.
#[test]
fn the_documented_tokens_are_good_for_what_they_name() {
    const U: &str = "52da3bfc-7cd8-4861-8b05-126fef7a6994";
    const G: &str = "3b278cee-47bd-4276-8d7d-9cde5902b18c";
    let emulator = secured(&[SECRET]);
    let time_of = |expires: i64| {
        let offset_s = expires - 300 - chrono::Utc::now().timestamp();
        control(&emulator, "POST", "clock", &json!({ "offset_s": offset_s }).to_string());
    };
    for (expires, path, acl, hmac) in [
        (
            1_633_997_100,
            format!("/{U}/"),
            Some(format!("/{U}/")),
            "81852547d9dbd9eefd24bee2cada6eab02244b9013533bc8511511923098df72",
        ),
        (
            1_633_997_100,
            format!("/{U}/-/resize/640x/other/transformations/"),
            Some(format!("/{U}/-/resize/640x/other/transformations/")),
            "a3ae2b3e3adfcb5d41ca753598e19d17264ac87d2b0b828ccdac5136e63f2f1a",
        ),
        (
            1_633_997_100,
            format!("/{U}/-/preview/name.jpg"),
            Some(format!("/{U}/*")),
            "b2c7526a29d0588b121aa78bc2b2c9399bfb6e1cad3d95397efed722fdbc5a78",
        ),
        (
            2_015_971_200,
            format!("/{G}~1/nth/0/"),
            Some(format!("/{G}%7e1/nth/0/")),
            "9df9a86460fab102dd0ecb4a36980a1f932b6ce5cf4bdc0307906451fcf8978e",
        ),
        (
            1_633_997_100,
            format!("/{U}/"),
            None,
            "25c485fd7f85c19704013673c80d2a86df1b4241fb44cdfa7b7762cb27ef3f57",
        ),
        (
            2_015_971_200,
            "/1bd27101-6f40-460a-9358-d44c282e9d16/-/crop/10x10/20,20/".to_owned(),
            None,
            "0bfdf8d6e104ab4228cd2321cac3e5a9951dffb1b0e235a5509915c6e78b7e76",
        ),
    ] {
        time_of(expires);
        let acl = acl.map_or(String::new(), |acl| format!("~acl={acl}"));
        assert_eq!(status(&emulator, &path, &format!("exp={expires}{acl}~hmac={hmac}")), 404, "{path}");
        let token = format!("exp={expires}{acl}~hmac={}", hmac.to_uppercase());
        assert_eq!(status(&emulator, &path, &token), 403, "{path}");
        let token = format!("exp={}{acl}~hmac={hmac}", expires + 1);
        assert_eq!(status(&emulator, &path, &token), 403, "{path}");
    }
}

#[test]
fn a_token_opens_what_its_list_allows_and_nothing_else() {
    let emulator = secured(&[SECRET]);
    let uuid = upload_quarters(&emulator, 8, 4);
    let other = upload(&emulator);
    let group = post(&emulator, "/group/", &[SMALL_KEY, ("files[0]", &uuid)]).json();
    let group = group["id"].as_str().unwrap();
    let escaped = group.replace('~', "%7e");
    for (acl, path, expected) in [
        (format!("/{uuid}/"), format!("/{uuid}/"), 200),
        (format!("/{uuid}/"), format!("/{uuid}/name.png"), 403),
        (format!("/{uuid}/"), format!("/{uuid}/-/preview/"), 403),
        (format!("/{uuid}/"), format!("/{other}/"), 403),
        (format!("/{uuid}/-/preview/"), format!("/{uuid}/-/preview/"), 200),
        (format!("/{uuid}/*"), format!("/{uuid}/"), 200),
        (format!("/{uuid}/*"), format!("/{uuid}/-/preview/name.png"), 200),
        (format!("/{uuid}/*"), format!("/{other}/"), 403),
        (format!("/{uuid}/*"), format!("/{uuid}/-/nonsense/"), 400),
        ("/*".to_owned(), format!("/{other}/"), 200),
        (format!("/{escaped}/*"), format!("/{group}/nth/0/"), 200),
        (format!("/{escaped}/"), format!("/{escaped}/"), 200),
        (String::new(), format!("/{uuid}/"), 403),
    ] {
        let token = acl_token(SECRET, later(), &acl);
        assert_eq!(status(&emulator, &path, &token), expected, "{acl} {path}");
    }
}

#[test]
fn a_token_for_one_address_opens_only_that() {
    let emulator = secured(&[SECRET]);
    let uuid = upload_quarters(&emulator, 80, 40);
    let expires = later();
    let signed = hmac(SECRET, &format!("exp={expires}~url=%2f{uuid}%2f-%2fcrop%2f10x10%2f20,20%2fA.png"));
    let token = format!("exp={expires}~hmac={signed}");
    assert_eq!(status(&emulator, &format!("/{uuid}/-/crop/10x10/20,20/A.png"), &token), 200);
    assert_eq!(status(&emulator, &format!("/{uuid}/-/crop/10x10/20,20/a.png"), &token), 403);
    assert_eq!(status(&emulator, &format!("/{uuid}/"), &token), 403);
}

#[test]
fn what_is_no_good_token_opens_nothing() {
    let emulator = secured(&[SECRET]);
    let uuid = upload(&emulator);
    let (path, acl) = (format!("/{uuid}/"), format!("/{uuid}/*"));
    let reply = fetch(&emulator, &path);
    assert_eq!((reply.status, reply.header("Content-Type")), (403, Some("text/html; charset=utf-8")));
    let good = acl_token(SECRET, later(), &acl);
    assert_eq!(status(&emulator, &path, &good), 200);
    assert_eq!(fetch(&emulator, &format!("{path}?a=b&token={good}")).status, 200);
    for token in [
        "",
        "exp=",
        "~hmac=",
        &good[..good.len() - 1],
        &good[..good.len() - 2],
        &good.replace("exp=", "exp=+"),
        &acl_token(OTHER_SECRET, later(), &acl),
        &acl_token(SECRET, later() - 302, &acl),
    ] {
        assert_eq!(status(&emulator, &path, token), 403, "{token}");
    }
    control(&emulator, "POST", "clock", r#"{"offset_s":302}"#);
    assert_eq!(status(&emulator, &path, &good), 403);
    assert_eq!(get(&emulator, "/project/").status, 200);
}

#[test]
fn two_secrets_are_good_at_once_and_they_can_be_changed() {
    let emulator = secured(&[SECRET, OTHER_SECRET]);
    let uuid = upload(&emulator);
    let path = format!("/{uuid}/");
    let open =
        || [SECRET, OTHER_SECRET].map(|secret| status(&emulator, &path, &acl_token(secret, later(), &path)));
    assert_eq!(open(), [200, 200]);
    let set = |secrets: serde_json::Value| {
        control(&emulator, "POST", "project", &json!({ "delivery_secrets": secrets }).to_string());
    };
    set(json!([OTHER_SECRET]));
    assert_eq!(open(), [403, 200]);
    control(&emulator, "POST", "project", r#"{"name":"Shop"}"#);
    assert_eq!(open(), [403, 200]);
    set(json!([]));
    assert_eq!(fetch(&emulator, &path).status, 200);
    control(&emulator, "POST", "reset", r#"{"groups":1}"#);
    assert_eq!(fetch(&emulator, &path).status, 403);
}

#[test]
fn a_secret_is_hex() {
    for text in ["", "0", "zz", "0x00"] {
        assert!(text.parse::<DeliverySecret>().is_err(), "{text}");
    }
    let emulator = secured(&[]);
    let refused = Request::plain("POST", "/_emulator/project").body(r#"{"delivery_secrets":["zz"]}"#);
    assert_eq!(ask(&emulator, &refused).status, 400);
}

#[test]
fn a_wildcard_covers_the_segments_of_a_video() {
    let delivery_secrets = vec![SECRET.parse().unwrap()];
    let options = Options { groups: 12, delivery_secrets, ..Options::default() };
    let emulator = Emulator::start(options).unwrap();
    let playlist = format!("/{}/adaptive_video/", named(&emulator, "video.mp4"));
    let segment = format!("{playlist}720-0.ts");
    let wildcard = acl_token(SECRET, later(), &format!("{playlist}*"));
    assert_eq!(status(&emulator, &playlist, &wildcard), 200);
    assert_eq!(status(&emulator, &segment, &wildcard), 200);
    let exact = acl_token(SECRET, later(), &playlist);
    assert_eq!(status(&emulator, &playlist, &exact), 200);
    assert_eq!(status(&emulator, &segment, &exact), 403);
}
