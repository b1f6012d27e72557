//! The one process that runs the swarm and the workers.
//!
//! A lease is held twice: as a row with a time, and as an advisory lock of the session that took it. Time is the database's, the
//! one clock that all processes share. When the process ends, its session ends with it, the lock is free, and the next process
//! need not wait. When the process or the network between hangs, the session stays; then the time counts, and whoever comes
//! next ends that session.

use crate::{Connection, Sql, StoreError, column};

/// Every lease has a lock of its own.
macro_rules! lock {
    () => {
        "hashtextextended('hanse lease ' || $1::text, 0)"
    };
}

const LOCK: &str = concat!("SELECT pg_try_advisory_lock(", lock!(), ") AS locked");
/// A session of a lease has no other locks.
const UNLOCK: &str = "SELECT pg_advisory_unlock_all()::text AS unlocked";
/// A holder without a session is of the release before, and only its time says when it is over.
const TAKE: &str = "INSERT INTO lease (name, holder, epoch, session_epoch, expires_at) \
     VALUES ($1, $2::text::uuid, 1, 1, extract(epoch FROM clock_timestamp())::bigint + $3) \
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = lease.epoch + 1, \
     session_epoch = lease.epoch + 1, expires_at = excluded.expires_at \
     WHERE lease.session_epoch = lease.epoch OR lease.expires_at < extract(epoch FROM clock_timestamp())::bigint \
     RETURNING epoch";
const END_OVERDUE: &str = concat!(
    "SELECT count(pg_terminate_backend(pid)) AS ended FROM pg_locks WHERE locktype = 'advisory' AND granted \
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND objsubid = 1 \
     AND ((classid::bigint << 32) | objid::bigint) = ",
    lock!(),
    " AND EXISTS (SELECT FROM lease WHERE name = $1 AND expires_at < extract(epoch FROM clock_timestamp())::bigint)"
);
const RENEW: &str = "UPDATE lease SET expires_at = extract(epoch FROM clock_timestamp())::bigint + $4 \
     WHERE name = $1 AND holder = $2::text::uuid AND epoch = $3";
const RELEASE: &str =
    "UPDATE lease SET expires_at = 0 WHERE name = $1 AND holder = $2::text::uuid AND epoch = $3";
const NEW_HOLDER: &str = "SELECT gen_random_uuid()::text AS holder";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[LOCK, UNLOCK, TAKE, END_OVERDUE, RENEW, RELEASE, NEW_HOLDER];

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

/// Takes a lease for `seconds`, if nobody holds it. From then on `session` must be kept: the lease is lost with it. The session of
/// a holder whose time is over is ended, so that the next attempt succeeds.
pub async fn take(
    session: &Connection,
    name: &'static str,
    seconds: i64,
) -> Result<Option<Lease>, StoreError> {
    if !locked(session, name).await? {
        let ended: i64 = column(&session.query_one(END_OVERDUE, &[&name]).await?, TABLE, "ended")?;
        if ended > 0 {
            tracing::warn!(name, "the session of a process that did not renew its lease is ended");
        }
        return Ok(None);
    }
    or_end(session, enter(session, name, seconds).await)
}

/// Enters this process as the holder. The session has the lock.
async fn enter(session: &Connection, name: &'static str, seconds: i64) -> Result<Option<Lease>, StoreError> {
    let holder: String = column(&session.query_one(NEW_HOLDER, &[]).await?, TABLE, "holder")?;
    let Some(row) = session.query_opt(TAKE, &[&name, &holder, &seconds]).await? else {
        session.query_one(UNLOCK, &[]).await?;
        return Ok(None);
    };
    Ok(Some(Lease { name, holder, epoch: column(&row, TABLE, "epoch")? }))
}

/// A session that has the lock, and failed, is not given back to the pool: in there it would keep the lock from everybody.
fn or_end<T>(session: &Connection, done: Result<T, StoreError>) -> Result<T, StoreError> {
    if done.is_err() {
        session.give_up();
    }
    done
}

/// Holds a lease for `seconds` more. `false` if another process has it now.
pub async fn renew(session: &Connection, lease: &Lease, seconds: i64) -> Result<bool, StoreError> {
    Ok(session.execute(RENEW, &[&lease.name, &lease.holder, &lease.epoch, &seconds]).await? == 1)
}

/// Holds a lease for `seconds` more on a new session, the old one having been lost. `false` if another process has it now, or
/// the server has not yet noticed the end of the old session.
pub async fn resume(session: &Connection, lease: &Lease, seconds: i64) -> Result<bool, StoreError> {
    if !locked(session, lease.name).await? {
        return Ok(false);
    }
    or_end(session, renew_or_unlock(session, lease, seconds).await)
}

async fn renew_or_unlock(session: &Connection, lease: &Lease, seconds: i64) -> Result<bool, StoreError> {
    let renewed = renew(session, lease, seconds).await?;
    if !renewed {
        session.query_one(UNLOCK, &[]).await?;
    }
    Ok(renewed)
}

/// Gives a lease back, so that another process need not wait for its end. If that fails, its session ends with `session`.
pub async fn release(session: &Connection, lease: &Lease) -> Result<(), StoreError> {
    or_end(session, give_back(session, lease).await)
}

async fn give_back(session: &Connection, lease: &Lease) -> Result<(), StoreError> {
    session.execute(RELEASE, &[&lease.name, &lease.holder, &lease.epoch]).await?;
    session.query_one(UNLOCK, &[]).await?;
    Ok(())
}

async fn locked(session: &Connection, name: &str) -> Result<bool, StoreError> {
    column(&session.query_one(LOCK, &[&name]).await?, TABLE, "locked")
}
