//! A whole node in this process.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use hanse_base::clock::SystemClock;
use hanse_base::config::Secret;
use hanse_node::config::Door;
use hanse_node::{Config, Running};
use hanse_store::Store;
use tokio::sync::oneshot;

use crate::{Error, Result};

/// A whole node, on a thread with a runtime of its own as in a process of its own.
pub(crate) struct Node {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<Result<()>>,
}

impl Node {
    /// One that has pinned nobody.
    pub(crate) fn start(database: String) -> Result<Self> {
        Self::start_as(Config { database: Some(database), ..Config::defaults() }, Secret::new([9; 32]))
    }

    /// One of this name, with these peers. Where it listens for people, and what it keeps beside its database, is its own.
    pub(crate) fn start_as(config: Config, secret: Secret) -> Result<Self> {
        let (ready, started) = oneshot::channel();
        let (stop, stopping) = oneshot::channel();
        let run = move || -> Result<()> {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
            runtime.block_on(async {
                let listen = SocketAddr::from(([127, 0, 0, 1], 0));
                // Two clients from one address do in a second what the built-in limits allow in an hour.
                let door = Door { percent: 1_000_000, metrics: listen, ..Door::default() };
                // What it remembers of its heads is of this database, and of no earlier one's.
                let data = tempfile::tempdir()?;
                let config = Config { listen, door, data: data.path().to_owned(), ..config };
                let connections = config.connections;
                let url = config.database.clone().unwrap_or_default();
                let store = Store::open(&hanse_store::Config { url, connections }).await?;
                let running = Running::start(&config, secret, store.clone(), Arc::new(SystemClock));
                let running = running.await.map_err(|error| error.to_string())?;
                ready.send(running.address()).map_err(|_| "nobody waits for the node")?;
                let stop = async { stopping.await.map(|()| "done").map_err(Into::into) };
                let outcome = running.until(stop).await.map_err(|error| error.to_string().into());
                store.close();
                outcome
            })
        };
        let thread = thread::spawn(run);
        match started.blocking_recv() {
            Ok(address) => Ok(Self { address, stop, thread }),
            Err(_) => Err(ended(thread).err().unwrap_or_else(|| "the node ended".into())),
        }
    }

    pub(crate) fn stop(self) -> Result<()> {
        let told = self.stop.send(());
        ended(self.thread)?;
        told.map_err(|()| "the node had ended".into())
    }
}

pub(super) fn ended(thread: JoinHandle<Result<()>>) -> Result<()> {
    thread.join().unwrap_or_else(|_| Err(Error::from("a server panicked")))
}
