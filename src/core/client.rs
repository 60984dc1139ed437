//! A project, seen through its keys.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::error::{Error, Result};
use super::http::base::Base;
use super::http::log::Logger;
use super::http::policy::{Hook, Policy};
use super::http::proxy::Proxies;
use super::http::settings::{Api, Authorities, Settings, user_agent};
use super::http::sign::{Auth, Secret, Sign};
use super::http::{Answer, Http, Method, base};
use super::json::check_given;
use super::url::Cdn;

const API_BASE: &str = "https://api.uploadcare.com";
const UPLOAD_BASE: &str = "https://upload.uploadcare.com";
const RETRIES: u32 = 3;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
const TIMEOUT: Duration = Duration::from_secs(120);

/// Longer than any call.
pub const NO_LIMIT: Duration = Duration::from_secs(u32::MAX as u64);

/// What a time limit of an option is for none.
pub const NO_LIMIT_MS: u32 = u32::MAX;

/// What the caller chose; nothing and zero stand for the defaults.
#[derive(Default)]
pub struct ClientOptions<'a> {
    pub api_base: Option<&'a str>,
    pub upload_base: Option<&'a str>,
    pub cdn_base: Option<&'a str>,
    pub ca_file: Option<&'a Path>,
    pub ca_data: Option<&'a [u8]>,
    pub proxy: Option<&'a str>,
    pub user_agent: Option<&'a str>,
    pub simple_auth: bool,
    pub unchecked_operations: bool,
    pub sign: Option<Arc<dyn Sign>>,
    pub calls: CallOptions,
}

/// What the caller chose for calls; nothing and zero stand for the defaults, or for what the
/// client has that another is derived from.
#[derive(Default)]
pub struct CallOptions {
    /// Negative for none.
    pub retries: i32,
    pub connect_timeout_ms: u32,
    pub idle_timeout_ms: u32,
    pub timeout_ms: u32,
    pub logger: Option<Logger>,
    pub tick: Option<Hook>,
}

impl CallOptions {
    fn over(self, base: &Policy) -> Policy {
        Policy {
            retries: match self.retries {
                0 => base.retries,
                retries => u32::try_from(retries).unwrap_or(0),
            },
            connect_timeout: timeout(self.connect_timeout_ms, base.connect_timeout),
            idle_timeout: timeout(self.idle_timeout_ms, base.idle_timeout),
            timeout: timeout(self.timeout_ms, base.timeout),
            upload_timeout: timeout(self.timeout_ms, base.upload_timeout),
            logger: self.logger.or_else(|| base.logger.clone()),
            tick: self.tick.or_else(|| base.tick.clone()),
        }
    }
}

fn timeout(option_ms: u32, default: Duration) -> Duration {
    match option_ms {
        0 => default,
        NO_LIMIT_MS => NO_LIMIT,
        ms => Duration::from_millis(ms.into()),
    }
}

/// An upload takes as long as it takes.
const DEFAULTS: Policy = Policy {
    retries: RETRIES,
    connect_timeout: CONNECT_TIMEOUT,
    idle_timeout: IDLE_TIMEOUT,
    timeout: TIMEOUT,
    upload_timeout: NO_LIMIT,
    logger: None,
    tick: None,
};

#[derive(Clone)]
pub struct Client {
    /// To the REST API.
    pub http: Http,
    /// To the Upload API.
    pub uploads: Http,
    /// Where files are delivered.
    pub cdn: Arc<Cdn>,
}

impl Client {
    pub fn new(public_key: &str, secret_key: Option<&str>, options: ClientOptions) -> Result<Self> {
        let api_base = Base::parse(options.api_base.unwrap_or(API_BASE), "opts.api_base")?;
        let upload_base = Base::parse(options.upload_base.unwrap_or(UPLOAD_BASE), "opts.upload_base")?;
        let auth = auth(checked_key(secret_key, "secret_key")?, options.simple_auth, options.sign)?;
        let proxies = Proxies::new(options.proxy)?;
        let stays_here = api_base.is_loopback() && matches!(proxies.before(&api_base.uri("/")?), Ok(None));
        if matches!(auth, Auth::Simple(_)) && !api_base.is_https() && !stays_here {
            return Err(Error::argument(
                "opts.auth is UC_AUTH_SIMPLE, which would send the secret key in the clear: opts.api_base must be \
                 https, or http on this machine's own (loopback) addresses, such as 127.0.0.1, without a proxy",
            ));
        }
        let public_key = checked_key(Some(public_key), "public_key")?.unwrap_or_default();
        let cdn = Cdn::new(options.cdn_base, public_key, options.unchecked_operations)?;
        let settings = Settings {
            api: Api::Rest,
            base: api_base,
            public_key: public_key.to_owned(),
            auth: Arc::new(auth),
            proxies: Arc::new(proxies),
            user_agent: user_agent(options.user_agent)?,
            authorities: Arc::new(Authorities::new(options.ca_file, options.ca_data)?),
        };
        let upload_settings = Settings { api: Api::Upload, base: upload_base, ..settings.clone() };
        let http = Http::new(settings, Arc::new(options.calls.over(&DEFAULTS)));
        Ok(Client { uploads: http.of(upload_settings), http, cdn: Arc::new(cdn) })
    }

    /// The same project over the same connections, with limits and a cancellation of its own.
    pub fn derive(&self, options: CallOptions) -> Result<Self> {
        let policy = Arc::new(options.over(&self.http.policy));
        let scope = self.http.scope().derived()?;
        Ok(Client {
            http: self.http.derive(&policy, &scope),
            uploads: self.uploads.derive(&policy, &scope),
            cdn: self.cdn.clone(),
        })
    }

    /// The same for one call of several requests.
    pub fn begin(&self) -> Result<Self> {
        Ok(Client { http: self.http.begin()?, ..self.clone() })
    }

    /// Ends all calls, and those that begin before `reset()`.
    pub fn cancel(&self) {
        self.http.scope().cancel();
    }

    pub fn reset(&self) {
        self.http.scope().reset();
    }

    /// Any call of the REST API: the answer's body as it came.
    pub fn request(&self, method: &str, path: &str, json: Option<&str>) -> Result<String> {
        let method = match method {
            "GET" => Method::GET,
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            _ => return Err(Error::argument("method is not one of GET, POST, PUT, PATCH and DELETE")),
        };
        if !base::is_target(path) {
            return Err(Error::argument(
                "path is not a path of the API such as /groups/?limit=1: it starts with a slash, holds no fragment, \
                 no `..`, and what is not visible ASCII is percent-encoded",
            ));
        }
        json.map_or(Ok(()), |json| check_given("body_json", json))?;
        let body = json.unwrap_or_default();
        self.http.ask(method, path, body, |answer: &mut Answer| {
            answer.check_whole()?;
            Ok(std::mem::take(&mut answer.body))
        })
    }
}

fn auth(secret_key: Option<&str>, simple: bool, sign: Option<Arc<dyn Sign>>) -> Result<Auth> {
    match (simple, secret_key, sign) {
        (_, Some(_), Some(_)) => {
            Err(Error::argument("secret_key and opts.sign exclude each other: set one to NULL"))
        }
        (true, _, Some(_)) => {
            Err(Error::argument("opts.sign cannot serve UC_AUTH_SIMPLE, which sends the secret key itself"))
        }
        (true, None, None) => Err(Error::argument("secret_key is NULL: UC_AUTH_SIMPLE needs it")),
        (true, Some(key), None) => Ok(Auth::Simple(Secret::new(key))),
        (false, Some(key), None) => Ok(Auth::Signed(Arc::new(Secret::new(key)))),
        (false, None, Some(sign)) => Ok(Auth::Signed(sign)),
        (false, None, None) => Ok(Auth::Public),
    }
}

/// A key stands in a header, with a colon between it and the next one.
fn checked_key<'a>(key: Option<&'a str>, name: &str) -> Result<Option<&'a str>> {
    match key {
        Some("") => Err(Error::argument(format!("{name} is empty"))),
        Some(key) if key.bytes().any(|byte| !byte.is_ascii_graphic() || byte == b':') => {
            Err(Error::argument(format!(
                "{name} contains a space, a colon or something other than visible ASCII"
            )))
        }
        key => Ok(key),
    }
}
