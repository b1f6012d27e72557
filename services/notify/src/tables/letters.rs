//! Letters that wait to be sent, and mailboxes that take none.

use hanse_document::Did;
use hanse_store::{Sql, StoreError, Tx, column};

// What a person waits for goes before news.
pub(super) const DUE: &str = "SELECT id, recipient, subject, body, at, tries, did FROM mail WHERE next_at <= $1 \
     ORDER BY did IS NOT NULL, next_at, id LIMIT $2";
pub(super) const SENT: &str = "DELETE FROM mail WHERE id = $1";
pub(super) const LATER: &str = "UPDATE mail SET tries = tries + 1, next_at = $2 WHERE id = $1";
pub(super) const FORGET_NEWS: &str = "DELETE FROM mail WHERE did = $1";
pub(super) const REFUSED: &str = "INSERT INTO mail_refused (address, at, reply) VALUES (lower($1), $2, left($3, 500)) \
     ON CONFLICT (address) DO UPDATE SET at = excluded.at, reply = excluded.reply";
pub(super) const FORGET_REFUSED: &str = "DELETE FROM mail_refused WHERE at < $1";
pub(super) const ENQUEUE: &str =
    "INSERT INTO mail (recipient, subject, body, at, next_at, did) VALUES ($1, $2, $3, $4, $4, $5)";
pub(super) const WAITING: &str = "SELECT count(*) AS waiting FROM mail";
pub(super) const WAITING_OF: &str = "SELECT count(*) AS waiting FROM mail WHERE did = $1";

const TABLE: &str = "mail";

/// A letter that is due.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) id: i64,
    pub(crate) recipient: String,
    pub(crate) subject: String,
    pub(crate) body: String,
    /// When it was written, Unix seconds.
    pub(crate) at: i64,
    /// How often it was tried.
    pub(crate) tries: i32,
    /// Whom it brings news; nobody, where it is about an account.
    pub(crate) did: Option<String>,
}

/// News, before they are sent.
#[derive(Debug)]
pub(crate) struct News<'a> {
    pub(crate) did: &'a str,
    pub(crate) to: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) body: &'a str,
}

pub(crate) async fn due(db: &impl Sql, now: i64, limit: i64) -> Result<Vec<Letter>, StoreError> {
    let rows = db.query(DUE, &[&now, &limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(Letter {
                id: column(row, TABLE, "id")?,
                recipient: column(row, TABLE, "recipient")?,
                subject: column(row, TABLE, "subject")?,
                body: column(row, TABLE, "body")?,
                at: column(row, TABLE, "at")?,
                tries: column(row, TABLE, "tries")?,
                did: column(row, TABLE, "did")?,
            })
        })
        .collect()
}

/// A letter is at its server, or will never be.
pub(crate) async fn sent(db: &impl Sql, id: i64) -> Result<(), StoreError> {
    db.execute(SENT, &[&id]).await.map(drop)
}

/// A letter was tried in vain, and is due again then.
pub(crate) async fn later(db: &impl Sql, id: i64, next_at: i64) -> Result<(), StoreError> {
    db.execute(LATER, &[&id, &next_at]).await.map(drop)
}

/// A person wants no more news: those that wait are not sent.
pub(crate) async fn forget_news(tx: &Tx<'_>, did: &str) -> Result<(), StoreError> {
    tx.execute(FORGET_NEWS, &[&did]).await.map(drop)
}

/// A mailbox was refused for good.
pub(crate) async fn refused(tx: &Tx<'_>, address: &str, at: i64, reply: &str) -> Result<(), StoreError> {
    tx.execute(REFUSED, &[&address, &at, &reply]).await.map(drop)
}

/// Forgets refusals that are as old.
pub(crate) async fn forget_refused(db: &impl Sql, before: i64) -> Result<(), StoreError> {
    db.execute(FORGET_REFUSED, &[&before]).await.map(drop)
}

/// Queues news, due at once.
pub(crate) async fn enqueue(tx: &Tx<'_>, news: &News<'_>, at: i64) -> Result<(), StoreError> {
    let News { did, to, subject, body } = news;
    tx.execute(ENQUEUE, &[to, subject, body, &at, did]).await.map(drop)
}

/// Letters that wait.
pub(crate) async fn waiting(db: &impl Sql) -> Result<i64, StoreError> {
    column(&db.query_one(WAITING, &[]).await?, TABLE, "waiting")
}

/// News that wait for a person.
pub(crate) async fn waiting_of(db: &impl Sql, did: &Did) -> Result<i64, StoreError> {
    column(&db.query_one(WAITING_OF, &[&did.as_str()]).await?, TABLE, "waiting")
}
