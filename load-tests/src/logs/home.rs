//! The logs of one node on a database of its own.

use std::sync::Arc;

use hanse_base::Base;
use hanse_base::clock::SystemClock;
use hanse_base::config::{Config, Pace, Peer, Secret};
use hanse_base::keys::{Keys, Purpose};
use hanse_base::names::LogKind;
use hanse_document::NodeName;
use hanse_ledger::{Leaf, LeafId};
use hanse_logbook::sequence::{Sequenced, sequence};
use hanse_logbook::{Logbook, OwnLog};
use hanse_store::Store;
use hanse_tlog::{Cosigner, KeyName};
use tempfile::TempDir;

use crate::Result;
use crate::inputs::now;

/// A full batch of the sequencer: with the index leaf it fills a tile and a page.
pub(super) const BATCH: usize = 255;

/// Logs that are founded, with nothing running.
pub(super) struct Home {
    pub(super) book: Logbook,
    _heads: TempDir,
}

impl Home {
    /// The logs of a node that has pinned these others.
    pub(super) async fn open(store: &Store, name: &str, peers: &[&str]) -> Result<Self> {
        let heads = tempfile::tempdir()?;
        let peer = |name: &&str| {
            let (keys, name) = (Keys::derive(&secret(name)), NodeName::parse(name)?);
            let (peer_id, vkeys) = (keys.peer_id(), keys.vkeys(&name));
            Ok(Peer { name, address: String::new(), peer_id, vkeys, url: None })
        };
        let config = Config {
            name: NodeName::parse(name)?,
            secret: secret(name),
            url: "http://127.0.0.1".to_owned(),
            peers: peers.iter().map(peer).collect::<Result<_>>()?,
            listen: Vec::new(),
            heads: Some(heads.path().join("heads")),
            mail: None,
            net: "bench".to_owned(),
            pace: Pace::default(),
            ranking: hanse_matching::side::Weights::DEFAULT,
        };
        let base = Base::new(config, store.clone(), store.clone(), Arc::new(SystemClock));
        let book = Logbook::new(base)?;
        for kind in LogKind::ALL {
            book.log_keys().own(kind).memory.prepare().await?;
        }
        book.log_keys().open(store, now()?).await?;
        Ok(Self { book, _heads: heads })
    }

    pub(super) fn own(&self, kind: LogKind) -> &OwnLog {
        self.book.log_keys().own(kind)
    }

    /// Gives leaves their places without a look at their signatures, in batches as full as can be.
    pub(super) async fn sequence_all(&self, kind: LogKind, leaves: &[Leaf]) -> Result<u64> {
        let (store, own) = (self.book.base().store(), self.own(kind));
        let mut end = 0;
        for batch in leaves.chunks(BATCH) {
            let rows: Vec<(LeafId, &[u8])> = batch.iter().map(|leaf| (leaf.id(), leaf.bytes())).collect();
            let mut connection = store.connection().await?;
            let tx = connection.begin().await?;
            hanse_store::log::enqueue(&tx, &own.origin, &rows).await?;
            tx.commit().await?;
            drop(connection);
            let Sequenced::Head { size, .. } = sequence(store, own, now()?).await? else {
                return Err("nothing was sequenced".into());
            };
            end = size;
        }
        Ok(end)
    }

    /// How many leaves a log has here.
    pub(super) async fn size(&self, origin: &str) -> Result<u64> {
        Ok(hanse_logbook::head(&self.book.base().store().connection().await?, origin).await?.size)
    }
}

/// What the keys of a node derive from.
pub(super) fn secret(name: &str) -> Secret {
    Secret::new(hanse_tlog::hash::leaf(name.as_bytes()).into())
}

/// The auditor of a node.
pub(super) fn auditor(name: &str) -> Result<Cosigner> {
    let key = KeyName::parse(&format!("{name}/auditor"))?;
    Ok(Cosigner::new(key, *Keys::derive(&secret(name)).seed(Purpose::Auditor)))
}
