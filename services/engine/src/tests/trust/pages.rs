//! Pages of a log whose home does what it can to make them too long.

use hanse_base::names::LogKind;
use hanse_base::stored::kept;
use hanse_document::kind::reply::{Reply, TEXT_CHARS_MAX};
use hanse_document::{Body, Commitment, Did, Draft, SigningKey, Text, Verified};
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};
use hanse_logbook::range::{self, Beside};
use hanse_logbook::sequence::sequence;
use hanse_network::{Entry, RANGE_BYTES_MAX, Response};
use hanse_store::{Tx, documents, log};
use hanse_trust::scores::{Feed, FeedItem};
use serde_json::json;

use super::scores::{closed, deal};
use crate::testing::{Home, node};

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

/// More documents than fit a page, each with a leaf of its own.
async fn flood(tx: &Tx<'_>, key: &SigningKey, cites: LeafId, home: &Home) {
    let mut bytes = 0;
    for number in
        (0..u8::MAX).take_while(|number| usize::from(*number) * 4 * TEXT_CHARS_MAX < RANGE_BYTES_MAX)
    {
        let reply = reply(key, cites, home, number);
        bytes += reply.bytes().len();
        documents::insert(tx, &reply, true, 0).await.unwrap();
        let leaf = leaf(key, cites, reply.commitment(), home);
        log::enqueue(tx, LOG, &[(leaf.id(), leaf.bytes())]).await.unwrap();
    }
    assert!(bytes > RANGE_BYTES_MAX);
}

#[tokio::test]
async fn a_page_ends_before_it_is_too_long_and_no_leaf_comes_without_its_document() {
    let home = Home::new('a', &[]).await;
    let mut db = home.engine.store().connection().await.unwrap();
    let tx = db.begin().await.unwrap();
    flood(&tx, &SigningKey::from_seed([7; 32]), LeafId::from_bytes([1; 32]), &home).await;
    tx.commit().await.unwrap();
    let own = home.engine.log_keys().own(LogKind::Reputation);
    sequence(home.engine.store(), own, home.engine.now()).await.unwrap();

    let size = log::find(&db, LOG).await.unwrap().unwrap().size;
    let (mut read, mut pages) = (0, 0);
    while read < size {
        let answer = range::answer(&db, LOG, read, size).await.unwrap();
        let Response::Range { entries, checkpoint } = answer else { panic!("{answer:?}") };
        assert!(entries.iter().map(Entry::cost).sum::<usize>() <= RANGE_BYTES_MAX);
        for entry in &entries {
            let is_reply = Leaf::parse(&entry.leaf).is_ok_and(|leaf| leaf.kind() == "reply");
            assert_eq!(entry.documents.len(), usize::from(is_reply));
        }
        read += u64::try_from(entries.len()).unwrap();
        pages += 1;
        assert_eq!(checkpoint.is_some(), read == size, "it is of the whole alone");
    }
    assert_eq!(pages, 2);
}

/// An open leaf beside which a document is looked for that is not shown there, and what it builds on.
fn idle(key: &SigningKey, document: Commitment, home: &Home, number: u8) -> [Leaf; 3] {
    let (day, subjects) = (home.engine.now().day(), [SubjectKey::of(&Did::of(&key.public()))]);
    let sign = |statement: Statement| {
        let draft = || statement.draft(day, &subjects);
        draft().sign(&[key]).or_else(|_| draft().sign(&[])).unwrap()
    };
    let (log, slots) = (LOG.to_owned(), vec![key.public()]);
    let engagement = sign(Statement::Engagement { commitment: document, due: day, log, slots });
    let sealed = Commitment::from_bytes([number; 32]);
    let commit = sign(Statement::Commit { commitment: sealed, engagement: engagement.id() });
    let open = sign(Statement::Open { cites: commit.id() });
    [engagement, commit, open]
}

#[tokio::test]
async fn a_log_that_names_more_than_it_shows_gets_no_leaf_sent_without_its_document() {
    let home = Home::new('a', &[]).await;
    let key = SigningKey::from_seed([7; 32]);
    let cites = LeafId::from_bytes([1; 32]);
    let mut db = home.engine.store().connection().await.unwrap();
    let tx = db.begin().await.unwrap();
    let (mut leaves, mut bytes) = (Vec::new(), 0);
    for number in 0..u8::MAX {
        let reply = reply(&key, cites, &home, number);
        documents::insert(&tx, &reply, true, 0).await.unwrap();
        if bytes >= RANGE_BYTES_MAX {
            leaves.push(leaf(&key, cites, reply.commitment(), &home));
            break;
        }
        leaves.extend(idle(&key, reply.commitment(), &home, number));
        bytes += reply.bytes().len();
    }
    for leaf in &leaves {
        log::enqueue(&tx, LOG, &[(leaf.id(), leaf.bytes())]).await.unwrap();
    }
    tx.commit().await.unwrap();
    let log = home.engine.log_keys().own(LogKind::Reputation);
    sequence(home.engine.store(), log, home.engine.now()).await.unwrap();

    let size = log::find(&db, LOG).await.unwrap().unwrap().size;
    let place = log::index_of(&db, LOG, &leaves.last().unwrap().id()).await.unwrap().unwrap();
    let answer = range::answer(&db, LOG, 0, size).await.unwrap();
    let Response::Range { entries, checkpoint } = answer else { panic!("{answer:?}") };
    assert_eq!((u64::try_from(entries.len()).unwrap(), checkpoint), (place, None), "up to it");
    let answer = range::answer(&db, LOG, place, size).await.unwrap();
    let Response::Range { entries, checkpoint } = answer else { panic!("{answer:?}") };
    assert_eq!((entries.first().unwrap().documents.len(), checkpoint.is_some()), (1, true));
}

#[tokio::test]
async fn a_leaf_is_not_shown_with_half_of_what_goes_with_it() {
    let home = Home::new('a', &[]).await;
    let (vic, ada) = (home.register("vic").await, home.register("ada").await);
    home.sequence().await;
    let contract = closed(&home, &vic, &ada).await;
    let text = "x".repeat(hanse_document::kind::text::TEXT_CHARS_MAX);
    for person in [&vic, &ada] {
        let request = serde_json::from_value(json!({"rating": 5, "text": text})).unwrap();
        home.engine.review(person, &contract, request, false).await.unwrap();
    }
    for _ in 0..3 {
        home.sequence().await;
    }
    let db = home.engine.store().connection().await.unwrap();
    let (_, _, review) = opened(&home).await;
    let review = documents::by_commitment(&db, &review).await.unwrap().unwrap();
    let Body::Review(body) = kept(&review).unwrap().body().clone() else { panic!("{review:?}") };
    let text = documents::by_commitment(&db, &body.text.unwrap()).await.unwrap().unwrap();
    let (review, text) = (review.bytes.len(), text.bytes.len());
    let mut opens = log::leaves(&db, LOG, 0, 256).await.unwrap();
    opens.retain(|row| Leaf::parse(&row.bytes).is_ok_and(|leaf| leaf.kind() == "open"));
    // Review, text and word of each; the first of all is always loaded, and so is the first of the texts.
    for (bytes_max, shown, public) in [
        (text + 1, [Some(3), Some(3)], [Some(2), Some(2)]),
        (text, [Some(3), None], [Some(2), None]),
        (review, [None, None], [Some(2), None]),
        (1, [None, None], [Some(2), None]),
    ] {
        let beside = Beside::load(&db, LOG, &opens, bytes_max).await.unwrap();
        let count = |documents: Option<Vec<_>>| documents.map(|documents| documents.len());
        let all: Vec<_> = opens.iter().map(|row| count(beside.shown(&row.bytes))).collect();
        assert_eq!(all, shown, "{bytes_max}");
        let own = opens.iter().map(|row| count(beside.public(&Leaf::parse(&row.bytes).unwrap())));
        assert_eq!(own.collect::<Vec<_>>(), public, "{bytes_max}");
    }
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
    flood(&tx, &key, commit, &home).await;
    let again = leaf(&key, commit, review, &home);
    log::enqueue(&tx, LOG, &[(again.id(), again.bytes())]).await.unwrap();
    tx.commit().await.unwrap();
    let own = home.engine.log_keys().own(LogKind::Reputation);
    sequence(home.engine.store(), own, home.engine.now()).await.unwrap();

    let size = log::find(&db, LOG).await.unwrap().unwrap().size;
    let page = Feed::default().page(&db, LOG, index, size).await.unwrap();
    let first = page.iter().find_map(|piece| match piece {
        FeedItem::Leaf { index, .. } => Some(*index),
        FeedItem::Document(_) | FeedItem::Dated { .. } => None,
    });
    assert_eq!(first, Some(index), "whoever reads on would never get past it");
    assert!(matches!(page.first(), Some(FeedItem::Document(_))), "with its documents");
    let answer = range::answer(&db, LOG, index, size).await.unwrap();
    let Response::Range { entries, .. } = answer else { panic!("{answer:?}") };
    assert_eq!(entries.first().map(|entry| entry.documents.len()), Some(2), "review and word");
    let shown =
        home.engine.trust().log_leaves(&node('a'), LogKind::Reputation, index).await.unwrap().unwrap();
    assert!(!shown.leaves.is_empty());
}
