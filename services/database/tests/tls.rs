//! TLS to the server: who is trusted, and that nothing is sent to anybody else. The server is played: it speaks TLS as told, and
//! lets everybody in.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use std::io::Write as _;
use std::sync::Arc;

use hanse_database::{Config, Store, StoreError};
use rcgen::{CertificateParams, KeyPair};
use tempfile::NamedTempFile;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// "Are you ready for TLS?", as PostgreSQL's protocol has it.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
/// Authenticated; ready for a query.
const WELCOME: &[u8] = b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I";

struct Server {
    port: u16,
    /// The root of its certificate.
    root: NamedTempFile,
    _runs: JoinSet<()>,
}

/// Serves with a certificate for `name`, or without TLS.
async fn serve(name: Option<&str>) -> Server {
    let named = vec![name.unwrap_or("localhost").to_owned()];
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(named).unwrap().self_signed(&key).unwrap();
    let mut root = NamedTempFile::new().unwrap();
    root.write_all(certificate.pem().as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let acceptor = name.map(|_| TlsAcceptor::from(Arc::new(config)));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut runs = JoinSet::new();
    runs.spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            // Whoever goes away in the middle has decided so.
            drop(answer(stream, acceptor.clone()).await);
        }
    });
    Server { port, root, _runs: runs }
}

async fn answer(mut stream: TcpStream, acceptor: Option<TlsAcceptor>) -> std::io::Result<()> {
    let mut head = [0; 8];
    stream.read_exact(&mut head).await?;
    if head != SSL_REQUEST {
        return welcome(stream, Some(head)).await;
    }
    match acceptor {
        Some(acceptor) => {
            stream.write_all(b"S").await?;
            welcome(acceptor.accept(stream).await?, None).await
        }
        None => {
            stream.write_all(b"N").await?;
            welcome(stream, None).await
        }
    }
}

async fn welcome(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    head: Option<[u8; 8]>,
) -> std::io::Result<()> {
    let mut length = [0; 4];
    match head {
        Some(head) => length.copy_from_slice(&head[..4]),
        None => drop(stream.read_exact(&mut length).await?),
    }
    let read = head.map_or(4, |head| head.len());
    let mut rest = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap() - read];
    stream.read_exact(&mut rest).await?;
    stream.write_all(WELCOME).await?;
    // Until it is closed.
    drop(stream.read_to_end(&mut rest).await);
    Ok(())
}

async fn open(server: &Server, host: &str, mode: &str, root: Option<&Server>) -> Result<Store, StoreError> {
    let root = root.map_or_else(String::new, |root| format!(" sslrootcert={}", root.root.path().display()));
    let url = format!("host={host} port={} user=h dbname=h sslmode={mode}{root}", server.port);
    Store::open(&Config { url, connections: 1 }).await
}

#[tokio::test]
async fn a_certificate_is_checked_by_chain_and_name() {
    let server = serve(Some("localhost")).await;
    let stranger = serve(Some("localhost")).await;
    for mode in ["prefer", "require", "verify-ca", "verify-full"] {
        open(&server, "localhost", mode, Some(&server)).await.unwrap();
        for refused in [
            // Another root, and those of the system.
            open(&server, "localhost", mode, Some(&stranger)).await,
            open(&server, "localhost", mode, None).await,
            // The right root, and the name of another machine.
            open(&server, "127.0.0.1", mode, Some(&server)).await,
        ] {
            let error = refused.unwrap_err();
            assert!(matches!(error, StoreError::Connect(_)) && !error.is_away(), "{mode}: {error:?}");
        }
    }
}

#[tokio::test]
async fn a_server_without_tls_gets_nothing_where_tls_is_required() {
    let server = serve(None).await;
    for mode in ["require", "verify-ca", "verify-full"] {
        let error = open(&server, "localhost", mode, Some(&server)).await.unwrap_err();
        assert!(!error.is_away(), "{mode}: {error:?}");
    }
    for mode in ["prefer", "disable"] {
        open(&server, "localhost", mode, Some(&server)).await.unwrap();
    }
}
