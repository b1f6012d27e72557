//! What the two sides of a bid write to each other, and the files that go with it.

pub mod attachments;
mod threads;

use hanse_document::{Did, DocumentId, Kind};

use crate::rows::{bytes32, id, parsed};
use crate::{Row, Sql, StoreError, ToSql, Tx, column};

pub use threads::{
    Around, Bound, Side, ThreadRow, around, contracts, hold_thread, put_read, put_said, thread, threads,
};

const INSERT: &str = "INSERT INTO message (thread, side, author, number, seen, place, text, at, here_at, state, peer) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id";
const ONE: &str = "SELECT id, thread, side, author, number, seen, place, text, at, here_at, state, refusal, peer, tries FROM message WHERE id = $1";
const NUMBERED: &str = "SELECT id, thread, side, author, number, seen, place, text, at, here_at, state, refusal, peer, tries FROM message \
     WHERE thread = $1 AND side = $2 AND number = $3";
const PAGE: &str = "SELECT id, thread, side, author, number, seen, place, text, at, here_at, state, refusal, peer, tries FROM message \
     WHERE thread = $1 AND (place, side, id) < ($2, $3, $4::bigint) ORDER BY place DESC, side DESC, id DESC LIMIT $5";
const LAST: &str = "SELECT last.* FROM unnest($1::bytea[]) AS of (thread) CROSS JOIN LATERAL (SELECT id, thread, side, author, number, \
         seen, place, text, at, here_at, state, refusal, peer, tries FROM message WHERE message.thread = of.thread \
         ORDER BY place DESC, side DESC, id DESC LIMIT 1) last";
const ATTACHED: &str = "SELECT named.message, named.digest, named.name, attachment.media_type, attachment.size, attachment.here \
     FROM message_attachment named JOIN attachment ON attachment.digest = named.digest AND attachment.owner = named.owner \
     WHERE named.message = ANY ($1) ORDER BY named.message, named.position";
const SENT_SINCE: &str = "SELECT count(*) AS sent FROM message WHERE author = $1 AND here_at > $2";
const DUE: &str = "SELECT id, thread, side, author, number, seen, place, text, at, here_at, state, refusal, peer, tries FROM message \
     WHERE peer = $1 AND state = 'waiting' AND next_at <= $2 ORDER BY id LIMIT $3";
const DEFER: &str = "UPDATE message SET tries = tries + 1, next_at = $3 WHERE thread = $1 AND side = $2 AND state = 'waiting' AND number IS NOT NULL";
const HASTEN: &str = "UPDATE message SET next_at = $2 WHERE peer = $1 AND state = 'waiting'";
const DELIVERED: &str = "UPDATE message SET state = 'delivered' WHERE id = $1 AND state = 'waiting'";
const REFUSED: &str = "UPDATE message SET state = 'refused', refusal = $4, number = NULL \
     WHERE thread = $1 AND side = $2 AND number >= $3 AND state = 'waiting'";
const TELL: &str = "INSERT INTO notification (did, event, object, kind, job, actor, at, place) \
     SELECT account.did, 'message.created', $2, 'bid', $3, $4, $5, $6 FROM account \
     LEFT JOIN notification_preference wish ON wish.did = account.did \
     WHERE account.did = $1 AND (wish.did IS NULL OR 'message.created' <> ALL (wish.off)) ON CONFLICT DO NOTHING";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[
    INSERT,
    ONE,
    NUMBERED,
    PAGE,
    LAST,
    ATTACHED,
    SENT_SINCE,
    DUE,
    DEFER,
    HASTEN,
    DELIVERED,
    REFUSED,
    TELL,
    attachments::RESERVE,
    attachments::RENEW,
    attachments::FIND,
    attachments::OF_READER,
    attachments::USE,
    attachments::ARRIVED,
    attachments::WANT,
    attachments::ATTACH,
    attachments::BYTES_OF,
    attachments::GROW,
    attachments::WANTED,
    attachments::PUT_OFF,
    attachments::HASTEN,
    attachments::ORPHANS,
    attachments::GIVEN,
    attachments::OF_OWNER,
    threads::AROUND,
    threads::CONTRACTS,
    threads::OPEN,
    threads::LOCK,
    threads::FIND,
    threads::OF,
    threads::SAID,
    threads::READ,
];

const TABLE: &str = "message";

/// How far a message got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageState {
    /// It waits for the other side's home.
    Waiting,
    /// The other side's home has it.
    Delivered,
    /// The other side's home does not take it.
    Refused,
    /// It came from the other side's home.
    Received,
}

impl MessageState {
    /// As rows and views have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::Received => "received",
        }
    }
}

impl std::str::FromStr for MessageState {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        [Self::Waiting, Self::Delivered, Self::Refused, Self::Received]
            .into_iter()
            .find(|state| state.name() == word)
            .ok_or(())
    }
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    /// Its number in this database; 0 before it is there.
    pub id: i64,
    /// In which thread.
    pub thread: DocumentId,
    /// Who wrote it.
    pub side: Side,
    /// The same, as a person.
    pub author: Did,
    /// Its number among those of its side, unless it was refused.
    pub number: Option<i32>,
    /// How many of the other side's its author's home had.
    pub seen: i32,
    /// Where it stands in the thread.
    pub place: i32,
    /// What it says.
    pub text: String,
    /// When it was written, by the clock of its author's home.
    pub at: i64,
    /// When this node had it.
    pub here_at: i64,
    /// How far it got.
    pub state: MessageState,
    /// Why the other home refused it.
    pub refusal: Option<String>,
    /// The home that it is for, if that is another one.
    pub peer: Option<String>,
    /// How often it was sent in vain.
    pub tries: i32,
}

/// A file that a message names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachedRow {
    /// The message.
    pub message: i64,
    /// The SHA-256 of its bytes.
    pub digest: [u8; 32],
    /// What it is called.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub size: i64,
    /// Whether they are here.
    pub here: bool,
}

/// Adds a message; answers its number in this database.
pub async fn insert(tx: &Tx<'_>, message: &MessageRow) -> Result<i64, StoreError> {
    let values: [&(dyn ToSql + Sync); 11] = [
        &message.thread.hash().as_slice(),
        &message.side.name(),
        &message.author.as_str(),
        &message.number,
        &message.seen,
        &message.place,
        &message.text,
        &message.at,
        &message.here_at,
        &message.state.name(),
        &message.peer,
    ];
    column(&tx.query_one(INSERT, &values).await?, TABLE, "id")
}

/// A message.
pub async fn find(db: &impl Sql, id: i64) -> Result<Option<MessageRow>, StoreError> {
    db.query_opt(ONE, &[&id]).await?.as_ref().map(read).transpose()
}

/// The message of this number.
pub async fn numbered(
    db: &impl Sql,
    thread: &DocumentId,
    side: Side,
    number: i32,
) -> Result<Option<MessageRow>, StoreError> {
    let row = db.query_opt(NUMBERED, &[&thread.hash().as_slice(), &side.name(), &number]).await?;
    row.as_ref().map(read).transpose()
}

/// Messages of a thread before a place, the last first.
pub async fn page(
    db: &impl Sql,
    thread: &DocumentId,
    before: Option<(i32, Side, i64)>,
    limit: i64,
) -> Result<Vec<MessageRow>, StoreError> {
    let (place, side, id) = before.unwrap_or((i32::MAX, Side::Freelancer, i64::MAX));
    let rows = db.query(PAGE, &[&thread.hash().as_slice(), &place, &side.name(), &id, &limit]).await?;
    rows.iter().map(read).collect()
}

/// The last message of each of some threads; nothing for one that has none.
pub async fn last(db: &impl Sql, threads: &[DocumentId]) -> Result<Vec<MessageRow>, StoreError> {
    let threads: Vec<&[u8]> = threads.iter().map(|thread| thread.hash().as_slice()).collect();
    db.query(LAST, &[&threads]).await?.iter().map(read).collect()
}

/// The files of some messages.
pub async fn attached(db: &impl Sql, ids: &[i64]) -> Result<Vec<AttachedRow>, StoreError> {
    let read = |row: &Row| {
        Ok(AttachedRow {
            message: column(row, TABLE, "message")?,
            digest: bytes32(row, TABLE, "digest")?,
            name: column(row, TABLE, "name")?,
            media_type: column(row, TABLE, "media_type")?,
            size: column(row, TABLE, "size")?,
            here: column(row, TABLE, "here")?,
        })
    };
    db.query(ATTACHED, &[&ids]).await?.iter().map(read).collect()
}

/// How many messages of an author this node has had since then.
pub async fn sent_since(db: &impl Sql, author: &Did, since: i64) -> Result<i64, StoreError> {
    column(&db.query_one(SENT_SINCE, &[&author.as_str(), &since]).await?, TABLE, "sent")
}

/// What waits for a peer and is due.
pub async fn due(db: &impl Sql, peer: &str, now: i64, limit: i64) -> Result<Vec<MessageRow>, StoreError> {
    db.query(DUE, &[&peer, &now, &limit]).await?.iter().map(read).collect()
}

/// Puts off what waits of one side of a thread: what is behind a message does not overtake it.
pub async fn defer(db: &impl Sql, message: &MessageRow, next_at: i64) -> Result<(), StoreError> {
    db.execute(DEFER, &[&message.thread.hash().as_slice(), &message.side.name(), &next_at]).await?;
    Ok(())
}

/// What waits for a peer is due now.
pub async fn hasten(db: &impl Sql, peer: &str, now: i64) -> Result<(), StoreError> {
    db.execute(HASTEN, &[&peer, &now]).await?;
    Ok(())
}

/// The other home has a message.
pub async fn delivered(db: &impl Sql, id: i64) -> Result<(), StoreError> {
    db.execute(DELIVERED, &[&id]).await?;
    Ok(())
}

/// The other home does not take a message: nor does it get those behind it, whose numbers become free with its own.
pub async fn refused(tx: &Tx<'_>, message: &MessageRow, refusal: &str) -> Result<u64, StoreError> {
    let Some(number) = message.number else { return Ok(0) };
    let thread = message.thread.hash().as_slice();
    tx.execute(REFUSED, &[&thread, &message.side.name(), &number, &refusal]).await
}

/// Tells a person of a message of the other side, if their account is here and they want to hear of it.
pub async fn tell(tx: &Tx<'_>, did: &Did, message: &MessageRow, job: &DocumentId) -> Result<(), StoreError> {
    let (object, job) = (message.thread.hash().as_slice(), job.hash().as_slice());
    let values: [&(dyn ToSql + Sync); 6] =
        [&did.as_str(), &object, &job, &message.side.name(), &message.here_at, &message.number];
    tx.execute(TELL, &values).await?;
    Ok(())
}

fn read(row: &Row) -> Result<MessageRow, StoreError> {
    Ok(MessageRow {
        id: column(row, TABLE, "id")?,
        thread: id(row, TABLE, "thread", Kind::Bid)?,
        side: parsed(row, TABLE, "side")?,
        author: parsed(row, TABLE, "author")?,
        number: column(row, TABLE, "number")?,
        seen: column(row, TABLE, "seen")?,
        place: column(row, TABLE, "place")?,
        text: column(row, TABLE, "text")?,
        at: column(row, TABLE, "at")?,
        here_at: column(row, TABLE, "here_at")?,
        state: parsed(row, TABLE, "state")?,
        refusal: column(row, TABLE, "refusal")?,
        peer: column(row, TABLE, "peer")?,
        tries: column(row, TABLE, "tries")?,
    })
}
