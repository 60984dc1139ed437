//! Webhooks: who is told, and what.

mod client;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};

use client::*;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use uploadcare_emulator::Emulator;

const URL: &str = "https://example.com/hook";

fn create(emulator: &Emulator, body: Value) -> Value {
    let reply = send(emulator, "POST", "/webhooks/", &body);
    assert_eq!(reply.status, 201, "{body}: {}", reply.text());
    reply.json()
}

fn list(emulator: &Emulator) -> Vec<Value> {
    let reply = get(emulator, "/webhooks/");
    assert_eq!(reply.status, 200);
    reply.json().as_array().unwrap().clone()
}

#[test]
fn a_webhook_is_created_listed_changed_and_deleted() {
    let emulator = emulator(1);
    assert_eq!(list(&emulator), [] as [Value; 0]);
    let made = create(&emulator, json!({ "target_url": URL, "event": "file.uploaded" }));
    let expected = json!({
        "id": 1, "project": 1, "created": made["created"], "updated": made["created"], "event": "file.uploaded",
        "target_url": URL, "is_active": true, "version": "0.7", "signing_secret": null,
    });
    assert_eq!(made, expected);
    let other = create(&emulator, json!({ "target_url": URL, "event": "file.stored", "is_active": false }));
    assert_eq!((&other["id"], &other["is_active"]), (&json!(2), &json!(false)));
    assert_eq!(list(&emulator), [made.clone(), other.clone()]);

    let change =
        json!({ "signing_secret": "12345X", "target_url": "http://127.0.0.1:1/", "event": "file.deleted" });
    let changed = send(&emulator, "PUT", "/webhooks/1/", &change);
    assert_eq!(changed.status, 200);
    let changed = changed.json();
    for (field, value) in change.as_object().unwrap() {
        assert_eq!(changed[field], *value);
    }
    assert_eq!((&changed["id"], &changed["created"]), (&json!(1), &made["created"]));
    assert_ne!(changed["updated"], made["updated"]);
    assert_eq!(list(&emulator), [changed.clone(), other]);
    let off =
        send(&emulator, "PUT", "/webhooks/1/", json!({ "is_active": false, "signing_secret": null })).json();
    assert_eq!((&off["is_active"], &off["signing_secret"]), (&json!(false), &Value::Null));
    assert_eq!(off["target_url"], changed["target_url"]);

    assert_eq!(send(&emulator, "DELETE", "/webhooks/1/", &Value::Null).status, 204);
    assert_eq!(list(&emulator).len(), 1);
    for (method, target) in [("PUT", "/webhooks/1/"), ("DELETE", "/webhooks/1/"), ("DELETE", "/webhooks/x/")]
    {
        let reply = send(&emulator, method, target, json!({}));
        assert_eq!(
            (reply.status, reply.json()),
            (404, json!({ "detail": "Not found." })),
            "{method} {target}"
        );
    }
}

#[test]
fn unsubscribing_ends_all_webhooks_of_an_address_and_no_others() {
    let emulator = emulator(1);
    for event in ["file.uploaded", "file.stored"] {
        create(&emulator, json!({ "target_url": URL, "event": event }));
    }
    create(&emulator, json!({ "target_url": "https://example.com/other", "event": "file.stored" }));
    for _ in 0..2 {
        let reply = send(&emulator, "DELETE", "/webhooks/unsubscribe/", json!({ "target_url": URL }));
        assert_eq!((reply.status, reply.text()), (204, ""));
        assert_eq!(list(&emulator).len(), 1);
    }
    let refusal = json!({ "detail": "`target_url` is missing." });
    refused(&emulator, "DELETE", "/webhooks/unsubscribe/", "{}", refusal);
}

#[test]
fn a_form_is_as_good_as_json() {
    let emulator = emulator(1);
    let form = |method: &str, target: &str, body: &str| {
        let request = Request::signed(method, target)
            .without("Content-Type")
            .with("Content-Type", "application/x-www-form-urlencoded")
            .body(body);
        ask(&emulator, &request.sign("demopublickey", "demosecretkey"))
    };
    let body =
        "target_url=https%3A%2F%2Fexample.com%2Fhook&event=file.uploaded&is_active=false&signing_secret=a+b";
    let made = form("POST", "/webhooks/", body);
    assert_eq!(made.status, 201);
    let made = made.json();
    assert_eq!((&made["target_url"], &made["is_active"]), (&json!(URL), &json!(false)));
    assert_eq!(made["signing_secret"], "a b");
    assert_eq!(form("PUT", "/webhooks/1/", "is_active=true").json()["is_active"], true);
    assert_eq!(form("DELETE", "/webhooks/unsubscribe/", "target_url=https://example.com/hook").status, 204);
    assert!(list(&emulator).is_empty());
}

#[test]
fn what_is_wrong_with_a_webhook_is_told_by_field() {
    let emulator = emulator(1);
    let long = |length: usize| format!("http://{}", "x".repeat(length - 7));
    let with = |name: &str, value: Value| {
        let mut body = json!({ "target_url": URL, "event": "file.stored" });
        body[name] = value;
        body
    };
    for (body, refusal) in [
        (json!({}), json!({ "detail": "`target_url` is missing." })),
        (with("target_url", json!("")), json!({ "detail": "`target_url` is missing." })),
        (json!({ "target_url": URL }), json!({ "event": ["This field is required."] })),
        (with("event", json!("file.eaten")), json!({ "event": ["\"file.eaten\" is not a valid choice."] })),
        (with("target_url", json!("example")), json!({ "target_url": ["Enter a valid URL."] })),
        (with("target_url", json!("ftp://x/")), json!({ "target_url": ["Enter a valid URL."] })),
        (
            with("target_url", json!(long(256))),
            json!({ "target_url": ["Ensure this field has no more than 255 characters."] }),
        ),
        (
            with("signing_secret", json!("s".repeat(33))),
            json!({ "signing_secret": ["Ensure this field has no more than 32 characters."] }),
        ),
        (with("is_active", json!("maybe")), json!({ "is_active": ["Must be a valid boolean."] })),
        (with("version", json!("0.6")), json!({ "version": ["\"0.6\" is not a valid choice."] })),
    ] {
        refused(&emulator, "POST", "/webhooks/", body, refusal);
    }
    assert!(list(&emulator).is_empty());
    create(
        &emulator,
        json!({ "target_url": long(255), "event": "file.stored", "signing_secret": "s".repeat(32) }),
    );
}

#[test]
fn a_project_is_subscribed_once_to_an_event_at_an_address() {
    let emulator = emulator(1);
    create(&emulator, json!({ "target_url": URL, "event": "file.stored" }));
    create(&emulator, json!({ "target_url": URL, "event": "file.deleted" }));
    let refusal = json!({ "non_field_errors": ["This project is already subscribed on this event"] });
    let again = json!({ "target_url": URL, "event": "file.stored" });
    refused(&emulator, "POST", "/webhooks/", again, refusal.clone());
    refused(&emulator, "PUT", "/webhooks/2/", json!({ "event": "file.stored" }), refusal);
    assert_eq!(send(&emulator, "PUT", "/webhooks/1/", json!({ "event": "file.stored" })).status, 200);
    assert_eq!(list(&emulator)[1]["event"], "file.deleted");
}

#[test]
fn a_project_without_webhooks_is_told_so() {
    let emulator = emulator(1);
    control(&emulator, "POST", "project", r#"{"webhooks":false}"#);
    for (method, target) in [
        ("GET", "/webhooks/"),
        ("POST", "/webhooks/"),
        ("PUT", "/webhooks/1/"),
        ("DELETE", "/webhooks/1/"),
        ("DELETE", "/webhooks/unsubscribe/"),
    ] {
        let reply = send(&emulator, method, target, json!({ "target_url": URL }));
        let refusal = json!({ "detail": "You can't use webhooks" });
        assert_eq!((reply.status, reply.json()), (403, refusal), "{method} {target}");
    }
}

/// What a receiver got.
struct Received {
    head: String,
    body: Vec<u8>,
}

impl Received {
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(present, _)| present.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Takes one delivery and answers it; gives its address.
fn receiver(status: u16) -> (String, JoinHandle<Received>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook?a=1", listener.local_addr().unwrap());
    let receiver = thread::spawn(move || {
        let mut stream = BufReader::new(listener.accept().unwrap().0);
        let mut received = Received { head: String::new(), body: Vec::new() };
        while !received.head.ends_with("\r\n\r\n") {
            assert_ne!(stream.read_line(&mut received.head).unwrap(), 0);
        }
        let length = received.header("Content-Length").unwrap().parse().unwrap();
        received.body.resize(length, 0);
        stream.read_exact(&mut received.body).unwrap();
        let answer = format!("HTTP/1.1 {status} Right\r\nContent-Length: 0\r\n\r\n");
        stream.get_mut().write_all(answer.as_bytes()).unwrap();
        received
    });
    (url, receiver)
}

fn deliver(emulator: &Emulator, order: Value) -> Value {
    control(emulator, "POST", "webhooks", &order.to_string())["deliveries"].clone()
}

#[test]
fn a_delivery_is_signed_over_its_bytes() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "IMG_8919.jpeg");
    let (url, receiver) = receiver(204);
    let webhook = json!({ "target_url": url, "event": "file.uploaded", "signing_secret": "größer" });
    let webhook = create(&emulator, webhook);
    let told = deliver(&emulator, json!({ "event": "file.uploaded", "uuid": uuid }));
    assert_eq!(told, json!([{ "target_url": url, "status": 204 }]));

    let received = receiver.join().unwrap();
    assert!(received.head.starts_with("POST /hook?a=1 HTTP/1.1\r\n"), "{}", received.head);
    assert_eq!(received.header("Content-Type"), Some("application/json"));
    assert_eq!(received.header("Host").map(|host| format!("http://{host}/hook?a=1")), Some(url.clone()));
    let mut mac = Hmac::<Sha256>::new_from_slice("größer".as_bytes()).unwrap();
    mac.update(&received.body);
    let signature = format!("v1={:x}", mac.finalize().into_bytes());
    assert_eq!(received.header("X-Uc-Signature"), Some(signature.as_str()));

    let payload = received.json();
    let file = file_info(&emulator, &uuid);
    assert_eq!(payload["data"], file);
    assert_eq!(payload["file"], file["original_file_url"]);
    let request_id = &payload["initiator"]["detail"]["request_id"];
    assert_eq!(request_id.as_str().map(str::len), Some(36));
    let detail = json!({ "request_id": request_id, "addon_name": null });
    assert_eq!(payload["initiator"], json!({ "type": "api", "detail": detail }));
    let hook = json!({
        "id": webhook["id"], "project_id": webhook["project"], "project_pub_key": "demopublickey",
        "created_at": webhook["created"], "updated_at": webhook["updated"], "event": "file.uploaded", "target": url,
        "is_active": true, "version": "0.7",
    });
    assert_eq!(payload["hook"], hook);
    assert!(payload.get("previous_values").is_none());
}

#[test]
fn only_active_webhooks_of_the_event_are_told() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "IMG_8919.jpeg");
    let nobody = "http://127.0.0.1:1/";
    let ((first, one), (second, two)) = (receiver(200), receiver(500));
    create(&emulator, json!({ "target_url": nobody, "event": "file.stored", "is_active": false }));
    create(&emulator, json!({ "target_url": nobody, "event": "file.deleted" }));
    create(&emulator, json!({ "target_url": first, "event": "file.stored" }));
    create(&emulator, json!({ "target_url": second, "event": "file.stored" }));
    let told = deliver(&emulator, json!({ "event": "file.stored", "uuid": uuid }));
    let expected = json!([{ "target_url": first, "status": 200 }, { "target_url": second, "status": 500 }]);
    assert_eq!(told, expected);
    for received in [one.join().unwrap(), two.join().unwrap()] {
        assert_eq!(received.header("X-Uc-Signature"), None);
        assert_eq!(received.json()["hook"]["event"], "file.stored");
    }
    assert_eq!(deliver(&emulator, json!({ "event": "file.infected", "uuid": uuid })), json!([]));
}

#[test]
fn an_address_can_be_told_without_a_webhook_and_with_values_of_before() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "eicar.zip");
    let (url, one) = receiver(200);
    let before = json!({ "metadata": { "pet": "dog" }, "appdata": null });
    deliver(
        &emulator,
        json!({
            "event": "file.info_updated", "uuid": uuid, "target_url": url, "signing_secret": "12345X",
            "previous_values": before,
        }),
    );
    let received = one.join().unwrap();
    assert!(received.header("X-Uc-Signature").unwrap().starts_with("v1="));
    assert_eq!(received.json()["previous_values"], before);

    let (url, two) = receiver(200);
    deliver(&emulator, json!({ "event": "file.infected", "uuid": uuid, "target_url": url }));
    let addon = &two.join().unwrap().json()["initiator"];
    assert_eq!(
        (&addon["type"], &addon["detail"]["addon_name"]),
        (&json!("addon"), &json!("uc_clamav_virus_scan"))
    );
}

#[test]
fn nothing_leaves_this_machine() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "eicar.zip");
    for url in ["http://192.0.2.1/", "https://127.0.0.1/", "nonsense"] {
        let told = deliver(&emulator, json!({ "event": "file.stored", "uuid": uuid, "target_url": url }));
        assert_eq!((&told[0]["target_url"], &told[0]["status"]), (&json!(url), &json!(0)));
        assert!(told[0]["error"].is_string());
    }
}

#[test]
fn an_order_that_makes_no_sense_is_refused() {
    let emulator = emulator(12);
    let uuid = named(&emulator, "eicar.zip");
    for order in [
        json!({}),
        json!({ "event": "file.eaten", "uuid": uuid }),
        json!({ "event": "file.stored", "uuid": "00000000-0000-4000-8000-000000000000" }),
        json!({ "event": "file.stored", "uuid": uuid, "target": "typo" }),
    ] {
        let reply = ask(&emulator, &Request::plain("POST", "/_emulator/webhooks").body(order.to_string()));
        assert_eq!(reply.status, 400, "{order}");
    }
}
