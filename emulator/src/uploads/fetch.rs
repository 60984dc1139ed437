//! Gets a file from an address, as the service does; but only from this machine.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, LOCATION};
use axum::http::{Request, Response, Uri};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::uploads::pieces::{Piece, Writer};

const MOST_REDIRECTS: usize = 5;

/// An `error_code` and what it is about.
pub type Trouble = (&'static str, String);

pub struct Fetched {
    pub piece: Arc<Piece>,
    pub mime: Option<String>,
}

/// How far it is, and of how much if that is known.
#[derive(Clone, Copy, Default)]
pub struct Progress {
    pub done: u64,
    pub total: Option<u64>,
}

/// Where a file is to be got, if it is on this machine. No name is looked up for that.
pub fn address(source: &str) -> Result<(Uri, SocketAddr), Trouble> {
    let refused = |code, content: &str| Err((code, content.to_owned()));
    let Some((scheme, _)) = source.split_once("://") else {
        return refused("URLSchemeRequiredError", "No URL scheme supplied.");
    };
    if !["http", "https"].contains(&scheme) {
        return refused("URLSchemeInvalidError", "Invalid URL scheme.");
    }
    let url = match source.parse::<Uri>() {
        Ok(url) => url,
        Err(_) => return refused("URLParsingFailedError", "Failed to parse URL."),
    };
    let host = url.host().unwrap_or_default().trim_matches(['[', ']']);
    if host.is_empty() {
        return refused("URLHostRequiredError", "No URL host supplied.");
    }
    let port = url.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
    match host.parse::<IpAddr>() {
        Ok(ip) if ip.is_loopback() => Ok((url, (ip, port).into())),
        Ok(IpAddr::V4(ip)) if ip.is_private() || ip.is_link_local() => {
            refused("URLHostPrivateIPForbiddenError", "Only public IPs are allowed.")
        }
        Ok(_) => refused("URLBlacklistedError", "Source is blacklisted."),
        Err(_) if host == "localhost" => Ok((url, (Ipv4Addr::LOCALHOST, port).into())),
        Err(_) => refused("HostnameNotFoundError", "Host does not exist."),
    }
}

/// Follows redirects, and tells `report` how far it is; that says whether anybody still wants it.
pub async fn fetch(
    source: &str,
    mut writer: Writer,
    largest: u64,
    report: impl Fn(Progress) -> bool,
) -> Result<Fetched, Trouble> {
    let response = follow(source).await?;
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let total = header(CONTENT_LENGTH).and_then(|length| length.parse().ok());
    let mime = header(CONTENT_TYPE).map(str::to_owned);
    check_size(total.unwrap_or_default(), largest)?;
    let mut body = response.into_body();
    while let Some(frame) = body.frame().await {
        let bytes = frame.map_err(network)?.into_data().unwrap_or_default();
        writer.write(&bytes).map_err(|_| internal())?;
        check_size(writer.size(), largest)?;
        if !report(Progress { done: writer.size(), total }) {
            return Err(("DownloadFileTaskFailedError", "download task failed.".to_owned()));
        }
    }
    Ok(Fetched { piece: writer.finish(), mime })
}

async fn follow(source: &str) -> Result<Response<Incoming>, Trouble> {
    let mut source = source.to_owned();
    for _ in 0..=MOST_REDIRECTS {
        let (url, address) = address(&source)?;
        let response = ask(&url, address).await?;
        let status = response.status();
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        match location {
            Some(path) if status.is_redirection() && path.starts_with('/') => {
                let host = url.authority().map_or("", |host| host.as_str());
                source = format!("{}://{host}{path}", url.scheme_str().unwrap_or("http"));
            }
            Some(other) if status.is_redirection() => source = other.to_owned(),
            _ if status.is_client_error() => {
                let error = format!("HTTP client error: {}.", status.as_u16());
                return Err(("DownloadFileHTTPClientError", error));
            }
            _ if !status.is_success() => {
                let error = format!("HTTP server error: {}.", status.as_u16());
                return Err(("DownloadFileHTTPServerError", error));
            }
            _ => return Ok(response),
        }
    }
    Err(("URLRedirectsLimitExceededError", "Too many redirects.".to_owned()))
}

async fn ask(url: &Uri, address: SocketAddr) -> Result<Response<Incoming>, Trouble> {
    if url.scheme_str() != Some("http") {
        return Err(network("this emulator speaks no TLS to others"));
    }
    let stream = TcpStream::connect(address).await.map_err(network)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(network)?;
    tokio::spawn(connection);
    let target = url.path_and_query().map_or("/", |target| target.as_str());
    let request = Request::get(target)
        .header(HOST, url.authority().map_or("", |host| host.as_str()))
        .body(Empty::<Bytes>::new())
        .map_err(network)?;
    sender.send_request(request).await.map_err(network)
}

fn check_size(size: u64, largest: u64) -> Result<(), Trouble> {
    if size <= largest {
        return Ok(());
    }
    let error = format!("Downloaded file is too big: {size} > {largest}.");
    Err(("DownloadFileSizeLimitExceededError", error))
}

fn network(error: impl std::fmt::Display) -> Trouble {
    ("DownloadFileHTTPNetworkError", format!("HTTP network error: {error}."))
}

fn internal() -> Trouble {
    ("DownloadFileInternalServerError", "Internal server error.".to_owned())
}
