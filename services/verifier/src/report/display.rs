//! The report for people: the verdict, every step with its values, the record, and what is not proved.

use std::fmt::{self, Display, Formatter};

use super::{
    CheckStep, ContractReport, Coverage, EntryReport, LogReport, Outcome, Report, ReviewReport, SlotReport,
    SlotState, Standing, Verdict,
};

/// Width of the words before a step, and of the labels below it.
const WORD: usize = 10;

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "Evidence about {}", self.subject)?;
        writeln!(f, "{:WORD$} {}", "checked", self.now)?;
        writeln!(f, "{:WORD$} {}", "made", self.made)?;
        let home = self.home.as_ref().map_or("unknown", |home| home.as_str());
        writeln!(f, "{:WORD$} {home}", "home")?;
        let key = self
            .custody
            .as_ref()
            .map_or_else(|| "the person".to_owned(), |node| format!("{node}, for the person"));
        writeln!(f, "{:WORD$} {key}", "key held by")?;
        writeln!(f, "\nSteps")?;
        self.steps.iter().try_for_each(|step| write!(f, "{step}"))?;
        writeln!(f, "\nLogs")?;
        self.logs.iter().try_for_each(|log| write!(f, "{log}"))?;
        writeln!(f, "\nRecord")?;
        if self.contracts.is_empty() {
            writeln!(f, "  no contract")?;
        }
        self.contracts.iter().try_for_each(|contract| write!(f, "{contract}"))?;
        let others = self.entries.iter().filter(|entry| entry.standing != Standing::Counts);
        for entry in others {
            write!(f, "{entry}")?;
        }
        writeln!(f, "\nNot proved by any such file")?;
        self.not_proved.iter().try_for_each(|line| writeln!(f, "  - {line}"))?;
        writeln!(f, "\n{}", self.sentence())
    }
}

impl Report {
    /// The verdict in a sentence that says what it does not cover.
    #[must_use]
    pub fn sentence(&self) -> String {
        let but_for = |in_policy: bool| {
            let listed = self.uncovered.iter().filter(|uncovered| uncovered.in_policy == in_policy);
            listed.map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        match self.verdict {
            Verdict::Valid => {
                "VALID: complete up to these checkpoints, and every part is what its signers signed."
                    .to_owned()
            }
            Verdict::Partial => {
                format!("PARTIAL: complete but for {}, which this policy does not name.", but_for(false))
            }
            Verdict::Incomplete => {
                let missing = but_for(true);
                let (colon, what) = if missing.is_empty() { ("", "") } else { (": ", missing.as_str()) };
                format!(
                    "INCOMPLETE: nothing shown is wrong, and something that must be shown is not{colon}{what}."
                )
            }
            Verdict::Invalid => "INVALID: something in the file is not what it claims to be.".to_owned(),
        }
    }
}

impl Display for CheckStep {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let word = match self.outcome {
            Outcome::Holds => "ok",
            Outcome::Note => "note",
            Outcome::Partial => "PARTIAL",
            Outcome::Incomplete => "INCOMPLETE",
            Outcome::Invalid => "INVALID",
        };
        writeln!(f, "  {word:WORD$} {}: {}", self.name, self.says)?;
        for pair in &self.compared {
            if pair.stated == pair.computed {
                writeln!(f, "  {:WORD$}   {}: {}", "", pair.what, pair.stated)?;
            } else {
                writeln!(f, "  {:WORD$}   {}: {}; against {}", "", pair.what, pair.stated, pair.computed)?;
            }
        }
        Ok(())
    }
}

impl Display for LogReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let covered = match self.coverage {
            Coverage::Audited => "complete",
            Coverage::IndexNotAudited => "index not audited",
            Coverage::Unwitnessed => "unwitnessed",
            Coverage::NotInPolicy => "not covered by the policy",
            Coverage::Wrong => "holds what no log may hold",
            Coverage::Broken => "proofs fail",
        };
        let Self { origin, size, about, foreign, auditors, others, .. } = self;
        let audited = auditors.len();
        // Of a log for which nobody vouches no leaf was looked at.
        let foreign = if self.coverage == Coverage::Audited {
            format!(", {foreign} of them foreign")
        } else {
            String::new()
        };
        writeln!(
            f,
            "  {origin}: {covered}; {size} leaves, {about} about the person{foreign}; {audited} of {others} auditors"
        )
    }
}

impl Display for ContractReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.terms {
            Some(terms) => {
                writeln!(f, "  {:?} in {}, due {}", terms.role, terms.contract, self.due)?;
                let alone = if self.confirmed { "" } else { ", by the person's word alone" };
                writeln!(f, "    {:WORD$} {}{alone}", "with", terms.counterparty)?;
            }
            None => writeln!(f, "  contract at {} of the home log, due {}", self.index, self.due)?,
        }
        self.slots.iter().try_for_each(|slot| write!(f, "{slot}"))
    }
}

impl Display for SlotReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.settled {
            writeln!(f, "    {:WORD$} confirmed by the other side", "payment")?;
        }
        let says = match self.state {
            SlotState::Reviewed => return self.review.iter().try_for_each(|review| write!(f, "{review}")),
            SlotState::DocumentMissing => "open, and cannot be shown from this file",
            SlotState::Void => {
                let why = self.why.as_deref().unwrap_or_default();
                return writeln!(f, "    {:WORD$} open, and does not count: {why}", "review");
            }
            SlotState::Sealed => "sealed, not opened",
            SlotState::Open => "none yet",
            SlotState::Expired => "none, and the due day is over",
            SlotState::NotCovered => "unknown: the file does not cover the other side's log, which decides",
            SlotState::Outside => "unknown: the policy does not name the other side's log, which decides",
        };
        writeln!(f, "    {:WORD$} {says}", "review")
    }
}

impl Display for ReviewReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "    {:WORD$} {} of 5", "review", self.rating)?;
        for (axis, rating) in &self.axes {
            write!(f, ", {} {rating}", format!("{axis:?}").to_lowercase())?;
        }
        match self.on_time {
            Some(true) => writeln!(f, ", on time")?,
            Some(false) => writeln!(f, ", late")?,
            None => writeln!(f)?,
        }
        writeln!(f, "    {:WORD$} {}", "by", self.author)?;
        if let Some(node) = &self.claims_custody {
            writeln!(f, "    {:WORD$} {node}, by the author's own claim, which nobody checked", "key with")?;
        }
        if let Some(text) = &self.text {
            writeln!(f, "    {:WORD$} {text:?}", "text")?;
        }
        if let Some(why) = &self.text_missing {
            writeln!(f, "    {:WORD$} not shown: {why}", "text")?;
        }
        if let Some(reply) = &self.reply {
            writeln!(f, "    {:WORD$} {reply:?}", "reply")?;
        }
        Ok(())
    }
}

impl Display for EntryReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let why = match &self.standing {
            Standing::Counts => "counts",
            Standing::NotCounted(why) => why,
            Standing::Foreign => "foreign: by nobody entitled, weighs nothing",
        };
        writeln!(f, "  {} at {} of {}: {why}", self.kind, self.index, self.origin)
    }
}
