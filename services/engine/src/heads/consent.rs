//! Whether this process may sign an own log: a log that was signed further than its database remembers must not be signed again.
//!
//! After its start, and after a change of leader, a process knows nothing of what was signed meanwhile. Its own memory of the
//! largest signed head must agree with the database, and one peer must have answered with nothing larger or different; without
//! such a memory a quorum of peers must have. No time stands in for an answer: a network that is down is when backups are
//! restored. An answer that contradicts the database halts the log before it is counted.

use hanse_store::{Sql, Store, log};

use super::heard::Signing;
use super::learn::{ROLLED_BACK, root_at};
use crate::Engine;
use crate::logs::memory::{Remembered, RememberedHead};
use crate::logs::{LogError, LogKind, OwnLog, quorum_of};
use crate::sequence::unfinished;

/// Most peers that a text names.
const NAMED_MAX: usize = 8;

/// What this process remembers, beside what its database holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Memory {
    /// The operator has stated that the database's head is the largest.
    Accepted,
    /// A head that the database holds, or whose leaves still wait in it.
    Agrees,
    /// Nothing.
    Missing,
    /// Another head than the database holds at its size: another process has signed since, or the database is another one.
    Differs,
    /// A head beyond the database's: it was restored from a backup.
    Ahead,
}

/// Whether an own log may be signed now. What is missing is told once, and by [`Engine::ready`].
pub(crate) async fn may_sign(engine: &Engine, kind: LogKind) -> bool {
    if engine.heard().signing(kind) == Some(Signing::Begun) {
        return true;
    }
    match ask(engine, kind).await {
        Ok(may) => may,
        Err(error) => {
            let origin = &engine.log_keys().own(kind).origin;
            let error = &error as &dyn std::error::Error;
            tracing::warn!(origin, error, "whether a log may be signed is looked at again");
            false
        }
    }
}

async fn ask(engine: &Engine, kind: LogKind) -> Result<bool, LogError> {
    // Before the log's row is read: whatever these answers were, a halt that they led to is in the row.
    let answered = engine.heard().have_answered();
    let own = engine.log_keys().own(kind);
    let connection = engine.store().connection().await?;
    let row = crate::logs::head(&connection, &own.origin).await?;
    if row.halted.is_some() {
        engine.heard().withdraw(kind);
        return Ok(false);
    }
    let memory = compare(&connection, own, &row).await?;
    drop(connection);
    if memory == Memory::Ahead {
        halt_forgotten(engine.store(), own).await?;
        return Ok(false);
    }
    let missing: Vec<&str> = engine.config().peers.iter().map(|peer| peer.name.as_str()).collect();
    let peers = missing.len();
    let missing: Vec<&str> = missing.into_iter().filter(|peer| !answered.contains(*peer)).collect();
    let needed = needed(memory, peers);
    if answered.len() >= needed {
        if matches!(memory, Memory::Missing | Memory::Differs) {
            // A quorum has confirmed it, and need not be asked again.
            own.memory.keep(&row.checkpoint, &[], false).await?;
        }
        if engine.heard().set_signing(kind, Signing::Begun) {
            tracing::info!(
                origin = own.origin,
                size = row.size,
                ?memory,
                answered = answered.len(),
                "this process signs the log"
            );
        }
        return Ok(true);
    }
    let text = waits(&own.origin, memory, row.size, (needed, peers), &missing);
    if engine.heard().set_signing(kind, Signing::Waits(text.clone())) {
        tracing::warn!(origin = own.origin, "{text}");
    }
    Ok(false)
}

/// How many of the peers must have answered. Without peers nobody can have seen another head.
fn needed(memory: Memory, peers: usize) -> usize {
    let quorum = quorum_of(u64::try_from(peers).unwrap_or(u64::MAX));
    let needed = match memory {
        Memory::Accepted => 0,
        Memory::Agrees => 1,
        Memory::Missing | Memory::Differs | Memory::Ahead => usize::try_from(quorum).unwrap_or(usize::MAX),
    };
    needed.min(peers)
}

async fn compare(db: &impl Sql, own: &OwnLog, row: &log::LogRow) -> Result<Memory, LogError> {
    let Some(Remembered { head, accepted }) = own.memory.recall(own.signer.vkey()).await? else {
        return Ok(Memory::Missing);
    };
    let Some(head) = head else {
        // Nothing was signed when this node was founded, and only the empty index may have been since.
        return Ok(if row.size <= 1 { Memory::Agrees } else { Memory::Missing });
    };
    if head.checkpoint.size > row.size {
        let waiting = unfinished(db, row, &head).await?;
        return Ok(if waiting.is_some() { Memory::Agrees } else { Memory::Ahead });
    }
    if root_at(db, row, head.checkpoint.size).await? != head.checkpoint.root {
        return Ok(Memory::Differs);
    }
    let accepted = accepted && head.checkpoint.size == row.size;
    Ok(if accepted { Memory::Accepted } else { Memory::Agrees })
}

/// Halts an own log of which this process remembers a head that the database does not hold.
pub(crate) async fn halt_forgotten(store: &Store, own: &OwnLog) -> Result<(), LogError> {
    let remembered = own.memory.recall(own.signer.vkey()).await?.and_then(|remembered| remembered.head);
    let Some(RememberedHead { checkpoint, note, .. }) = remembered else { return Ok(()) };
    let connection = store.connection().await?;
    let row = crate::logs::head(&connection, &own.origin).await?;
    let (signed, size) = (checkpoint.size, row.size);
    let reason = format!(
        "{ROLLED_BACK}: this node has signed {signed} leaves, and its database ends at {size}\n{note}"
    );
    if log::halt(&connection, &own.origin, &reason).await? {
        tracing::error!(
            origin = own.origin,
            signed,
            size,
            "the database is older than what was signed: a log is halted"
        );
    }
    Ok(())
}

/// Why the log is not signed yet, and what helps.
fn waits(origin: &str, memory: Memory, size: u64, of: (usize, usize), missing: &[&str]) -> String {
    let memory = match memory {
        Memory::Accepted | Memory::Agrees => "agrees with the database",
        Memory::Missing => "is missing",
        Memory::Differs => "differs from the database",
        Memory::Ahead => "is ahead of the database",
    };
    let (needed, peers) = of;
    let named = missing.iter().take(NAMED_MAX).copied().collect::<Vec<_>>().join(", ");
    let more = missing.len().saturating_sub(NAMED_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(
        "{origin} waits for peers before it is signed, and its leaves wait with it: this node's own record of the largest head \
         that it signed {memory}, so {needed} of {peers} peers must first say that they know no larger one. Not yet heard: \
         {named}{more}. Bring them back; or, if you are sure that {size} leaves are the most that this log was ever signed \
         with, say so: hanse-node log accept {origin} {size}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::{Logs, head, memory};
    use crate::testing::Home;

    /// A home, and what another process of it knows that remembers in a folder of its own.
    async fn remembering() -> (Home, Logs, tempfile::TempDir) {
        let (home, folder) = (Home::new('a', &['b']).await, tempfile::tempdir().unwrap());
        let heads = Some(folder.path().to_owned());
        let config = crate::Config { heads, ..home.engine.config().clone() };
        let logs = Logs::new(&config, home.engine.keys()).unwrap();
        (home, logs, folder)
    }

    async fn found(home: &Home, logs: &Logs) -> (Memory, log::LogRow) {
        let (own, db) = (logs.own(LogKind::Reputation), home.engine.store().connection().await.unwrap());
        let row = head(&db, &own.origin).await.unwrap();
        (compare(&db, own, &row).await.unwrap(), row)
    }

    #[tokio::test]
    async fn a_founded_memory_agrees_with_an_empty_log_alone() {
        let (home, logs, folder) = remembering().await;
        assert_eq!(found(&home, &logs).await.0, Memory::Missing, "there is no file");
        memory::found(folder.path()).unwrap();
        assert_eq!(found(&home, &logs).await.0, Memory::Agrees);
        home.register("ada").await;
        home.sequence().await;
        assert_eq!(
            found(&home, &logs).await.0,
            Memory::Missing,
            "somebody has signed, and it was not this one"
        );
    }

    #[tokio::test]
    async fn a_head_beyond_the_database_agrees_only_if_it_can_be_made_again() {
        let (home, logs, _folder) = remembering().await;
        // The same node, which has signed more.
        let later = Home::new('a', &['b']).await;
        later.register("ada").await;
        later.sequence().await;
        let db = later.engine.store().connection().await.unwrap();
        let own = logs.own(LogKind::Reputation);
        let signed = head(&db, &own.origin).await.unwrap();
        let leaf = log::leaves(&db, &own.origin, 1, 1).await.unwrap().remove(0);
        own.memory.keep(&signed.checkpoint, &[leaf.id], false).await.unwrap();
        assert_eq!(found(&home, &logs).await.0, Memory::Ahead, "its leaf does not wait here");
        let mut here = home.engine.store().connection().await.unwrap();
        let tx = here.begin().await.unwrap();
        log::enqueue(&tx, &own.origin, &leaf.id, &leaf.bytes).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(found(&home, &logs).await.0, Memory::Agrees);
        later.register("bob").await;
        later.sequence().await;
        let signed = head(&db, &own.origin).await.unwrap();
        own.memory.keep(&signed.checkpoint, &[leaf.id], false).await.unwrap();
        assert_eq!(found(&home, &logs).await.0, Memory::Ahead, "it is not the very next one");
    }

    #[tokio::test]
    async fn what_an_operator_states_counts_for_the_head_that_it_is_about() {
        let (home, logs, _folder) = remembering().await;
        let (_, row) = found(&home, &logs).await;
        logs.own(LogKind::Reputation).memory.keep(&row.checkpoint, &[], true).await.unwrap();
        assert_eq!(found(&home, &logs).await.0, Memory::Accepted);
        home.register("ada").await;
        home.sequence().await;
        assert_eq!(found(&home, &logs).await.0, Memory::Agrees, "another process has signed since");
    }

    #[test]
    fn one_peer_confirms_a_memory_and_a_quorum_stands_in_for_one() {
        let asked = |memory| [0, 1, 2, 3, 4, 7].map(|peers| needed(memory, peers));
        assert_eq!(asked(Memory::Accepted), [0; 6]);
        assert_eq!(asked(Memory::Agrees), [0, 1, 1, 1, 1, 1]);
        for unknown in [Memory::Missing, Memory::Differs] {
            assert_eq!(asked(unknown), [0, 1, 2, 3, 3, 5]);
        }
    }

    #[test]
    fn what_is_waited_for_is_said_in_plain_words() {
        let peers: Vec<String> = (0..10).map(|number| format!("p{number}.example")).collect();
        let missing: Vec<&str> = peers.iter().map(String::as_str).collect();
        let text = waits("a.example/jobs", Memory::Missing, 12, (7, 10), &missing);
        assert!(text.contains("7 of 10 peers") && text.contains("p7.example and 2 more"), "{text}");
        assert!(text.ends_with("hanse-node log accept a.example/jobs 12"), "{text}");
    }
}
