//! From the database to what is read: how far each log is cosigned, since when, and the leaves up to there.

use std::collections::{BTreeMap, BTreeSet};

use hanse_base::error::Failure;
use hanse_base::names::quorum_of;
use hanse_document::Timestamp;
use hanse_ledger::{Leaf, Statement};
use hanse_logbook::heads::{self, with_cosignatures};
use hanse_logbook::range::Beside;
use hanse_logbook::{LEAVES_MAX, LogError, LogKeys};
use hanse_network::RANGE_BYTES_MAX;
use hanse_reputation::Epoch;
use hanse_store::Connection;
use hanse_store::documents::DocumentRow;
use hanse_store::log::{self, LeafRow};
use hanse_store::scores::{self, DatingRow};

use super::state::{FeedItem, Until, tells};
use crate::Trust;

/// Cosigned sizes looked at in one statement. One page is minutes of a busy log; the first start after an upgrade takes more.
const SIZES_MAX: i64 = 1_024;
/// Open reviews whose documents had not come that are asked for again in one look, in turn: a hundred cheap statements at most, also
/// where documents never come.
const MISSING_MAX: usize = 8;

/// Open reviews of one log whose documents had not come that are remembered: a log with more of them withholds documents. Beyond these, one
/// that comes late counts from the next start on.
const MISSING_KEPT_MAX: usize = 4_096;

/// What a process remembers between two looks at the logs.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    /// Up to where the cosignatures of a log were looked at.
    cosigned: BTreeMap<String, u64>,
    /// The last epoch of which a dating checkpoint of a log is kept.
    dated: BTreeMap<String, Epoch>,
    /// Open leaves beside which a document is missing that tells whether they count.
    missing: BTreeSet<(String, u64)>,
    /// The one that was asked for last.
    asked: Option<(String, u64)>,
}

/// The epoch of a time.
pub(super) fn epoch_of(time: Timestamp) -> Epoch {
    Epoch::of_day(time.day())
}

/// The auditors whose word about this log counts, and how many of them it takes.
fn auditors<'a>(logs: &'a LogKeys, origin: &str) -> (Vec<&'a str>, u64) {
    let operator = logs.vkey(origin).map(|vkey| vkey.name().operator().to_owned());
    let others = logs.auditors().map(|auditor| auditor.name());
    let others = others.filter(|name| Some(name.operator()) != operator.as_deref());
    let others: Vec<&str> = others.map(|name| name.as_str()).collect();
    let quorum = quorum_of(u64::try_from(others.len()).unwrap_or(u64::MAX));
    (others, quorum)
}

impl Feed {
    /// How many open leaves are remembered beside which a document is missing.
    #[must_use]
    pub fn missed(&self) -> usize {
        self.missing.len()
    }

    /// How far the log counts, and since when: keeps the dating checkpoints that are new.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) async fn until(
        &mut self,
        trust: &Trust,
        db: &mut Connection,
        origin: &str,
        pieces: &mut Vec<FeedItem>,
    ) -> Result<Option<Until>, Failure> {
        let Some(row) = log::find(db, origin).await? else { return Ok(None) };
        let halted = row.halted.is_some();
        let (others, quorum) = auditors(trust.log_keys(), origin);
        if others.is_empty() {
            // Nobody audits a node that is alone: its own word is all there is, and is called that.
            let (size, root) = if row.own { (row.size, row.root.hex()) } else { (0, String::new()) };
            return Ok(Some(Until { size, root, cosigned: false, halted }));
        }
        let mut newest = match self.cosigned.get(origin) {
            Some(size) => *size,
            None => self.begin(trust, db, origin, (&others, quorum), pieces).await?,
        };
        loop {
            let page = scores::cosigned(db, origin, newest, &others, quorum, SIZES_MAX).await?;
            let full = i64::try_from(page.len()).is_ok_and(|length| length == SIZES_MAX);
            let mut dated: BTreeMap<Epoch, u64> = BTreeMap::new();
            for row in &page {
                let at = i64::try_from(row.time).ok().and_then(|time| Timestamp::from_unix(time).ok());
                if let Some(at) = at {
                    dated
                        .entry(epoch_of(at))
                        .and_modify(|size| *size = row.size.max(*size))
                        .or_insert(row.size);
                }
                newest = row.size;
            }
            keep(db, origin, &dated).await?;
            let piece = |(epoch, size)| FeedItem::Dated { origin: origin.to_owned(), size, epoch };
            pieces.extend(dated.into_iter().map(piece));
            self.cosigned.insert(origin.to_owned(), newest);
            if !full {
                break;
            }
        }
        self.stands_still(db, origin, newest, (&others, quorum)).await?;
        let Some(kept) = log::checkpoint(db, origin, newest).await? else {
            return Ok(Some(Until { size: 0, root: String::new(), cosigned: false, halted }));
        };
        Ok(Some(Until { size: newest, root: kept.root.hex(), cosigned: true, halted }))
    }

    /// Keeps the newest size as a dating of each epoch in which it is cosigned again: a record shows by it that the log stood still, and
    /// that no dating was left out. No score is fed with it, because an earlier one dates the same leaves.
    async fn stands_still(
        &mut self,
        db: &mut Connection,
        origin: &str,
        newest: u64,
        (others, quorum): (&[&str], u64),
    ) -> Result<(), Failure> {
        let page = scores::cosigned(db, origin, newest.saturating_sub(1), others, quorum, 1).await?;
        let Some(row) = page.first().filter(|row| row.size == newest) else { return Ok(()) };
        let at = i64::try_from(row.time).ok().and_then(|time| Timestamp::from_unix(time).ok());
        let Some(epoch) = at.map(epoch_of) else { return Ok(()) };
        if self.dated.get(origin).is_none_or(|last| *last < epoch) {
            keep(db, origin, &BTreeMap::from([(epoch, newest)])).await?;
            self.dated.insert(origin.to_owned(), epoch);
        }
        Ok(())
    }

    /// The first look of a process: what is dated already, as far as it is by those whose word counts now.
    async fn begin(
        &mut self,
        trust: &Trust,
        db: &Connection,
        origin: &str,
        (others, quorum): (&[&str], u64),
        pieces: &mut Vec<FeedItem>,
    ) -> Result<u64, Failure> {
        let mut last = 0;
        for row in scores::datings(db, origin).await? {
            // Of one size the first dates its leaves; the others say that the log stood still.
            if row.size <= last {
                continue;
            }
            last = row.size;
            if let Some(epoch) = complete(trust.log_keys(), &row, others, quorum) {
                pieces.push(FeedItem::Dated { origin: origin.to_owned(), size: row.size, epoch });
            }
        }
        // Every size up to the last one that was dated has been looked at, whichever process did it.
        let newest = log::newest_with_quorum(db, origin, others, quorum).await?.unwrap_or(0);
        let known = newest.min(last);
        self.cosigned.insert(origin.to_owned(), known);
        Ok(known)
    }

    /// The leaves from `start` on, up to `end` and a bounded number, with the documents that they make public: the first one at least, or
    /// whoever reads to the end would never get there.
    ///
    /// # Errors
    /// Those of the store, and `Inconsistent` for a log that lacks a leaf.
    pub async fn page(
        &mut self,
        db: &Connection,
        origin: &str,
        start: u64,
        end: u64,
    ) -> Result<Vec<FeedItem>, Failure> {
        let most = end.saturating_sub(start).min(LEAVES_MAX);
        let leaves = log::leaves(db, origin, start, most).await?;
        if leaves.is_empty() {
            return Err(LogError::damaged(origin, format!("the leaf {start} is missing")).into());
        }
        let beside = Beside::load(db, origin, &leaves, RANGE_BYTES_MAX).await?;
        let mut pieces = Vec::with_capacity(leaves.len());
        for row in leaves {
            if opens(&row) {
                let documents = match beside.recorded(&row) {
                    Some(documents) => documents,
                    None if pieces.is_empty() => Vec::new(),
                    // What was too much is read with the next page.
                    None => break,
                };
                if !telling(documents, &mut pieces) {
                    self.miss(origin, row.index);
                }
            }
            pieces.push(FeedItem::Leaf { origin: origin.to_owned(), index: row.index, bytes: row.bytes });
        }
        Ok(pieces)
    }

    /// Remembers that a document is missing beside this leaf.
    fn miss(&mut self, origin: &str, index: u64) {
        let of_log = (origin.to_owned(), 0)..=(origin.to_owned(), u64::MAX);
        if self.missing.range(of_log).count() < MISSING_KEPT_MAX {
            self.missing.insert((origin.to_owned(), index));
        }
    }

    /// Documents that have come only now for leaves that were read before; a bounded number, in turn.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn late(&mut self, db: &Connection) -> Result<Vec<FeedItem>, Failure> {
        let after = self.asked.take();
        let behind = self.missing.iter().filter(|place| after.as_ref().is_none_or(|after| after < *place));
        let asked: Vec<(String, u64)> = behind.take(MISSING_MAX).cloned().collect();
        let mut pieces = Vec::new();
        for place in asked {
            let (origin, index) = &place;
            let rows = log::leaves(db, origin, *index, 1).await?;
            let beside = Beside::load(db, origin, &rows, RANGE_BYTES_MAX).await?;
            let row = rows.first().filter(|row| row.index == *index);
            if let Some(documents) = row.and_then(|row| beside.recorded(row))
                && telling(documents, &mut pieces)
            {
                self.missing.remove(&place);
            }
            self.asked = Some(place);
        }
        Ok(pieces)
    }
}

fn opens(row: &LeafRow) -> bool {
    Leaf::parse(&row.bytes).is_ok_and(|leaf| matches!(leaf.statement(), Some(Statement::Open { .. })))
}

/// Adds the documents beside an open leaf that say something; `true` if they tell whether its review counts.
fn telling(documents: Vec<&DocumentRow>, pieces: &mut Vec<FeedItem>) -> bool {
    let telling: Vec<_> = documents.into_iter().filter(|row| tells(row.id.kind())).collect();
    let whole = telling.len() == 2;
    pieces.extend(telling.into_iter().map(|row| FeedItem::Document(Box::new(row.clone()))));
    whole
}

/// Keeps the newest dating checkpoint of each epoch.
async fn keep(db: &mut Connection, origin: &str, dated: &BTreeMap<Epoch, u64>) -> Result<(), Failure> {
    if dated.is_empty() {
        return Ok(());
    }
    let tx = db.begin().await?;
    for (epoch, size) in dated {
        if let Some(kept) = log::checkpoint(&tx, origin, *size).await? {
            let note = with_cosignatures(&tx, origin, &kept).await?;
            scores::date(&tx, origin, &DatingRow { epoch: epoch.0, size: *size, note }).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// When a quorum of these auditors was complete, by the lines of a kept dating checkpoint.
fn complete(logs: &LogKeys, row: &DatingRow, others: &[&str], quorum: u64) -> Option<Epoch> {
    let head = heads::read(logs, row.note.as_bytes()).ok()?;
    let counted = head.cosignatures.iter().filter(|line| others.contains(&line.cosigner.as_str()));
    let mut times: Vec<u64> = counted.map(|line| line.time).collect();
    times.sort_unstable();
    let last = usize::try_from(quorum.saturating_sub(1)).ok()?;
    let time = i64::try_from(*times.get(last)?).ok()?;
    Timestamp::from_unix(time).ok().map(epoch_of)
}
