//! How a score came to be what it is: each change with the entry that caused it, replayed from the logs.

use std::collections::BTreeMap;

use hanse_base::error::{Refusal, UseError};
use hanse_reputation::record::Counted;
use hanse_reputation::{Change, Entry, EntryId, Epoch, Finding, Graph, SubjectKey, change_sentence, replay};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{LogRead, ScoreQuestion, logs};
use super::explain::{ExplanationContext, PersonTold, PlaceTold};
use super::state::ScoreState;
use crate::Trust;

/// Entries that are replayed one by one, the newest: at a millisecond each on a graph of a million people, half a second.
const REPLAYED_MAX: usize = 500;
/// Entries of everybody who can ever have been heard from a standpoint. Beyond it a replay takes seconds, and is refused.
const ENTRIES_MAX: usize = 100_000;

/// The changes of a score, as seen in one epoch.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ScoreHistory {
    /// At whom one looks.
    pub subject: String,
    /// From whose place.
    pub seen_from: String,
    /// Whether that place is another's than the reader's.
    pub adopted: bool,
    /// All is seen as of this epoch: fading alone is no change here.
    pub epoch: Epoch,
    /// Entries before the first that is listed by itself.
    pub earlier: u64,
    /// What was found after those.
    pub begins: Finding,
    /// The changes, in the order of epoch, log and index.
    pub changes: Vec<ChangeView>,
    /// Whom the changes mention, by subject key.
    pub people: BTreeMap<String, PersonTold>,
    /// How far each log was read.
    pub logs: Vec<LogRead>,
}

/// A change and its cause.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ChangeView {
    /// Before, after, and the leaf id of the entry that caused it.
    #[serde(flatten)]
    pub change: Change,
    /// Where that leaf stands, who said it and of whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<PlaceTold>,
    /// The change in words.
    pub sentence: String,
}

struct Replayed {
    epoch: Epoch,
    earlier: usize,
    begins: Finding,
    changes: Vec<Change>,
    told: ExplanationContext,
    logs: Vec<LogRead>,
}

impl Trust {
    /// The changes of a score, each with the entry that caused it. Private answers are in none of them.
    ///
    /// # Errors
    /// As [`Trust::score`], and `TooWide` if more people speak on the ways from there than can be replayed.
    pub async fn score_history(&self, question: ScoreQuestion) -> Result<ScoreHistory, UseError> {
        let asked = question.clone();
        let replayed = self.in_state(move |state| replayed(state, &asked)).await?;
        let Replayed { epoch, earlier, begins, changes, mut told, logs } = replayed;
        told.call(&self.store().connection().await?).await?;
        let (people, mut places) = told.into_parts();
        let changes = changes.into_iter().map(|change| ChangeView {
            cause: places.remove(&change.entry.to_string()),
            sentence: change_sentence(&change, question.language),
            change,
        });
        Ok(ScoreHistory {
            subject: question.subject.to_string(),
            seen_from: question.seen_from.to_string(),
            adopted: !question.is_own(),
            epoch,
            earlier: u64::try_from(earlier).unwrap_or(u64::MAX),
            begins,
            changes: changes.collect(),
            people,
            logs,
        })
    }
}

fn replayed(state: &ScoreState, question: &ScoreQuestion) -> Result<Replayed, Refusal> {
    let (subject, standpoint) = (SubjectKey::of(&question.subject), question.standpoint());
    let mut counted: Vec<&Counted> = Vec::new();
    for author in state.graph.heard(standpoint.seen_from(), &subject) {
        let ids: Vec<EntryId> = state.graph.entries_by(&author);
        counted.extend(ids.iter().filter_map(|id| state.reading.entry(id)));
        if ENTRIES_MAX < counted.len() {
            return Err(Refusal::TooWide);
        }
    }
    counted.sort_unstable_by(|a, b| order(a).cmp(&order(b)));
    let entries: Vec<Entry> = counted.iter().map(|counted| counted.entry).collect();
    let (earlier, later) = entries.split_at(entries.len().saturating_sub(REPLAYED_MAX));
    let epoch = state.graph.epoch();
    // They made a graph before: each of them counts.
    let from = Graph::build(*state.graph.parameters(), epoch, earlier.iter().copied());
    let from = from.map_err(|_| Refusal::TooWide)?;
    let begins = from.score(standpoint, &subject).map_err(|_| Refusal::OwnScore)?.finding;
    let changes = replay(from, later, standpoint, &subject).map_err(|_| Refusal::OwnScore)?;
    let changes = changes.map_err(|_| Refusal::TooWide)?;
    let mut told = question.told();
    for change in &changes {
        told.entry(state, &change.entry);
        if let Some(counted) = state.reading.entry(&change.entry) {
            told.mention(Some(state), counted.entry.author);
            told.mention(Some(state), counted.entry.subject);
        }
    }
    Ok(Replayed { epoch, earlier: earlier.len(), begins, changes, told, logs: logs(state) })
}

/// The order of the logs: by epoch, then log and index.
fn order(counted: &Counted) -> (Epoch, &str, u64, EntryId) {
    (counted.entry.epoch, counted.origin.as_str(), counted.index, counted.entry.id)
}
