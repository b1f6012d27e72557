//! One log at one size: the checkpoint to show, and what is proved below it. Everything read here is immutable once written, so
//! no transaction is needed to see one state of it.

use std::collections::BTreeSet;

use hanse_base::error::Failure;
use hanse_base::names::quorum_of;
use hanse_document::{Commitment, DocumentId, Kind, canonical};
use hanse_ledger::evidence::{
    self, DocumentJson, ENTRIES_MAX, EVIDENCE_BYTES_MAX, EngagementProof, Part, Source,
};
use hanse_ledger::index::IndexLeaf;
use hanse_ledger::{Leaf, SubjectKey};
use hanse_logbook::append::load_ways;
use hanse_logbook::heads::with_cosignatures;
use hanse_logbook::range::{Beside, engaged_by};
use hanse_logbook::{LogError, LogKeys};
use hanse_store::Connection;
use hanse_store::documents::{self, Committed, DocumentRow, Visible};
use hanse_store::log::{self, LeafRow, LogRow};
use hanse_tlog::prove::{self, Inclusions};
use hanse_tlog::{Proved, TileId};
use serde_json::Value;

/// A log as of one of its checkpoints.
pub(crate) struct LogSnapshot {
    row: LogRow,
    size: u64,
    /// Signed note, with cosignature lines.
    checkpoint: String,
}

/// A leaf about the subject, with the documents that go with it.
pub(super) struct LeafWithDocuments {
    pub(super) index: u64,
    /// None if it has only the form that the index needs.
    pub(super) leaf: Option<Leaf>,
    bytes: Vec<u8>,
    pub(super) documents: Vec<DocumentRow>,
}

impl LeafWithDocuments {
    /// What it takes: the leaf and its documents.
    pub(super) fn bytes(&self) -> usize {
        let documents = self.documents.iter().map(|document| document.bytes.len());
        documents.sum::<usize>().saturating_add(self.bytes.len())
    }
}

impl LogSnapshot {
    /// A log at the newest size that a quorum of the pinned auditors cosigned, the log's own operator not counted; at its newest
    /// size if there is none, or if only that holds the leaf at `above`. None if this node keeps no such log.
    pub(crate) async fn newest(
        db: &Connection,
        logs: &LogKeys,
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

    /// Every leaf about the subject, in log order; None if they, or the documents that go with them, are more than a file may hold.
    pub(super) async fn held(
        &self,
        db: &Connection,
        subject: &SubjectKey,
    ) -> Result<Option<Vec<LeafWithDocuments>>, LogError> {
        let most = ENTRIES_MAX.saturating_add(1);
        let rows = log::leaves_about(db, &self.row.origin, subject, self.size, most).await?;
        if rows.len() == most {
            return Ok(None);
        }
        let beside = Beside::load(db, &self.row.origin, &rows, EVIDENCE_BYTES_MAX).await?;
        let leaves: Vec<Option<Leaf>> = rows.iter().map(|row| Leaf::parse_general(&row.bytes).ok()).collect();
        let words: Vec<Commitment> = leaves.iter().flatten().filter_map(engaged_by).collect();
        // The two sides of a contract may show its documents, public or not: the subject is one of them.
        let words = documents::by_commitments(db, &words, Visible::All, EVIDENCE_BYTES_MAX).await?;
        if words.is_cut() {
            return Ok(None);
        }
        let mut held = Vec::with_capacity(rows.len());
        for (row, leaf) in rows.into_iter().zip(leaves) {
            let documents = match leaf.as_ref().and_then(engaged_by) {
                Some(commitment) => Some(contract_document(&words, &commitment)),
                None => match Leaf::parse(&row.bytes) {
                    Ok(leaf) => beside.public(&leaf),
                    Err(_) => Some(Vec::new()),
                },
            };
            let Some(documents) = documents else { return Ok(None) };
            let documents = documents.into_iter().cloned().collect();
            held.push(LeafWithDocuments { index: row.index, leaf, bytes: row.bytes, documents });
        }
        Ok(Some(held))
    }

    /// The part of the file about the subject.
    pub(super) async fn part(
        &self,
        db: &Connection,
        subject: &SubjectKey,
        held: &[LeafWithDocuments],
    ) -> Result<Part, Failure> {
        let origin = self.row.origin.as_str();
        let indexes: Vec<u64> = held.iter().map(|held| held.index).collect();
        let last = log::leaves(db, origin, self.size.saturating_sub(1), 1).await?.pop();
        let last = last.ok_or_else(|| LogError::damaged(origin, "the last leaf is missing"))?;
        let indexed = IndexLeaf::parse(&last.bytes).map_or(0, |index| index.listed);
        let subject = [*subject];
        let (tiles, nodes) = tokio::join!(
            log::tiles(db, origin, evidence::tiles_for_part(self.size, &indexes)),
            load_ways(db, &self.row, &subject, indexed, self.size),
        );
        let (tiles, nodes, [subject]) = (tiles?, nodes?, subject);
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
        evidence::part(&source, &subject, &entries).map_err(|error| Failure::unreadable(origin, error))
    }

    /// Engagement leaves, proved to be in the log: by a part of the same size that has proved these nodes, or by themselves.
    pub(super) async fn engagements(
        &self,
        db: &Connection,
        leaves: &[LeafRow],
        part: Option<&Proved>,
    ) -> Result<Vec<EngagementProof>, Failure> {
        let origin = self.row.origin.as_str();
        let needed: BTreeSet<TileId> =
            leaves.iter().flat_map(|leaf| prove::tiles_for_inclusion(leaf.index, self.size)).collect();
        let tiles = log::tiles(db, origin, needed).await?;
        let mut paths = Inclusions::new(&tiles);
        let proof = |leaf: &LeafRow| {
            let (index, bytes) = (leaf.index, leaf.bytes.as_slice());
            match part {
                Some(proved) => {
                    evidence::engagement_below(origin, (proved, self.size), &mut paths, index, bytes)
                }
                None => evidence::engagement(origin, &self.checkpoint, self.size, &mut paths, index, bytes),
            }
        };
        let proofs = leaves.iter().map(proof).collect::<Result<_, _>>();
        proofs.map_err(|error| Failure::unreadable(origin, error))
    }
}

fn contract_document<'a>(words: &'a Committed, commitment: &Commitment) -> Vec<&'a DocumentRow> {
    let contract = |row: &&DocumentRow| matches!(row.id.kind(), Kind::Offer | Kind::Acceptance);
    words.get(commitment).filter(contract).into_iter().collect()
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
