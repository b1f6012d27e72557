//! Signed documents, byte-exact. A row is written once and never changed, but for becoming public; only erasure removes it.

use hanse_document::{Commitment, Did, DocumentId, Kind, Verified};

use crate::rows::{bytes32, parsed};
use crate::{Row, Sql, StoreError, Tx, column};

const INSERT: &str = "INSERT INTO document (id, kind, issuer, commitment, bytes, public, received_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING";
const FIND: &str = "SELECT id, kind, issuer, bytes, public, received_at FROM document WHERE id = $1";
const BY_COMMITMENT: &str =
    "SELECT id, kind, issuer, bytes, public, received_at FROM document WHERE commitment = $1";
const PUBLISH: &str = "UPDATE document SET public = true WHERE id = $1 AND NOT public";

const AFTER: &str = "SELECT id, kind, issuer, bytes, public, received_at, commitment FROM document \
     WHERE id > $1 ORDER BY id LIMIT $2";
const COUNT_SINCE: &str = "SELECT count(*) AS documents FROM document WHERE issuer = $1 AND received_at > $2";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[INSERT, FIND, BY_COMMITMENT, PUBLISH, AFTER, COUNT_SINCE];

const TABLE: &str = "document";

/// A document as it is kept. It was verified before it was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRow {
    /// Its id.
    pub id: DocumentId,
    /// Who signed it.
    pub issuer: Did,
    /// The canonical bytes.
    pub bytes: Vec<u8>,
    /// Whether it may be served to anybody.
    pub public: bool,
    /// When this node first had it, Unix seconds.
    pub received_at: i64,
}

/// Keeps a document. `false` if it is here already; then nothing changes, not even whether it is public.
pub async fn insert(
    tx: &Tx<'_>,
    document: &Verified,
    public: bool,
    received_at: i64,
) -> Result<bool, StoreError> {
    let id = document.id();
    let commitment = document.commitment();
    let values: [&(dyn crate::ToSql + Sync); 7] = [
        &id.hash().as_slice(),
        &id.kind().name(),
        &document.issuer().as_str(),
        &commitment.as_bytes().as_slice(),
        &document.bytes(),
        &public,
        &received_at,
    ];
    Ok(tx.execute(INSERT, &values).await? == 1)
}

/// How many documents of this person have come since.
pub async fn count_since(db: &impl Sql, issuer: &Did, since: i64) -> Result<i64, StoreError> {
    column(&db.query_one(COUNT_SINCE, &[&issuer.as_str(), &since]).await?, TABLE, "documents")
}

/// A document by its id. One of the same hash and another kind is not it.
pub async fn find(db: &impl Sql, id: &DocumentId) -> Result<Option<DocumentRow>, StoreError> {
    let row = db.query_opt(FIND, &[&id.hash().as_slice()]).await?.as_ref().map(read).transpose()?;
    Ok(row.filter(|row| row.id == *id))
}

/// A document by its hash alone, as other tables name it.
pub async fn find_hash(db: &impl Sql, hash: &[u8; 32]) -> Result<Option<DocumentRow>, StoreError> {
    db.query_opt(FIND, &[&hash.as_slice()]).await?.as_ref().map(read).transpose()
}

/// The document that a log leaf commits to.
pub async fn by_commitment(
    db: &impl Sql,
    commitment: &Commitment,
) -> Result<Option<DocumentRow>, StoreError> {
    db.query_opt(BY_COMMITMENT, &[&commitment.as_bytes().as_slice()]).await?.as_ref().map(read).transpose()
}

/// At most `limit` documents behind this hash, in the order of their hashes, each with its commitment as it is stored.
pub async fn after(
    db: &impl Sql,
    hash: &[u8],
    limit: i64,
) -> Result<Vec<(DocumentRow, Commitment)>, StoreError> {
    let rows = db.query(AFTER, &[&hash, &limit]).await?;
    let with_commitment =
        |row: &Row| Ok((read(row)?, Commitment::from_bytes(bytes32(row, TABLE, "commitment")?)));
    rows.iter().map(with_commitment).collect()
}

/// Lets a document be served to anybody, from now on.
pub async fn publish(tx: &Tx<'_>, id: &DocumentId) -> Result<(), StoreError> {
    tx.execute(PUBLISH, &[&id.hash().as_slice()]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<DocumentRow, StoreError> {
    let kind: Kind = parsed(row, TABLE, "kind")?;
    Ok(DocumentRow {
        id: DocumentId::new(kind, bytes32(row, TABLE, "id")?),
        issuer: parsed(row, TABLE, "issuer")?,
        bytes: column(row, TABLE, "bytes")?,
        public: column(row, TABLE, "public")?,
        received_at: column(row, TABLE, "received_at")?,
    })
}
