//! Record files and scores.

use std::collections::BTreeMap;

use hanse_ledger::{Leaf, Statement};
use hanse_reputation::{Entry, EntryId, Epoch, Explanation, Graph, Label, Parameters, Size, Standpoint};
use hanse_verifier::record::{Question, ScoreReport, score};
use hanse_verifier::{Options, Outcome, Verdict};

use super::{Came, Case, Wrong};
use crate::file::Shelf;
use crate::oracle::quorum;
use crate::world::{History, Line, NAMES, Side, World, now};

/// The epoch of what nobody has dated.
const UNDATED: u32 = u32::MAX;

/// What a record file holds, and who asks about whom.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a, 'w> {
    /// What is shown of the logs.
    pub shelf: &'a Shelf<'w>,
    /// The logs of the file.
    pub logs: &'a [usize],
    /// Who looks.
    pub viewer: usize,
    /// Whether every log, every leaf and every dating of these is there.
    pub whole: bool,
}

/// Checks a record file and judges verdict and score.
///
/// # Errors
/// What is wrong with it.
pub fn record(
    world: &World,
    case: &Case<'_>,
    asked: &Asked<'_, '_>,
    file: &[u8],
    policy: &str,
) -> Result<Came, Wrong> {
    let question = Question {
        viewer: world.people[asked.viewer].did.clone(),
        seen_from: None,
        subject: world.people[case.who].did.clone(),
        history: false,
    };
    let report = match score(file, policy, now(), &Options::default(), &question, None) {
        Ok(report) => report,
        Err(error) if case.honest && world.told.iter().all(|told| told.operators.is_empty()) => {
            return Err(Wrong { says: "an honest record is unusable".into(), report: error.to_string() });
        }
        Err(_) => return Ok(Came::Unusable),
    };
    let judge = Judge { world, case, asked, report: &report };
    match judge.judge() {
        Some(says) => Err(Wrong { says, report: report.to_string() }),
        None => Ok(report.verdict.into()),
    }
}

struct Judge<'a, 'w> {
    world: &'w World,
    case: &'a Case<'a>,
    asked: &'a Asked<'a, 'w>,
    report: &'a ScoreReport,
}

impl Judge<'_, '_> {
    fn judge(&self) -> Option<String> {
        match self.report.verdict {
            Verdict::Valid | Verdict::Partial => self.complete().or_else(|| self.equal()),
            Verdict::Incomplete if self.case.honest => self.excused(),
            Verdict::Invalid if self.case.honest => Some("an honest record is invalid".into()),
            Verdict::Incomplete | Verdict::Invalid => None,
        }
    }

    fn audited(&self, log: usize) -> bool {
        self.world.audited(log, &self.asked.shelf.views[log].lines, self.case.policy)
    }

    /// Whoever says that all is there has all logs of the policy, new and whole.
    fn complete(&self) -> Option<String> {
        if !self.asked.whole {
            return Some("a record from which something was left out is as good as whole".into());
        }
        for log in self.case.policy {
            if !self.asked.logs.contains(log) {
                return Some(format!(
                    "the log of {} is not there, and the verdict does not mind",
                    NAMES[*log]
                ));
            }
            if !self.audited(*log) {
                return Some(format!("nobody vouches for {}, and the verdict does not mind", NAMES[*log]));
            }
        }
        let outside = self.outside();
        (outside != (self.report.verdict == Verdict::Partial)).then(|| {
            format!("contracts at logs outside the policy: {outside}, and the verdict says otherwise")
        })
    }

    /// Whether engagements name logs that the policy does not name.
    fn outside(&self) -> bool {
        let logs = self.asked.logs.iter().filter(|log| self.case.policy.contains(log));
        let mut leaves = logs.flat_map(|log| &self.asked.shelf.views[*log].history.leaves);
        leaves.any(|(bytes, leaf)| {
            let Some(leaf) = leaf else { return false };
            let Some(Statement::Engagement { log, .. }) = leaf.statement() else { return false };
            let own = self.world.contracts.iter().any(|contract| {
                Side::BOTH
                    .iter()
                    .any(|side| contract.engagement(*side).is_some_and(|own| own.bytes() == bytes))
            });
            own && !self.case.policy.iter().any(|operator| log.starts_with(NAMES[*operator]))
        })
    }

    /// The number is the one that all that was said makes.
    fn equal(&self) -> Option<String> {
        let own = self.own_score()?;
        let Some(shown) = &self.report.explanation else { return Some("there is no score".into()) };
        let same =
            shown.score.finding == own.score.finding && shown.own == own.own && shown.voices == own.voices;
        (!same)
            .then(|| format!("the score is {:?}, and should be {:?}", shown.score.finding, own.score.finding))
    }

    fn own_score(&self) -> Option<Explanation> {
        let mut graph =
            Graph::build(Parameters::default(), Epoch::of_day(now().day()), self.entries()).ok()?;
        graph.set_heads(Vec::new());
        let [viewer, subject] = [self.asked.viewer, self.case.who]
            .map(|who| hanse_reputation::SubjectKey::of(&self.world.people[who].did));
        graph.explain(Standpoint::own(viewer), &subject).ok()
    }

    /// What counts of all that is shown.
    fn entries(&self) -> Vec<Entry> {
        let shown = |log: usize| -> Option<&History> {
            let there = self.asked.logs.contains(&log) && self.case.policy.contains(&log);
            there.then(|| self.asked.shelf.views[log].history.as_ref())
        };
        let mut entries: BTreeMap<EntryId, Entry> = BTreeMap::new();
        for who in 0..self.world.people.len() {
            for expected in self.world.expected(who, &shown) {
                // A log that nobody can read decides nothing.
                let Some(said) = expected.review.filter(|_| expected.engaged) else { continue };
                let logs = [Some(expected.log), Some(self.world.people[who].home)];
                let opens = logs.into_iter().flatten().filter_map(|log| {
                    let place = self.open_of(shown(log)?, &said.commit)?;
                    Some((self.epoch(log, place), NAMES[log], place, log))
                });
                let Some((epoch, _, place, log)) = opens.min() else { continue };
                let (_, leaf) = &shown(log).unwrap().leaves[usize::try_from(place).unwrap()];
                let id = EntryId::from_bytes(*leaf.as_ref().unwrap().id().as_bytes());
                let person = |who: usize| hanse_reputation::SubjectKey::of(&self.world.people[who].did);
                let entry = Entry {
                    id,
                    author: person(said.author),
                    subject: person(who),
                    epoch,
                    verdict: Label::of_rating(said.rating).unwrap().verdict(),
                    size: Size::Ordinary,
                };
                entries.insert(id, entry);
            }
        }
        entries.into_values().collect()
    }

    /// Where this history first opens a seal with the key that made it.
    fn open_of(&self, history: &History, commit: &Leaf) -> Option<u64> {
        let opens = |(bytes, leaf): &(Vec<u8>, Option<Leaf>)| {
            let Some(leaf) = leaf else { return false };
            let cites = matches!(leaf.statement(), Some(Statement::Open { cites }) if *cites == commit.id());
            let signers = |leaf: &Leaf| leaf.signatures().iter().map(|(key, _)| *key).collect::<Vec<_>>();
            cites && signers(leaf) == signers(commit) && !self.world.unsigned.contains(bytes)
        };
        u64::try_from(history.leaves.iter().position(opens)?).ok()
    }

    /// The epoch of the first dating above a place.
    fn epoch(&self, log: usize, place: u64) -> Epoch {
        let view = &self.asked.shelf.views[log];
        let heads = &self.world.operators[log].branches[view.branch].heads;
        let mut dated = heads.iter().filter(|head| place < head.size && head.size <= view.history.size());
        dated.find_map(|head| self.dated(log, &head.first())).unwrap_or(Epoch(UNDATED))
    }

    /// When a quorum was complete.
    fn dated(&self, log: usize, lines: &[Line]) -> Option<Epoch> {
        let others = self.case.policy.iter().filter(|operator| **operator != log).count();
        let counts = |line: &&Line| {
            line.by != log && self.case.policy.contains(&line.by) && line.at <= now().unix() + 300
        };
        let mut times: Vec<i64> = lines.iter().filter(counts).map(|line| line.at).collect();
        times.sort_unstable();
        let at = times.get(quorum(others) - 1)?;
        u32::try_from(at.div_euclid(86_400)).ok().map(Epoch::of_day)
    }

    /// An honest record lacks something only where an operator lies, or a lie is of the kind that records must show.
    fn excused(&self) -> Option<String> {
        let world = self.world;
        let record = world.told.iter().any(|told| told.record || !told.operators.is_empty());
        let silent = self.case.policy.iter().any(|log| !self.audited(*log));
        let steps = self.report.steps.iter().filter(|step| step.outcome == Outcome::Incomplete);
        let says: Vec<&str> = steps.map(|step| step.says.as_str()).collect();
        (!record && !silent).then(|| format!("an honest record is incomplete: {}", says.join("; ")))
    }
}
