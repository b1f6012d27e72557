//! Answers nothing, or slowly, or is never there for long.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::front::{Front, Manner, PAUSE, Tally};
use super::site::addresses;
use crate::Result;

/// Between two bytes of whoever answers one byte at a time: a handshake of some hundred bytes is just done in time, and an answer with
/// two heads takes longer than a request may last.
const BYTE_PAUSE: Duration = Duration::from_millis(6);
/// How long it waits for a connection before it drops what it has and begins again.
const RECONNECT_WAIT: Duration = Duration::from_secs(1);
/// How long a port takes at most that was listened on a moment ago.
const PORT_WAIT: Duration = Duration::from_secs(5);

/// Takes every request, and never answers.
pub(super) async fn silent(front: Arc<Front>) -> Result<String> {
    front.script().manner = Manner::Silent;
    let mut lanes = JoinSet::new();
    lanes.spawn(std::future::pending());
    front.until_over(lanes).await?;
    Ok("nothing was answered".to_owned())
}

/// Sends what it sends one byte at a time: the nodes reach it by a proxy that carries their bytes at once, and its own slowly.
pub(super) async fn drips(front: Arc<Front>) -> Result<String> {
    front.hang_up();
    let [behind] = addresses()?;
    front.connect(behind, true).await?;
    let listener = listener(front.seat.p2p).await?;
    let (tally, mut lanes) = (Tally::default(), JoinSet::new());
    let counted = tally.clone();
    lanes.spawn(async move {
        let mut carried = JoinSet::new();
        loop {
            let (node, _) = listener.accept().await?;
            counted.count("connections");
            carried.spawn(carry(node, behind, counted.clone()));
            // Those that have ended are let go.
            while carried.try_join_next().is_some() {}
        }
    });
    front.until_over(lanes).await?;
    Ok(tally.to_string())
}

/// Listens as soon as the port is free: what is dropped is closed by a task of its own, a moment later.
async fn listener(address: SocketAddr) -> Result<TcpListener> {
    let deadline = Instant::now() + PORT_WAIT;
    loop {
        match TcpListener::bind(address).await {
            Err(_) if Instant::now() < deadline => tokio::time::sleep(PAUSE).await,
            bound => return Ok(bound?),
        }
    }
}

/// One connection, until either side ends it.
async fn carry(node: TcpStream, behind: SocketAddr, tally: Tally) {
    let Ok(peer) = TcpStream::connect(behind).await else { return };
    let ((from_node, to_node), (from_peer, to_peer)) = (node.into_split(), peer.into_split());
    tokio::select! {
        _ = at_once(from_node, to_peer) => {}
        _ = byte_by_byte(from_peer, to_node, tally) => {}
    }
}

async fn at_once(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> std::io::Result<u64> {
    tokio::io::copy(&mut from, &mut to).await
}

async fn byte_by_byte(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, tally: Tally) -> std::io::Result<()> {
    // What does not end in time never does: the pace is kept by the clock, not by how late the last byte was.
    let mut pace = tokio::time::interval(BYTE_PAUSE);
    loop {
        let byte = from.read_u8().await?;
        pace.tick().await;
        to.write_all(&[byte]).await?;
        tally.count("bytes sent one by one");
    }
}

/// Connects, and drops the connection as soon as there is one, again and again.
pub(super) async fn reconnects(front: Arc<Front>) -> Result<String> {
    let (tally, mut lanes) = (Tally::default(), JoinSet::new());
    let (again, counted) = (Arc::clone(&front), tally.clone());
    lanes.spawn(async move {
        loop {
            again.hang_up();
            // What is dropped is closed by a task of its own, a moment later.
            tokio::time::sleep(PAUSE).await;
            if again.connect(again.seat.p2p, false).await.is_err() {
                counted.count("times the port was not free");
                continue;
            }
            let start = Instant::now();
            while !again.is_heard().await && start.elapsed() < RECONNECT_WAIT {
                tokio::time::sleep(PAUSE).await;
            }
            counted.count(if again.is_heard().await {
                "connections made and dropped"
            } else {
                "times not let in"
            });
        }
    });
    front.until_over(lanes).await?;
    Ok(tally.to_string())
}
