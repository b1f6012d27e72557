//! Host names in peers' addresses, through the system's resolver, anew at each dial: a container's address
//! changes when it restarts.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;

use crate::config::name;

/// How long the resolver may take; the next dial asks again.
const RESOLVE_TIMEOUT: Duration = Duration::from_secs(5);

/// Most addresses of one name that are tried.
const ADDRESSES_MAX: usize = 8;

/// The addresses to dial for a peer's address: itself, or those of the host it names.
pub(crate) async fn resolve(address: Multiaddr) -> io::Result<Vec<Multiaddr>> {
    let mut parts = address.iter();
    let (Some(host), Some(Protocol::Tcp(port))) = (parts.next(), parts.next()) else {
        return Ok(vec![address]);
    };
    let Some(name) = name(&host) else {
        return Ok(vec![address]);
    };
    let (only_4, only_6) = (matches!(host, Protocol::Dns4(_)), matches!(host, Protocol::Dns6(_)));
    let wanted = |ip: &IpAddr| if ip.is_ipv4() { !only_6 } else { !only_4 };
    let found = tokio::time::timeout(RESOLVE_TIMEOUT, tokio::net::lookup_host((name, port)))
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    Ok(found
        .map(|socket| socket.ip())
        .filter(wanted)
        .take(ADDRESSES_MAX)
        .map(|ip| Multiaddr::from(ip).with(Protocol::Tcp(port)))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn names_become_addresses_and_addresses_stay() {
        let resolved = resolve("/dns4/localhost/tcp/4001".parse().unwrap()).await.unwrap();
        assert_eq!(resolved, ["/ip4/127.0.0.1/tcp/4001".parse().unwrap()]);
        let kept: Multiaddr = "/ip6/::1/tcp/4001".parse().unwrap();
        assert_eq!(resolve(kept.clone()).await.unwrap(), [kept]);
    }
}
