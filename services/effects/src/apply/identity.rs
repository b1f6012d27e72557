//! Learning people from their genesis.

use hanse_base::error::{Refusal, UseError};
use hanse_document::kind::Identity;
use hanse_document::{Body, NodeName, Rejection, Verified};
use hanse_store::accounts::{self, IdentityRow};

use super::Apply;

/// Learns the person of a genesis that came along with a document. One who is known stays as known; a genesis that differs
/// from the known one is refused until a log shows it (see `logged`).
pub async fn learn(ctx: &Apply<'_>, genesis: &Verified) -> Result<(), UseError> {
    let row = row(genesis)?;
    if !ctx.logbook.base().config().knows_home(&row.home) {
        return Err(Refusal::UnknownOrigin.into());
    }
    if let Some(known) = accounts::find_identity(ctx.tx, &row.did).await? {
        let same = known.genesis == row.genesis;
        return if same { Ok(()) } else { Err(Refusal::OtherGenesis.into()) };
    }
    // A person whose home is here was made here, and would be known.
    if row.home == ctx.logbook.base().config().name {
        return Err(Refusal::UnknownPerson.into());
    }
    ctx.keep(genesis, true).await?;
    accounts::insert_identity(ctx.tx, &row).await?;
    Ok(())
}

/// The identity leaf of this genesis stands in the log of its home: that genesis is the person's, whatever came before.
pub(crate) async fn logged(
    ctx: &Apply<'_>,
    genesis: &Verified,
    operator: &NodeName,
    index: u64,
) -> Result<(), UseError> {
    let row = row(genesis)?;
    if row.home != *operator {
        return Err(Refusal::WrongHome.into());
    }
    match accounts::find_identity(ctx.tx, &row.did).await? {
        None => {
            accounts::insert_identity(ctx.tx, &row).await?;
        }
        Some(known) if known.genesis == row.genesis => {}
        Some(_) => {
            if !accounts::replace_identity(ctx.tx, &row).await? {
                return Err(Refusal::OtherGenesis.into());
            }
            tracing::warn!(did = %row.did, "an identity document is replaced by the one in the log");
        }
    }
    let index = i64::try_from(index).unwrap_or(i64::MAX);
    Ok(accounts::set_logged(ctx.tx, &row.did, index).await?)
}

/// What a genesis says, as a row.
pub fn row(genesis: &Verified) -> Result<IdentityRow, UseError> {
    let Body::Identity(Identity { custody, home, .. }) = genesis.body() else {
        return Err(Rejection::WrongKind.into());
    };
    // A hosted person's proofs say so from the first one on.
    if genesis.custody() != custody.node() {
        return Err(Refusal::WrongCustody.into());
    }
    Ok(IdentityRow {
        did: genesis.issuer().clone(),
        genesis: genesis.id(),
        home: home.clone(),
        custody: custody.clone(),
        logged_index: None,
    })
}
