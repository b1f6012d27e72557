//! Changes of mind, at two homes: what each side can do besides going straight on, and that both homes show the same.

mod contracts;

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
