//! Bid, offer and acceptance, up to a contract that both homes have logged.

use hanse_command::api;
use hanse_command::clock;
use hanse_command::json::Read as _;
use hanse_command::lifecycle::Event;
use serde_json::json;

use super::Story;
use super::arrive::{must, needed};
use super::work::{act, reach};
use crate::ask::{By, Fault, Hand};
use crate::book::Thing;

/// Days from now on which the work is due, in seconds.
const DUE_SECONDS: i64 = 30 * 86_400;

pub(super) async fn agree(hand: &mut Hand<'_>, story: &mut Story) -> Result<(), Fault> {
    bid(hand, story).await?;
    offer(hand, story).await?;
    act(hand, story, Event::Accept, false, 1).await?;
    reach(hand, story, 1).await
}

/// The freelancer bids, and the client sees the bid listed.
async fn bid(hand: &mut Hand<'_>, story: &mut Story) -> Result<(), Fault> {
    let text = format!("I mend gates every day: {}.", story.word);
    let pay = json!({"kind": "money", "currency": "EUR", "max": 7500, "per": "project"});
    let bid = api::bid(&story.job, json!({"text": text, "days": 3, "pay": pay}));
    let by = By::Person(&story.freelancer);
    let id = hand.ask(by, &bid, |answer| needed(answer.success()?.text("/view/id"), "id")).await?;
    story.bid = id.clone();
    let by = story.freelancer.clone();
    hand.run.book().acknowledged(Thing::Bid { id: id.clone(), text: text.clone(), by });
    hand.until(By::Person(&story.client), &api::bids_on(&story.job), "bid at the job's home", |answer| {
        let bids = answer.success()?.list("/items");
        let Some(bid) = bids.iter().find(|bid| bid.text("/id") == id) else { return Ok(None) };
        must(bid.text("/text") == text, "the bid says something else")?;
        Ok(bid.texts("/allowed").contains(&"offer").then_some(()))
    })
    .await
}

/// The client offers, and the freelancer's home has the offer.
async fn offer(hand: &mut Hand<'_>, story: &mut Story) -> Result<(), Fault> {
    let due = clock::now().add_seconds(DUE_SECONDS);
    let due = due.map_err(|error| hand.fault("due", &error.to_string()))?.date().to_string();
    let offer = api::offer(&story.bid, json!({"scope": "The gate, as the posting says.", "due": due}));
    let by = By::Person(&story.client);
    let id = hand.ask(by, &offer, |answer| needed(answer.success()?.text("/view/id"), "id")).await?;
    story.contract = id;
    super::work::acknowledged(hand, story, 0);
    reach(hand, story, 0).await
}
