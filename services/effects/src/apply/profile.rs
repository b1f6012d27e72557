//! Profiles: the newest one of a person counts, at their home; elsewhere a copy of it is kept for those who deal with them.

use hanse_base::clock::AHEAD_SECONDS_MAX;
use hanse_base::error::{Refusal, UseError};
use hanse_document::kind::{Pay, Place, Profile};
use hanse_document::{Body, Did, DocumentId, Verified};
use hanse_search::{FOLDING, Posting};
use hanse_store::Tx;
use hanse_store::accounts::{self, Folded, IdentityRow};

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
    fold(ctx.tx, &author.did, &document.id(), Some(profile)).await?;
    Ok(Applied::Now)
}

/// Says what a profile is found by in the directory; one that cannot be read is found by nothing.
pub async fn fold(
    tx: &Tx<'_>,
    did: &Did,
    document: &DocumentId,
    profile: Option<&Profile>,
) -> Result<(), UseError> {
    let folded = profile.map(folded);
    Ok(accounts::fold_profile(tx, did, document, FOLDING, folded.as_ref()).await?)
}

/// What it is found by. Name and headline are its title; the languages that somebody works in say nothing of the one that they write in.
fn folded(profile: &Profile) -> Folded<'_> {
    let ids: Vec<String> = profile.skills.iter().map(ToString::to_string).collect();
    let lines = [profile.name.as_ref().map(AsRef::as_ref), profile.headline.as_ref().map(AsRef::as_ref)];
    let title = lines.into_iter().flatten().collect::<Vec<&str>>().join("\n");
    let text = profile.about.as_ref().map(AsRef::as_ref).unwrap_or_default();
    let search = Posting { title: &title, skills: &ids, text, language: None }.lexemes();
    let site = match &profile.place {
        Some(Place::Site(site)) => Some(site),
        Some(Place::Remote) | None => None,
    };
    let money = match &profile.rate {
        Some(Pay::Money(money)) => Some(money),
        Some(Pay::Barter(_) | Pay::TimeCredits(_)) | None => None,
    };
    // An amount is far below 2^63.
    let amount = |amount: Option<u64>| amount.and_then(|amount| i64::try_from(amount).ok());
    Folded {
        search,
        languages: profile.languages.iter().map(AsRef::as_ref).collect(),
        skills: profile.skills.iter().map(AsRef::as_ref).collect(),
        remote: profile.remote,
        country: site.map(|site| site.country.as_ref()),
        point: site.and_then(|site| site.point).map(|point| (point.latitude_e4(), point.longitude_e4())),
        currency: money.map(|money| money.currency().as_ref()),
        pay_per: money.map(|money| money.per().name()),
        pay_min: money.and_then(|money| amount(money.min())),
        pay_max: money.and_then(|money| amount(money.max())),
    }
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
