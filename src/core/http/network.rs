//! The connections that a client and all that is derived from it share.

use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::config::Config;
use ureq::http::Uri;

use super::call::Call;
use super::connect::Connector;
use super::failure::NotConnected;
use super::pool::{Origin, Pool, lend};
use super::settings::Settings;

pub struct Network {
    connector: Connector,
    pool: Arc<Pool>,
    config: Config,
}

impl Network {
    pub fn new(settings: &Arc<Settings>) -> Self {
        let connector = Connector::new(settings.clone());
        Network { connector, pool: Arc::default(), config: settings.agent_config() }
    }

    /// What sends a request to `uri`: over a kept connection, which it tells, or over one that is
    /// made within `time_left`.
    pub fn agent(
        &self,
        call: &Arc<Call>,
        uri: &Uri,
        time_left: Duration,
    ) -> std::result::Result<(Agent, bool), NotConnected> {
        let origin = Origin::of(uri);
        let (connection, is_kept) = match self.pool.take(&origin, call) {
            Some(kept) => (kept, true),
            None => (self.connector.connect(call, uri, time_left)?, false),
        };
        Ok((lend(connection, origin, &self.pool, self.config.clone()), is_kept))
    }

    /// Drops what is kept for `uri`: the next request to it goes over a new connection.
    pub fn forget(&self, uri: &Uri) {
        self.pool.forget(&Origin::of(uri));
    }
}
