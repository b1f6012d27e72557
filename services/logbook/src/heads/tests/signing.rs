//! When an own log may be signed: who has said what of it, and what is remembered.

use hanse_network::Response;
use hanse_store::Sql as _;
use hanse_store::log::LogRow;

use super::*;
use crate::mend::{self, MendError};
use crate::sequence::{BatchPoint, sequence, sequence_with};

const LOG: &str = "a.example/reputation";

/// What a home answers when a node called `asker` asks it for heads.
async fn answer_to(asker: &str, by: &Home) -> Vec<hanse_network::Bytes> {
    let Response::Heads { notes } = answer(&by.book, asker).await.unwrap() else { panic!("no heads") };
    notes
}

/// A process asks a home for heads.
async fn ask(book: &Logbook, of: &Home) {
    let notes = answer_to(book.config().name.as_str(), of).await;
    hear(book, of.book.config().name.as_str(), &notes).await.unwrap();
}

async fn signs(book: &Logbook) -> bool {
    may_sign(book, LogKind::Reputation).await
}

async fn row(book: &Logbook) -> LogRow {
    log::find(&book.store().connection().await.unwrap(), LOG).await.unwrap().unwrap()
}

async fn halt(book: &Logbook, reason: &str) {
    assert!(log::halt(&book.store().connection().await.unwrap(), LOG, reason).await.unwrap());
}

/// As an operator would, without a look at the log.
async fn go_on(book: &Logbook) {
    let halted = row(book).await.halted.unwrap();
    assert!(log::resume(&book.store().connection().await.unwrap(), LOG, &halted).await.unwrap());
}

/// Another person in the log, by a process that remembers what it signs.
async fn grow(home: &Home, process: &Logbook, handle: &str) {
    home.register(handle).await;
    let own = process.log_keys().own(LogKind::Reputation);
    sequence(process.store(), own, process.now()).await.unwrap();
}

#[tokio::test]
async fn what_is_shown_while_a_log_is_halted_is_not_forgotten() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    a.register("ada").await;
    a.sequence().await;
    b.follow(&a).await;
    let older = Home::new('a', &['b']).await;
    let restored = &older.book;
    halt(restored, "damaged: the disk").await;
    ask(restored, &b).await;
    let resumed = mend::resume(restored.store(), restored.log_keys(), LOG, restored.now()).await;
    assert!(matches!(resumed, Err(MendError::Unsound(_))), "{resumed:?}");
    let halted = row(restored).await.halted.unwrap();
    assert!(halted.starts_with(ROLLED_BACK) && halted.contains("damaged: the disk"), "{halted}");
    go_on(restored).await;
    assert!(!signs(restored).await);
    assert!(row(restored).await.halted.unwrap().starts_with(ROLLED_BACK));
}

#[tokio::test]
async fn an_answer_that_comes_while_a_log_is_halted_does_not_count() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    b.follow(&a).await;
    ask(&a.book, &b).await;
    assert!(signs(&a.book).await);
    halt(&a.book, "for a test").await;
    ask(&a.book, &b).await;
    go_on(&a.book).await;
    assert!(!signs(&a.book).await, "it is asked anew");
    ask(&a.book, &b).await;
    assert!(signs(&a.book).await);
}

#[tokio::test]
async fn a_peer_that_does_not_show_the_head_confirms_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let a = Home::new('a', &['b', 'c', 'n']).await;
    let (b, c) = (Home::new('b', &['a', 'c', 'n']).await, Home::new('c', &['a', 'b', 'n']).await);
    let n = Home::new('n', &['a', 'b', 'c']).await;
    let before = a.process(Some(folder.path())).await;
    grow(&a, &before, "ada").await;
    b.follow(&a).await;
    grow(&a, &before, "ben").await;
    let again = a.process(Some(folder.path())).await;
    assert!(!signs(&again).await);
    // One has not followed so far, the other has never heard of this log.
    for peer in [&b, &n] {
        ask(&again, peer).await;
        assert!(!signs(&again).await);
    }
    let Some(Signing::Waits(said)) = again.heard().signing(LogKind::Reputation) else { panic!("it waits") };
    assert!(
        said.contains("1 of 3 peers must first show this very head") && said.contains("heard: c."),
        "{said}"
    );
    // It simply waits until that one has followed.
    b.follow(&a).await;
    ask(&again, &b).await;
    assert!(signs(&again).await);

    let lonely = a.process(Some(folder.path())).await;
    let behind = Home::new('b', &['a', 'c', 'n']).await;
    for (peer, enough) in [(&behind, false), (&n, false), (&c, true)] {
        ask(&lonely, peer).await;
        assert_eq!(signs(&lonely).await, enough, "a quorum that knows no larger head is enough");
    }
}

#[tokio::test]
async fn a_node_that_was_just_founded_waits_for_one_peer_to_follow() {
    let folder = tempfile::tempdir().unwrap();
    crate::memory::create(folder.path()).unwrap();
    let (a, b) = (Home::new('a', &['b', 'c']).await, Home::new('b', &['a', 'c']).await);
    let process = a.process(Some(folder.path())).await;
    ask(&process, &b).await;
    assert!(!signs(&process).await);
    b.follow(&a).await;
    ask(&process, &b).await;
    assert!(signs(&process).await);
}

async fn accepted(book: &Logbook) -> bool {
    let own = book.log_keys().own(LogKind::Reputation);
    own.memory.recall(own.signer.vkey()).await.unwrap().unwrap().accepted
}

#[tokio::test]
async fn what_the_operator_states_lets_one_process_begin() {
    let folder = tempfile::tempdir().unwrap();
    let a = Home::new('a', &['b']).await;
    let process = a.process(Some(folder.path())).await;
    mend::accept(process.store(), process.log_keys(), LOG, 1, process.now()).await.unwrap();
    assert!(accepted(&process).await);
    assert!(signs(&process).await);
    assert!(!accepted(&process).await);
    assert!(!signs(&a.process(Some(folder.path())).await).await);
}

#[tokio::test]
async fn a_larger_head_that_nobody_has_followed_is_told_to_whose_log_it_is() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a', 'c']).await);
    b.follow(&a).await;
    a.register("ada").await;
    a.sequence().await;
    let newest = note(&a).await;
    assert_eq!(heard(&b, "a.example", &newest).await, Verdict::Accept);
    let sizes = async |asker: &str| {
        let notes = answer_to(asker, &b).await;
        let heads = notes.iter().filter_map(|note| read(b.book.log_keys(), note).ok());
        let of_a = heads.filter(|head| head.checkpoint.origin.as_str() == LOG);
        of_a.map(|head| head.checkpoint.size).collect::<Vec<u64>>()
    };
    let size = row(&a.book).await.size;
    assert_eq!(sizes("a.example").await, [size, 1]);
    assert_eq!(sizes("c.example").await, [1], "what others cannot have yet is of no use to them");
    // The database comes back as it was before, and what the process remembered is gone.
    let older = Home::new('a', &['b']).await;
    let restored = &older.book;
    ask(restored, &b).await;
    assert!(!signs(restored).await);
    assert!(row(restored).await.halted.unwrap().starts_with(ROLLED_BACK));
}

#[tokio::test]
async fn a_damaged_mirror_keeps_no_answer_from_counting() {
    let (a, b) = (Home::new('a', &['b', 'n']).await, Home::new('b', &['a', 'n']).await);
    let n = Home::new('n', &['a', 'b']).await;
    for home in [&b, &n] {
        home.follow(&a).await;
    }
    b.follow(&n).await;
    n.register("nora").await;
    n.sequence().await;
    a.follow(&n).await;
    let db = a.book.store().connection().await.unwrap();
    for damage in
        ["ALTER TABLE log_tile DISABLE TRIGGER USER", "DELETE FROM log_tile WHERE origin LIKE 'n.%'"]
    {
        db.execute(damage, &[]).await.unwrap();
    }
    // What b knows of n is older than what a has, and so is compared with a's tiles.
    for peer in [&b, &n] {
        ask(&a.book, peer).await;
    }
    assert!(signs(&a.book).await && a.book.heard().may_audit());
}

#[tokio::test]
async fn a_damaged_own_log_is_halted_before_it_is_signed() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    b.follow(&a).await;
    a.register("ada").await;
    a.sequence().await;
    let db = a.book.store().connection().await.unwrap();
    for damage in
        ["ALTER TABLE log_tile DISABLE TRIGGER USER", "DELETE FROM log_tile WHERE origin LIKE 'a.%'"]
    {
        db.execute(damage, &[]).await.unwrap();
    }
    ask(&a.book, &b).await;
    assert!(!signs(&a.book).await);
    let halted = row(&a.book).await.halted;
    assert!(halted.as_ref().is_some_and(|reason| reason.starts_with("damaged: ")), "{halted:?}");
    assert_eq!(a.book.heard().signing(LogKind::Reputation), None);
    assert!(!signs(&a.book).await, "nor later");
}

/// What a peer says of the log at A, after its other notes.
async fn says(book: &Logbook, peer: &str, note: String) {
    let of_log = [note.into_bytes().into()];
    hear(book, peer, &of_log).await.unwrap();
}

#[tokio::test]
async fn an_answer_about_an_own_log_that_cannot_be_read_counts_for_nothing() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    b.follow(&a).await;
    let good = note(&a).await;
    let forged = good.replace("\n1\n", "\n2\n");
    let cut = good.lines().take(2).collect::<Vec<_>>().join("\n");
    for unreadable in [forged, cut] {
        says(&a.book, "b.example", unreadable.clone()).await;
        assert!(!signs(&a.book).await, "{unreadable}");
        assert!(a.book.heard().may_audit(), "it has answered");
    }
    says(&a.book, "b.example", String::new()).await;
    assert!(signs(&a.book).await, "what names no log of this node is nothing about it");
}

#[tokio::test]
async fn a_head_is_learned_whose_cosignature_is_forged() {
    let folder = tempfile::tempdir().unwrap();
    let a = Home::new('a', &['b', 'n']).await;
    let n = Home::new('n', &['a']).await;
    let before = a.process(Some(folder.path())).await;
    grow(&a, &before, "ada").await;
    let bare = note(&a).await;
    let other = Checkpoint { size: 99, ..read(a.book.log_keys(), bare.as_bytes()).unwrap().checkpoint };
    let forged = format!("{bare}{}\n", auditor(&n).cosign(&other, 7));
    let again = a.process(Some(folder.path())).await;
    says(&again, "b.example", forged.clone()).await;
    assert!(signs(&again).await, "it shows the very head");
    let cosignatures = log::cosignatures(&again.store().connection().await.unwrap(), LOG, 2).await.unwrap();
    assert!(cosignatures.is_empty(), "{cosignatures:?}");
    // The same node, its database restored: the log's own signature proves what it has forgotten.
    let older = Home::new('a', &['b', 'n']).await;
    says(&older.book, "b.example", forged).await;
    assert!(!signs(&older.book).await);
    assert!(row(&older.book).await.halted.unwrap().starts_with(ROLLED_BACK));
}

/// The process leads, in this epoch of the lease.
async fn leads(book: &Logbook, epoch: i64) {
    book.heard().begin();
    lead(book, epoch).await;
}

#[tokio::test]
async fn a_memory_agrees_only_if_no_process_with_another_memory_has_led_since() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (Home::new('a', &['b', 'n']).await, Home::new('b', &['a', 'n']).await);
    let n = Home::new('n', &['a', 'b']).await;
    let process = async |epoch: i64| {
        let process = a.process(Some(folder.path())).await;
        leads(&process, epoch).await;
        process
    };
    grow(&a, &process(1).await, "ada").await;
    b.follow(&a).await;
    // It is started again twice, and the first time does not even get to ask.
    process(2).await;
    let again = process(3).await;
    ask(&again, &b).await;
    assert!(signs(&again).await);
    // Another one led in between, and signed more; the database has lost that, and this peer has not followed so far.
    let after = process(5).await;
    ask(&after, &b).await;
    assert!(!signs(&after).await);
    let Some(Signing::Waits(said)) = after.heard().signing(LogKind::Reputation) else { panic!("it waits") };
    assert!(said.contains("another process has led since") && said.contains("so 2 of 2 peers"), "{said}");
    ask(&after, &n).await;
    assert!(signs(&after).await, "a quorum knows no larger head");
    let last = process(6).await;
    ask(&last, &b).await;
    assert!(signs(&last).await);
    // As the release before wrote it.
    let file = folder.path().join("reputation.json");
    let own = last.log_keys().own(LogKind::Reputation);
    let note = own.memory.recall(own.signer.vkey()).await.unwrap().unwrap().head.unwrap().note;
    std::fs::remove_file(folder.path().join("reputation.2.json")).unwrap();
    let form = serde_json::json!({ "note": note, "leaves": [], "accepted": false });
    std::fs::write(&file, form.to_string()).unwrap();
    let upgraded = process(7).await;
    ask(&upgraded, &b).await;
    assert!(!signs(&upgraded).await);
}

#[tokio::test]
async fn a_head_that_nobody_saw_is_kept_when_another_process_has_led_since() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    let process = a.process(Some(folder.path())).await;
    leads(&process, 1).await;
    grow(&a, &process, "ada").await;
    a.register("ben").await;
    let own = process.log_keys().own(LogKind::Reputation);
    let cut = sequence_with(process.store(), own, process.now(), |step| {
        if step == BatchPoint::Written { Err(LogError::Unknown { origin: LOG.into() }) } else { Ok(()) }
    });
    assert!(cut.await.is_err());
    let head = async || own.memory.recall(own.signer.vkey()).await.unwrap().unwrap().head;
    let unseen = head().await;
    b.follow(&a).await;
    let after = a.process(Some(folder.path())).await;
    leads(&after, 3).await;
    ask(&after, &b).await;
    assert!(signs(&after).await, "a quorum of one");
    assert_eq!(head().await, unseen);
}
