//! Disputes between two homes, and arbiters at a third.

use hanse_api::requests::{ArbiterRequest, DisputeRequest, DisputeStepRequest, OfferRequest, PageQuery};
use hanse_api::views::{ContractView, DisputeView};
use hanse_base::error::{Hindrance, Refusal, UseError};
use hanse_document::{DocumentId, Rejection};
use hanse_lifecycle::Event;
use hanse_store::accounts;
use serde_json::{Value, json};

use crate::cluster::{Cluster, Someone, until};
use crate::deal::{Deal, because, bid_request, id, job_request, offer_request};

const A: usize = 0;
const B: usize = 1;
const N: usize = 2;
const DAY: i64 = 86_400;

fn hindered<T: std::fmt::Debug>(answer: Result<T, UseError>) -> Hindrance {
    match answer {
        Err(UseError::Refused(Refusal::Hindered(hindrance))) => hindrance,
        other => panic!("{other:?}"),
    }
}

fn refused<T: std::fmt::Debug>(answer: Result<T, UseError>) -> String {
    match answer {
        Err(UseError::Refused(refusal)) => refusal.slug().to_owned(),
        other => panic!("{other:?}"),
    }
}

fn claim(then: &str) -> DisputeRequest {
    let evidence = ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"];
    let outcome = json!({"then": then, "award": "It is done anew."});
    serde_json::from_value(json!({"claim": "It leans.", "evidence": evidence, "outcome": outcome})).unwrap()
}

fn says(said: Value) -> DisputeStepRequest {
    serde_json::from_value(said).unwrap()
}

fn nothing() -> DisputeStepRequest {
    DisputeStepRequest::default()
}

/// Somebody at home at a node who rules, and is known as such at the others.
async fn arbiter(cluster: &Cluster, at: usize, handle: &str) -> Someone {
    let someone = cluster.register(at, handle).await;
    // Who says it comes by one log, and what they say by another: a leaf that is ahead is tried again by a clock that stands still here.
    for engine in cluster.nodes.iter().map(|node| &node.engine) {
        until("the person is known", async || {
            let db = engine.store().connection().await.unwrap();
            accounts::find_identity(&db, &someone.did).await.unwrap()
        })
        .await;
    }
    let said: ArbiterRequest =
        serde_json::from_value(json!({"terms": "Write to me.", "fields": ["local:rust"], "fee": "none"}))
            .unwrap();
    let put = cluster.engine(at).put_arbiter(&someone.did, said, false).await.unwrap();
    assert!(put.created && put.view.takes);
    for engine in cluster.nodes.iter().map(|node| &node.engine) {
        until("the arbiter is known", async || engine.arbiter(&someone.did).await.unwrap()).await;
    }
    someone
}

fn with(arbiters: &[&Someone]) -> OfferRequest {
    let named: Vec<String> = arbiters.iter().map(|arbiter| arbiter.did.to_string()).collect();
    let named = serde_json::from_value(json!(named)).unwrap();
    OfferRequest { arbiters: named, ..offer_request() }
}

struct Case<'a> {
    deal: &'a Deal<'a>,
    id: DocumentId,
}

impl<'a> Case<'a> {
    async fn opened(deal: &'a Deal<'a>, by: &Someone, claim: DisputeRequest) -> Self {
        let engine = deal.cluster.engine(by.home);
        let opened = engine.open_dispute(&by.did, &deal.contract, claim, false).await.unwrap();
        let case = Self { deal, id: id(&opened.view.id) };
        for person in [deal.client, deal.freelancer] {
            case.seen(person, "opened").await;
        }
        case
    }

    /// Waits until somebody sees the dispute in a state.
    async fn seen(&self, person: &Someone, state: &str) -> DisputeView {
        let engine = self.deal.cluster.engine(person.home);
        until(&format!("the dispute is {state} for {}", person.did), async || {
            engine.dispute(&self.id, &person.did).await.unwrap().filter(|view| view.state == state)
        })
        .await
    }

    async fn by(
        &self,
        person: &Someone,
        event: Event,
        said: DisputeStepRequest,
    ) -> Result<DisputeView, UseError> {
        let engine = self.deal.cluster.engine(person.home);
        let moved = engine.move_dispute(&person.did, &self.id, event, said, false).await;
        moved.map(|published| published.view)
    }

    /// Somebody moves it, and all of these see it there.
    async fn moves(&self, person: &Someone, event: Event, said: Value, state: &str, seen_by: &[&Someone]) {
        let view = self.by(person, event, says(said)).await.unwrap();
        assert_eq!(view.state, state, "{event}");
        for other in seen_by {
            self.seen(other, state).await;
        }
    }
}

async fn contract(deal: &Deal<'_>, person: &Someone) -> ContractView {
    deal.view(deal.cluster.engine(person.home), &person.did).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_arbiter_at_a_third_node_rules_and_another_one_on_the_appeal() {
    let cluster = Cluster::start(&["a", "b", "n"]).await;
    let (ada, bob) = (cluster.register(A, "ada").await, cluster.register(B, "bob").await);
    let (nina, noor) = (arbiter(&cluster, N, "nina").await, arbiter(&cluster, N, "noor").await);
    let deal = Deal::active_with(&cluster, &ada, &bob, with(&[&nina, &noor])).await;
    assert_eq!(contract(&deal, &bob).await.arbiters.len(), 2, "whoever accepts knows who rules");
    deal.moves(Event::Deliver, "delivered").await;
    let case = Case::opened(&deal, &bob, claim("goes_on")).await;
    let both = [&ada, &bob];
    let frozen = deal.by(&ada, Event::AcceptDelivery).await;
    assert_eq!(hindered(frozen), Hindrance::Disputed);
    let view = contract(&deal, &ada).await;
    assert_eq!((view.allowed.len(), view.clock, view.disputes.len()), (0, None, 1));
    assert_eq!(
        hindered(case.by(&bob, Event::Respond, says(json!({"text": "No."}))).await),
        Hindrance::OwnRequest
    );
    case.moves(&ada, Event::Respond, json!({"text": "It stands."}), "negotiating", &both).await;
    let proposes = json!({"outcome": {"then": "closes"}});
    case.moves(&bob, Event::Settle, proposes, "negotiating", &both).await;
    assert_eq!(cluster.engine(N).dispute(&case.id, &nina.did).await.unwrap(), None, "nobody has asked her");
    case.moves(&ada, Event::Escalate, json!({}), "in_arbitration", &[&ada, &bob, &nina]).await;
    let view = case.seen(&nina, "in_arbitration").await;
    assert_eq!(view.claim.as_deref(), Some("It leans."));
    assert_eq!((view.scope.as_str(), view.role.as_str()), ("All of it.", "arbiter"));
    assert_eq!(
        (view.allowed, view.proposal),
        (vec!["rule".to_owned()], None),
        "what they offer each other is theirs"
    );
    assert!(view.history.iter().any(|moved| moved.text.as_deref() == Some("It stands.")));
    let mine = cluster.engine(N).disputes(&nina.did, PageQuery::default()).await.unwrap();
    assert_eq!(mine.items.len(), 1);
    assert_eq!(refused(case.by(&noor, Event::Rule, nothing()).await), "not-found");
    let rules = json!({"text": "It leans a little.", "outcome": {"then": "goes_on"}});
    case.moves(&nina, Event::Rule, rules, "ruled", &[&ada, &bob, &nina]).await;
    case.moves(&ada, Event::Appeal, json!({"text": "She never came."}), "in_appeal", &[&ada, &bob, &noor])
        .await;
    let view = case.seen(&noor, "in_appeal").await;
    assert!(view.history.iter().any(|moved| moved.text.as_deref() == Some("It leans a little.")));
    let rules = json!({"text": "It falls.", "outcome": {"then": "terminates", "award": "Ada pays half."}});
    case.moves(&noor, Event::Rule, rules, "final", &[&ada, &bob, &noor]).await;
    deal.both("terminated").await;
    for person in both {
        let view = case.seen(person, "final").await;
        assert_eq!(view.outcome.unwrap().award.unwrap().as_str(), "Ada pays half.");
        let answers: Vec<_> = view.arbiters.iter().map(|arbiter| arbiter.answer.as_deref()).collect();
        assert_eq!(answers, [Some("appealed"), Some("ruled")]);
    }
    let record = cluster.engine(N).arbiter(&nina.did).await.unwrap().unwrap().record;
    assert_eq!((record.rulings, record.appeals, record.silent), (1, 1, 0));
    assert_eq!(refused(case.by(&bob, Event::Appeal, says(json!({"text": "No!"}))).await), "not-now");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unanswered_claim_stands_and_is_reopened_once_and_settled() {
    let cluster = Cluster::start(&["a", "b"]).await;
    let (ada, bob) = (cluster.register(A, "ada").await, cluster.register(B, "bob").await);
    let deal = Deal::active(&cluster, &ada, &bob).await;
    let case = Case::opened(&deal, &ada, claim("closes")).await;
    cluster.clock.advance(7 * DAY + 3_601);
    for person in [&ada, &bob] {
        assert!(case.seen(person, "defaulted").await.by_default);
    }
    let cause = json!({"text": "I was in hospital."});
    case.moves(&bob, Event::Reopen, cause.clone(), "opened", &[&ada, &bob]).await;
    cluster.clock.advance(7 * DAY + 3_601);
    case.seen(&bob, "defaulted").await;
    case.seen(&ada, "defaulted").await;
    assert_eq!(hindered(case.by(&bob, Event::Reopen, says(cause)).await), Hindrance::ReopenedBefore);
    assert_eq!(hindered(case.by(&ada, Event::Settle, nothing()).await), Hindrance::OwnRequest);
    case.moves(&bob, Event::Settle, json!({}), "settled", &[&ada, &bob]).await;
    deal.both("closed").await;
    let again = cluster.engine(A).open_dispute(&ada.did, &deal.contract, claim("goes_on"), false).await;
    let again = id(&again.unwrap().view.id);
    let case = Case { deal: &deal, id: again };
    case.seen(&bob, "opened").await;
    cluster.clock.advance(7 * DAY + 3_601);
    for person in [&ada, &bob] {
        case.seen(person, "defaulted").await;
    }
    cluster.clock.advance(14 * DAY + 3_601);
    for person in [&ada, &bob] {
        let view = case.seen(person, "final").await;
        assert!(view.by_default && view.outcome.is_some());
    }
    deal.both("closed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_arbiters_are_passed_over_and_what_was_left_of_a_clock_is_left() {
    let cluster = Cluster::start(&["a", "b", "n"]).await;
    let (ada, bob) = (cluster.register(A, "ada").await, cluster.register(B, "bob").await);
    let (nina, alan) = (arbiter(&cluster, N, "nina").await, arbiter(&cluster, A, "alan").await);
    let terms = OfferRequest { arbiters_may_share_home: true, ..with(&[&nina, &alan]) };
    let deal = Deal::active_with(&cluster, &ada, &bob, terms).await;
    deal.moves(Event::Deliver, "delivered").await;
    cluster.clock.advance(10 * DAY);
    let case = Case::opened(&deal, &ada, claim("terminates")).await;
    case.moves(&bob, Event::Respond, json!({"text": "It stands."}), "negotiating", &[&ada, &bob]).await;
    let no_other = case.by(&ada, Event::Appeal, says(json!({"text": "?"}))).await;
    assert_eq!(refused(no_other), "not-now");
    case.moves(&bob, Event::Escalate, json!({}), "in_arbitration", &[&ada, &bob, &nina]).await;
    cluster.clock.advance(14 * DAY + 3_601);
    let passed = |view: &DisputeView| view.arbiters[0].answer.as_deref() == Some("silent");
    until("it is passed on", async || {
        cluster.engine(A).dispute(&case.id, &alan.did).await.unwrap().filter(passed)
    })
    .await;
    assert_eq!(deal.view(deal.home(), &ada.did).await.state, "delivered", "nothing is accepted meanwhile");
    cluster.clock.advance(14 * DAY + 3_601);
    for person in [&ada, &bob] {
        assert_eq!(case.seen(person, "undecided").await.outcome, None);
    }
    deal.both("delivered").await;
    let record = cluster.engine(A).arbiter(&alan.did).await.unwrap().unwrap().record;
    assert_eq!((record.rulings, record.silent), (0, 1));
    // Four of the fourteen days were left when the dispute was opened.
    let clock = contract(&deal, &bob).await.clock.unwrap();
    assert_eq!(clock.event, "accept_delivery");
    cluster.clock.advance(3 * DAY);
    deal.both("delivered").await;
    cluster.clock.advance(DAY + 3_601);
    deal.both("approved").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_disputed_and_who_cannot_rule_is_refused() {
    let cluster = Cluster::start(&["a", "b", "n"]).await;
    let (ada, bob) = (cluster.register(A, "ada").await, cluster.register(B, "bob").await);
    let (nina, alan) = (arbiter(&cluster, N, "nina").await, arbiter(&cluster, A, "alan").await);
    let carol = cluster.register(A, "carol").await;
    let (home, away) = (cluster.engine(A), cluster.engine(B));
    let job = id(&home.post_job(&ada.did, job_request("A bridge"), false).await.unwrap().view.id);
    until("the job is known", async || away.job(&job, None).await.unwrap()).await;
    let bid = id(&away.bid(&bob.did, &job, bid_request(), false).await.unwrap().view.id);
    for (terms, hindrance) in
        [(with(&[&alan]), Hindrance::ArbiterSharesHome), (with(&[&carol]), Hindrance::NoSuchArbiter)]
    {
        assert_eq!(hindered(home.offer(&ada.did, &bid, terms, false).await), hindrance);
    }
    for party in [&ada, &bob] {
        let said = serde_json::from_value(json!({"terms": "I am right."})).unwrap();
        cluster.engine(party.home).put_arbiter(&party.did, said, false).await.unwrap();
        until("the arbiter is known", async || home.arbiter(&party.did).await.unwrap()).await;
        let terms = OfferRequest { arbiters_may_share_home: true, ..with(&[party]) };
        let own = home.offer(&ada.did, &bid, terms, false).await;
        assert!(matches!(own, Err(UseError::Refused(Refusal::Rejected(Rejection::AboutSelf)))), "{own:?}");
    }
    cluster.engine(N).withdraw_arbiter(&nina.did).await.unwrap();
    until("she takes no cases", async || home.arbiter(&nina.did).await.unwrap().filter(|view| !view.takes))
        .await;
    assert_eq!(hindered(home.offer(&ada.did, &bid, with(&[&nina]), false).await), Hindrance::NoSuchArbiter);
    let listed = home.arbiters(PageQuery::default()).await.unwrap();
    assert!(listed.items.iter().all(|listed| listed.did != nina.did.as_str()));

    let deal = Deal::active(&cluster, &ada, &bob).await;
    let open = async |person: &Someone| {
        let engine = cluster.engine(person.home);
        engine.open_dispute(&person.did, &deal.contract, claim("closes"), false).await
    };
    assert_eq!(refused(open(&carol).await), "not-found");
    let case = Case::opened(&deal, &ada, claim("closes")).await;
    assert_eq!(hindered(open(&ada).await), Hindrance::DisputeOpen);
    assert_eq!(hindered(open(&bob).await), Hindrance::DisputeOpen);
    assert_eq!(home.dispute(&case.id, &carol.did).await.unwrap(), None);
    assert_eq!(refused(case.by(&bob, Event::Withdraw, nothing()).await), "not-yours");
    case.moves(&bob, Event::Respond, json!({"text": "No."}), "negotiating", &[&ada, &bob]).await;
    assert_eq!(hindered(case.by(&bob, Event::Escalate, nothing()).await), Hindrance::NoArbiter);
    assert_eq!(hindered(case.by(&bob, Event::Settle, nothing()).await), Hindrance::NoSettlement);
    case.moves(&ada, Event::Withdraw, json!({}), "withdrawn", &[&ada, &bob]).await;
    deal.both("active").await;
    for _ in 1..3 {
        let case = Case::opened(&deal, &ada, claim("closes")).await;
        case.moves(&ada, Event::Withdraw, json!({}), "withdrawn", &[&ada, &bob]).await;
    }
    assert_eq!(hindered(open(&ada).await), Hindrance::TooManyDisputes(3));
    let ended =
        home.step(&ada.did, &deal.contract, Event::Terminate, because("Enough."), false).await.unwrap();
    assert_eq!(ended.view.state, "terminated");
    deal.both("terminated").await;
    cluster.clock.advance(15 * DAY);
    let late = open(&bob).await;
    assert!(late.is_err(), "{late:?}");
}
