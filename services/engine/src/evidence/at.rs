//! One log at one size: the checkpoint to show, and what is proved below it. Everything read here is immutable once written, so
//! no transaction is needed to see one state of it.

use hanse_document::canonical;
use hanse_document::{Commitment, DocumentId, Kind};
use hanse_ledger::evidence::{self, DocumentJson, EngagementProof, Part, Source};
use hanse_ledger::index::Nodes;
use hanse_ledger::{Leaf, Statement, SubjectKey};
use hanse_store::Connection;
use hanse_store::documents::{self, DocumentRow};
use hanse_store::log::{self, LogRow};
use hanse_tlog::{Proved, prove};
use serde_json::Value;

use crate::error::Failure;
use crate::heads::with_cosignatures;
use crate::logs::append::load_ways;
use crate::logs::{LogError, Logs, quorum_of};
use crate::range::public_documents;

/// A log as of one of its checkpoints.
pub(crate) struct At {
    row: LogRow,
    size: u64,
    /// Signed note, with cosignature lines.
    checkpoint: String,
}

/// A leaf about the subject, with the documents that go with it.
pub(super) struct Held {
    pub(super) index: u64,
    /// None if it has only the form that the index needs.
    pub(super) leaf: Option<Leaf>,
    bytes: Vec<u8>,
    pub(super) documents: Vec<DocumentRow>,
}

impl At {
    /// A log at the newest size that a quorum of the pinned auditors cosigned, the log's own operator not counted; at its newest
    /// size if there is none, or if only that holds the leaf at `above`. None if this node keeps no such log.
    pub(crate) async fn newest(
        db: &Connection,
        logs: &Logs,
        origin: &str,
        above: Option<u64>,
    ) -> Result<Option<Self>, LogError> {
        let (Some(row), Some(vkey)) = (log::find(db, origin).await?, logs.vkey(origin)) else {
            return Ok(None);
        };
        let others = logs.auditors().map(|auditor| auditor.name());
        let others = others.filter(|name| name.operator() != vkey.name().operator());
        let others: Vec<&str> = others.map(|name| name.as_str()).collect();
        let quorum = quorum_of(u64::try_from(others.len()).unwrap_or(u64::MAX));
        let cosigned = log::newest_with_quorum(db, origin, &others, quorum).await?;
        let holds = |size: &u64| above.is_none_or(|index| index < *size);
        let Some(size) = cosigned.filter(holds).or(Some(row.size)).filter(|size| *size > 0 && holds(size))
        else {
            return Ok(None);
        };
        let kept = log::checkpoint(db, origin, size).await?;
        let kept = kept
            .ok_or_else(|| LogError::damaged(origin, format!("the checkpoint of size {size} is missing")))?;
        let checkpoint = with_cosignatures(db, origin, &kept).await?;
        Ok(Some(Self { row, size, checkpoint }))
    }

    /// How many leaves it has.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    /// Its signed note, with cosignature lines.
    pub(crate) fn checkpoint(&self) -> &str {
        &self.checkpoint
    }

    /// Every leaf about the subject, in log order.
    pub(super) async fn held(&self, db: &Connection, subject: &SubjectKey) -> Result<Vec<Held>, LogError> {
        let mut held = Vec::new();
        for row in log::leaves_about(db, &self.row.origin, subject, self.size).await? {
            let leaf = Leaf::parse_general(&row.bytes).ok();
            let documents = match leaf.as_ref().and_then(engaged_by) {
                Some(commitment) => contract_document(db, &commitment).await?,
                None => public_documents(db, &self.row.origin, &row.bytes).await?,
            };
            held.push(Held { index: row.index, leaf, bytes: row.bytes, documents });
        }
        Ok(held)
    }

    /// The part of the file about the subject.
    pub(super) async fn part(
        &self,
        db: &Connection,
        subject: &SubjectKey,
        held: &[Held],
    ) -> Result<Part, Failure> {
        let origin = self.row.origin.as_str();
        let indexes: Vec<u64> = held.iter().map(|held| held.index).collect();
        let tiles = log::tiles(db, origin, evidence::tiles_for_part(self.size, &indexes)).await?;
        let mut nodes = Nodes::new();
        load_ways(db, &self.row, &[*subject], &mut nodes, self.size).await?;
        let last = log::leaves(db, origin, self.size.saturating_sub(1), 1).await?.pop();
        let last = last.ok_or_else(|| LogError::damaged(origin, "the last leaf is missing"))?;
        let mut entries = Vec::with_capacity(held.len());
        for held in held {
            let documents = held.documents.iter().map(|row| document(&row.id, &row.bytes));
            entries.push((held.index, held.bytes.clone(), documents.collect::<Result<Vec<_>, _>>()?));
        }
        let source = Source {
            origin,
            checkpoint: &self.checkpoint,
            size: self.size,
            index_leaf: &last.bytes,
            tiles: &tiles,
            nodes: &nodes,
        };
        evidence::part(&source, subject, &entries).map_err(|error| Failure::unreadable(origin, error))
    }

    /// The engagement leaf at `index`, proved to be in the log: by a part of the same size that has proved these nodes, or by itself.
    pub(super) async fn engagement(
        &self,
        db: &Connection,
        index: u64,
        leaf: &[u8],
        part: Option<&Proved>,
    ) -> Result<EngagementProof, Failure> {
        let origin = self.row.origin.as_str();
        let tiles = log::tiles(db, origin, prove::tiles_for_inclusion(index, self.size)).await?;
        let proof = match part {
            Some(proved) => evidence::engagement_below(origin, (proved, self.size), &tiles, index, leaf),
            None => evidence::engagement(origin, &self.checkpoint, self.size, &tiles, index, leaf),
        };
        proof.map_err(|error| Failure::unreadable(origin, error))
    }
}

/// What an engagement commits to: the one document of a contract that its own party may show.
fn engaged_by(leaf: &Leaf) -> Option<Commitment> {
    if let Some(Statement::Engagement { commitment, .. }) = leaf.statement() {
        Some(*commitment)
    } else {
        None
    }
}

async fn contract_document(db: &Connection, commitment: &Commitment) -> Result<Vec<DocumentRow>, LogError> {
    let document = documents::by_commitment(db, commitment).await?;
    let contract = |row: &DocumentRow| matches!(row.id.kind(), Kind::Offer | Kind::Acceptance);
    Ok(document.filter(contract).into_iter().collect())
}

/// A stored document as an evidence file holds it.
pub(super) fn document(id: &DocumentId, bytes: &[u8]) -> Result<DocumentJson, Failure> {
    DocumentJson::parse(bytes).map_err(|rejection| Failure::unreadable(id, rejection.slug()))
}

/// A stored document as JSON.
pub(crate) fn json(id: &DocumentId, bytes: &[u8]) -> Result<Value, Failure> {
    canonical::parse(bytes, hanse_document::BYTES_MAX)
        .map_err(|rejection| Failure::unreadable(id, rejection.slug()))
}
