//! TCP ports that belong to one test, even while other test processes run beside it.
#![expect(clippy::expect_used, reason = "support of tests: a failure is the finding")]

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the ports that Linux gives to outgoing connections (from 32,768), so that no connection takes a claimed one.
const FIRST: u16 = 20_000;
/// More than a machine can run test nodes.
const COUNT: u16 = 12_000;
/// Where nothing is served: a listener here is the claim on the port of the same number on 127.0.0.1.
const CLAIMS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// A port of 127.0.0.1 that nobody else of this machine's tests uses as long as this value lives, whether it is listened on or not:
/// a node can stop and come back on it.
#[derive(Debug)]
pub struct Port {
    number: u16,
    _claim: TcpListener,
}

impl Port {
    /// Claims a free port.
    ///
    /// # Panics
    /// If none is free.
    #[must_use]
    pub fn claim() -> Self {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        // Processes begin at different places, so that they rarely try the same port.
        let offset = u16::try_from(std::process::id() % u32::from(COUNT)).unwrap_or_default();
        let candidates = (0..COUNT).map(|_| {
            let next = NEXT.fetch_add(1, Ordering::Relaxed);
            FIRST + (offset.wrapping_mul(17).wrapping_add(next)) % COUNT
        });
        let claimed = candidates.into_iter().find_map(|number| {
            let claim = TcpListener::bind((CLAIMS, number)).ok()?;
            TcpListener::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
            Some(Self { number, _claim: claim })
        });
        claimed.expect("one of the ports is free")
    }

    /// Its number.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }
}
