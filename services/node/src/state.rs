//! What every handler shares.

use std::sync::Arc;

use hanse_engine::Engine;
use prometheus_client::registry::Registry;

use crate::gate::Gate;
use crate::token::Tokens;

/// Shared by all workers of the HTTP server.
#[derive(Clone)]
pub(crate) struct State {
    /// What the node does.
    pub engine: Engine,
    /// Gives and checks access tokens.
    pub tokens: Arc<Tokens>,
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
