//! Profiles: the newest one of a person counts.

use hanse_base::error::{Refusal, UseError};
use hanse_document::Verified;
use hanse_document::kind::Profile;
use hanse_store::accounts::{self, IdentityRow};

use super::{Applied, Apply};

/// Makes a profile the newest one of its author, whose home is here, if it replaces the one that is.
pub(crate) async fn put(
    ctx: &Apply<'_>,
    document: &Verified,
    profile: &Profile,
    author: &IdentityRow,
) -> Result<Applied, UseError> {
    if profile.home != author.home || author.home != ctx.logbook.base().config().name {
        return Err(Refusal::WrongHome.into());
    }
    // Nobody else replaces the profile between this look and the end of the transaction.
    accounts::lock_identity(ctx.tx, &author.did).await?;
    let before = accounts::profile(ctx.tx, &author.did).await?.map(|row| row.document);
    if before == Some(document.id()) {
        return Ok(Applied::AlreadyThere);
    }
    if profile.prev != before {
        return Err(Refusal::ProfileMoved(before).into());
    }
    ctx.keep(document, true).await?;
    accounts::put_profile(ctx.tx, &author.did, &document.id(), ctx.now.unix()).await?;
    Ok(Applied::Now)
}
