//! Postings that were folded by a release before.

use hanse_document::{DocumentId, Kind};

use super::TABLE;
use crate::rows::id;
use crate::tables::documents;
use crate::{Row, Sql, StoreError, Tx};

/// What somebody else has locked is folded later: nobody waits for this, and this for nobody.
pub(super) const STALE: &str = "SELECT job.id, commitment, bytes FROM job \
     LEFT JOIN document ON document.id = job.posting WHERE folding < $1 ORDER BY folding LIMIT $2 FOR NO KEY UPDATE OF job SKIP LOCKED";
/// What is not said again stays as it is.
pub(super) const FOLD: &str = "UPDATE job SET search = coalesce(new.lexemes::tsvector, search), folding = $1 \
     FROM unnest($2::bytea[], $3::text[]) AS new (id, lexemes) WHERE job.id = new.id";

/// A posting that was folded by a folding of before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// Its id.
    pub id: DocumentId,
    /// The bytes of its document; `None` if it was erased or is damaged.
    pub document: Option<Vec<u8>>,
}

/// Postings that were folded by a smaller folding, at most `limit`, locked until the transaction ends.
pub async fn stale(tx: &Tx<'_>, folding: i16, limit: i64) -> Result<Vec<Stale>, StoreError> {
    tx.query(STALE, &[&folding, &limit]).await?.iter().map(read).collect()
}

/// Says what postings are found by, each as the text of a `tsvector`; one without stays as it is. All are of this folding then.
pub async fn fold_again(
    tx: &Tx<'_>,
    folding: i16,
    postings: &[(DocumentId, Option<String>)],
) -> Result<(), StoreError> {
    let (ids, lexemes): (Vec<Vec<u8>>, Vec<Option<&str>>) =
        postings.iter().map(|(id, lexemes)| (id.hash().to_vec(), lexemes.as_deref())).unzip();
    tx.execute(FOLD, &[&folding, &ids, &lexemes]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<Stale, StoreError> {
    Ok(Stale { id: id(row, TABLE, "id", Kind::Job)?, document: documents::kept(row)? })
}
