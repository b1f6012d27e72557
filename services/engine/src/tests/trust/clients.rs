//! What is known of a client before one bids.

use hanse_api::requests::StepRequest;
use hanse_api::views::ClientFacts;
use hanse_document::Did;
use hanse_lifecycle::Event;
use serde_json::json;

use super::scores::closed;
use crate::testing::Home;

async fn facts(home: &Home, job: &str) -> ClientFacts {
    home.engine.job(&job.parse().unwrap(), None).await.unwrap().unwrap().client_facts.unwrap()
}

async fn turn_down(home: &Home, client: &Did, bid: &str) {
    let said = StepRequest { reason: Some("Somebody else.".parse().unwrap()), ..StepRequest::default() };
    home.engine.move_bid(client, &bid.parse().unwrap(), Event::Decline, said, false).await.unwrap();
}

#[tokio::test]
async fn a_posting_says_what_became_of_the_others_of_its_client() {
    let home = Home::new('a', &[]).await;
    let (ada, bob, carl) =
        (home.register("ada").await, home.register("bob").await, home.register("carl").await);
    home.sequence().await;
    let first = home.post(&ada).await.view.id;
    let none = facts(&home, &first).await;
    assert_eq!((none.postings, none.running, none.hire_rate_percent), (1, 1, None), "nothing has ended");
    assert_eq!(none.response.unwrap().answered_percent, None);

    closed(&home, &ada, &bob).await;
    let (by_bob, by_carl) = (home.bid(&bob, &first).await.view.id, home.bid(&carl, &first).await.view.id);
    home.engine
        .move_bid(&ada, &by_carl.parse().unwrap(), Event::Read, StepRequest::default(), false)
        .await
        .unwrap();
    let asked = facts(&home, &first).await.response.unwrap();
    assert_eq!((asked.answered, asked.waiting), (1, 2), "to have read is no answer; an offer is one");
    turn_down(&home, &ada, &by_bob).await;
    let again = json!({"title": "A bridge", "text": "Of stone."});
    let again = serde_json::from_value(again).unwrap();
    home.engine.amend_job(&ada, &first.parse().unwrap(), again, false).await.unwrap();
    let over = StepRequest { reason: Some("No need.".parse().unwrap()), ..StepRequest::default() };
    home.engine.move_job(&ada, &first.parse().unwrap(), Event::CloseUnfilled, over, false).await.unwrap();

    let known = facts(&home, &first).await;
    assert_eq!((known.postings, known.filled, known.unfilled, known.running), (2, 1, 1, 0));
    assert_eq!((known.hire_rate_percent, known.amended, known.amendments), (Some(50), 1, 1));
    let response = known.response.unwrap();
    assert_eq!((response.answered, response.passed_over, response.waiting), (2, 1, 0));
    assert_eq!(response.answered_percent, Some(66));
    assert_eq!(known.record, None, "no log was read yet");
}

#[tokio::test]
async fn of_a_client_elsewhere_the_answers_are_not_known() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    let ada = a.register("ada").await;
    let posted = a.post(&ada).await;
    let message = a.message(&ada, &posted.document).await;
    crate::federation::ingest::ingest(&b.engine, "a.example", &message).await;
    let known = facts(&b, &posted.view.id).await;
    assert_eq!((known.postings, known.response), (1, None));
}
