//! A dispute that comes to the home of an arbiter, which knows neither the contract nor what was said so far: the home that keeps the order
//! brings what the arbiter needs, and no more.

use hanse_base::error::{Refusal, UseError};
use hanse_document::kind::{Dispute, Offer, Step};
use hanse_document::{Body, Verified};
use hanse_lifecycle::{Actor, Event, Machine, State, next, start};
use hanse_store::disputes::{self, Answer, DisputeRow};
use hanse_store::history::{self, HistoryRow};
use hanse_store::{Sql, documents};

use super::{Apply, asked};
use crate::apply::guard::{self, begins};
use crate::apply::{Authority, identity};

/// What came along, put in its places.
struct Bundle<'a> {
    offer: (&'a Verified, &'a Offer),
    dispute: (&'a Verified, &'a Dispute),
    /// Signed by a side.
    terms: &'a Verified,
    /// The steps that led here, in their order, the one that was carried last.
    steps: Vec<(&'a Verified, &'a Step)>,
}

/// A dispute as it stands, and the moves that led there.
type Begun = (DisputeRow, Vec<(Event, State, Actor)>);

/// Takes a dispute in which somebody here is asked to rule.
pub(super) async fn take(
    ctx: &Apply<'_>,
    document: &Verified,
    step: &Step,
    attachments: &[Verified],
) -> Result<(), UseError> {
    let bundle = read(document, step, attachments).filter(|_| ctx.authority == Authority::Home);
    let Some(bundle) = bundle else { return Err(ctx.missing("dispute").into()) };
    let (offer, terms) = bundle.offer;
    let named = terms.arbiters.iter().any(|arbiter| arbiter.home == ctx.logbook.base().config().name);
    if !named {
        return Err(Refusal::WrongAddressee.into());
    }
    let people = [offer.issuer(), &terms.freelancer];
    let arbiters = terms.arbiters.iter().map(|arbiter| &arbiter.did);
    let known: Vec<_> = people.into_iter().chain(arbiters).collect();
    for genesis in attachments.iter().filter(|brought| matches!(brought.body(), Body::Identity(_))) {
        let here = identity::row(genesis)?.home == ctx.logbook.base().config().name;
        if known.contains(&genesis.issuer()) && !here {
            identity::learn(ctx, genesis).await?;
        }
    }
    let row = begun(ctx, &bundle, document)?;
    for kept in
        [offer, bundle.dispute.0, bundle.terms].into_iter().chain(bundle.steps.iter().map(|(step, _)| *step))
    {
        ctx.keep(kept, false).await?;
    }
    disputes::insert_dispute(ctx.tx, &row.0).await?;
    note(ctx, &bundle, &row).await
}

/// What was brought, if it is all of one dispute, and every step is of somebody who has a part in it.
fn read<'a>(document: &'a Verified, step: &'a Step, brought: &'a [Verified]) -> Option<Bundle<'a>> {
    let dispute = brought.iter().find_map(|document| match document.body() {
        Body::Dispute(dispute) if document.id() == step.object => Some((document, dispute)),
        _ => None,
    })?;
    let offer = brought.iter().find_map(|document| match document.body() {
        Body::Offer(offer) if document.id() == dispute.1.contract => Some((document, offer)),
        _ => None,
    })?;
    let sides = [offer.0.issuer(), &offer.1.freelancer];
    let terms = brought
        .iter()
        .find(|document| matches!(document.body(), Body::Terms(_)) && sides.contains(&document.issuer()))?;
    let before = brought.iter().filter_map(|document| match document.body() {
        Body::Step(other) if other.object == step.object => Some((document, other)),
        _ => None,
    });
    let steps: Vec<_> = before.chain([(document, step)]).collect();
    let has_part = |document: &Verified| {
        sides.contains(&document.issuer())
            || offer.1.arbiters.iter().any(|arbiter| arbiter.did == *document.issuer())
    };
    let fits = sides.contains(&dispute.0.issuer())
        && dispute.1.to == step.to
        && steps.iter().all(|(document, other)| has_part(document) && other.to == step.to);
    fits.then_some(Bundle { offer, dispute, terms, steps })
}

/// The dispute as it stands, and the moves that led there.
fn begun(ctx: &Apply<'_>, bundle: &Bundle<'_>, head: &Verified) -> Result<Begun, UseError> {
    let ((offer, terms), (dispute, said)) = (bundle.offer, bundle.dispute);
    let actor = |document: &Verified| match document.issuer() {
        issuer if *issuer == *offer.issuer() => Actor::Client,
        issuer if *issuer == terms.freelancer => Actor::Freelancer,
        _ => Actor::Arbiter,
    };
    let claimant = actor(dispute);
    let mut state = start(Machine::Dispute, Event::OpenDispute, claimant).map_err(begins)?;
    let mut moves = vec![(Event::OpenDispute, state, claimant)];
    let mut row = DisputeRow {
        id: dispute.id(),
        contract: offer.id(),
        job: terms.job,
        terms: bundle.terms.id(),
        milestone: said.milestone.and_then(|number| i32::try_from(number.get()).ok()),
        client: offer.issuer().clone(),
        freelancer: terms.freelancer.clone(),
        client_home: said.to.clone(),
        freelancer_home: terms.to.clone(),
        claimant,
        state,
        head: head.id(),
        arbiters: asked(terms.arbiters.iter()),
        answers: Vec::new(),
        proposal: None,
        decided: dispute.id(),
        reopened: false,
        opened_at: dispute.from().unix().min(ctx.now.unix()),
        changed_at: ctx.now.unix(),
        ended_at: None,
    };
    for (document, step) in &bundle.steps {
        let (event, actor) = (guard::event(&step.event)?, actor(document));
        if event == Event::Reopen {
            // A reopening follows what the clock of another node did.
            state = State::Defaulted;
        }
        state = next(Machine::Dispute, state, event, actor)
            .map_err(|refused| Refusal::NotNow { refused, head: Some(row.head) })?;
        super::changed(&mut row, document, event, actor);
        moves.push((event, state, actor));
    }
    row.state = state;
    // Whoever comes before the one here was silent, or the dispute would not be here.
    while row.asked().is_some_and(|asked| asked.home != ctx.logbook.base().config().name) {
        row.answers.push(Answer::Silent);
    }
    if row.asked().is_none() { Err(Refusal::WrongAddressee.into()) } else { Ok((row, moves)) }
}

async fn note(ctx: &Apply<'_>, bundle: &Bundle<'_>, (row, moves): &Begun) -> Result<(), UseError> {
    let documents = [bundle.dispute.0].into_iter().chain(bundle.steps.iter().map(|(step, _)| *step));
    for (document, (event, state, actor)) in documents.zip(moves) {
        if document.id() == row.head {
            ctx.record(&row.id, *event, *state, *actor, Some(&row.head)).await?;
            continue;
        }
        let (document, at) = (Some(*document.id().hash()), ctx.now.unix());
        let moved = HistoryRow { event: *event, state: *state, actor: *actor, document, at };
        history::append(ctx.tx, &row.id, &moved).await?;
    }
    Ok(())
}

/// The documents of a dispute that its arbiters get beside the newest step: the claim, the answer and its cause, the request for a ruling, what was
/// ruled before. What the two propose to each other is not among them.
pub async fn bundle(db: &impl Sql, row: &DisputeRow) -> Result<Vec<Vec<u8>>, UseError> {
    let moves = history::of(db, &row.id).await?;
    let told = |event: &Event| !matches!(event, Event::ProposeSettlement);
    let mut bytes = Vec::new();
    for moved in moves.iter().filter(|moved| told(&moved.event)) {
        let Some(hash) = moved.document.filter(|hash| hash != row.head.hash()) else { continue };
        bytes.extend(documents::find_hash(db, &hash).await?.map(|document| document.bytes));
    }
    for beside in [&row.contract, &row.terms] {
        bytes.extend(documents::find(db, beside).await?.map(|document| document.bytes));
    }
    Ok(bytes)
}
