//! A way to a database that a test can cut, freeze and mend.
#![expect(clippy::expect_used, reason = "support of tests: a failure is the finding")]

use std::net::{Ipv4Addr, TcpListener as StdListener};
use std::thread::{self, JoinHandle};

use hanse_store::testing::TestDatabase;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Bytes that are on the way at a time.
const CHUNK: usize = 16 * 1024;

/// What becomes of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// They arrive.
    Open,
    /// They wait, in connections that stand: a server that hangs, a network that loses everything.
    Frozen,
    /// Every connection ends, and new ones are ended at once.
    Cut,
    /// The wire is taken down.
    Gone,
}

/// A wire from a port of this machine to a database.
#[derive(Debug)]
pub struct Wire {
    way: watch::Sender<Way>,
    url: String,
    thread: Option<JoinHandle<()>>,
}

impl Wire {
    /// Lays it.
    ///
    /// # Panics
    /// If the URL of the database names no socket.
    #[must_use]
    pub fn to(database: &TestDatabase) -> Self {
        let value = |key: &str| {
            let (_, rest) = database.url().rsplit_once(&format!("{key}=")).expect("the URL has it");
            rest.split(' ').next().unwrap_or_default().trim_matches('\'').to_owned()
        };
        let socket = format!("{}/.s.PGSQL.5432", value("host"));
        let listener = StdListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        listener.set_nonblocking(true).expect("a listener");
        let port = listener.local_addr().expect("a port").port();
        let url = format!("host=127.0.0.1 port={port} user={} dbname={}", value("user"), value("dbname"));
        let (way, ways) = watch::channel(Way::Open);
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(carry(listener, socket, ways));
        };
        Self { way, url, thread: Some(thread::spawn(run)) }
    }

    /// How to reach the database by it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on.
    pub fn set(&self, way: Way) {
        self.way.send_replace(way);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.set(Way::Gone);
        drop(self.thread.take().map(JoinHandle::join));
    }
}

async fn carry(listener: StdListener, socket: String, mut ways: watch::Receiver<Way>) {
    let listener = TcpListener::from_std(listener).expect("a listener");
    let mut carried = JoinSet::new();
    loop {
        let way = *ways.borrow_and_update();
        match way {
            Way::Open | Way::Frozen => {}
            // Dropping the tasks closes what they carried.
            Way::Cut => carried = JoinSet::new(),
            Way::Gone => return,
        }
        tokio::select! {
            changed = ways.changed() => if changed.is_err() { return },
            accepted = listener.accept() => {
                if let (Ok((client, _)), true) = (accepted, way != Way::Cut) {
                    carried.spawn(one(client, socket.clone(), ways.clone()));
                }
            }
            Some(_) = carried.join_next() => {}
        }
    }
}

/// One connection, until either side ends it.
async fn one(client: TcpStream, socket: String, ways: watch::Receiver<Way>) {
    let Ok(server) = UnixStream::connect(socket).await else { return };
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    tokio::select! {
        () = pump(from_client, to_server, ways.clone()) => {}
        () = pump(from_server, to_client, ways) => {}
    }
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut ways: watch::Receiver<Way>,
) {
    let mut chunk = vec![0; CHUNK];
    loop {
        if ways.wait_for(|way| *way == Way::Open).await.is_err() {
            return;
        }
        tokio::select! {
            _ = ways.changed() => {}
            read = from.read(&mut chunk) => {
                let bytes = read.ok().filter(|length| *length > 0).and_then(|length| chunk.get(..length));
                let Some(bytes) = bytes else { return };
                if to.write_all(bytes).await.is_err() {
                    return;
                }
            }
        }
    }
}
