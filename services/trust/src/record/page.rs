//! A page of leaves as JSON.

use hanse_api::views::LeafView;
use hanse_base::error::{Failure, UseError};
use hanse_document::canonical;
use hanse_ledger::leaf::LEAF_BYTES_MAX;
use hanse_logbook::range::Beside;
use hanse_store::{Sql, log};

use crate::evidence::json;

/// Leaves of one page: as many as peers give each other.
const LEAVES_MAX: u64 = hanse_network::RANGE_ENTRIES_MAX;

/// Bytes of leaves and documents in one page, which ends before the leaf that would pass them; but one leaf always fits.
const PAGE_BYTES_MAX: usize = hanse_network::RANGE_BYTES_MAX;

/// Leaves from `start` on, as many as fit.
pub(super) async fn leaves(db: &impl Sql, origin: &str, start: u64) -> Result<Vec<LeafView>, UseError> {
    // Beyond every log that PostgreSQL can number.
    if i64::try_from(start).is_err() {
        return Ok(Vec::new());
    }
    let (mut leaves, mut used) = (Vec::new(), 0_usize);
    let rows = log::leaves(db, origin, start, LEAVES_MAX).await?;
    let beside = Beside::load(db, origin, &rows, PAGE_BYTES_MAX).await?;
    for row in &rows {
        let Some(documents) = beside.recorded(row) else { break };
        let bytes = documents.iter().map(|document| document.bytes.len()).sum::<usize>();
        used = used.saturating_add(row.bytes.len()).saturating_add(bytes);
        if PAGE_BYTES_MAX < used && !leaves.is_empty() {
            break;
        }
        let leaf = canonical::parse(&row.bytes, LEAF_BYTES_MAX)
            .map_err(|rejection| Failure::unreadable("a leaf of a log", rejection.slug()))?;
        let documents = documents.iter().map(|document| json(&document.id, &document.bytes));
        leaves.push(LeafView { leaf, documents: documents.collect::<Result<_, _>>()? });
    }
    Ok(leaves)
}
