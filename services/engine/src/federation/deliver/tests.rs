use hanse_api::requests::{PageQuery, StepRequest};
use hanse_base::stored::side;
use hanse_document::kind::{Event, Step};
use hanse_document::{Commitment, Did, DocumentId, Draft, Signed};
use hanse_ledger::{Statement, SubjectKey};
use hanse_lifecycle::State;
use hanse_store::{contracts, history};
use serde_json::json;

use super::*;
use crate::market::author::Author;
use crate::testing::{Home, node};
use hanse_effects::expire;

mod at_once;
mod bids;
mod busy;
mod due;
mod heard;
mod not_its_own;
mod owed;
mod profiles;
mod told;
mod wanted;

/// The oldest parcel that `from` has for `to`.
async fn next(from: &Home, to: &Home) -> Option<(DeliveryRow, DocumentRow, Vec<Bytes>)> {
    let db = from.engine.store().connection().await.unwrap();
    let peer = to.engine.config().name.to_string();
    let row = deliveries::due(&db, &peer, from.engine.now().unix(), &[], 1).await.unwrap().pop()?;
    let document = documents::find_hash(&db, &row.document).await.unwrap().unwrap();
    let parcel = parcel(&db, &peer, &document).await.unwrap();
    Some((row, document, parcel))
}

fn name(home: &Home) -> String {
    home.engine.config().name.to_string()
}

/// Carries everything that `from` has for `to`, as the network would; what was refused, by slug.
async fn carry(from: &Home, to: &Home) -> Vec<String> {
    let mut refused = Vec::new();
    while let Some((row, document, parcel)) = next(from, to).await {
        let Response::Receipt { receipt } = answer(&to.engine, &name(from), parcel).await else {
            panic!("no receipt for {}", document.id)
        };
        let answered = from.engine.receipts().read(&name(to), &document.id, &receipt).unwrap();
        if let Answered::Refused(slug) = &answered {
            refused.push(slug.clone());
        }
        let sent = settle(&from.engine, &row, &document, &answered, &receipt).await.unwrap();
        assert_eq!(sent, Sent::Settled);
    }
    refused
}

struct Met {
    a: Home,
    b: Home,
    ada: Did,
    bob: Did,
    job: String,
}

/// A client at A with a posting that B knows, and a freelancer at B.
async fn met() -> Met {
    let (a, b) = (Home::new('a', &['b', 'n']).await, Home::new('b', &['a', 'n']).await);
    let (ada, bob) = (a.register("ada").await, b.register("bob").await);
    let posted = a.post(&ada).await;
    let message = a.message(&ada, &posted.document).await;
    crate::federation::ingest::ingest(&b.engine, "a.example", &message).await;
    Met { a, b, ada, bob, job: posted.view.id }
}

fn slug(met: &Met, from: &Home, document: &Verified, response: &Response) -> String {
    let Response::Receipt { receipt } = response else { return format!("{response:?}") };
    let reader = if name(from) == "b.example" { &met.b } else { &met.a };
    let home = if name(from) == "b.example" { "a.example" } else { "b.example" };
    match reader.engine.receipts().read(home, &document.id(), receipt).unwrap() {
        Answered::Accepted => "accepted".to_owned(),
        Answered::Refused(slug) => slug,
    }
}

#[tokio::test]
async fn a_parcel_that_comes_twice_is_accepted_twice_and_applied_once() {
    let met = met().await;
    met.b.bid(&met.bob, &met.job).await;
    let (row, document, parcel) = next(&met.b, &met.a).await.unwrap();
    for _ in 0..2 {
        let response = answer(&met.a.engine, "b.example", parcel.clone()).await;
        let verified = kept(&document).unwrap();
        assert_eq!(slug(&met, &met.b, &verified, &response), "accepted");
        let Response::Receipt { receipt } = response else { panic!("no receipt") };
        settle(&met.b.engine, &row, &document, &Answered::Accepted, &receipt).await.unwrap();
    }
    for home in [&met.a, &met.b] {
        let db = home.engine.store().connection().await.unwrap();
        assert_eq!(history::of(&db, &document.id).await.unwrap().len(), 1);
    }
    assert!(carry(&met.b, &met.a).await.is_empty());
}

#[tokio::test]
async fn a_parcel_is_taken_only_from_the_authors_home_and_only_for_this_one() {
    let met = met().await;
    met.b.bid(&met.bob, &met.job).await;
    let (_, document, parcel) = next(&met.b, &met.a).await.unwrap();
    let verified = kept(&document).unwrap();
    let refusal = |response: Response| slug(&met, &met.b, &verified, &response);
    assert_eq!(refusal(answer(&met.a.engine, "n.example", parcel.clone()).await), "wrong-carrier");
    let unnamed = answer(&met.a.engine, "b.example", parcel.get(1..).unwrap().to_vec()).await;
    assert_eq!(refusal(unnamed), "unknown-person");
    // A third node, which is not the job's home, does not take it.
    let n = Home::new('n', &['a', 'b']).await;
    let elsewhere = answer(&n.engine, "b.example", parcel.clone()).await;
    let Response::Receipt { receipt } = elsewhere else { panic!("no receipt") };
    let answered = met.b.engine.receipts().read("n.example", &document.id, &receipt).unwrap();
    assert_eq!(answered, Answered::Refused("wrong-addressee".into()));
    // Not ours: a node that nobody pinned.
    let stranger = Home::new('x', &['a']).await;
    let unknown = answer(&stranger.engine, "b.example", parcel.clone()).await;
    assert!(matches!(unknown, Response::Receipt { .. }), "{unknown:?}");
    let forged = String::from_utf8(document.bytes.clone()).unwrap().replace("I can.", "I cannot.");
    let forged = answer(&met.a.engine, "b.example", vec![Bytes::from(forged.into_bytes())]).await;
    assert!(matches!(&forged, Response::Refused { slug, .. } if slug == "bad-signature"), "{forged:?}");
    let nothing = answer(&met.a.engine, "b.example", Vec::new()).await;
    assert!(matches!(&nothing, Response::Refused { slug, .. } if slug == "no-document"), "{nothing:?}");
    assert_eq!(refusal(answer(&met.a.engine, "b.example", parcel).await), "accepted");
}

/// A step by a person at home at `home`, signed with their hosted key, about anything.
async fn step_by(home: &Home, person: &Did, event: Event, object: &str, prev: &str) -> Vec<Bytes> {
    let db = home.engine.store().connection().await.unwrap();
    let author = Author::open(&home.engine, &db, person).await.unwrap();
    let (object, prev) = (object.parse().unwrap(), prev.parse().unwrap());
    let body = Body::Step(Step { event, object, prev, to: node('a') });
    let document = author.sign(body, None).unwrap();
    vec![Bytes::from(home.genesis(person).await), Bytes::from(document.bytes().to_vec())]
}

fn main_of(parcel: &[Bytes]) -> Verified {
    Signed::parse(parcel.last().unwrap()).unwrap().verify().unwrap()
}

/// The same two people, with an offer at both homes, and its acceptance on the way to A.
async fn accepted() -> (Met, String) {
    let met = met().await;
    let bid = met.b.bid(&met.bob, &met.job).await.view.id;
    assert!(carry(&met.b, &met.a).await.is_empty());
    let request = json!({"scope": "All of it.", "due": "2026-12-24"});
    let request = serde_json::from_value(request).unwrap();
    let offered = met.a.engine.offer(&met.ada, &bid.parse().unwrap(), request, false).await.unwrap();
    assert!(carry(&met.a, &met.b).await.is_empty());
    let contract = offered.view.id;
    met.b.engine.accept_offer(&met.bob, &contract.parse().unwrap(), false).await.unwrap();
    (met, contract)
}

/// The same two people, with an accepted offer at both homes.
async fn agreed() -> (Met, String) {
    let (met, contract) = accepted().await;
    assert!(carry(&met.b, &met.a).await.is_empty());
    (met, contract)
}

/// What a move says: a delivery is one of something.
fn said(event: hanse_lifecycle::Event) -> StepRequest {
    let note = (event == hanse_lifecycle::Event::Deliver).then(|| "Here it is.".parse().unwrap());
    StepRequest { note, ..StepRequest::default() }
}

async fn contract_at(home: &Home, contract: &str) -> contracts::ContractRow {
    let db = home.engine.store().connection().await.unwrap();
    contracts::contract(&db, &contract.parse().unwrap()).await.unwrap().unwrap()
}

/// Work has begun: both engagements stand, and both homes have read them.
async fn active() -> (Met, String) {
    let (met, contract) = agreed().await;
    met.a.sequence().await;
    met.b.follow(&met.a).await;
    met.b.sequence().await;
    met.a.follow(&met.b).await;
    (met, contract)
}

#[tokio::test]
async fn a_peers_jobs_log_orders_nothing_under_a_job_of_ours() {
    let (met, contract) = active().await;
    let long = 400 * 86_400;
    met.a.clock.advance(long);
    met.b.clock.advance(long);
    expire::look(met.a.engine.logbook()).await.unwrap();
    let row = contract_at(&met.a, &contract).await;
    assert_eq!(row.state, State::Closed, "dormant");
    // The freelancer's home signs a step of theirs into its own log, as if it kept the order.
    let deliver =
        Event::Deliver { note: Some("Done.".parse().unwrap()), digest: None, milestone: None, hours: None };
    let step = main_of(&step_by(&met.b, &met.bob, deliver, &contract, &row.head.to_string()).await);
    let mut connection = met.b.engine.store().connection().await.unwrap();
    let tx = connection.begin().await.unwrap();
    documents::insert(&tx, &step, true, met.b.engine.now().unix()).await.unwrap();
    let leaf = Statement::Posting { commitment: step.commitment() };
    let leaf =
        leaf.draft(step.from().day(), &[SubjectKey::of(&met.bob)]).with_signatures(Vec::new()).unwrap();
    Apply::own(met.b.engine.logbook(), &tx).enqueue(LogKind::Jobs, &leaf).await.unwrap();
    tx.commit().await.unwrap();
    met.b.sequence().await;
    met.a.follow(&met.b).await;
    assert_eq!(contract_at(&met.a, &contract).await, row);
}

#[tokio::test]
async fn only_the_settle_leaf_of_what_was_confirmed_is_filed_in_the_other_log() {
    let (met, contract) = active().await;
    let row = contract_at(&met.b, &contract).await;
    let mut connection = met.b.engine.store().connection().await.unwrap();
    let tx = connection.begin().await.unwrap();
    let own = Apply::own(met.b.engine.logbook(), &tx);
    let key = own.slot_key(&met.bob, &row.freelancer_slot.unwrap()).await.unwrap().unwrap();
    let forged = |byte: u8| {
        let (commitment, engagement) = (Commitment::from_bytes([byte; 32]), row.client_engagement.unwrap());
        let leaf = Statement::Settle { commitment, engagement };
        leaf.draft(20_781, &[SubjectKey::of(&met.ada)]).sign(&[&key]).unwrap()
    };
    for byte in 0..3 {
        Apply::own(met.b.engine.logbook(), &tx).enqueue(LogKind::Reputation, &forged(byte)).await.unwrap();
    }
    tx.commit().await.unwrap();
    met.b.sequence().await;
    met.a.follow(&met.b).await;
    let db = met.a.engine.store().connection().await.unwrap();
    assert_eq!(log::pending_count(&db, "a.example/reputation").await.unwrap(), 0);
}

/// A contract that has run its course, both logs followed on both sides.
async fn closed() -> (Met, String) {
    let (met, contract) = active().await;
    let id = contract.parse().unwrap();
    for (home, person, event) in
        [(&met.b, &met.bob, "deliver"), (&met.a, &met.ada, "accept_delivery"), (&met.a, &met.ada, "close")]
    {
        let event = event.parse().unwrap();
        home.engine.step(person, &id, event, said(event), false).await.unwrap();
        assert!(carry(&met.b, &met.a).await.is_empty());
        assert!(carry(&met.a, &met.b).await.is_empty());
    }
    (met, contract)
}

#[tokio::test]
async fn a_review_whose_document_comes_after_its_leaf_is_shown_all_the_same() {
    let (met, contract) = closed().await;
    let id = contract.parse().unwrap();
    for (home, person) in [(&met.a, &met.ada), (&met.b, &met.bob)] {
        let request = serde_json::from_value(json!({"rating": 5})).unwrap();
        home.engine.review(person, &id, request, false).await.unwrap();
    }
    for _ in 0..3 {
        met.a.sequence().await;
        met.b.pull(&met.a, 0).await;
        met.b.sequence().await;
        met.a.follow(&met.b).await;
    }
    let published = async |home: &Home| {
        let reviews = home.engine.reviews(&id, None).await.unwrap();
        reviews.iter().filter(|review| review.state == "published").count()
    };
    assert_eq!((published(&met.a).await, published(&met.b).await), (2, 1));
    met.b.ask(&met.a).await;
    assert_eq!(published(&met.b).await, 2);
}

/// A lost receipt: the acceptance has its effect at A, whose leaf B has read before it learns so.
async fn overtaken() -> (Met, String) {
    let (met, contract) = accepted().await;
    let (_, _, parcel) = next(&met.b, &met.a).await.unwrap();
    let lost = answer(&met.a.engine, "b.example", parcel).await;
    assert!(matches!(lost, Response::Receipt { .. }), "{lost:?}");
    met.a.sequence().await;
    met.b.follow(&met.a).await;
    assert_eq!(contract_at(&met.b, &contract).await.state, State::Offered);
    (met, contract)
}

#[tokio::test]
async fn an_engagement_that_was_read_before_the_receipt_came_is_answered_all_the_same() {
    let (met, contract) = overtaken().await;
    assert!(carry(&met.b, &met.a).await.is_empty());
    assert!(contract_at(&met.b, &contract).await.client_engaged);
    met.b.sequence().await;
    met.a.follow(&met.b).await;
    for home in [&met.a, &met.b] {
        assert_eq!(contract_at(home, &contract).await.state, State::Active);
    }
}

#[tokio::test]
async fn an_engagement_is_not_answered_when_the_contract_is_about_to_lapse_at_the_other_home() {
    let (met, contract) = overtaken().await;
    met.b.clock.advance(7 * 86_400 - 3_600);
    assert!(carry(&met.b, &met.a).await.is_empty());
    met.b.sequence().await;
    let row = contract_at(&met.b, &contract).await;
    assert_eq!((row.state, row.client_engaged, row.freelancer_engaged), (State::Accepted, true, false));
}

#[tokio::test]
async fn both_homes_compute_the_same_engagements_and_the_clients_is_queued_at_its_home() {
    let (met, contract) = agreed().await;
    let mut rows = Vec::new();
    for home in [&met.a, &met.b] {
        let db = home.engine.store().connection().await.unwrap();
        rows.push(contracts::contract(&db, &contract.parse().unwrap()).await.unwrap().unwrap());
    }
    let [a, b] = rows.as_slice() else { panic!("two homes") };
    assert_eq!((a.state, b.state), (State::Accepted, State::Accepted));
    assert!(a.client_engagement.is_some() && a.client_engagement == b.client_engagement);
    assert!(a.freelancer_engagement.is_some() && a.freelancer_engagement == b.freelancer_engagement);
    assert_eq!(side(a, &met.bob), Some(hanse_lifecycle::Actor::Freelancer));
    let queued = async |home: &Home| {
        let db = home.engine.store().connection().await.unwrap();
        let origin = format!("{}/reputation", name(home));
        let pending = log::pending(&db, &origin, 10).await.unwrap();
        pending.into_iter().map(|leaf| Some(leaf.id)).collect::<Vec<_>>()
    };
    assert!(queued(&met.a).await.contains(&a.client_engagement));
    assert!(!queued(&met.b).await.contains(&b.freelancer_engagement), "not before the client's is logged");
}

#[tokio::test]
async fn what_comes_before_its_time_is_asked_for_again_and_what_is_wrong_is_refused_for_good() {
    let (met, contract) = agreed().await;
    let db = met.a.engine.store().connection().await.unwrap();
    let row = contracts::contract(&db, &contract.parse().unwrap()).await.unwrap().unwrap();
    let head = row.head.to_string();
    // The freelancer's home has seen both engagements, this one has not yet.
    let deliver =
        Event::Deliver { note: Some("Done.".parse().unwrap()), digest: None, milestone: None, hours: None };
    let early = step_by(&met.b, &met.bob, deliver.clone(), &contract, &head).await;
    assert!(matches!(answer(&met.a.engine, "b.example", early).await, Response::Busy { .. }));
    let refusal = async |parcel: Vec<Bytes>| {
        let document = main_of(&parcel);
        let response = answer(&met.a.engine, "b.example", parcel).await;
        slug(&met, &met.b, &document, &response)
    };
    let stale = step_by(&met.b, &met.bob, deliver.clone(), &contract, &contract).await;
    assert_eq!(refusal(stale).await, "wrong-prev");
    let carol = met.b.register("carol").await;
    let foreign = step_by(&met.b, &carol, deliver, &contract, &head).await;
    assert_eq!(refusal(foreign).await, "not-yours");
    let fill = step_by(&met.b, &met.bob, Event::Fill {}, &met.job, &met.job).await;
    assert_eq!(refusal(fill).await, "not-yours");
    // What the home orders and this node cannot place yet is no refusal either.
    let unknown = step_by(&met.a, &met.ada, Event::Close { reason: None }, &contract, &met.job).await;
    assert!(matches!(answer(&met.b.engine, "a.example", unknown).await, Response::Busy { .. }));
}

#[tokio::test]
async fn custody_is_what_the_genesis_says() {
    let met = met().await;
    let db = met.b.engine.store().connection().await.unwrap();
    let author = Author::open(&met.b.engine, &db, &met.bob).await.unwrap();
    let said = json!({"text": "I can.", "home": "b.example", "to": "a.example", "job": met.job});
    let body = Body::from_value(Kind::Bid, &said).unwrap();
    let draft = Draft {
        issuer: met.bob.clone(),
        body,
        salt: [3; 32],
        from: met.b.engine.now(),
        until: None,
        custody: None,
    };
    let document = draft.sign(&author.key).unwrap();
    let parcel = vec![Bytes::from(met.b.genesis(&met.bob).await), Bytes::from(document.bytes().to_vec())];
    let response = answer(&met.a.engine, "b.example", parcel).await;
    assert_eq!(slug(&met, &met.b, &document, &response), "wrong-custody");
}

#[test]
fn pauses_grow_to_a_minute_and_no_further() {
    let pauses: Vec<i64> = (0..40).map(pause_seconds).collect();
    assert_eq!(pauses.first(), Some(&1));
    assert!(pauses.is_sorted());
    assert!(pauses.iter().all(|pause| *pause <= PAUSE_SECONDS_MAX));
    assert!(pauses.last().is_some_and(|pause| *pause > 50));
}
