//! What stands beside the leaves of whole logs: no more than a stranger's check takes, whatever the log says. A record file with one
//! document too many is invalid as a whole, and it would be the honest node that looks like a liar.

use hanse_base::names::LogKind;
use hanse_document::kind::Role;
use hanse_document::{Kind, Verified};
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};
use hanse_store::documents;

use crate::node::{A, B, Node, TODAY, key, name, reputation};
use crate::story::Story;

/// A leaf about the freelancer, by a key that nobody named, or by none where the type takes none.
fn said(story: &Story, statement: &Statement) -> Leaf {
    let draft = || statement.draft(TODAY + 1, &[SubjectKey::of(&story.freelancer.did)]);
    draft().sign(&[&key(900)]).or_else(|_| draft().sign(&[])).unwrap()
}

async fn publish(node: &Node, made_public: &[&Verified]) {
    let mut connection = node.db().await;
    let tx = connection.begin().await.unwrap();
    for document in made_public {
        documents::publish(&tx, &document.id()).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// The kinds of the documents that a node shows beside a leaf of b's log.
async fn shown(node: &Node, leaf: &Leaf) -> Vec<Kind> {
    let db = node.db().await;
    let index = hanse_store::log::index_of(&db, &reputation(B), &leaf.id()).await.unwrap().unwrap();
    drop(db);
    let page = node.engine.trust().log_leaves(&name(B), LogKind::Reputation, index).await.unwrap().unwrap();
    let kind = |document: &serde_json::Value| {
        let bytes = hanse_document::canonical::to_vec(document);
        hanse_document::Signed::parse(&bytes).unwrap().verify().unwrap().kind()
    };
    page.leaves[0].documents.iter().map(kind).collect()
}

#[tokio::test]
async fn a_log_that_lies_about_what_it_makes_public_spoils_nobodys_record() {
    let [a, b] = Node::world([A, B]).await;
    let story = Story::new();
    story.begin(&a, &b).await;
    story.end(&a, &b).await;
    for node in [&a, &b] {
        publish(node, &[&story.offer, &story.acceptance]).await;
    }
    let honest = story.review(Role::Client, 5);
    let whole = [Kind::Review, Kind::Text, Kind::Acceptance];
    for node in [&a, &b] {
        assert_eq!(shown(node, &honest.open).await, whole);
    }

    let review = honest.review.commitment();
    let posting = said(&story, &Statement::Posting { commitment: review });
    let reply = said(&story, &Statement::Reply { cites: honest.commit.id(), commitment: review });
    let identity = said(&story, &Statement::Identity { commitment: review, seq: 7 });
    // Sealed as if it were about the client, whose word is another one.
    let engagement = story.client_engagement().id();
    let moved = said(&story, &Statement::Commit { commitment: review, engagement });
    let opened = said(&story, &Statement::Open { cites: moved.id() });
    // Opened before it was sealed: who reads line by line cannot know what.
    let engagement = story.freelancer_engagement().id();
    let late = said(&story, &Statement::Commit { commitment: review, engagement });
    let early = said(&story, &Statement::Open { cites: late.id() });
    // Sealed is what is no review.
    let text = Statement::Commit { commitment: honest.text.commitment(), engagement };
    let text = said(&story, &text);
    let bare = said(&story, &Statement::Open { cites: text.id() });
    let nothing = said(&story, &Statement::Open { cites: LeafId::from_bytes([5; 32]) });
    let all = [&posting, &reply, &identity, &moved, &opened, &early, &late, &text, &bare, &nothing];
    b.sequence(&all.map(Clone::clone)).await;
    a.follow(&b).await;
    for node in [&a, &b] {
        assert_eq!(
            shown(node, &opened).await,
            [Kind::Review, Kind::Text],
            "the word is not the rated person's"
        );
        for leaf in [&posting, &reply, &identity, &moved, &early, &late, &text, &bare, &nothing] {
            assert!(shown(node, leaf).await.is_empty(), "{}", String::from_utf8_lossy(leaf.bytes()));
        }
    }
}
