//! A local Uploadcare: the REST API, the Upload API and the CDN on loopback, as strict as the service
//! where the service is strict, and misbehaving on request. For tests, demos and offline work.
//!
//! ```
//! use uploadcare_emulator::{Emulator, Options};
//!
//! let emulator = Emulator::start(Options { groups: 12, ..Options::default() })?;
//! assert!(emulator.base().starts_with("http://127.0.0.1:"));
//! # std::io::Result::Ok(())
//! ```
//!
//! One request goes this way: `server` takes the connection and `wire` carries its bytes; `service`
//! logs the request and asks `faults` what shall go wrong; `auth` checks it, and the file of its
//! noun (`groups`, `files`, `webhooks` and so on) answers with what is in the `store`; what goes to
//! the Upload API is received and answered by `uploads`, and what asks for a file or a group by its
//! id is delivered by `cdn`; `misbehaviour` spoils the answer. `control` is the side from which all
//! of that is steered.

mod addons;
mod answer;
mod auth;
mod batch;
mod cdn;
mod checks;
mod clock;
mod control;
mod conversions;
mod copies;
mod deliveries;
mod documents;
mod faults;
mod files;
mod findings;
mod groups;
mod id;
mod intake;
mod jobs;
mod log;
mod made;
mod metadata;
mod misbehaviour;
mod options;
mod pages;
mod project;
mod refusal;
mod search;
mod seed;
mod seeded_file;
mod server;
mod service;
mod store;
mod tags;
mod tls;
mod uploads;
mod videos;
mod webhooks;
mod wire;

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::runtime;
use tokio::sync::oneshot;

pub use cdn::DeliverySecret;
pub use faults::Fault;
pub use options::Options;
pub use tls::Certificate;

/// A running emulator. Dropping it ends it, with its thread and all its connections.
#[derive(Debug)]
pub struct Emulator {
    base: String,
    ca_file: Option<PathBuf>,
    ca_file_is_ours: bool,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Starts to listen, and returns when requests are answered.
    pub fn start(options: Options) -> io::Result<Emulator> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))
            .map_err(|error| io::Error::new(error.kind(), format!("port {}: {error}", options.port)))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();

        let ca_file_is_ours = options.ca_file.is_none();
        let (acceptor, ca_file) = match options.tls {
            Some(certificate) => {
                let file = options.ca_file.clone().unwrap_or_else(|| tls::temporary_ca_file(port));
                (Some(tls::acceptor(certificate, &file)?), Some(file))
            }
            None => (None, None),
        };
        let scheme = if acceptor.is_some() { "https" } else { "http" };
        let base = format!("{scheme}://127.0.0.1:{port}");

        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let service = Arc::new(service::Service::new(options, base.clone()));
        let thread = thread::Builder::new().name("uploadcare-emulator".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    _ = server::run(listener, acceptor, service) => {}
                }
            });
        })?;
        Ok(Emulator { base, ca_file, ca_file_is_ours, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens: scheme, host and port, without a slash at the end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The file with the certificate authority to trust, when TLS is on.
    pub fn ca_file(&self) -> Option<&Path> {
        self.ca_file.as_deref()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        if let Some(file) = self.ca_file.take().filter(|_| self.ca_file_is_ours) {
            let _ = std::fs::remove_file(file);
        }
    }
}
