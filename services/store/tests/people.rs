//! Who is known, whoever says it first.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use hanse_document::kind::Custody;
use hanse_document::{Did, DocumentId, Kind, NodeName, SigningKey};
use hanse_store::Sql as _;
use hanse_store::accounts::{self, IdentityRow};
use hanse_store::testing::TestDatabase;

fn ada(genesis: u8) -> IdentityRow {
    IdentityRow {
        did: Did::of(&SigningKey::from_seed([7; 32]).public()),
        genesis: DocumentId::new(Kind::Identity, [genesis; 32]),
        home: NodeName::parse("a.example").unwrap(),
        custody: Custody::Own,
        logged_index: None,
    }
}

#[tokio::test]
async fn whoever_learns_of_a_person_second_learns_that_they_are_known() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let (mut first, mut second) = (store.connection().await.unwrap(), store.connection().await.unwrap());
    let tx = first.begin().await.unwrap();
    assert!(accounts::insert_identity(&tx, &ada(1)).await.unwrap());
    // The second one waits for the first, whose transaction is still open.
    let other = second.begin().await.unwrap();
    let (theirs, ours) = (ada(2), async { tx.commit().await.unwrap() });
    let (inserted, ()) = tokio::join!(accounts::insert_identity(&other, &theirs), ours);
    assert!(!inserted.unwrap());
    assert_eq!(accounts::find_identity(&other, &ada(1).did).await.unwrap(), Some(ada(1)));
    assert!(!accounts::insert_identity(&other, &ada(1)).await.unwrap(), "and can go on");
    other.commit().await.unwrap();
}

#[tokio::test]
async fn a_second_writer_may_meet_the_subject_first() {
    let database = TestDatabase::new().await;
    let mut db = database.store().await.connection().await.unwrap();
    let tx = db.begin().await.unwrap();
    accounts::insert_identity(&tx, &ada(1)).await.unwrap();
    // So that only the other key is met, which chance decides otherwise.
    tx.execute("UPDATE identity SET did = 'not met'", &[]).await.unwrap();
    assert!(!accounts::insert_identity(&tx, &ada(1)).await.unwrap());
    tx.commit().await.unwrap();
}
