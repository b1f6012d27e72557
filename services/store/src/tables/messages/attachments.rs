//! Files that messages carry; their bytes are elsewhere.

use hanse_document::{Did, DocumentId};

use crate::rows::{bytes32, parsed};
use crate::{Row, Sql, StoreError, ToSql, Tx, column};

pub(super) const RESERVE: &str = "INSERT INTO attachment (owner, digest, name, media_type, size, at) VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (digest, owner) DO NOTHING";
pub(super) const RENEW: &str = "UPDATE attachment SET at = $3 WHERE digest = $1 AND owner = $2";
pub(super) const FIND: &str = "SELECT owner, digest, name, media_type, size, here, peer, tries FROM attachment WHERE digest = $1 AND owner = $2 FOR UPDATE";
// Whoever uploaded it, and whoever is a side of a thread in which a message names it.
pub(super) const OF_READER: &str = "SELECT owner, digest, name, media_type, size, here, peer, tries FROM attachment WHERE digest = $1 AND \
     (owner = $2 OR EXISTS (SELECT FROM message_attachment named JOIN message ON message.id = named.message \
     JOIN message_thread ON message_thread.bid = message.thread WHERE named.digest = attachment.digest AND named.owner = attachment.owner \
     AND $2 IN (message_thread.client, message_thread.freelancer))) ORDER BY here DESC, owner LIMIT 1";
pub(super) const USE: &str = "UPDATE attachment SET used = true WHERE digest = $1 AND owner = $2";
pub(super) const ARRIVED: &str = "UPDATE attachment SET here = true WHERE digest = $1 AND owner = $2";
pub(super) const WANT: &str = "INSERT INTO attachment (owner, digest, name, media_type, size, at, used, peer, thread) \
     VALUES ($1, $2, $3, $4, $5, $6, true, $7, $8) ON CONFLICT (digest, owner) DO NOTHING";
pub(super) const ATTACH: &str =
    "INSERT INTO message_attachment (message, position, owner, digest, name) VALUES ($1, $2, $3, $4, $5)";
pub(super) const BYTES_OF: &str =
    "SELECT coalesce(sum(size), 0)::bigint AS bytes FROM attachment WHERE owner = $1";
pub(super) const GROW: &str = "UPDATE attachment_usage SET bytes = bytes + $1 RETURNING bytes";
pub(super) const WANTED: &str = "SELECT owner, digest, name, media_type, size, here, peer, thread, tries FROM attachment \
     WHERE peer = $1 AND NOT here AND next_at <= $2 AND tries < $3 ORDER BY next_at LIMIT $4";
pub(super) const PUT_OFF: &str =
    "UPDATE attachment SET tries = tries + 1, next_at = $3 WHERE digest = $1 AND owner = $2";
pub(super) const HASTEN: &str =
    "UPDATE attachment SET next_at = $2 WHERE peer = $1 AND NOT here AND peer IS NOT NULL";
pub(super) const ORPHANS: &str = "DELETE FROM attachment WHERE (digest, owner) IN (SELECT digest, owner FROM attachment \
     WHERE NOT used AND at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING owner, digest, size";
pub(super) const GIVEN: &str = "SELECT attachment.owner, attachment.digest, attachment.name, attachment.media_type, attachment.size, \
     attachment.here, attachment.peer, attachment.tries FROM message_attachment named \
     JOIN attachment ON attachment.digest = named.digest AND attachment.owner = named.owner \
     JOIN message ON message.id = named.message WHERE named.digest = $1 AND named.owner = $2 AND message.thread = $3 LIMIT 1";
pub(super) const OF_OWNER: &str = "SELECT owner, digest, name, media_type, size, here, peer, tries FROM attachment WHERE owner = $1 ORDER BY at, digest LIMIT $2";

const TABLE: &str = "attachment";

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachmentRow {
    /// Who uploaded it.
    pub owner: Did,
    /// The SHA-256 of its bytes.
    pub digest: [u8; 32],
    /// What its owner called it.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub size: i64,
    /// Whether they are here.
    pub here: bool,
    /// The home that has them, if that is another one.
    pub peer: Option<String>,
    /// How often they were asked for in vain.
    pub tries: i32,
}

/// Makes room for a file that is being uploaded, or that another home has; `false` if the owner's is known already.
pub async fn reserve(tx: &Tx<'_>, file: &AttachmentRow, at: i64) -> Result<bool, StoreError> {
    let values: [&(dyn ToSql + Sync); 6] =
        [&file.owner.as_str(), &file.digest.as_slice(), &file.name, &file.media_type, &file.size, &at];
    Ok(tx.execute(RESERVE, &values).await? == 1)
}

/// An upload of a file that is known counts as one of now.
pub async fn renew(tx: &Tx<'_>, file: &AttachmentRow, at: i64) -> Result<(), StoreError> {
    tx.execute(RENEW, &[&file.digest.as_slice(), &file.owner.as_str(), &at]).await?;
    Ok(())
}

/// A person's file, held until the transaction ends.
pub async fn hold(tx: &Tx<'_>, owner: &Did, digest: &[u8; 32]) -> Result<Option<AttachmentRow>, StoreError> {
    let row = tx.query_opt(FIND, &[&digest.as_slice(), &owner.as_str()]).await?;
    row.as_ref().map(read).transpose()
}

/// A file that a person may read.
pub async fn of_reader(
    db: &impl Sql,
    reader: &Did,
    digest: &[u8; 32],
) -> Result<Option<AttachmentRow>, StoreError> {
    let row = db.query_opt(OF_READER, &[&digest.as_slice(), &reader.as_str()]).await?;
    row.as_ref().map(read).transpose()
}

/// A message names a file.
pub async fn attach(
    tx: &Tx<'_>,
    message: i64,
    position: i32,
    file: &AttachmentRow,
) -> Result<(), StoreError> {
    let (digest, owner) = (file.digest.as_slice(), file.owner.as_str());
    tx.execute(USE, &[&digest, &owner]).await?;
    tx.execute(ATTACH, &[&message, &position, &owner, &digest, &file.name]).await?;
    Ok(())
}

/// The bytes of a file are here.
pub async fn arrived(db: &impl Sql, file: &AttachmentRow) -> Result<(), StoreError> {
    db.execute(ARRIVED, &[&file.digest.as_slice(), &file.owner.as_str()]).await?;
    Ok(())
}

/// A message from another home names a file, which is to be fetched from there; `false` if the owner's is known already.
pub async fn want(
    tx: &Tx<'_>,
    file: &AttachmentRow,
    thread: &DocumentId,
    at: i64,
) -> Result<bool, StoreError> {
    let values: [&(dyn ToSql + Sync); 8] = [
        &file.owner.as_str(),
        &file.digest.as_slice(),
        &file.name,
        &file.media_type,
        &file.size,
        &at,
        &file.peer,
        &thread.hash().as_slice(),
    ];
    Ok(tx.execute(WANT, &values).await? == 1)
}

/// The bytes of all files of a person.
pub async fn bytes_of(db: &impl Sql, owner: &Did) -> Result<i64, StoreError> {
    column(&db.query_one(BYTES_OF, &[&owner.as_str()]).await?, TABLE, "bytes")
}

/// All files of the node have grown by so many bytes; answers how many they are.
pub async fn grow(tx: &Tx<'_>, by: i64) -> Result<i64, StoreError> {
    column(&tx.query_one(GROW, &[&by]).await?, "attachment_usage", "bytes")
}

/// Files to be fetched from a peer, and the thread for which it gives each.
pub async fn wanted(
    db: &impl Sql,
    peer: &str,
    now: i64,
    tries: i32,
    limit: i64,
) -> Result<Vec<(AttachmentRow, [u8; 32])>, StoreError> {
    let rows = db.query(WANTED, &[&peer, &now, &tries, &limit]).await?;
    rows.iter().map(|row| Ok((read(row)?, bytes32(row, TABLE, "thread")?))).collect()
}

/// A file did not come.
pub async fn put_off(db: &impl Sql, file: &AttachmentRow, next_at: i64) -> Result<(), StoreError> {
    db.execute(PUT_OFF, &[&file.digest.as_slice(), &file.owner.as_str(), &next_at]).await?;
    Ok(())
}

/// What is to be fetched from a peer is due now.
pub async fn hasten(db: &impl Sql, peer: &str, now: i64) -> Result<(), StoreError> {
    db.execute(HASTEN, &[&peer, &now]).await?;
    Ok(())
}

/// Forgets files that were uploaded before `before` and that no message names; owner, digest and size of each.
pub async fn take_orphans(
    tx: &Tx<'_>,
    before: i64,
    limit: i64,
) -> Result<Vec<(Did, [u8; 32], i64)>, StoreError> {
    let read = |row: &Row| {
        Ok((parsed(row, TABLE, "owner")?, bytes32(row, TABLE, "digest")?, column(row, TABLE, "size")?))
    };
    tx.query(ORPHANS, &[&before, &limit]).await?.iter().map(read).collect()
}

/// A person's file, if a message of this thread names it.
pub async fn given(
    db: &impl Sql,
    owner: &Did,
    digest: &[u8; 32],
    thread: &DocumentId,
) -> Result<Option<AttachmentRow>, StoreError> {
    let values: [&(dyn ToSql + Sync); 3] = [&digest.as_slice(), &owner.as_str(), &thread.hash().as_slice()];
    db.query_opt(GIVEN, &values).await?.as_ref().map(read).transpose()
}

/// The files of a person, at most `limit`.
pub async fn of_owner(db: &impl Sql, owner: &Did, limit: i64) -> Result<Vec<AttachmentRow>, StoreError> {
    db.query(OF_OWNER, &[&owner.as_str(), &limit]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<AttachmentRow, StoreError> {
    Ok(AttachmentRow {
        owner: parsed(row, TABLE, "owner")?,
        digest: bytes32(row, TABLE, "digest")?,
        name: column(row, TABLE, "name")?,
        media_type: column(row, TABLE, "media_type")?,
        size: column(row, TABLE, "size")?,
        here: column(row, TABLE, "here")?,
        peer: column(row, TABLE, "peer")?,
        tries: column(row, TABLE, "tries")?,
    })
}
