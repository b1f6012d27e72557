//! What every handler shares.

use std::sync::Arc;

use hanse_engine::Engine;
use prometheus_client::registry::Registry;

use crate::http::act::Changes;
use crate::http::gate::Gate;
use crate::http::limits::Limits;
use crate::http::shares::paced::Places;
use crate::http::token::Tokens;

/// Shared by all workers of the HTTP server.
#[derive(Clone)]
pub(crate) struct State {
    /// What the node does.
    pub engine: Engine,
    /// Where changes run.
    pub changes: Changes,
    /// Gives and checks access tokens.
    pub tokens: Arc<Tokens>,
    /// What each client may still do.
    pub limits: Arc<Limits>,
    /// Streams of events by address.
    pub streams: Arc<Places>,
    /// Whether people reach the node by https.
    pub secure: bool,
    /// Whom to tell of a weakness.
    pub contact: Option<String>,
    /// Who is let in.
    pub gate: Gate,
    /// Every metric of the process.
    pub registry: Arc<Registry>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("tokens", &self.tokens).finish_non_exhaustive()
    }
}
