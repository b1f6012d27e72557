//! Threads: one for each bid, which says who writes in it, and how far each side has said and read.

use hanse_document::{Did, DocumentId, Kind};
use hanse_lifecycle::State;

use crate::rows::{id, parsed};
use crate::{Row, Sql, StoreError, ToSql, Tx, column};

const TABLE: &str = "bid";
const THREAD: &str = "message_thread";

pub(super) const AROUND: &str = "SELECT bid.job, job.client, bid.freelancer, client.home AS client_home, bid.home AS freelancer_home, bid.state, \
     (SELECT max(at) FROM history WHERE object = bid.id) AS moved_at FROM bid JOIN job ON job.id = bid.job \
     JOIN identity client ON client.did = job.client WHERE bid.id = $1";
pub(super) const CONTRACTS: &str = "SELECT state, changed_at FROM contract WHERE job = $1 AND bid = $2";
pub(super) const OPEN: &str = "INSERT INTO message_thread (bid, job, client, freelancer, last_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
pub(super) const LOCK: &str = "SELECT bid, job, client, freelancer, client_said, freelancer_said, client_read, freelancer_read, last_at \
     FROM message_thread WHERE bid = $1 FOR UPDATE";
pub(super) const FIND: &str = "SELECT bid, job, client, freelancer, client_said, freelancer_said, client_read, freelancer_read, last_at \
     FROM message_thread WHERE bid = $1";
pub(super) const OF: &str = "SELECT bid, job, client, freelancer, client_said, freelancer_said, client_read, freelancer_read, last_at FROM \
     ((SELECT * FROM message_thread WHERE client = $1 AND (last_at, bid) < ($2, $3::bytea) ORDER BY last_at DESC, bid DESC LIMIT $4) UNION \
     (SELECT * FROM message_thread WHERE freelancer = $1 AND (last_at, bid) < ($2, $3::bytea) ORDER BY last_at DESC, bid DESC LIMIT $4)) own \
     ORDER BY last_at DESC, bid DESC LIMIT $4";
pub(super) const SAID: &str = "UPDATE message_thread SET client_said = $2, freelancer_said = $3, last_at = greatest(last_at, $4) WHERE bid = $1";
pub(super) const READ: &str =
    "UPDATE message_thread SET client_read = $2, freelancer_read = $3 WHERE bid = $1";

/// Which side of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Who has posted the job.
    Client,
    /// Who has made the bid.
    Freelancer,
}

impl Side {
    /// As rows and views have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Freelancer => "freelancer",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Freelancer,
            Self::Freelancer => Self::Client,
        }
    }
}

impl std::str::FromStr for Side {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        match word {
            "client" => Ok(Self::Client),
            "freelancer" => Ok(Self::Freelancer),
            _ => Err(()),
        }
    }
}

/// A bid with the people around it.
#[derive(Clone, Debug)]
pub struct Around {
    /// On which job.
    pub job: DocumentId,
    /// Who has posted it.
    pub client: Did,
    /// Who bids.
    pub freelancer: Did,
    /// The client's home.
    pub client_home: String,
    /// The freelancer's home.
    pub freelancer_home: String,
    /// Where the bid stands.
    pub state: State,
    /// When it last moved, Unix seconds.
    pub moved_at: Option<i64>,
}

/// A contract of a bid, as far as its end matters.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// Where it stands.
    pub state: State,
    /// When it last moved, Unix seconds.
    pub changed_at: i64,
}

/// A thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadRow {
    /// Of which bid.
    pub bid: DocumentId,
    /// On which job.
    pub job: DocumentId,
    /// One side.
    pub client: Did,
    /// The other.
    pub freelancer: Did,
    /// Messages of the client.
    pub client_said: i32,
    /// Messages of the freelancer.
    pub freelancer_said: i32,
    /// How many of the freelancer's the client has read.
    pub client_read: i32,
    /// How many of the client's the freelancer has read.
    pub freelancer_read: i32,
    /// When the newest came, Unix seconds.
    pub last_at: i64,
}

impl ThreadRow {
    /// Which side a person is.
    #[must_use]
    pub fn side(&self, did: &Did) -> Option<Side> {
        if *did == self.client {
            return Some(Side::Client);
        }
        (*did == self.freelancer).then_some(Side::Freelancer)
    }

    /// How many messages a side has written.
    #[must_use]
    pub const fn said(&self, side: Side) -> i32 {
        match side {
            Side::Client => self.client_said,
            Side::Freelancer => self.freelancer_said,
        }
    }

    /// How many of the other side's messages a side has read.
    #[must_use]
    pub const fn read(&self, side: Side) -> i32 {
        match side {
            Side::Client => self.client_read,
            Side::Freelancer => self.freelancer_read,
        }
    }
}

/// A bid and the people around it; `None` if it is not known here.
pub async fn around(db: &impl Sql, bid: &DocumentId) -> Result<Option<Around>, StoreError> {
    let row = db.query_opt(AROUND, &[&bid.hash().as_slice()]).await?;
    row.map(|row| {
        Ok(Around {
            job: id(&row, TABLE, "job", Kind::Job)?,
            client: parsed(&row, TABLE, "client")?,
            freelancer: parsed(&row, TABLE, "freelancer")?,
            client_home: column(&row, TABLE, "client_home")?,
            freelancer_home: column(&row, TABLE, "freelancer_home")?,
            state: parsed(&row, TABLE, "state")?,
            moved_at: column(&row, TABLE, "moved_at")?,
        })
    })
    .transpose()
}

/// The contracts of a bid.
pub async fn contracts(db: &impl Sql, job: &DocumentId, bid: &DocumentId) -> Result<Vec<Bound>, StoreError> {
    let rows = db.query(CONTRACTS, &[&job.hash().as_slice(), &bid.hash().as_slice()]).await?;
    let read = |row: &Row| {
        Ok(Bound { state: parsed(row, TABLE, "state")?, changed_at: column(row, TABLE, "changed_at")? })
    };
    rows.iter().map(read).collect()
}

/// Holds the thread of a bid until the transaction ends, and makes it if there is none.
pub async fn hold_thread(
    tx: &Tx<'_>,
    bid: &DocumentId,
    around: &Around,
    at: i64,
) -> Result<ThreadRow, StoreError> {
    let (bid, job) = (bid.hash().as_slice(), around.job.hash().as_slice());
    let values: [&(dyn ToSql + Sync); 5] =
        [&bid, &job, &around.client.as_str(), &around.freelancer.as_str(), &at];
    tx.execute(OPEN, &values).await?;
    read_thread(&tx.query_one(LOCK, &[&bid]).await?)
}

/// A thread.
pub async fn thread(db: &impl Sql, bid: &DocumentId) -> Result<Option<ThreadRow>, StoreError> {
    db.query_opt(FIND, &[&bid.hash().as_slice()]).await?.as_ref().map(read_thread).transpose()
}

/// The threads of a person, the one that moved last first.
pub async fn threads(
    db: &impl Sql,
    did: &Did,
    before: Option<(i64, [u8; 32])>,
    limit: i64,
) -> Result<Vec<ThreadRow>, StoreError> {
    let (at, bid) = before.unwrap_or((i64::MAX, [u8::MAX; 32]));
    let rows = db.query(OF, &[&did.as_str(), &at, &bid.as_slice(), &limit]).await?;
    rows.iter().map(read_thread).collect()
}

/// Writes how many messages each side has written.
pub async fn put_said(tx: &Tx<'_>, thread: &ThreadRow, at: i64) -> Result<(), StoreError> {
    let bid = thread.bid.hash().as_slice();
    tx.execute(SAID, &[&bid, &thread.client_said, &thread.freelancer_said, &at]).await?;
    Ok(())
}

/// Writes how much each side has read.
pub async fn put_read(tx: &Tx<'_>, thread: &ThreadRow) -> Result<(), StoreError> {
    let bid = thread.bid.hash().as_slice();
    tx.execute(READ, &[&bid, &thread.client_read, &thread.freelancer_read]).await?;
    Ok(())
}

fn read_thread(row: &Row) -> Result<ThreadRow, StoreError> {
    Ok(ThreadRow {
        bid: id(row, THREAD, "bid", Kind::Bid)?,
        job: id(row, THREAD, "job", Kind::Job)?,
        client: parsed(row, THREAD, "client")?,
        freelancer: parsed(row, THREAD, "freelancer")?,
        client_said: column(row, THREAD, "client_said")?,
        freelancer_said: column(row, THREAD, "freelancer_said")?,
        client_read: column(row, THREAD, "client_read")?,
        freelancer_read: column(row, THREAD, "freelancer_read")?,
        last_at: column(row, THREAD, "last_at")?,
    })
}
