//! The longer argument lists.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use hanse_document::kind::bid::BidDays;
use hanse_document::kind::job::{OpenDays, Seats, Title, WeekHours};
use hanse_document::kind::profile::{Headline, PersonName, TravelKm};
use hanse_document::kind::review::{Axis, Rating};
use hanse_document::kind::{Pay, Place, Point, step};
use hanse_document::{Date, Did, Timestamp, code};

use super::SkillName;
use super::value::{axis, place, point, read, skill};
use crate::pay;

/// A thing and nothing more.
#[derive(Debug, Args)]
pub struct Id {
    /// Its id, as tables show it.
    pub id: String,
}

/// A thing that a move is made with.
#[derive(Debug, Args)]
pub struct Moved {
    /// Id of the contract, `offer_…`.
    pub contract: String,
    /// Whether to do it.
    #[command(flatten)]
    pub trial: Trial,
}

/// A thing that a move is made with, and a word with it.
#[derive(Debug, Args)]
pub struct NotedMove {
    /// Id of the contract, `offer_…`.
    pub contract: String,
    /// A word to the other side; `-` reads it from standard input.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Whether to do it.
    #[command(flatten)]
    pub trial: Trial,
}

/// Where a password comes from; asked for, if from nowhere else.
#[derive(Args)]
#[group(id = "current password")]
pub struct Password {
    /// Read the password from this file.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// From the environment, so that it is in no list of processes.
    #[arg(long, env = "HANSE_PASSWORD", hide = true, hide_env_values = true)]
    pub password: Option<String>,
}

impl std::fmt::Debug for Password {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Password").field("password_file", &self.password_file).finish_non_exhaustive()
    }
}

/// Whether to do it.
#[derive(Clone, Copy, Debug, Args)]
pub struct Trial {
    /// Show the document as it would be, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// Why, if one says.
#[derive(Debug, Args)]
pub struct Reason {
    /// Why.
    #[arg(long, value_name = "TEXT", value_parser = read::<step::Reason>)]
    pub reason: Option<step::Reason>,
}

/// An answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum YesNo {
    /// It is so.
    Yes,
    /// It is not so.
    No,
}

impl YesNo {
    pub(crate) fn is_yes(self) -> bool {
        self == Self::Yes
    }
}

/// A profile; what is absent stays as it was.
#[derive(Debug, Args)]
pub struct ProfileArgs {
    /// A JSON file with the whole profile, as the API takes it; `-` reads standard input.
    #[arg(long, value_name = "FILE", exclusive = true)]
    pub file: Option<PathBuf>,
    /// The name to be called by.
    #[arg(long, value_parser = read::<PersonName>)]
    pub name: Option<PersonName>,
    /// One line.
    #[arg(long, value_parser = read::<Headline>)]
    pub headline: Option<Headline>,
    /// A few paragraphs; `-` reads them from standard input.
    #[arg(long)]
    pub about: Option<String>,
    /// A language that you work in, as in fr or pt-BR (may be repeated).
    #[arg(long, value_name = "TAG", value_parser = read::<code::Language>)]
    pub language: Vec<code::Language>,
    /// A skill in your words, or by its id (may be repeated); what no skill is called becomes a tag of your own.
    #[arg(long, value_name = "SKILL", value_parser = skill)]
    pub skill: Vec<SkillName>,
    /// Where you work from, as in 'Lyon, FR'. A town that GeoNames (CC BY 4.0) has is found by those who look near it.
    #[arg(long, value_parser = place)]
    pub place: Option<Place>,
    /// The point of that place, as in 45.764,4.8357, if it is another than the town's.
    #[arg(long, value_name = "LAT,LON", value_parser = point, requires = "place", allow_hyphen_values = true)]
    pub at: Option<Point>,
    /// What you ask for, as in '45 EUR/hour', 'barter: bread' or 'time'.
    #[arg(long, value_parser = pay::parse)]
    pub rate: Option<Pay>,
    /// Whether you work remotely.
    #[arg(long)]
    pub remote: Option<YesNo>,
    /// How far you travel.
    #[arg(long, value_name = "KM", value_parser = read::<TravelKm>)]
    pub travel_km: Option<TravelKm>,
}

/// A posting.
#[derive(Debug, Args)]
pub struct JobArgs {
    /// A JSON file with the whole posting, as the API takes it; `-` reads standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["title", "text"])]
    pub file: Option<PathBuf>,
    /// One line.
    #[arg(long, required_unless_present = "file", value_parser = read::<Title>)]
    pub title: Option<Title>,
    /// What is to be done; `-` reads it from standard input.
    #[arg(long, required_unless_present = "file")]
    pub text: Option<String>,
    /// The language of title and text.
    #[arg(long, value_name = "TAG", value_parser = read::<code::Language>)]
    pub language: Option<code::Language>,
    /// A language that the work needs (may be repeated).
    #[arg(long, value_name = "TAG", value_parser = read::<code::Language>)]
    pub speaks: Vec<code::Language>,
    /// A skill in your words, or by its id (may be repeated); what no skill is called becomes a tag of your own.
    #[arg(long, value_name = "SKILL", value_parser = skill)]
    pub skill: Vec<SkillName>,
    /// What is given in return, as in '45 EUR/hour', '2200-3200 EUR', 'barter: bread' or 'time: 20'.
    #[arg(long, value_parser = pay::parse)]
    pub pay: Option<Pay>,
    /// The work can be done anywhere.
    #[arg(long, conflicts_with = "place")]
    pub remote: bool,
    /// Where, as in 'Lyon, FR'. A town that GeoNames (CC BY 4.0) has is found by those who look near it.
    #[arg(long, value_parser = place)]
    pub place: Option<Place>,
    /// The point of that place, as in 45.764,4.8357, if it is another than the town's.
    #[arg(long, value_name = "LAT,LON", value_parser = point, requires = "place", allow_hyphen_values = true)]
    pub at: Option<Point>,
    /// First day, YYYY-MM-DD.
    #[arg(long, value_name = "DATE", value_parser = read::<Date>)]
    pub start: Option<Date>,
    /// Last day, YYYY-MM-DD.
    #[arg(long, value_name = "DATE", value_parser = read::<Date>)]
    pub end: Option<Date>,
    /// Hours a week.
    #[arg(long, value_name = "HOURS", value_parser = read::<WeekHours>)]
    pub hours_per_week: Option<WeekHours>,
    /// How many people.
    #[arg(long, default_value_t = Seats::of::<1>(), value_parser = read::<Seats>)]
    pub seats: Seats,
    /// Days until it expires, 1 to 90.
    #[arg(long, default_value_t = OpenDays::of::<30>(), value_parser = read::<OpenDays>)]
    pub days: OpenDays,
    /// Whether to do it.
    #[command(flatten)]
    pub trial: Trial,
}

/// A bid.
#[derive(Debug, Args)]
pub struct BidArgs {
    /// Id of the job.
    pub job: String,
    /// Why you; `-` reads it from standard input.
    #[arg(long)]
    pub text: String,
    /// Days that the work takes.
    #[arg(long, value_parser = read::<BidDays>)]
    pub days: Option<BidDays>,
    /// What you ask for, as in '45 EUR/hour' or '1200 EUR'.
    #[arg(long, value_parser = pay::parse)]
    pub pay: Option<Pay>,
    /// The language of the text.
    #[arg(long, value_name = "TAG", value_parser = read::<code::Language>)]
    pub language: Option<code::Language>,
    /// Whether to do it.
    #[command(flatten)]
    pub trial: Trial,
}

/// An offer.
#[derive(Debug, Args)]
pub struct OfferArgs {
    /// Id of the bid.
    pub bid: String,
    /// What is to be done; `-` reads it from standard input.
    #[arg(long)]
    pub scope: String,
    /// By when, YYYY-MM-DD: today to 3,650 days from now.
    #[arg(long, value_name = "DATE", value_parser = read::<Date>)]
    pub due: Date,
    /// For what, as in '1200 EUR'.
    #[arg(long, value_parser = pay::parse)]
    pub pay: Option<Pay>,
    /// The language of the scope.
    #[arg(long, value_name = "TAG", value_parser = read::<code::Language>)]
    pub language: Option<code::Language>,
    /// Whether to do it.
    #[command(flatten)]
    pub trial: Trial,
}

/// A review.
#[derive(Debug, Args)]
pub struct ReviewArgs {
    /// Id of the contract, `offer_…`.
    pub contract: String,
    /// A JSON file with the whole review, as the API takes it; `-` reads standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["rating", "axis", "on_time", "text", "language"])]
    pub file: Option<PathBuf>,
    /// 1 to 5.
    #[arg(long, required_unless_present = "file", value_parser = read::<Rating>)]
    pub rating: Option<Rating>,
    /// A rating of one trait, as in quality=5 (may be repeated).
    #[arg(long, value_name = "NAME=1..5", value_parser = axis)]
    pub axis: Vec<(Axis, Rating)>,
    /// Whether the other side was on time.
    #[arg(long)]
    pub on_time: Option<YesNo>,
    /// Your words; `-` reads them from standard input.
    #[arg(long)]
    pub text: Option<String>,
    /// The language of your words.
    #[arg(long, value_name = "TAG", value_parser = read::<code::Language>)]
    pub language: Option<code::Language>,
    /// Whether to do it.
    #[command(flatten)]
    pub trial: Trial,
}

/// What to verify.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The evidence file.
    pub file: PathBuf,
    /// The policy file: whom you trust.
    #[arg(long, value_name = "FILE")]
    pub policy: PathBuf,
    /// The time to judge at, YYYY-MM-DDTHH:MM:SSZ; this machine's, if absent.
    #[arg(long, value_name = "TIME", value_parser = read::<Timestamp>)]
    pub now: Option<Timestamp>,
    /// Oldest cosignature that counts, in seconds; two days, if absent.
    #[arg(long, value_name = "SECONDS")]
    pub max_age: Option<u32>,
    /// Count a contract in a log that the policy does not name as outside, and exit 0; without this, such a file is partial and exits with 1.
    #[arg(long)]
    pub within_policy: bool,
}

/// Where a record comes from and goes to.
#[derive(Debug, Args)]
pub struct RecordArgs {
    /// URLs of the nodes; each keeps its own log and those of its peers.
    #[arg(required = true, value_name = "URL")]
    pub nodes: Vec<String>,
    /// The file to write, or to go on with.
    #[arg(short, long, value_name = "FILE")]
    pub out: PathBuf,
}

/// Who looks at whom, and by what.
#[derive(Debug, Args)]
pub struct ScoreArgs {
    /// Who looks.
    #[arg(long, value_name = "DID", value_parser = read::<Did>)]
    pub viewer: Did,
    /// From whose place, if not the viewer's own: an adopted standpoint.
    #[arg(long, value_name = "DID", value_parser = read::<Did>)]
    pub seen_from: Option<Did>,
    /// At whom.
    #[arg(long, value_name = "DID", value_parser = read::<Did>)]
    pub subject: Did,
    /// The record file, as `hanse record` fetches it.
    #[arg(long, value_name = "FILE")]
    pub evidence: PathBuf,
    /// The policy file: whom you trust.
    #[arg(long, value_name = "FILE")]
    pub policy: PathBuf,
    /// A node's answer, as JSON, to compare with bit by bit.
    #[arg(long, value_name = "FILE")]
    pub served: Option<PathBuf>,
    /// Tell how the number came about, entry by entry.
    #[arg(long)]
    pub history: bool,
    /// The language of the reasons.
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub language: Language,
    /// The time to judge at, YYYY-MM-DDTHH:MM:SSZ; this machine's, if absent.
    #[arg(long, value_name = "TIME", value_parser = read::<Timestamp>)]
    pub now: Option<Timestamp>,
    /// Oldest cosignature that counts, in seconds; two days, if absent.
    #[arg(long, value_name = "SECONDS")]
    pub max_age: Option<u32>,
    /// Count a contract in a log that the policy does not name as outside, and exit 0; without this, such a file is partial and exits with 1.
    #[arg(long)]
    pub within_policy: bool,
}

/// The language of the reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// English.
    En,
    /// French.
    Fr,
}

impl Language {
    /// Its tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
        }
    }
}
