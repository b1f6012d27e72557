//! Postings: made and closed by clients here, shown from everywhere.

use hanse_api::requests::{JobRequest, RepostRequest, StepRequest};
use hanse_api::views::{JobView, Published};
use hanse_base::error::{Refusal, UseError};
use hanse_base::present;
use hanse_document::kind::{Anew, Job, Schedule};
use hanse_document::{Body, Did, DocumentId, NodeName, Rejection, Timestamp};
use hanse_lifecycle::Event;
use hanse_store::{Tx, jobs};

use crate::Engine;
use crate::market::author::{Author, Cites, StepDraft};
use crate::market::idempotency::{Asked, Intent};
use crate::market::publish::{Publication, publish};

const DAY_SECONDS: i64 = 86_400;

impl Engine {
    /// Posts a job of a hosted client.
    ///
    /// # Errors
    /// `KeyElsewhere`, `NotOnce`, and the rejections of the document.
    pub async fn post_job(
        &self,
        asked: impl Into<Asked>,
        request: JobRequest,
        dry_run: bool,
    ) -> Result<Published<JobView>, UseError> {
        let asked = asked.into();
        let did = &asked.did;
        let draft = async |tx: &Tx<'_>| {
            let author = Author::open(self, tx, did).await?;
            let home = &self.config().name;
            refuse_past(request.schedule, self.now())?;
            let until = self.now().add_seconds(i64::from(request.days.get()) * DAY_SECONDS)?;
            let document = author.sign(Body::Job(posting(request, home, None)), Some(until))?;
            let job = document.id();
            Ok(Publication::new(document, job, home))
        };
        let show = async |tx: &Tx<'_>, job: &DocumentId| shown(tx, job, Some(did)).await;
        publish(self, &asked, Intent::of(dry_run), draft, show).await
    }

    /// Says a posting of a hosted client anew. Its end is counted from now.
    ///
    /// # Errors
    /// `NotFound`, `NotYours`, `NotNow`, `Hindered`, `NotOnce`, and the rejections of the document.
    pub async fn amend_job(
        &self,
        asked: impl Into<Asked>,
        id: &DocumentId,
        request: JobRequest,
        dry_run: bool,
    ) -> Result<Published<JobView>, UseError> {
        let asked = asked.into();
        let did = &asked.did;
        let draft = async |tx: &Tx<'_>| {
            let job = jobs::find(tx, id).await?.ok_or(Refusal::NotFound("job"))?;
            if job.client != *did {
                return Err(Refusal::NotYours("the client").into());
            }
            asked.saw(&job.head, async || shown(tx, id, Some(did)).await).await?;
            let author = Author::open(self, tx, did).await?;
            let until = self.now().add_seconds(i64::from(request.days.get()) * DAY_SECONDS)?;
            let anew = Anew { object: job.id, prev: job.head };
            let document = author.sign(Body::Job(posting(request, &job.home, Some(anew))), Some(until))?;
            Ok(Publication::new(document, job.id, &job.home))
        };
        let show = async |tx: &Tx<'_>, _: &DocumentId| shown(tx, id, Some(did)).await;
        publish(self, &asked, Intent::of(dry_run), draft, show).await
    }

    /// Posts a job again that came to nothing, as it was, for so many days. The new posting names the old one.
    ///
    /// # Errors
    /// `NotFound`, `NotYours`, `Hindered`, `NotOnce`.
    pub async fn repost_job(
        &self,
        asked: impl Into<Asked>,
        id: &DocumentId,
        request: RepostRequest,
        dry_run: bool,
    ) -> Result<Published<JobView>, UseError> {
        let asked = asked.into();
        let did = &asked.did;
        let draft = async |tx: &Tx<'_>| {
            let job = jobs::find(tx, id).await?.ok_or(Refusal::NotFound("job"))?;
            if job.client != *did {
                return Err(Refusal::NotYours("the client").into());
            }
            let author = Author::open(self, tx, did).await?;
            let until = self.now().add_seconds(i64::from(request.days.get()) * DAY_SECONDS)?;
            let before = present::load(tx, &job.posting).await?;
            let Body::Job(before) = before.body() else { return Err(Refusal::NotFound("job").into()) };
            let home = self.config().name.clone();
            let again = Job { anew: None, predecessor: Some(job.id), home: home.clone(), ..before.clone() };
            let document = author.sign(Body::Job(again), Some(until))?;
            let id = document.id();
            Ok(Publication::new(document, id, &home))
        };
        let show = async |tx: &Tx<'_>, job: &DocumentId| shown(tx, job, Some(did)).await;
        publish(self, &asked, Intent::of(dry_run), draft, show).await
    }

    /// A posting, of whatever home, with what is known of its client.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn job(&self, id: &DocumentId, viewer: Option<&Did>) -> Result<Option<JobView>, UseError> {
        let connection = self.store().connection().await?;
        let Some(mut view) = present::job(&connection, id, viewer).await? else { return Ok(None) };
        if let Some(job) = jobs::find(&connection, id).await? {
            let (own, records) = (&self.config().name, self.trust());
            let facts = present::client_facts(&connection, &job.client, &job.home, own, records);
            view.client_facts = Some(facts.await?);
        }
        Ok(Some(view))
    }

    /// Moves a posting: `pause`, `resume`, `heartbeat`, `close_unfilled`.
    ///
    /// # Errors
    /// `NotFound`, `NotYours`, `NotNow`, `OfferWaits`, `NotOnce`.
    pub async fn move_job(
        &self,
        asked: impl Into<Asked>,
        id: &DocumentId,
        event: Event,
        request: StepRequest,
        dry_run: bool,
    ) -> Result<Published<JobView>, UseError> {
        let asked = asked.into();
        let did = &asked.did;
        let draft = async |tx: &Tx<'_>| {
            let job = jobs::find(tx, id).await?.ok_or(Refusal::NotFound("job"))?;
            asked.saw(&job.head, async || shown(tx, id, Some(did)).await).await?;
            let author = Author::open(self, tx, did).await?;
            let said =
                StepDraft { event, object: job.id, prev: job.head, to: &job.home, cites: Cites::Nothing };
            let document = author.sign(said.body(request.clone())?, None)?;
            Ok(Publication::new(document, job.id, &job.home))
        };
        let show = async |tx: &Tx<'_>, _: &DocumentId| shown(tx, id, Some(did)).await;
        publish(self, &asked, Intent::of(dry_run), draft, show).await
    }
}

/// Refuses work whose last stated day has passed everywhere on Earth: somewhere it is still yesterday. A document may say it all the same,
/// since another home's clock and ours need not agree.
fn refuse_past(schedule: Option<Schedule>, now: Timestamp) -> Result<(), Refusal> {
    let Some(Schedule { start, end }) = schedule else { return Ok(()) };
    let (field, last) = match (start, end) {
        (_, Some(end)) => ("schedule.end", end),
        (Some(start), None) => ("schedule.start", start),
        (None, None) => return Ok(()),
    };
    if last.day().saturating_add(1) >= now.day() {
        return Ok(());
    }
    let told = format!("{last} is in the past; today is {}.", now.date());
    Err(Refusal::BadValue { field: field.to_owned(), fault: Rejection::BadTime.told(told) })
}

/// What a client asks for, as a document of this home.
fn posting(request: JobRequest, home: &NodeName, anew: Option<Anew>) -> Job {
    Job {
        anew,
        predecessor: request.predecessor,
        questions: request.questions,
        hours_per_week: request.hours_per_week,
        home: home.clone(),
        language: request.language,
        languages: request.languages,
        pay: request.pay,
        place: request.place,
        schedule: request.schedule,
        seats: request.seats,
        skills: request.skills,
        text: request.text,
        title: request.title,
    }
}

async fn shown(tx: &Tx<'_>, id: &DocumentId, viewer: Option<&Did>) -> Result<JobView, UseError> {
    Ok(present::job(tx, id, viewer).await?.ok_or(Refusal::NotFound("job"))?)
}
