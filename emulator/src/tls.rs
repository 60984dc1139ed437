//! TLS with certificates made for the occasion, good ones and bad ones.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs, process};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use uuid::Uuid;

/// What the server shows to its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// For 127.0.0.1 and localhost, by the authority in the file.
    Good,
    /// The same, but it was valid until some years ago.
    Expired,
    /// The same, but for another host.
    WrongHost,
    /// Good, but by another authority than the one in the file.
    UnknownCa,
    /// Good, but signed by ECDSA with SHA-512, as authorities with a key on P-521 do.
    P521,
    /// Good, but signed by itself and made out as an authority's. It is the one in the file.
    SelfSignedCa,
}

/// An authority, to sign with.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    own: CertificateDer<'static>,
    pem: String,
}

/// Makes the certificates and writes the authority's to `ca_file`.
pub fn acceptor(certificate: Certificate, ca_file: &Path) -> io::Result<TlsAcceptor> {
    let authority = authority().map_err(io::Error::other)?;
    fs::write(ca_file, &authority.pem)?;
    let config = match certificate {
        Certificate::UnknownCa => {
            let stranger = self::authority().map_err(io::Error::other)?;
            server_config(certificate, &stranger)
        }
        _ => server_config(certificate, &authority),
    };
    Ok(TlsAcceptor::from(Arc::new(config.map_err(io::Error::other)?)))
}

pub fn temporary_ca_file(port: u16) -> PathBuf {
    env::temp_dir().join(format!("uploadcare-emulator-{}-{port}-ca.pem", process::id()))
}

fn own_names() -> Vec<String> {
    vec!["127.0.0.1".to_owned(), "localhost".to_owned()]
}

fn authority() -> Result<Authority, rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(own_names())?;
    // Each has a name of its own, so that nobody takes one for another.
    params.distinguished_name.push(DnType::CommonName, format!("uploadcare-emulator {}", Uuid::new_v4()));
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let own = params.self_signed(&key)?;
    Ok(Authority { pem: own.pem(), own: own.der().clone(), issuer: Issuer::new(params, key) })
}

fn server_config(
    certificate: Certificate,
    authority: &Authority,
) -> Result<ServerConfig, Box<dyn std::error::Error + Send + Sync>> {
    let names = match certificate {
        Certificate::WrongHost => ["wrong-host.example".to_owned()].to_vec(),
        _ => own_names(),
    };
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "uploadcare-emulator's server");
    if certificate == Certificate::Expired {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    }
    let signed = match certificate {
        Certificate::SelfSignedCa => return shows(authority.own.clone(), authority.issuer.key()),
        Certificate::P521 => said_to_be_signed_by_p521(params.signed_by(&key, &authority.issuer)?.der()),
        _ => params.signed_by(&key, &authority.issuer)?.der().clone(),
    };
    shows(signed, &key)
}

/// The certificate names another way to sign than its authority's. No client gets so far as to verify
/// it that cannot verify the one it names, and one that can finds it wrong.
fn said_to_be_signed_by_p521(signed: &CertificateDer) -> CertificateDer<'static> {
    const ECDSA_WITH_SHA256: &[u8] = &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    const ECDSA_WITH_SHA512: u8 = 4;
    let mut bytes = signed.to_vec();
    for end in ECDSA_WITH_SHA256.len()..=bytes.len() {
        if bytes[..end].ends_with(ECDSA_WITH_SHA256) {
            bytes[end - 1] = ECDSA_WITH_SHA512;
        }
    }
    bytes.into()
}

fn shows(
    certificate: CertificateDer<'static>,
    key: &KeyPair,
) -> Result<ServerConfig, Box<dyn std::error::Error + Send + Sync>> {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    Ok(config)
}
