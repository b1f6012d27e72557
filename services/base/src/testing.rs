//! A node of a test: its configuration, its clock and a database of its own. What stands on a [`Base`] builds the rest.
#![expect(clippy::expect_used, reason = "support of tests: a failure is the finding")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hanse_document::{NodeName, Timestamp};
use hanse_matching::side::Weights;
use hanse_store::testing::TestDatabase;

use crate::Base;
use crate::clock::{Clock, ManualClock};
use crate::config::{Config, Mail, MailTls, Pace, Peer, Secret};
use crate::keys::Keys;

/// A node called after a letter, whose secret follows from it.
#[derive(Debug)]
pub struct TestNode {
    /// What it stands on; its clock stands still.
    pub base: Base,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    database: TestDatabase,
}

fn secret(letter: char) -> Secret {
    Secret::new([u8::try_from(letter).expect("a letter of one byte"); 32])
}

/// The name of a node.
///
/// # Panics
/// If the letter cannot stand in a name.
#[must_use]
pub fn node(letter: char) -> NodeName {
    NodeName::parse(&format!("{letter}.example")).expect("a letter makes a name")
}

/// A mail server that nobody has started: letters are written, and wait.
fn mail() -> Mail {
    let (host, sender) = ("127.0.0.1".to_owned(), "Hanse <post@a.example>".to_owned());
    Mail { host, port: 9, tls: MailTls::None, login: None, sender }
}

impl TestNode {
    /// A node that has pinned the others, with nothing running, on a fresh database.
    ///
    /// # Panics
    /// As [`TestDatabase::new`].
    pub async fn new(letter: char, others: &[char]) -> Self {
        let peer = |letter: &char| Peer {
            name: node(*letter),
            address: String::new(),
            peer_id: String::new(),
            vkeys: Keys::derive(&secret(*letter)).vkeys(&node(*letter)),
            url: None,
        };
        let config = Config {
            name: node(letter),
            secret: secret(letter),
            url: String::new(),
            peers: others.iter().map(peer).collect(),
            listen: Vec::new(),
            net: "test".into(),
            pace: Pace {
                receipt_wait: Duration::ZERO,
                heartbeat: Duration::from_millis(20),
                ..Pace::default()
            },
            ranking: Weights::DEFAULT,
            heads: None,
            mail: Some(mail()),
        };
        let start = Timestamp::parse("2026-11-24T10:00:00Z").expect("a time");
        let clock = Arc::new(ManualClock::new(start));
        let database = TestDatabase::new().await;
        let store = database.store().await;
        let base = Base::new(config, store.clone(), store, clock.clone());
        Self { base, clock, database }
    }

    /// Another process of the same node, with a folder for what it remembers.
    pub async fn process(&self, heads: Option<&Path>) -> Base {
        let config = Config { heads: heads.map(Path::to_owned), ..self.base.config().clone() };
        self.configured(config, Arc::clone(&self.clock) as Arc<dyn Clock>).await
    }

    /// Another process of the same node, with a configuration and a clock of its own.
    pub async fn configured(&self, config: Config, clock: Arc<dyn Clock>) -> Base {
        let store = self.database.store().await;
        Base::new(config, store.clone(), store, clock)
    }
}
