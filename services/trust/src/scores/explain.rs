//! What the sentences of a score need beside it: how people are called, and who ordered and who worked.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use hanse_base::error::Failure;
use hanse_document::kind::Role;
use hanse_document::{Body, Did, Signed};
use hanse_reputation::{EntryId, Explanation, Known, SubjectKey};
use hanse_store::scores::CalledRow;
use hanse_store::{Sql, scores};
use serde::Serialize;
use utoipa::ToSchema;

use super::state::ScoreState;

/// People whose names are looked up for one answer: more than its sentences name.
const NAMES_MAX: usize = 64;

/// Somebody whom an explanation mentions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonTold {
    /// Their identity, as far as it is known here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub did: Option<String>,
    /// What they call themselves, for those whom the sentences name. Names are not unique: go by the identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Where an entry stands: the leaf that opened the review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlaceTold {
    /// The log.
    pub origin: String,
    /// The leaf's index in it.
    pub index: u64,
    /// Who said it.
    #[schema(value_type = String)]
    pub author: SubjectKey,
    /// About whom.
    #[schema(value_type = String)]
    pub subject: SubjectKey,
    /// The author's side of the contract: `client` or `freelancer`.
    #[schema(value_type = String, pattern = "^(client|freelancer)$")]
    pub role: Role,
}

/// What goes with an explanation, by person and entry.
#[derive(Clone, Debug, Default)]
pub(super) struct ExplanationContext {
    reader: Option<SubjectKey>,
    /// In the order of mention.
    mentioned: Vec<SubjectKey>,
    people: BTreeMap<SubjectKey, PersonTold>,
    places: BTreeMap<EntryId, PlaceTold>,
}

impl ExplanationContext {
    pub(super) fn new(reader: Option<SubjectKey>) -> Self {
        Self { reader, ..Self::default() }
    }

    /// Adds a person of the question.
    pub(super) fn person(&mut self, did: &Did) {
        let person = SubjectKey::of(did);
        self.mention(None, person);
        self.people.entry(person).or_default().did = Some(did.to_string());
    }

    /// Adds everybody and every entry that an explanation mentions.
    pub(super) fn explanation(&mut self, state: &ScoreState, explanation: &Explanation) {
        for entry in explanation.own.iter().flat_map(|own| &own.entries) {
            self.entry(state, entry);
        }
        for voice in &explanation.voices {
            self.mention(Some(state), voice.rater);
            for route in &voice.routes {
                for person in [Some(route.contact), route.through].into_iter().flatten() {
                    self.mention(Some(state), person);
                }
            }
            let entries = voice.entries.iter().chain(voice.routes.iter().flat_map(|route| &route.entries));
            entries.for_each(|entry| self.entry(state, entry));
        }
    }

    /// Adds an entry.
    pub(super) fn entry(&mut self, state: &ScoreState, entry: &EntryId) {
        let Some(counted) = state.reading.entry(entry) else { return };
        let place = PlaceTold {
            origin: counted.origin.clone(),
            index: counted.index,
            author: counted.entry.author,
            subject: counted.entry.subject,
            role: counted.role,
        };
        self.places.insert(*entry, place);
    }

    /// Adds a person.
    pub(super) fn mention(&mut self, state: Option<&ScoreState>, person: SubjectKey) {
        if let Entry::Vacant(place) = self.people.entry(person) {
            let did = state.and_then(|state| state.reading.did(&person)).map(|did| did.to_string());
            place.insert(PersonTold { did, name: None });
            self.mentioned.push(person);
        }
    }

    /// Looks up how the first of them are called.
    pub(super) async fn call(&mut self, db: &impl Sql) -> Result<(), Failure> {
        let subjects: Vec<[u8; 32]> =
            self.mentioned.iter().take(NAMES_MAX).map(|person| *person.as_bytes()).collect();
        for (subject, called) in scores::called(db, &subjects).await? {
            let told = self.people.entry(SubjectKey::from_bytes(subject)).or_default();
            told.name = name(&called);
            told.did = Some(called.did.to_string());
        }
        Ok(())
    }

    /// As an answer shows it.
    pub(super) fn into_parts(self) -> (BTreeMap<String, PersonTold>, BTreeMap<String, PlaceTold>) {
        let people = self.people.into_iter().map(|(person, told)| (person.to_string(), told));
        let places = self.places.into_iter().map(|(entry, told)| (entry.to_string(), told));
        (people.collect(), places.collect())
    }
}

/// What a person calls themselves.
fn name(called: &CalledRow) -> Option<String> {
    let profile = Signed::parse(called.profile.as_deref()?).ok()?.verify().ok()?;
    if let Body::Profile(profile) = profile.body() {
        profile.name.as_ref().map(ToString::to_string)
    } else {
        None
    }
}

impl Known for ExplanationContext {
    fn reads(&self, person: &SubjectKey) -> bool {
        self.reader == Some(*person)
    }

    fn name(&self, person: &SubjectKey) -> Option<String> {
        self.people.get(person)?.name.clone()
    }

    fn side(&self, entry: &EntryId) -> Option<Role> {
        self.places.get(entry).map(|place| place.role)
    }
}
