//! Which proxy stands before a base.

use std::env;

use ureq::Proxy;

use super::base::Base;
use crate::core::error::{Error, Result};

/// The proxy of the options, `""` for none, or that of the environment.
pub fn proxy(option: Option<&str>, base: &Base) -> Result<Option<Proxy>> {
    match option {
        None => from_environment(base),
        Some("") => Ok(None),
        Some(text) => parse(text).map(Some).ok_or_else(|| {
            Error::argument("opts.proxy is no proxy such as http://host:port or socks5://host:port")
        }),
    }
}

fn parse(text: &str) -> Option<Proxy> {
    let proxy = Proxy::new(text).ok()?;
    let authority = proxy.uri().authority()?;
    let named = authority.as_str().rsplit('@').next()?;
    let port_is_sound = named == authority.host() || authority.port_u16().is_some();
    port_is_sound.then_some(proxy)
}

/// `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` as other programs read them, in small
/// or in capital letters.
fn from_environment(base: &Base) -> Result<Option<Proxy>> {
    let excepted = variable("no_proxy").is_some_and(|no_proxy| is_excepted(&no_proxy, base.host()));
    let of_scheme = match base.is_https() {
        true => variable("https_proxy"),
        // Inside a CGI program HTTP_PROXY is what a stranger sent as the header `Proxy`.
        false if env::var_os("REQUEST_METHOD").is_some() => env::var("http_proxy").ok(),
        false => variable("http_proxy"),
    };
    match of_scheme.or_else(|| variable("all_proxy")).filter(|_| !excepted) {
        None => Ok(None),
        // To go without it would be to go around it. It may hold a password, so it is not shown.
        Some(text) => parse(&text).map(Some).ok_or_else(|| {
            Error::argument("the proxy in the environment is not of the form http://host:port; opts.proxy \"\" ignores it")
        }),
    }
}

fn variable(name: &str) -> Option<String> {
    let text = env::var(name).or_else(|_| env::var(name.to_ascii_uppercase())).ok()?;
    Some(text).filter(|text| !text.is_empty())
}

/// Whether `host` is one of those that `no_proxy` lists, or in one of its domains.
fn is_excepted(no_proxy: &str, host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    no_proxy.split([',', ' ']).filter(|entry| !entry.is_empty()).any(|entry| {
        let entry = entry.to_ascii_lowercase();
        let domain = entry.trim_start_matches("*.").trim_start_matches('.');
        entry == "*" || host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_proxy_lists_hosts_and_domains() {
        for (no_proxy, excepted) in [
            ("example.com, uploadcare.com", true),
            (".uploadcare.com", true),
            ("*.uploadcare.com", true),
            ("API.uploadcare.com", true),
            ("*", true),
            ("care.com,api.uploadcare.co", false),
            ("", false),
        ] {
            assert_eq!(is_excepted(no_proxy, "api.uploadcare.com"), excepted, "{no_proxy:?}");
        }
    }
}
