//! Postings, and what ends them. Both travel by gossip and stand in the home's jobs log.

use hanse_base::error::{Failure, Hindrance, Refusal, UseError};
use hanse_base::keys;
use hanse_base::names::LogKind;
use hanse_base::stored::unsound;
use hanse_document::kind::job::OPEN_DAYS_MAX;
use hanse_document::kind::{Anew, Event as Said, Job, Pay, Place, Step};
use hanse_document::{Body, Draft, Kind, Skill, Verified};
use hanse_ledger::{Leaf, Statement, SubjectKey};
use hanse_lifecycle::{Actor, Event, Machine, State, next, start};
use hanse_search::{FOLDING, Posting};
use hanse_store::accounts::IdentityRow;
use hanse_store::jobs::{self, JobPay, JobRow, NewJob};
use hanse_store::{contracts, deliveries};

use super::guard::{self, Moving, begins};
use super::{Apply, Authority};

/// How long after its end a posting that is made again has to name it: a season.
const REPEAT_SECONDS: i64 = 90 * 86_400;
/// The longest life of a posting, amendments included.
const POSTING_SECONDS_MAX: i64 = OPEN_DAYS_MAX as i64 * 86_400;

/// Whether a document is a posting, or a step of one.
pub fn is_of_posting(body: &Body) -> bool {
    match body {
        Body::Job(_) => true,
        Body::Step(step) => step.object.kind() == Kind::Job,
        Body::Identity(_)
        | Body::Profile(_)
        | Body::Invitation(_)
        | Body::Bid(_)
        | Body::Terms(_)
        | Body::Offer(_)
        | Body::Acceptance(_)
        | Body::Text(_)
        | Body::Review(_)
        | Body::Reply(_)
        | Body::Arbiter(_)
        | Body::Dispute(_) => false,
    }
}

/// A posting: a new one, or one that says another anew.
pub(crate) async fn post(
    ctx: &Apply<'_>,
    document: &Verified,
    job: &Job,
    author: &IdentityRow,
    amended: Option<JobRow>,
) -> Result<(), UseError> {
    if job.home != author.home {
        return Err(Refusal::WrongHome.into());
    }
    if !ctx.logbook.base().config().knows_home(&job.home) {
        return Err(Refusal::UnknownOrigin.into());
    }
    let until = document.until().ok_or(hanse_document::Rejection::OutOfForm)?;
    if until <= ctx.now {
        return Err(Refusal::Expired("posting").into());
    }
    if let Some((anew, before)) = job.anew.zip(amended) {
        return amend(ctx, document, job, anew, before).await;
    }
    repeats(ctx, document, job).await?;
    let state = start(Machine::Job, Event::Publish, Actor::Client).map_err(begins)?;
    let row = JobRow {
        id: document.id(),
        client: author.did.clone(),
        home: job.home.clone(),
        state,
        head: document.id(),
        posting: document.id(),
        version: 1,
        seats: i32::try_from(job.seats.get()).unwrap_or(1),
        // Dated ahead, it would stand above all that is posted until then.
        posted_at: document.from().unix().min(ctx.now.unix()),
        expires_at: until.unix(),
        active_at: document.from().unix().min(ctx.now.unix()),
    };
    let skills = skills(job);
    let lexemes = lexemes(job);
    let new = new_job(&row, document, job, (&skills, &lexemes));
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

/// A client who posts again what came to nothing says so: otherwise a job that is never given looks new for ever.
async fn repeats(ctx: &Apply<'_>, document: &Verified, job: &Job) -> Result<(), UseError> {
    if ctx.authority != Authority::Own {
        return Ok(());
    }
    let ended = |state| matches!(state, State::ClosedUnfilled | State::Expired);
    if let Some(before) = &job.predecessor {
        let before = jobs::find(ctx.tx, before).await?;
        let fits = before.is_some_and(|row| row.client == *document.issuer() && ended(row.state));
        return if fits { Ok(()) } else { Err(Hindrance::NoPredecessor.into()) };
    }
    let since = ctx.now.unix().saturating_sub(REPEAT_SECONDS);
    let same = jobs::ended_alike(ctx.tx, document.issuer(), job.title.as_str(), since).await?;
    if same { Err(Hindrance::RepeatUnsaid.into()) } else { Ok(()) }
}

/// A posting says another one anew: who has bid on that sees it, and stands by the bid or not.
async fn amend(
    ctx: &Apply<'_>,
    document: &Verified,
    job: &Job,
    anew: Anew,
    before: JobRow,
) -> Result<(), UseError> {
    if *document.issuer() != before.client {
        return Err(Refusal::NotYours("the client").into());
    }
    if job.home != before.home {
        return Err(Refusal::WrongAddressee.into());
    }
    let moving = Moving { machine: Machine::Job, object: &before.id, state: before.state, head: before.head };
    guard::continues(ctx, moving, anew.prev, Actor::Client)?;
    let to = guard::moved(ctx, moving, Event::Amend, Actor::Client).await?;
    let expires_at = document.until().map_or(before.expires_at, |until| until.unix());
    let seats = i32::try_from(job.seats.get()).unwrap_or(1);
    if ctx.authority == Authority::Own {
        if expires_at > before.posted_at.saturating_add(POSTING_SECONDS_MAX) {
            return Err(Hindrance::TooLong.into());
        }
        let (taken, _) = contracts::taken_seats(ctx.tx, &before.id).await?;
        if taken > i64::from(seats) {
            return Err(Hindrance::SeatsTaken.into());
        }
    }
    let row = JobRow { state: to, seats, expires_at, active_at: ctx.now.unix(), ..before };
    let (skills, lexemes) = (skills(job), lexemes(job));
    ctx.keep(document, true).await?;
    jobs::amend(ctx.tx, &new_job(&row, document, job, (&skills, &lexemes))).await?;
    ctx.record(&row.id, Event::Amend, to, Actor::Client, Some(&document.id())).await?;
    if ctx.keeps(&row) {
        spread(ctx, document).await?;
        let (_, accepted) = contracts::taken_seats(ctx.tx, &row.id).await?;
        if accepted >= i64::from(seats) {
            let row = jobs::find(ctx.tx, &row.id).await?.ok_or(Refusal::NotFound("job"))?;
            fill(ctx, &row).await?;
        }
    }
    Ok(())
}

fn skills(job: &Job) -> Vec<String> {
    job.skills.iter().map(Skill::to_string).collect()
}

/// What a posting is searched by.
fn new_job<'a>(
    row: &'a JobRow,
    document: &'a Verified,
    job: &'a Job,
    (skills, lexemes): (&'a [String], &'a str),
) -> NewJob<'a> {
    let site = match &job.place {
        Some(Place::Site(site)) => Some(site),
        Some(Place::Remote) | None => None,
    };
    NewJob {
        row,
        document,
        title: job.title.as_str(),
        lexemes,
        folding: FOLDING,
        language: job.language.as_ref().map(AsRef::as_ref),
        skills,
        remote: job.place.as_ref().map(|place| matches!(place, Place::Remote)),
        pay: job.pay.as_ref().map(pay).unwrap_or_default(),
        country: site.map(|site| site.country.as_ref()),
        point: site.and_then(|site| site.point).map(|point| (point.latitude_e4(), point.longitude_e4())),
        hours: job.hours_per_week.and_then(|hours| i32::try_from(hours.get()).ok()),
    }
}

/// What its words are found by.
pub fn lexemes(job: &Job) -> String {
    let skills = skills(job);
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
    let fills = matches!(step.event, Said::Fill {});
    // A consequence, never a choice: only the home that counts the seats can say it, with a key in its custody.
    if fills && document.custody() != Some(&job.home) {
        return Err(Refusal::NotYours("the job's home").into());
    }
    let actor = if fills { Actor::Node } else { Actor::Client };
    let moving = Moving { machine: Machine::Job, object: &job.id, state: job.state, head: job.head };
    guard::continues(ctx, moving, step.prev, actor)?;
    let event = guard::event(&step.event)?;
    let to = guard::moved(ctx, moving, event, actor).await?;
    if ctx.authority == Authority::Own
        && event == Event::CloseUnfilled
        && contracts::offered(ctx.tx, &job.id).await? > 0
    {
        return Err(Refusal::OfferWaits.into());
    }
    ctx.keep(document, true).await?;
    let active_at = (actor == Actor::Client).then(|| ctx.now.unix());
    jobs::set_state(ctx.tx, &job.id, to, &document.id(), active_at).await?;
    ctx.record(&job.id, event, to, actor, Some(&document.id())).await?;
    ended(ctx, job, to).await?;
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
    jobs::set_state(ctx.tx, &job.id, to, &job.head, None).await?;
    ctx.record(&job.id, event, to, Actor::Node, None).await?;
    ended(ctx, job, to).await
}

/// Whether a posting in this state can still be given to somebody.
pub(crate) fn is_live(state: State) -> bool {
    next(Machine::Job, state, Event::Fill, Actor::Node).is_ok()
}

/// What follows from the end of a posting: bids and invitations that wait learn it.
async fn ended(ctx: &Apply<'_>, job: &JobRow, to: State) -> Result<(), UseError> {
    if is_live(to) || to == State::Completed {
        return Ok(());
    }
    super::bid::turn_down_waiting(ctx, job).await?;
    super::invitation::lapse_waiting(ctx, job).await
}

/// The home's jobs log shows the document, and gossip carries it.
async fn spread(ctx: &Apply<'_>, document: &Verified) -> Result<(), UseError> {
    let (leaf, id) = (leaf(document)?, document.id());
    let (logged, told) = tokio::join!(ctx.enqueue(LogKind::Jobs, &leaf), deliveries::gossip(ctx.tx, &id));
    logged?;
    Ok(told?)
}

/// What the home's jobs log says of the document.
pub(super) fn leaf(document: &Verified) -> Result<Leaf, UseError> {
    let statement = Statement::Posting { commitment: document.commitment() };
    let subject = SubjectKey::of(document.issuer());
    statement.draft(document.from().day(), &[subject]).with_signatures(Vec::new()).map_err(unsound)
}
