//! How many bids a job takes.

use hanse_base::error::Hindrance;

use super::*;

#[tokio::test]
async fn a_job_takes_so_many_bids_of_one_person() {
    let met = met().await;
    let withdraw = || ("withdraw".parse().unwrap(), StepRequest::default());
    for _ in 0..crate::effects::apply::bid::BIDS_OF_PERSON_MAX {
        let bid = met.b.bid(&met.bob, &met.job).await.view.id.parse().unwrap();
        assert!(carry(&met.b, &met.a).await.is_empty());
        let (event, request) = withdraw();
        met.b.engine.move_bid(&met.bob, &bid, event, request, false).await.unwrap();
        assert!(carry(&met.b, &met.a).await.is_empty());
    }
    let request = serde_json::from_value(json!({"text": "And now?"})).unwrap();
    let again = met.b.engine.bid(&met.bob, &met.job.parse().unwrap(), request, false).await;
    assert!(matches!(again, Err(UseError::Refused(Refusal::Hindered(Hindrance::BidBefore)))), "{again:?}");
    assert!(carry(&met.b, &met.a).await.is_empty());
    let carol = met.b.register("carol").await;
    met.b.bid(&carol, &met.job).await;
    assert!(carry(&met.b, &met.a).await.is_empty());
}

#[tokio::test]
async fn bids_that_are_over_and_bids_from_elsewhere_close_a_job_to_nobody_else() {
    let met = met().await;
    let carol = met.b.register("carol").await;
    met.b.bid(&met.bob, &met.job).await;
    assert!(carry(&met.b, &met.a).await.is_empty());
    const FILL: &str = "INSERT INTO bid (id, job, freelancer, home, state, head, said, posting, made_at) \
         SELECT decode(lpad(to_hex(n), 64, '0'), 'hex'), job, freelancer, CASE WHEN n <= 200 THEN home ELSE 'a.example' END, \
         'withdrawn', head, said, posting, made_at FROM bid, generate_series(1, 1200) AS n";
    let db = met.a.engine.store().connection().await.unwrap();
    assert_eq!(Sql::execute(&db, FILL, &[]).await.unwrap(), 1_200);
    let carl = met.a.register("carl").await;
    met.a.bid(&carl, &met.job).await;
    met.b.bid(&carol, &met.job).await;
    assert_eq!(carry(&met.b, &met.a).await, ["too-many-bids"], "her home has had its share");
}

/// Bids of people of a home who are only names.
async fn bids(at: &Home, job: &str, home: &str, many: i64) {
    const NAMES: &str = "INSERT INTO identity (did, subject, genesis, home, custody) \
         SELECT 'nobody ' || i || $2::text, sha256(uuid_send(gen_random_uuid())), '', $2::text, 'self' FROM generate_series(1, $1::bigint) AS i";
    const BIDS: &str = "INSERT INTO bid (id, job, freelancer, home, state, head, said, posting, made_at) \
         SELECT sha256(uuid_send(gen_random_uuid())), $2, did, home, 'submitted', $2, $2, $2, 0 FROM identity WHERE did LIKE 'nobody %' AND home = $1";
    let db = at.engine.store().connection().await.unwrap();
    db.execute(NAMES, &[&many, &home]).await.unwrap();
    let job: DocumentId = job.parse().unwrap();
    assert_eq!(
        db.execute(BIDS, &[&home, &job.hash().as_slice()]).await.unwrap(),
        u64::try_from(many).unwrap()
    );
}

#[tokio::test]
async fn a_job_takes_so_many_bids_of_another_home_and_so_many_of_its_own() {
    let met = met().await;
    let (elsewhere, all) =
        (crate::effects::apply::bid::BIDS_OF_HOME_MAX, crate::effects::apply::bid::BIDS_MAX);
    bids(&met.a, &met.job, "b.example", i64::from(elsewhere) - 1).await;
    met.b.bid(&met.bob, &met.job).await;
    assert!(carry(&met.b, &met.a).await.is_empty(), "the last one");
    let carol = met.b.register("carol").await;
    met.b.bid(&carol, &met.job).await;
    assert_eq!(carry(&met.b, &met.a).await, ["too-many-bids"]);
    // People of the job's own home have a number of their own.
    bids(&met.a, &met.job, "a.example", i64::from(all) - 1).await;
    let (dora, eve) = (met.a.register("dora").await, met.a.register("eve").await);
    met.a.bid(&dora, &met.job).await;
    let request = serde_json::from_value(json!({"text": "I can."})).unwrap();
    let last = met.a.engine.bid(&eve, &met.job.parse().unwrap(), request, false).await;
    assert!(matches!(last, Err(UseError::Refused(Refusal::TooManyBids(most))) if most == all), "{last:?}");
}

#[tokio::test]
async fn no_bid_is_taken_on_a_job_of_a_home_that_is_not_pinned_any_more() {
    let met = met().await;
    met.b.bid(&met.bob, &met.job).await;
    let mut config = met.b.engine.config().clone();
    config.peers.retain(|peer| peer.name != node('a'));
    let later = met.b.configured(config, std::sync::Arc::clone(&met.b.clock) as _).await;
    let carol = met.b.register("carol").await;
    let request = serde_json::from_value(json!({"text": "I can."})).unwrap();
    let bid = later.bid(&carol, &met.job.parse().unwrap(), request, false).await;
    let Err(UseError::Refused(refusal)) = bid else { panic!("{bid:?}") };
    assert_eq!(refusal.slug(), "unknown-origin");
    // What was on its way waits, and is told of.
    assert_eq!(left_behind(&later).await.unwrap(), [("a.example".to_owned(), 1)]);
    assert_eq!(left_behind(&met.b.engine).await.unwrap(), []);
}
