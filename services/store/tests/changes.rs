//! The feed of changes: nothing that commits is missed, whatever the order in which transactions end.
#![expect(clippy::unwrap_used, clippy::panic, reason = "test code: a failure is the finding")]

use hanse_store::changes::{self, Change, Changed, Cursor, Since};
use hanse_store::testing::{TestDatabase, settled};
use hanse_store::{Connection, Sql, Tx};

const PERSON: &str =
    "INSERT INTO identity (did, subject, genesis, home, custody) VALUES ($1, $2, $2, 'a', 'a')";
const PROFILE: &str = "INSERT INTO profile (did, document, updated_at) VALUES ($1, '', 0) \
     ON CONFLICT (did) DO UPDATE SET updated_at = profile.updated_at + 1";
const NO_PROFILE: &str = "DELETE FROM profile WHERE did = $1";
const JOB: &str = "INSERT INTO job (id, client, home, state, head, seats, title, skills, posted_at, expires_at, posting, active_at, search) \
     VALUES ($1, 'one', 'a', 'open', $1, 1, 'A bridge', '{}', 0, 1, $1, 0, '')";
const MOVE: &str = "UPDATE job SET state = $2, head = head WHERE id = $1";
const REVIEW: &str = "INSERT INTO review (commit_leaf, subject, commitment, engagement, state, committed_at) \
     VALUES ($1, $1, $1, $1, 'committed', 0)";
const REVIEWED: &str = "UPDATE review SET state = $2 WHERE commit_leaf = $1";

fn key(letter: u8) -> [u8; 32] {
    [letter; 32]
}

async fn person(db: &Connection, name: &str, letter: u8) {
    db.execute(PERSON, &[&name, &key(letter).as_slice()]).await.unwrap();
}

async fn put(tx: &Tx<'_>, name: &str) {
    tx.execute(PROFILE, &[&name]).await.unwrap();
}

async fn all(db: &Connection, cursor: Cursor) -> Vec<Change> {
    match changes::since(db, cursor, 100).await.unwrap() {
        Since::Changes(changes) => changes,
        Since::Behind => panic!("behind"),
    }
}

fn keys(changes: &[Change]) -> Vec<u8> {
    changes.iter().map(|change| change.key[0]).collect()
}

/// Must-never 7. A cursor over numbers alone would pass the slow transaction's row, whose number is the smaller.
#[tokio::test]
async fn a_transaction_that_commits_late_is_not_passed() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let (mut slow, mut fast) = (store.connection().await.unwrap(), store.connection().await.unwrap());
    let reader = store.connection().await.unwrap();
    person(&reader, "one", 1).await;
    person(&reader, "two", 2).await;
    let start = changes::cursor(&reader).await.unwrap();

    let waiting = slow.begin().await.unwrap();
    put(&waiting, "one").await;
    let quick = fast.begin().await.unwrap();
    put(&quick, "two").await;
    quick.commit().await.unwrap();
    assert_eq!(all(&reader, start).await, [], "what comes after an open transaction waits for it");

    let meanwhile = changes::cursor(&reader).await.unwrap();
    waiting.commit().await.unwrap();
    settled(&reader).await;
    let read = all(&reader, start).await;
    assert_eq!(keys(&read), [1, 2]);
    assert!(read.is_sorted_by_key(|change| change.at));
    assert_eq!(keys(&all(&reader, meanwhile).await), [1, 2], "a reader that began meanwhile sees both too");
    assert_eq!(keys(&all(&reader, read[0].at).await), [2]);
    assert_eq!(all(&reader, read[1].at).await, []);
}

#[tokio::test]
async fn every_kind_is_written_by_the_database_itself() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let db = store.connection().await.unwrap();
    let start = changes::cursor(&db).await.unwrap();
    person(&db, "one", 1).await;
    let leaf = key(9);
    let job = key(5);
    for (statement, state) in [(JOB, None), (MOVE, Some("open")), (MOVE, Some("filled"))] {
        match state {
            Some(state) => db.execute(statement, &[&job.as_slice(), &state]).await.unwrap(),
            None => db.execute(statement, &[&job.as_slice()]).await.unwrap(),
        };
    }
    db.execute(REVIEW, &[&leaf.as_slice()]).await.unwrap();
    for state in ["committed", "published", "replied"] {
        db.execute(REVIEWED, &[&leaf.as_slice(), &state]).await.unwrap();
    }
    for statement in [PROFILE, PROFILE, NO_PROFILE] {
        db.execute(statement, &[&"one"]).await.unwrap();
    }
    settled(&db).await;
    let read: Vec<(Changed, u8)> =
        all(&db, start).await.iter().map(|change| (change.changed, change.key[0])).collect();
    let (job, review, profile) = ((Changed::Job, 5), (Changed::Review, 9), (Changed::Profile, 1));
    assert_eq!(read, [job, job, review, profile, profile, profile]);
}

#[tokio::test]
async fn what_does_not_commit_is_not_told() {
    let database = TestDatabase::new().await;
    let mut db = database.store().await.connection().await.unwrap();
    let start = changes::cursor(&db).await.unwrap();
    person(&db, "one", 1).await;
    let tx = db.begin().await.unwrap();
    put(&tx, "one").await;
    drop(tx);
    settled(&db).await;
    assert_eq!(all(&db, start).await, []);
}

#[tokio::test]
async fn a_reader_that_missed_something_is_told_and_others_are_not() {
    let database = TestDatabase::new().await;
    let mut db = database.store().await.connection().await.unwrap();
    person(&db, "one", 1).await;
    let start = changes::cursor(&db).await.unwrap();
    for _ in 0..3 {
        db.execute(PROFILE, &[&"one"]).await.unwrap();
    }
    settled(&db).await;
    let read = all(&db, start).await;
    let tx = db.begin().await.unwrap();
    changes::prune(&tx, 3_600).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(all(&db, start).await.len(), 3, "an hour has not passed");

    let tx = db.begin().await.unwrap();
    changes::prune(&tx, -1).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(changes::since(&db, start, 100).await.unwrap(), Since::Behind);
    assert_eq!(changes::since(&db, read[1].at, 100).await.unwrap(), Since::Behind);
    assert_eq!(all(&db, read[2].at).await, []);
    let again = changes::cursor(&db).await.unwrap();
    assert_eq!(all(&db, again).await, []);
}

/// The numbers of a backup's server are larger than those of a new one, which will reach them in years.
#[tokio::test]
async fn a_restored_backup_is_read_anew_and_goes_on() {
    const FLOOR: &str = "UPDATE change_floor SET xid = '900000000000', position = 7";
    let database = TestDatabase::new().await;
    let db = database.store().await.connection().await.unwrap();
    person(&db, "one", 1).await;
    db.execute(FLOOR, &[]).await.unwrap();
    let old = Cursor { xid: 900_000_000_001, position: 3 };
    assert_eq!(changes::since(&db, old, 100).await.unwrap(), Since::Behind);
    let start = changes::cursor(&db).await.unwrap();
    db.execute(PROFILE, &[&"one"]).await.unwrap();
    settled(&db).await;
    assert_eq!(keys(&all(&db, start).await), [1]);
}
