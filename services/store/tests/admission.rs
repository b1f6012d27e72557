//! What is looked at before a document is let in: each fact by itself.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use hanse_document::{Did, DocumentId};
use hanse_store::documents::admission::{Admission, Look, look};
use hanse_store::testing::TestDatabase;
use hanse_store::{Connection, Sql as _};

const SOMEBODY: &str = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";

/// What is found about a document of somebody, whose id is all zeros.
async fn found(db: &Connection, log: Option<&str>, since: Option<i64>) -> Admission {
    let document = DocumentId::parse(&format!("job_{}", "A".repeat(43))).unwrap();
    let issuer = Did::parse(SOMEBODY).unwrap();
    look(db, Look { document: &document, issuer: &issuer, log, since }).await.unwrap()
}

#[tokio::test]
async fn each_fact_is_found_by_itself() {
    let database = TestDatabase::new().await;
    let db = database.store().await.connection().await.unwrap();
    let nothing = Admission { applied: false, halted: false, documents: 0, author: None };
    assert_eq!(found(&db, Some("a.example/jobs"), Some(0)).await, nothing);

    database
        .script(&format!(
            "INSERT INTO log (origin, own, vkey, size, root, range, checkpoint, halted) VALUES \
                 ('a.example/jobs', true, '', 0, sha256(''), '', '', NULL), \
                 ('a.example/reputation', true, '', 0, sha256(''), '', '', 'damaged'); \
             INSERT INTO document (id, kind, issuer, commitment, bytes, public, received_at) SELECT sha256(int8send(i)), 'job', \
                 CASE WHEN i < 4 THEN '{SOMEBODY}' ELSE 'else' END, sha256(int8send(i)), '', true, i * 100 \
                 FROM generate_series(1, 5) AS i"
        ))
        .await;
    assert_eq!(
        found(&db, Some("a.example/jobs"), None).await,
        nothing,
        "documents are counted where that is asked"
    );
    let halted = found(&db, Some("a.example/reputation"), None).await;
    assert_eq!(halted, Admission { halted: true, ..nothing.clone() });
    assert_eq!(found(&db, None, None).await, nothing, "no log is asked for");
    for (since, documents) in [(0, 3), (100, 2), (299, 1), (300, 0)] {
        assert_eq!(
            found(&db, None, Some(since)).await,
            Admission { documents, ..nothing.clone() },
            "{since}"
        );
    }

    let moved = "INSERT INTO history (object, position, event, state, actor, document, at) \
         VALUES (sha256('1'), 0, 'publish', 'open', 'client', decode(repeat('00', 32), 'hex'), 1)";
    db.execute(moved, &[]).await.unwrap();
    assert_eq!(found(&db, None, None).await, Admission { applied: true, ..nothing.clone() });

    let known = "INSERT INTO identity (did, subject, genesis, home, custody) \
         VALUES ($1, sha256('1'), decode(repeat('01', 32), 'hex'), 'b.example', 'self')";
    db.execute(known, &[&SOMEBODY]).await.unwrap();
    let author = found(&db, None, None).await.author.unwrap();
    assert_eq!(
        (author.home.as_str(), author.custody.as_str(), author.logged_index),
        ("b.example", "self", None)
    );
}
