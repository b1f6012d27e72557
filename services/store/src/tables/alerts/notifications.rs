//! What people are told of the moves of others, and the order in which they hear it, alerts included.

use hanse_document::{Did, DocumentId};
use hanse_lifecycle::{Actor, News, Receivers};

use crate::rows::{bytes32, bytes32_opt, parsed};
use crate::{Row, Sql, StoreError, ToSql, Tx, column};

/// Tells the people around some things, if their home is here and they have not said that they do not want to hear it. `$told` selects
/// object, job, client and freelancer; `$place` says which move of the object it is.
macro_rules! tell {
    ($told:literal, $place:literal) => {
        concat!(
            "WITH told AS (",
            $told,
            "), person AS (SELECT object, job, client AS did FROM told WHERE $2::boolean \
             UNION SELECT object, job, freelancer FROM told WHERE $3::boolean) \
             INSERT INTO notification (did, event, object, kind, job, actor, at, place) \
             SELECT person.did, $4::text, person.object, $5, person.job, $6, $7, ",
            $place,
            " FROM person JOIN account ON account.did = person.did \
             LEFT JOIN notification_preference wish ON wish.did = person.did \
             WHERE wish.did IS NULL OR $4::text <> ALL (wish.off) ORDER BY person.object, person.did ON CONFLICT DO NOTHING"
        )
    };
}

/// The newest move of a thing: the one that is told of.
macro_rules! newest {
    ($told:literal) => {
        tell!($told, "coalesce((SELECT max(position) FROM history WHERE history.object = person.object), 0)")
    };
}

// Of a job, whoever waits for its client takes the freelancer's place.
const OF_JOBS: &str = newest!(
    "SELECT job.id AS object, job.id AS job, job.client, applicant.freelancer FROM job LEFT JOIN LATERAL \
     (SELECT bid.freelancer FROM bid WHERE bid.job = job.id AND bid.state IN ('submitted', 'shortlisted', 'interviewing', 'offered') \
      UNION SELECT invitation.freelancer FROM invitation WHERE invitation.job = job.id AND invitation.state = 'invited') applicant ON true \
     WHERE job.id = ANY (ARRAY(SELECT unnest($1::bytea[])))"
);
const OF_INVITATIONS: &str = newest!(
    "SELECT id AS object, job, client, freelancer FROM invitation WHERE id = ANY (ARRAY(SELECT unnest($1::bytea[])))"
);
const OF_BIDS: &str = newest!(
    "SELECT bid.id AS object, bid.job, (SELECT client FROM job WHERE job.id = bid.job) AS client, bid.freelancer FROM bid \
     WHERE bid.id = ANY (ARRAY(SELECT unnest($1::bytea[])))"
);
const OF_CONTRACTS: &str = newest!(
    "SELECT id AS object, job, client, freelancer FROM contract WHERE id = ANY (ARRAY(SELECT unnest($1::bytea[])))"
);
// An arbiter who is asked to rule hears what both sides hear, but for what they said themselves.
const OF_DISPUTES: &str = newest!(
    "SELECT id AS object, job, client, freelancer FROM dispute WHERE id = ANY (ARRAY(SELECT unnest($1::bytea[]))) \
     UNION ALL SELECT id, job, arbiters[cardinality(answers) + 1], arbiters[cardinality(answers) + 1] FROM dispute \
     WHERE id = ANY (ARRAY(SELECT unnest($1::bytea[]))) AND state IN ('in_arbitration', 'in_appeal') AND $6::text <> 'arbiter'"
);
// A review has no history: each of its moves comes once.
const OF_REVIEW: &str =
    tell!("SELECT $1::bytea AS object, job, client, freelancer FROM contract WHERE id = $8", "0");

const WAITS: &str = "SELECT EXISTS (SELECT FROM notification WHERE position IS NULL) AS waits";
const PLACE: &str = "WITH placed AS (SELECT id, nextval('alert_position_seq') AS position \
     FROM (SELECT id FROM notification WHERE position IS NULL ORDER BY id LIMIT $1) waiting) \
     UPDATE notification SET position = placed.position FROM placed WHERE notification.id = placed.id \
     RETURNING notification.did";
const KEEP_NEWEST: &str = "DELETE FROM notification n USING unnest($1::text[]) AS told (did) WHERE n.did = told.did AND n.position <= \
     (SELECT o.position FROM notification o WHERE o.did = told.did AND o.position IS NOT NULL ORDER BY o.position DESC OFFSET $2 LIMIT 1)";
const PRUNE: &str = "DELETE FROM notification WHERE at < $1";

const AFTER: &str = "SELECT n.position, n.event, n.object, n.kind, n.job, job.title, n.actor, n.at, n.seen \
     FROM notification n LEFT JOIN job ON job.id = n.job WHERE n.did = $1 AND n.position > $2 ORDER BY n.position LIMIT $3";
const BEFORE: &str = "SELECT n.position, n.event, n.object, n.kind, n.job, job.title, n.actor, n.at, n.seen \
     FROM notification n LEFT JOIN job ON job.id = n.job WHERE n.did = $1 AND n.position < $2 ORDER BY n.position DESC LIMIT $3";
const UNSEEN_BEFORE: &str = "SELECT n.position, n.event, n.object, n.kind, n.job, job.title, n.actor, n.at, n.seen \
     FROM notification n LEFT JOIN job ON job.id = n.job WHERE n.did = $1 AND n.position < $2 AND NOT n.seen \
     ORDER BY n.position DESC LIMIT $3";
const SEE: &str = "UPDATE notification SET seen = true WHERE did = $1 AND position <= $2 AND NOT seen";

const OFF: &str = "SELECT off FROM notification_preference WHERE did = $1";
const PUT_OFF: &str = "INSERT INTO notification_preference (did, off) VALUES ($1, $2) ON CONFLICT (did) DO UPDATE SET off = excluded.off";

const NEWEST: &str = "SELECT greatest((SELECT max(position) FROM alert), (SELECT max(position) FROM notification), 0) AS position";
const SINCE: &str = "SELECT position, did FROM ((SELECT position, did FROM alert WHERE position > $1 ORDER BY position LIMIT $2) \
     UNION ALL (SELECT position, did FROM notification WHERE position > $1 ORDER BY position LIMIT $2)) told \
     ORDER BY position LIMIT $2";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[
    OF_JOBS,
    OF_INVITATIONS,
    OF_BIDS,
    OF_CONTRACTS,
    OF_DISPUTES,
    OF_REVIEW,
    WAITS,
    PLACE,
    KEEP_NEWEST,
    PRUNE,
    AFTER,
    BEFORE,
    UNSEEN_BEFORE,
    SEE,
    OFF,
    PUT_OFF,
    NEWEST,
    SINCE,
];

const TABLE: &str = "notification";

/// What somebody is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotificationRow {
    /// Its place among all alerts and notifications of this node; later ones are larger.
    pub position: i64,
    /// What.
    pub news: News,
    /// Of which thing.
    pub object: DocumentId,
    /// The posting that it is under, by the hash of its id.
    pub job: Option<[u8; 32]>,
    /// The title of the posting.
    pub title: Option<String>,
    /// Who made the move.
    pub actor: Actor,
    /// When this node did it, Unix seconds.
    pub at: i64,
    /// Whether the person has said that they have seen it.
    pub seen: bool,
}

/// What is to be told of a move that has just been noted.
#[derive(Clone, Copy, Debug)]
pub struct Telling {
    /// What.
    pub news: News,
    /// To whom.
    pub to: Receivers,
    /// Who made the move.
    pub actor: Actor,
    /// When, Unix seconds.
    pub at: i64,
}

/// Which table knows the people around a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    /// Postings: the client, and all who wait for an answer.
    Jobs,
    /// Invitations.
    Invitations,
    /// Bids.
    Bids,
    /// Contracts.
    Contracts,
    /// Disputes: both sides, and the arbiter who is asked.
    Disputes,
}

/// Tells of the newest move of some things of one kind, by the hash of their ids; of each move once. The transaction holds their job.
pub async fn tell(
    tx: &Tx<'_>,
    around: Around,
    kind: &str,
    objects: &[[u8; 32]],
    telling: Telling,
) -> Result<(), StoreError> {
    let statement = match around {
        Around::Jobs => OF_JOBS,
        Around::Invitations => OF_INVITATIONS,
        Around::Bids => OF_BIDS,
        Around::Contracts => OF_CONTRACTS,
        Around::Disputes => OF_DISPUTES,
    };
    let objects: Vec<&[u8]> = objects.iter().map(<[u8; 32]>::as_slice).collect();
    let Telling { news, to, actor, at } = telling;
    let (client, freelancers) = (to.has_client(), to.has_freelancers());
    let values: [&(dyn ToSql + Sync); 7] =
        [&objects, &client, &freelancers, &news.name(), &kind, &actor.name(), &at];
    tx.execute(statement, &values).await?;
    Ok(())
}

/// Tells of a review of a contract, once; the object is the review, or the contract as long as nobody may see the review.
pub async fn tell_of_review(
    tx: &Tx<'_>,
    object: &DocumentId,
    contract: &DocumentId,
    telling: Telling,
) -> Result<(), StoreError> {
    let Telling { news, to, actor, at } = telling;
    let (client, freelancers) = (to.has_client(), to.has_freelancers());
    let (hash, contract) = (object.hash().as_slice(), contract.hash().as_slice());
    let values: [&(dyn ToSql + Sync); 8] =
        [&hash, &client, &freelancers, &news.name(), &object.kind().name(), &actor.name(), &at, &contract];
    tx.execute(OF_REVIEW, &values).await?;
    Ok(())
}

/// Whether any notification waits for its position.
pub async fn waits(db: &impl Sql) -> Result<bool, StoreError> {
    column(&db.query_one(WAITS, &[]).await?, TABLE, "waits")
}

/// Gives the notifications that wait for it their position, at most `limit`, and answers who has them. The transaction must hold the
/// cursor of the alerts, so that positions become visible in order.
pub async fn place(tx: &Tx<'_>, limit: i64) -> Result<Vec<String>, StoreError> {
    tx.query(PLACE, &[&limit]).await?.iter().map(|row| column(row, TABLE, "did")).collect()
}

/// Forgets of what these people were told all but the newest.
pub async fn keep_newest(tx: &Tx<'_>, people: &[String], most: i64) -> Result<u64, StoreError> {
    tx.execute(KEEP_NEWEST, &[&people, &most]).await
}

/// Forgets what was told before `before`.
pub async fn prune(db: &impl Sql, before: i64) -> Result<u64, StoreError> {
    db.execute(PRUNE, &[&before]).await
}

/// What somebody is told after a position, in order, at most `limit`.
pub async fn after(
    db: &impl Sql,
    did: &Did,
    after: i64,
    limit: i64,
) -> Result<Vec<NotificationRow>, StoreError> {
    db.query(AFTER, &[&did.as_str(), &after, &limit]).await?.iter().map(read).collect()
}

/// What somebody was told before a position, the newest first, at most `limit`; only what they have not seen, if that is asked.
pub async fn before(
    db: &impl Sql,
    did: &Did,
    unseen: bool,
    before: i64,
    limit: i64,
) -> Result<Vec<NotificationRow>, StoreError> {
    let statement = if unseen { UNSEEN_BEFORE } else { BEFORE };
    db.query(statement, &[&did.as_str(), &before, &limit]).await?.iter().map(read).collect()
}

/// Somebody has seen all up to a position; how much of it is new.
pub async fn see(db: &impl Sql, did: &Did, up_to: i64) -> Result<u64, StoreError> {
    db.execute(SEE, &[&did.as_str(), &up_to]).await
}

/// Of what somebody does not want to be told.
pub async fn off(db: &impl Sql, did: &Did) -> Result<Vec<String>, StoreError> {
    let row = db.query_opt(OFF, &[&did.as_str()]).await?;
    row.map_or(Ok(Vec::new()), |row| column(&row, "notification_preference", "off"))
}

/// Says of what somebody does not want to be told.
pub async fn put_off(db: &impl Sql, did: &Did, off: &[&str]) -> Result<(), StoreError> {
    db.execute(PUT_OFF, &[&did.as_str(), &off]).await?;
    Ok(())
}

/// The position of the newest alert or notification; 0 if there is none.
pub async fn newest(db: &impl Sql) -> Result<i64, StoreError> {
    column(&db.query_one(NEWEST, &[]).await?, TABLE, "position")
}

/// Position and person of the alerts and notifications after a position, in order, at most `limit`.
pub async fn since(db: &impl Sql, after: i64, limit: i64) -> Result<Vec<(i64, Did)>, StoreError> {
    let read = |row: &Row| Ok((column(row, TABLE, "position")?, parsed(row, TABLE, "did")?));
    db.query(SINCE, &[&after, &limit]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<NotificationRow, StoreError> {
    Ok(NotificationRow {
        position: column(row, TABLE, "position")?,
        news: parsed(row, TABLE, "event")?,
        object: DocumentId::new(parsed(row, TABLE, "kind")?, bytes32(row, TABLE, "object")?),
        job: bytes32_opt(row, TABLE, "job")?,
        title: column(row, TABLE, "title")?,
        actor: parsed(row, TABLE, "actor")?,
        at: column(row, TABLE, "at")?,
        seen: column(row, TABLE, "seen")?,
    })
}
