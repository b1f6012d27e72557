//! Changes of mind, at two homes: what each side can do besides going straight on, and that both homes show the same.

use hanse_api::requests::{BidRequest, JobRequest, OfferRequest, PageQuery, RepostRequest, StepRequest};
use hanse_api::views::{BidView, ContractView, JobView};
use hanse_base::error::{Hindrance, Refusal, UseError};
use hanse_document::DocumentId;
use hanse_lifecycle::Event;
use serde_json::json;

use crate::cluster::{Cluster, Someone, until};
use crate::deal::{Deal, because, bid_request, id, job_request};

const A: usize = 0;
const B: usize = 1;
const DAY: i64 = 86_400;

fn hindered<T: std::fmt::Debug>(answer: Result<T, UseError>) -> Hindrance {
    match answer {
        Err(UseError::Refused(Refusal::Hindered(hindrance))) => hindrance,
        other => panic!("{other:?}"),
    }
}

fn note(text: &str) -> StepRequest {
    StepRequest { note: Some(text.parse().unwrap()), ..StepRequest::default() }
}

fn part(milestone: u32) -> StepRequest {
    let of_deliver = note("This part.").note;
    StepRequest {
        milestone: Some(hanse_document::Number::new(milestone).unwrap()),
        note: of_deliver,
        ..StepRequest::default()
    }
}

fn terms(value: serde_json::Value) -> OfferRequest {
    serde_json::from_value(value).unwrap()
}

async fn two() -> (Cluster, Someone, Someone) {
    let cluster = Cluster::start(&["a", "b"]).await;
    let (ada, bob) = (cluster.register(A, "ada").await, cluster.register(B, "bob").await);
    (cluster, ada, bob)
}

/// Waits until a home shows the job so.
async fn job(cluster: &Cluster, at: usize, job: &DocumentId, fits: impl Fn(&JobView) -> bool) -> JobView {
    until("the job is so", async || cluster.engine(at).job(job, None).await.unwrap().filter(&fits)).await
}

/// Waits until a home shows the bid so.
async fn bid(cluster: &Cluster, who: &Someone, bid: &DocumentId, fits: impl Fn(&BidView) -> bool) -> BidView {
    until("the bid is so", async || {
        cluster.engine(who.home).bid_view(bid, &who.did).await.unwrap().filter(&fits)
    })
    .await
}

/// Both homes show the contract so.
async fn contract(deal: &Deal<'_>, fits: impl Fn(&ContractView) -> bool) -> ContractView {
    for person in [deal.client, deal.freelancer] {
        let engine = deal.cluster.engine(person.home);
        until("the contract is so", async || {
            engine.contract(&deal.contract, &person.did).await.unwrap().filter(&fits)
        })
        .await;
    }
    deal.view(deal.home(), &deal.client.did).await
}

async fn step(
    deal: &Deal<'_>,
    person: &Someone,
    event: Event,
    said: StepRequest,
) -> Result<String, UseError> {
    let engine = deal.cluster.engine(person.home);
    let moved = engine.step(&person.did, &deal.contract, event, said, false).await?;
    let state = moved.view.state;
    contract(deal, |view| view.head == moved.view.head).await;
    Ok(state)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amended_posting_is_the_same_everywhere_and_a_bid_is_confirmed_or_revised() {
    let (cluster, ada, bob) = two().await;
    let posted = cluster.engine(A).post_job(&ada.did, job_request("A bridge"), false).await.unwrap();
    let id_of = id(&posted.view.id);
    job(&cluster, B, &id_of, |_| true).await;
    let made = cluster.engine(B).bid(&bob.did, &id_of, bid_request(), false).await.unwrap();
    let made = id(&made.view.id);
    let not_amended =
        cluster.engine(B).move_bid(&bob.did, &made, Event::Confirm, StepRequest::default(), false).await;
    assert_eq!(hindered(not_amended), Hindrance::NotAmended);

    let changed = JobRequest { title: "Two bridges".parse().unwrap(), ..job_request("A bridge") };
    let amended = cluster.engine(A).amend_job(&ada.did, &id_of, changed.clone(), false).await.unwrap();
    assert_eq!((amended.view.version, amended.view.id.as_str()), (2, posted.view.id.as_str()));
    assert_eq!(amended.view.posted_at, posted.view.posted_at, "no way to the top of the newest");
    let seen = job(&cluster, B, &id_of, |view| view.version == 2).await;
    assert_eq!((seen.title.as_str(), seen.posting), ("Two bridges", amended.view.posting));
    let theirs = cluster.engine(B).amend_job(&bob.did, &id_of, changed, false).await;
    assert!(matches!(theirs, Err(UseError::Refused(Refusal::NotYours(_)))), "{theirs:?}");

    let view = bid(&cluster, &bob, &made, |view| view.amended_since).await;
    assert_eq!(view.posting, posted.view.posting, "it is for what it was made for");
    cluster.engine(B).move_bid(&bob.did, &made, Event::Confirm, StepRequest::default(), false).await.unwrap();
    bid(&cluster, &ada, &made, |view| !view.amended_since).await;
    let better: BidRequest = serde_json::from_value(json!({"text": "Both, in a week.", "days": 7})).unwrap();
    let revised = cluster.engine(B).revise_bid(&bob.did, &made, better, false).await.unwrap();
    assert_eq!((revised.view.text.as_str(), revised.view.state.as_str()), ("Both, in a week.", "submitted"));
    let seen = bid(&cluster, &ada, &made, |view| view.text.as_str() == "Both, in a week.").await;
    let events: Vec<&str> = seen.history.iter().map(|moved| moved.event.as_str()).collect();
    assert_eq!(events, ["submit", "confirm", "revise"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_reads_shortlists_and_talks_and_a_no_has_its_reason() {
    let (cluster, ada, bob) = two().await;
    let posted = cluster.engine(A).post_job(&ada.did, job_request("A bridge"), false).await.unwrap();
    let id_of = id(&posted.view.id);
    job(&cluster, B, &id_of, |_| true).await;
    let made = cluster.engine(B).bid(&bob.did, &id_of, bid_request(), false).await.unwrap();
    let made = id(&made.view.id);
    let moves = async |event: Event, said: StepRequest| {
        cluster.engine(A).move_bid(&ada.did, &made, event, said, false).await
    };
    moves(Event::Read, StepRequest::default()).await.unwrap();
    assert_eq!(hindered(moves(Event::Read, StepRequest::default()).await), Hindrance::ReadBefore);
    for (event, state) in [
        (Event::Shortlist, "shortlisted"),
        (Event::Unshortlist, "submitted"),
        (Event::Shortlist, "shortlisted"),
        (Event::Interview, "interviewing"),
    ] {
        assert_eq!(moves(event, StepRequest::default()).await.unwrap().view.state, state);
        bid(&cluster, &bob, &made, |view| view.state == state).await;
    }
    moves(Event::Decline, because("Somebody nearer took it.")).await.unwrap();
    let told = bid(&cluster, &bob, &made, |view| view.state == "declined").await;
    let said = told.history.last().unwrap().said.clone().unwrap();
    assert_eq!(said, because("Somebody nearer took it."), "the freelancer reads why");
    let again = cluster.engine(B).bid(&bob.did, &id_of, bid_request(), false).await;
    assert_eq!(hindered(again), Hindrance::BidBefore);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_posting_rests_goes_stale_comes_back_ends_and_is_posted_again() {
    let (cluster, ada, bob) = two().await;
    let posted = cluster.engine(A).post_job(&ada.did, job_request("A bridge"), false).await.unwrap();
    let id_of = id(&posted.view.id);
    job(&cluster, B, &id_of, |_| true).await;
    let moves = async |event: Event, said: StepRequest| {
        cluster.engine(A).move_job(&ada.did, &id_of, event, said, false).await.unwrap().view
    };
    assert_eq!(moves(Event::Pause, StepRequest::default()).await.state, "paused");
    job(&cluster, B, &id_of, |view| view.state == "paused").await;
    let closed = cluster.engine(B).bid(&bob.did, &id_of, bid_request(), false).await;
    assert!(matches!(closed, Err(UseError::Refused(Refusal::JobNotOpen(_)))), "{closed:?}");
    moves(Event::Resume, StepRequest::default()).await;
    let open = job(&cluster, B, &id_of, |view| view.state == "open").await;
    assert_eq!(open.clock.unwrap().event, "go_stale");
    // Nobody has heard of the client for two weeks.
    cluster.clock.advance(14 * DAY + 1);
    job(&cluster, A, &id_of, |view| view.state == "stale").await;
    job(&cluster, B, &id_of, |view| view.state == "stale").await;
    moves(Event::Heartbeat, StepRequest::default()).await;
    job(&cluster, B, &id_of, |view| view.state == "open").await;
    moves(Event::CloseUnfilled, because("We did it ourselves.")).await;
    let told = job(&cluster, B, &id_of, |view| view.state == "closed_unfilled").await;
    assert_eq!(told.closed_because.as_deref(), Some("We did it ourselves."));

    let same = cluster.engine(A).post_job(&ada.did, job_request("A bridge"), false).await;
    assert_eq!(hindered(same), Hindrance::RepeatUnsaid);
    let days: RepostRequest = serde_json::from_value(json!({"days": 14})).unwrap();
    let again = cluster.engine(A).repost_job(&ada.did, &id_of, days, false).await.unwrap();
    assert_eq!(again.view.predecessor.as_deref(), Some(posted.view.id.as_str()));
    assert_ne!(again.view.id, posted.view.id);
    let (again, days) = (id(&again.view.id), serde_json::from_value(json!({})).unwrap());
    let open = cluster.engine(A).repost_job(&ada.did, &again, days, false).await;
    assert_eq!(hindered(open), Hindrance::NoPredecessor);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_answered_by_a_bid_by_a_no_or_by_nothing() {
    let (cluster, ada, bob) = two().await;
    let (carol, dan) = (cluster.register(B, "carol").await, cluster.register(B, "dan").await);
    let posted = cluster.engine(A).post_job(&ada.did, job_request("A bridge"), false).await.unwrap();
    let id_of = id(&posted.view.id);
    job(&cluster, B, &id_of, |_| true).await;
    let mut invited = Vec::new();
    for person in [&bob, &carol, &dan] {
        let known = cluster.engine(A);
        until("the person is known", async || known.profile(&person.did).await.unwrap()).await;
        let request =
            serde_json::from_value(json!({"freelancer": person.did, "note": "You do bridges."})).unwrap();
        let made = known.invite(&ada.did, &id_of, request, false).await.unwrap();
        invited.push(id(&made.view.id));
    }
    let request = serde_json::from_value(json!({"freelancer": bob.did})).unwrap();
    let twice = cluster.engine(A).invite(&ada.did, &id_of, request, false).await;
    assert_eq!(hindered(twice), Hindrance::InvitedBefore);
    let seen = until("the invitation is there", async || {
        let page = cluster.engine(B).my_invitations(&bob.did, PageQuery::default()).await.unwrap();
        page.items.into_iter().next()
    })
    .await;
    assert_eq!((seen.title.as_deref(), seen.state.as_str()), (Some("A bridge"), "invited"));
    assert_eq!(seen.allowed, ["decline"]);
    cluster.engine(B).bid(&bob.did, &id_of, bid_request(), false).await.unwrap();
    until("carol is invited", async || cluster.engine(B).invitation(&invited[1], &carol.did).await.unwrap())
        .await;
    let no = cluster.engine(B).move_invitation(
        &carol.did,
        &invited[1],
        Event::Decline,
        because("Too far."),
        false,
    );
    no.await.unwrap();
    cluster.clock.advance(7 * DAY + 1);
    for (at, state) in invited.iter().zip(["accepted", "declined", "lapsed"]) {
        until(state, async || {
            let view = cluster.engine(A).invitation(at, &ada.did).await.unwrap().unwrap();
            (view.state == state).then_some(())
        })
        .await;
    }
    let others = cluster.engine(B).invitation(&invited[0], &carol.did).await.unwrap();
    assert_eq!(others, None, "an invitation is nobody else's");
}

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
