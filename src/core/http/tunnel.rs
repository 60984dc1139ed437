//! What is said to a proxy before it passes bytes on: CONNECT (RFC 9110 9.3.6), and SOCKS 4, 4a and
//! 5 (RFC 1928, RFC 1929).

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};

use zeroize::Zeroizing;

use super::proxy::{Proxy, ProxyProtocol};
use super::socket::Until;
use super::stream::Stream;
use crate::core::shown::{MOST_NAME, Secrets};

/// A proxy's answer to CONNECT may be as large as this.
const MOST_HEAD: usize = 16 << 10;

pub const WANTS_USER: &str =
    "it wants the right user and password; opts.proxy takes them as in http://user:password@host:port";

/// Why a proxy made no tunnel.
#[derive(Debug)]
pub struct Refused {
    pub reason: String,
    /// Another try may end otherwise.
    pub is_passing: bool,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Refused {}

fn refused(reason: impl Into<String>, is_passing: bool) -> io::Error {
    io::Error::other(Refused { reason: reason.into(), is_passing })
}

/// Where a tunnel is to lead. The name is without brackets.
pub struct Target<'a> {
    pub host: &'a str,
    pub port: u16,
}

impl Target<'_> {
    fn ip(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    fn authority(&self) -> String {
        match self.ip() {
            Some(IpAddr::V6(ip)) => format!("[{ip}]:{}", self.port),
            _ => format!("{}:{}", self.host, self.port),
        }
    }
}

/// Asks an http proxy for a tunnel.
pub fn connect(
    stream: &mut Stream,
    proxy: &Proxy,
    target: &Target,
    user_agent: &str,
    until: Until,
) -> io::Result<()> {
    let authority = target.authority();
    let mut request =
        format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: {user_agent}\r\n");
    if let Some(authorization) = proxy.authorization() {
        request = request + "Proxy-Authorization: " + &authorization + "\r\n";
    }
    let request = Zeroizing::new(request + "\r\n");
    stream.write_all(request.as_bytes(), until)?;
    loop {
        let head = read_head(stream, until)?;
        let mut headers = [httparse::EMPTY_HEADER; 0];
        let mut response = httparse::Response::new(&mut headers);
        // Only the first line counts, after which the parser finds more headers than it has room for.
        let _ = response.parse(&head);
        let reason = response.reason.unwrap_or_default();
        match response.code {
            Some(100..200) => {}
            Some(200..300) => return Ok(()),
            Some(code) => return Err(refused_by(proxy, code, reason)),
            None => return Err(refused("its answer is not HTTP", false)),
        }
    }
}

/// In the proxy's words, which may hold what it was sent.
fn refused_by(proxy: &Proxy, code: u16, reason: &str) -> io::Error {
    let secrets = proxy.secrets();
    let reason = Secrets::new(secrets.iter().map(|secret| secret.as_str())).shown(reason, MOST_NAME);
    let said = format!("HTTP {code} {reason}").trim_end().to_owned();
    match code {
        407 => refused(format!("{said}: {WANTS_USER}"), false),
        _ => refused(said, code >= 500 || matches!(code, 408 | 429)),
    }
}

/// Byte for byte, since what comes after it is not the proxy's.
fn read_head(stream: &mut Stream, until: Until) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && !head.ends_with(b"\n\n") {
        if head.len() >= MOST_HEAD {
            return Err(refused(format!("its answer is larger than {MOST_HEAD} bytes"), false));
        }
        if stream.read(&mut byte, until)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        head.push(byte[0]);
    }
    Ok(head)
}

/// Whether a SOCKS proxy is to be told an address in place of the name.
pub fn wants_address(protocol: ProxyProtocol) -> bool {
    matches!(protocol, ProxyProtocol::Socks4 | ProxyProtocol::Socks5)
}

/// Asks a SOCKS proxy for a tunnel; to `address`, where the name was looked up here.
pub fn socks(
    stream: &mut Stream,
    proxy: &Proxy,
    target: &Target,
    address: Option<SocketAddr>,
    until: Until,
) -> io::Result<()> {
    let ip = address.map(|address| address.ip()).or_else(|| target.ip());
    match proxy.protocol() {
        ProxyProtocol::Socks4 | ProxyProtocol::Socks4A => socks4(stream, proxy, target, ip, until),
        _ => socks5(stream, proxy, target, ip, until),
    }
}

fn socks4(
    stream: &mut Stream,
    proxy: &Proxy,
    target: &Target,
    ip: Option<IpAddr>,
    until: Until,
) -> io::Result<()> {
    let (ip, name) = match ip {
        Some(IpAddr::V4(ip)) => (ip.octets(), None),
        Some(IpAddr::V6(_)) => return Err(refused("SOCKS 4 knows no IPv6 addresses; use socks5://", false)),
        // An address of this form says that a name follows.
        None => ([0, 0, 0, 1], Some(target.host)),
    };
    let mut request = vec![4, 1];
    request.extend(target.port.to_be_bytes());
    request.extend(ip);
    for text in [proxy.user().unwrap_or_default()].into_iter().chain(name) {
        request.extend(text.bytes());
        request.push(0);
    }
    stream.write_all(&request, until)?;
    match read_exactly::<8>(stream, until)? {
        [0, 90, ..] => Ok(()),
        [0, code, ..] => Err(refused(format!("SOCKS 4 code {code}: it makes no connection there"), true)),
        _ => Err(refused("its answer is not SOCKS 4", false)),
    }
}

fn socks5(
    stream: &mut Stream,
    proxy: &Proxy,
    target: &Target,
    ip: Option<IpAddr>,
    until: Until,
) -> io::Result<()> {
    let user = proxy.user();
    let methods: &[u8] = if user.is_some() { &[5, 2, 0, 2] } else { &[5, 1, 0] };
    stream.write_all(methods, until)?;
    match (read_exactly::<2>(stream, until)?, user) {
        ([5, 0], _) => {}
        ([5, 2], Some(user)) => log_in(stream, user, proxy.password().unwrap_or_default(), until)?,
        ([5, _], _) => {
            return Err(refused(
                "it wants the right user and password, as in socks5://user:password@host:port",
                false,
            ));
        }
        _ => return Err(refused("its answer is not SOCKS 5", false)),
    }
    let mut request = vec![5, 1, 0];
    match ip {
        Some(IpAddr::V4(ip)) => {
            request.push(1);
            request.extend(ip.octets());
        }
        Some(IpAddr::V6(ip)) => {
            request.push(4);
            request.extend(ip.octets());
        }
        None => {
            request.push(3);
            push_text(&mut request, target.host)?;
        }
    }
    request.extend(target.port.to_be_bytes());
    stream.write_all(&request, until)?;
    let [version, code, _, kind] = read_exactly::<4>(stream, until)?;
    if version != 5 {
        return Err(refused("its answer is not SOCKS 5", false));
    }
    if code != 0 {
        return Err(refused(socks5_reason(code), !matches!(code, 2 | 7 | 8)));
    }
    // The address that the proxy uses is of no interest, but it has to be read.
    let size = match kind {
        1 => 4,
        4 => 16,
        _ => read_exactly::<1>(stream, until)?[0].into(),
    };
    for _ in 0..size + 2 {
        read_exactly::<1>(stream, until)?;
    }
    Ok(())
}

fn log_in(stream: &mut Stream, user: &str, password: &str, until: Until) -> io::Result<()> {
    let mut request = Zeroizing::new(Vec::with_capacity(3 + user.len() + password.len()));
    request.push(1);
    push_text(&mut request, user)?;
    push_text(&mut request, password)?;
    stream.write_all(&request, until)?;
    match read_exactly::<2>(stream, until)? {
        [_, 0] => Ok(()),
        _ => Err(refused("it does not take this user and password", false)),
    }
}

/// A text behind its length.
fn push_text(request: &mut Vec<u8>, text: &str) -> io::Result<()> {
    let size =
        u8::try_from(text.len()).map_err(|_| refused("SOCKS 5 takes no name of over 255 bytes", false))?;
    request.push(size);
    request.extend(text.bytes());
    Ok(())
}

fn socks5_reason(code: u8) -> String {
    let reason = match code {
        1 => "general failure",
        2 => "its rules do not allow it",
        3 => "network unreachable",
        4 => "host unreachable",
        5 => "connection refused",
        6 => "it took too long",
        7 => "it does not know CONNECT",
        8 => "it does not know this kind of address",
        _ => "unknown reason",
    };
    format!("SOCKS 5 code {code}: {reason}")
}

fn read_exactly<const N: usize>(stream: &mut Stream, until: Until) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    let mut filled = 0;
    while filled < N {
        match stream.read(&mut bytes[filled..], until)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            amount => filled += amount,
        }
    }
    Ok(bytes)
}
