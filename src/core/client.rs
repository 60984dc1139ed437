//! A project, seen through its keys.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::error::{Error, Result};
use super::http::base::Base;
use super::http::log::Logger;
use super::http::proxy::Proxies;
use super::http::settings::{Api, Authorities, Settings, user_agent};
use super::http::sign::{Auth, Secret, Sign};
use super::http::{Answer, Http, Method, base};
use super::json::{Reader, check_whole};
use super::url::Cdn;

const API_BASE: &str = "https://api.uploadcare.com";
const UPLOAD_BASE: &str = "https://upload.uploadcare.com";
const RETRIES: u32 = 3;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
const TIMEOUT: Duration = Duration::from_secs(120);

/// An upload takes as long as it takes.
const NEVER: Duration = Duration::from_secs(u32::MAX as u64);

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
    /// Negative for none.
    pub retries: i32,
    pub connect_timeout_ms: u32,
    pub idle_timeout_ms: u32,
    pub timeout_ms: u32,
    pub unchecked_operations: bool,
    pub sign: Option<Box<dyn Sign>>,
    pub logger: Option<Logger>,
}

#[derive(Clone)]
pub struct Client {
    /// To the REST API.
    pub http: Http,
    /// To the Upload API.
    pub uploads: Http,
    /// For a whole upload.
    pub upload_time: Duration,
    /// Where files are delivered.
    pub cdn: Cdn,
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
                "opts.auth is UC_AUTH_SIMPLE, which would send the secret key in the clear: opts.api_base must be https",
            ));
        }
        let public_key = checked_key(Some(public_key), "public_key")?.unwrap_or_default();
        let cdn = Cdn::new(options.cdn_base, public_key, options.unchecked_operations)?;
        let settings = Settings {
            api: Api::Rest,
            base: api_base,
            public_key: public_key.to_owned(),
            auth: Arc::new(auth),
            retries: retries(options.retries),
            connect_timeout: timeout(options.connect_timeout_ms, CONNECT_TIMEOUT),
            idle_timeout: timeout(options.idle_timeout_ms, IDLE_TIMEOUT),
            timeout: timeout(options.timeout_ms, TIMEOUT),
            proxies: Arc::new(proxies),
            user_agent: user_agent(options.user_agent)?,
            authorities: Arc::new(Authorities::new(options.ca_file, options.ca_data)?),
            logger: options.logger.map(Arc::new),
        };
        let upload_settings = Settings { api: Api::Upload, base: upload_base, ..settings.clone() };
        let http = Http::new(settings);
        let upload_time = timeout(options.timeout_ms, NEVER);
        Ok(Client { uploads: http.of(upload_settings), http, upload_time, cdn })
    }

    pub fn cancel(&self) {
        self.http.cancel();
        self.uploads.cancel();
    }

    /// Any call of the REST API: the answer's body as it came.
    pub fn request(&self, method: &str, path: &str, json: Option<&str>) -> Result<String> {
        let method = match method {
            "GET" => Method::GET,
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            _ => return Err(Error::argument("method is none of GET, POST, PUT, PATCH and DELETE")),
        };
        if !base::is_target(path) {
            return Err(Error::argument(
                "path is no path of the API such as /groups/?limit=1: it starts with a slash, holds no fragment, \
                 no `..`, and what is not visible ASCII is percent-encoded",
            ));
        }
        if json.is_some_and(|json| check_whole(&mut Reader::new(json)).is_err()) {
            return Err(Error::argument("json is not JSON"));
        }
        let body = json.unwrap_or_default();
        self.http.ask(method, path, body, |answer: &mut Answer| {
            answer.check_whole()?;
            Ok(std::mem::take(&mut answer.body))
        })
    }
}

fn auth(secret_key: Option<&str>, simple: bool, sign: Option<Box<dyn Sign>>) -> Result<Auth> {
    match (simple, secret_key, sign) {
        (_, Some(_), Some(_)) => {
            Err(Error::argument("secret_key and opts.sign exclude each other: set one to NULL"))
        }
        (true, _, Some(_)) => {
            Err(Error::argument("opts.sign cannot serve UC_AUTH_SIMPLE, which sends the secret key itself"))
        }
        (true, None, None) => Err(Error::argument("secret_key is NULL: UC_AUTH_SIMPLE needs it")),
        (true, Some(key), None) => Ok(Auth::Simple(Secret::new(key))),
        (false, Some(key), None) => Ok(Auth::Signed(Box::new(Secret::new(key)))),
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

fn retries(option: i32) -> u32 {
    match option {
        0 => RETRIES,
        some => u32::try_from(some).unwrap_or(0),
    }
}

fn timeout(option_ms: u32, default: Duration) -> Duration {
    match option_ms {
        0 => default,
        ms => Duration::from_millis(ms.into()),
    }
}
