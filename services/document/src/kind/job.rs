//! A job that a client offers to anybody.

use serde::{Deserialize, Serialize};

use crate::bounded::{Line, List, Number, Text};
use crate::code::{Language, Skill};
use crate::id::{DocumentId, Kind};
use crate::kind::pay::Pay;
use crate::kind::place::Place;
use crate::kind::{Anew, Misfit};
use crate::name::NodeName;
use crate::rejection::Rejection;
use crate::time::Date;

/// One line that a list of jobs shows whole.
pub const TITLE_CHARS_MAX: usize = 120;
/// The longest real postings are below this, and in most scripts the document stays below its 64 KiB.
pub const TEXT_CHARS_MAX: usize = 16_000;
/// More languages or skills than this ask for nobody.
pub const ITEMS_MAX: usize = 20;
/// One posting is for one team; more seats are more postings.
pub const SEATS_MAX: u32 = 100;
/// The hours of a week.
pub const WEEK_HOURS_MAX: u32 = 168;
/// How long a posting may stay open, in days: an abandoned one must end by itself.
pub const OPEN_DAYS_MAX: u32 = 90;

/// Screening questions: more than this is an interview.
pub const QUESTIONS_MAX: usize = 5;
/// A question is a sentence or two.
pub const QUESTION_CHARS_MAX: usize = 300;

/// A job on one line.
pub type Title = Line<1, TITLE_CHARS_MAX>;
/// What is to be done.
pub type JobText = Text<1, TEXT_CHARS_MAX>;
/// How many people are wanted.
pub type Seats = Number<1, SEATS_MAX>;
/// Hours of work in a week.
pub type WeekHours = Number<1, WEEK_HOURS_MAX>;
/// How many days a posting is open.
pub type OpenDays = Number<1, OPEN_DAYS_MAX>;
/// Languages that the work needs.
pub type Languages = List<Language, ITEMS_MAX>;
/// What every bid answers.
pub type Questions = List<Line<1, QUESTION_CHARS_MAX>, QUESTIONS_MAX>;
/// Skills that the work needs, the most important first.
pub type Skills = List<Skill, ITEMS_MAX>;

/// A job that a client offers to anybody, until the document's `validUntil`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// The posting that this one takes the place of, if it amends one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anew: Option<Anew>,
    /// Hours of work in a week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours_per_week: Option<WeekHours>,
    /// The node that sequences everything under this job.
    pub home: NodeName,
    /// The language that title and text are written in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// The languages that the work needs.
    pub languages: Languages,
    /// What is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay: Option<Pay>,
    /// Where the work is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The posting of the same client that this one repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predecessor: Option<DocumentId>,
    /// What every bid answers.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub questions: Questions,
    /// When the work is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// How many people are wanted.
    pub seats: Seats,
    /// What the work needs, the most important first.
    pub skills: Skills,
    /// What is to be done.
    pub text: JobText,
    /// The job on one line.
    pub title: Title,
}

/// When work starts and ends, as far as stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// The first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Date>,
    /// The last day, not before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Date>,
}

impl Job {
    pub(super) fn check(&self) -> Result<(), Misfit> {
        self.anew.map_or(Ok(()), |anew| anew.check(Kind::Job))?;
        self.predecessor.map_or(Ok(()), |before| before.expect_kind(&[Kind::Job]))?;
        match self.schedule {
            Some(Schedule { start: Some(start), end: Some(end) }) if end < start => {
                let told =
                    format!("`end` is {end} and `start` is {start}: the last day is not before the first.");
                Err(Misfit::new("schedule", Rejection::BadTime.told(told)))
            }
            Some(Schedule { .. }) | None => Ok(()),
        }
    }
}
