//! Invitations to bid.

use hanse_document::{Did, DocumentId, Kind, NodeName};
use hanse_lifecycle::State;

use super::bids::split;
use crate::rows::{head, id, parsed};
use crate::{Row, Sql, StoreError, Tx, column};

pub(super) const INSERT: &str = "INSERT INTO invitation (id, job, client, freelancer, home, state, head, made_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $1, $7)";
pub(super) const FIND: &str =
    "SELECT id, job, client, freelancer, home, state, head, made_at FROM invitation WHERE id = $1";
pub(super) const OF_BOTH: &str = "SELECT id, job, client, freelancer, home, state, head, made_at FROM invitation \
     WHERE job = $1 AND freelancer = $2";
pub(super) const UPDATE: &str = "UPDATE invitation SET state = $2, head = $3 WHERE id = $1";
pub(super) const COUNT: &str = "SELECT count(*) FILTER (WHERE made_at > $2) AS lately, count(*) FILTER (WHERE job = $3) AS of_job \
     FROM invitation WHERE client = $1 AND (made_at > $2 OR job = $3)";
pub(super) const ON_JOB: &str = "SELECT id, job, client, freelancer, home, state, head, made_at FROM invitation \
     WHERE job = $1 AND ($2::bigint IS NULL OR (made_at, id) > ($2, $3::bytea)) ORDER BY made_at, id LIMIT $4";
pub(super) const OF_FREELANCER: &str = "SELECT id, job, client, freelancer, home, state, head, made_at FROM invitation \
     WHERE freelancer = $1 AND ($2::bigint IS NULL OR (made_at, id) < ($2, $3::bytea)) ORDER BY made_at DESC, id DESC LIMIT $4";
pub(super) const WAITING: &str = "SELECT id, job, client, freelancer, home, state, head, made_at FROM invitation \
     WHERE state = 'invited' AND made_at <= $1 ORDER BY made_at LIMIT $2";
pub(super) const LAPSE_OF_JOB: &str =
    "UPDATE invitation SET state = $2 WHERE job = $1 AND state = 'invited' RETURNING id";

const TABLE: &str = "invitation";

/// An invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationRow {
    /// Its id.
    pub id: DocumentId,
    /// To bid on what.
    pub job: DocumentId,
    /// By whom.
    pub client: Did,
    /// Who is invited.
    pub freelancer: Did,
    /// Their home.
    pub home: NodeName,
    /// Where it stands.
    pub state: State,
    /// The last document of its chain.
    pub head: DocumentId,
    /// When it came, Unix seconds.
    pub made_at: i64,
}

/// How many invitations a client has made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvitationCounts {
    /// Since a time.
    pub lately: i64,
    /// To one job.
    pub of_job: i64,
}

/// Adds an invitation.
///
/// # Errors
/// A unique violation if the freelancer was invited to this job before.
pub async fn insert_invitation(tx: &Tx<'_>, row: &InvitationRow) -> Result<(), StoreError> {
    let values: [&(dyn crate::ToSql + Sync); 7] = [
        &row.id.hash().as_slice(),
        &row.job.hash().as_slice(),
        &row.client.as_str(),
        &row.freelancer.as_str(),
        &row.home.as_str(),
        &row.state.name(),
        &row.made_at,
    ];
    tx.execute(INSERT, &values).await?;
    Ok(())
}

/// An invitation as it stands now.
pub async fn invitation(db: &impl Sql, id: &DocumentId) -> Result<Option<InvitationRow>, StoreError> {
    db.query_opt(FIND, &[&id.hash().as_slice()]).await?.as_ref().map(read).transpose()
}

/// The invitation of a freelancer to bid on a job.
pub async fn invitation_to(
    db: &impl Sql,
    job: &DocumentId,
    freelancer: &Did,
) -> Result<Option<InvitationRow>, StoreError> {
    let row = db.query_opt(OF_BOTH, &[&job.hash().as_slice(), &freelancer.as_str()]).await?;
    row.as_ref().map(read).transpose()
}

/// Moves an invitation.
pub async fn move_invitation(
    tx: &Tx<'_>,
    id: &DocumentId,
    state: State,
    head: &DocumentId,
) -> Result<(), StoreError> {
    tx.execute(UPDATE, &[&id.hash().as_slice(), &state.name(), &head.hash().as_slice()]).await?;
    Ok(())
}

/// Counts the invitations of a client: after `since`, and to one job.
pub async fn count_invitations(
    db: &impl Sql,
    client: &Did,
    since: i64,
    job: &DocumentId,
) -> Result<InvitationCounts, StoreError> {
    let row = db.query_one(COUNT, &[&client.as_str(), &since, &job.hash().as_slice()]).await?;
    Ok(InvitationCounts { lately: column(&row, TABLE, "lately")?, of_job: column(&row, TABLE, "of_job")? })
}

/// Invitations to a job, oldest first, after the one that `after` names by time and hash.
pub async fn invitations_on(
    db: &impl Sql,
    job: &DocumentId,
    after: Option<(i64, [u8; 32])>,
    limit: i64,
) -> Result<Vec<InvitationRow>, StoreError> {
    let (made_at, hash) = split(after);
    db.query(ON_JOB, &[&job.hash().as_slice(), &made_at, &hash, &limit]).await?.iter().map(read).collect()
}

/// Invitations of a freelancer, newest first, after the one that `after` names by time and hash.
pub async fn invitations_of(
    db: &impl Sql,
    freelancer: &Did,
    after: Option<(i64, [u8; 32])>,
    limit: i64,
) -> Result<Vec<InvitationRow>, StoreError> {
    let (made_at, hash) = split(after);
    let values: [&(dyn crate::ToSql + Sync); 4] = [&freelancer.as_str(), &made_at, &hash, &limit];
    db.query(OF_FREELANCER, &values).await?.iter().map(read).collect()
}

/// Invitations that have waited since `since` or longer, at most `limit`.
pub async fn waiting_invitations(
    db: &impl Sql,
    since: i64,
    limit: i64,
) -> Result<Vec<InvitationRow>, StoreError> {
    db.query(WAITING, &[&since, &limit]).await?.iter().map(read).collect()
}

/// Moves the invitations to a job that wait for an answer, all at once; answers their hashes.
pub async fn lapse_invitations(
    tx: &Tx<'_>,
    job: &DocumentId,
    state: State,
) -> Result<Vec<[u8; 32]>, StoreError> {
    let rows = tx.query(LAPSE_OF_JOB, &[&job.hash().as_slice(), &state.name()]).await?;
    rows.iter().map(|row| crate::rows::bytes32(row, TABLE, "id")).collect()
}

fn read(row: &Row) -> Result<InvitationRow, StoreError> {
    let own = id(row, TABLE, "id", Kind::Invitation)?;
    Ok(InvitationRow {
        id: own,
        job: id(row, TABLE, "job", Kind::Job)?,
        client: parsed(row, TABLE, "client")?,
        freelancer: parsed(row, TABLE, "freelancer")?,
        home: parsed(row, TABLE, "home")?,
        state: parsed(row, TABLE, "state")?,
        head: head(row, TABLE, &[own])?,
        made_at: column(row, TABLE, "made_at")?,
    })
}
