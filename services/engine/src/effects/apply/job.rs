//! Postings, and what ends them. Both travel by gossip and stand in the home's jobs log.

use hanse_base::error::{Failure, Refusal, UseError};
use hanse_base::keys;
use hanse_base::names::LogKind;
use hanse_base::stored::unsound;
use hanse_document::kind::{Event as Said, Job, Pay, Place, Step};
use hanse_document::{Body, Draft, Kind, Skill, Verified};
use hanse_ledger::{Leaf, Statement, SubjectKey};
use hanse_lifecycle::{Actor, Event, Machine, State, next, start};
use hanse_search::{FOLDING, Posting};
use hanse_store::accounts::IdentityRow;
use hanse_store::jobs::{self, JobPay, JobRow, NewJob};
use hanse_store::{contracts, deliveries};

use super::guard::{self, Moving, begins};
use super::{Apply, Authority};

/// Whether a document is a posting, or a step of one.
pub(crate) fn is_of_posting(body: &Body) -> bool {
    match body {
        Body::Job(_) => true,
        Body::Step(step) => step.object.kind() == Kind::Job,
        Body::Identity(_)
        | Body::Profile(_)
        | Body::Bid(_)
        | Body::Terms(_)
        | Body::Offer(_)
        | Body::Acceptance(_)
        | Body::Text(_)
        | Body::Review(_)
        | Body::Reply(_) => false,
    }
}

/// A new posting.
pub(crate) async fn post(
    ctx: &Apply<'_>,
    document: &Verified,
    job: &Job,
    author: &IdentityRow,
) -> Result<(), UseError> {
    if job.home != author.home {
        return Err(Refusal::WrongHome.into());
    }
    if !ctx.engine.config().knows_home(&job.home) {
        return Err(Refusal::UnknownOrigin.into());
    }
    let until = document.until().ok_or(hanse_document::Rejection::OutOfForm)?;
    if until <= ctx.now {
        return Err(Refusal::Expired("posting").into());
    }
    let state = start(Machine::Job, Event::Publish, Actor::Client).map_err(begins)?;
    let row = JobRow {
        id: document.id(),
        client: author.did.clone(),
        home: job.home.clone(),
        state,
        head: document.id(),
        seats: i32::try_from(job.seats.get()).unwrap_or(1),
        // Dated ahead, it would stand above all that is posted until then.
        posted_at: document.from().unix().min(ctx.now.unix()),
        expires_at: until.unix(),
    };
    let skills: Vec<String> = job.skills.iter().map(Skill::to_string).collect();
    let site = match &job.place {
        Some(Place::Site(site)) => Some(site),
        Some(Place::Remote) | None => None,
    };
    let new = NewJob {
        row: &row,
        document,
        title: job.title.as_str(),
        lexemes: &lexemes(job),
        folding: FOLDING,
        language: job.language.as_ref().map(AsRef::as_ref),
        skills: &skills,
        remote: job.place.as_ref().map(|place| matches!(place, Place::Remote)),
        pay: job.pay.as_ref().map(pay).unwrap_or_default(),
        country: site.map(|site| site.country.as_ref()),
        point: site.and_then(|site| site.point).map(|point| (point.latitude_e4(), point.longitude_e4())),
        hours: job.hours_per_week.and_then(|hours| i32::try_from(hours.get()).ok()),
    };
    let words = (Event::Publish.name(), Actor::Client.name());
    // What came at the same moment by another way is here already, and so is its leaf: neither is added twice.
    if ctx.keeps(&row) {
        let leaf = leaf(document)?;
        let (posted, logged) = tokio::join!(
            jobs::post(ctx.tx, &new, words, ctx.now.unix(), true),
            ctx.enqueue(LogKind::Jobs, &leaf)
        );
        posted?;
        logged
    } else {
        jobs::post(ctx.tx, &new, words, ctx.now.unix(), false).await?;
        Ok(())
    }
}

/// What its words are found by.
pub(crate) fn lexemes(job: &Job) -> String {
    let skills: Vec<String> = job.skills.iter().map(Skill::to_string).collect();
    let language = job.language.as_ref().map(AsRef::as_ref);
    Posting { title: job.title.as_str(), skills: &skills, text: job.text.as_str(), language }.lexemes()
}

/// What it can be searched by.
fn pay(pay: &Pay) -> JobPay<'_> {
    let kind = Some(pay.kind().name());
    let Pay::Money(money) = pay else { return JobPay { kind, ..JobPay::default() } };
    // An amount is far below 2^63.
    let amount = |amount: Option<u64>| amount.and_then(|amount| i64::try_from(amount).ok());
    JobPay {
        kind,
        currency: Some(money.currency().as_ref()),
        per: Some(money.per().name()),
        min: amount(money.min()),
        max: amount(money.max()),
    }
}

/// A step of a posting: the client closes it, or the home says for the client that it is filled.
pub(crate) async fn step(
    ctx: &Apply<'_>,
    document: &Verified,
    step: &Step,
    job: &JobRow,
) -> Result<(), UseError> {
    if *document.issuer() != job.client {
        return Err(Refusal::NotYours("the client").into());
    }
    if step.to != job.home {
        return Err(Refusal::WrongAddressee.into());
    }
    let actor = match step.event {
        // A consequence, never a choice: only the home that counts the seats can say it, with a key in its custody.
        Said::Fill {} if document.custody() == Some(&job.home) => Actor::Node,
        Said::Fill {} => return Err(Refusal::NotYours("the job's home").into()),
        Said::CloseUnfilled { .. }
        | Said::Withdraw { .. }
        | Said::Decline { .. }
        | Said::Rescind { .. }
        | Said::Deliver { .. }
        | Said::AcceptDelivery { .. }
        | Said::AttestPaid {}
        | Said::ConfirmReceived { .. }
        | Said::Close { .. } => Actor::Client,
    };
    let moving = Moving { machine: Machine::Job, object: &job.id, state: job.state, head: job.head };
    guard::continues(ctx, moving, step.prev, actor)?;
    let event = guard::event(&step.event);
    let to = guard::moved(ctx, moving, event, actor).await?;
    if ctx.authority == Authority::Own
        && actor == Actor::Client
        && contracts::offered(ctx.tx, &job.id).await? > 0
    {
        return Err(Refusal::OfferWaits.into());
    }
    ctx.keep(document, true).await?;
    jobs::set_state(ctx.tx, &job.id, to, &document.id()).await?;
    ctx.record(&job.id, event, to, actor, Some(&document.id())).await?;
    super::bid::turn_down_waiting(ctx, job).await?;
    if ctx.keeps(job) {
        spread(ctx, document).await?;
    }
    Ok(())
}

/// Says, with the client's hosted key, that every seat is taken; so other nodes stop showing the job.
pub(crate) async fn fill(ctx: &Apply<'_>, job: &JobRow) -> Result<(), UseError> {
    let Some(key) = ctx.hosted_key(&job.client).await? else {
        return Err(Failure::unreadable(job.id, "an offer was made without the client's key").into());
    };
    let body = Step { event: Said::Fill {}, object: job.id, prev: job.head, to: job.home.clone() };
    let draft = Draft {
        issuer: job.client.clone(),
        body: Body::Step(body.clone()),
        salt: keys::random()?,
        from: ctx.now,
        until: None,
        custody: Some(job.home.clone()),
    };
    step(ctx, &draft.sign(&key)?, &body, job).await
}

/// A move of a posting that the node itself makes: its date has passed, or its last contract has ended.
pub(crate) async fn node_event(ctx: &Apply<'_>, job: &JobRow, event: Event) -> Result<(), UseError> {
    let to = next(Machine::Job, job.state, event, Actor::Node)
        .map_err(|refused| Refusal::NotNow { refused, head: Some(job.head) })?;
    jobs::set_state(ctx.tx, &job.id, to, &job.head).await?;
    ctx.record(&job.id, event, to, Actor::Node, None).await?;
    if to == State::Expired {
        super::bid::turn_down_waiting(ctx, job).await?;
    }
    Ok(())
}

/// The home's jobs log shows the document, and gossip carries it.
async fn spread(ctx: &Apply<'_>, document: &Verified) -> Result<(), UseError> {
    let (leaf, id) = (leaf(document)?, document.id());
    let (logged, told) = tokio::join!(ctx.enqueue(LogKind::Jobs, &leaf), deliveries::gossip(ctx.tx, &id));
    logged?;
    Ok(told?)
}

/// What the home's jobs log says of the document.
fn leaf(document: &Verified) -> Result<Leaf, UseError> {
    let statement = Statement::Posting { commitment: document.commitment() };
    let subject = SubjectKey::of(document.issuer());
    statement.draft(document.from().day(), &[subject]).with_signatures(Vec::new()).map_err(unsound)
}
