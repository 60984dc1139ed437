//! Where an API lives, and which addresses belong to it.

use std::borrow::Cow;

use ureq::http::Uri;
use ureq::http::uri::{Authority, PathAndQuery, Scheme};

use crate::core::error::{Error, Result};

/// `https://api.uploadcare.com`, or what the caller put in its place: scheme, host, port and a
/// path prefix.
#[derive(Clone, Debug)]
pub struct Base {
    scheme: Scheme,
    authority: Authority,
    /// Empty, or with a slash in front and none behind.
    prefix: String,
}

impl Base {
    pub fn parse(text: &str, name: &str) -> Result<Base> {
        let wrong = || {
            // An address with a password in it is not shown.
            let shown = if text.contains('@') { String::new() } else { format!(" {text:?}") };
            Error::argument(format!("{name}{shown} is not of the form http[s]://host[:port][/path]"))
        };
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let parts = uri.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(wrong());
        };
        let path = parts.path_and_query.unwrap_or_else(|| PathAndQuery::from_static("/"));
        let known = scheme == Scheme::HTTP || scheme == Scheme::HTTPS;
        let plain = !authority.as_str().contains('@') && !text.contains(['?', '#']);
        if !known
            || !plain
            || !has_sound_port(&authority)
            || authority.host().is_empty()
            || !is_target(path.as_str())
        {
            return Err(wrong());
        }
        Ok(Base { scheme, authority, prefix: path.as_str().trim_end_matches('/').to_owned() })
    }

    pub fn is_https(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// A name or an address; one of IPv6 in its brackets.
    pub fn host(&self) -> &str {
        self.authority.host()
    }

    /// Whether what is sent there stays on this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(self.host())
    }

    /// The request target of an API path: what is signed and stands in the request line.
    pub fn target(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    pub fn uri(&self, target: &str) -> Result<Uri> {
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(target)
            .build()
            .map_err(|_| Error::new(crate::core::error::Status::Internal, "an address that cannot be sent"))
    }

    /// The target that a link of the service leads to, byte for byte as the service wrote it.
    /// `from` is the target of the request whose answer held the link.
    pub fn follow(&self, link: &str, from: &str) -> Result<String> {
        let target = match self.split_origin(link)?.as_ref() {
            rest if rest.starts_with('/') => rest.to_owned(),
            rest if rest.starts_with('?') => format!("{}{rest}", path_of(from)),
            rest => {
                let folder = path_of(from).rfind('/').map_or("", |slash| &from[..=slash]);
                format!("{folder}{rest}")
            }
        };
        if !self.holds(&target) {
            return Err(Error::protocol("the service's link to another page leads out of the API"));
        }
        Ok(target)
    }

    /// Whether a target is one of this base: below its path prefix, with no way out of it.
    pub fn holds(&self, target: &str) -> bool {
        let inside = target.strip_prefix(self.prefix.as_str()).is_some_and(|r| r.starts_with('/'));
        inside && is_target(target)
    }

    /// `link` without scheme, host and port, where these are the base's own.
    fn split_origin<'a>(&self, link: &'a str) -> Result<Cow<'a, str>> {
        let foreign = || {
            Error::protocol("the service's link to another page leads to another host, and was not followed")
        };
        let (scheme, rest) = match link.split_once("://") {
            Some((scheme, rest)) if !scheme.contains(['/', '?', '#']) => (scheme, rest),
            _ => match link.strip_prefix("//") {
                Some(rest) => (self.scheme.as_str(), rest),
                None => return Ok(link.into()),
            },
        };
        let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
        let same = scheme.eq_ignore_ascii_case(self.scheme.as_str())
            && authority.parse().is_ok_and(|authority| self.same_host(&authority));
        if !same {
            return Err(foreign());
        }
        match &rest[authority.len()..] {
            path if path.starts_with('/') => Ok(path.into()),
            no_path => Ok(format!("/{no_path}").into()),
        }
    }

    fn same_host(&self, other: &Authority) -> bool {
        let default = if self.is_https() { 443 } else { 80 };
        let port = |authority: &Authority| authority.port_u16().unwrap_or(default);
        !other.as_str().contains('@')
            && other.host().eq_ignore_ascii_case(self.authority.host())
            && port(other) == port(&self.authority)
    }

    /// What tells this base from another, for a cursor.
    pub fn identity(&self) -> String {
        format!("{}://{}{}", self.scheme, self.authority, self.prefix).to_ascii_lowercase()
    }
}

/// Whether what stands behind the host, if anything, is a port.
pub fn has_sound_port(authority: &Authority) -> bool {
    let is_number = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    authority.as_str() == authority.host()
        || (authority.port_u16().is_some() && authority.as_str().rsplit(':').next().is_some_and(is_number))
}

/// A target without its query.
pub fn path_of(target: &str) -> &str {
    target.split('?').next().unwrap_or_default()
}

/// A host as it is looked up: in URLs brackets stand around an address of IPv6.
pub fn without_brackets(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

/// Whether what is sent to a host stays on this machine.
pub fn is_loopback(host: &str) -> bool {
    let ip = without_brackets(host).parse::<std::net::IpAddr>();
    host.eq_ignore_ascii_case("localhost") || ip.is_ok_and(|ip| ip.is_loopback())
}

/// A target longer than that is no request's.
const MOST_TARGET: usize = 32 << 10;

/// Whether a path and query can stand in a request line as they are: visible ASCII, no fragment,
/// and no segment that would leave its folder, however it is written.
pub fn is_target(target: &str) -> bool {
    let clean = target.bytes().all(|byte| byte.is_ascii_graphic() && !b"#\"<>\\^`{|}".contains(&byte));
    clean
        && target.len() <= MOST_TARGET
        && target.starts_with('/')
        && !path_of(target).split('/').any(is_dots)
}

/// Whether a segment of a path does not stand for itself: whoever asks for it takes it out, and
/// another with it.
pub fn is_dots(segment: &str) -> bool {
    let without_dot = |text: &str| -> Option<usize> {
        let encoded = text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("%2e"));
        if encoded { Some(3) } else { text.starts_with('.').then_some(1) }
    };
    without_dot(segment).is_some_and(|first| {
        let rest = &segment[first..];
        rest.is_empty() || without_dot(rest) == Some(rest.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str) -> Base {
        Base::parse(text, "api_base").unwrap()
    }

    #[test]
    fn what_is_no_base_is_refused() {
        for text in [
            "",
            "api.uploadcare.com",
            "ftp://api.uploadcare.com",
            "https://",
            "https:///groups",
            "https://user:pass@api.uploadcare.com",
            "https://api.uploadcare.com/?a=1",
            "https://api.uploadcare.com/#a",
            "https://api.uploadcare.com/../x",
            "http://a b/",
            "https://api.uploadcare.com\r\nHost: x",
            "https://api.uploadcare.com:65536",
            "https://api.uploadcare.com:",
            "https://api.uploadcare.com:+443",
        ] {
            assert!(Base::parse(text, "api_base").is_err(), "{text:?}");
        }
    }

    #[test]
    fn dots_are_seen_however_they_are_written() {
        for segment in [".", "..", "%2e", "%2E.", ".%2e", "%2e%2E"] {
            assert!(is_dots(segment), "{segment}");
        }
        for segment in ["", "...", ".a", "a.", "%2", "%2e%2", "%2e%2e.", "%252e", "\u{416}."] {
            assert!(!is_dots(segment), "{segment}");
        }
    }

    #[test]
    fn links_to_the_same_place_are_followed_byte_for_byte() {
        let from = "/groups/?limit=1";
        for (base_text, link, target) in [
            (
                "https://api.uploadcare.com",
                "https://api.uploadcare.com/groups/?from=a%2B&x=~",
                "/groups/?from=a%2B&x=~",
            ),
            ("https://api.uploadcare.com", "https://API.uploadcare.com:443/groups/?a", "/groups/?a"),
            ("https://api.uploadcare.com/", "/groups/?a", "/groups/?a"),
            ("https://api.uploadcare.com", "//api.uploadcare.com/groups/?a", "/groups/?a"),
            ("https://api.uploadcare.com", "?a=http://x/", "/groups/?a=http://x/"),
            ("https://api.uploadcare.com", "more?a", "/groups/more?a"),
            ("http://localhost:80/v1/", "http://localhost/v1/groups/?a", "/v1/groups/?a"),
        ] {
            assert_eq!(base(base_text).follow(link, from).unwrap(), target, "{link}");
        }
    }

    #[test]
    fn links_to_elsewhere_are_refused() {
        for link in [
            "https://evil.example/groups/?a",
            "http://api.uploadcare.com/v1/groups/",
            "//evil.example/v1/",
            "https://api.uploadcare.com:444/v1/groups/",
            "https://api.uploadcare.com.evil.example/v1/",
            "https://k@api.uploadcare.com/v1/groups/",
            "https://api.uploadcare.com/v2/groups/",
            "https://api.uploadcare.com/v1",
            "https://api.uploadcare.com/v1x/",
            "/v1/../v2/",
            "/v1/%2E%2e/v2/",
            "https://api.uploadcare.com",
            "/v1/groups/?a=\r\nX: y",
            "/v1/gr oups/",
        ] {
            let base = base("https://api.uploadcare.com/v1");
            assert!(base.follow(link, "/v1/groups/").is_err(), "{link}");
        }
    }
}
