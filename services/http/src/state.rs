//! What every handler shares; each part that has rules of its own has a file.

pub mod changes;
pub mod gate;
pub mod limits;
pub mod token;

use std::sync::Arc;

use hanse_engine::Engine;
use prometheus_client::registry::Registry;

use self::changes::Changes;
use self::gate::Gate;
use self::limits::Limits;
use self::token::Tokens;
use crate::connections::Places;

/// Shared by all workers of the HTTP server.
#[derive(Clone)]
pub struct State {
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
