//! The program: an emulator in the foreground.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use clap::builder::PossibleValue;
use uploadcare_emulator::{Certificate, DeliverySecret, Emulator, Fault, Options};

/// An offline Uploadcare for tests and demos: serves the REST API, the Upload API and the CDN on
/// 127.0.0.1, with made-up groups and files. It is as strict as the service, and misbehaves on request.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Port to listen on; 0 takes any free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// How many groups there are at the start
    #[arg(long, value_name = "N", default_value_t = Options::default().groups)]
    groups: usize,
    /// How many files each group holds [default: from 1 to 12, in turn]
    #[arg(long, value_name = "N")]
    files_per_group: Option<usize>,
    /// Create all groups at one and the same time
    #[arg(long)]
    same_time: bool,
    /// The project's public key
    #[arg(long, value_name = "KEY", default_value_t = Options::default().public_key)]
    public_key: String,
    /// The project's secret key
    #[arg(long, value_name = "KEY", default_value_t = Options::default().secret_key)]
    secret_key: String,
    /// Speak TLS, with a certificate of this kind
    #[arg(long, value_name = "KIND", num_args = 0..=1, default_missing_value = "good")]
    tls: Option<Kind>,
    /// Where to write the certificate authority to trust, as PEM [default: a temporary file]
    #[arg(long, value_name = "PATH", requires = "tls")]
    ca_file: Option<PathBuf>,
    /// Set the emulator's clock fast by so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 0, allow_hyphen_values = true)]
    clock_offset: i64,
    /// Never compress an answer
    #[arg(long)]
    no_gzip: bool,
    /// Accept Uploadcare.Simple without TLS, which the service refuses
    #[arg(long)]
    allow_simple_http: bool,
    /// Deliver only with a token that is signed with this secret, in hex; may be given repeatedly
    #[arg(long = "secure-delivery", value_name = "SECRET")]
    delivery_secrets: Vec<DeliverySecret>,
    /// Something that goes wrong from the start, such as '{"fault":"status","status":429}'; may be given
    /// repeatedly. GET /_emulator/ tells all kinds
    #[arg(long = "fault", value_name = "JSON")]
    faults: Vec<Fault>,
}

#[derive(Clone)]
struct Kind(Certificate);

impl clap::ValueEnum for Kind {
    fn value_variants<'a>() -> &'a [Kind] {
        &[
            Kind(Certificate::Good),
            Kind(Certificate::Expired),
            Kind(Certificate::WrongHost),
            Kind(Certificate::UnknownCa),
            Kind(Certificate::P521),
            Kind(Certificate::SelfSignedCa),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self.0 {
            Certificate::Good => "good",
            Certificate::Expired => "expired",
            Certificate::WrongHost => "wrong-host",
            Certificate::UnknownCa => "unknown-ca",
            Certificate::P521 => "p521",
            Certificate::SelfSignedCa => "self-signed-ca",
        }))
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("uploadcare-emulator: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> io::Result<()> {
    let keys = arguments.keys();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Before anybody can know that it runs, so that a signal always ends it in good order.
        let signal = signal()?;
        let emulator = Emulator::start(arguments.options())?;
        introduce(&emulator, &keys)?;
        signal.await
    })
}

impl Arguments {
    /// What a program has to know.
    fn keys(&self) -> Vec<(&'static str, String)> {
        let keys = [("PUBLIC_KEY", self.public_key.clone()), ("SECRET_KEY", self.secret_key.clone())];
        let secret = self.delivery_secrets.first().cloned().map(String::from);
        keys.into_iter().chain(secret.map(|secret| ("DELIVERY_SECRET", secret))).collect()
    }

    fn options(self) -> Options {
        Options {
            port: self.port,
            groups: self.groups,
            files_per_group: self.files_per_group.unwrap_or_default(),
            same_time: self.same_time,
            public_key: self.public_key,
            secret_key: self.secret_key,
            tls: self.tls.map(|Kind(certificate)| certificate),
            ca_file: self.ca_file,
            clock_offset_s: self.clock_offset,
            gzip: !self.no_gzip,
            allow_simple_http: self.allow_simple_http,
            delivery_secrets: self.delivery_secrets,
            faults: self.faults,
        }
    }
}

/// Tells where it is. Programs read the first line; it stays as it is.
fn introduce(emulator: &Emulator, keys: &[(&str, String)]) -> io::Result<()> {
    let base = emulator.base();
    let mut output = io::stdout().lock();
    writeln!(output, "uploadcare-emulator: listening on {base}\n")?;
    writeln!(output, "  export UPLOADCARE_API_BASE={base}")?;
    writeln!(output, "  export UPLOADCARE_UPLOAD_BASE={base}")?;
    writeln!(output, "  export UPLOADCARE_CDN_BASE={base}")?;
    for (name, key) in keys {
        writeln!(output, "  export UPLOADCARE_{name}={key}")?;
    }
    writeln!(output)?;
    let trust = match emulator.ca_file() {
        Some(file) => {
            writeln!(
                output,
                "Trust the certificate authority in {} (uc_client_opts.ca_file).",
                file.display()
            )?;
            format!("--cacert {} ", file.display())
        }
        None => String::new(),
    };
    writeln!(output, "What can go wrong, and how: curl {trust}{base}/_emulator/")?;
    writeln!(output, "Ctrl-C ends it.")?;
    output.flush()
}

/// Ends when the program is asked to end.
#[cfg(unix)]
fn signal() -> io::Result<impl Future<Output = io::Result<()>>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        Ok(())
    })
}

#[cfg(not(unix))]
fn signal() -> io::Result<impl Future<Output = io::Result<()>>> {
    Ok(tokio::signal::ctrl_c())
}
