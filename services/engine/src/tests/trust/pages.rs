//! Pages of a log whose home does what it can to make them too long.

use hanse_document::kind::reply::{Reply, TEXT_CHARS_MAX};
use hanse_document::{Body, Commitment, Did, Draft, SigningKey, Text, Verified};
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};
use hanse_network::{RANGE_BYTES_MAX, Response};
use hanse_store::{documents, log};

use super::scores::deal;
use crate::testing::{Home, node};
use hanse_base::names::LogKind;
use hanse_logbook::range;
use hanse_logbook::sequence::sequence;
use hanse_trust::scores::{Feed, Piece};

const LOG: &str = "a.example/reputation";

/// The longest reply that can be written.
fn reply(key: &SigningKey, cites: LeafId, home: &Home, number: u8) -> Verified {
    let text = Text::parse(&"\u{1f642}".repeat(TEXT_CHARS_MAX)).unwrap();
    let body = Body::Reply(Reply { cites: cites.into(), text });
    let (issuer, from) = (Did::of(&key.public()), home.engine.now());
    Draft { issuer, body, salt: [number; 32], from, until: None, custody: None }.sign(key).unwrap()
}

fn leaf(key: &SigningKey, cites: LeafId, commitment: Commitment, home: &Home) -> Leaf {
    let subject = SubjectKey::of(&Did::of(&key.public()));
    let statement = Statement::Reply { cites, commitment };
    statement.draft(home.engine.now().day(), &[subject]).sign(&[key]).unwrap()
}

/// The first open leaf of the log, and what its commit seals.
async fn opened(home: &Home) -> (u64, LeafId, Commitment) {
    let db = home.engine.store().connection().await.unwrap();
    for row in log::leaves(&db, LOG, 0, 256).await.unwrap() {
        let leaf = Leaf::parse(&row.bytes);
        let statement = leaf.as_ref().ok().and_then(Leaf::statement);
        if let Some(Statement::Open { cites }) = statement {
            let sealed = range::sealed_by(&db, LOG, cites).await.unwrap().unwrap();
            return (row.index, *cites, sealed);
        }
    }
    panic!("a review was opened");
}

#[tokio::test]
async fn a_leaf_that_commits_to_what_another_brings_keeps_no_page_from_beginning() {
    let home = Home::new('a', &[]).await;
    let (vic, ada) = (home.register("vic").await, home.register("ada").await);
    home.sequence().await;
    deal(&home, &vic, &ada, 5).await;
    let (index, commit, review) = opened(&home).await;
    // After the open leaf more documents than fit a page, and behind them its own once more.
    let mut db = home.engine.store().connection().await.unwrap();
    let key = SigningKey::from_seed([7; 32]);
    let tx = db.begin().await.unwrap();
    let mut bytes = 0;
    for number in
        (0..u8::MAX).take_while(|number| usize::from(*number) * 4 * TEXT_CHARS_MAX < RANGE_BYTES_MAX)
    {
        let reply = reply(&key, commit, &home, number);
        bytes += reply.bytes().len();
        documents::insert(&tx, &reply, true, 0).await.unwrap();
        let leaf = leaf(&key, commit, reply.commitment(), &home);
        log::enqueue(&tx, LOG, &leaf.id(), leaf.bytes()).await.unwrap();
    }
    assert!(bytes > RANGE_BYTES_MAX);
    let again = leaf(&key, commit, review, &home);
    log::enqueue(&tx, LOG, &again.id(), again.bytes()).await.unwrap();
    tx.commit().await.unwrap();
    let own = home.engine.log_keys().own(LogKind::Reputation);
    sequence(home.engine.store(), own, home.engine.now()).await.unwrap();

    let size = log::find(&db, LOG).await.unwrap().unwrap().size;
    let page = Feed::default().page(&db, LOG, index, size).await.unwrap();
    let first = page.iter().find_map(|piece| match piece {
        Piece::Leaf { index, .. } => Some(*index),
        Piece::Document(_) | Piece::Dated { .. } => None,
    });
    assert_eq!(first, Some(index), "whoever reads on would never get past it");
    assert!(matches!(page.first(), Some(Piece::Document(_))), "with its documents");
    let answer = range::answer(&db, LOG, index, size).await.unwrap();
    let Response::Range { entries, .. } = answer else { panic!("{answer:?}") };
    assert_eq!(entries.first().map(|entry| entry.documents.len()), Some(2), "review and word");
    let shown =
        home.engine.trust().log_leaves(&node('a'), LogKind::Reputation, index).await.unwrap().unwrap();
    assert!(!shown.leaves.is_empty());
}
