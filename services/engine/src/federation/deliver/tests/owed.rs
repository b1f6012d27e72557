//! What an auditor does not cosign without, and what it keeps in mind of a log that lies.

use hanse_logbook::cosign::{Cosigned, Withheld, cosign};
use hanse_store::log;

use super::*;

#[tokio::test]
async fn copies_are_forgiven_some_at_a_time_and_for_good() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    a.register("ada").await;
    a.sequence().await;
    b.follow(&a).await;
    let origin = "a.example/reputation";
    // Noted as owed, and nothing that could be.
    let copies = |from: u8, to: u8| -> Vec<log::Wanted> {
        let copy = |at: u8| log::Wanted {
            index: 1_000 + u64::from(at),
            kind: "open".into(),
            commitment: Some(Commitment::from_bytes([at; 32])),
            cites: None,
        };
        (from..to).map(copy).collect()
    };
    let mut connection = b.engine.store().connection().await.unwrap();
    let tx = connection.begin().await.unwrap();
    log::want(&tx, origin, log::Want::Review, &copies(0, 70), 0).await.unwrap();
    tx.commit().await.unwrap();
    let audit =
        async || cosign(b.engine.store(), b.engine.log_keys(), origin, 0, b.engine.now()).await.unwrap();
    assert_eq!(audit().await, Cosigned::Withheld(Withheld::Gap), "it is not known yet");
    assert_eq!(log::wanted_owed(&connection, origin, 99).await.unwrap().len(), 6);
    assert!(matches!(audit().await, Cosigned::Signed { .. }));
    let tx = connection.begin().await.unwrap();
    log::want(&tx, origin, log::Want::Review, &copies(70, 80), 0).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(audit().await, Cosigned::Fresh);
    assert_eq!(log::wanted_owed(&connection, origin, 99).await.unwrap().len(), 10, "nothing was looked at");
}

#[tokio::test]
async fn of_a_commit_that_does_not_come_few_open_leaves_are_kept_in_mind() {
    let (_a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    let mut connection = b.engine.store().connection().await.unwrap();
    let tx = connection.begin().await.unwrap();
    let opens = |from: u64, of: u8| -> Vec<log::Wanted> {
        let open = |index: u64| log::Wanted {
            index,
            kind: "open".into(),
            commitment: None,
            cites: Some(hanse_ledger::LeafId::from_bytes([of; 32])),
        };
        (from..from + 256).map(open).collect()
    };
    for (page, (of, kept)) in [(1, 256), (1, 0), (2, 256), (1, 0)].into_iter().enumerate() {
        let opens = opens(1_000 * u64::try_from(page).unwrap(), of);
        let noted = log::want(&tx, "a.example/reputation", log::Want::Document, &opens, 0).await.unwrap();
        assert_eq!(noted, kept, "page {page}");
    }
}

#[tokio::test]
async fn what_the_release_before_noted_is_taken_over_until_it_is_settled() {
    const NOTE: &str = "INSERT INTO log_gap (origin, index, commitment) \
         SELECT 'a.example/reputation', i, sha256(int8send(i)) FROM generate_series(1, 3) AS i";
    let (_a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    let origin = "a.example/reputation";
    let mut connection = b.engine.store().connection().await.unwrap();
    connection.execute(NOTE, &[]).await.unwrap();
    let listed = async || {
        let db = b.engine.store().connection().await.unwrap();
        let gaps = db.query("SELECT index FROM log_gap ORDER BY index", &[]).await.unwrap();
        gaps.iter().map(|row| row.get("index")).collect::<Vec<i64>>()
    };
    assert_eq!(log::take_over_gaps(&connection, 0).await.unwrap(), 3);
    assert_eq!(log::take_over_gaps(&connection, 0).await.unwrap(), 0);
    assert_eq!(listed().await, [1, 2, 3], "whoever goes back to it finds what is owed");
    let tx = connection.begin().await.unwrap();
    log::forgive(&tx, origin, 1).await.unwrap();
    log::unwant(&tx, origin, 2).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(listed().await, [3]);
    let tx = connection.begin().await.unwrap();
    log::unwant(&tx, origin, 1).await.unwrap();
    tx.commit().await.unwrap();
    for _ in 0..2 {
        assert_eq!(
            log::take_over_gaps(&connection, 0).await.unwrap(),
            0,
            "a change of leader brings none back"
        );
    }
    let owed = log::wanted_owed(&connection, origin, 9).await.unwrap();
    assert_eq!(owed.iter().map(|row| row.index).collect::<Vec<_>>(), [3]);
}
