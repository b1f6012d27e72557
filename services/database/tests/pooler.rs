//! Poolers between the node and PostgreSQL that do not give each connection a session of its own.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code: a failure is the finding")]

use std::collections::VecDeque;
use std::sync::Arc;

use hanse_database::testing::TestDatabase;
use hanse_database::{Config, Store, StoreError};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

/// What pgbouncer says to a start that sets something for the session.
const REFUSED: &[u8] = b"SFATAL\0C08P01\0Munsupported startup parameter: options\0\0";

/// Sessions that are free to be lent, the one that was given back last at the end.
type Free = Arc<Mutex<VecDeque<UnixStream>>>;

/// For how long a session is lent.
#[derive(Clone, Copy, PartialEq)]
enum Lent {
    Statement,
    Transaction,
}

/// One message: its type (none for the first of a client) and its bytes, length included.
async fn message(from: &mut (impl AsyncRead + Unpin), typed: bool) -> std::io::Result<(u8, Vec<u8>)> {
    let kind = if typed { from.read_u8().await? } else { 0 };
    let length = from.read_u32().await?;
    let mut bytes = length.to_be_bytes().to_vec();
    bytes.resize(usize::try_from(length).unwrap(), 0);
    from.read_exact(&mut bytes[4..]).await?;
    Ok((kind, bytes))
}

/// Everything that the server says until it is ready again.
async fn until_ready(server: &mut UnixStream) -> std::io::Result<Vec<u8>> {
    let mut said = Vec::new();
    loop {
        let (kind, bytes) = message(server, true).await?;
        said.push(kind);
        said.extend(bytes);
        if kind == b'Z' {
            return Ok(said);
        }
    }
}

/// Lends sessions to a client, who brings so many of them.
async fn lend(
    mut client: TcpStream,
    socket: String,
    free: Free,
    (sessions, mode): (usize, Lent),
) -> std::io::Result<()> {
    let (_, start) = message(&mut client, false).await?;
    let mut welcome = Vec::new();
    for number in 0..sessions.max(1) {
        let mut server = UnixStream::connect(&socket).await?;
        server.write_all(&start).await?;
        welcome = until_ready(&mut server).await?;
        if number < sessions {
            free.lock().await.push_back(server);
        }
    }
    client.write_all(&welcome).await?;
    let mut lent = None;
    loop {
        let (kind, bytes) = message(&mut client, true).await?;
        if kind == b'X' {
            return Ok(());
        }
        let mut server = match lent.take() {
            Some(server) => server,
            None => free.lock().await.pop_front().unwrap(),
        };
        server.write_all(&[&[kind], bytes.as_slice()].concat()).await?;
        let said = until_ready(&mut server).await?;
        if mode == Lent::Transaction && said.ends_with(b"T") {
            lent = Some(server);
        } else {
            free.lock().await.push_back(server);
        }
        client.write_all(&said).await?;
    }
}

#[tokio::test]
async fn a_pooler_that_lends_out_sessions_is_recognised() {
    recognised([1, 0], Lent::Statement).await;
}

#[tokio::test]
async fn one_that_lends_them_in_turn_is_recognised_too() {
    recognised([2, 1], Lent::Transaction).await;
}

/// A pooler to whom the first client brings so many sessions, and the second so many.
async fn recognised(brought: [usize; 2], mode: Lent) {
    let database = TestDatabase::new().await;
    let value = |key: &str| {
        let (_, rest) = database.url().rsplit_once(&format!("{key}=")).unwrap();
        rest.split(' ').next().unwrap().trim_matches('\'').to_owned()
    };
    let socket = format!("{}/.s.PGSQL.5432", value("host"));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (free, mut clients) = (Free::default(), JoinSet::new());
    clients.spawn(async move {
        let mut lending = JoinSet::new();
        for sessions in brought {
            let (client, _) = listener.accept().await.unwrap();
            lending.spawn(lend(client, socket.clone(), Arc::clone(&free), (sessions, mode)));
        }
        while lending.join_next().await.is_some() {}
    });
    let url = format!("host=127.0.0.1 port={port} user={} dbname={}", value("user"), value("dbname"));
    let store = Store::open(&Config { url, connections: 2 }).await.unwrap();
    let error = store.check_sessions().await.unwrap_err();
    assert!(matches!(&error, StoreError::Config(text) if text.contains("pool_mode")), "{error:?}");
}

#[tokio::test]
async fn a_pooler_that_refuses_settings_is_named() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = format!("host=127.0.0.1 port={port} user=h dbname=h");
    let refuse = async {
        let (mut client, _) = listener.accept().await.unwrap();
        message(&mut client, false).await.unwrap();
        let length = u32::try_from(REFUSED.len() + 4).unwrap();
        client.write_all(&[b"E", length.to_be_bytes().as_slice(), REFUSED].concat()).await.unwrap();
    };
    let config = Config { url, connections: 1 };
    let (opened, ()) = tokio::join!(Store::open(&config), refuse);
    let error = opened.unwrap_err();
    assert!(matches!(&error, StoreError::Config(text) if text.contains("pooler")), "{error:?}");
}
