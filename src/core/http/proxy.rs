//! Which proxy stands before a host.

use std::env;
use std::ffi::OsString;
use std::net::IpAddr;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
pub use ureq::ProxyProtocol;
use ureq::http::Uri;
use zeroize::Zeroizing;

use super::base::{has_sound_port, without_brackets};
use crate::core::error::{Error, Result};

/// A proxy, such as `http://user:password@host:port`.
#[derive(Clone)]
pub struct Proxy(ureq::Proxy);

impl Proxy {
    fn parse(text: &str) -> Option<Self> {
        let proxy = ureq::Proxy::new(text).ok()?;
        let authority = proxy.uri().authority()?;
        let named = authority.as_str().rsplit('@').next()?;
        let named = named.parse().ok()?;
        (has_sound_port(&named) && !named.host().is_empty()).then_some(Proxy(proxy))
    }

    pub fn protocol(&self) -> ProxyProtocol {
        self.0.protocol()
    }

    /// A name or an address; one of IPv6 in its brackets.
    pub fn host(&self) -> &str {
        self.0.host()
    }

    pub fn port(&self) -> u16 {
        self.0.port()
    }

    pub fn user(&self) -> Option<&str> {
        self.0.username()
    }

    pub fn password(&self) -> Option<&str> {
        self.0.password()
    }

    /// Whether requests to http URLs are sent to the proxy itself, which passes them on. To others
    /// it only gives a tunnel.
    pub fn takes_requests(&self) -> bool {
        matches!(self.protocol(), ProxyProtocol::Http | ProxyProtocol::Https)
    }

    /// The value of Proxy-Authorization, if a user is named.
    pub fn authorization(&self) -> Option<Zeroizing<String>> {
        let user = self.user()?;
        let pair = Zeroizing::new(format!("{user}:{}", self.password().unwrap_or_default()));
        let encoded = Zeroizing::new(BASE64_STANDARD.encode(pair.as_bytes()));
        Some(Zeroizing::new(format!("Basic {}", *encoded)))
    }

    /// What nobody may hear of: what is sent to log in, and the password, or the user who needs none.
    pub fn secrets(&self) -> [Zeroizing<String>; 2] {
        let login = self.authorization().unwrap_or_default();
        let login = login.strip_prefix("Basic ").unwrap_or_default().to_owned();
        let password = self.password().filter(|password| !password.is_empty());
        [login.into(), password.or(self.user()).unwrap_or_default().to_owned().into()]
    }

    /// What it is called in messages, which must not show a password.
    pub fn name(&self) -> String {
        format!("the proxy {}:{}", self.host(), self.port())
    }
}

/// What the caller's options or the environment say about proxies. What the environment says wrong
/// is an error only for a request that it is about.
pub enum Proxies {
    /// For every host, or none.
    Given(Option<Proxy>),
    Environment(Environment),
}

impl Proxies {
    /// `""` stands for no proxy, none for the environment.
    pub fn new(option: Option<&str>) -> Result<Self> {
        match option {
            None => Ok(Proxies::Environment(Environment::read())),
            Some("") => Ok(Proxies::Given(None)),
            // The environment's go without a scheme in other programs, too.
            Some(text) => match Proxy::parse(text).filter(|_| text.contains("://")) {
                Some(proxy) => Ok(Proxies::Given(Some(proxy))),
                None => Err(Error::argument(
                    "opts.proxy is no proxy such as \"http://host:port\" or \"socks5://host:port\"",
                )),
            },
        }
    }

    /// The proxy that requests to a URL go through.
    pub fn before(&self, url: &Uri) -> Result<Option<Proxy>> {
        match self {
            Proxies::Given(proxy) => Ok(proxy.clone()),
            Proxies::Environment(environment) => environment.before(url),
        }
    }
}

/// `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` as other programs read them, in small or
/// in capital letters, as they were when the client was made.
pub struct Environment {
    http: Option<Variable>,
    https: Option<Variable>,
    all: Option<Variable>,
    no: Option<Variable>,
}

struct Variable {
    name: String,
    value: OsString,
}

impl Variable {
    fn read(name: &str) -> Option<Self> {
        Self::read_exactly(name).or_else(|| Self::read_exactly(&name.to_ascii_uppercase()))
    }

    fn read_exactly(name: &str) -> Option<Self> {
        let value = env::var_os(name).filter(|value| !value.is_empty())?;
        Some(Variable { name: name.to_owned(), value })
    }

    fn text(&self) -> Result<&str> {
        self.value.to_str().ok_or_else(|| {
            Error::argument(format!(
                "the environment's {} is not UTF-8; opts.proxy \"\" ignores it",
                self.name
            ))
        })
    }
}

impl Environment {
    fn read() -> Self {
        Environment {
            // Inside a CGI program HTTP_PROXY is what a stranger sent as the header `Proxy`.
            http: match env::var_os("REQUEST_METHOD") {
                Some(_) => Variable::read_exactly("http_proxy"),
                None => Variable::read("http_proxy"),
            },
            https: Variable::read("https_proxy"),
            all: Variable::read("all_proxy"),
            no: Variable::read("no_proxy"),
        }
    }

    fn before(&self, url: &Uri) -> Result<Option<Proxy>> {
        let is_https = url.scheme_str() == Some("https");
        let of_scheme = if is_https { &self.https } else { &self.http };
        let Some(variable) = of_scheme.as_ref().or(self.all.as_ref()) else { return Ok(None) };
        if let Some(no) = &self.no {
            let port = url.port_u16().unwrap_or(if is_https { 443 } else { 80 });
            if is_excepted(no.text()?, url.host().unwrap_or_default(), port) {
                return Ok(None);
            }
        }
        // To go without it would be to go around it. It may hold a password, so it is not shown.
        Proxy::parse(variable.text()?).map(Some).ok_or_else(|| {
            Error::argument(format!(
                "the environment's {} is no proxy such as http://host:port; opts.proxy \"\" ignores it",
                variable.name
            ))
        })
    }
}

/// Whether `no_proxy` lists a host: by its name, a domain it is in, its address, a block of addresses
/// (`10.0.0.0/8`), each with a port or without, or by `*`.
fn is_excepted(no_proxy: &str, host: &str, port: u16) -> bool {
    let host = without_brackets(host).trim_end_matches('.').to_ascii_lowercase();
    let ip = host.parse::<IpAddr>().ok().map(|ip| ip.to_canonical());
    no_proxy.split([',', ' ', '\t']).filter(|entry| !entry.is_empty()).any(|entry| {
        let entry = entry.to_ascii_lowercase();
        let (named, named_port) = split_port(&entry);
        if named_port.is_some_and(|named_port| named_port != port) {
            return false;
        }
        match ip {
            Some(ip) => named == "*" || named.parse() == Ok(ip) || is_in_block(ip, named),
            None => {
                let domain = named.trim_start_matches('*').trim_start_matches('.').trim_end_matches('.');
                named == "*"
                    || (!domain.is_empty()
                        && host
                            .strip_suffix(domain)
                            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
            }
        }
    })
}

/// `example.com:8080`, `[::1]:8080`, `[::1]` or `::1`, without its brackets.
fn split_port(entry: &str) -> (&str, Option<u16>) {
    let (host, port) = match entry.rsplit_once(':') {
        Some((host, port)) if host.ends_with(']') || !host.contains(':') => (host, port.parse().ok()),
        _ => (entry, None),
    };
    match port {
        Some(port) => (without_brackets(host), Some(port)),
        None => (without_brackets(entry), None),
    }
}

fn is_in_block(ip: IpAddr, block: &str) -> bool {
    let Some((network, bits)) = block.split_once('/') else { return false };
    let Ok(bits) = bits.parse::<u32>() else { return false };
    match (ip, network.trim_end_matches(']').parse()) {
        (IpAddr::V4(ip), Ok(IpAddr::V4(network))) if bits <= 32 => {
            (u32::from(ip) ^ u32::from(network)).checked_shr(32 - bits).unwrap_or(0) == 0
        }
        (IpAddr::V6(ip), Ok(IpAddr::V6(network))) if bits <= 128 => {
            (u128::from(ip) ^ u128::from(network)).checked_shr(128 - bits).unwrap_or(0) == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_proxy_takes_the_forms_that_curl_and_go_take() {
        for (no_proxy, host, excepted) in [
            ("example.com, uploadcare.com", "api.uploadcare.com", true),
            ("example.com uploadcare.com", "api.uploadcare.com", true),
            ("uploadcare.com", "uploadcare.com", true),
            (".uploadcare.com", "api.uploadcare.com", true),
            ("*.uploadcare.com", "api.uploadcare.com", true),
            ("uploadcare.com.", "api.uploadcare.com", true),
            ("uploadcare.com", "api.uploadcare.com.", true),
            ("API.uploadcare.com", "api.uploadcare.com", true),
            ("api.uploadcare.com", "API.UPLOADCARE.COM", true),
            ("*", "api.uploadcare.com", true),
            ("*", "127.0.0.1", true),
            ("care.com,api.uploadcare.co", "api.uploadcare.com", false),
            ("", "api.uploadcare.com", false),
            (",. ,*.", "api.uploadcare.com", false),
            ("api.uploadcare.com:443", "api.uploadcare.com", true),
            ("api.uploadcare.com:444", "api.uploadcare.com", false),
            (".uploadcare.com:443", "api.uploadcare.com", true),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1:443", "127.0.0.1", true),
            ("127.0.0.1:80", "127.0.0.1", false),
            ("127.0.0.0/8", "127.9.8.7", true),
            ("127.0.0.1/8", "127.9.8.7", true),
            ("126.0.0.0/8", "127.9.8.7", false),
            ("0.0.0.0/0", "127.9.8.7", true),
            ("127.9.8.7/32", "127.9.8.7", true),
            ("127.9.8.6/32", "127.9.8.7", false),
            ("127.0.0.0/33", "127.0.0.0", false),
            ("127.0.0.0/", "127.0.0.0", false),
            ("0.0.1", "127.0.0.1", false),
            ("::1", "[::1]", true),
            ("[::1]", "[::1]", true),
            ("[::1]:443", "[::1]", true),
            ("[::1]:80", "[::1]", false),
            ("fe80::/10", "[fe80::1]", true),
            ("fe80::/10", "[fd80::1]", false),
            ("::/0", "127.0.0.1", false),
            ("127.0.0.0/8", "[::ffff:127.0.0.1]", true),
            ("localhost", "localhost", true),
            ("localhost", "127.0.0.1", false),
        ] {
            assert_eq!(is_excepted(no_proxy, host, 443), excepted, "{no_proxy:?} for {host}");
        }
    }

    #[test]
    fn what_is_no_proxy_is_refused() {
        for text in [
            "",
            "://",
            "http://",
            "http://:80",
            "ftp://host",
            "http://host:port",
            "http://host:70000",
            "http://host:+1",
            "host:",
        ] {
            assert!(Proxy::parse(text).is_none(), "{text:?}");
        }
        for text in
            ["host", "host:3128", "http://u:p@host:1", "socks5h://host", "https://[::1]:8080", "socks://h"]
        {
            assert!(Proxy::parse(text).is_some(), "{text:?}");
        }
    }
}
