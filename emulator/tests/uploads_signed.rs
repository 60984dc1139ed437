//! Uploads to a project that wants them signed.

mod client;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::Utc;
use client::uploads::*;
use client::*;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uploadcare_emulator::Emulator;

fn signing_emulator() -> Emulator {
    let emulator = emulator(0);
    control(&emulator, "POST", "project", r#"{"signed_uploads":true}"#);
    emulator
}

fn now() -> i64 {
    Utc::now().timestamp()
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn signature(expire: &str) -> String {
    hmac(b"demosecretkey", expire).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A token with these claims.
fn token(claims: &Value) -> String {
    token_of(&json!({"alg": "HS256", "typ": "JWT"}), claims, "demosecretkey")
}

fn token_of(header: &Value, claims: &Value, secret: &str) -> String {
    let encode = |part: &Value| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = BASE64_URL_SAFE_NO_PAD.encode(hmac(&Sha256::digest(secret), &signed));
    format!("{signed}.{signature}")
}

/// Claims that are good for an hour, and restrictions.
fn restricted(restrictions: Value) -> Value {
    json!({"iat": now(), "exp": now() + 3600, "uc": {"restrictions": restrictions}})
}

fn with_token(emulator: &Emulator, request: Request, token: &str) -> Reply {
    ask(emulator, &request.with("Authorization", &format!("Bearer {token}")))
}

/// The code that a direct upload with this token is refused with; none if it is not.
fn code(emulator: &Emulator, token: &str) -> String {
    let reply = with_token(emulator, files("/base/?jsonerrors=1", &[KEY], &[NOTE]), token);
    reply.json()["error"]["error_code"].as_str().unwrap_or("none").to_owned()
}

#[test]
fn a_signature_is_asked_for_where_something_is_made() {
    let emulator = emulator(0);
    let uuid = upload(&emulator);
    control(&emulator, "POST", "project", r#"{"signed_uploads":true}"#);
    let expire = (now() + 60).to_string();
    let signed = [("signature", &*signature(&expire)), ("expire", &*expire)];
    let url = format!("{}/_emulator/", emulator.base());
    for (target, fields) in [
        ("/multipart/start/", &[KEY, ("filename", "a"), ("content_type", "a/b"), ("size", "10485760")][..]),
        ("/from_url/", &[SMALL_KEY, ("source_url", &*url)]),
        ("/group/", &[SMALL_KEY, ("files[0]", &*uuid)]),
    ] {
        assert_eq!(
            refusal(&emulator, target, fields),
            (400, "SignatureRequiredError".to_owned()),
            "{target}"
        );
        assert_eq!(post(&emulator, target, &[fields, &signed].concat()).status, 200, "{target}");
    }
    let direct = |fields: Fields| ask(&emulator, &files("/base/", &[&[KEY], fields].concat(), &[NOTE]));
    assert_eq!((direct(&[]).status, direct(&[]).text()), (400, "`signature` is required."));
    assert_eq!(direct(&signed).status, 200);
    assert_eq!(upload_info(&emulator, &uuid)["uuid"], uuid);
}

#[test]
fn a_signature_has_to_be_right_and_in_time() {
    let emulator = signing_emulator();
    let refused = |expire: &str, signature: &str| {
        let fields = [KEY, ("expire", expire), ("signature", signature)];
        error(&ask(&emulator, &files("/base/?jsonerrors=1", &fields, &[NOTE]))).1
    };
    let (soon, past) = ((now() + 60).to_string(), (now() - 60).to_string());
    assert_eq!(refused("", &signature("")), "SignatureExpirationRequiredError");
    assert_eq!(refused("soon", &signature("soon")), "SignatureExpirationInvalidError");
    assert_eq!(refused(&past, &signature(&past)), "SignatureExpirationError");
    assert_eq!(refused(&soon, &signature(&past)), "SignatureInvalidError");
    assert_eq!(refused(&soon, &signature(&soon).to_uppercase()), "SignatureInvalidError");
    assert_eq!(control(&emulator, "GET", "uploads", "")["uploads"], json!([]));
}

#[test]
fn without_signed_uploads_nobody_looks_at_signatures_and_tokens() {
    let emulator = emulator(0);
    let wrong = [KEY, ("signature", "x"), ("expire", "x")];
    assert_eq!(ask(&emulator, &files("/base/", &wrong, &[NOTE])).status, 200);
    assert_eq!(code(&emulator, "x"), "none");
}

#[test]
fn a_token_does_instead_of_a_signature() {
    let emulator = signing_emulator();
    let token = token(&json!({"iat": now(), "exp": now() + 3600, "iss": "a", "sub": "b", "jti": "c"}));
    assert_eq!(code(&emulator, &token), "none");
    let fields = [KEY, ("filename", "a"), ("content_type", "a/b"), ("size", "10485760")];
    assert_eq!(with_token(&emulator, form("/multipart/start/", &fields), &token).status, 200);

    let basic = files("/base/", &[KEY], &[NOTE]).with("Authorization", "Basic x");
    let reply = ask(&emulator, &basic);
    assert_eq!((reply.status, reply.text()), (401, "Invalid Authorization header format."));
}

#[test]
fn beside_a_signature_nobody_looks_at_a_token() {
    let emulator = signing_emulator();
    let (good, wrong) = (token(&json!({"iat": now(), "exp": now() + 3600})), "x");
    let expire = (now() + 60).to_string();
    for (token, signature, status) in
        [(&*good, "x", 403), (&*good, &*signature(&expire), 200), (wrong, &*signature(&expire), 200)]
    {
        let fields = [KEY, ("signature", signature), ("expire", &*expire)];
        let reply = with_token(&emulator, files("/base/", &fields, &[NOTE]), token);
        assert_eq!(reply.status, status, "{token} {signature}: {}", reply.text());
    }
    let group = |uuid: &str, signature: &str| {
        let fields = [SMALL_KEY, ("files[0]", uuid), ("signature", signature), ("expire", &*expire)];
        with_token(&emulator, form("/group/?jsonerrors=1", &fields), &good)
    };
    let uuid = uuid(&with_token(&emulator, files("/base/", &[KEY], &[NOTE]), &good).json()["file"]);
    assert_eq!(error(&group(&uuid, "x")).1, "SignatureInvalidError");
    assert!(group(&uuid, &signature(&expire)).json()["id"].is_string());
}

#[test]
fn what_only_reads_needs_no_signature_and_no_scope() {
    let emulator = signing_emulator();
    let all = token(&restricted(json!({"scope": ["/*"]})));
    let file = uuid(&with_token(&emulator, files("/base/", &[KEY], &[NOTE]), &all).json()["file"]);
    let group = form("/group/", &[SMALL_KEY, ("files[0]", &file)]);
    let id = with_token(&emulator, group, &all).json()["id"].as_str().unwrap().to_owned();
    let none = token(&restricted(json!({"scope": []})));
    for (target, key, value) in [
        (format!("/info/?pub_key=demopublickey&file_id={file}"), "uuid", &file),
        (format!("/group/info/?pub_key=demopublickey&group_id={id}"), "id", &id),
    ] {
        let request = Request::plain("GET", &target);
        assert_eq!(ask(&emulator, &request).json()[key], **value);
        for token in [&*none, "x"] {
            assert_eq!(with_token(&emulator, request.clone(), token).json()[key], **value, "{target}");
        }
        let keyless = target.replace("pub_key=demopublickey", "pub_key=");
        assert_eq!(ask(&emulator, &Request::plain("GET", &keyless)).status, 403, "{keyless}");
    }
}

#[test]
fn a_scope_without_its_slash_is_told_so() {
    let emulator = signing_emulator();
    let token = token(&restricted(json!({"scope": ["*"]})));
    let reply = with_token(&emulator, files("/base/", &[KEY], &[NOTE]), &token);
    let words = "Invalid token. Reason: uc.restrictions.scope items must start with `/`.";
    assert_eq!((reply.status, reply.text()), (401, words));
}

#[test]
fn a_token_has_to_be_sound() {
    let emulator = signing_emulator();
    let good = json!({"iat": now(), "exp": now() + 3600});
    let header = json!({"alg": "HS256"});
    assert_eq!(code(&emulator, &token_of(&header, &good, "demosecretkey")), "none");
    for (header, secret) in [
        (json!({"alg": "HS512"}), "demosecretkey"),
        (json!({"alg": "none"}), "demosecretkey"),
        (header.clone(), "other"),
    ] {
        assert_eq!(code(&emulator, &token_of(&header, &good, secret)), "AccessTokenInvalidError", "{header}");
    }
    // The secret itself is not the key.
    let token = token(&good);
    let (signed, _) = token.rsplit_once('.').unwrap();
    let wrong = BASE64_URL_SAFE_NO_PAD.encode(hmac(b"demosecretkey", signed));
    assert_eq!(code(&emulator, &format!("{signed}.{wrong}")), "AccessTokenInvalidError");
    for text in ["", "x", "x.y", "x.y.z"] {
        assert_eq!(code(&emulator, text), "AccessTokenInvalidError", "{text}");
    }
}

#[test]
fn the_claims_have_their_limits() {
    let emulator = signing_emulator();
    let now = now();
    let scope = |scope: Value| restricted(json!({ "scope": scope }));
    let operations = |most: i64| restricted(json!({"limits": {"operations": most}}));
    for (claims, right) in [
        (json!({"exp": now + 60}), "AccessTokenInvalidError"),
        (json!({"iat": now}), "AccessTokenInvalidError"),
        (json!({"iat": now, "exp": (now + 60).to_string()}), "AccessTokenInvalidError"),
        (json!({"iat": now, "exp": now + 60, "aud": "x"}), "AccessTokenInvalidError"),
        (json!({"iat": now, "exp": now + 60, "uc": {}}), "AccessTokenInvalidError"),
        (
            json!({"iat": now, "exp": now + 60, "uc": {"restrictions": {"other": 1}}}),
            "AccessTokenInvalidError",
        ),
        (json!({"iat": now + 20, "exp": now + 60}), "none"),
        (json!({"iat": now + 60, "exp": now + 90}), "AccessTokenInvalidError"),
        (json!({"iat": now - 90, "exp": now - 20}), "none"),
        (json!({"iat": now - 90, "exp": now - 60}), "AccessTokenExpiredError"),
        (json!({"iat": now, "exp": now + 86_400}), "none"),
        (json!({"iat": now, "exp": now + 86_401}), "AccessTokenInvalidError"),
        (scope(json!(["/base/"])), "none"),
        (scope(json!(["/*"])), "none"),
        (scope(json!(["/multipart/*", "/base/*"])), "none"),
        (scope(json!(["/multipart/*"])), "ScopeForbiddenError"),
        (scope(json!([])), "ScopeForbiddenError"),
        (scope(json!(["base/"])), "AccessTokenInvalidError"),
        (scope(json!(["/ba*"])), "AccessTokenInvalidError"),
        (scope(json!(vec!["/base/"; 17])), "AccessTokenInvalidError"),
        (operations(0), "AccessTokenInvalidError"),
        (operations(100_000), "none"),
        (operations(100_001), "AccessTokenInvalidError"),
    ] {
        assert_eq!(code(&emulator, &token(&claims)), right, "{claims}");
    }
}

#[test]
fn a_token_is_good_for_so_many_files_and_any_number_of_groups() {
    let emulator = signing_emulator();
    let token = token(&restricted(json!({"limits": {"operations": 3}})));
    let other = File { field: "other", ..NOTE };
    let send =
        |sent: &[File]| with_token(&emulator, files("/base/?jsonerrors=1", &[KEY], sent), &token).json();
    let uuid = uuid(&send(&[NOTE, other])["file"]);
    assert_eq!(
        send(&[NOTE, File { field: "b", ..NOTE }])["error"]["error_code"],
        "OperationsLimitExceededError"
    );
    let refused = files("/base/", &[KEY], &[]);
    assert_eq!(with_token(&emulator, refused, &token).status, 400);
    let fields = [KEY, ("filename", "a"), ("content_type", "a/b"), ("size", "10485760")];
    let start = form("/multipart/start/", &fields);
    assert_eq!(with_token(&emulator, start.clone(), &token).status, 200);
    assert_eq!(with_token(&emulator, start, &token).text(), "The operation limit of the token is exhausted.");
    for _ in 0..2 {
        let group = form("/group/", &[SMALL_KEY, ("files[0]", &uuid)]);
        assert_eq!(with_token(&emulator, group, &token).status, 200);
    }
}

#[test]
fn the_scope_counts_at_complete_and_not_at_status_and_parts() {
    let emulator = signing_emulator();
    let start_only = token(&restricted(json!({"scope": ["/multipart/start/"]})));
    let fields =
        [KEY, ("filename", "a"), ("content_type", "a/b"), ("size", "10485760"), ("part_size", "10485760")];
    let begun = with_token(&emulator, form("/multipart/start/", &fields), &start_only).json();
    let part = begun["parts"][0].as_str().unwrap().strip_prefix(emulator.base()).unwrap();
    assert_eq!(ask(&emulator, &Request::plain("PUT", part).body(vec![0; 10 * MIB])).status, 200);
    let complete =
        form("/multipart/complete/?jsonerrors=1", &[KEY, ("uuid", begun["uuid"].as_str().unwrap())]);
    assert_eq!(error(&with_token(&emulator, complete.clone(), &start_only)).1, "ScopeForbiddenError");
    let status = Request::plain("GET", "/from_url/status/?token=x");
    assert_eq!(with_token(&emulator, status, &start_only).json()["status"], "unknown");
    let all = token(&restricted(json!({"scope": ["/*"]})));
    assert_eq!(with_token(&emulator, complete, &all).json()["size"], 10 * MIB);
}
