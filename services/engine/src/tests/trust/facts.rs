//! What a person's own log counts.

use hanse_base::error::{Refusal, UseError};
use hanse_store::Sql as _;

use crate::testing::Home;

/// As many leaves as an evidence file may hold.
const LEAVES_MAX: usize = hanse_ledger::evidence::ENTRIES_MAX;

#[tokio::test]
async fn what_is_more_than_an_evidence_file_holds_is_not_counted_in_part() {
    const LEAVES: &str = "INSERT INTO log_leaf (origin, index, id, bytes) \
         SELECT $1, 100 + i, sha256(int8send(i)), '' FROM generate_series(1, $2::bigint) AS i";
    const LISTED: &str = "INSERT INTO log_listed (origin, subject, index) \
         SELECT $1, $3, 100 + i FROM generate_series(1, $2::bigint) AS i";
    let home = Home::new('a', &[]).await;
    let ada = home.register("ada").await;
    home.sequence().await;
    let (db, origin) = (home.engine.store().connection().await.unwrap(), "a.example/reputation");
    let counted =
        async || home.engine.trust().reputation(&ada).await.map(|found| found.map(|found| found.foreign));
    assert_eq!(counted().await.unwrap(), Some(0));
    // Her own identity is one.
    let more = i64::try_from(LEAVES_MAX).unwrap() - 1;
    db.execute(LEAVES, &[&origin, &(more + 1)]).await.unwrap();
    db.execute(LISTED, &[&origin, &more, &ada.subject_key().as_slice()]).await.unwrap();
    // With as many hashes at its right edge as before.
    db.execute("UPDATE log SET size = 98304 WHERE origin = $1", &[&origin]).await.unwrap();
    assert_eq!(counted().await.unwrap(), u64::try_from(more).ok());
    let last = "INSERT INTO log_listed (origin, subject, index) VALUES ($1, $2, $3)";
    db.execute(last, &[&origin, &ada.subject_key().as_slice(), &(101 + more)]).await.unwrap();
    let refused = counted().await;
    assert!(matches!(refused, Err(UseError::Refused(Refusal::RecordTooLarge))), "{refused:?}");
}
