//! The emulator, steered and asked.

use serde_json::Value;
use uploadcare_emulator::Emulator;

/// Without a proxy, and with an answer whatever its status.
pub fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().proxy(None).http_status_as_error(false);
    ureq::Agent::new_with_config(config.build())
}

/// Steers the emulator; no body asks it.
pub fn control(emulator: &Emulator, path: &str, body: Option<Value>) -> Value {
    let url = format!("{}/_emulator/{path}", emulator.base());
    let mut answer = match body {
        Some(body) => agent().post(&url).send(body.to_string()).unwrap(),
        None => agent().get(&url).call().unwrap(),
    };
    let text = answer.body_mut().read_to_string().unwrap();
    assert!(answer.status().is_success(), "{path}: {text}");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}
