//! Jobs, and invitations to bid on them.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hanse_api::words::JobState;
use hanse_document::kind::job::{OpenDays, QUESTION_CHARS_MAX, Seats, Title, WeekHours};
use hanse_document::kind::{Pay, Place, Point};
use hanse_document::{Date, Did, DocumentId, Line, code};
use hanse_lifecycle::Event;

use super::steps::{Bare, Because, OnJob, Reasoned, Step};
use crate::cli::value::{place, point, read, skill, word};
use crate::cli::{Id, SearchArgs, SkillName, Trial};
use crate::pay;

/// Jobs, and invitations to bid on them.
#[derive(Debug, Subcommand)]
pub enum Jobs {
    /// Post, find, show, change and close jobs.
    #[command(subcommand)]
    Job(JobCommand),
    /// Invite somebody to bid on a job of yours.
    #[command(
        after_help = "Example:\n  hanse invite job_2Zt… did:key:z6Mk… --note 'You have translated our last menu.'"
    )]
    Invite(InviteArgs),
    /// List the invitations that you have got, or those to a job of yours.
    #[command(after_help = "Examples:\n  hanse invitations\n  hanse invitations job_2Zt…")]
    Invitations {
        /// Id of your job.
        job: Option<String>,
    },
    /// Show an invitation.
    #[command(subcommand)]
    Invitation(InvitationCommand),
}

/// Jobs.
#[derive(Debug, Subcommand)]
pub enum JobCommand {
    /// Post a job; title and text are enough, what you leave out is unstated. On a terminal you are asked which skills it needs.
    #[command(after_help = "Examples:\n  \
        hanse job post --title 'Mend a roof' --text 'Forty slates.' --skill roofing --skill 'lead work'\n  \
        hanse job post --title 'Translate a menu' --text 'Two pages, French to English.' --pay 'up to 80 EUR' --remote\n  \
        hanse job post --title 'Wire a café' --text 'Forty sockets.' --question 'Are you insured?' --question 'When can you begin?'\n  \
        hanse job post --file job.json --dry-run")]
    Post(Box<JobArgs>),
    /// Find jobs of the whole federation, newest first.
    #[command(
        after_help = "Examples:\n  hanse job search sound engineer\n  hanse job search '\"live sound\" -wedding' --language en --remote no\n  \
        hanse job search --pay 'from 40 EUR/hour' --near 45.764,4.8357 --within 25"
    )]
    Search(Box<SearchArgs>),
    /// List your own jobs, in whatever state.
    #[command(after_help = "Examples:\n  hanse job list\n  hanse job list --state expired")]
    List {
        /// In one state, as in open or filled; in any, if not said.
        #[arg(long, value_parser = word::<JobState>)]
        state: Option<JobState>,
        /// At most so many.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100))]
        limit: u32,
        /// Where the last page ended, as printed below it.
        #[arg(long)]
        cursor: Option<String>,
    },
    /// Show a job.
    #[command(after_help = "Example:\n  hanse job show job_2Zt…")]
    Show(Id),
    /// Change a job of yours: what you name changes, the rest stays. Whoever has bid is told.
    #[command(after_help = "Examples:\n  hanse job amend job_2Zt… --pay '900 EUR'\n  \
        hanse job amend job_2Zt… --days 14             ends in 14 days from now\n  \
        hanse job amend job_2Zt… --file job.json        replaces the whole posting")]
    Amend(Box<AmendArgs>),
    /// Post a job again that was closed without hiring, or expired: as it was, naming the one that it repeats.
    #[command(after_help = "Example:\n  hanse job repost job_2Zt… --days 14")]
    Repost {
        /// Id of your job.
        job: String,
        /// Days until it expires, 1 to 90; 30, if not said.
        #[arg(long, value_parser = read::<OpenDays>)]
        days: Option<OpenDays>,
        /// Whether to do it.
        #[command(flatten)]
        trial: Trial,
    },
    /// Moves.
    #[command(flatten)]
    Move(JobMove),
}

/// The moves of a job.
#[derive(Debug, Subcommand)]
pub enum JobMove {
    /// Take no bids for a while; those that came stay.
    #[command(after_help = "Example:\n  hanse job pause job_2Zt… --reason 'Reading what has come.'")]
    Pause(Because<OnJob>),
    /// Take bids again.
    #[command(after_help = "Example:\n  hanse job resume job_2Zt…")]
    Resume(Bare<OnJob>),
    /// Say that you still look for somebody: a job of which nothing is heard for 14 days is in no search until then.
    #[command(after_help = "Example:\n  hanse job heartbeat job_2Zt…")]
    Heartbeat(Bare<OnJob>),
    /// Close a job that nobody got; the reason is public.
    #[command(after_help = "Example:\n  hanse job close job_2Zt… --reason 'We did it ourselves.'")]
    Close(Reasoned<OnJob>),
}

/// One invitation.
#[derive(Debug, Subcommand)]
pub enum InvitationCommand {
    /// Show an invitation with its whole history.
    #[command(after_help = "Example:\n  hanse invitation show invitation_7Rw…")]
    Show(Id),
}

/// An invitation.
#[derive(Debug, Args)]
pub struct InviteArgs {
    /// Id of your job.
    pub job: String,
    /// Whom.
    #[arg(value_name = "DID", value_parser = read::<Did>)]
    pub whom: Did,
    /// A word with it; `-` reads it from standard input.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Whether to do it.
    #[command(flatten)]
    pub trial: Trial,
}

/// What a posting says beside its title and text.
#[derive(Debug, Args)]
pub struct JobFacts {
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
    /// How many people; one, if never said.
    #[arg(long, value_parser = read::<Seats>)]
    pub seats: Option<Seats>,
    /// What every bid has to answer (may be repeated, five at most).
    #[arg(long, value_name = "TEXT", value_parser = read::<Line<1, QUESTION_CHARS_MAX>>)]
    pub question: Vec<Line<1, QUESTION_CHARS_MAX>>,
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
    /// Everything else.
    #[command(flatten)]
    pub facts: JobFacts,
    /// Days until it expires, 1 to 90.
    #[arg(long, default_value_t = OpenDays::of::<30>(), value_parser = read::<OpenDays>)]
    pub days: OpenDays,
    /// An earlier job of yours that came to nothing and that this one repeats: whoever reads this one sees it.
    #[arg(long, value_name = "JOB", value_parser = read::<DocumentId>)]
    pub repeats: Option<DocumentId>,
    /// Whether to do it.
    #[command(flatten)]
    pub trial: Trial,
}

/// A posting that is changed; what is absent stays as it was.
#[derive(Debug, Args)]
pub struct AmendArgs {
    /// Id of your job.
    pub job: String,
    /// A JSON file with the whole posting, as the API takes it; `-` reads standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["title", "text", "days"])]
    pub file: Option<PathBuf>,
    /// One line.
    #[arg(long, value_parser = read::<Title>)]
    pub title: Option<Title>,
    /// What is to be done; `-` reads it from standard input.
    #[arg(long)]
    pub text: Option<String>,
    /// Everything else. A list that you name takes the place of the whole list.
    #[command(flatten)]
    pub facts: JobFacts,
    /// Days from now until it expires; as many as there are still, if not said.
    #[arg(long, value_parser = read::<OpenDays>)]
    pub days: Option<OpenDays>,
    /// Whether to do it.
    #[command(flatten)]
    pub trial: Trial,
}

impl JobMove {
    /// The move that it is, and what has happened then.
    #[must_use]
    pub fn step(&self) -> (Event, &dyn Step, &'static str) {
        match self {
            Self::Pause(step) => (Event::Pause, step, "paused"),
            Self::Resume(step) => (Event::Resume, step, "takes bids again"),
            Self::Heartbeat(step) => (Event::Heartbeat, step, "still to be had"),
            Self::Close(step) => (Event::CloseUnfilled, step, "closed"),
        }
    }
}
