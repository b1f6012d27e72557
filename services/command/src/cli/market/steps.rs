//! Moves: what is named, what is said with it, and whether to do it.

use clap::Args;
use hanse_api::requests::StepRequest;
use hanse_document::Digest;
use hanse_document::kind::TimeSheet;
use hanse_document::kind::step::{self, MilestoneNumber};

use crate::cli::Trial;
use crate::cli::value::{hours, read, words};
use crate::error::CommandError;

/// A move of one thing.
pub trait Step {
    /// The thing.
    fn id(&self) -> &str;
    /// What is said with it.
    ///
    /// # Errors
    /// [`CommandError`] for standard input that cannot be used.
    fn said(&self) -> Result<StepRequest, CommandError>;
    /// Whether to do it.
    fn trial(&self) -> Trial;
}

/// What a move is made with.
pub trait On: Args {
    /// Its id.
    fn id(&self) -> &str;
}

macro_rules! on {
    ($($(#[$doc:meta])* $name:ident { $(#[$of:meta])* $field:ident })+) => {
        $($(#[$doc])*
        #[derive(Debug, Args)]
        pub struct $name {
            $(#[$of])*
            pub $field: String,
        }

        impl On for $name {
            fn id(&self) -> &str {
                &self.$field
            }
        })+
    };
}

on! {
    /// A job.
    OnJob {
        /// Id of your job, `job_…`.
        job
    }
    /// A bid.
    OnBid {
        /// Id of the bid, `bid_…`.
        bid
    }
    /// A contract.
    OnContract {
        /// Id of the contract, `offer_…`.
        contract
    }
    /// Whatever can be turned down or taken back.
    OnThing {
        /// Id of the bid, the contract or the invitation: `bid_…`, `offer_…`, `invitation_…`.
        id
    }
}

/// A move and no word with it.
#[derive(Debug, Args)]
pub struct Bare<I: On> {
    /// With what.
    #[command(flatten)]
    pub on: I,
    /// Whether to do it.
    #[command(flatten)]
    pub trial: Trial,
}

/// A move that may say why.
#[derive(Debug, Args)]
pub struct Because<I: On> {
    /// With what.
    #[command(flatten)]
    pub on: I,
    /// Why.
    #[arg(long, value_name = "TEXT", value_parser = read::<step::Reason>)]
    pub reason: Option<step::Reason>,
    /// Whether to do it.
    #[command(flatten)]
    pub trial: Trial,
}

/// A move that must say why.
#[derive(Debug, Args)]
pub struct Reasoned<I: On> {
    /// With what.
    #[command(flatten)]
    pub on: I,
    /// Why: the other side reads it.
    #[arg(long, value_name = "TEXT", value_parser = read::<step::Reason>)]
    pub reason: step::Reason,
    /// Whether to do it.
    #[command(flatten)]
    pub trial: Trial,
}

/// A move with a word to the other side.
#[derive(Debug, Args)]
pub struct Noted<I: On> {
    /// With what.
    #[command(flatten)]
    pub on: I,
    /// A word to the other side; `-` reads it from standard input.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Whether to do it.
    #[command(flatten)]
    pub trial: Trial,
}

/// Which part of the work.
#[derive(Clone, Copy, Debug, Args)]
pub struct Part {
    /// The number of the milestone or time sheet, where the contract has several: `hanse contract show` lists them.
    #[arg(long, value_name = "N", value_parser = read::<MilestoneNumber>)]
    pub milestone: Option<MilestoneNumber>,
}

/// A move of a contract or a milestone.
#[derive(Debug, Args)]
pub struct OfPart {
    /// With what.
    #[command(flatten)]
    pub moved: Bare<OnContract>,
    /// Which part.
    #[command(flatten)]
    pub part: Part,
}

/// A move of a contract or a milestone, with a word to the other side.
#[derive(Debug, Args)]
pub struct NotedPart {
    /// With what, and the word.
    #[command(flatten)]
    pub noted: Noted<OnContract>,
    /// Which part.
    #[command(flatten)]
    pub part: Part,
}

/// What is to be changed.
#[derive(Debug, Args)]
pub struct Changes {
    /// With what.
    #[command(flatten)]
    pub moved: Bare<OnContract>,
    /// What is to be changed; `-` reads it from standard input.
    #[arg(long, value_name = "TEXT")]
    pub note: String,
    /// Which part.
    #[command(flatten)]
    pub part: Part,
}

/// A delivery.
#[derive(Debug, Args)]
pub struct Delivery {
    /// Contract and note.
    #[command(flatten)]
    pub noted: Noted<OnContract>,
    /// SHA-256 of the work, 64 hex digits; the work itself stays with you.
    #[arg(long, value_name = "HEX", value_parser = read::<Digest>)]
    pub digest: Option<Digest>,
    /// The hours of a contract that is paid by the hour, as in '2026-11-23..2026-11-29 7h30'.
    #[arg(long, value_name = "FROM..TO TIME", value_parser = hours)]
    pub hours: Option<TimeSheet>,
    /// Which part.
    #[command(flatten)]
    pub part: Part,
}

impl<I: On> Step for Bare<I> {
    fn id(&self) -> &str {
        self.on.id()
    }

    fn said(&self) -> Result<StepRequest, CommandError> {
        Ok(StepRequest::default())
    }

    fn trial(&self) -> Trial {
        self.trial
    }
}

impl<I: On> Step for Because<I> {
    fn id(&self) -> &str {
        self.on.id()
    }

    fn said(&self) -> Result<StepRequest, CommandError> {
        Ok(StepRequest { reason: self.reason.clone(), ..StepRequest::default() })
    }

    fn trial(&self) -> Trial {
        self.trial
    }
}

impl<I: On> Step for Reasoned<I> {
    fn id(&self) -> &str {
        self.on.id()
    }

    fn said(&self) -> Result<StepRequest, CommandError> {
        Ok(StepRequest { reason: Some(self.reason.clone()), ..StepRequest::default() })
    }

    fn trial(&self) -> Trial {
        self.trial
    }
}

impl<I: On> Step for Noted<I> {
    fn id(&self) -> &str {
        self.on.id()
    }

    fn said(&self) -> Result<StepRequest, CommandError> {
        let note = self.note.as_deref().map(|note| words("--note", note)).transpose()?;
        Ok(StepRequest { note, ..StepRequest::default() })
    }

    fn trial(&self) -> Trial {
        self.trial
    }
}

impl Step for OfPart {
    fn id(&self) -> &str {
        self.moved.id()
    }

    fn said(&self) -> Result<StepRequest, CommandError> {
        Ok(StepRequest { milestone: self.part.milestone, ..StepRequest::default() })
    }

    fn trial(&self) -> Trial {
        self.moved.trial
    }
}

impl Step for NotedPart {
    fn id(&self) -> &str {
        self.noted.id()
    }

    fn said(&self) -> Result<StepRequest, CommandError> {
        Ok(StepRequest { milestone: self.part.milestone, ..self.noted.said()? })
    }

    fn trial(&self) -> Trial {
        self.noted.trial
    }
}

impl Step for Changes {
    fn id(&self) -> &str {
        self.moved.id()
    }

    fn said(&self) -> Result<StepRequest, CommandError> {
        let note = Some(words("--note", &self.note)?);
        Ok(StepRequest { note, milestone: self.part.milestone, ..StepRequest::default() })
    }

    fn trial(&self) -> Trial {
        self.moved.trial
    }
}

impl Step for Delivery {
    fn id(&self) -> &str {
        self.noted.id()
    }

    fn said(&self) -> Result<StepRequest, CommandError> {
        let Self { digest, hours, part, .. } = self;
        let said = self.noted.said()?;
        Ok(StepRequest { digest: *digest, hours: *hours, milestone: part.milestone, ..said })
    }

    fn trial(&self) -> Trial {
        self.noted.trial
    }
}
