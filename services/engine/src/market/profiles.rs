//! What people say of themselves. A profile is public, kept at its home, and replaced by its successor.

use hanse_api::requests::ProfileRequest;
use hanse_api::views::{Delivery, ProfileView, Published};
use hanse_base::error::{NotOnce, Refusal, UseError};
use hanse_base::present;
use hanse_base::stored::StoredDocument;
use hanse_document::kind::Profile;
use hanse_document::{Body, Did, DocumentId, NodeName};
use hanse_store::Sql;
use hanse_store::accounts::{self, PersonSaid};

use crate::Engine;
use crate::market::author::Author;
use crate::market::idempotency::{self, Asked, Begun, Intent, Unit};
use crate::market::publish::published;
use hanse_effects::apply::{Applied, Apply, apply};

impl Engine {
    /// Replaces the profile of a hosted person, or makes their first one if they name no version that they have seen.
    ///
    /// # Errors
    /// `KeyElsewhere`, `NotOnce`, and the rejections of the document.
    pub async fn put_profile(
        &self,
        asked: impl Into<Asked>,
        request: ProfileRequest,
        dry_run: bool,
    ) -> Result<Published<ProfileView>, UseError> {
        let asked = asked.into();
        let first = asked.seen.is_none();
        self.say(asked, request, dry_run, first).await
    }

    /// Replaces the profile of a hosted person, whatever it is, and makes no first one.
    ///
    /// # Errors
    /// Those of [`Engine::put_profile`]; `Moved` if there is none.
    pub async fn replace_profile(
        &self,
        asked: impl Into<Asked>,
        request: ProfileRequest,
        dry_run: bool,
    ) -> Result<Published<ProfileView>, UseError> {
        self.say(asked.into(), request, dry_run, false).await
    }

    /// Puts a profile; the first one of a person only where `first` says so.
    async fn say(
        &self,
        asked: Asked,
        request: ProfileRequest,
        dry_run: bool,
        first: bool,
    ) -> Result<Published<ProfileView>, UseError> {
        let did = &asked.did;
        let mut connection = self.store().connection().await?;
        let unit = match Unit::begin(self, &mut connection, &asked, Intent::of(dry_run)).await? {
            Begun::Now(unit) => unit,
            Begun::Before(tx, made) => {
                let document = present::load(&tx, &idempotency::read(&made)?).await?;
                let view = shown(&tx, did).await?.ok_or(Refusal::UnknownPerson)?;
                let again = published(&document, view, Delivery::Sequenced, Applied::Now)?;
                return Ok(Published { replayed: true, ..again });
            }
        };
        let tx = &unit.tx;
        let author = Author::open(self, tx, did).await?;
        accounts::lock_identity(tx, did).await?;
        let prev = match accounts::profile(tx, did).await? {
            Some(before) => {
                asked
                    .saw(&before.document, async || {
                        Ok(shown(tx, did).await?.ok_or(Refusal::UnknownPerson)?)
                    })
                    .await?;
                Some(before.document)
            }
            None if first => None,
            // RFC 9110, 13.1.1: what is not there is in none of the versions that were seen, and not in any.
            None => return Err(NotOnce::Moved { head: String::new() }.into()),
        };
        let profile = profile(request, &self.config().name, prev);
        let document = author.sign(Body::Profile(profile), None)?;
        let applied = apply(&Apply::own(self.logbook(), tx), &document, &[]).await?;
        let view = shown(tx, did).await?.ok_or(Refusal::UnknownPerson)?;
        unit.commit(&document.id().to_string()).await?;
        self.signals().changed();
        published(&document, view, Delivery::Sequenced, applied)
    }

    /// What is known of a person.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn profile(&self, did: &Did) -> Result<Option<ProfileView>, UseError> {
        shown(&self.store().connection().await?, did).await
    }
}

/// What a person says of themselves, as a document of this home, after another one if there is one.
fn profile(said: ProfileRequest, home: &NodeName, prev: Option<DocumentId>) -> Profile {
    let ProfileRequest { about, headline, languages, name, place, rate, remote, skills, travel_km } = said;
    let home = home.clone();
    Profile { about, headline, home, languages, name, place, prev, rate, remote, skills, travel_km }
}

/// What a profile says, as the request that would lead to it.
pub(crate) fn said(profile: Profile) -> ProfileRequest {
    let Profile { about, headline, languages, name, place, rate, remote, skills, travel_km, .. } = profile;
    ProfileRequest { about, headline, languages, name, place, rate, remote, skills, travel_km }
}

async fn shown(db: &impl Sql, did: &Did) -> Result<Option<ProfileView>, UseError> {
    let Some(PersonSaid { did, home, custody, profile }) =
        accounts::people_said(db, [did]).await?.remove(did)
    else {
        return Ok(None);
    };
    let mut view = ProfileView {
        did: did.to_string(),
        home: home.to_string(),
        custody: custody.into(),
        document: None,
        profile: None,
        rate_text: None,
        updated_at: None,
    };
    // Erased words are simply not there.
    if let Some((id, bytes, said_at)) = profile {
        let document = StoredDocument::<Profile>::read(&bytes, &id)?;
        view.document = Some(id.to_string());
        view.rate_text = document.body.rate.as_ref().map(ToString::to_string);
        view.profile = Some(said(document.body));
        view.updated_at = Some(present::time(said_at));
    }
    Ok(Some(view))
}
