//! Speaking for a hosted person: their key, out of its seal, and documents signed with it. Every such proof says whose
//! custody the key is in.

use hanse_api::requests::StepRequest;
use hanse_base::error::{Refusal, UseError};
use hanse_base::keys;
use hanse_document::kind::step::{MilestoneNumber, Note, Reason};
use hanse_document::kind::{Event as Said, Step};
use hanse_document::{
    Body, Commitment, Did, DocumentId, Draft, LeafRef, Misfit, NodeName, PublicKey, Rejection, SigningKey,
    Timestamp, Verified,
};
use hanse_ledger::LeafId;
use hanse_lifecycle::Event;
use hanse_store::{Sql, Tx, accounts};

use crate::Engine;

/// A person whose key this node holds.
pub(crate) struct Author<'a> {
    engine: &'a Engine,
    pub(crate) did: Did,
    pub(crate) key: SigningKey,
}

impl<'a> Author<'a> {
    /// Opens the seal on a person's key.
    ///
    /// # Errors
    /// `KeyElsewhere` for a person who keeps their own key, or has another home.
    pub(crate) async fn open(engine: &'a Engine, db: &impl Sql, did: &Did) -> Result<Self, UseError> {
        let account = accounts::account(db, did).await?.ok_or(Refusal::KeyElsewhere)?;
        let key = engine.keys().open_hosted(did, &account.sealed_key)?;
        Ok(Self { engine, did: did.clone(), key })
    }

    /// Signs a document, dated now.
    ///
    /// # Errors
    /// Its rejections; `BadValue` for those of several fields, which have their names in the request.
    pub(crate) fn sign(&self, body: Body, until: Option<Timestamp>) -> Result<Verified, UseError> {
        match body.check(&self.did) {
            Err(Misfit { field, fault }) if !field.is_empty() => {
                return Err(Refusal::BadValue { field, fault }.into());
            }
            Err(_) | Ok(()) => {}
        }
        let draft = Draft {
            issuer: self.did.clone(),
            body,
            salt: keys::random()?,
            from: self.engine.now(),
            until,
            custody: Some(self.engine.config().name.clone()),
        };
        Ok(draft.sign(&self.key)?)
    }

    /// Makes a slot key and the box to keep it in.
    pub(crate) fn new_slot(&self) -> Result<Slot, UseError> {
        let key = keys::new_key()?;
        Ok(Slot { public: key.public(), sealed: self.engine.keys().seal_slot(&key)? })
    }
}

/// A new slot key, sealed.
pub(crate) struct Slot {
    pub(crate) public: PublicKey,
    sealed: Vec<u8>,
}

impl Slot {
    /// Keeps it for its person.
    pub(crate) async fn keep(&self, tx: &Tx<'_>, did: &Did) -> Result<(), UseError> {
        Ok(accounts::insert_slot(tx, &self.public, did, &self.sealed).await?)
    }
}

/// A step about to be signed.
pub(crate) struct StepDraft<'a> {
    pub(crate) event: Event,
    pub(crate) object: DocumentId,
    pub(crate) prev: DocumentId,
    pub(crate) to: &'a NodeName,
    /// What the move cites beside.
    pub(crate) cites: Cites,
}

/// What a move cites, beside the thing that it moves.
#[derive(Clone, Copy)]
pub(crate) enum Cites {
    /// Nothing.
    Nothing,
    /// The freelancer's own engagement, which confirming a payment does.
    Engagement(LeafId),
    /// The version of a posting, which confirming a bid does.
    Posting(DocumentId),
    /// Terms, which accepting them does, and answering with them.
    Terms(Commitment),
}

impl StepDraft<'_> {
    /// The body, with what the caller says.
    pub(crate) fn body(&self, said: StepRequest) -> Result<Body, UseError> {
        let event = self.said(said)?;
        Ok(Body::Step(Step { event, object: self.object, prev: self.prev, to: self.to.clone() }))
    }

    /// What happened, with what belongs to it. What an event does not take is refused, not dropped.
    #[expect(clippy::too_many_lines, reason = "an arm for each event, and nothing else")]
    fn said(&self, mut asked: StepRequest) -> Result<Said, Refusal> {
        let StepRequest { note, digest, reason, milestone, hours } = &mut asked;
        let said = match self.event {
            Event::CloseUnfilled => Said::CloseUnfilled { reason: must(reason.take())? },
            Event::Decline => Said::Decline { reason: must(reason.take())? },
            Event::Terminate => Said::Terminate { reason: must(reason.take())? },
            Event::Withdraw => Said::Withdraw { reason: reason.take() },
            Event::Rescind => Said::Rescind { reason: reason.take() },
            Event::Close => Said::Close { reason: reason.take() },
            Event::Pause => Said::Pause { reason: reason.take() },
            Event::RequestClose => Said::RequestClose { reason: reason.take() },
            Event::Cancel => Said::Cancel { reason: reason.take() },
            Event::Object => Said::Object { reason: reason.take() },
            Event::DeclineAmendment => Said::DeclineAmendment { reason: reason.take() },
            Event::Resume => Said::Resume {},
            Event::Heartbeat => Said::Heartbeat {},
            Event::Read => Said::Read {},
            Event::Shortlist => Said::Shortlist {},
            Event::Unshortlist => Said::Unshortlist {},
            Event::Interview => Said::Interview { note: note.take() },
            Event::Deliver if note.is_none() && digest.is_none() && hours.is_none() => {
                let reason = "or `digest` must be given: where the work is, or what exactly it is";
                return Err(Refusal::BadField { field: "note", reason });
            }
            Event::Deliver => Said::Deliver {
                note: note.take(),
                digest: digest.take(),
                milestone: milestone.take(),
                hours: hours.take(),
            },
            Event::RequestChanges => {
                Said::RequestChanges { note: say(note.take())?, milestone: milestone.take() }
            }
            Event::AcceptDelivery => Said::AcceptDelivery { note: note.take(), milestone: milestone.take() },
            Event::ReportUnpaid => Said::ReportUnpaid { note: note.take(), milestone: milestone.take() },
            Event::AttestPaid => Said::AttestPaid { milestone: milestone.take() },
            Event::ConfirmReceived
            | Event::Confirm
            | Event::Counter
            | Event::ProposeAmendment
            | Event::AcceptAmendment => self.citing(note, milestone)?,
            // What no person does by a step.
            Event::Publish
            | Event::Amend
            | Event::GoStale
            | Event::Fill
            | Event::Expire
            | Event::Complete
            | Event::Invite
            | Event::Submit
            | Event::Revise
            | Event::Offer
            | Event::Win
            | Event::Release
            | Event::NotSelected
            | Event::Accept
            | Event::Lapse
            | Event::Engage
            | Event::Commit
            | Event::Open
            | Event::Reply
            // What is said in a dispute has a request of its own.
            | Event::OpenDispute
            | Event::Respond
            | Event::Default
            | Event::Reopen
            | Event::ProposeSettlement
            | Event::Settle
            | Event::Escalate
            | Event::PassOn
            | Event::Rule
            | Event::Appeal
            | Event::Conclude => return Err(Refusal::Rejected(Rejection::OutOfForm)),
        };
        match left(&asked) {
            Some(field) => {
                let told = format!("`{}` does not take it: leave it out.", self.event.name());
                Err(Refusal::BadValue { field: field.to_owned(), fault: Rejection::OutOfForm.told(told) })
            }
            None => Ok(said),
        }
    }

    /// A move that cites something.
    fn citing(
        &self,
        note: &mut Option<Note>,
        milestone: &mut Option<MilestoneNumber>,
    ) -> Result<Said, Refusal> {
        Ok(match (self.event, self.cites) {
            (Event::ConfirmReceived, Cites::Engagement(own)) => {
                let engagement = LeafRef::from_bytes(*own.as_bytes());
                Said::ConfirmReceived { engagement, milestone: milestone.take() }
            }
            (Event::Confirm, Cites::Posting(posting)) => Said::Confirm { posting },
            (Event::Counter, Cites::Terms(terms)) => Said::Counter { terms, note: note.take() },
            (Event::ProposeAmendment, Cites::Terms(terms)) => {
                Said::ProposeAmendment { terms, note: note.take() }
            }
            (Event::AcceptAmendment, Cites::Terms(terms)) => Said::AcceptAmendment { terms },
            _ => return Err(Refusal::Rejected(Rejection::OutOfForm)),
        })
    }
}

/// A field that the event did not take.
fn left(asked: &StepRequest) -> Option<&'static str> {
    let left = [
        ("note", asked.note.is_some()),
        ("digest", asked.digest.is_some()),
        ("reason", asked.reason.is_some()),
        ("milestone", asked.milestone.is_some()),
        ("hours", asked.hours.is_some()),
    ];
    left.into_iter().find(|(_, given)| *given).map(|(field, _)| field)
}

fn say(note: Option<Note>) -> Result<Note, Refusal> {
    note.ok_or(Refusal::BadField { field: "note", reason: "must be given: say what is to be changed" })
}

fn must(reason: Option<Reason>) -> Result<Reason, Refusal> {
    reason.ok_or(Refusal::BadField { field: "reason", reason: "must be given" })
}
