//! The files that are changed.

use serde_json::Value;

use super::content::{Content, check};
use super::tree::Shapes;
use crate::file::{Shelf, bytes_of, evidence, record};
use crate::judge::Came;
use crate::oracle::policies;
use crate::run::make;
use crate::world::{NOW, World};

/// Worlds that are looked through for files of each kind.
const SEEDS: u64 = 60;

/// Files of one kind, so that what one lacks another has.
const EACH: usize = 2;

/// Record files: they take longest.
const RECORDS: usize = 3;

/// Which file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// One person's.
    Evidence,
    /// All logs, with who looks at whom.
    Record {
        /// Who looks.
        viewer: String,
        /// At whom.
        subject: String,
    },
}

/// A file with its policy, and what a verifier says of it.
#[derive(Clone, Debug)]
pub struct Base {
    /// What it has.
    pub name: String,
    /// Which file.
    pub kind: Kind,
    /// Its JSON: one value, or one a line.
    pub values: Vec<Value>,
    /// What stands where in it.
    pub shapes: Shapes,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The JSON of another file of the kind.
    pub other: Vec<Value>,
    /// The policy.
    pub policy: String,
    /// When it is checked.
    pub now: String,
    /// The verdict.
    pub came: Came,
    /// What it says.
    pub content: Content,
}

impl Base {
    /// The bytes of these values, as a file of this kind.
    #[must_use]
    pub fn write(&self, values: &[Value]) -> Vec<u8> {
        match self.kind {
            Kind::Evidence => values.first().map(Value::to_string).unwrap_or_default().into_bytes(),
            Kind::Record { .. } => bytes_of(values),
        }
    }

    fn new(name: &str, kind: Kind, values: Vec<Value>, policy: String) -> Self {
        let mut base = Self {
            name: name.to_owned(),
            kind,
            shapes: Shapes::of(&values),
            bytes: Vec::new(),
            other: values.clone(),
            values,
            policy,
            now: NOW.to_owned(),
            came: Came::Unusable,
            content: Content::default(),
        };
        base.bytes = base.write(&base.values);
        (base.came, base.content) = check(&base.kind, &base.bytes, &base.policy);
        base
    }
}

/// What a file must have to be of a kind.
type Has = fn(&Base) -> bool;

fn states(base: &Base, state: &str) -> usize {
    base.content.slots.iter().filter(|slot| slot.1 == state).count()
}

const KINDS: &[(&str, Has)] = &[
    ("several reviews", |base| 2 <= base.content.reviews.len()),
    ("answered", |base| base.content.reviews.iter().any(|review| review.4.is_some())),
    ("paid", |base| base.content.slots.iter().any(|slot| slot.2)),
    ("empty", |base| base.content.slots.is_empty()),
    ("sealed", |base| 0 < states(base, "sealed")),
    ("void", |base| 0 < states(base, "void")),
    ("expired", |base| 0 < states(base, "expired")),
    ("outside", |base| base.came == Came::Partial),
    ("foreign", |base| 0 < base.content.foreign),
    ("two logs", |base| base.values[0]["parts"].as_array().is_some_and(|parts| parts.len() == 2)),
    ("many logs", |base| base.values[0]["parts"].as_array().is_some_and(|parts| 2 < parts.len())),
];

/// Files of every kind, from worlds in which some lie, and two records.
#[must_use]
pub fn bases() -> Vec<Base> {
    let mut bases: Vec<Base> = Vec::new();
    for seed in 0..SEEDS {
        let (world, plan) = make(seed);
        let policies = policies();
        let policy = if seed % 5 == 4 { &policies[1] } else { &policies[0] };
        for who in 0..world.people.len() {
            let shelf = Shelf::of(&world, &plan, world.people[who].home);
            let base = Base::new("", Kind::Evidence, vec![evidence(&shelf, who)], world.policy(policy));
            if !matches!(base.came, Came::Valid | Came::Partial) {
                continue;
            }
            let lacking = KINDS.iter().find(|(name, has)| {
                has(&base) && bases.iter().filter(|other| other.name == *name).count() < EACH
            });
            if let Some((name, _)) = lacking {
                bases.push(Base { name: (*name).to_owned(), ..base });
            }
        }
        let records = bases.iter().filter(|base| base.kind != Kind::Evidence).count();
        if records < RECORDS {
            let record = a_record(&world, &Shelf::of(&world, &plan, 0), policy);
            bases.extend(record.filter(|base| matches!(base.came, Came::Valid | Came::Partial)));
        }
    }
    let files: Vec<Vec<Value>> = bases.iter().map(|base| base.values.clone()).collect();
    let kinds: Vec<bool> = bases.iter().map(|base| base.kind == Kind::Evidence).collect();
    for (place, base) in bases.iter_mut().enumerate() {
        let others = (1..files.len()).map(|ahead| (place + ahead) % files.len());
        let other = others.into_iter().find(|other| kinds[*other] == kinds[place]);
        base.other = files[other.unwrap_or(place)].clone();
    }
    bases
}

fn a_record(world: &World, shelf: &Shelf<'_>, policy: &[usize]) -> Option<Base> {
    let did = |who: usize| world.people[who].did.as_str().to_owned();
    let rated = world.said.iter().find(|said| said.binds).map(|said| {
        let contract = &world.contracts[said.contract];
        (contract.party(said.side), contract.party(said.side.other()))
    });
    let (viewer, subject) = rated.map(|(viewer, subject)| (did(viewer), did(subject)))?;
    let values = record(shelf, &shelf.logs(policy));
    Some(Base::new("record", Kind::Record { viewer, subject }, values, world.policy(policy)))
}
