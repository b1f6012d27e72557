//! A dispute that its claimant has signed here, and that the home which keeps the order has not accepted.

use hanse_api::views::DisputeView;
use hanse_base::error::UseError;
use hanse_base::present;
use hanse_base::stored::{kept, side};
use hanse_document::{Body, Did, DocumentId};
use hanse_lifecycle::State;
use hanse_store::deliveries::{self, DeliveryState};
use hanse_store::disputes::{self, Asked, DisputeRow};
use hanse_store::{Sql, contracts, documents};

/// The state that is shown of a dispute which the contract's home has not answered.
const QUEUED: &str = "queued";
/// The state that is shown of one which it has refused.
const REFUSED: &str = "refused";

/// Such a dispute, for its claimant; `None` if it is none.
pub(super) async fn view(
    db: &impl Sql,
    id: &DocumentId,
    viewer: &Did,
) -> Result<Option<DisputeView>, UseError> {
    if disputes::dispute(db, id).await?.is_some() {
        return Ok(None);
    }
    let Some(delivery) = deliveries::of_document(db, id).await? else { return Ok(None) };
    let document = documents::find(db, id).await?.filter(|document| document.issuer == *viewer);
    let Some(document) = document else { return Ok(None) };
    let verified = kept(&document)?;
    let Body::Dispute(said) = verified.body() else { return Ok(None) };
    let Some(contract) = contracts::contract(db, &said.contract).await? else { return Ok(None) };
    let Some(claimant) = side(&contract, viewer) else { return Ok(None) };
    let offer = present::load(db, &contract.id).await?;
    let Body::Offer(offer) = offer.body() else { return Ok(None) };
    let named = offer.arbiters.iter();
    let row = DisputeRow {
        id: *id,
        contract: contract.id,
        job: contract.job,
        terms: contract.terms,
        milestone: said.milestone.and_then(|number| i32::try_from(number.get()).ok()),
        client: contract.client,
        freelancer: contract.freelancer,
        client_home: contract.client_home,
        freelancer_home: contract.freelancer_home,
        claimant,
        state: State::Opened,
        head: *id,
        arbiters: named.map(|a| Asked { did: a.did.clone(), home: a.home.clone() }).collect(),
        answers: Vec::new(),
        proposal: None,
        decided: *id,
        reopened: false,
        opened_at: document.received_at,
        changed_at: document.received_at,
        ended_at: None,
    };
    let view = present::dispute(db, &row, viewer).await?;
    let state = if delivery.state == DeliveryState::Waiting { QUEUED } else { REFUSED };
    let refused = delivery.refusal;
    Ok(Some(DisputeView { state: state.to_owned(), allowed: Vec::new(), clock: None, refused, ..view }))
}
