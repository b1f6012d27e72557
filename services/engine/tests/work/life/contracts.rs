//! Contracts: terms, milestones, time sheets, and each way out.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn terms_are_countered_agreed_and_accepted_and_both_have_signed_one_text() {
    let (cluster, ada, bob) = two().await;
    let deal = Deal::offered(&cluster, &ada, &bob).await;
    let more = terms(json!({"scope": "All of it, and the railing.", "due": "2026-12-31",
        "pay": {"kind": "money", "currency": "EUR", "min": 90_000, "max": 90_000, "per": "project"}}));
    let countered = deal.away().answer_terms(&bob.did, &deal.contract, Event::Counter, more.clone(), false);
    assert_eq!(countered.await.unwrap().view.state, "countered");
    let seen = contract(&deal, |view| view.state == "countered").await;
    assert_eq!((seen.scope.as_str(), seen.due.as_str()), ("All of it, and the railing.", "2026-12-31"));
    // The client takes them: it is the freelancer's to accept what both have signed now.
    let agreed = deal.home().accept_offer(&ada.did, &deal.contract, false).await.unwrap();
    assert_eq!(agreed.view.state, "offered");
    deal.both("offered").await;
    for _ in 0..2 {
        deal.away()
            .answer_terms(&bob.did, &deal.contract, Event::Counter, more.clone(), false)
            .await
            .unwrap();
        deal.both("countered").await;
        deal.home().accept_offer(&ada.did, &deal.contract, false).await.unwrap();
        deal.both("offered").await;
    }
    let often = deal.away().answer_terms(&bob.did, &deal.contract, Event::Counter, more, false).await;
    assert_eq!(hindered(often), Hindrance::TooManyCounters(3));
    deal.away().accept_offer(&bob.did, &deal.contract, false).await.unwrap();
    deal.both("active").await;
    let view = deal.view(deal.away(), &bob.did).await;
    assert_eq!(view.scope, "All of it, and the railing.");
}

#[tokio::test(flavor = "multi_thread")]
async fn milestones_are_delivered_changed_accepted_and_paid_one_by_one() {
    let (cluster, ada, bob) = two().await;
    let posted = cluster.engine(A).post_job(&ada.did, job_request("A bridge"), false).await.unwrap();
    let id_of = id(&posted.view.id);
    job(&cluster, B, &id_of, |_| true).await;
    let made = cluster.engine(B).bid(&bob.did, &id_of, bid_request(), false).await.unwrap();
    let half = json!({"kind": "money", "currency": "EUR", "min": 30_000, "max": 30_000, "per": "project"});
    let offer = terms(json!({"scope": "Both ends.", "due": "2026-12-31", "milestones": [
        {"title": "The near end", "pay": half}, {"title": "The far end", "pay": half, "due": "2026-12-30"}]}));
    let offered = cluster.engine(A).offer(&ada.did, &id(&made.view.id), offer, false).await.unwrap();
    let deal = Deal {
        cluster: &cluster,
        client: &ada,
        freelancer: &bob,
        job: id_of,
        bid: id(&made.view.id),
        contract: id(&offered.view.id),
    };
    deal.both("offered").await;
    deal.away().accept_offer(&bob.did, &deal.contract, false).await.unwrap();
    deal.both("active").await;
    let whole = deal.away().step(&bob.did, &deal.contract, Event::Deliver, note("All."), false).await;
    assert_eq!(hindered(whole), Hindrance::MilestoneUnsaid);
    let third = deal.away().step(&bob.did, &deal.contract, Event::Deliver, part(3), false).await;
    assert_eq!(hindered(third), Hindrance::NoMilestone);

    assert_eq!(step(&deal, &bob, Event::Deliver, part(1)).await.unwrap(), "active", "the far end is to come");
    let rest = step(&deal, &ada, Event::Pause, because("Holidays.")).await;
    assert_eq!(hindered(rest), Hindrance::DeliveryWaits);
    step(&deal, &ada, Event::RequestChanges, part(1)).await.unwrap();
    step(&deal, &bob, Event::Deliver, part(1)).await.unwrap();
    step(&deal, &ada, Event::AcceptDelivery, part(1)).await.unwrap();
    let pays = |milestone| StepRequest { note: None, ..part(milestone) };
    assert_eq!(step(&deal, &ada, Event::AttestPaid, pays(1)).await.unwrap(), "active");
    step(&deal, &bob, Event::ReportUnpaid, pays(1)).await.unwrap();
    step(&deal, &ada, Event::AttestPaid, pays(1)).await.unwrap();
    assert_eq!(step(&deal, &bob, Event::ConfirmReceived, pays(1)).await.unwrap(), "active");
    let view = contract(&deal, |_| true).await;
    let first = &view.milestones[0];
    assert_eq!(
        (first.state.as_str(), first.changes, first.title.as_deref()),
        ("settled", 1, Some("The near end"))
    );
    let begun =
        terms(json!({"scope": "Both ends.", "due": "2026-12-31", "milestones": [{"title": "The far end"}]}));
    let begun =
        deal.home().answer_terms(&ada.did, &deal.contract, Event::ProposeAmendment, begun, false).await;
    assert_eq!(hindered(begun), Hindrance::MilestoneBegun);

    assert_eq!(step(&deal, &bob, Event::Deliver, part(2)).await.unwrap(), "delivered");
    // Two weeks of silence accept the second part.
    cluster.clock.advance(14 * DAY + 3_700);
    deal.both("approved").await;
    assert_eq!(step(&deal, &ada, Event::AttestPaid, pays(2)).await.unwrap(), "paid");
    assert_eq!(step(&deal, &bob, Event::ConfirmReceived, pays(2)).await.unwrap(), "settled");
    until("the payment is in the client's record", async || {
        let facts = deal.home().trust().reputation(&ada.did).await.unwrap()?;
        (facts.settled == 1).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn terms_are_amended_by_both_and_a_contract_is_left_in_every_way() {
    let (cluster, ada, bob) = two().await;
    let deal = Deal::active(&cluster, &ada, &bob).await;
    let later = terms(json!({"scope": "All of it, later.", "due": "2027-02-01"}));
    let none = step(&deal, &bob, Event::AcceptAmendment, StepRequest::default()).await;
    assert_eq!(hindered(none), Hindrance::NoProposal);
    deal.home()
        .answer_terms(&ada.did, &deal.contract, Event::ProposeAmendment, later.clone(), false)
        .await
        .unwrap();
    let seen = contract(&deal, |view| view.proposal.is_some()).await;
    assert_eq!(
        (seen.scope.as_str(), seen.proposal.unwrap().scope),
        ("All of it.", "All of it, later.".to_owned())
    );
    let own = step(&deal, &ada, Event::AcceptAmendment, StepRequest::default()).await;
    assert_eq!(hindered(own), Hindrance::OwnRequest);
    step(&deal, &bob, Event::AcceptAmendment, StepRequest::default()).await.unwrap();
    let seen = contract(&deal, |view| view.scope == "All of it, later.").await;
    assert_eq!((seen.due.as_str(), seen.proposal), ("2027-02-01", None));
    assert!(seen.pay.is_some(), "what is not said stays");

    assert_eq!(
        hindered(step(&deal, &bob, Event::Pause, StepRequest::default()).await),
        Hindrance::ReasonMissing
    );
    assert_eq!(step(&deal, &bob, Event::Pause, because("Ill.")).await.unwrap(), "paused");
    cluster.clock.advance(30 * DAY + 3_700);
    deal.both("active").await;
    assert_eq!(step(&deal, &ada, Event::Cancel, because("No money.")).await.unwrap(), "cancelling");
    assert_eq!(
        hindered(step(&deal, &ada, Event::Cancel, StepRequest::default()).await),
        Hindrance::OwnRequest
    );
    cluster.clock.advance(7 * DAY + 3_700);
    deal.both("active").await;
    assert_eq!(step(&deal, &ada, Event::RequestClose, because("Enough.")).await.unwrap(), "closing");
    assert_eq!(step(&deal, &bob, Event::Object, because("Not yet.")).await.unwrap(), "active");
    assert_eq!(step(&deal, &bob, Event::RequestClose, because("Now.")).await.unwrap(), "closing");
    // Silence agrees.
    cluster.clock.advance(7 * DAY + 3_700);
    deal.both("closed").await;
    let review = crate::deal::review_request(4, "Fine.");
    deal.home().review(&ada.did, &deal.contract, review, false).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_is_cancelled_by_both_and_ended_for_cause_by_one() {
    let (cluster, ada, bob) = two().await;
    let deal = Deal::active(&cluster, &ada, &bob).await;
    step(&deal, &ada, Event::Cancel, because("No money.")).await.unwrap();
    assert_eq!(step(&deal, &bob, Event::Cancel, StepRequest::default()).await.unwrap(), "cancelled");
    let review =
        deal.home().review(&ada.did, &deal.contract, crate::deal::review_request(1, "?"), false).await;
    assert!(matches!(review, Err(UseError::Refused(Refusal::NotNow { .. }))), "{review:?}");

    let carol = cluster.register(B, "carol").await;
    let other = cluster.register(A, "olga").await;
    let deal = Deal::active(&cluster, &other, &carol).await;
    assert_eq!(
        step(&deal, &carol, Event::Terminate, because("Nobody answers.")).await.unwrap(),
        "terminated"
    );
    let view = contract(&deal, |view| view.state == "terminated").await;
    assert_eq!(view.history.last().unwrap().said, Some(because("Nobody answers.")));
    deal.away()
        .review(&carol.did, &deal.contract, crate::deal::review_request(1, "Nobody was there."), false)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_are_delivered_as_time_sheets_that_both_sign() {
    let (cluster, ada, bob) = two().await;
    let posted = cluster.engine(A).post_job(&ada.did, job_request("A bridge"), false).await.unwrap();
    let id_of = id(&posted.view.id);
    job(&cluster, B, &id_of, |_| true).await;
    let made: BidRequest = serde_json::from_value(json!({"text": "By the hour.",
        "pay": {"kind": "money", "currency": "EUR", "min": 4_000, "max": 4_000, "per": "hour"}}))
    .unwrap();
    let made = cluster.engine(B).bid(&bob.did, &id_of, made, false).await.unwrap();
    let offer = terms(json!({"scope": "As it comes.", "due": "2026-12-31"}));
    let offered = cluster.engine(A).offer(&ada.did, &id(&made.view.id), offer, false).await.unwrap();
    assert_eq!(offered.view.pay, made.view.pay, "an offer takes the pay of the bid");
    let (bid, contract_id) = (id(&made.view.id), id(&offered.view.id));
    let deal =
        Deal { cluster: &cluster, client: &ada, freelancer: &bob, job: id_of, bid, contract: contract_id };
    deal.both("offered").await;
    deal.away().accept_offer(&bob.did, &deal.contract, false).await.unwrap();
    deal.both("active").await;
    let hours = |minutes: u32| -> StepRequest {
        serde_json::from_value(
            json!({"hours": {"from": "2026-11-23", "to": "2026-11-27", "minutes": minutes}}),
        )
        .unwrap()
    };
    let too_many: Result<StepRequest, _> =
        serde_json::from_value(json!({"hours": {"from": "2026-11-23", "to": "2026-11-22", "minutes": 5}}));
    let backwards =
        deal.away().step(&bob.did, &deal.contract, Event::Deliver, too_many.unwrap(), false).await;
    assert!(matches!(backwards, Err(UseError::Refused(_))), "{backwards:?}");
    step(&deal, &bob, Event::Deliver, hours(450)).await.unwrap();
    let view = contract(&deal, |view| view.milestones.len() == 1).await;
    let pay = serde_json::to_value(&view.milestones[0].pay).unwrap();
    assert_eq!(pay["max"], 30_000, "seven and a half hours at 40 EUR");
    let one = |note| StepRequest { note, ..part(1) };
    step(&deal, &ada, Event::AcceptDelivery, one(None)).await.unwrap();
    // The last delivery is the whole; what is owed for the hours comes first.
    step(&deal, &bob, Event::Deliver, note("That was all.")).await.unwrap();
    step(&deal, &ada, Event::AcceptDelivery, StepRequest::default()).await.unwrap();
    let unpaid = step(&deal, &ada, Event::AttestPaid, StepRequest::default()).await;
    assert_eq!(hindered(unpaid), Hindrance::SheetsOpen);
    step(&deal, &ada, Event::AttestPaid, one(None)).await.unwrap();
    step(&deal, &bob, Event::ConfirmReceived, one(None)).await.unwrap();
    assert_eq!(step(&deal, &ada, Event::AttestPaid, StepRequest::default()).await.unwrap(), "paid");
    assert_eq!(step(&deal, &bob, Event::ConfirmReceived, StepRequest::default()).await.unwrap(), "settled");
}
