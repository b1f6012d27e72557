//! Whether this process may sign an own log: a log that was signed further than its database remembers must not be signed again.
//!
//! After its start, and after a change of leader, a process knows nothing of what was signed meanwhile. Its own memory of the
//! largest signed head must be the database's head, no process with another memory may have led since (the database may have lost what
//! that one signed), and one peer must have shown this very head: memory and database may have been restored together, and then a
//! peer that has not followed so far, or that nobody told of this log, knows no better. Otherwise a quorum of peers must have
//! answered with nothing larger or different. No time stands in for an answer: a network that is down is
//! when backups are restored. An answer that contradicts the database halts the log before it is counted, and one that comes while
//! the log is halted is not counted.

use std::collections::BTreeMap;
use std::time::Duration;

use hanse_base::names::{LogKind, quorum_of};
use hanse_store::{Sql, Store, StoreError, log};
use hanse_tlog::Hash;

use super::compare::{ROLLED_BACK, learn, root_at};
use super::failed;
use super::known::{Shown, Signing};
use crate::memory::{Remembered, RememberedHead, unfinished};
use crate::{LogError, Logbook, OwnLog};

/// How long a process that takes the lease may look at what it remembers of one log: the lease is not renewed meanwhile.
const GOING_ON: Duration = Duration::from_secs(2);

/// Most peers that a text names.
const NAMED_MAX: usize = 8;

/// What this process remembers, beside what its database holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Memory {
    /// The operator has stated that the database's head is the largest.
    Accepted,
    /// The database's head, or the next one, whose leaves still wait in it.
    Agrees,
    /// The same, and a process with another memory has led since: the database may have lost what that one signed.
    Elsewhere,
    /// Nothing.
    Missing,
    /// An earlier head of the database's: another process has signed since, and only peers know whether it signed more than the
    /// database holds now.
    Behind,
    /// Another head than the database holds at its size: the database is another one.
    Differs,
    /// A head beyond the database's: it was restored from a backup.
    Ahead,
}

/// Whether an own log may be signed now. What is missing is logged once, and shown by [`Logbook::ready`].
pub(crate) async fn may_sign(book: &Logbook, kind: LogKind) -> bool {
    if book.heard().signing(kind) == Some(Signing::Begun) {
        return true;
    }
    match ask(book, kind).await {
        Ok(may) => may,
        Err(error) if !error.is_transient() => {
            failed(book, book.log_keys().own(kind), &error).await;
            book.heard().withdraw(kind);
            false
        }
        Err(error) => {
            let origin = &book.log_keys().own(kind).origin;
            let error = &error as &dyn std::error::Error;
            tracing::warn!(origin, error, "checking whether a log may be signed failed; will retry");
            false
        }
    }
}

async fn ask(book: &Logbook, kind: LogKind) -> Result<bool, LogError> {
    // Before the log's row is read: whatever these answers were, a halt that they led to is in the row.
    let shown = book.heard().shown(kind);
    let own = book.log_keys().own(kind);
    // What was heard while the log was halted, and led to nothing then, is not forgotten.
    if let Some(largest) = book.heard().largest_head(&own.origin) {
        learn(book, &largest).await?;
    }
    let connection = book.store().connection().await?;
    let row = crate::head(&connection, &own.origin).await?;
    if row.halted.is_some() {
        book.heard().withdraw(kind);
        return Ok(false);
    }
    let memory = compare(&connection, own, &row).await?;
    drop(connection);
    if memory == Memory::Ahead {
        halt_forgotten(book.store(), own).await?;
        return Ok(false);
    }
    let peers: Vec<&str> = book.config().peers.iter().map(|peer| peer.name.as_str()).collect();
    if !is_enough(memory, (row.size, row.root), &shown, peers.len()) {
        let missing: Vec<&str> = peers.iter().copied().filter(|peer| !shown.contains_key(*peer)).collect();
        let text = waits(&own.origin, memory, row.size, peers.len(), &missing);
        if book.heard().set_signing(kind, Signing::Waits(text.clone())) {
            tracing::warn!(origin = own.origin, "{text}");
        }
        return Ok(false);
    }
    if !settle(book.store(), own, &row, memory).await? {
        return Ok(false);
    }
    if book.heard().set_signing(kind, Signing::Begun) {
        let (origin, size, answered) = (&own.origin, row.size, shown.len());
        tracing::info!(origin, size, ?memory, answered, "this process signs the log");
    }
    Ok(true)
}

/// This process has the lease, in this epoch of it. Where it was the last to have it before and its memory agrees, it goes on from that,
/// whether anybody answers until it is started again or not.
pub async fn lead(book: &Logbook, epoch: i64) {
    for kind in LogKind::ALL {
        let own = book.log_keys().own(kind);
        own.memory.lead(epoch);
        let outcome = tokio::time::timeout(GOING_ON, go_on(book, own)).await;
        if !matches!(outcome, Ok(Ok(()))) {
            let origin = &own.origin;
            tracing::warn!(
                origin,
                ?outcome,
                "the record of the signed heads is checked again before the log is signed"
            );
        }
    }
}

async fn go_on(book: &Logbook, own: &OwnLog) -> Result<(), LogError> {
    let connection = book.store().connection().await?;
    let row = crate::head(&connection, &own.origin).await?;
    let memory = compare(&connection, own, &row).await?;
    drop(connection);
    if memory == Memory::Agrees {
        settle(book.store(), own, &row, memory).await?;
    }
    Ok(())
}

/// Remembers what has just been confirmed, so that nobody is asked again, and that the operator's statement is used up. `false` if
/// log or memory have moved since they were compared: another process is at work on them.
async fn settle(store: &Store, own: &OwnLog, seen: &log::LogRow, memory: Memory) -> Result<bool, LogError> {
    let current = async || own.memory.recall(own.signer.vkey()).await;
    if memory == Memory::Agrees && current().await?.is_some_and(|kept| own.memory.is_current(&kept)) {
        return Ok(true);
    }
    let mut connection = store.connection().await?;
    let tx = connection.begin().await?;
    let row = log::lock(&tx, &own.origin).await?;
    let same = |row: &log::LogRow| (row.size, row.root, &row.halted) == (seen.size, seen.root, &seen.halted);
    let Some(row) = row.filter(same) else { return Ok(false) };
    if compare(&tx, own, &row).await? != memory {
        return Ok(false);
    }
    match current().await? {
        // Its head may be one that nobody saw, and that must be made again.
        Some(kept) if [Memory::Agrees, Memory::Elsewhere].contains(&memory) => {
            own.memory.go_on(&kept).await?;
        }
        Some(_) | None => own.memory.keep(&row.checkpoint, &[], false).await?,
    }
    ended(memory, tx.commit().await)
}

/// What the end of the transaction means that held the log's row while something was remembered. It wrote nothing itself, and the
/// sequencer compares memory and row anew; so an operator's statement, which is used up by now, is not lost with the connection.
fn ended(memory: Memory, outcome: Result<(), StoreError>) -> Result<bool, LogError> {
    match outcome {
        Err(error) if memory == Memory::Accepted => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(
                error,
                "`log accept` has taken effect, although the connection to the database broke"
            );
            Ok(true)
        }
        Err(error) => Err(error.into()),
        Ok(()) => Ok(true),
    }
}

/// Whether what the peers' answers showed of a log is enough to sign it on from `head`, its size and root.
fn is_enough(memory: Memory, head: (u64, Hash), shown: &BTreeMap<String, Shown>, peers: usize) -> bool {
    match memory {
        Memory::Accepted => true,
        Memory::Agrees if shown.values().any(|shown| *shown == Some(head)) => true,
        Memory::Agrees
        | Memory::Elsewhere
        | Memory::Missing
        | Memory::Behind
        | Memory::Differs
        | Memory::Ahead => shown.len() >= quorum(peers),
    }
}

/// How many answers are enough for every node. Without peers nobody can have seen another head.
fn quorum(peers: usize) -> usize {
    let quorum = quorum_of(u64::try_from(peers).unwrap_or(u64::MAX));
    usize::try_from(quorum).unwrap_or(usize::MAX).min(peers)
}

async fn compare(db: &impl Sql, own: &OwnLog, row: &log::LogRow) -> Result<Memory, LogError> {
    let Some(remembered) = own.memory.recall(own.signer.vkey()).await? else {
        return Ok(Memory::Missing);
    };
    let agrees = if own.memory.is_last(&remembered) { Memory::Agrees } else { Memory::Elsewhere };
    let Remembered { head, accepted, .. } = remembered;
    let Some(head) = head else {
        // Nothing was signed when this node was created, and only the empty index may have been since.
        return Ok(if row.size <= 1 { agrees } else { Memory::Missing });
    };
    if head.checkpoint.size > row.size {
        let waiting = unfinished(db, row, &head).await?;
        return Ok(if waiting.is_some() { agrees } else { Memory::Ahead });
    }
    if root_at(db, row, head.checkpoint.size).await? != head.checkpoint.root {
        return Ok(Memory::Differs);
    }
    Ok(match (head.checkpoint.size == row.size, accepted) {
        (false, _) => Memory::Behind,
        (true, true) => Memory::Accepted,
        (true, false) => agrees,
    })
}

/// Halts an own log of which this process remembers a head that the database does not hold.
pub(crate) async fn halt_forgotten(store: &Store, own: &OwnLog) -> Result<(), LogError> {
    let remembered = own.memory.recall(own.signer.vkey()).await?.and_then(|remembered| remembered.head);
    let Some(RememberedHead { checkpoint, note, .. }) = remembered else { return Ok(()) };
    let connection = store.connection().await?;
    let row = crate::head(&connection, &own.origin).await?;
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
fn waits(origin: &str, memory: Memory, size: u64, peers: usize, missing: &[&str]) -> String {
    let quorum = quorum(peers);
    let none_larger = format!("{quorum} of {peers} peers must first say that they know no larger one");
    let one = format!(
        "1 of {peers} peers must first show this very head, or {quorum} of {peers} say that they know no larger one"
    );
    let (memory, needed) = match memory {
        Memory::Accepted | Memory::Agrees => ("agrees with the database", one),
        Memory::Elsewhere => ("agrees with the database, but another process has led since", none_larger),
        Memory::Missing => ("is missing", none_larger),
        Memory::Behind => ("is older than the database", none_larger),
        Memory::Differs => ("differs from the database", none_larger),
        Memory::Ahead => ("is ahead of the database", none_larger),
    };
    let named = missing.iter().take(NAMED_MAX).copied().collect::<Vec<_>>().join(", ");
    let more = missing.len().saturating_sub(NAMED_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(
        "{origin} waits for peers before it is signed, and its leaves wait with it: this node's own record of the largest head \
         that it signed {memory}, so {needed}. Not yet heard: {named}{more}. Bring them back; or, if you are sure that {size} leaves \
         are the most that this log was ever signed with, say so: hanse-node log accept {origin} {size}"
    )
}

#[cfg(test)]
mod tests {
    use hanse_tlog::hash;

    use super::*;
    use crate::sequence::sequence;
    use crate::testing::Home;
    use crate::{LogKeys, head, memory};

    /// As many peers as there are, each of which shows this of a log that ends at 7 here.
    fn enough(memory: Memory, peers: usize, shown: &[Option<u64>]) -> bool {
        let head = |size: &Option<u64>| size.map(|size| (size, hash::EMPTY));
        let shown = shown.iter().enumerate().map(|(peer, size)| (format!("p{peer}"), head(size)));
        is_enough(memory, (7, hash::EMPTY), &shown.collect(), peers)
    }

    /// A home, and what another process of it knows that remembers in a folder of its own.
    async fn remembering() -> (Home, LogKeys, tempfile::TempDir) {
        let (home, folder) = (Home::new('a', &['b']).await, tempfile::tempdir().unwrap());
        let heads = Some(folder.path().to_owned());
        let config = hanse_base::config::Config { heads, ..home.book.config().clone() };
        let logs = LogKeys::new(&config, home.book.base().keys()).unwrap();
        (home, logs, folder)
    }

    async fn found(home: &Home, logs: &LogKeys) -> (Memory, log::LogRow) {
        let (own, db) = (logs.own(LogKind::Reputation), home.book.store().connection().await.unwrap());
        let row = head(&db, &own.origin).await.unwrap();
        (compare(&db, own, &row).await.unwrap(), row)
    }

    #[tokio::test]
    async fn a_founded_memory_agrees_with_an_empty_log_alone() {
        let (home, logs, folder) = remembering().await;
        assert_eq!(found(&home, &logs).await.0, Memory::Missing, "there is no file");
        memory::create(folder.path()).unwrap();
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
        let db = later.book.store().connection().await.unwrap();
        let own = logs.own(LogKind::Reputation);
        let signed = head(&db, &own.origin).await.unwrap();
        let leaf = log::leaves(&db, &own.origin, 1, 1).await.unwrap().remove(0);
        own.memory.keep(&signed.checkpoint, &[leaf.id], false).await.unwrap();
        assert_eq!(found(&home, &logs).await.0, Memory::Ahead, "its leaf does not wait here");
        let mut here = home.book.store().connection().await.unwrap();
        let tx = here.begin().await.unwrap();
        log::enqueue(&tx, &own.origin, &[(leaf.id, &leaf.bytes)]).await.unwrap();
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
        assert_eq!(found(&home, &logs).await.0, Memory::Behind, "another process has signed since");
    }

    #[test]
    fn one_peer_that_shows_the_head_confirms_a_memory_and_a_quorum_stands_in_for_both() {
        for (peers, quorum) in [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3), (7, 5)] {
            for memory in
                [Memory::Agrees, Memory::Elsewhere, Memory::Missing, Memory::Behind, Memory::Differs]
            {
                for answers in 0..=peers {
                    // Those who do not know this log, and those who have not followed so far.
                    for shown in [None, Some(6)] {
                        let said = vec![shown; answers];
                        assert_eq!(enough(memory, peers, &said), answers >= quorum, "{memory:?} {said:?}");
                    }
                }
                let one = enough(memory, peers, &[Some(7)]);
                assert_eq!(one, memory == Memory::Agrees || quorum <= 1, "{memory:?} of {peers}");
            }
            assert!(enough(Memory::Accepted, peers, &[]));
        }
    }

    #[tokio::test]
    async fn a_memory_that_another_process_has_moved_is_not_set_back() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new('a', &['b']).await;
        let (here, there) =
            (home.process(Some(folder.path())).await, home.process(Some(folder.path())).await);
        let own = here.log_keys().own(LogKind::Reputation);
        let theirs = there.log_keys().own(LogKind::Reputation);
        let seen = head(&here.store().connection().await.unwrap(), &own.origin).await.unwrap();
        home.register("ada").await;
        sequence(there.store(), theirs, there.now()).await.unwrap();
        let signed = theirs.memory.recall(theirs.signer.vkey()).await.unwrap();
        assert!(!settle(here.store(), own, &seen, Memory::Missing).await.unwrap());
        assert_eq!(own.memory.recall(own.signer.vkey()).await.unwrap(), signed);
        let moved = head(&here.store().connection().await.unwrap(), &own.origin).await.unwrap();
        assert!(!settle(here.store(), own, &moved, Memory::Missing).await.unwrap(), "nor is it missing now");
    }

    #[test]
    fn a_statement_that_is_used_up_counts_though_the_connection_breaks() {
        let broken = || Err(StoreError::Unanswered { statement: "COMMIT" });
        assert!(ended(Memory::Accepted, broken()).unwrap());
        for memory in [Memory::Missing, Memory::Behind, Memory::Differs] {
            assert!(ended(memory, broken()).is_err(), "{memory:?} is looked at again");
            assert!(ended(memory, Ok(())).unwrap());
        }
    }

    #[test]
    fn what_is_waited_for_is_said_in_plain_words() {
        let peers: Vec<String> = (0..10).map(|number| format!("p{number}.example")).collect();
        let missing: Vec<&str> = peers.iter().map(String::as_str).collect();
        let text = waits("a.example/jobs", Memory::Missing, 12, 10, &missing);
        assert!(text.contains("7 of 10 peers") && text.contains("p7.example and 2 more"), "{text}");
        assert!(text.ends_with("hanse-node log accept a.example/jobs 12"), "{text}");
        let text = waits("a.example/jobs", Memory::Agrees, 12, 10, &missing);
        assert!(text.contains("so 1 of 10 peers must first show this very head, or 7 of 10 say"), "{text}");
    }
}
