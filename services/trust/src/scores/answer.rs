//! A score with its reasons, beside the objective summary; the two are never mixed.

use std::collections::BTreeMap;

use hanse_base::error::{Refusal, UseError};
use hanse_document::Did;
use hanse_reputation::{
    Explanation, Finding, PrivateAnswer, SentenceLanguage, Standpoint, SubjectKey, Summary, finding_words,
    sentences, summary_sentences,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::explain::{ExplanationContext, PersonTold, PlaceTold};
use super::rehire::answers_of;
use super::state::ScoreState;
use crate::Trust;

/// Who asks about whom, and from where they look.
#[derive(Clone, Debug)]
pub struct ScoreQuestion {
    /// Who is signed in, if anybody is.
    pub reader: Option<Did>,
    /// From whose place: the reader's own, or another's that the reader adopts.
    pub seen_from: Did,
    /// At whom.
    pub subject: Did,
    /// The language of the sentences.
    pub language: SentenceLanguage,
}

/// How far a person can be trusted from a standpoint. `explanation` and `summary` are what a stranger recomputes from the record
/// of the logs that `explanation.score.heads` names.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ScoreView {
    /// At whom one looks.
    pub subject: String,
    /// From whose place.
    pub seen_from: String,
    /// Whether that place is another's than the reader's.
    pub adopted: bool,
    /// The score with its reasons: each voice, through whom it comes, and the entries behind it by leaf id.
    pub explanation: Explanation,
    /// The objective summary: the same for everybody.
    pub summary: Summary,
    /// The explanation as people read it.
    pub sentences: Vec<String>,
    /// The summary as people read it.
    pub summary_sentences: Vec<String>,
    /// Whom the explanation mentions, by subject key.
    pub people: BTreeMap<String, PersonTold>,
    /// Where the entries stand that the explanation cites, by leaf id.
    pub entries: BTreeMap<String, PlaceTold>,
    /// How far each log was read.
    pub logs: Vec<LogRead>,
    /// What the reader alone is shown: what they find when their private answers count too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private: Option<PrivateView>,
}

/// How far a log was read for a score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LogRead {
    /// The log.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// Whether a quorum of auditors cosigned them. Only a node that has no auditor at all reads its own log without.
    pub cosigned: bool,
    /// Whether the log was halted: nothing that came later counts.
    pub halted: bool,
}

/// For the eyes of the one who gave the answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PrivateView {
    /// How many private answers went into it.
    pub answers: u64,
    /// What is found with them.
    pub finding: Finding,
    /// The same in words.
    pub sentence: String,
}

impl ScoreQuestion {
    /// Whether the reader looks from their own place.
    pub(super) fn is_own(&self) -> bool {
        self.reader.as_ref() == Some(&self.seen_from)
    }

    pub(super) fn standpoint(&self) -> Standpoint {
        let from = SubjectKey::of(&self.seen_from);
        match &self.reader {
            // Nobody is signed in: the one who looks is not known, and the standpoint is all that there is to name.
            None => Standpoint::own(from),
            Some(reader) => Standpoint::adopted(SubjectKey::of(reader), from),
        }
    }

    pub(super) fn told(&self) -> ExplanationContext {
        let mut told = ExplanationContext::new(self.reader.as_ref().map(SubjectKey::of));
        told.person(&self.subject);
        told.person(&self.seen_from);
        told
    }
}

/// What is computed from the state alone.
struct Computed {
    explanation: Explanation,
    summary: Summary,
    told: ExplanationContext,
    logs: Vec<LogRead>,
    private: Option<Finding>,
}

impl Trust {
    /// The score of a person from a standpoint, with its reasons, and the objective summary.
    ///
    /// # Errors
    /// `OwnScore` from one's own place at oneself, `NotReady` as long as the logs were not read, `Busy`.
    pub async fn score(&self, question: ScoreQuestion) -> Result<ScoreView, UseError> {
        let answers = if question.is_own() {
            answers_of(&self.store().connection().await?, &question.seen_from).await?
        } else {
            Vec::new()
        };
        let (asked, count) = (question.clone(), answers.len());
        let found = self.in_state(move |state| find(state, &asked, &answers)).await?;
        let Computed { explanation, summary, mut told, logs, private } = found;
        told.call(&self.store().connection().await?).await?;
        let language = question.language;
        let private = private.map(|finding| PrivateView {
            answers: u64::try_from(count).unwrap_or(u64::MAX),
            finding,
            sentence: finding_words(&finding, language),
        });
        let (said, of_all) =
            (sentences(&explanation, &told, language), summary_sentences(&summary, language));
        let (people, entries) = told.into_parts();
        Ok(ScoreView {
            subject: question.subject.to_string(),
            seen_from: question.seen_from.to_string(),
            adopted: !question.is_own(),
            explanation,
            summary,
            sentences: said,
            summary_sentences: of_all,
            people,
            entries,
            logs,
            private,
        })
    }
}

fn find(
    state: &ScoreState,
    question: &ScoreQuestion,
    answers: &[PrivateAnswer],
) -> Result<Computed, Refusal> {
    let subject = SubjectKey::of(&question.subject);
    let explanation = state.graph.explain(question.standpoint(), &subject).map_err(|_| Refusal::OwnScore)?;
    let summary = state.graph.summary(&subject, &state.reading.contracts(&subject));
    let private = if answers.is_empty() {
        None
    } else {
        let viewer = SubjectKey::of(&question.seen_from);
        let found = state.graph.private_score(&viewer, answers, &subject).map_err(|_| Refusal::OwnScore)?;
        Some(*found.for_its_author())
    };
    let mut told = question.told();
    told.explanation(state, &explanation);
    Ok(Computed { explanation, summary, told, logs: logs(state), private })
}

/// How far the state's logs were read.
pub(super) fn logs(state: &ScoreState) -> Vec<LogRead> {
    let logs = state.logs.iter().map(|(origin, until)| LogRead {
        origin: origin.clone(),
        size: until.size,
        cosigned: until.cosigned,
        halted: until.halted,
    });
    logs.collect()
}
