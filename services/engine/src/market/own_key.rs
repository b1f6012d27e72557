//! Documents that people signed themselves, with a key that no node holds.

use hanse_base::error::{Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_document::{Body, DocumentId, Signature, Verified};
use hanse_ledger::{Statement, SubjectKey};
use hanse_store::{accounts, documents, history};

use crate::Engine;
use hanse_effects::apply::{Applied, Apply, apply, identity};

impl Engine {
    /// Whether a document signed with an own key would be new here: whether it has still to have its effect. That its bytes are here
    /// says nothing, as a log that is mirrored may have brought them.
    ///
    /// # Errors
    /// `OwnKeyNotYet`, `WrongHome`, `WrongCustody`: it cannot be taken at all.
    pub async fn is_new(&self, document: &Verified) -> Result<bool, UseError> {
        self.takes(document)?;
        let connection = self.store().connection().await?;
        let id = document.id();
        Ok(match document.body() {
            Body::Identity(_) => accounts::find_identity(&connection, document.issuer()).await?.is_none(),
            Body::Profile(_) => {
                let current = accounts::profile(&connection, document.issuer()).await?;
                current.is_none_or(|current| current.document != id)
            }
            Body::Job(_)
            | Body::Invitation(_)
            | Body::Bid(_)
            | Body::Terms(_)
            | Body::Offer(_)
            | Body::Acceptance(_)
            | Body::Step(_)
            | Body::Text(_)
            | Body::Review(_)
            | Body::Reply(_)
            | Body::Arbiter(_)
            | Body::Dispute(_) => !history::has_applied(&connection, &id).await?,
        })
    }

    /// Refuses what does not come by this way, or not here.
    fn takes(&self, document: &Verified) -> Result<(), UseError> {
        if document.custody().is_some() {
            return Err(Refusal::WrongCustody.into());
        }
        let home = match document.body() {
            Body::Identity(_) => identity::row(document)?.home,
            Body::Profile(profile) => profile.home.clone(),
            Body::Job(job) => job.home.clone(),
            Body::Invitation(_)
            | Body::Bid(_)
            | Body::Terms(_)
            | Body::Offer(_)
            | Body::Acceptance(_)
            | Body::Step(_)
            | Body::Text(_)
            | Body::Review(_)
            | Body::Reply(_)
            | Body::Arbiter(_)
            | Body::Dispute(_) => return Err(Refusal::OwnKeyNotYet.into()),
        };
        if home == self.config().name { Ok(()) } else { Err(Refusal::WrongHome.into()) }
    }

    /// Takes a document signed with an own key: an identity, a profile or a job, of a person at home
    /// here. The signature is the credential. Returns the id, and whether it is new.
    ///
    /// `leaf_signature` (128 hex digits) signs the identity leaf of a genesis; the leaf's day is that of `validFrom`.
    ///
    /// # Errors
    /// `OwnKeyNotYet` for other kinds, `WrongHome`, `WrongCustody`, `OtherGenesis`.
    pub async fn publish_signed(
        &self,
        document: &Verified,
        leaf_signature: Option<&str>,
    ) -> Result<(DocumentId, bool), UseError> {
        self.takes(document)?;
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        let ctx = Apply::own(self.logbook(), &tx);
        let applied = match document.body() {
            Body::Identity(_) => register(&ctx, document, leaf_signature).await?,
            // A profile or a posting of somebody whose home is here; nothing else has come so far.
            Body::Profile(_)
            | Body::Job(_)
            | Body::Invitation(_)
            | Body::Bid(_)
            | Body::Terms(_)
            | Body::Offer(_)
            | Body::Acceptance(_)
            | Body::Step(_)
            | Body::Text(_)
            | Body::Review(_)
            | Body::Reply(_)
            | Body::Arbiter(_)
            | Body::Dispute(_) => apply(&ctx, document, &[]).await?,
        };
        tx.commit().await?;
        self.signals().committed();
        Ok((document.id(), applied == Applied::Now))
    }
}

/// A new person with a key of their own.
async fn register(
    ctx: &Apply<'_>,
    genesis: &Verified,
    leaf_signature: Option<&str>,
) -> Result<Applied, UseError> {
    let row = identity::row(genesis)?;
    if let Some(known) = accounts::find_identity(ctx.tx, &row.did).await? {
        let same = known.genesis == row.genesis;
        return if same { Ok(Applied::AlreadyThere) } else { Err(Refusal::OtherGenesis.into()) };
    }
    hanse_logbook::refuse_halted(ctx.tx, ctx.logbook.log_keys().own(LogKind::Reputation)).await?;
    let missing = Refusal::BadField { field: "hanse-leaf-signature", reason: "must sign the identity leaf" };
    let signature = Signature::from_hex(leaf_signature.ok_or(missing)?)?;
    let statement = Statement::Identity { commitment: genesis.commitment(), seq: 0 };
    let leaf = statement
        .draft(genesis.from().day(), &[SubjectKey::of(&row.did)])
        .with_signatures(vec![(row.did.key(), signature)])
        .map_err(|_| hanse_document::Rejection::BadSignature)?;
    documents::insert(ctx.tx, genesis, true, ctx.now.unix()).await?;
    accounts::insert_identity(ctx.tx, &row).await?;
    ctx.enqueue(LogKind::Reputation, &leaf).await?;
    Ok(Applied::Now)
}

#[cfg(test)]
mod tests {
    use hanse_document::kind::{Custody, Identity};
    use hanse_document::{Did, Draft, Kind, List, SigningKey};
    use serde_json::json;

    use super::*;
    use crate::testing::{Home, node};

    fn sign(home: &Home, key: &SigningKey, body: Body) -> Verified {
        let until = matches!(body, Body::Job(_)).then(|| home.engine.now().add_seconds(60).unwrap());
        let (issuer, from) = (Did::of(&key.public()), home.engine.now());
        Draft { issuer, body, salt: [1; 32], from, until, custody: None }.sign(key).unwrap()
    }

    #[tokio::test]
    async fn a_document_is_new_until_it_has_its_effect_though_a_log_has_brought_its_bytes() {
        let a = Home::new('a', &['b']).await;
        let key = SigningKey::from_seed([5; 32]);
        let did = Did::of(&key.public());
        let genesis = Identity { custody: Custody::Own, home: node('a'), recovery: List::default(), seq: 0 };
        let genesis = sign(&a, &key, Body::Identity(genesis));
        let said = json!({"title": "x", "text": "x", "seats": 1, "skills": [], "languages": [], "home": "a.example"});
        let job = sign(&a, &key, Body::from_value(Kind::Job, &said).unwrap());
        let profile = json!({"languages": [], "skills": [], "home": "a.example"});
        let profile = sign(&a, &key, Body::from_value(Kind::Profile, &profile).unwrap());
        let mut connection = a.engine.store().connection().await.unwrap();
        let tx = connection.begin().await.unwrap();
        for document in [&genesis, &job, &profile] {
            documents::insert(&tx, document, true, a.engine.now().unix()).await.unwrap();
        }
        tx.commit().await.unwrap();
        let leaf = Statement::Identity { commitment: genesis.commitment(), seq: 0 };
        let leaf = leaf.draft(genesis.from().day(), &[SubjectKey::of(&did)]);
        let signature = key.sign(&leaf.message()).hex();
        for document in [&genesis, &job, &profile] {
            let kind = document.kind();
            for new in [true, false] {
                assert_eq!(a.engine.is_new(document).await.unwrap(), new, "{kind:?}");
                let (_, created) = a.engine.publish_signed(document, Some(&signature)).await.unwrap();
                assert_eq!(created, new, "{kind:?}");
            }
        }
    }
}
