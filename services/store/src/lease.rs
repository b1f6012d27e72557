//! The one process that runs the swarm and the workers. Time is the database's, the one clock that all processes share.

use crate::{Sql, StoreError, column};

const TAKE: &str = "INSERT INTO lease (name, holder, epoch, expires_at) \
     VALUES ($1, $2::text::uuid, 1, extract(epoch FROM clock_timestamp())::bigint + $3) \
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = lease.epoch + 1, \
     expires_at = excluded.expires_at WHERE lease.expires_at < extract(epoch FROM clock_timestamp())::bigint \
     RETURNING epoch";
const RENEW: &str = "UPDATE lease SET expires_at = extract(epoch FROM clock_timestamp())::bigint + $4 \
     WHERE name = $1 AND holder = $2::text::uuid AND epoch = $3";
const RELEASE: &str =
    "UPDATE lease SET expires_at = 0 WHERE name = $1 AND holder = $2::text::uuid AND epoch = $3";
const NEW_HOLDER: &str = "SELECT gen_random_uuid()::text AS holder";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[TAKE, RENEW, RELEASE, NEW_HOLDER];

const TABLE: &str = "lease";

/// A lease that this process holds, or held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What it is for.
    pub name: &'static str,
    /// This process, a UUID.
    pub holder: String,
    /// Counts the holders: a holder that was thought dead has a smaller one.
    pub epoch: i64,
}

/// Takes a lease for `seconds`, if nobody holds it.
pub async fn take(db: &impl Sql, name: &'static str, seconds: i64) -> Result<Option<Lease>, StoreError> {
    let holder: String = column(&db.query_one(NEW_HOLDER, &[]).await?, TABLE, "holder")?;
    let Some(row) = db.query_opt(TAKE, &[&name, &holder, &seconds]).await? else { return Ok(None) };
    Ok(Some(Lease { name, holder, epoch: column(&row, TABLE, "epoch")? }))
}

/// Holds a lease for `seconds` more. `false` if another process has it now.
pub async fn renew(db: &impl Sql, lease: &Lease, seconds: i64) -> Result<bool, StoreError> {
    Ok(db.execute(RENEW, &[&lease.name, &lease.holder, &lease.epoch, &seconds]).await? == 1)
}

/// Gives a lease back, so that another process need not wait for its end.
pub async fn release(db: &impl Sql, lease: &Lease) -> Result<(), StoreError> {
    db.execute(RELEASE, &[&lease.name, &lease.holder, &lease.epoch]).await?;
    Ok(())
}
