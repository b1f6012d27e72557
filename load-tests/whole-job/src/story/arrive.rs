//! People come, a job is posted, and it is found at both homes.

use hanse_command::api;
use hanse_command::json::Read as _;
use hanse_command::requests::JobQuery;
use serde_json::json;

use super::{JOBS_EACH, Story};
use crate::PASSWORD;
use crate::ask::{By, Fault, Hand};
use crate::book::{Person, Thing};

/// What the title of a posting begins with that stays open.
pub(crate) const OPEN: &str = "Paint the fence";

/// A new pair, unless the present one has jobs to do.
pub(super) async fn arrive(hand: &mut Hand<'_>, story: &mut Story) -> Result<(), Fault> {
    if story.pairs > 0 && story.jobs < JOBS_EACH {
        return Ok(());
    }
    let (a, b) = (hand.run.a.clone(), hand.run.b.clone());
    let name = format!("{}-{}-{}", hand.run.seed, hand.user.weighted_users_index, story.pairs);
    (story.pairs, story.jobs) = (story.pairs + 1, 0);
    story.client = enter(hand, &a, &format!("client-{name}")).await?;
    story.freelancer = enter(hand, &b, &format!("worker-{name}")).await?;
    let profile = json!({"name": "Robin", "headline": "Mends gates", "about": "Twelve years at the forge.",
        "languages": ["en"], "skills": [hand.run.skill], "remote": true});
    let by = By::Person(&story.freelancer);
    hand.ask(by, &api::put_profile(profile), |answer| answer.success().map(drop)).await?;
    hand.ask(By::Stranger(&b), &api::profile(&story.freelancer.did), |answer| {
        must(answer.success()?.text("/profile/headline") == "Mends gates", "the profile says something else")
    })
    .await?;
    // Nobody bids on it: most postings stay open for a while.
    publish(hand, story, &format!("{OPEN} {name}")).await.map(drop)
}

/// Opens an account, signs in, and is who they are.
async fn enter(hand: &mut Hand<'_>, home: &str, handle: &str) -> Result<Person, Fault> {
    let nobody = By::Stranger(home);
    let register = api::register(handle, PASSWORD);
    let did = hand.ask(nobody, &register, |answer| needed(answer.success()?.text("/did"), "did")).await?;
    let person = |token: &str| Person {
        home: home.to_owned(),
        handle: handle.to_owned(),
        did: did.clone(),
        token: token.to_owned(),
    };
    hand.run.book().acknowledged(Thing::Account(person("")));
    let login = api::login(handle, PASSWORD, &[]);
    let token = hand.ask(nobody, &login, |answer| needed(answer.success()?.text("/access_token"), "token"));
    let person = person(&token.await?);
    let me = hanse_command::Request::get(&["v1", "me"]);
    hand.ask(By::Person(&person), &me, |answer| {
        let me = answer.success()?;
        must(me.text("/did") == did && me.text("/handle") == handle, "that is somebody else")
    })
    .await?;
    Ok(person)
}

/// The client posts; both homes find the job by its words, and say who fits it.
pub(super) async fn post(hand: &mut Hand<'_>, story: &mut Story) -> Result<(), Fault> {
    story.jobs += 1;
    let number = format!("{}x{}", story.pairs, story.jobs);
    story.word = format!("gate{}x{}x{number}", hand.run.seed, hand.user.weighted_users_index);
    let title = format!("Mend the {}", story.word);
    story.job = publish(hand, story, &title).await?;
    find(hand, story, &title).await?;
    fit(hand, story).await
}

/// Posts a job and reads it back, with the bytes that were signed.
async fn publish(hand: &mut Hand<'_>, story: &Story, title: &str) -> Result<String, Fault> {
    let text = "It squeaks at night, and the lower hinge has come off.";
    let job = json!({"title": title, "text": text, "language": "en", "skills": [hand.run.skill],
        "pay": {"kind": "money", "currency": "EUR", "max": 8000, "per": "project"}, "place": {"kind": "remote"}});
    let client = By::Person(&story.client);
    let (id, document) = hand
        .ask(client, &api::post_job(job), |answer| {
            let posted = answer.success()?;
            Ok((needed(posted.text("/view/id"), "id")?, needed(posted.text("/document"), "document")?))
        })
        .await?;
    let (title, text) = (title.to_owned(), text.to_owned());
    let (kept, signed) = (id.clone(), document.clone());
    let thing = Thing::Job { id: kept, title: title.clone(), text: text.clone(), document: signed };
    hand.run.book().acknowledged(thing);
    hand.ask(client, &api::job(&id), |answer| {
        let job = answer.success()?;
        must(job.text("/title") == title && job.text("/text") == text, "the job says something else")
    })
    .await?;
    let bytes = hanse_command::Request::get(&["v1", "documents", &id]);
    hand.ask(client, &bytes, |answer| {
        answer.success()?;
        must(answer.bytes == document.as_bytes(), "the document has other bytes")
    })
    .await?;
    Ok(id)
}

/// A search finds it: at its own home at once, at the other one when it has arrived.
async fn find(hand: &mut Hand<'_>, story: &Story, title: &str) -> Result<(), Fault> {
    let search = api::search(&JobQuery { text: Some(story.word.clone()), ..JobQuery::default() });
    let found = |answer: &crate::ask::Answer| {
        let items = answer.success()?.list("/items");
        let Some(job) = items.iter().find(|job| job.text("/id") == story.job) else { return Ok(None) };
        must(job.text("/title") == title, "another title is found").map(Some)
    };
    hand.ask(By::Person(&story.client), &search, |answer| {
        found(answer)?.ok_or_else(|| "the search does not find what was posted".to_owned())
    })
    .await?;
    hand.until(By::Person(&story.freelancer), &search, "job found at the other home", found).await
}

/// The client sees people of the other node; the freelancer's home says that the freelancer is among those who fit.
async fn fit(hand: &mut Hand<'_>, story: &Story) -> Result<(), Fault> {
    let matches = api::matches(&story.job, "en", None, Some("federation"));
    let client = By::Person(&story.client);
    hand.until(client, &matches, "somebody at the other home fits", |answer| {
        let matches = answer.success()?;
        must(matches.text("/job") == story.job, "these match another job")?;
        let told = |person: &serde_json::Value| !person.list("/sentences").is_empty();
        must(matches.list("/items").iter().all(told), "somebody fits without a reason")?;
        Ok((!matches.list("/items").is_empty()).then_some(()))
    })
    .await?;
    let why = api::why_not(&story.job, &story.freelancer.did, "en");
    hand.until(By::Person(&story.freelancer), &why, "the freelancer is in the ranking", |answer| {
        Ok(answer.found()?.and_then(|why| why.pointer("/answer/ranked")).map(drop))
    })
    .await
}

/// What an answer must say.
pub(super) fn must(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise.to_owned()) }
}

/// A text that must be there.
pub(super) fn needed(text: &str, what: &str) -> Result<String, String> {
    if text.is_empty() { Err(format!("the answer has no {what}")) } else { Ok(text.to_owned()) }
}
