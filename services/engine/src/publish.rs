//! The one way in which a local author's document enters: applied here, where this node keeps the order, or delivered to the
//! home that does, and then applied on its word.

use std::time::Duration;

use hanse_document::{DocumentId, NodeName, Verified};
use hanse_store::{Tx, deliveries, documents};
use tokio::time::Instant;

use crate::Engine;
use crate::apply::{Applied, Apply, apply};
use crate::author::Slot;
use crate::error::{Failure, Refusal, UseError};
use crate::views::{Delivery, Published};

/// How often a waiting caller looks by itself: another process may hold the lease, and its signals do not reach here.
const LOOK: Duration = Duration::from_millis(200);

/// The states of a delivery.
pub(crate) const WAITING: &str = "waiting";
pub(crate) const ACCEPTED: &str = "accepted";
pub(crate) const REFUSED: &str = "refused";

/// A document on its way in.
pub(crate) struct Publication<'a> {
    /// The document.
    pub(crate) document: &'a Verified,
    /// What it commits to.
    pub(crate) attachments: &'a [Verified],
    /// A slot key that it names, to be kept with it.
    pub(crate) slot: Option<Slot>,
    /// The job that it belongs under; of a posting its own id.
    pub(crate) job: DocumentId,
    /// The home that keeps the order there.
    pub(crate) home: NodeName,
}

impl<'a> Publication<'a> {
    /// A document that commits to nothing that is not there yet and names no slot.
    pub(crate) fn new(document: &'a Verified, job: DocumentId, home: &NodeName) -> Self {
        Self { document, attachments: &[], slot: None, job, home: home.clone() }
    }
}

/// Whether the caller wants it done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Intent {
    /// For good.
    Do,
    /// Everything is built and checked, and nothing stays.
    Try,
}

impl Intent {
    pub(crate) fn of(dry_run: bool) -> Self {
        if dry_run { Self::Try } else { Self::Do }
    }
}

/// Publishes. `show` is asked inside the transaction that has, or would have, the effect.
pub(crate) async fn publish<T>(
    engine: &Engine,
    publication: Publication<'_>,
    intent: Intent,
    show: impl AsyncFn(&Tx<'_>) -> Result<T, UseError>,
) -> Result<Published<T>, UseError> {
    if publication.home == engine.config().name {
        here(engine, publication, intent, show).await
    } else {
        elsewhere(engine, publication, intent, show).await
    }
}

async fn here<T>(
    engine: &Engine,
    publication: Publication<'_>,
    intent: Intent,
    show: impl AsyncFn(&Tx<'_>) -> Result<T, UseError>,
) -> Result<Published<T>, UseError> {
    let Publication { document, attachments, slot, .. } = publication;
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    let applied = apply(&Apply::own(engine, &tx), document, attachments).await?;
    if let (Some(slot), Applied::Now) = (slot, applied) {
        slot.keep(&tx, document.issuer()).await?;
    }
    let view = show(&tx).await?;
    if intent == Intent::Do {
        tx.commit().await?;
        engine.signals().committed();
    }
    published(document, view, Delivery::Sequenced, applied)
}

async fn elsewhere<T>(
    engine: &Engine,
    publication: Publication<'_>,
    intent: Intent,
    show: impl AsyncFn(&Tx<'_>) -> Result<T, UseError>,
) -> Result<Published<T>, UseError> {
    let Publication { document, attachments, slot, job, home } = publication;
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    let newest = deliveries::newest(&tx, &job, document.issuer(), home.as_str()).await?;
    if newest.is_some_and(|row| row.state == WAITING) {
        return Err(Refusal::InFlight.into());
    }
    // What can be refused by what is known here is refused at once, by the very function that the home will ask.
    apply(&Apply::own(engine, &tx), document, attachments).await?;
    let expected = show(&tx).await?;
    drop(tx);
    if intent == Intent::Try {
        return published(document, expected, Delivery::Sequenced, Applied::Now);
    }
    let now = engine.now().unix();
    let tx = connection.begin().await?;
    for document in attachments.iter().chain([document]) {
        documents::insert(&tx, document, false, now).await?;
    }
    if let Some(slot) = slot {
        slot.keep(&tx, document.issuer()).await?;
    }
    deliveries::enqueue(&tx, home.as_str(), &job, &document.id(), now).await?;
    tx.commit().await?;
    // Whoever waits for another home holds no connection meanwhile.
    drop(connection);
    engine.signals().committed();
    match receipt(engine, &document.id()).await? {
        Delivery::Queued => published(document, expected, Delivery::Queued, Applied::Now),
        Delivery::Sequenced => {
            let mut connection = engine.store().connection().await?;
            let view = show(&connection.begin().await?).await?;
            published(document, view, Delivery::Sequenced, Applied::Now)
        }
    }
}

/// Waits for the home's answer, as long as a caller may wait.
async fn receipt(engine: &Engine, document: &DocumentId) -> Result<Delivery, UseError> {
    let deadline = Instant::now() + engine.config().pace.receipt_wait;
    loop {
        let mut heard = std::pin::pin!(engine.signals().receipt.notified());
        // From here on no receipt is missed, also not one between the look and the wait.
        heard.as_mut().enable();
        let row = deliveries::of_document(&engine.store().connection().await?, document).await?;
        let row = row.ok_or_else(|| Failure::unreadable(document, "a delivery is gone"))?;
        match row.state.as_str() {
            ACCEPTED => return Ok(Delivery::Sequenced),
            REFUSED => return Err(Refusal::ByHome(row.refusal.unwrap_or_default()).into()),
            _ => {}
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Delivery::Queued);
        }
        // Waking early or late is the same: the row decides.
        drop(tokio::time::timeout(left.min(LOOK), heard).await);
    }
}

pub(crate) fn published<T>(
    document: &Verified,
    view: T,
    delivery: Delivery,
    applied: Applied,
) -> Result<Published<T>, UseError> {
    let text = String::from_utf8(document.bytes().to_vec())
        .map_err(|error| Failure::unreadable(document.id(), error))?;
    Ok(Published { view, delivery, created: applied == Applied::Now, document: text })
}
