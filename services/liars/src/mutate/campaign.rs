//! Many changes of many files, counted.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use super::{Base, Content, FAMILIES, Kind, Mutation, Second, changes_who_vouches, check};
use crate::judge::Came;
use crate::random::Random;

/// What is told of the first few mistakes of each sort; the others are counted.
const TOLD: usize = 5;

/// The counts of one family.
#[derive(Clone, Copy, Default, Debug)]
pub struct Row {
    /// Files that were changed so.
    pub tried: u64,
    /// By verdict, as in [`Came::ALL`].
    pub came: [u64; Came::ALL.len()],
    /// Files about which the second implementation was asked.
    pub asked: u64,
}

/// Everything that was tried.
#[derive(Clone, Default, Debug)]
pub struct Campaign {
    /// By family.
    pub rows: BTreeMap<&'static str, Row>,
    /// What must not be, in words.
    pub wrong: Vec<String>,
    /// How often.
    pub mistakes: BTreeMap<&'static str, u64>,
    /// The file that took longest.
    pub slowest: (Duration, String),
}

impl Campaign {
    /// Changes these files so often in each family, and asks the second implementation about every `every`th evidence file.
    pub fn run(&mut self, bases: &[Base], rounds: usize, seed: u64, mut second: Option<(&mut Second, u64)>) {
        for base in bases.iter().filter(|base| base.kind == Kind::Evidence) {
            let whole =
                Mutation { says: String::new(), bytes: base.bytes.clone(), policy: base.policy.clone() };
            self.one("unchanged", base, &whole, second.as_mut().map(|(second, _)| &mut **second));
        }
        for (family, mutate) in FAMILIES {
            for (place, base) in bases.iter().enumerate() {
                let mut dice = Random::seeded(seed);
                // A sequence of its own for each family and file: one that is added changes no other.
                let name: u64 = family.bytes().fold(7, |sum, byte| sum * 31 % 1_000_003 + u64::from(byte));
                dice = Random::seeded(dice.next() ^ name << 20 ^ u64::try_from(place).unwrap_or(0));
                for round in 0..rounds {
                    let Some(mutation) = mutate(base, &mut dice) else { continue };
                    let turn = u64::try_from(round + place).unwrap_or(0);
                    let asked = second.as_mut().filter(|(_, every)| turn % *every == 0);
                    self.one(family, base, &mutation, asked.map(|(second, _)| &mut **second));
                }
            }
        }
    }

    fn one(&mut self, family: &'static str, base: &Base, mutation: &Mutation, second: Option<&mut Second>) {
        let begun = Instant::now();
        let checked = || check(&base.kind, &mutation.bytes, &mutation.policy);
        let found = catch_unwind(AssertUnwindSafe(checked));
        let took = begun.elapsed();
        let row = self.rows.entry(family).or_default();
        row.tried += 1;
        if self.slowest.0 < took {
            self.slowest = (took, format!("{family} of {}: {}", base.name, mutation.says));
        }
        let Ok((came, content)) = found else {
            self.mistake("panics", family, base, mutation, "");
            return;
        };
        row.came[Came::ALL.iter().position(|other| *other == came).unwrap_or(0)] += 1;
        let good = matches!(came, Came::Valid | Came::Partial);
        if good && base.came < came && !family.starts_with("policy") {
            self.mistake("better than before", family, base, mutation, "");
        }
        if good && base.came == came && !content.is_like(&base.content, changes_who_vouches(family)) {
            let differs = format!("{content:?}\nand before {:?}", base.content);
            self.mistake("other content", family, base, mutation, &differs);
        }
        if let Some(second) = second.filter(|_| base.kind == Kind::Evidence) {
            self.compare(family, base, mutation, (came, content), second);
        }
    }

    fn compare(
        &mut self,
        family: &'static str,
        base: &Base,
        mutation: &Mutation,
        (came, content): (Came, Content),
        second: &mut Second,
    ) {
        self.rows.entry(family).or_default().asked += 1;
        match second.ask(base, mutation) {
            Err(error) => self.mistake("no answer", family, base, mutation, &error.to_string()),
            Ok(answer) if answer.came != came => {
                let differs = format!("{} here, {} there", came.word(), answer.came.word());
                self.mistake("other verdict", family, base, mutation, &differs);
            }
            Ok(answer) => {
                let there = answer.content.unwrap_or_default().sorted();
                let here = content.sorted();
                if there != here {
                    let differs = format!("{here:?}\nhere, and there {there:?}");
                    self.mistake("other content there", family, base, mutation, &differs);
                }
            }
        }
    }

    fn mistake(&mut self, sort: &'static str, family: &str, base: &Base, mutation: &Mutation, differs: &str) {
        let count = self.mistakes.entry(sort).or_default();
        *count += 1;
        if usize::try_from(*count).is_ok_and(|count| count <= TOLD) {
            self.wrong.push(format!(
                "{sort}: {family} of the file \"{}\": {}\n{differs}",
                base.name, mutation.says
            ));
        }
    }

    /// How many files were tried.
    #[must_use]
    pub fn tried(&self) -> u64 {
        self.rows.values().map(|row| row.tried).sum()
    }
}

impl fmt::Display for Campaign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:26}{:>8}", "", "tried")?;
        for came in Came::ALL {
            write!(f, "{:>11}", came.word())?;
        }
        write!(f, "{:>10}", "compared")?;
        for (family, row) in &self.rows {
            write!(f, "\n{family:26}{:>8}", row.tried)?;
            for count in row.came {
                write!(f, "{count:>11}")?;
            }
            write!(f, "{:>10}", row.asked)?;
        }
        write!(f, "\n{} files; the slowest took {:?}: {}", self.tried(), self.slowest.0, self.slowest.1)?;
        for (sort, count) in &self.mistakes {
            write!(f, "\n{count} × {sort}")?;
        }
        for wrong in &self.wrong {
            write!(f, "\n\n{wrong}")?;
        }
        Ok(())
    }
}
