//! Evidence files.

use std::borrow::Cow;
use std::collections::BTreeMap;

use hanse_ledger::{Leaf, Statement};
use hanse_verifier::{ContractReport, Options, Outcome, Report, ReviewReport, Verdict, verify};
use serde_json::Value;

use super::{Came, Case, Wrong};
use crate::oracle::Expected;
use crate::world::{History, NAMES, Said, World, now, operator_of};

/// What a file shows of a log: a state that the log signed, and whether enough vouch for it lately.
struct Shown<'w> {
    history: Cow<'w, History>,
    audited: bool,
}

/// Checks a file and judges the verdict.
///
/// # Errors
/// What is wrong with it.
pub fn evidence(world: &World, case: &Case<'_>, file: &[u8], policy: &str) -> Result<Came, Wrong> {
    let report = match verify(file, policy, now(), &Options::default()) {
        Ok(report) => report,
        Err(error) if case.honest && !world.operator_lies(world.people[case.who].home) => {
            return Err(Wrong { says: "an honest file is unusable".into(), report: error.to_string() });
        }
        Err(_) => return Ok(Came::Unusable),
    };
    let judge = Judge { world, case, report: &report };
    match judge.judge(file) {
        Some(says) => Err(Wrong { says, report: report.to_string() }),
        None => Ok(report.verdict.into()),
    }
}

struct Judge<'a, 'w> {
    world: &'w World,
    case: &'a Case<'a>,
    report: &'a Report,
}

impl<'w> Judge<'_, 'w> {
    fn judge(&self, file: &[u8]) -> Option<String> {
        if self.report.verdict == Verdict::Invalid {
            return if self.case.honest && !self.world.person_lies(self.case.who) {
                Some("an honest file is invalid".into())
            } else {
                None
            };
        }
        let shown = self.shown(file);
        self.said().or_else(|| self.complete(&shown)).or_else(|| self.spoiled(&shown))
    }

    /// The states that the file shows, by log.
    fn shown(&self, file: &[u8]) -> BTreeMap<usize, Shown<'w>> {
        let file: Value = serde_json::from_slice(file).unwrap_or_default();
        let parts = file["parts"].as_array().cloned().unwrap_or_default();
        let shown = parts.iter().filter_map(|part| {
            let log = operator_of(part["origin"].as_str()?)?;
            let note = part["checkpoint"].as_str()?;
            let mut lines = note.split('\n').skip(1);
            let (size, root) = (lines.next()?.parse().ok()?, lines.next()?);
            let (history, lines) = self.world.signed(log, size, root)?;
            // Whatever lines the file shows, these are all that there are.
            Some((log, Shown { history, audited: self.world.audited(log, &lines, self.case.policy) }))
        });
        shown.collect()
    }

    /// Nothing is shown that was not said.
    fn said(&self) -> Option<String> {
        for contract in &self.report.contracts {
            for slot in &contract.slots {
                if let Some(review) = &slot.review
                    && let Some(says) = self.true_review(contract, review)
                {
                    return Some(says);
                }
                if slot.settled && !self.paid(contract) {
                    return Some(format!(
                        "a payment that nobody confirmed counts for {}",
                        contract.engagement
                    ));
                }
            }
        }
        None
    }

    fn true_review(&self, contract: &ContractReport, review: &ReviewReport) -> Option<String> {
        let Some(said) = self.world.said.iter().find(|said| said.commit.id().hex() == review.commit) else {
            return Some(format!("a review is shown that nobody sealed: {}", review.commit));
        };
        let of = &self.world.contracts[said.contract];
        let engagement = of.engagement(said.side.other()).map(|leaf| leaf.id().hex());
        let author = &self.world.people[said.author].did;
        let same = said.binds
            && of.party(said.side.other()) == self.case.who
            && engagement.as_deref() == Some(contract.engagement.as_str())
            && *author == review.author
            && said.rating == review.rating
            && (review.text.is_none() || review.text == said.text);
        (!same)
            .then(|| format!("a review counts that does not bind, or says something else: {}", review.commit))
    }

    /// Whether the freelancer of this contract confirmed a payment.
    fn paid(&self, contract: &ContractReport) -> bool {
        self.world.settled.iter().any(|settled| {
            let of = &self.world.contracts[settled.contract];
            of.agreed && of.client == self.case.who && of.of_client.id().hex() == contract.engagement
        })
    }

    /// Whoever says that all is there shows all that stands in the logs.
    fn complete(&self, shown: &BTreeMap<usize, Shown<'w>>) -> Option<String> {
        if !matches!(self.report.verdict, Verdict::Valid | Verdict::Partial) {
            return None;
        }
        let home = self.world.people[self.case.who].home;
        if !shown.get(&home).is_some_and(|home| home.audited) {
            return Some("the home log is not audited, and the verdict does not mind".into());
        }
        let histories = |log: usize| shown.get(&log).map(|shown| shown.history.as_ref());
        for expected in self.world.expected(self.case.who, &histories) {
            if let Some(says) = self.shows(&expected, shown) {
                return Some(says);
            }
        }
        None
    }

    fn shows(&self, expected: &Expected<'w>, shown: &BTreeMap<usize, Shown<'w>>) -> Option<String> {
        let name = NAMES[expected.log];
        let found =
            self.report.contracts.iter().find(|contract| contract.engagement == expected.engagement.hex());
        let Some(found) = found else {
            return Some(format!("a contract with somebody at {name} is not shown"));
        };
        let reviews: Vec<&ReviewReport> =
            found.slots.iter().filter_map(|slot| slot.review.as_ref()).collect();
        let settled = found.slots.iter().any(|slot| slot.settled);
        if !self.case.policy.contains(&expected.log) {
            if self.report.verdict == Verdict::Valid {
                return Some(format!("{name} is not in the policy, and the verdict does not mind"));
            }
            return (settled || !reviews.is_empty())
                .then(|| format!("an outcome counts though nobody vouches for {name}"));
        }
        if !shown.get(&expected.log).is_some_and(|log| log.audited) {
            return Some(format!("nobody vouches for the log of {name}, and the verdict does not mind"));
        }
        if (expected.settled || expected.review.is_some()) && !expected.engaged {
            return Some(format!(
                "an outcome without an engagement at {name}, and the verdict does not mind"
            ));
        }
        if settled != expected.settled {
            return Some(format!("settled is {settled}, and stands in the logs as {}", expected.settled));
        }
        match (expected.review, &reviews[..]) {
            (None, []) => None,
            (Some(said), [review]) => self.shows_review(said, review, shown),
            (None, _) => Some("a review counts that does not stand in the logs so".into()),
            (Some(said), _) => Some(format!("a review that counts is not shown: {}", said.commit.id())),
        }
    }

    fn shows_review(
        &self,
        said: &Said,
        review: &ReviewReport,
        shown: &BTreeMap<usize, Shown<'w>>,
    ) -> Option<String> {
        if review.commit != said.commit.id().hex() {
            return Some(format!("{} counts, and {} is shown", said.commit.id(), review.commit));
        }
        let person = &self.world.people[self.case.who];
        let home = shown.get(&person.home)?;
        let replies = home.history.leaves.iter().any(|(bytes, leaf)| {
            let by_person = |leaf: &Leaf| {
                matches!(leaf.signatures(), [(key, _)] if *key == person.key.public())
                    && matches!(leaf.statement(), Some(Statement::Reply { cites, .. }) if *cites == said.commit.id())
            };
            !self.world.unsigned.contains(bytes) && leaf.as_ref().is_some_and(by_person)
        });
        (replies != review.reply.is_some()).then(|| "an answer is not shown, or none was given".into())
    }

    /// Nobody but their own home and those of their partners spoils an honest person's file.
    fn spoiled(&self, shown: &BTreeMap<usize, Shown<'w>>) -> Option<String> {
        let (world, who) = (self.world, self.case.who);
        let home = world.people[who].home;
        if !self.case.honest || world.person_lies(who) {
            return None;
        }
        let histories = |log: usize| shown.get(&log).map(|shown| shown.history.as_ref());
        let logs: Vec<usize> = world.expected(who, &histories).iter().map(|expected| expected.log).collect();
        let named = |log: &usize| self.case.policy.contains(log);
        let blamed: Vec<usize> = logs
            .iter()
            .copied()
            .chain([home])
            .filter(|log| {
                let lies = world.operator_lies(*log) || !shown.get(log).is_some_and(|shown| shown.audited);
                (named(log) && lies) || (*log == home && !named(log))
            })
            .collect();
        let outside = logs.iter().any(|log| !named(log));
        match self.report.verdict {
            Verdict::Valid => None,
            Verdict::Partial if outside => None,
            Verdict::Incomplete if !blamed.is_empty() => {
                let names = blamed.iter().any(|log| self.names(NAMES[*log]));
                (!names).then(|| "the verdict is incomplete, and does not name whose log is at fault".into())
            }
            verdict => {
                Some(format!("an honest file is {verdict:?}, and no log that it rests on is at fault"))
            }
        }
    }

    /// Whether what is incomplete is said to be so because of this operator.
    fn names(&self, name: &str) -> bool {
        let mut steps = self.report.steps.iter().filter(|step| step.outcome == Outcome::Incomplete);
        let compared = |text: &String| text.contains(name);
        steps.any(|step| {
            compared(&step.name)
                || compared(&step.says)
                || step.compared.iter().any(|pair| compared(&pair.stated) || compared(&pair.computed))
        }) || self.report.uncovered.iter().any(|uncovered| uncovered.log.starts_with(name))
    }
}
