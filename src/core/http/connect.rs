//! How a connection is made: to the host or the proxy before it, through the proxy, and secured.
//! ureq's own connectors keep no time limit under signals and cannot be interrupted while they
//! connect, so this one takes their place.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ureq::http::Uri;

use super::base::without_brackets;
use super::buffers::Room;
use super::call::Call;
use super::failure::NotConnected;
use super::proxy::{Proxy, ProxyProtocol};
use super::race;
use super::resolve::Resolver;
use super::settings::{INPUT_BUFFER, Settings};
use super::socket::{Socket, Until};
use super::stream::Stream;
use super::transport::Connection;
use super::tunnel::{self, Target};
use crate::core::error::Error;

pub struct Connector {
    settings: Arc<Settings>,
    resolver: Resolver,
}

impl Connector {
    pub fn new(settings: Arc<Settings>) -> Self {
        Connector { settings, resolver: Resolver::default() }
    }

    /// A connection to the host that `uri` names.
    pub fn connect(
        &self,
        call: &Arc<Call>,
        uri: &Uri,
        time_left: Duration,
    ) -> Result<Connection, NotConnected> {
        let until = Until::connected(call.policy.connect_timeout, time_left);
        let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
        call.attend().map_err(NotConnected::refused)?;
        let buffers = Room::new(INPUT_BUFFER, self.settings.output_buffer_size());
        let buffers = buffers.ok_or_else(|| NotConnected::refused(Error::memory("a connection")))?;
        let connected = self.reach(call, uri, &authority, until);
        if connected.is_err() && !call.is_canceled() {
            // Another look-up may know better addresses.
            self.resolver.forget();
        }
        let (stream, origin) = connected?;
        Ok(Connection::new(stream, buffers, origin))
    }

    /// A stream, and the origin to be named in requests where a proxy passes them on.
    fn reach(
        &self,
        call: &Arc<Call>,
        uri: &Uri,
        authority: &str,
        until: Until,
    ) -> Result<(Stream, Option<String>), NotConnected> {
        let is_https = uri.scheme_str() == Some("https");
        let host = uri.host().unwrap_or_default();
        let target = Target {
            host: without_brackets(host),
            port: uri.port_u16().unwrap_or(if is_https { 443 } else { 80 }),
        };
        let way = Way { connector: self, call, until };
        let proxy = self.settings.proxies.before(uri).map_err(NotConnected::refused)?;
        let (stream, origin) = match &proxy {
            None => (way.open(host, target.port).map_err(|error| NotConnected::by(error, authority))?, None),
            Some(proxy) => {
                let failed = |error| NotConnected::by_proxy(error, &proxy.name(), authority);
                let stream = way.open_proxy(proxy).map_err(failed)?;
                match proxy.takes_requests() && !is_https {
                    true => (stream, Some(format!("http://{authority}"))),
                    false => {
                        let address = way.address(proxy, &target);
                        let address = address.map_err(|error| NotConnected::by(error, authority))?;
                        (way.tunnel(stream, proxy, &target, address).map_err(failed)?, None)
                    }
                }
            }
        };
        match is_https {
            true => {
                let secured = way.secure(stream, host).map_err(|error| NotConnected::by(error, authority))?;
                Ok((secured, origin))
            }
            false => Ok((stream, origin)),
        }
    }
}

/// A connection that is being made.
struct Way<'a> {
    connector: &'a Connector,
    call: &'a Arc<Call>,
    until: Until,
}

impl Way<'_> {
    fn open(&self, host: &str, port: u16) -> io::Result<Stream> {
        let addresses = self.connector.resolver.resolve(self.call, host, port, self.until)?;
        let stream = race::connect(self.call, &addresses, self.until)?;
        Ok(Stream::Plain(Socket::new(stream, self.call)?))
    }

    fn open_proxy(&self, proxy: &Proxy) -> io::Result<Stream> {
        let stream = self.open(proxy.host(), proxy.port())?;
        match proxy.protocol() {
            ProxyProtocol::Https => self.secure(stream, proxy.host()),
            _ => Ok(stream),
        }
    }

    fn tunnel(
        &self,
        mut stream: Stream,
        proxy: &Proxy,
        target: &Target,
        address: Option<SocketAddr>,
    ) -> io::Result<Stream> {
        let until = self.until;
        if proxy.takes_requests() {
            let user_agent = self.connector.settings.user_agent.to_str().unwrap_or_default();
            tunnel::connect(&mut stream, proxy, target, user_agent, until)?;
        } else {
            tunnel::socks(&mut stream, proxy, target, address, until)?;
        }
        Ok(stream)
    }

    /// The address that a SOCKS proxy is told, if it is not to look the name up itself; version 4 knows
    /// only those of IPv4.
    fn address(&self, proxy: &Proxy, target: &Target) -> io::Result<Option<SocketAddr>> {
        if !tunnel::wants_address(proxy.protocol()) {
            return Ok(None);
        }
        let addresses = self.connector.resolver.resolve(self.call, target.host, target.port, self.until)?;
        let four_only = proxy.protocol() == ProxyProtocol::Socks4;
        let suitable = addresses.iter().find(|address| address.is_ipv4() || !four_only);
        Ok(Some(*suitable.unwrap_or(&addresses[0])))
    }

    fn secure(&self, stream: Stream, host: &str) -> io::Result<Stream> {
        stream.secured(self.connector.settings.authorities.client_config()?, host, self.until)
    }
}
