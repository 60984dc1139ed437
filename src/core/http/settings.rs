//! What the caller chose for a client, checked.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use once_cell::sync::OnceCell;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use ureq::Agent;
use ureq::config::Config;
use ureq::http::HeaderValue;

use super::base::Base;
use super::failure::plain;
use super::pem;
use super::proxy::Proxies;
use super::sign::Auth;
use crate::core::error::{Error, Result, Status};
use crate::core::path::shown;

const LIBRARY: &str = concat!("libuploadcare/", env!("CARGO_PKG_VERSION"));

/// Each of the service's interfaces has its own way to say who asks and what went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    Rest,
    Upload,
}

#[derive(Clone)]
pub struct Settings {
    pub api: Api,
    pub base: Base,
    pub public_key: String,
    pub auth: Arc<Auth>,
    pub proxies: Arc<Proxies>,
    pub user_agent: HeaderValue,
    pub authorities: Arc<Authorities>,
}

impl Settings {
    pub fn output_buffer_size(&self) -> usize {
        match self.api {
            Api::Rest => DEFAULT_BUFFER,
            Api::Upload => UPLOAD_BUFFER,
        }
    }

    /// What is left to ureq: connections are made and kept elsewhere.
    pub fn agent_config(&self) -> Config {
        Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .allow_non_standard_methods(true)
            .proxy(None)
            .max_response_header_size(MOST_HEAD)
            .user_agent("")
            .build()
    }
}

/// Gateways add headers of their own, some of them long.
const MOST_HEAD: usize = 120 << 10;

/// ureq's own, and more than a head.
pub const INPUT_BUFFER: usize = 128 << 10;

/// ureq's own.
const DEFAULT_BUFFER: usize = 128 << 10;

/// What a file is read into on its way: with less, the system calls take most of the time.
const UPLOAD_BUFFER: usize = 512 << 10;

/// `libuploadcare/0.1.0`, and what the caller calls itself.
pub fn user_agent(option: Option<&str>) -> Result<HeaderValue> {
    let text = match option {
        Some(own) if !own.is_empty() => format!("{LIBRARY} {own}"),
        _ => LIBRARY.to_owned(),
    };
    let printable = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    HeaderValue::from_str(&text)
        .ok()
        .filter(|_| printable)
        .ok_or_else(|| Error::argument("opts.user_agent contains something other than printable ASCII"))
}

/// The system's own files of certificates have less than one.
const MOST_PEM: u64 = 16 << 20;

/// Whom TLS trusts: the system's authorities, the bundled ones where the system has none, and
/// those of the caller's file and data.
#[derive(Default)]
pub struct Authorities {
    own: Vec<CertificateDer<'static>>,
    config: OnceCell<Arc<ClientConfig>>,
}

impl Authorities {
    pub fn new(file: Option<&Path>, data: Option<&[u8]>) -> Result<Self> {
        let mut authorities = Authorities::default();
        if let Some(path) = file {
            let name = format!("opts.ca_file {}", shown(path));
            authorities.add(&read_pem(path, &name)?, &name)?;
        }
        if let Some(pem) = data {
            authorities.add(pem, "opts.ca_data")?;
        }
        Ok(authorities)
    }

    fn add(&mut self, pem: &[u8], name: &str) -> Result<()> {
        if pem.len() as u64 >= MOST_PEM {
            return Err(Error::argument(format!(
                "{name} holds more than certificates: it has more than 16 MiB"
            )));
        }
        let found = pem::certificates(pem).map_err(|error| Error::argument(format!("{name}: {error}")))?;
        // One that can vouch for nobody is passed over, as are the system's.
        let can_vouch = |der: &CertificateDer| RootCertStore::empty().add(der.clone()).is_ok();
        let before = self.own.len();
        self.own.extend(found.into_iter().map(CertificateDer::from).filter(can_vouch));
        if self.own.len() == before {
            return Err(Error::argument(format!(
                "{name} holds no certificate of an authority in PEM form, which begins with \
                 -----BEGIN CERTIFICATE-----"
            )));
        }
        Ok(())
    }

    /// Made for the first connection that needs it, since to read the system's certificates takes
    /// longer than a page. Others wait meanwhile, and one of them tries again should it fail. A child
    /// that is forked meanwhile never waits for it: it cannot connect with a client of its parent.
    pub fn client_config(&self) -> io::Result<Arc<ClientConfig>> {
        self.config.get_or_try_init(|| self.new_client_config()).cloned()
    }

    #[cold]
    #[inline(never)]
    fn new_client_config(&self) -> io::Result<Arc<ClientConfig>> {
        let system = rustls_native_certs::load_native_certs().certs;
        let mut roots = RootCertStore::empty();
        match system.is_empty() {
            true => roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned()),
            false => roots.add_parsable_certificates(system),
        };
        roots.add_parsable_certificates(self.own.iter().cloned());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Arc::new(config))
    }
}

/// A file of certificates, which may be longer than one can be.
fn read_pem(path: &Path, name: &str) -> Result<Vec<u8>> {
    let mut pem = Vec::new();
    match File::open(path).and_then(|file| file.take(MOST_PEM).read_to_end(&mut pem)) {
        Ok(_) => Ok(pem),
        Err(error) if error.kind() == io::ErrorKind::OutOfMemory => Err(Error::memory("opts.ca_file")),
        Err(error) => Err(Error::new(Status::File, format!("{name}: {}", plain(&error)))),
    }
}
