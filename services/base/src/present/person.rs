//! The other side of what two people deal about.

use std::collections::BTreeMap;

use hanse_api::views::{ClientRecord, PersonView, RecordSummary};
use hanse_document::Did;
use hanse_document::kind::Profile;
use hanse_store::accounts::{self, PersonSaid};
use hanse_store::{Sql, StoreError};

use super::time;
use crate::error::{Failure, UseError};
use crate::stored::StoredDocument;

/// Somebody who knows what the logs say of people.
pub trait Records: Send + Sync {
    /// What they say of a person; `None` as long as they were not read.
    fn record(&self, person: &Did) -> Option<RecordSummary>;

    /// What they say of a person as a client; `None` as long as they were not read.
    fn client(&self, person: &Did) -> Option<ClientRecord>;
}

/// Who looks, and who tells them what the logs say of those whom they see.
#[derive(Clone, Copy)]
pub struct Viewer<'a> {
    /// Who looks.
    pub did: &'a Did,
    /// Who knows the logs.
    pub records: &'a dyn Records,
}

impl std::fmt::Debug for Viewer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Viewer").field("did", &self.did).finish_non_exhaustive()
    }
}

/// What people say of themselves, by their names.
pub(super) type Said = BTreeMap<Did, PersonSaid>;

impl Viewer<'_> {
    /// Which of the two the viewer sees: the freelancer, unless that is the viewer.
    pub(super) fn other<'d>(&self, client: &'d Did, freelancer: &'d Did) -> &'d Did {
        if freelancer == self.did { client } else { freelancer }
    }

    /// The other one of two, as far as they are known.
    pub(super) fn sees(&self, said: &Said, other: &Did) -> Result<Option<Box<PersonView>>, Failure> {
        said.get(other).map(|said| person(said, self.records).map(Box::new)).transpose()
    }
}

/// What these people say of themselves, in one statement however many they are.
pub(super) async fn said(db: &impl Sql, people: impl IntoIterator<Item = &Did>) -> Result<Said, StoreError> {
    accounts::people_said(db, people).await
}

/// People as others see them, by their names; those who are known.
pub async fn people(
    db: &impl Sql,
    dids: impl IntoIterator<Item = &Did>,
    records: &dyn Records,
) -> Result<BTreeMap<Did, PersonView>, UseError> {
    let mut people = BTreeMap::new();
    for (did, said) in said(db, dids).await? {
        people.insert(did, person(&said, records)?);
    }
    Ok(people)
}

fn person(said: &PersonSaid, records: &dyn Records) -> Result<PersonView, Failure> {
    let profile = said.profile.as_ref().map(|(id, bytes, said_at)| {
        StoredDocument::<Profile>::read(bytes, id).map(|document| (id, document.body, *said_at))
    });
    let profile = profile.transpose()?;
    Ok(PersonView {
        did: said.did.to_string(),
        home: said.home.to_string(),
        name: profile.as_ref().and_then(|(_, profile, _)| profile.name.as_ref()).map(ToString::to_string),
        headline: profile
            .as_ref()
            .and_then(|(_, profile, _)| profile.headline.as_ref())
            .map(ToString::to_string),
        self_declared: true,
        profile: profile.as_ref().map(|(id, ..)| id.to_string()),
        said_at: profile.as_ref().map(|(_, _, said_at)| time(*said_at)),
        record: records.record(&said.did),
    })
}
