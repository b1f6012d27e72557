//! The index in the memory of this process, and the worker that keeps it up. It is derived: built from the database at the
//! start, brought up to date by the feed of changes, and built anew when what it was read with has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use hanse_base::error::{Failure, UseError};
use hanse_base::rounds::{Round, Rounds, SELDOM};
use hanse_document::kind::Body;
use hanse_matching::index::{Change as PersonChange, Index};
use hanse_matching::jobs::{JobChange, Jobs};
use hanse_matching::model::Job;
use hanse_store::changes::{self, Change, Changed, Cursor, Since};
use hanse_store::ranking::{self, OpenJobRow, PersonRow};
use tokio_util::sync::CancellationToken;

use super::posting::{person, verified};
use super::standing::standing;
use super::transparency;
use crate::Discovery;
use crate::knowledge::Knowledge;

/// How often the feed is looked at, where no other process is heard.
const PACE: Duration = Duration::from_millis(500);
/// How long it rests after it has caught up: changes that come meanwhile are read together, and the lists of postings, which every
/// change of one builds anew, are built once for all of them.
const REST: Duration = Duration::from_millis(100);
/// Documents in one step of building: a step verifies them all, and another one can be told to stop after it.
const PAGE: i64 = 500;
/// Changes in one step of catching up.
const CHANGES_MAX: i64 = 500;

/// Everybody whose home is here and every open posting, read with one state of knowledge.
#[derive(Debug)]
pub(crate) struct State {
    pub knowledge: Arc<Knowledge>,
    pub people: Index,
    pub jobs: Jobs,
    /// Who posted each open posting: by the hash of its id, the client's subject key.
    pub clients: BTreeMap<[u8; 32], [u8; 32]>,
    cursor: Cursor,
}

impl State {
    fn new(knowledge: Arc<Knowledge>, cursor: Cursor) -> Self {
        let (people, jobs, clients) = (Index::default(), Jobs::default(), BTreeMap::new());
        Self { knowledge, people, jobs, clients, cursor }
    }

    fn apply(
        &mut self,
        people: Vec<PersonChange>,
        jobs: Vec<Opened>,
        closed: impl Iterator<Item = [u8; 32]>,
    ) {
        if !people.is_empty() {
            self.people.apply(&self.knowledge.taxonomy, &self.knowledge.titles, people);
        }
        let mut changes: Vec<JobChange> = Vec::new();
        for (job, client) in jobs {
            self.clients.insert(job.id, client);
            changes.push(JobChange::Put(job));
        }
        for id in closed {
            self.clients.remove(&id);
            changes.push(JobChange::Remove(id));
        }
        // Every change of postings builds their lists anew.
        if !changes.is_empty() {
            self.jobs.apply(self.knowledge.setting(), changes);
        }
    }
}

/// An open posting and its client's subject key.
type Opened = (Box<Job>, [u8; 32]);

/// Keeps the index up until it is cancelled. Every process has its own.
pub async fn run(discovery: Discovery, cancel: CancellationToken) -> Result<(), Failure> {
    let signals = discovery.base().signals();
    tokio::select! {
        () = discovery.knowledge_looked_for() => {}
        () = cancel.cancelled() => return Ok(()),
    }
    let (mut changed, mut known) = (signals.changed.subscribe(), discovery.knowledge_changed());
    let mut rounds = Rounds::new("index", signals, cancel, PACE).resting(REST).woken(SELDOM);
    while rounds.round(look(&discovery)).await {
        let woken = async {
            tokio::select! {
                _ = changed.changed() => {}
                _ = known.changed() => {}
            }
        };
        rounds.wait(woken).await;
    }
    Ok(())
}

/// Brings the index up to date, or builds it.
pub async fn look(discovery: &Discovery) -> Result<Round, UseError> {
    let mut round = Round::Idle;
    loop {
        let knowledge = discovery.knowledge();
        let current = discovery.matching().write(|state| {
            state.as_ref().filter(|it| Arc::ptr_eq(&it.knowledge, &knowledge)).map(|it| it.cursor)
        });
        let Some(cursor) = current else {
            return build(discovery, knowledge).await.map(Round::from);
        };
        let connection = discovery.store().connection().await?;
        let since = changes::since(&connection, cursor, CHANGES_MAX).await?;
        drop(connection);
        match since {
            Since::Behind => return build(discovery, knowledge).await.map(Round::from),
            Since::Changes(changes) => {
                let last = changes.len() < usize::try_from(CHANGES_MAX).unwrap_or(usize::MAX);
                let touched = discovery.trust().take_changed();
                if let Err(error) = catch_up(discovery, knowledge, cursor, &changes, &touched).await {
                    discovery.trust().note_changed(touched);
                    return Err(error);
                }
                if !changes.is_empty() {
                    round = Round::Worked;
                }
                if last {
                    return Ok(round);
                }
            }
        }
    }
}

impl Discovery {
    /// How many people and open postings can be found; nothing while the index is being built for the first time.
    #[must_use]
    pub fn indexed(&self) -> Option<(usize, usize)> {
        self.matching().read(|state, _| (state.people.len(), state.jobs.len())).ok()
    }
}

/// Reads everything anew. Who asks meanwhile is answered from what was there before.
async fn build(discovery: &Discovery, knowledge: Arc<Knowledge>) -> Result<(), UseError> {
    // What is ranked with is published before anything is ranked with it.
    transparency::note(discovery, &knowledge).await?;
    let connection = discovery.store().connection().await?;
    let cursor = changes::cursor(&connection).await?;
    drop(connection);
    drop(discovery.trust().take_changed());
    let mut state = State::new(Arc::clone(&knowledge), cursor);
    let mut after = None;
    loop {
        let connection = discovery.store().connection().await?;
        let rows = ranking::people_after(&connection, after, PAGE).await?;
        drop(connection);
        let Some(last) = rows.last() else { break };
        after = Some(last.subject);
        let worker = discovery.clone();
        state = blocking(move || {
            let changes = people(&worker, &state.knowledge, &rows);
            state.apply(changes, Vec::new(), std::iter::empty());
            state
        })
        .await?;
    }
    let (mut after, mut open) = (None, Vec::new());
    loop {
        let connection = discovery.store().connection().await?;
        let rows = ranking::jobs_after(&connection, after, PAGE).await?;
        drop(connection);
        let Some(last) = rows.last() else { break };
        after = Some(last.id);
        let (worker, knowledge) = (discovery.clone(), Arc::clone(&knowledge));
        open.extend(blocking(move || jobs(&worker, &knowledge, &rows)).await?);
    }
    let worker = discovery.clone();
    let (people, jobs) = blocking(move || {
        state.apply(Vec::new(), open, std::iter::empty());
        let size = (state.people.len(), state.jobs.len());
        worker.matching().write(|current| *current = Some(state));
        size
    })
    .await?;
    tracing::info!(people, jobs, taxonomy = knowledge.taxonomy.version(), "the index is built");
    Ok(())
}

/// Applies what has changed, as it stands now: a change says that something happened, not what.
async fn catch_up(
    discovery: &Discovery,
    knowledge: Arc<Knowledge>,
    cursor: Cursor,
    changes: &[Change],
    touched: &BTreeSet<[u8; 32]>,
) -> Result<(), UseError> {
    let keys = |kind| -> BTreeSet<[u8; 32]> {
        changes.iter().filter(|change| change.changed == kind).map(|change| change.key).collect()
    };
    let (mut profiles, postings, commits) =
        (keys(Changed::Profile), keys(Changed::Job), keys(Changed::Review));
    if changes.is_empty() && touched.is_empty() {
        return Ok(());
    }
    let connection = discovery.store().connection().await?;
    let mut records = ranking::reviewed(&connection, &listed(&commits)).await?;
    records.extend(touched);
    profiles.extend(&records);
    let people_now = ranking::people(&connection, &listed(&profiles)).await?;
    let mut jobs_now = ranking::open_jobs(&connection, &listed(&postings)).await?;
    let theirs = ranking::open_jobs_by(&connection, &records).await?;
    jobs_now.extend(theirs.into_iter().filter(|job| !postings.contains(&job.id)));
    drop(connection);
    let cursor = changes.last().map_or(cursor, |change| change.at);
    let worker = discovery.clone();
    blocking(move || {
        let found: BTreeSet<[u8; 32]> = people_now.iter().map(|row| row.subject).collect();
        let mut people = people(&worker, &knowledge, &people_now);
        people.extend(profiles.difference(&found).map(|subject| PersonChange::Remove(*subject)));
        let found: BTreeSet<[u8; 32]> = jobs_now.iter().map(|row| row.id).collect();
        let jobs = jobs(&worker, &knowledge, &jobs_now);
        let closed = postings.difference(&found).copied();
        worker.matching().write(|state| {
            // Another state has come in force meanwhile: it was built from what is there now.
            let Some(state) = state.as_mut().filter(|it| Arc::ptr_eq(&it.knowledge, &knowledge)) else {
                return;
            };
            state.apply(people, jobs, closed);
            state.cursor = cursor;
        });
    })
    .await
}

/// Profiles as changes. One that its own node cannot read any more is left out, and said so; it keeps nobody else out.
fn people(discovery: &Discovery, knowledge: &Knowledge, rows: &[PersonRow]) -> Vec<PersonChange> {
    let read = |row: &PersonRow| {
        let document = unless_broken(verified(&row.profile, "a stored profile"))?;
        let Body::Profile(profile) = document.body() else { return None };
        let (person, _) = person(discovery, knowledge, &row.did, profile);
        Some(PersonChange::Put(Box::new(person)))
    };
    rows.iter().filter_map(read).collect()
}

fn jobs(discovery: &Discovery, knowledge: &Knowledge, rows: &[OpenJobRow]) -> Vec<Opened> {
    let read = |row: &OpenJobRow| {
        let document = unless_broken(verified(&row.document, "a stored posting"))?;
        let Body::Job(job) = document.body() else { return None };
        let (job, _) = knowledge.reader().job(row.id, job, standing(discovery, &row.client));
        Some((Box::new(job), row.client.subject_key()))
    };
    rows.iter().filter_map(read).collect()
}

fn unless_broken<T>(read: Result<T, Failure>) -> Option<T> {
    match read {
        Ok(read) => Some(read),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "left out of the search index");
            None
        }
    }
}

fn listed(keys: &BTreeSet<[u8; 32]>) -> Vec<[u8; 32]> {
    keys.iter().copied().collect()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, UseError> {
    Ok(tokio::task::spawn_blocking(work).await.map_err(Failure::Cut)?)
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::testing::Home;

    #[tokio::test]
    async fn a_panic_in_the_middle_of_a_change_is_a_reason_to_build_anew() {
        let home = Home::new('a', &[]).await;
        look(&home.discovery).await.unwrap();
        let discovery = home.discovery.clone();
        let broken = std::thread::spawn(move || discovery.matching().write(|_| panic!("on purpose")));
        assert!(broken.join().is_err());
        assert_eq!(home.discovery.indexed(), None);
        look(&home.discovery).await.unwrap();
        assert_eq!(home.discovery.indexed(), Some((0, 0)));
    }
}
