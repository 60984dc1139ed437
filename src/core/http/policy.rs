//! What a client's calls keep to, and whom they ask.

use std::sync::Arc;
use std::time::Duration;

use super::log::Logger;

/// Asked about every tenth of a second; false stops the call.
pub type Hook = Arc<dyn Fn() -> bool + Send + Sync>;

/// What a client's calls keep to; a derived client has its own.
#[derive(Clone)]
pub struct Policy {
    pub retries: u32,
    pub connect_timeout: Duration,
    pub idle_timeout: Duration,
    /// For a whole call.
    pub timeout: Duration,
    /// For a whole upload.
    pub upload_timeout: Duration,
    pub logger: Option<Logger>,
    pub tick: Option<Hook>,
}
