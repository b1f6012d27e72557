//! Who wants which news by e-mail, and how far they were told.

use std::str::FromStr;

use hanse_document::Did;
use hanse_lifecycle::News;
use hanse_store::{Row, Sql, StoreError, Tx, column};

pub(super) const FIND: &str = "SELECT daily, at_once, language FROM mail_wish WHERE did = $1";
// From now on: what was told before is not told again by e-mail.
pub(super) const PUT: &str = "INSERT INTO mail_wish (did, daily, at_once, language, daily_next, daily_position) \
     VALUES ($1, $2, $3, $4, $5, coalesce((SELECT max(position) FROM notification WHERE did = $1), 0)) \
     ON CONFLICT (did) DO UPDATE SET daily = excluded.daily, at_once = excluded.at_once, language = excluded.language, \
     daily_next = excluded.daily_next, \
     daily_position = CASE WHEN mail_wish.daily THEN mail_wish.daily_position ELSE excluded.daily_position END";
pub(super) const END: &str = "UPDATE mail_wish SET daily = false, at_once = '{}' WHERE did = $1";
pub(super) const REACHED: &str = "SELECT email.address, refused.at, refused.reply FROM account_email email \
     LEFT JOIN mail_refused refused ON refused.address = lower(email.address) AND refused.at >= email.verified_at \
     WHERE email.did = $1";
pub(super) const CURSOR: &str = "SELECT position FROM mail_cursor FOR UPDATE";
pub(super) const MOVE_CURSOR: &str = "UPDATE mail_cursor SET position = $1";
pub(super) const UP_TO: &str = "SELECT max(position) AS position FROM \
     (SELECT position FROM notification WHERE position > $1 ORDER BY position LIMIT $2) page";
pub(super) const AT_ONCE: &str = "SELECT n.did, n.event, n.at, job.title, wish.language, email.address, account.handle \
     FROM notification n JOIN mail_wish wish ON wish.did = n.did AND n.event = ANY (wish.at_once) \
     JOIN account ON account.did = n.did JOIN account_email email ON email.did = n.did \
     LEFT JOIN job ON job.id = n.job \
     WHERE n.position > $1 AND n.position <= $2 AND n.at >= $3 \
     AND NOT EXISTS (SELECT FROM mail_refused r WHERE r.address = lower(email.address) AND r.at >= email.verified_at) \
     AND (SELECT count(*) FROM mail WHERE mail.did = n.did) < $4 ORDER BY n.did, n.position";
pub(super) const DAILY: &str = "SELECT wish.did, wish.language, wish.at_once, wish.daily_position, account.handle, \
     (SELECT email.address FROM account_email email WHERE email.did = wish.did AND NOT EXISTS \
      (SELECT FROM mail_refused r WHERE r.address = lower(email.address) AND r.at >= email.verified_at)) AS address \
     FROM mail_wish wish JOIN account ON account.did = wish.did \
     WHERE wish.daily AND wish.daily_next <= $1 ORDER BY wish.daily_next LIMIT $2 FOR UPDATE OF wish";
pub(super) const UNTOLD: &str = "SELECT n.event, n.at, job.title FROM notification n LEFT JOIN job ON job.id = n.job \
     WHERE n.did = $1 AND n.position > $2 AND NOT n.seen AND n.event <> ALL ($3) ORDER BY n.position DESC LIMIT $4";
pub(super) const TOLD: &str = "UPDATE mail_wish SET daily_next = $2, daily_position = \
     greatest(daily_position, coalesce((SELECT max(position) FROM notification WHERE did = $1), 0)) WHERE did = $1";

const TABLE: &str = "mail_wish";

/// What a person wants by e-mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) daily: bool,
    pub(crate) at_once: Vec<String>,
    pub(crate) language: String,
}

/// Where a person's letters go.
#[derive(Debug)]
pub(crate) struct Reached {
    pub(crate) address: String,
    /// When the mailbox was refused since it was confirmed, and with which words.
    pub(crate) refused: Option<(i64, String)>,
}

/// Something that a letter tells.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) news: News,
    pub(crate) at: i64,
    pub(crate) title: Option<String>,
}

/// Whom a letter is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) did: String,
    pub(crate) handle: String,
    pub(crate) language: String,
    pub(crate) address: String,
}

/// Whose daily letter is due.
#[derive(Debug)]
pub(crate) struct Due {
    pub(crate) did: String,
    pub(crate) handle: String,
    pub(crate) language: String,
    /// None, if nothing reaches them.
    pub(crate) address: Option<String>,
    pub(crate) at_once: Vec<String>,
    pub(crate) position: i64,
}

pub(crate) async fn find(db: &impl Sql, did: &Did) -> Result<Option<Wish>, StoreError> {
    let row = db.query_opt(FIND, &[&did.as_str()]).await?;
    let read = |row: &Row| {
        Ok(Wish {
            daily: column(row, TABLE, "daily")?,
            at_once: column(row, TABLE, "at_once")?,
            language: column(row, TABLE, "language")?,
        })
    };
    row.as_ref().map(read).transpose()
}

pub(crate) async fn put(tx: &Tx<'_>, did: &Did, wish: &Wish, daily_next: i64) -> Result<(), StoreError> {
    let Wish { daily, at_once, language } = wish;
    tx.execute(PUT, &[&did.as_str(), daily, at_once, language, &daily_next]).await.map(drop)
}

/// A person wants no more news by e-mail.
pub(crate) async fn end(tx: &Tx<'_>, did: &str) -> Result<(), StoreError> {
    tx.execute(END, &[&did]).await.map(drop)
}

/// The confirmed address of a person, and whether it takes letters.
pub(crate) async fn reached(db: &impl Sql, did: &Did) -> Result<Option<Reached>, StoreError> {
    let row = db.query_opt(REACHED, &[&did.as_str()]).await?;
    let read = |row: &Row| {
        let at: Option<i64> = column(row, TABLE, "at")?;
        let reply: Option<String> = column(row, TABLE, "reply")?;
        Ok(Reached { address: column(row, TABLE, "address")?, refused: at.zip(reply) })
    };
    row.as_ref().map(read).transpose()
}

/// How far news that go at once were looked at. Held until the transaction ends.
pub(crate) async fn cursor(tx: &Tx<'_>) -> Result<i64, StoreError> {
    column(&tx.query_one(CURSOR, &[]).await?, "mail_cursor", "position")
}

pub(crate) async fn move_cursor(tx: &Tx<'_>, position: i64) -> Result<(), StoreError> {
    tx.execute(MOVE_CURSOR, &[&position]).await.map(drop)
}

/// The position of the last of the next notifications, if there are any.
pub(crate) async fn up_to(tx: &Tx<'_>, after: i64, limit: i64) -> Result<Option<i64>, StoreError> {
    column(&tx.query_one(UP_TO, &[&after, &limit]).await?, "notification", "position")
}

/// What is to be told at once of a stretch of notifications, person by person: nothing that happened before `since`, and nobody for whom
/// as many letters wait.
pub(crate) async fn at_once(
    tx: &Tx<'_>,
    (after, up_to): (i64, i64),
    since: i64,
    waiting: i64,
) -> Result<Vec<(Person, Item)>, StoreError> {
    let rows = tx.query(AT_ONCE, &[&after, &up_to, &since, &waiting]).await?;
    rows.iter()
        .map(|row| {
            let person = Person {
                did: column(row, TABLE, "did")?,
                handle: column(row, TABLE, "handle")?,
                language: column(row, TABLE, "language")?,
                address: column(row, TABLE, "address")?,
            };
            Ok((person, item(row)?))
        })
        .collect()
}

/// Whose daily letter is due. Held until the transaction ends.
pub(crate) async fn daily(tx: &Tx<'_>, now: i64, limit: i64) -> Result<Vec<Due>, StoreError> {
    let rows = tx.query(DAILY, &[&now, &limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(Due {
                did: column(row, TABLE, "did")?,
                handle: column(row, TABLE, "handle")?,
                language: column(row, TABLE, "language")?,
                address: column(row, TABLE, "address")?,
                at_once: column(row, TABLE, "at_once")?,
                position: column(row, TABLE, "daily_position")?,
            })
        })
        .collect()
}

/// What a daily letter has to tell, the newest first, at most `limit`.
pub(crate) async fn untold(tx: &Tx<'_>, due: &Due, limit: i64) -> Result<Vec<Item>, StoreError> {
    let rows = tx.query(UNTOLD, &[&due.did, &due.position, &due.at_once, &limit]).await?;
    rows.iter().map(item).collect()
}

/// A daily letter was written, or there was nothing to tell.
pub(crate) async fn told(tx: &Tx<'_>, did: &str, next: i64) -> Result<(), StoreError> {
    tx.execute(TOLD, &[&did, &next]).await.map(drop)
}

fn item(row: &Row) -> Result<Item, StoreError> {
    let event: &str = column(row, "notification", "event")?;
    let inconsistent = |_| StoreError::Inconsistent { table: "notification", column: "event" };
    Ok(Item {
        news: News::from_str(event).map_err(inconsistent)?,
        at: column(row, "notification", "at")?,
        title: column(row, "job", "title")?,
    })
}
