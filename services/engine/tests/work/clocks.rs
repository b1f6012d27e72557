//! What time alone brings about.

use hanse_base::error::{Refusal, UseError};
use hanse_lifecycle::Event;

use crate::cluster::{Cluster, until};
use crate::deal::{Deal, bid_request, id, job_request, review_request};

const A: usize = 0;
const B: usize = 1;
const N: usize = 2;
const DAY: i64 = 86_400;

#[tokio::test(flavor = "multi_thread")]
async fn a_posting_expires_everywhere_and_takes_no_bid() {
    let cluster = Cluster::start(&["a", "b"]).await;
    let (client, freelancer) = (cluster.register(A, "ada").await, cluster.register(B, "bob").await);
    let posted = cluster.engine(A).post_job(&client.did, job_request("A bridge"), false).await.unwrap();
    let job = id(&posted.view.id);
    until("the job is known", async || cluster.engine(B).job(&job, None).await.unwrap()).await;
    let bid = cluster.engine(B).bid(&freelancer.did, &job, bid_request(), false).await.unwrap();
    cluster.clock.advance(30 * DAY);
    for at in [A, B] {
        until("the job is expired", async || {
            let job = cluster.engine(at).job(&job, None).await.unwrap()?;
            (job.state == "expired").then_some(())
        })
        .await;
    }
    let bid = cluster.engine(B).bid_view(&id(&bid.view.id), &freelancer.did).await.unwrap().unwrap();
    assert_eq!(bid.state, "not_selected");
    let late = cluster.register(B, "carol").await;
    let late = cluster.engine(B).bid(&late.did, &job, bid_request(), false).await;
    assert!(matches!(late, Err(UseError::Refused(Refusal::Expired("posting")))), "{late:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_lapses_and_cannot_be_accepted_after() {
    let cluster = Cluster::start(&["a", "b"]).await;
    let (client, freelancer) = (cluster.register(A, "ada").await, cluster.register(B, "bob").await);
    let deal = Deal::offered(&cluster, &client, &freelancer).await;
    // At the order's home it is over; the other home gives an hour more, and its freelancer asks within it.
    cluster.clock.advance(7 * DAY);
    until("the offer lapses at the home that keeps the order", async || {
        (deal.view(deal.home(), &client.did).await.state == "lapsed").then_some(())
    })
    .await;
    let late = deal.away().accept_offer(&freelancer.did, &deal.contract, false).await;
    assert!(matches!(late, Err(UseError::Refused(_))), "{late:?}");
    cluster.clock.advance(2 * 3_600);
    deal.both("lapsed").await;
    let bid = deal.home().bid_view(&deal.bid, &client.did).await.unwrap().unwrap();
    assert_eq!(bid.state, "submitted");
    let late = deal.away().accept_offer(&freelancer.did, &deal.contract, false).await;
    assert!(matches!(late, Err(UseError::Refused(Refusal::NotNow { .. }))), "{late:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_approves_and_the_other_home_follows_the_next_move() {
    let cluster = Cluster::start(&["a", "b"]).await;
    let (client, freelancer) = (cluster.register(A, "ada").await, cluster.register(B, "bob").await);
    let deal = Deal::active(&cluster, &client, &freelancer).await;
    deal.moves(Event::Deliver, "delivered").await;
    // Two weeks: the order's home has approved, the other home's clock has not; the client's next move tells it.
    cluster.clock.advance(14 * DAY);
    until("silence approves", async || {
        (deal.view(deal.home(), &client.did).await.state == "approved").then_some(())
    })
    .await;
    assert_eq!(deal.view(deal.away(), &freelancer.did).await.state, "delivered");
    deal.moves(Event::AttestPaid, "paid").await;
    let away = deal.view(deal.away(), &freelancer.did).await;
    let approved = away.history.iter().find(|moved| moved.state == "approved").unwrap();
    assert_eq!((approved.event.as_str(), approved.actor.as_str()), ("accept_delivery", "node"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_review_opens_alone_when_the_other_sides_absence_is_proved() {
    let cluster = Cluster::start(&["a", "b", "n"]).await;
    let (client, freelancer) = (cluster.register(A, "ada").await, cluster.register(B, "bob").await);
    let deal = Deal::closed(&cluster, &client, &freelancer).await;
    let deposited =
        deal.home().review(&client.did, &deal.contract, review_request(2, "Late."), false).await.unwrap();
    let again = deal.home().review(&client.did, &deal.contract, review_request(5, "No, good."), false).await;
    assert!(matches!(again, Err(UseError::Refused(Refusal::ReviewExists))), "{again:?}");
    cluster.clock.advance(14 * DAY + 1);
    let too_late = deal.away().review(&freelancer.did, &deal.contract, review_request(1, "Revenge."), false);
    let too_late = too_late.await;
    assert!(matches!(too_late, Err(UseError::Refused(Refusal::NotNow { .. }))), "{too_late:?}");
    for at in [A, B, N] {
        until("the review is open", async || {
            let facts = cluster.engine(at).trust().reputation(&freelancer.did).await.unwrap()?;
            (facts.reviews.first()?.commit == deposited.view.commit).then_some(())
        })
        .await;
    }
    let facts = cluster.engine(N).trust().reputation(&client.did).await.unwrap().unwrap();
    assert_eq!(facts.open_slots, 1, "what the freelancer did not write stays visible, and blames nobody");
}
