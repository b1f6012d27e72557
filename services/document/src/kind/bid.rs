//! A freelancer's answer to a job.

use serde::{Deserialize, Serialize};

use crate::bounded::{List, Number, Text};
use crate::code::Language;
use crate::id::{DocumentId, Kind};
use crate::kind::Anew;
use crate::kind::job::QUESTIONS_MAX;
use crate::kind::pay::Pay;
use crate::name::NodeName;
use crate::rejection::Rejection;

/// About two pages: half of what the job itself may have.
pub const TEXT_CHARS_MAX: usize = 8_000;
/// An answer is a paragraph or two.
pub const ANSWER_CHARS_MAX: usize = 2_000;
/// Ten years.
pub const DAYS_MAX: u32 = 3_650;

/// Why this bidder.
pub type BidText = Text<1, TEXT_CHARS_MAX>;
/// Which of the questions of a posting, from 1 to [`QUESTIONS_MAX`].
pub type QuestionNumber = Number<1, 5>;
/// What a bidder answers.
pub type AnswerText = Text<1, ANSWER_CHARS_MAX>;
/// Answers to the questions of a posting.
pub type Answers = List<Answer, QUESTIONS_MAX>;
/// How many days the work takes.
pub type BidDays = Number<1, DAYS_MAX>;

/// A freelancer's answer to a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bid {
    /// Whether a program wrote it. Only `true` is written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub agent: bool,
    /// The bid that this one takes the place of, if it revises one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anew: Option<Anew>,
    /// Answers to the questions of the posting, each question at most once.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub answers: Answers,
    /// How many days the work takes from the day of the contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<BidDays>,
    /// The bidder's home.
    pub home: NodeName,
    /// The job.
    pub job: DocumentId,
    /// The language that the text is written in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// What the bidder asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay: Option<Pay>,
    /// Why this bidder.
    pub text: BidText,
    /// The job's home.
    pub to: NodeName,
}

/// An answer to one question of a posting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Which question, from 1.
    pub question: QuestionNumber,
    /// What the bidder says.
    pub text: AnswerText,
}

impl Bid {
    pub(super) fn check(&self) -> Result<(), Rejection> {
        self.anew.map_or(Ok(()), |anew| anew.check(Kind::Bid))?;
        let again = |(place, answer): (usize, &Answer)| {
            self.answers.iter().take(place).any(|before| before.question == answer.question)
        };
        if self.answers.iter().enumerate().any(again) {
            return Err(Rejection::RepeatedItem);
        }
        self.job.expect_kind(&[Kind::Job])
    }
}
