//! Speaking for a hosted person: their key, out of its seal, and documents signed with it. Every such proof says whose
//! custody the key is in.

use hanse_api::requests::StepRequest;
use hanse_base::error::{Failure, Refusal, UseError};
use hanse_base::keys;
use hanse_document::{
    Body, Did, DocumentId, Draft, Kind, Misfit, PublicKey, SigningKey, Timestamp, Verified,
};
use hanse_lifecycle::Event;
use hanse_store::{Sql, Tx, accounts};
use serde::Serialize;
use serde_json::{Map, Value};

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
    pub(crate) fn sign(&self, body: Body, until: Option<Timestamp>) -> Result<Verified, UseError> {
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

/// The body that a request asks for, with the fields that the node knows better. The kind's own bounds decide.
pub(crate) fn body(
    kind: Kind,
    request: &impl Serialize,
    fields: impl IntoIterator<Item = (&'static str, Value)>,
) -> Result<Body, UseError> {
    let mut object = object(request)?;
    object.extend(fields.into_iter().map(|(name, value)| (name.to_owned(), value)));
    read(kind, &Value::Object(object))
}

/// A body that a person has written by hand: what is wrong with it is said of the field where it stands.
pub(crate) fn read(kind: Kind, value: &Value) -> Result<Body, UseError> {
    Ok(Body::read(kind, value).map_err(misfit)?)
}

fn misfit(Misfit { field, rejection }: Misfit) -> Refusal {
    match field.as_str() {
        "" | "." => Refusal::Rejected(rejection),
        _ => Refusal::BadValue { field, rejection },
    }
}

/// A request as a JSON object.
pub(crate) fn object(request: &impl Serialize) -> Result<Map<String, Value>, UseError> {
    match serde_json::to_value(request) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Failure::Inconsistent("a request is no object".to_owned()).into()),
        Err(error) => Err(Failure::unreadable("a request", error).into()),
    }
}

/// A step about to be signed.
pub(crate) struct StepDraft<'a> {
    pub(crate) event: Event,
    pub(crate) object: DocumentId,
    pub(crate) prev: DocumentId,
    pub(crate) to: &'a str,
    /// A field of the step's body that the node knows better than the caller.
    pub(crate) extra: Option<(&'static str, String)>,
}

impl StepDraft<'_> {
    /// The body, with what the caller says.
    pub(crate) fn body(&self, request: &StepRequest) -> Result<Body, UseError> {
        let reasoned =
            matches!((self.event, self.object.kind()), (Event::CloseUnfilled, _) | (Event::Decline, _));
        if reasoned && request.reason.is_none() {
            return Err(Refusal::BadField { field: "reason", reason: "must be given" }.into());
        }
        let said = object(request)?;
        self.read(said.clone()).map_err(|refused| match refused {
            // The form of a step reads its event as a whole; the field that is wrong by itself is the one to name.
            UseError::Refused(Refusal::Rejected(rejection)) => {
                let wrong = |field: &(String, Value)| self.read(Map::from_iter([field.clone()])).is_err();
                let field = said.into_iter().find(wrong);
                field
                    .map_or(Refusal::Rejected(rejection), |(field, _)| Refusal::BadValue { field, rejection })
                    .into()
            }
            UseError::Refused(_) | UseError::Failed(_) => refused,
        })
    }

    fn read(&self, mut said: Map<String, Value>) -> Result<Body, UseError> {
        said.extend(self.extra.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())));
        let fields = [
            ("event", self.event.name().into()),
            ("object", self.object.to_string().into()),
            ("prev", self.prev.to_string().into()),
            ("to", self.to.into()),
            ("body", Value::Object(said)),
        ];
        body(Kind::Step, &Map::<String, Value>::new(), fields)
    }
}
