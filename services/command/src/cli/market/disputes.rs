//! Disputes, and people who rule in them.

use clap::{Args, Subcommand};
use hanse_api::requests::{ArbiterRequest, DisputeRequest, DisputeStepRequest};
use hanse_document::kind::dispute::{Award, Digests, Fee};
use hanse_document::kind::step::MilestoneNumber;
use hanse_document::kind::{Outcome, Then};
use hanse_document::{Digest, Language, List, Skill};
use hanse_lifecycle::Event;

use crate::cli::value::{Who, read, who, words};
use crate::cli::{Id, Trial};
use crate::error::CommandError;

/// What two do not agree on.
#[derive(Debug, Subcommand)]
pub enum Disputes {
    /// List the disputes that you have a part in, also as an arbiter; or all over one contract.
    #[command(after_help = "Examples:\n  hanse disputes\n  hanse disputes offer_5Qx…")]
    Disputes {
        /// Id of a contract of yours, `offer_…`.
        contract: Option<String>,
    },
    /// A dispute, and what is done in one.
    #[command(subcommand)]
    Dispute(DisputeCommand),
    /// List people who rule in disputes.
    #[command(after_help = "Example:\n  hanse arbiters")]
    Arbiters,
    /// Rule in disputes yourself.
    #[command(subcommand)]
    Arbiter(ArbiterCommand),
}

/// One dispute.
#[derive(Debug, Subcommand)]
pub enum DisputeCommand {
    /// Show a dispute: what was said, what stands, what you can do, and what happens by itself.
    #[command(after_help = "Example:\n  hanse dispute show dispute_4Tz…")]
    Show(Id),
    /// Answer a claim, within 7 days.
    #[command(
        after_help = "Example:\n  hanse dispute respond dispute_4Tz… --text 'It hung straight on the day.'"
    )]
    Respond(Answer),
    /// Say why you did not answer in time; then you can.
    #[command(
        after_help = "Example:\n  hanse dispute reopen dispute_4Tz… --text 'I was in hospital until Monday.'"
    )]
    Reopen(Said),
    /// Propose how to end it; without `--then`, agree to what the other side proposes.
    #[command(
        after_help = "Examples:\n  hanse dispute settle dispute_4Tz… --then closes --award 'The client keeps 200 EUR.'\n  \
        hanse dispute settle dispute_4Tz…"
    )]
    Settle(Settlement),
    /// Ask the arbiter of the contract to rule.
    #[command(after_help = "Example:\n  hanse dispute escalate dispute_4Tz…")]
    Escalate(Quiet),
    /// Rule, if you are the arbiter who is asked.
    #[command(
        after_help = "Example:\n  hanse dispute rule dispute_4Tz… --then goes_on --text 'The photograph is of the other gate.'"
    )]
    Rule(Ruling),
    /// Ask the next arbiter of the contract to rule.
    #[command(
        after_help = "Example:\n  hanse dispute appeal dispute_4Tz… --text 'The number is on the post.'"
    )]
    Appeal(Said),
    /// Take your claim back.
    #[command(after_help = "Example:\n  hanse dispute withdraw dispute_4Tz…")]
    Withdraw(Quiet),
}

/// What one does as an arbiter.
#[derive(Debug, Subcommand)]
pub enum ArbiterCommand {
    /// Say that you rule in disputes; replaces what you said before.
    #[command(
        after_help = "Example:\n  hanse arbiter announce --field local:wrought-iron --language fr --fee '80 EUR an hour' \
        --terms 'Write to arbiter@a.example.'"
    )]
    Announce(ArbiterArgs),
    /// Show what somebody says of themselves, and what came of asking them.
    #[command(after_help = "Example:\n  hanse arbiter show did:key:z6Mk…")]
    Show {
        /// Whom; `me` is you.
        #[arg(value_parser = who)]
        who: Who,
    },
    /// Take no new cases.
    #[command(after_help = "Example:\n  hanse arbiter withdraw")]
    Withdraw,
}

/// A claim.
#[derive(Debug, Args)]
pub struct DisputeArgs {
    /// Id of the contract, `offer_…`.
    pub contract: String,
    /// What is wrong; `-` reads it from standard input.
    #[arg(long, value_name = "TEXT")]
    pub claim: String,
    /// What is to become of the contract: goes_on, closes or terminates.
    #[arg(long, value_name = "WHAT", value_parser = read::<Then>)]
    pub then: Then,
    /// What one side is to owe the other.
    #[arg(long, value_name = "TEXT", value_parser = read::<Award>)]
    pub award: Option<Award>,
    /// The milestone that it is about; without it, all of the contract.
    #[arg(long, value_name = "N", value_parser = read::<MilestoneNumber>)]
    pub milestone: Option<MilestoneNumber>,
    /// SHA-256 of what shows it, 64 hex digits (may be repeated).
    #[arg(long, value_name = "HEX", value_parser = read::<Digest>)]
    pub evidence: Vec<Digest>,
    /// Whether to do it.
    #[command(flatten)]
    pub trial: Trial,
}

/// A move and no word with it.
#[derive(Debug, Args)]
pub struct Quiet {
    /// Id of the dispute, `dispute_…`.
    pub dispute: String,
    /// Whether to do it.
    #[command(flatten)]
    pub trial: Trial,
}

/// A move that says why.
#[derive(Debug, Args)]
pub struct Said {
    /// With what.
    #[command(flatten)]
    pub moved: Quiet,
    /// Why; everybody who has a part in the dispute reads it. `-` reads it from standard input.
    #[arg(long, value_name = "TEXT")]
    pub text: String,
}

/// An answer to a claim.
#[derive(Debug, Args)]
pub struct Answer {
    /// With what, and the answer.
    #[command(flatten)]
    pub said: Said,
    /// SHA-256 of what shows it, 64 hex digits (may be repeated).
    #[arg(long, value_name = "HEX", value_parser = read::<Digest>)]
    pub evidence: Vec<Digest>,
    /// What you ask for in turn.
    #[command(flatten)]
    pub outcome: OutcomeArgs,
}

/// A settlement.
#[derive(Debug, Args)]
pub struct Settlement {
    /// With what.
    #[command(flatten)]
    pub moved: Quiet,
    /// How to end it.
    #[command(flatten)]
    pub outcome: OutcomeArgs,
}

/// A ruling.
#[derive(Debug, Args)]
pub struct Ruling {
    /// With what, and the reasons.
    #[command(flatten)]
    pub said: Said,
    /// What becomes of the contract: goes_on, closes or terminates.
    #[arg(long, value_name = "WHAT", value_parser = read::<Then>)]
    pub then: Then,
    /// What one side owes the other.
    #[arg(long, value_name = "TEXT", value_parser = read::<Award>)]
    pub award: Option<Award>,
}

/// How a dispute ends.
#[derive(Debug, Args)]
pub struct OutcomeArgs {
    /// What becomes of the contract: goes_on, closes or terminates.
    #[arg(long, value_name = "WHAT", value_parser = read::<Then>)]
    pub then: Option<Then>,
    /// What one side owes the other.
    #[arg(long, value_name = "TEXT", value_parser = read::<Award>, requires = "then")]
    pub award: Option<Award>,
}

/// What one says of oneself as an arbiter.
#[derive(Debug, Args)]
pub struct ArbiterArgs {
    /// How to reach you, and on what terms you rule; `-` reads it from standard input.
    #[arg(long, value_name = "TEXT")]
    pub terms: String,
    /// What a ruling costs; nothing if not said.
    #[arg(long, value_name = "TEXT", value_parser = read::<Fee>)]
    pub fee: Option<Fee>,
    /// A skill that you know about (may be repeated).
    #[arg(long, value_name = "SKILL", value_parser = read::<Skill>)]
    pub field: Vec<Skill>,
    /// A language that you read a dispute in (may be repeated).
    #[arg(long, value_name = "TAG", value_parser = read::<Language>)]
    pub language: Vec<Language>,
    /// Whether to do it.
    #[command(flatten)]
    pub trial: Trial,
}

fn digests(given: &[Digest]) -> Result<Digests, CommandError> {
    List::new(given.to_vec())
        .map_err(|rejection| CommandError::Input(format!("--evidence: {}", rejection.detail())))
}

impl OutcomeArgs {
    fn outcome(&self) -> Option<Outcome> {
        self.then.map(|then| Outcome { then, award: self.award.clone() })
    }
}

impl DisputeArgs {
    /// What is asked of the node.
    ///
    /// # Errors
    /// [`CommandError`] for standard input that cannot be used.
    pub fn request(&self) -> Result<DisputeRequest, CommandError> {
        Ok(DisputeRequest {
            claim: words("--claim", &self.claim)?,
            evidence: digests(&self.evidence)?,
            milestone: self.milestone,
            outcome: Outcome { then: self.then, award: self.award.clone() },
        })
    }
}

impl ArbiterArgs {
    /// What is asked of the node.
    ///
    /// # Errors
    /// [`CommandError`] for standard input that cannot be used.
    pub fn request(&self) -> Result<ArbiterRequest, CommandError> {
        let refused = |what: &str, rejection: hanse_document::Rejection| {
            CommandError::Input(format!("{what}: {}", rejection.detail()))
        };
        Ok(ArbiterRequest {
            fee: self.fee.clone(),
            fields: List::new(self.field.clone()).map_err(|rejection| refused("--field", rejection))?,
            languages: List::new(self.language.clone())
                .map_err(|rejection| refused("--language", rejection))?,
            terms: words("--terms", &self.terms)?,
        })
    }
}

/// A move: the event, the dispute, what is said, whether to do it, and what has happened then.
pub type DisputeMove<'a> = (Event, &'a Quiet, DisputeStepRequest, &'static str);

impl DisputeCommand {
    /// The move that it is; `None` if it shows one.
    ///
    /// # Errors
    /// [`CommandError`] for standard input that cannot be used.
    pub fn step(&self) -> Result<Option<DisputeMove<'_>>, CommandError> {
        let text = |said: &Said| {
            Ok::<_, CommandError>(DisputeStepRequest {
                text: Some(words("--text", &said.text)?),
                ..DisputeStepRequest::default()
            })
        };
        let nothing = DisputeStepRequest::default();
        Ok(Some(match self {
            Self::Show(_) => return Ok(None),
            Self::Respond(Answer { said, evidence, outcome }) => {
                let evidence = digests(evidence)?;
                let request = DisputeStepRequest { evidence, outcome: outcome.outcome(), ..text(said)? };
                (Event::Respond, &said.moved, request, "answered")
            }
            Self::Reopen(said) => (Event::Reopen, &said.moved, text(said)?, "reopened"),
            Self::Settle(Settlement { moved, outcome }) => {
                let request = DisputeStepRequest { outcome: outcome.outcome(), ..nothing };
                (Event::Settle, moved, request, "settlement signed")
            }
            Self::Escalate(moved) => (Event::Escalate, moved, nothing, "escalated"),
            Self::Rule(Ruling { said, then, award }) => {
                let outcome = Some(Outcome { then: *then, award: award.clone() });
                (Event::Rule, &said.moved, DisputeStepRequest { outcome, ..text(said)? }, "ruled")
            }
            Self::Appeal(said) => (Event::Appeal, &said.moved, text(said)?, "appealed"),
            Self::Withdraw(moved) => (Event::Withdraw, moved, nothing, "taken back"),
        }))
    }
}
