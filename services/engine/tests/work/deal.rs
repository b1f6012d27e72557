//! One contract between a client and a freelancer, moved step by step.

use hanse_api::requests::{BidRequest, JobRequest, OfferRequest, ReplyRequest, ReviewRequest, StepRequest};
use hanse_api::views::{ContractView, Delivery, Published};
use hanse_base::error::UseError;
use hanse_document::{Did, DocumentId};
use hanse_engine::Engine;
use hanse_lifecycle::Event;

use crate::cluster::{Cluster, Someone, until};

pub(crate) fn job_request(title: &str) -> JobRequest {
    let text = "We look for somebody who knows what this is about.";
    serde_json::from_value(serde_json::json!({
        "title": title, "text": text, "language": "en", "skills": ["local:rust"],
        "place": {"kind": "remote"}, "pay": {"kind": "money", "currency": "EUR", "min": 50_000, "per": "project"}
    }))
    .unwrap()
}

pub(crate) fn bid_request() -> BidRequest {
    serde_json::from_value(serde_json::json!({"text": "I have done this before.", "days": 10})).unwrap()
}

pub(crate) fn offer_request() -> OfferRequest {
    let pay = serde_json::json!({"kind": "time_credits", "hours": 12});
    serde_json::from_value(serde_json::json!({"scope": "All of it.", "due": "2026-12-24", "pay": pay}))
        .unwrap()
}

pub(crate) fn review_request(rating: u8, text: &str) -> ReviewRequest {
    let request =
        serde_json::json!({"rating": rating, "axes": {"communication": 4}, "on_time": true, "text": text});
    serde_json::from_value(request).unwrap()
}

pub(crate) fn because(reason: &str) -> StepRequest {
    StepRequest { reason: Some(reason.parse().unwrap()), ..StepRequest::default() }
}

pub(crate) fn reply_request(text: &str) -> ReplyRequest {
    ReplyRequest { text: text.parse().unwrap() }
}

pub(crate) fn id(text: &str) -> DocumentId {
    DocumentId::parse(text).unwrap()
}

pub(crate) struct Deal<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) client: &'a Someone,
    pub(crate) freelancer: &'a Someone,
    pub(crate) job: DocumentId,
    pub(crate) bid: DocumentId,
    pub(crate) contract: DocumentId,
}

impl<'a> Deal<'a> {
    /// A job, a bid and an offer that the freelancer's home knows.
    pub(crate) async fn offered(cluster: &'a Cluster, client: &'a Someone, freelancer: &'a Someone) -> Self {
        Self::offered_with(cluster, client, freelancer, offer_request()).await
    }

    /// The same, with other terms.
    pub(crate) async fn offered_with(
        cluster: &'a Cluster,
        client: &'a Someone,
        freelancer: &'a Someone,
        terms: OfferRequest,
    ) -> Self {
        let (home, away) = (cluster.engine(client.home), cluster.engine(freelancer.home));
        let posted = home.post_job(&client.did, job_request("A bridge"), false).await.unwrap();
        let job = id(&posted.view.id);
        until("the job is known at the other home", async || away.job(&job, None).await.unwrap()).await;
        let bid = away.bid(&freelancer.did, &job, bid_request(), false).await.unwrap();
        assert_eq!(bid.delivery, Delivery::Sequenced);
        assert_eq!(bid.view.state, "submitted");
        let bid = id(&bid.view.id);
        let offered = home.offer(&client.did, &bid, terms, false).await.unwrap();
        let contract = id(&offered.view.id);
        let deal = Self { cluster, client, freelancer, job, bid, contract };
        deal.both("offered").await;
        deal
    }

    /// The same, accepted, and active at both homes.
    pub(crate) async fn active(cluster: &'a Cluster, client: &'a Someone, freelancer: &'a Someone) -> Self {
        Self::active_with(cluster, client, freelancer, offer_request()).await
    }

    /// The same, with other terms.
    pub(crate) async fn active_with(
        cluster: &'a Cluster,
        client: &'a Someone,
        freelancer: &'a Someone,
        terms: OfferRequest,
    ) -> Self {
        let deal = Self::offered_with(cluster, client, freelancer, terms).await;
        let accepted = deal.away().accept_offer(&freelancer.did, &deal.contract, false).await.unwrap();
        assert_eq!(accepted.delivery, Delivery::Sequenced);
        deal.both("active").await;
        deal
    }

    /// The same, to its close.
    pub(crate) async fn closed(cluster: &'a Cluster, client: &'a Someone, freelancer: &'a Someone) -> Self {
        let deal = Self::active(cluster, client, freelancer).await;
        deal.moves(Event::Deliver, "delivered").await;
        deal.moves(Event::AcceptDelivery, "approved").await;
        deal.moves(Event::AttestPaid, "paid").await;
        deal.moves(Event::ConfirmReceived, "settled").await;
        deal.moves(Event::Close, "closed").await;
        deal
    }

    pub(crate) fn home(&self) -> &Engine {
        self.cluster.engine(self.client.home)
    }

    pub(crate) fn away(&self) -> &Engine {
        self.cluster.engine(self.freelancer.home)
    }

    /// Waits until both homes show the contract in a state.
    pub(crate) async fn both(&self, state: &str) {
        for (engine, person) in [(self.home(), &self.client.did), (self.away(), &self.freelancer.did)] {
            let what = format!("the contract is {state} for {person}");
            until(&what, async || {
                let view = engine.contract(&self.contract, person).await.unwrap();
                view.filter(|view| view.state == state)
            })
            .await;
        }
    }

    /// Whoever may make the move makes it, and both homes follow.
    pub(crate) async fn moves(&self, event: Event, state: &str) {
        let freelancer = matches!(event, Event::Deliver | Event::ConfirmReceived);
        let person = if freelancer { self.freelancer } else { self.client };
        let moved = self.by(person, event).await.unwrap();
        assert_eq!(moved.delivery, Delivery::Sequenced, "{event}");
        assert_eq!(moved.view.state, state);
        self.both(state).await;
    }

    pub(crate) async fn by(
        &self,
        person: &Someone,
        event: Event,
    ) -> Result<Published<ContractView>, UseError> {
        let engine = self.cluster.engine(person.home);
        let note = (event == Event::Deliver).then(|| "Here it is.".parse().unwrap());
        let said = StepRequest { note, ..StepRequest::default() };
        engine.step(&person.did, &self.contract, event, said, false).await
    }

    pub(crate) async fn view(&self, engine: &Engine, person: &Did) -> ContractView {
        engine.contract(&self.contract, person).await.unwrap().unwrap()
    }
}
