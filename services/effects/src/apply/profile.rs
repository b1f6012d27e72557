//! Profiles: the newest one of a person counts, at their home; elsewhere a copy of it is kept for those who deal with them.

use hanse_base::clock::AHEAD_SECONDS_MAX;
use hanse_base::error::{Refusal, UseError};
use hanse_document::kind::Profile;
use hanse_document::{Body, Verified};
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

/// Keeps a copy of the profile of somebody of another home, which came with a document of theirs. One that is not theirs as it should be
/// is left alone: the document that it came with counts whatever it brings along.
pub async fn hear(ctx: &Apply<'_>, document: &Verified, author: &IdentityRow) -> Result<(), UseError> {
    let Body::Profile(profile) = document.body() else { return Ok(()) };
    let theirs = *document.issuer() == author.did
        && profile.home == author.home
        && author.home != ctx.logbook.base().config().name
        && document.custody() == author.custody.node()
        && document.from().seconds_since(ctx.now) <= AHEAD_SECONDS_MAX;
    if !theirs {
        tracing::debug!(did = %author.did, document = %document.id(), "a profile that came along is left alone");
        return Ok(());
    }
    Ok(accounts::keep_copy(ctx.tx, document, profile.prev.as_ref(), ctx.now.unix()).await?)
}
