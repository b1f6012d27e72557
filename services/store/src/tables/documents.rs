//! Signed documents, byte-exact. A row is written once and never changed, but for becoming public; only erasure removes it.

pub mod admission;

use std::collections::{BTreeMap, BTreeSet};

use hanse_document::{Commitment, Did, DocumentId, Kind, Verified};

use crate::rows::{bytes32, parsed};
use crate::{Row, Sql, StoreError, Tx, column};

const INSERT: &str = "INSERT INTO document (id, kind, issuer, commitment, bytes, public, received_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING";
const FIND: &str =
    "SELECT id, kind, issuer, commitment, bytes, public, received_at FROM document WHERE id = $1";
// How many are asked for is hidden from the planner: it would make a plan for each number anew, which takes longer than the statement.
const FIND_ALL: &str = "SELECT id, kind, issuer, commitment, bytes, public, received_at FROM document \
     WHERE id = ANY (ARRAY(SELECT unnest($1::bytea[])))";
const SHOWN: &str = "SELECT id, kind, commitment, bytes FROM document \
     WHERE id = ANY (ARRAY(SELECT unnest($1::bytea[])))";
const BY_COMMITMENT: &str =
    "SELECT id, kind, issuer, commitment, bytes, public, received_at FROM document WHERE commitment = $1";
// In the order in which they are asked for, until the bytes before one reach the bound; of those beyond it, only that they are there.
const BY_COMMITMENTS: &str = "SELECT id, kind, issuer, commitment, public, received_at, \
     CASE WHEN total - octet_length(bytes) < $2 THEN bytes END AS bytes FROM ( \
     SELECT document.*, sum(octet_length(bytes)) OVER (ORDER BY place) AS total \
     FROM unnest($1::bytea[]) WITH ORDINALITY AS wanted (commitment, place) \
     JOIN document ON document.commitment = wanted.commitment WHERE public OR $3) AS found";
const PUBLISH: &str = "UPDATE document SET public = true WHERE id = $1 AND NOT public";

const AFTER: &str = "SELECT id, kind, issuer, bytes, public, received_at, commitment FROM document \
     WHERE id > $1 ORDER BY id LIMIT $2";

const OF_ISSUER: &str = "SELECT id, kind, issuer, bytes, public, received_at, commitment FROM document \
     WHERE issuer = $1 AND (received_at, id) > ($2, $3) ORDER BY received_at, id LIMIT $4";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[
    INSERT,
    FIND,
    FIND_ALL,
    SHOWN,
    BY_COMMITMENT,
    BY_COMMITMENTS,
    PUBLISH,
    AFTER,
    OF_ISSUER,
    admission::LOOK,
];

const TABLE: &str = "document";

/// A document as it is kept. It was verified before it was stored, and its bytes are those of then: what does not come back as it was
/// put in is an error, never a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRow {
    /// Its id.
    pub id: DocumentId,
    /// Who signed it.
    pub issuer: Did,
    /// Of its bytes.
    pub commitment: Commitment,
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

/// Documents by their ids, by hash; those that are here.
pub async fn find_all(
    db: &impl Sql,
    ids: impl IntoIterator<Item = [u8; 32]>,
) -> Result<BTreeMap<[u8; 32], DocumentRow>, StoreError> {
    let ids: Vec<Vec<u8>> = ids.into_iter().map(|hash| hash.to_vec()).collect();
    let found = db.query(FIND_ALL, &[&ids]).await?;
    Ok(found.iter().filter_map(sound).map(|row| (*row.id.hash(), row)).collect())
}

/// Documents as they are found by what commits to them.
#[derive(Clone, Debug, Default)]
pub struct Committed {
    found: BTreeMap<Commitment, DocumentRow>,
    /// Those that are here and were too much.
    beyond: Vec<Commitment>,
}

impl Committed {
    /// The document of this commitment.
    #[must_use]
    pub fn get(&self, commitment: &Commitment) -> Option<&DocumentRow> {
        self.found.get(commitment)
    }

    /// Whether this one is here and was too much to load.
    #[must_use]
    pub fn is_beyond(&self, commitment: &Commitment) -> bool {
        self.beyond.contains(commitment)
    }

    /// Whether any was too much to load.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        !self.beyond.is_empty()
    }
}

/// Documents by what commits to them, in this order, public ones or all. After so many bytes one more is loaded, and of the rest only
/// that they are here. What is asked for more than once has its first place, and no other.
pub async fn by_commitments(
    db: &impl Sql,
    commitments: &[Commitment],
    only: Visible,
    bytes_max: usize,
) -> Result<Committed, StoreError> {
    let mut asked = BTreeSet::new();
    let first = commitments.iter().filter(|commitment| asked.insert(**commitment));
    let wanted: Vec<&[u8]> = first.map(|it| it.as_bytes().as_slice()).collect();
    let bytes_max = i64::try_from(bytes_max).unwrap_or(i64::MAX);
    let all = only == Visible::All;
    let mut committed = Committed::default();
    for row in db.query(BY_COMMITMENTS, &[&wanted, &bytes_max, &all]).await? {
        let commitment = Commitment::from_bytes(bytes32(&row, TABLE, "commitment")?);
        if column::<Option<&[u8]>>(&row, TABLE, "bytes")?.is_none() {
            committed.beyond.push(commitment);
        } else if let Some(found) = sound(&row) {
            committed.found.insert(commitment, found);
        }
    }
    Ok(committed)
}

/// Which documents are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visible {
    /// Those that anybody may see.
    Public,
    /// All.
    All,
}

/// A row of many: one that is damaged is left out, and said so; it keeps nobody from the rest.
fn sound(row: &Row) -> Option<DocumentRow> {
    match read(row) {
        Ok(row) => Some(row),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a damaged document is skipped");
            None
        }
    }
}

/// The bytes of a document that was verified before, beside their commitment in a row of another table; `None` if it is not here. One
/// that is damaged is left out, and said so.
pub(super) fn kept(row: &Row) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(bytes) = column::<Option<Vec<u8>>>(row, TABLE, "bytes")? else { return Ok(None) };
    if *Commitment::of(&bytes).as_bytes() == bytes32(row, TABLE, "commitment")? {
        return Ok(Some(bytes));
    }
    let error = StoreError::Inconsistent { table: TABLE, column: "bytes" };
    tracing::error!(error = &error as &dyn std::error::Error, "a damaged document is skipped");
    Ok(None)
}

/// A document as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownDocument {
    /// Its id.
    pub id: DocumentId,
    /// The canonical bytes, those that were verified before they were stored.
    pub bytes: Vec<u8>,
}

/// Documents that are shown to somebody, by the hash of their ids; those that are here and sound.
pub async fn shown(
    db: &impl Sql,
    ids: impl IntoIterator<Item = [u8; 32]>,
) -> Result<BTreeMap<[u8; 32], ShownDocument>, StoreError> {
    let ids: Vec<Vec<u8>> = ids.into_iter().map(|hash| hash.to_vec()).collect();
    let mut shown = BTreeMap::new();
    for row in db.query(SHOWN, &[&ids]).await? {
        if let Some(bytes) = kept(&row)? {
            let hash = bytes32(&row, TABLE, "id")?;
            shown.insert(
                hash,
                ShownDocument { id: DocumentId::new(parsed(&row, TABLE, "kind")?, hash), bytes },
            );
        }
    }
    Ok(shown)
}

/// At most `limit` documents behind this hash, in the order of their hashes, as they are stored: nothing is compared.
pub async fn after(db: &impl Sql, hash: &[u8], limit: i64) -> Result<Vec<DocumentRow>, StoreError> {
    db.query(AFTER, &[&hash, &limit]).await?.iter().map(unchecked).collect()
}

/// At most `limit` documents that a person has signed, behind this place, in the order in which they came here.
pub async fn of_issuer(
    db: &impl Sql,
    issuer: &Did,
    (received_at, hash): (i64, &[u8]),
    limit: i64,
) -> Result<Vec<DocumentRow>, StoreError> {
    db.query(OF_ISSUER, &[&issuer.as_str(), &received_at, &hash, &limit]).await?.iter().map(read).collect()
}

/// Lets a document be served to anybody, from now on.
pub async fn publish(tx: &Tx<'_>, id: &DocumentId) -> Result<(), StoreError> {
    tx.execute(PUBLISH, &[&id.hash().as_slice()]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<DocumentRow, StoreError> {
    let found = unchecked(row)?;
    // A disk that lies costs a hash here, and nobody is shown what nobody signed.
    if Commitment::of(&found.bytes) != found.commitment {
        return Err(StoreError::Inconsistent { table: TABLE, column: "bytes" });
    }
    Ok(found)
}

/// A row as it is stored, for those who look for damage.
fn unchecked(row: &Row) -> Result<DocumentRow, StoreError> {
    let kind: Kind = parsed(row, TABLE, "kind")?;
    Ok(DocumentRow {
        id: DocumentId::new(kind, bytes32(row, TABLE, "id")?),
        issuer: parsed(row, TABLE, "issuer")?,
        commitment: Commitment::from_bytes(bytes32(row, TABLE, "commitment")?),
        bytes: column(row, TABLE, "bytes")?,
        public: column(row, TABLE, "public")?,
        received_at: column(row, TABLE, "received_at")?,
    })
}
