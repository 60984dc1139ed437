//! How an emulator is to be.

use std::path::PathBuf;

use crate::cdn::DeliverySecret;
use crate::faults::Fault;
use crate::seed::Seed;
use crate::tls::Certificate;

/// How an emulator is to be; the default is what the program starts without arguments.
#[derive(Clone, Debug)]
pub struct Options {
    /// 0: any free one.
    pub port: u16,
    /// So many groups are there at the start.
    pub groups: usize,
    /// So many files hold every group; 0: from 1 to 12, in turn.
    pub files_per_group: usize,
    /// All groups were created at one and the same time.
    pub same_time: bool,
    pub public_key: String,
    /// Empty: the project has none.
    pub secret_key: String,
    /// Plain http without it.
    pub tls: Option<Certificate>,
    /// Where the certificate of the authority is written, as PEM; a temporary file by default.
    pub ca_file: Option<PathBuf>,
    /// So many seconds is the emulator's clock fast.
    pub clock_offset_s: i64,
    /// Compress larger answers for those who accept it.
    pub gzip: bool,
    /// `Uploadcare.Simple` without TLS, which the service refuses.
    pub allow_simple_http: bool,
    /// Of secure delivery; without any, everything is delivered to everybody.
    pub delivery_secrets: Vec<DeliverySecret>,
    /// What goes wrong from the start.
    pub faults: Vec<Fault>,
}

impl Default for Options {
    fn default() -> Options {
        let Seed { groups, files_per_group, same_time } = Seed::default();
        Options {
            port: 0,
            groups,
            files_per_group,
            same_time,
            public_key: "demopublickey".to_owned(),
            secret_key: "demosecretkey".to_owned(),
            tls: None,
            ca_file: None,
            clock_offset_s: 0,
            gzip: true,
            allow_simple_http: false,
            delivery_secrets: Vec::new(),
            faults: Vec::new(),
        }
    }
}
