//! Documents that people signed themselves, with a key that no node holds.

use hanse_base::error::{Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_document::{Body, DocumentId, Signature, Verified};
use hanse_ledger::{Statement, SubjectKey};
use hanse_store::{accounts, documents};

use crate::Engine;
use crate::effects::apply::{Applied, Apply, apply, identity};
use crate::market::profiles;

impl Engine {
    /// Whether a document signed with an own key would be new here.
    ///
    /// # Errors
    /// `OwnKeyNotYet`, `WrongHome`, `WrongCustody`: it cannot be taken at all.
    pub async fn is_new(&self, document: &Verified) -> Result<bool, UseError> {
        self.takes(document)?;
        let connection = self.store().connection().await?;
        Ok(documents::find(&connection, &document.id()).await?.is_none())
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
            Body::Bid(_)
            | Body::Terms(_)
            | Body::Offer(_)
            | Body::Acceptance(_)
            | Body::Step(_)
            | Body::Text(_)
            | Body::Review(_)
            | Body::Reply(_) => return Err(Refusal::OwnKeyNotYet.into()),
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
        let ctx = Apply::own(self, &tx);
        let applied = match document.body() {
            Body::Identity(_) => found(&ctx, document, leaf_signature).await?,
            Body::Profile(_) => profiles::put(&ctx, document).await?,
            // A posting of somebody at home here; nothing else has come so far.
            Body::Job(_)
            | Body::Bid(_)
            | Body::Terms(_)
            | Body::Offer(_)
            | Body::Acceptance(_)
            | Body::Step(_)
            | Body::Text(_)
            | Body::Review(_)
            | Body::Reply(_) => apply(&ctx, document, &[]).await?,
        };
        tx.commit().await?;
        self.signals().committed();
        Ok((document.id(), applied == Applied::Now))
    }
}

/// A new person with a key of their own.
async fn found(
    ctx: &Apply<'_>,
    genesis: &Verified,
    leaf_signature: Option<&str>,
) -> Result<Applied, UseError> {
    let row = identity::row(genesis)?;
    if let Some(known) = accounts::find_identity(ctx.tx, &row.did).await? {
        let same = known.genesis == row.genesis;
        return if same { Ok(Applied::AlreadyThere) } else { Err(Refusal::OtherGenesis.into()) };
    }
    hanse_logbook::refuse_halted(ctx.tx, ctx.engine.log_keys().own(LogKind::Reputation)).await?;
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
