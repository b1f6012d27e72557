//! The straight path: from a posting to two open reviews and a reply, over two homes and an auditor.

use hanse_document::kind::review::Rating;
use hanse_ledger::LeafId;

use crate::cluster::{Cluster, until};
use crate::deal::{Deal, reply_request, review_request};

const A: usize = 0;
const B: usize = 1;
const N: usize = 2;

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_runs_from_the_posting_to_open_reviews_over_two_homes() {
    let cluster = Cluster::start(&["a", "b", "n"]).await;
    let (client, freelancer) = (cluster.register(A, "ada").await, cluster.register(B, "bob").await);
    let deal = Deal::closed(&cluster, &client, &freelancer).await;
    let home = deal.view(deal.home(), &client.did).await;
    let away = deal.view(deal.away(), &freelancer.did).await;
    assert_eq!(home.head, away.head);
    assert_eq!(home.client_engagement, away.client_engagement);
    assert_eq!(home.freelancer_engagement, away.freelancer_engagement);
    let events = |view: &hanse_api::views::ContractView| {
        view.history.iter().map(|moved| moved.event.clone()).collect::<Vec<_>>()
    };
    assert_eq!(events(&home), events(&away));
    assert_eq!(deal.home().job(&deal.job, None).await.unwrap().unwrap().state, "completed");

    let of_client = review_request(5, "Knew what to do, and did it.");
    let deposited = deal.home().review(&client.did, &deal.contract, of_client, false).await.unwrap();
    assert_eq!(deposited.view.state, "committed");
    // Sealed: the other side, and a stranger, see that it exists and nothing else.
    let seen = until("the sealed review is filed at the other home", async || {
        deal.away().reviews(&deal.contract, Some(&freelancer.did)).await.unwrap().pop()
    })
    .await;
    assert_eq!((seen.rating, seen.author, seen.text), (None, None, None));

    let of_freelancer = review_request(4, "Paid, in the end.");
    deal.away().review(&freelancer.did, &deal.contract, of_freelancer, false).await.unwrap();
    for at in [A, B] {
        let views = until("both reviews are open", async || {
            let views = cluster.engine(at).reviews(&deal.contract, None).await.unwrap();
            (views.len() == 2 && views.iter().all(|view| view.state == "published")).then_some(views)
        })
        .await;
        let mut ratings: Vec<_> = views.iter().map(|view| view.rating).collect();
        ratings.sort_unstable();
        assert_eq!(ratings, [Some(Rating::of::<4>()), Some(Rating::of::<5>())]);
        assert!(views.iter().all(|view| view.text.is_some()));
    }

    let about = hex(&deposited.view.commit);
    let replied =
        deal.away().reply(&freelancer.did, &about, reply_request("Thank you."), false).await.unwrap();
    assert_eq!(replied.view.reply.unwrap().as_str(), "Thank you.");
    // The auditor, who is home to neither, has it all from the logs.
    let facts = until("the auditor has the reply", async || {
        let facts = cluster.engine(N).trust().reputation(&freelancer.did).await.unwrap()?;
        facts.reviews.iter().any(|review| review.reply.is_some()).then_some(facts)
    })
    .await;
    assert_eq!((facts.engagements, facts.open_slots, facts.sealed, facts.foreign), (1, 0, 0, 0));
    assert_eq!(facts.reviews[0].text.as_ref().unwrap().as_str(), "Knew what to do, and did it.");
    let facts = until("the auditor has the client's record", async || {
        let facts = cluster.engine(N).trust().reputation(&client.did).await.unwrap()?;
        (facts.reviews.len() == 1).then_some(facts)
    })
    .await;
    assert_eq!((facts.engagements, facts.settled, facts.open_slots, facts.foreign), (1, 1, 0, 0));
    // Filed in both: each home's log has both commits and both opens.
    until("everything is filed in both logs", async || {
        for at in [A, B] {
            for person in [&client.did, &freelancer.did] {
                let facts = cluster.engine(at).trust().reputation(person).await.unwrap()?;
                (facts.sealed == 0 && facts.reviews.len() == 1).then_some(())?;
            }
        }
        Some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_of_one_home_need_no_other() {
    let cluster = Cluster::start(&["a"]).await;
    let (client, freelancer) = (cluster.register(A, "ada").await, cluster.register(A, "bob").await);
    let deal = Deal::closed(&cluster, &client, &freelancer).await;
    let engine = deal.home();
    engine.review(&client.did, &deal.contract, review_request(5, "Good."), false).await.unwrap();
    engine.review(&freelancer.did, &deal.contract, review_request(5, "Good."), false).await.unwrap();
    until("both reviews are open", async || {
        let views = engine.reviews(&deal.contract, None).await.unwrap();
        views.iter().all(|view| view.state == "published").then_some(())
    })
    .await;
}

fn hex(text: &str) -> LeafId {
    LeafId::from_hex(text).unwrap()
}
