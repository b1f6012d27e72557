//! The schema: plain SQL files, forward only, embedded, applied under a lock so that two processes cannot both do it.

use refinery::embed_migrations;

use crate::{Sql, Store, StoreError, column};

embed_migrations!("../../migrations");

/// The advisory lock of migrations; the number is arbitrary and used for nothing else.
const LOCK: &str = "SELECT pg_advisory_lock(5207351129604131213)";
/// A migration may rewrite a table and may wait for another process that migrates; both are bounded all the same.
// A migration reads whole tables, which a session else does not.
const PATIENCE: &str = "SET statement_timeout = '10min'; SET lock_timeout = '10min'; SET enable_seqscan = on";
const HAS_HISTORY: &str = "SELECT to_regclass('refinery_schema_history') IS NOT NULL AS found";
const HAS_FLOOR: &str = "SELECT to_regclass('schema_floor') IS NOT NULL AS found";
const FLOOR: &str = "SELECT max(version) AS floor FROM schema_floor";
const HISTORY: &str = "SELECT version, checksum FROM refinery_schema_history";

impl Store {
    /// Applies what is missing of the embedded migrations and returns their names, `V1__initial` and so on, in order. A schema of a
    /// later release that this one can work on stays as it is.
    ///
    /// # Errors
    /// `Newer` if it cannot, `Migrate` if a migration fails (it leaves nothing behind) or if an applied one differs from ours or is unknown here.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        // Out of the pool for good: the lock and the long timeouts end with this session, however this function ends.
        let mut client = self.connection().await?.take()?;
        for statement in [PATIENCE, LOCK] {
            client
                .batch_execute(statement)
                .await
                .map_err(|source| StoreError::Statement { statement, source })?;
        }
        if self.schema_current().await? {
            return Ok(Vec::new());
        }
        let report = migrations::runner()
            .run_async(&mut *client)
            .await
            .map_err(|error| StoreError::Migrate(Box::new(error)))?;
        Ok(report.applied_migrations().iter().map(ToString::to_string).collect())
    }

    /// Whether every embedded migration is applied, in the form that is embedded. A newer schema passes as long as it says that
    /// this release can work on it: each schema names the oldest release that can, in the table `schema_floor`.
    ///
    /// # Errors
    /// `Newer` if it says that it cannot; `Connect` or `Statement`.
    pub async fn schema_current(&self) -> Result<bool, StoreError> {
        const TABLE: &str = "refinery_schema_history";
        let connection = self.connection().await?;
        if !column::<bool>(&connection.query_one(HAS_HISTORY, &[]).await?, TABLE, "found")? {
            return Ok(false);
        }
        let mut applied = Vec::new();
        for row in connection.query(HISTORY, &[]).await? {
            let version: i32 = column(&row, TABLE, "version")?;
            let checksum: String = column(&row, TABLE, "checksum")?;
            applied.push((version, checksum));
        }
        let runner = migrations::runner();
        let known =
            || runner.get_migrations().iter().map(|known| (known.version(), known.checksum().to_string()));
        let ours = known().map(|(version, _)| version).max().unwrap_or(0);
        let schema = applied.iter().map(|(version, _)| *version).max().unwrap_or(0);
        if schema > ours && floor(&connection).await?.is_some_and(|floor| floor > ours) {
            return Err(StoreError::Newer { schema, ours });
        }
        Ok(known().all(|known| applied.contains(&known)))
    }
}

/// The oldest release that can work on the schema; None before there was one to name.
async fn floor(db: &impl Sql) -> Result<Option<i32>, StoreError> {
    const TABLE: &str = "schema_floor";
    if !column::<bool>(&db.query_one(HAS_FLOOR, &[]).await?, TABLE, "found")? {
        return Ok(None);
    }
    column(&db.query_one(FLOOR, &[]).await?, TABLE, "floor")
}

/// A number that changes with the embedded migrations, to name the template database of the tests.
#[cfg(feature = "testing")]
pub(crate) fn fingerprint() -> u64 {
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let fold = |mixed: u64, checksum: u64| (mixed ^ checksum).wrapping_mul(PRIME);
    migrations::runner().get_migrations().iter().map(refinery::Migration::checksum).fold(0, fold)
}
