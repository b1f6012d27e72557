//! Two reviews under seal: nobody reads the first before the second is written.

use hanse_command::api;
use hanse_command::json::Read as _;
use serde_json::json;

use super::Story;
use super::arrive::{must, needed};
use crate::ask::{By, Fault, Hand};
use crate::book::Thing;

pub(super) async fn review(hand: &mut Hand<'_>, story: &mut Story) -> Result<(), Fault> {
    let first = deposit(hand, story, true).await?;
    sealed(hand, story, &first).await?;
    let second = deposit(hand, story, false).await?;
    story.commits = [first, second];
    for by_client in [true, false] {
        opened(hand, story, by_client).await?;
    }
    Ok(())
}

/// Deposits a review; the leaf id of its commit.
async fn deposit(hand: &mut Hand<'_>, story: &Story, by_client: bool) -> Result<String, Fault> {
    let text = story.words(by_client);
    let review = match by_client {
        true => json!({"rating": 5, "axes": {"quality": 5}, "on_time": true, "text": text, "language": "en"}),
        false => json!({"rating": 4, "axes": {"payment": 5}, "text": text, "language": "en"}),
    };
    let (author, about) = sides(story, by_client);
    let request = api::review(&story.contract, review);
    let by = By::Person(author);
    let commit = hand.ask(by, &request, |answer| needed(answer.success()?.text("/view/commit"), "commit"));
    let commit = commit.await?;
    let (contract, about) = (story.contract.clone(), about.clone());
    hand.run.book().acknowledged(Thing::Review { commit: commit.clone(), contract, text, about });
    Ok(commit)
}

/// The other side sees that there is a review, and not what it says.
async fn sealed(hand: &mut Hand<'_>, story: &Story, commit: &str) -> Result<(), Fault> {
    let (reader, secret) = (By::Person(&story.freelancer), story.words(true));
    hand.until(reader, &api::reviews(&story.contract), "sealed review at the other home", |answer| {
        let reviews = answer.success()?;
        must(!reviews.to_string().contains(&secret), "a sealed review can be read")?;
        Ok(reviews.list("").iter().any(|review| review.text("/commit") == commit).then_some(()))
    })
    .await
}

/// The person reviewed reads it.
async fn opened(hand: &mut Hand<'_>, story: &Story, by_client: bool) -> Result<(), Fault> {
    let [first, second] = &story.commits;
    let (commit, text) = (if by_client { first } else { second }, story.words(by_client));
    let (_, reader) = sides(story, by_client);
    let reviews = api::reviews(&story.contract);
    hand.until(By::Person(reader), &reviews, "review open at the other home", |answer| {
        let reviews = answer.success()?.list("");
        let Some(review) = reviews.iter().find(|review| review.text("/commit") == *commit) else {
            return Ok(None);
        };
        let words = review.text("/text");
        must(words.is_empty() || words == text, "the review says something else")?;
        Ok((!words.is_empty()).then_some(()))
    })
    .await
}

/// Who writes, and about whom.
fn sides(story: &Story, by_client: bool) -> (&crate::book::Person, &crate::book::Person) {
    if by_client { (&story.client, &story.freelancer) } else { (&story.freelancer, &story.client) }
}
