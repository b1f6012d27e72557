//! Moves that cross each other, moves of people who have no part, and the answers to moves that cannot be.

use hanse_api::requests::StepRequest;
use hanse_api::views::Delivery;
use hanse_base::error::{Refusal, UseError};
use hanse_engine::Engine;
use hanse_lifecycle::Event;

use crate::cluster::{Cluster, until};
use crate::deal::{Deal, because, bid_request, id, job_request, offer_request};

const A: usize = 0;
const B: usize = 1;

fn refused<T: std::fmt::Debug>(result: Result<T, UseError>) -> Refusal {
    match result {
        Err(UseError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_moves_that_cross_the_home_takes_the_first_and_both_homes_agree() {
    let mut cluster = Cluster::start(&["a", "b"]).await;
    let (client, freelancer) = (cluster.register(A, "ada").await, cluster.register(B, "bob").await);
    let deal = Deal::active(&cluster, &client, &freelancer).await;
    deal.moves(Event::Deliver, "delivered").await;
    let Deal { job, bid, contract, .. } = deal;

    // The freelancer delivers once more while the home that keeps the order cannot be reached …
    cluster.stop(B).await;
    let deal = Deal { cluster: &cluster, client: &client, freelancer: &freelancer, job, bid, contract };
    let queued = deal.by(&freelancer, Event::Deliver).await.unwrap();
    assert_eq!(queued.delivery, Delivery::Queued);
    assert_eq!(queued.view.state, "delivered");
    assert!(queued.view.queued.is_some() && queued.view.allowed.is_empty());
    // … and there the client accepts what was delivered before.
    let accepted = deal.by(&client, Event::AcceptDelivery).await.unwrap();
    assert_eq!(accepted.delivery, Delivery::Sequenced);

    cluster.wake(B).await;
    let deal = Deal { cluster: &cluster, client: &client, freelancer: &freelancer, job, bid, contract };
    deal.both("approved").await;
    let view = until("the late move is off the queue", async || {
        let view = deal.view(deal.away(), &freelancer.did).await;
        view.queued.is_none().then_some(view)
    })
    .await;
    assert_eq!(view.head, deal.view(deal.home(), &client.did).await.head);
    assert_eq!(view.refused.as_deref(), Some("wrong-prev"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_the_state_does_not_have_names_those_that_it_has() {
    let cluster = Cluster::start(&["a", "b"]).await;
    let (client, freelancer) = (cluster.register(A, "ada").await, cluster.register(B, "bob").await);
    let deal = Deal::offered(&cluster, &client, &freelancer).await;
    let early = refused(deal.by(&client, Event::AttestPaid).await);
    assert_eq!((early.slug(), early.status()), ("not-now", 409));
    assert_eq!(early.allowed().unwrap(), ["rescind"]);
    assert_eq!(early.head().unwrap(), deal.contract.to_string());
    let early = refused(deal.by(&freelancer, Event::Deliver).await);
    assert_eq!(early.allowed().unwrap(), ["accept", "counter", "decline"]);
    // The other side's moves are not one's own.
    assert_eq!(
        refused(deal.by(&freelancer, Event::Rescind).await).allowed().unwrap(),
        ["accept", "counter", "decline"]
    );
    let reviewed = crate::deal::review_request(5, "Too early.");
    let early = refused(deal.home().review(&client.did, &deal.contract, reviewed, false).await);
    assert_eq!(early.slug(), "not-now");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_that_is_declined_or_taken_back_frees_seat_and_bid() {
    let cluster = Cluster::start(&["a", "b"]).await;
    let (client, freelancer) = (cluster.register(A, "ada").await, cluster.register(B, "bob").await);
    let deal = Deal::offered(&cluster, &client, &freelancer).await;
    let second = deal.home().offer(&client.did, &deal.bid, offer_request(), false).await;
    assert!(matches!(refused(second), Refusal::NoFreeSeat | Refusal::NotNow { .. }));
    let close = deal.home().move_job(&client.did, &deal.job, Event::CloseUnfilled, because("gone"), false);
    assert_eq!(refused(close.await), Refusal::OfferWaits);

    let away = deal.away();
    let declined =
        away.step(&freelancer.did, &deal.contract, Event::Decline, because("too far"), false).await.unwrap();
    assert_eq!(declined.view.state, "declined");
    deal.both("declined").await;
    assert_eq!(bid_state(deal.home(), &deal).await, "submitted");

    let offered = deal.home().offer(&client.did, &deal.bid, offer_request(), false).await.unwrap();
    let again = Deal { contract: id(&offered.view.id), ..deal };
    again.both("offered").await;
    again.by(&client, Event::Rescind).await.unwrap();
    again.both("rescinded").await;
    assert_eq!(bid_state(again.away(), &again).await, "submitted");
    let close = again.home().move_job(&client.did, &again.job, Event::CloseUnfilled, because("gone"), false);
    assert_eq!(close.await.unwrap().view.state, "closed_unfilled");
    until("the bidder learns the outcome", async || {
        (bid_state(again.away(), &again).await == "not_selected").then_some(())
    })
    .await;
}

async fn bid_state(engine: &Engine, deal: &Deal<'_>) -> String {
    engine.bid_view(&deal.bid, &deal.freelancer.did).await.unwrap().unwrap().state
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freelancer_has_one_live_bid_and_a_client_none() {
    let cluster = Cluster::start(&["a", "b"]).await;
    let (client, freelancer) = (cluster.register(A, "ada").await, cluster.register(B, "bob").await);
    let posted = cluster.engine(A).post_job(&client.did, job_request("A bridge"), false).await.unwrap();
    let job = id(&posted.view.id);
    let away = cluster.engine(B);
    until("the job is known", async || away.job(&job, None).await.unwrap()).await;
    let own = cluster.engine(A).bid(&client.did, &job, bid_request(), false).await;
    assert_eq!(refused(own), Refusal::OwnJob);
    let first = away.bid(&freelancer.did, &job, bid_request(), false).await.unwrap();
    assert_eq!(refused(away.bid(&freelancer.did, &job, bid_request(), false).await), Refusal::BidExists);
    let bid = id(&first.view.id);
    let withdrawn = away.move_bid(&freelancer.did, &bid, Event::Withdraw, StepRequest::default(), false);
    assert_eq!(withdrawn.await.unwrap().view.state, "withdrawn");
    away.bid(&freelancer.did, &job, bid_request(), false).await.unwrap();
    // Who has no part sees nothing of it.
    let carol = cluster.register(B, "carol").await;
    assert!(away.bid_view(&bid, &carol.did).await.unwrap().is_none());
    assert!(away.bids(&job, &carol.did, Default::default()).await.unwrap().items.is_empty());
    let foreign = away.move_bid(&carol.did, &bid, Event::Withdraw, StepRequest::default(), false).await;
    assert_eq!(refused(foreign), Refusal::NotFound("bid"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_seat_fills_the_job_everywhere_and_the_others_learn_it() {
    let cluster = Cluster::start(&["a", "b", "n"]).await;
    let (client, freelancer) = (cluster.register(A, "ada").await, cluster.register(B, "bob").await);
    let other = cluster.register(B, "carol").await;
    let deal = Deal::offered(&cluster, &client, &freelancer).await;
    let losing = deal.away().bid(&other.did, &deal.job, bid_request(), false).await.unwrap();
    let losing = id(&losing.view.id);
    let accepted = deal.away().accept_offer(&freelancer.did, &deal.contract, false).await.unwrap();
    assert_eq!(accepted.delivery, Delivery::Sequenced);
    for at in [A, B, 2] {
        until("the job is filled", async || {
            let job = cluster.engine(at).job(&deal.job, None).await.unwrap()?;
            (job.state == "filled").then_some(())
        })
        .await;
    }
    for (at, viewer) in [(A, &client.did), (B, &other.did)] {
        until("the other bid is not selected", async || {
            let bid = cluster.engine(at).bid_view(&losing, viewer).await.unwrap()?;
            (bid.state == "not_selected").then_some(())
        })
        .await;
    }
    let late = cluster.register(B, "dora").await;
    let late = deal.away().bid(&late.did, &deal.job, bid_request(), false).await;
    assert!(matches!(refused(late), Refusal::JobNotOpen(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_builds_and_checks_everything_and_leaves_nothing() {
    let cluster = Cluster::start(&["a", "b"]).await;
    let (client, freelancer) = (cluster.register(A, "ada").await, cluster.register(B, "bob").await);
    let tried = cluster.engine(A).post_job(&client.did, job_request("A bridge"), true).await.unwrap();
    assert_eq!(tried.view.state, "open");
    assert!(cluster.engine(A).job(&id(&tried.view.id), None).await.unwrap().is_none());
    let deal = Deal::offered(&cluster, &client, &freelancer).await;
    let tried = deal.away().accept_offer(&freelancer.did, &deal.contract, true).await.unwrap();
    assert_eq!(tried.view.state, "accepted");
    assert!(tried.document.contains("HanseAcceptance"));
    assert_eq!(deal.view(deal.away(), &freelancer.did).await.state, "offered");
    assert_eq!(deal.view(deal.home(), &client.did).await.state, "offered");
}
