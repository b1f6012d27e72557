//! One world: made, lied in, and every file of it judged.

use std::fmt::Write as _;

use crate::file::{Shelf, bytes_of, evidence, record};
use crate::judge::{self, Asked, Came, Case, Tally, Wrong};
use crate::lies;
use crate::lies::files::FileLie;
use crate::lies::records::RecordLie;
use crate::oracle::policies;
use crate::random::Random;
use crate::world::{NAMES, Plan, World, honest, play};

/// Files of liars about one person, and records of liars, in one world: enough that every kind meets every lie in some thousand worlds.
const BENT_FILES: usize = 3;

/// Files of homes in one world: of most of its people.
const HONEST_FILES: usize = 3;

/// One world in so many has its records judged: a record holds all logs, and takes as long as all evidence together.
const RECORD_WORLDS: u64 = 4;

/// What came of many worlds.
#[derive(Clone, Default, Debug)]
pub struct Seen {
    /// By what was told about logs, for files that whoever hands them over did not bend.
    pub told: Tally,
    /// By how the file was bent.
    pub bent: Tally,
}

/// A world from a seed, with its liars.
#[must_use]
pub fn make(seed: u64) -> (World, Plan) {
    let (mut world, mut plan) = honest(seed);
    lies::tell(&mut world, &mut plan);
    play(&mut world, &plan);
    (world, plan)
}

/// Makes the world of a seed and judges its files.
///
/// # Errors
/// The first wrong verdict, with all that tells why.
pub fn run(seed: u64, seen: &mut Seen) -> Result<(), String> {
    let (world, plan) = make(seed);
    let mut dice = Random::seeded(!seed);
    let policies = policies();
    let policy = if dice.chance(3, 4) { &policies[0] } else { &policies[1 + dice.below(NAMES.len())] };
    let run = Run { world: &world, plan: &plan, policy, text: world.policy(policy) };
    run.honest(&mut dice, seen)?;
    run.bent(&mut dice, seen)?;
    if seed.is_multiple_of(RECORD_WORLDS) { run.records(&mut dice, seen) } else { Ok(()) }
}

struct Run<'w> {
    world: &'w World,
    plan: &'w Plan,
    policy: &'w [usize],
    text: String,
}

impl Run<'_> {
    fn case(&self, who: usize, honest: bool) -> Case<'_> {
        Case { who, policy: self.policy, honest }
    }

    fn count(&self, file: &str, came: Came, seen: &mut Seen) {
        if self.world.told.is_empty() {
            seen.told.count(&format!("{file}, nobody lies"), came);
        }
        for told in &self.world.told {
            seen.told.count(&format!("{file}, {}", told.lie), came);
        }
    }

    /// The files of some, as their homes make them.
    fn honest(&self, dice: &mut Random, seen: &mut Seen) -> Result<(), String> {
        let first = dice.below(self.world.people.len());
        let people = self.world.people.iter().enumerate().cycle().skip(first);
        for (who, person) in people.take(HONEST_FILES) {
            let shelf = Shelf::of(self.world, self.plan, person.home);
            let file = evidence(&shelf, who).to_string().into_bytes();
            let case = self.case(who, true);
            let came = judge::evidence(self.world, &case, &file, &self.text)
                .map_err(|wrong| self.failed("the file that the home makes", who, &wrong))?;
            self.count("evidence", came, seen);
        }
        Ok(())
    }

    /// What liars make of files.
    fn bent(&self, dice: &mut Random, seen: &mut Seen) -> Result<(), String> {
        for _ in 0..BENT_FILES {
            let who = dice.below(self.world.people.len());
            let maker = dice.below(NAMES.len());
            let mut shelf = Shelf::of(self.world, self.plan, maker);
            shelf.holds_all = dice.chance(1, 2);
            let lie = *dice.pick(FileLie::ALL).unwrap_or(&FileLie::NoPart);
            let Some(file) = lie.make(&shelf, who, dice) else { continue };
            let (file, case) = (file.to_string().into_bytes(), self.case(who, false));
            let came = judge::evidence(self.world, &case, &file, &self.text)
                .map_err(|wrong| self.failed(&format!("a file bent by {lie}"), who, &wrong))?;
            seen.bent.count(&format!("evidence, {lie}"), came);
        }
        Ok(())
    }

    /// Who looks at whom: mostly somebody who has said something of the other, so that there is a number.
    fn asked(&self, dice: &mut Random) -> (usize, usize) {
        let people = self.world.people.len();
        let said = dice.pick(&self.world.said).filter(|_| dice.chance(3, 4));
        let parties = said.map(|said| {
            let contract = &self.world.contracts[said.contract];
            (contract.party(said.side), contract.party(said.side.other()))
        });
        let who = dice.below(people);
        parties.unwrap_or(((who + 1 + dice.below(people - 1)) % people, who))
    }

    fn records(&self, dice: &mut Random, seen: &mut Seen) -> Result<(), String> {
        let (viewer, who) = self.asked(dice);
        let node = dice.below(NAMES.len());
        let shelf = Shelf::of(self.world, self.plan, node);
        let logs = shelf.logs(self.policy);
        let file = bytes_of(&record(&shelf, &logs));
        let asked = Asked { shelf: &shelf, logs: &logs, viewer, whole: true };
        let honest = !self.world.operator_lies(node);
        let came = judge::record(self.world, &self.case(who, honest), &asked, &file, &self.text)
            .map_err(|wrong| self.failed("a record", who, &wrong))?;
        self.count("record", came, seen);

        let lie = *dice.pick(RecordLie::ALL).unwrap_or(&RecordLie::Cut);
        let Some(bent) = lie.make(&shelf, &logs, dice) else { return Ok(()) };
        let asked = Asked { shelf: &bent.shelf, logs: &bent.logs, viewer, whole: bent.whole };
        let came = judge::record(self.world, &self.case(who, false), &asked, &bent.bytes, &self.text)
            .map_err(|wrong| self.failed(&format!("a record bent by {lie}"), who, &wrong))?;
        seen.bent.count(&format!("record, {lie}"), came);
        Ok(())
    }

    /// All that tells why a verdict is wrong.
    fn failed(&self, file: &str, who: usize, wrong: &Wrong) -> String {
        let world = self.world;
        let mut text = format!("SEED={}: {file}, about person {who}: {wrong}\n", world.seed);
        let named: Vec<&str> = self.policy.iter().map(|operator| NAMES[*operator]).collect();
        let _infallible = writeln!(text, "policy: {}", named.join(" "));
        let name = |operators: &std::collections::BTreeSet<usize>| -> Vec<&str> {
            operators.iter().map(|operator| NAMES[*operator]).collect()
        };
        let _infallible = writeln!(
            text,
            "lying auditors: {:?}, silent ones: {:?}",
            name(&world.lying_auditors),
            name(&world.silent_auditors)
        );
        for told in &world.told {
            let _infallible =
                writeln!(text, "lie: {} by {:?}, people {:?}", told.lie, name(&told.operators), told.people);
        }
        for (who, person) in world.people.iter().enumerate() {
            let home = NAMES[person.home];
            let _infallible = writeln!(text, "person {who}: {home}, {}", person.did);
        }
        for (place, contract) in world.contracts.iter().enumerate() {
            let [client, freelancer] = [contract.client, contract.freelancer];
            let _infallible = writeln!(text, "contract {place}: {client} hires {freelancer}");
        }
        text
    }
}
