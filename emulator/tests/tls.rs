//! TLS, with certificates that a client must accept and others that it must not.

mod client;

use client::API_TYPE;
use uploadcare_emulator::{Certificate, Emulator, Options};
use ureq::Agent;
use ureq::tls::{Certificate as Trusted, RootCerts, TlsConfig};

fn with_certificate(certificate: Certificate) -> Emulator {
    Emulator::start(Options { tls: Some(certificate), groups: 30, ..Options::default() }).unwrap()
}

/// Trusts the authority in the emulator's file.
fn agent(emulator: &Emulator) -> Agent {
    let pem = std::fs::read(emulator.ca_file().unwrap()).unwrap();
    let roots = RootCerts::new_with_certs(&[Trusted::from_pem(&pem).unwrap()]);
    let tls = TlsConfig::builder().root_certs(roots).build();
    Agent::new_with_config(Agent::config_builder().tls_config(tls).proxy(None).build())
}

/// Lists by `Uploadcare.Simple`, which TLS allows.
fn list(emulator: &Emulator, base: &str) -> Result<String, ureq::Error> {
    let request = agent(emulator).get(format!("{base}/groups/?limit=10"));
    let request = request.header("Accept", API_TYPE).header("Accept-Encoding", "identity");
    request
        .header("Authorization", "Uploadcare.Simple demopublickey:demosecretkey")
        .call()?
        .body_mut()
        .read_to_string()
}

#[test]
fn a_good_certificate_is_good_for_127_0_0_1_and_localhost() {
    let emulator = with_certificate(Certificate::Good);
    assert!(emulator.base().starts_with("https://127.0.0.1:"));
    for base in [emulator.base().to_owned(), emulator.base().replace("127.0.0.1", "localhost")] {
        let page: serde_json::Value = serde_json::from_str(&list(&emulator, &base).unwrap()).unwrap();
        assert!(page["next"].as_str().unwrap().starts_with(&format!("{base}/groups/?")));
    }
}

#[test]
fn bad_certificates_are_bad_in_their_own_way() {
    for (certificate, why) in [
        (Certificate::Expired, "certificate expired"),
        (Certificate::WrongHost, "certificate not valid for name"),
        (Certificate::UnknownCa, "UnknownIssuer"),
        (Certificate::P521, "signature"),
        (Certificate::SelfSignedCa, "CaUsedAsEndEntity"),
    ] {
        let emulator = with_certificate(certificate);
        let error = list(&emulator, emulator.base()).unwrap_err().to_string();
        assert!(error.contains(why), "{certificate:?}: {error}");
    }
}

#[test]
fn a_temporary_file_with_the_authority_goes_with_the_emulator_and_a_chosen_one_stays() {
    let emulator = with_certificate(Certificate::Good);
    let file = emulator.ca_file().unwrap().to_owned();
    assert!(file.exists());
    drop(emulator);
    assert!(!file.exists());

    let chosen = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("authority.pem");
    let options =
        Options { tls: Some(Certificate::Good), ca_file: Some(chosen.clone()), ..Options::default() };
    let emulator = Emulator::start(options).unwrap();
    assert_eq!(emulator.ca_file(), Some(&*chosen));
    list(&emulator, emulator.base()).unwrap();
    drop(emulator);
    assert!(std::fs::read_to_string(chosen).unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
}

#[test]
fn without_tls_there_is_no_authority() {
    assert_eq!(client::emulator(1).ca_file(), None);
}

#[test]
fn faults_do_under_tls_what_they_do_without() {
    let emulator = with_certificate(Certificate::Good);
    let right = list(&emulator, emulator.base()).unwrap();
    let fault = |json: &str| {
        agent(&emulator).post(format!("{}/_emulator/faults", emulator.base())).send(json).unwrap();
    };
    for lost in ["reset_before", "close_before", "reset_inside", "close_inside"] {
        fault(&format!("{{\"fault\":\"{lost}\"}}"));
        let error = list(&emulator, emulator.base()).unwrap_err();
        assert!(matches!(error, ureq::Error::Io(_)), "{lost}: {error:?}");
    }
    for passed in [r#""slow","chunk":100,"interval_ms":1,"head":true"#, r#""close_after""#] {
        fault(&format!("{{\"fault\":{passed}}}"));
        assert_eq!(list(&emulator, emulator.base()).unwrap(), right, "{passed}");
    }
}
