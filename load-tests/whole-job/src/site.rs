//! Two whole nodes that pin each other, each with a database of one Postgres that really writes.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use hanse_base::clock::SystemClock;
use hanse_base::keys::Keys;
use hanse_command::json::Read as _;
use hanse_command::policy::{self, NodeKeys};
use hanse_command::{Client, api, clock};
use hanse_document::NodeName;
use hanse_node::config::{Door, Pace, Peer};
use hanse_node::{Config, Running, secret};
use hanse_postgres::Private;
use hanse_store::Store;
use tempfile::TempDir;
use tokio::sync::oneshot;

use crate::{Error, Result};

/// Milliseconds between two looks of the background work, as in the demo: what is loaded are the nodes, not the patience of people.
const PACE: Pace = Pace { sequence_ms: 100, follow_ms: 500, deliver_ms: 500 };
/// Everybody comes from one address and does in minutes what people do in weeks; in hundredths of the built-in limits.
const OPEN_DOOR: u32 = 1_000_000;
/// Two nodes start and meet within seconds; a machine that does much else takes longer.
const START_WAIT: Duration = Duration::from_secs(60);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);
/// Threads of one node's runtime, besides those of its HTTP server.
const THREADS: usize = 2;

/// Both nodes and their database server.
pub(crate) struct Site {
    /// Home of the clients.
    pub(crate) a: Node,
    /// Home of the freelancers.
    pub(crate) b: Node,
    server: Private,
    folder: TempDir,
}

/// One node, on a thread with a runtime of its own as in a process of its own.
pub(crate) struct Node {
    /// Where people reach it.
    pub(crate) url: String,
    /// Its database, for whoever wants to look behind its back.
    #[cfg(test)]
    pub(crate) database: String,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<Result<()>>,
}

impl Site {
    pub(crate) async fn start() -> Result<Self> {
        // Where the server's user can enter, whoever starts this, and where the disk is a disk.
        let folder = tempfile::Builder::new().prefix("hanse-whole-job-").tempdir_in("/var/tmp")?;
        let postgres = folder.path().join("postgres");
        // A test asks whether the counting can fail, and throws away what was written.
        let server = match cfg!(test) {
            true => Private::start_disposable(&postgres).await?,
            false => Private::start(&postgres).await?,
        };
        let [http_a, p2p_a, http_b, p2p_b] = addresses()?;
        let mut a = config(&folder, "a.example", http_a, p2p_a)?;
        let mut b = config(&folder, "b.example", http_b, p2p_b)?;
        (a.peers, b.peers) = (vec![card(&b)?], vec![card(&a)?]);
        (a.database, b.database) = (Some(server.database("a").await?), Some(server.database("b").await?));
        let site = Self { a: Node::start(a).await?, b: Node::start(b).await?, server, folder };
        site.connected().await?;
        Ok(site)
    }

    /// Waits until both are ready and see each other.
    async fn connected(&self) -> Result<()> {
        let deadline = Instant::now() + START_WAIT;
        for url in [&self.a.url, &self.b.url] {
            let client = Client::new(url)?;
            let look = move || {
                let peers = client.send(&api::peers());
                let met = peers.is_ok_and(|peers| peers.list("").iter().all(|peer| peer.is("/connected")));
                met && client.send(&api::ready()).is_ok()
            };
            while !tokio::task::spawn_blocking(look.clone()).await? {
                if Instant::now() > deadline {
                    return Err(format!("{url} is not ready").into());
                }
                tokio::time::sleep(LOOK).await;
            }
        }
        Ok(())
    }

    /// The policy of a stranger who trusts both.
    pub(crate) async fn policy(&self) -> Result<String> {
        let urls = [self.a.url.clone(), self.b.url.clone()];
        let made = tokio::task::spawn_blocking(move || -> Result<String> {
            let keys = urls.iter().map(|url| -> Result<NodeKeys> {
                Ok(NodeKeys::from_answer(url, &Client::new(url)?.send(&api::node())?)?)
            });
            Ok(policy::text(&keys.collect::<Result<Vec<_>>>()?, clock::now())?)
        });
        made.await?
    }

    /// Stops nodes and server, and removes what they wrote.
    pub(crate) async fn stop(self) -> Result<()> {
        let Self { a, b, server, folder } = self;
        let ended = tokio::task::spawn_blocking(move || [a.stop(), b.stop()]).await?;
        server.stop().await?;
        folder.close()?;
        ended.into_iter().collect()
    }
}

impl Node {
    async fn start(config: Config) -> Result<Self> {
        let url = config.url.clone();
        #[cfg(test)]
        let database = config.database.clone().unwrap_or_default();
        let (ready, started) = oneshot::channel();
        let (stop, stopping) = oneshot::channel();
        let run = move || -> Result<()> {
            let mut runtime = tokio::runtime::Builder::new_multi_thread();
            let runtime = runtime.worker_threads(THREADS).thread_name(&config.name).enable_all().build()?;
            runtime.block_on(serve(&config, ready, stopping))
        };
        let thread = thread::spawn(run);
        match started.await {
            Ok(()) => Ok(Self {
                url,
                #[cfg(test)]
                database,
                stop,
                thread,
            }),
            Err(_) => Err(ended(thread).err().unwrap_or_else(|| "a node ended".into())),
        }
    }

    fn stop(self) -> Result<()> {
        let told = self.stop.send(());
        ended(self.thread)?;
        told.map_err(|()| "a node had ended".into())
    }
}

async fn serve(config: &Config, ready: oneshot::Sender<()>, stopping: oneshot::Receiver<()>) -> Result<()> {
    let url = config.database.clone().unwrap_or_default();
    let store = Store::open(&hanse_store::Config { url, connections: config.connections }).await?;
    store.migrate().await?;
    let secret = secret::read(&config.data)?;
    let running = Running::start(config, secret, store.clone(), Arc::new(SystemClock)).await;
    let running = running.map_err(|error| error.to_string())?;
    ready.send(()).map_err(|()| "nobody waits for the node")?;
    let stop = async { stopping.await.map(|()| "done").map_err(Into::into) };
    let outcome = running.until(stop).await.map_err(|error| error.to_string().into());
    store.close();
    outcome
}

/// A newly founded node.
fn config(folder: &TempDir, name: &str, http: SocketAddr, p2p: SocketAddr) -> Result<Config> {
    let data = folder.path().join(name);
    secret::create(&data)?;
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    Ok(Config {
        name: name.to_owned(),
        url: format!("http://{http}"),
        listen: http,
        data,
        federation: "whole-job".to_owned(),
        p2p: vec![format!("/ip4/{}/tcp/{}", p2p.ip(), p2p.port())],
        pace: PACE,
        door: Door { percent: OPEN_DOOR, metrics: any, ..Door::default() },
        ..Config::defaults()
    })
}

/// What the other one pins.
fn card(config: &Config) -> Result<Peer> {
    let keys = Keys::derive(&secret::read(&config.data)?);
    Ok(Peer {
        name: config.name.clone(),
        address: config.p2p.first().cloned().unwrap_or_default(),
        peer_id: keys.peer_id(),
        vkeys: keys.vkeys(&NodeName::parse(&config.name)?),
        url: Some(config.url.clone()),
    })
}

/// Free addresses of this machine. They are held until all are chosen, so that no two are the same.
fn addresses<const N: usize>() -> Result<[SocketAddr; N]> {
    let listeners = (0..N).map(|_| TcpListener::bind(("127.0.0.1", 0)));
    let listeners: Vec<TcpListener> = listeners.collect::<std::io::Result<_>>()?;
    let addresses: Vec<SocketAddr> =
        listeners.iter().map(TcpListener::local_addr).collect::<std::io::Result<_>>()?;
    addresses.try_into().map_err(|_| "too few addresses".into())
}

fn ended(thread: JoinHandle<Result<()>>) -> Result<()> {
    thread.join().unwrap_or_else(|_| Err(Error::from("a node panicked")))
}
