//! A stranger verifies the record of both offline, and their scores count what was done.

use hanse_command::json::Read as _;
use hanse_command::{api, clock};

use super::Story;
use super::arrive::must;
use crate::ask::{By, Fault, Hand};
use crate::book::Person;
use crate::proof;

pub(super) async fn prove(hand: &mut Hand<'_>, story: &Story) -> Result<(), Fault> {
    let policy = hand.run.policy.clone();
    let [by_client, by_freelancer] = &story.commits;
    let sides = [
        (&story.freelancer, &story.client, by_client, true),
        (&story.client, &story.freelancer, by_freelancer, false),
    ];
    for (about, other, commit, written_by_client) in sides {
        let text = story.words(written_by_client);
        let evidence = api::evidence(&about.did);
        hand.until(
            By::Stranger(&about.home),
            &evidence,
            "evidence that verifies and has the review",
            |answer| {
                answer.success()?;
                proof::holds(&answer.bytes, &policy, clock::now(), &[(commit, &text)])
            },
        )
        .await?;
        score(hand, other, &about.did, story.jobs).await?;
    }
    hand.run.book().done += 1;
    Ok(())
}

/// From where the other stands, at the other's home, the score counts all jobs of the pair.
async fn score(hand: &mut Hand<'_>, viewer: &Person, did: &str, jobs: u32) -> Result<(), Fault> {
    let score = api::score(did, Some(&viewer.did), "en");
    hand.until(By::Person(viewer), &score, "score that counts the job", |answer| {
        let Some(score) = answer.found()? else { return Ok(None) };
        must(score.text("/subject") == did, "that is the score of somebody else")?;
        let completed = score.number("/summary/completed");
        must(completed <= jobs.into(), "the score counts more jobs than were done")?;
        Ok((completed == u64::from(jobs)).then_some(()))
    })
    .await
}
