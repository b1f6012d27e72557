//! Documents, as many as are asked for at once.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use hanse_document::Commitment;
use hanse_store::documents::{Visible, by_commitments};
use hanse_store::testing::TestDatabase;
use hanse_store::{Connection, Sql as _};

const ADD: &str = "INSERT INTO document (id, kind, issuer, commitment, bytes, public, received_at) \
     VALUES ($1, 'text', 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK', $1, $2, $3, 0)";

/// Keeps ten bytes as a document.
async fn add(db: &Connection, number: u8, public: bool) -> Commitment {
    let bytes = [number; 10];
    let commitment = Commitment::of(&bytes);
    let values = (commitment.as_bytes().as_slice(), bytes.as_slice());
    db.execute(ADD, &[&values.0, &values.1, &public]).await.unwrap();
    commitment
}

#[tokio::test]
async fn after_so_many_bytes_documents_are_only_known_to_be_here() {
    let database = TestDatabase::new().await;
    let db = database.store().await.connection().await.unwrap();
    let mut wanted = Vec::new();
    for number in [3, 1, 2] {
        wanted.push(add(&db, number, true).await);
    }
    wanted.push(Commitment::of(b"nowhere"));
    let found = by_commitments(&db, &wanted, Visible::Public, 20).await.unwrap();
    let how = |commitment: &Commitment| (found.get(commitment).is_some(), found.is_beyond(commitment));
    assert_eq!(
        wanted.iter().map(how).collect::<Vec<_>>(),
        [(true, false), (true, false), (false, true), (false, false)],
        "in the order in which they are asked for"
    );
    let first = by_commitments(&db, &wanted, Visible::Public, 1).await.unwrap();
    assert!(first.get(&wanted[0]).is_some() && first.is_cut(), "the first is loaded however long it is");
}

#[tokio::test]
async fn what_is_not_public_is_not_found_among_what_is() {
    let database = TestDatabase::new().await;
    let db = database.store().await.connection().await.unwrap();
    let private = add(&db, 7, false).await;
    for (only, bytes_max) in [(Visible::Public, 20), (Visible::Public, 0), (Visible::All, 20)] {
        let found = by_commitments(&db, &[private], only, bytes_max).await.unwrap();
        assert_eq!(found.get(&private).is_some(), only == Visible::All);
        assert!(!found.is_cut(), "nor that it is here");
    }
}
