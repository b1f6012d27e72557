//! The one way in which a local author's document enters: applied here, where this node keeps the order, or delivered to the
//! home that does, and applied once that has accepted it.

use std::time::Duration;

use hanse_api::views::{Delivery, Published};
use hanse_base::error::{Failure, Refusal, UseError};
use hanse_document::{DocumentId, NodeName, Verified};
use hanse_store::deliveries::{self, DeliveryState};
use hanse_store::{Tx, documents, history, jobs};
use tokio::time::Instant;

use crate::Engine;
use crate::effects::apply::{Applied, Apply, apply};
use crate::market::author::Slot;
use crate::market::idempotency::{self, Asked, Begun, Intent, Unit};

/// How often a waiting caller looks by itself where the process that delivers is not heard.
const LOOK: Duration = Duration::from_millis(200);
/// The same where it is heard: a notice that was lost costs this much.
const LOOK_SELDOM: Duration = Duration::from_secs(1);

/// A document on its way in.
pub(crate) struct Publication {
    /// The document.
    pub(crate) document: Verified,
    /// What it commits to.
    pub(crate) attachments: Vec<Verified>,
    /// A slot key that it names, to be kept with it.
    pub(crate) slot: Option<Slot>,
    /// The job that it belongs under; of a posting its own id.
    pub(crate) job: DocumentId,
    /// The home that keeps the order there.
    pub(crate) home: NodeName,
}

impl Publication {
    /// A document that commits to nothing that is not there yet and names no slot.
    pub(crate) fn new(document: Verified, job: DocumentId, home: &NodeName) -> Self {
        Self { document, attachments: Vec::new(), slot: None, job, home: home.clone() }
    }
}

/// Publishes. `draft` signs what is asked, `show` looks at the thing that the document with this id is about: both inside the one
/// transaction that has, or would have, the effect. A request that was done before is only shown again.
pub(crate) async fn publish<T>(
    engine: &Engine,
    asked: &Asked,
    intent: Intent,
    draft: impl AsyncFnOnce(&Tx<'_>) -> Result<Publication, UseError>,
    show: impl AsyncFn(&Tx<'_>, &DocumentId) -> Result<T, UseError>,
) -> Result<Published<T>, UseError> {
    let mut connection = engine.store().connection().await?;
    let (queued, id) = match Unit::begin(engine, &mut connection, asked, intent).await? {
        Begun::Before(_, made) => (None, idempotency::read(&made)?),
        Begun::Now(unit) => {
            let publication = Box::pin(draft(&unit.tx)).await?;
            if publication.home == engine.config().name {
                // Boxed, as what follows: a caller holds the room of none of them.
                return Box::pin(here(engine, unit, publication, &show)).await;
            }
            let (queued, id) = Box::pin(elsewhere(engine, unit, publication, intent, &show)).await?;
            if intent == Intent::Try {
                return Ok(queued);
            }
            (Some(queued), id)
        }
    };
    // Whoever waits for another home holds no connection meanwhile.
    drop(connection);
    match (Box::pin(settled(engine, &id, &show)).await, queued) {
        // It is signed and on its way, whatever keeps us from seeing how far it is.
        (Err(UseError::Failed(failure)), Some(queued)) => {
            tracing::warn!(error = &failure as &dyn std::error::Error, document = %id, "the state of a delivery is unknown; answered as queued");
            Ok(queued)
        }
        (settled, queued) => Ok(Published { replayed: queued.is_none(), ..settled? }),
    }
}

async fn here<T>(
    engine: &Engine,
    unit: Unit<'_>,
    publication: Publication,
    show: &impl AsyncFn(&Tx<'_>, &DocumentId) -> Result<T, UseError>,
) -> Result<Published<T>, UseError> {
    let Publication { document, attachments, slot, .. } = publication;
    let id = document.id();
    let applied = apply(&Apply::own(engine, &unit.tx), &document, &attachments).await?;
    if let (Some(slot), Applied::Now) = (slot, applied) {
        slot.keep(&unit.tx, document.issuer()).await?;
    }
    let view = show(&unit.tx, &id).await?;
    unit.commit(&id.to_string()).await?;
    engine.signals().committed();
    published(&document, view, Delivery::Sequenced, applied)
}

/// Signs and queues; a trial answers what would be, anything else what is while it is on its way.
async fn elsewhere<T>(
    engine: &Engine,
    mut unit: Unit<'_>,
    publication: Publication,
    intent: Intent,
    show: &impl AsyncFn(&Tx<'_>, &DocumentId) -> Result<T, UseError>,
) -> Result<(Published<T>, DocumentId), UseError> {
    let Publication { document, attachments, slot, job, home } = publication;
    let id = document.id();
    // Of two moves at once the second sees the first on its way.
    jobs::lock(&unit.tx, &job).await?;
    let newest = deliveries::newest(&unit.tx, &job, document.issuer(), home.as_str()).await?;
    if newest.is_some_and(|row| row.state == DeliveryState::Waiting) {
        return Err(Refusal::InFlight.into());
    }
    {
        // What can be refused by what is known here is refused at once, by the very function that the home will ask.
        let trial = unit.tx.savepoint().await?;
        apply(&Apply::own(engine, &trial), &document, &attachments).await?;
        if intent == Intent::Try {
            let view = show(&trial, &id).await?;
            return Ok((published(&document, view, Delivery::Sequenced, Applied::Now)?, id));
        }
    }
    let now = engine.now().unix();
    for document in attachments.iter().chain([&document]) {
        documents::insert(&unit.tx, document, false, now).await?;
    }
    if let Some(slot) = slot {
        slot.keep(&unit.tx, document.issuer()).await?;
    }
    deliveries::enqueue(&unit.tx, home.as_str(), &job, &id, now).await?;
    let view = show(&unit.tx, &id).await?;
    unit.commit(&id.to_string()).await?;
    engine.signals().committed();
    Ok((published(&document, view, Delivery::Queued, Applied::Now)?, id))
}

/// What has become of a document of one's own that was published: the same answer to the first request and to its repetition.
async fn settled<T>(
    engine: &Engine,
    id: &DocumentId,
    show: &impl AsyncFn(&Tx<'_>, &DocumentId) -> Result<T, UseError>,
) -> Result<Published<T>, UseError> {
    let applied = history::has_applied(&engine.store().connection().await?, id).await?;
    let delivery = if applied { Delivery::Sequenced } else { receipt(engine, id).await? };
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    let view = show(&tx, id).await?;
    published(&hanse_base::present::load(&tx, id).await?, view, delivery, Applied::Now)
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
        match row.state {
            DeliveryState::Accepted => return Ok(Delivery::Sequenced),
            DeliveryState::Refused => return Err(Refusal::ByHome(row.refusal.unwrap_or_default()).into()),
            DeliveryState::Waiting => {}
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Delivery::Queued);
        }
        // Waking early or late is the same: the row decides.
        let look = if engine.signals().hears_others() { LOOK_SELDOM } else { LOOK };
        drop(tokio::time::timeout(left.min(look), heard).await);
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
    let created = applied == Applied::Now;
    Ok(Published { view, delivery, created, document: text, replayed: false })
}
