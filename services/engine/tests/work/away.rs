//! One home is down while the other goes on: nothing is lost, nothing happens twice.

use hanse_api::requests::{PageQuery, StepRequest};
use hanse_api::views::Delivery;
use hanse_base::error::{Refusal, UseError};
use hanse_lifecycle::Event;
use hanse_store::Sql as _;

use crate::cluster::{Cluster, until};
use crate::deal::{Deal, because, bid_request, id, job_request, offer_request};

const A: usize = 0;
const B: usize = 1;

#[tokio::test(flavor = "multi_thread")]
async fn what_the_clients_home_does_meanwhile_reaches_the_other_home_when_it_is_back() {
    let mut cluster = Cluster::start(&["a", "b"]).await;
    let (client, freelancer) = (cluster.register(A, "ada").await, cluster.register(B, "bob").await);
    let posted = cluster.engine(A).post_job(&client.did, job_request("A bridge"), false).await.unwrap();
    let job = id(&posted.view.id);
    until("the job is known", async || cluster.engine(B).job(&job, None).await.unwrap()).await;
    let bid = cluster.engine(B).bid(&freelancer.did, &job, bid_request(), false).await.unwrap();

    cluster.stop(B).await;
    let bid = id(&bid.view.id);
    let offered = cluster.engine(A).offer(&client.did, &bid, offer_request(), false).await.unwrap();
    assert_eq!(offered.delivery, Delivery::Sequenced, "the client's own home keeps the order");
    let contract = id(&offered.view.id);
    until("the offer waits for the other home", async || {
        let peers = cluster.engine(A).peers().await.unwrap();
        (peers[0].waiting == 1).then_some(())
    })
    .await;
    assert!(cluster.engine(B).contract(&contract, &freelancer.did).await.unwrap().is_none());

    cluster.wake(B).await;
    let deal = Deal { cluster: &cluster, client: &client, freelancer: &freelancer, job, bid, contract };
    deal.both("offered").await;
    until("the queue is empty", async || {
        let peers = cluster.engine(A).peers().await.unwrap();
        (peers[0].waiting == 0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_freelancer_does_meanwhile_is_queued_and_accepted_later() {
    let mut cluster = Cluster::start(&["a", "b"]).await;
    let (client, freelancer) = (cluster.register(A, "ada").await, cluster.register(B, "bob").await);
    let posted = cluster.engine(A).post_job(&client.did, job_request("A bridge"), false).await.unwrap();
    let job = id(&posted.view.id);
    until("the job is known", async || cluster.engine(B).job(&job, None).await.unwrap()).await;

    cluster.stop(B).await;
    let queued = cluster.engine(B).bid(&freelancer.did, &job, bid_request(), false).await.unwrap();
    assert_eq!((queued.delivery, queued.view.state.as_str()), (Delivery::Queued, "queued"));
    let seen = cluster.engine(B).bid_view(&id(&queued.view.id), &freelancer.did).await.unwrap().unwrap();
    assert_eq!(seen.state, "queued");
    let listed = cluster.engine(B).my_bids(&freelancer.did, PageQuery::default()).await.unwrap();
    assert_eq!(listed.items, std::slice::from_ref(&seen), "its author looks here first");
    let on_job = cluster.engine(B).bids(&job, &freelancer.did, PageQuery::default()).await.unwrap();
    assert_eq!(on_job.items, [seen]);
    let (bid, step) = (id(&queued.view.id), StepRequest::default());
    let withdrawn = cluster.engine(B).move_bid(&freelancer.did, &bid, Event::Withdraw, step, false).await;
    assert!(matches!(withdrawn, Err(UseError::Refused(Refusal::InFlight))), "{withdrawn:?}");
    let again = cluster.engine(B).bid(&freelancer.did, &job, bid_request(), false).await;
    assert!(matches!(again, Err(UseError::Refused(Refusal::InFlight))), "{again:?}");

    cluster.wake(B).await;
    let bid = id(&queued.view.id);
    let seen = until("the client sees the bid", async || {
        let page = cluster.engine(A).bids(&job, &client.did, Default::default()).await.unwrap();
        page.items.into_iter().next()
    })
    .await;
    let allowed: Vec<&str> = seen.allowed.iter().map(String::as_str).collect();
    assert_eq!(
        (seen.id.as_str(), allowed.as_slice()),
        (bid.to_string().as_str(), ["read", "shortlist", "interview", "offer", "decline"].as_slice())
    );
    until("the freelancer's home has followed", async || {
        cluster.engine(B).bid_view(&bid, &freelancer.did).await.unwrap()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_was_lost_is_given_again_and_the_move_happens_once() {
    let mut cluster = Cluster::start(&["a", "b"]).await;
    let (client, freelancer) = (cluster.register(A, "ada").await, cluster.register(B, "bob").await);
    let deal = Deal::active(&cluster, &client, &freelancer).await;
    deal.moves(Event::Deliver, "delivered").await;
    let Deal { job, bid, contract, .. } = deal;
    let before = cluster.engine(A).contract(&contract, &client.did).await.unwrap().unwrap();

    // The freelancer's home died between the other home's answer and its own transaction: as if it had never heard.
    cluster.stop(B).await;
    forget_the_delivery(&cluster, contract.hash()).await;
    let lost = cluster.engine(B).contract(&contract, &freelancer.did).await.unwrap().unwrap();
    assert_eq!(lost.state, "active");
    assert!(lost.queued.is_some());

    cluster.wake(B).await;
    let deal = Deal { cluster: &cluster, client: &client, freelancer: &freelancer, job, bid, contract };
    deal.both("delivered").await;
    let after = cluster.engine(A).contract(&contract, &client.did).await.unwrap().unwrap();
    assert_eq!(after, before, "the home that keeps the order has done nothing twice");
    let away = cluster.engine(B).contract(&contract, &freelancer.did).await.unwrap().unwrap();
    assert_eq!(away.head, after.head);
}

/// Takes the last move of a contract back at node B, as if its receipt had not arrived.
async fn forget_the_delivery(cluster: &Cluster, contract: &[u8; 32]) {
    let mut connection = cluster.engine(B).store().connection().await.unwrap();
    let tx = connection.begin().await.unwrap();
    let contract = contract.as_slice();
    let statements = [
        "UPDATE delivery SET state = 'waiting', receipt = NULL, next_at = 0 WHERE document = \
         (SELECT head FROM contract WHERE id = $1)",
        "DELETE FROM history WHERE document = (SELECT head FROM contract WHERE id = $1)",
        "UPDATE contract SET state = 'active', head = acceptance WHERE id = $1",
    ];
    for statement in statements {
        assert_eq!(tx.execute(statement, &[&contract]).await.unwrap(), 1, "{statement}");
    }
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_leads_no_more_hands_over_and_the_next_one_leads() {
    let mut cluster = Cluster::start(&["a"]).await;
    let ada = cluster.register(0, "ada").await;
    cluster.stop(0).await;
    assert!(!cluster.engine(0).ready().await.unwrap().leader);
    // It still serves; what it writes waits for a leader.
    let posted = cluster.engine(0).post_job(&ada.did, job_request("A bridge"), false).await.unwrap();
    cluster.wake(0).await;
    assert!(cluster.engine(0).ready().await.unwrap().leader);
    until("the posting is in the log", async || {
        let logs = cluster.engine(0).logs().await.unwrap();
        logs.iter().any(|log| log.origin == "a.example/jobs" && log.size == 3).then_some(())
    })
    .await;
    let closed = because("found somebody");
    let job = id(&posted.view.id);
    let closed = cluster.engine(0).move_job(&ada.did, &job, Event::CloseUnfilled, closed, false).await;
    assert_eq!(closed.unwrap().view.state, "closed_unfilled");
}
