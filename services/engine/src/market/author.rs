//! Speaking for a hosted person: their key, out of its seal, and documents signed with it. Every such proof says whose
//! custody the key is in.

use hanse_api::requests::StepRequest;
use hanse_base::error::{Refusal, UseError};
use hanse_base::keys;
use hanse_document::kind::step::Reason;
use hanse_document::kind::{Event as Said, Step};
use hanse_document::{
    Body, Did, DocumentId, Draft, LeafRef, Misfit, NodeName, PublicKey, Rejection, SigningKey, Timestamp,
    Verified,
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
    /// The freelancer's own engagement, which confirming a payment cites.
    pub(crate) engagement: Option<LeafId>,
}

impl StepDraft<'_> {
    /// The body, with what the caller says.
    pub(crate) fn body(&self, said: StepRequest) -> Result<Body, UseError> {
        let event = self.said(said)?;
        Ok(Body::Step(Step { event, object: self.object, prev: self.prev, to: self.to.clone() }))
    }

    /// What happened, with what belongs to it. What an event does not take is refused, not dropped.
    fn said(&self, StepRequest { mut note, mut digest, mut reason }: StepRequest) -> Result<Said, Refusal> {
        let said = match self.event {
            Event::CloseUnfilled => Said::CloseUnfilled { reason: must(reason.take())? },
            Event::Decline => Said::Decline { reason: must(reason.take())? },
            Event::Withdraw => Said::Withdraw { reason: reason.take() },
            Event::Rescind => Said::Rescind { reason: reason.take() },
            Event::Close => Said::Close { reason: reason.take() },
            Event::Deliver if note.is_none() && digest.is_none() => {
                let reason = "or `digest` must be given: where the work is, or what exactly it is";
                return Err(Refusal::BadField { field: "note", reason });
            }
            Event::Deliver => Said::Deliver { note: note.take(), digest: digest.take() },
            Event::AcceptDelivery => Said::AcceptDelivery { note: note.take() },
            Event::AttestPaid => Said::AttestPaid {},
            Event::ConfirmReceived => {
                let own = self.engagement.ok_or(Refusal::Rejected(Rejection::OutOfForm))?;
                Said::ConfirmReceived { engagement: LeafRef::from_bytes(*own.as_bytes()) }
            }
            // What no person does by a step.
            Event::Publish
            | Event::Fill
            | Event::Expire
            | Event::Complete
            | Event::Submit
            | Event::Offer
            | Event::Win
            | Event::Release
            | Event::NotSelected
            | Event::Accept
            | Event::Lapse
            | Event::Engage
            | Event::Commit
            | Event::Open
            | Event::Reply => return Err(Refusal::Rejected(Rejection::OutOfForm)),
        };
        let left = [("note", note.is_some()), ("digest", digest.is_some()), ("reason", reason.is_some())];
        match left.into_iter().find(|(_, given)| *given) {
            Some((field, _)) => {
                let told = format!("`{}` does not take it: leave it out.", self.event.name());
                Err(Refusal::BadValue { field: field.to_owned(), fault: Rejection::OutOfForm.told(told) })
            }
            None => Ok(said),
        }
    }
}

fn must(reason: Option<Reason>) -> Result<Reason, Refusal> {
    reason.ok_or(Refusal::BadField { field: "reason", reason: "must be given" })
}
