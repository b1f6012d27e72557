//! Files under policies: a verifier survives them, and a changed one says nothing new that holds.
//!
//! An input is a policy, a line of three hyphens, and a file.

use std::sync::LazyLock;

use hanse_document::{Did, Timestamp};
use hanse_liars::file::{Shelf, bytes_of, evidence, record};
use hanse_liars::judge::Came;
use hanse_liars::mutate::{Content, Kind, check};
use hanse_liars::oracle::policies;
use hanse_liars::run::make;
use hanse_liars::world::NOW;
use hanse_verifier::record::{Question, score};
use hanse_verifier::{Options, Verdict};
use serde_json::{Value, json};

use super::{PLAIN, Target, reason};
use crate::cost::Budget;
use crate::mutate::{JSON, LINES, SIGN};

const BETWEEN: &str = "\n---\n";

/// Worlds from which files are taken.
const WORLDS: u64 = 6;

/// The longest file that is taken: short ones have everything too, and are tried more often.
const BYTES_MAX: usize = 48 * 1024;

/// A policy, a file, and what stands in it.
struct Base {
    policy: String,
    file: Vec<u8>,
    came: Came,
    content: Content,
}

impl Base {
    /// Of a file that holds.
    fn of(kind: &Kind, policy: &str, file: Vec<u8>) -> Option<Self> {
        let (came, content) = check(kind, &file, policy);
        let holds = matches!(came, Came::Valid | Came::Partial) && file.len() <= BYTES_MAX;
        holds.then(|| Self { policy: policy.trim_end().to_owned(), file, came, content })
    }

    fn input(&self) -> Vec<u8> {
        [self.policy.as_bytes(), BETWEEN.as_bytes(), &self.file].concat()
    }
}

static EVIDENCE: LazyLock<Vec<Base>> = LazyLock::new(|| {
    let mut bases = Vec::new();
    for seed in 0..WORLDS {
        let (world, plan) = make(seed);
        let policy = world.policy(&policies()[0]);
        let bases_of = (0..world.people.len()).filter_map(|who| {
            let shelf = Shelf::of(&world, &plan, world.people[who].home);
            Base::of(&Kind::Evidence, &policy, evidence(&shelf, who).to_string().into_bytes())
        });
        // Of one world the longest, which says most, and the shortest.
        let mut of_world: Vec<Base> = bases_of.collect();
        of_world.sort_by_key(|base| base.file.len());
        let last = (1 < of_world.len()).then(|| of_world.pop()).flatten();
        bases.extend(of_world.into_iter().next().into_iter().chain(last));
    }
    bases
});

/// A record with its question.
static RECORD: LazyLock<(Kind, Question, Base)> = LazyLock::new(|| (0..60).find_map(a_record).unwrap());

fn a_record(seed: u64) -> Option<(Kind, Question, Base)> {
    let (world, plan) = make(seed);
    let among = &policies()[0];
    let said = world.said.iter().find(|said| said.binds)?;
    let contract = &world.contracts[said.contract];
    let did = |who: usize| world.people[who].did.as_str().to_owned();
    let (viewer, subject) = (did(contract.party(said.side)), did(contract.party(said.side.other())));
    let shelf = Shelf::of(&world, &plan, 0);
    let file = bytes_of(&record(&shelf, &shelf.logs(among)));
    let parsed = [&viewer, &subject].map(|did| Did::parse(did).unwrap());
    let [viewer_did, subject_did] = parsed;
    let question = Question { viewer: viewer_did, seen_from: None, subject: subject_did, history: false };
    let kind = Kind::Record { viewer, subject };
    let base = Base::of(&kind, &world.policy(among), file)?;
    Some((kind, question, base))
}

fn parts(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let at = bytes.windows(BETWEEN.len()).position(|window| window == BETWEEN.as_bytes())?;
    Some((std::str::from_utf8(&bytes[..at]).ok()?, &bytes[at + BETWEEN.len()..]))
}

pub(super) const VERIFY: Target = Target {
    name: "verify",
    bytes_max: 64 * 1024,
    mutators: &[JSON, JSON, SIGN, LINES],
    made: || EVIDENCE.iter().map(Base::input).collect(),
    budget: Budget { base: 8 * 1024 * 1024, each: 2_048 },
    slow: 3,
    run: verify_evidence,
    ..PLAIN
};

/// Whoever changes a file without the keys of those who signed it makes nothing hold that did not hold before.
fn says_nothing_new(policy: &str, (came, content): &(Came, Content), bases: &[Base]) {
    let of_policy: Vec<&Base> = bases.iter().filter(|base| base.policy == policy.trim_end()).collect();
    if of_policy.is_empty() || !matches!(came, Came::Valid | Came::Partial) {
        return;
    }
    let said = of_policy.iter().any(|base| *came <= base.came && content.is_like(&base.content, true));
    assert!(said, "{came:?}, and nobody has signed {content:?}");
}

fn verify_evidence(bytes: &[u8]) -> String {
    let Some((policy, file)) = parts(bytes) else { return "no file".into() };
    let found = check(&Kind::Evidence, file, policy);
    says_nothing_new(policy, &found, &EVIDENCE);
    let (came, content) = found;
    let reviews = content.reviews.len().min(2);
    format!(
        "{} {reviews} reviews, {} slots, {} foreign",
        came.word(),
        content.slots.len().min(3),
        content.foreign.min(1)
    )
}

pub(super) const SCORE: Target = Target {
    name: "score",
    bytes_max: 64 * 1024,
    mutators: &[JSON, SIGN, LINES, LINES],
    made: || vec![RECORD.2.input()],
    budget: Budget { base: 8 * 1024 * 1024, each: 2_048 },
    slow: 10,
    run: score_record,
    ..PLAIN
};

fn score_record(bytes: &[u8]) -> String {
    let Some((policy, file)) = parts(bytes) else { return "no file".into() };
    let (kind, question, base) = &*RECORD;
    says_nothing_new(policy, &check(kind, file, policy), std::slice::from_ref(base));
    match score(file, policy, now(), &Options::default(), question, None) {
        Ok(report) => {
            let voices = report.explanation.as_ref().map_or(0, |explanation| explanation.voices.len().min(2));
            format!("{:?} {} logs, {voices} voices", report.verdict, report.logs.len().min(3))
        }
        Err(error) => reason(&error),
    }
}

fn now() -> Timestamp {
    Timestamp::parse(NOW).unwrap()
}

pub(super) const SERVED: Target = Target {
    name: "served",
    bytes_max: 32 * 1024,
    mutators: &[JSON, JSON, JSON, LINES],
    made: || vec![honest_answer().to_string().into_bytes()],
    budget: Budget { base: 8 * 1024 * 1024, each: 2_048 },
    slow: 5,
    run: served,
    ..PLAIN
};

/// What an honest node serves.
fn honest_answer() -> Value {
    let (_, question, base) = &*RECORD;
    let report = score(&base.file, &base.policy, now(), &Options::default(), question, None).unwrap();
    json!({"explanation": report.explanation, "summary": report.summary})
}

/// An answer of a node, held against the logs.
fn served(bytes: &[u8]) -> String {
    static HONEST: LazyLock<Value> = LazyLock::new(honest_answer);
    let (_, question, base) = &*RECORD;
    match score(&base.file, &base.policy, now(), &Options::default(), question, Some(bytes)) {
        Ok(report) => {
            if matches!(report.verdict, Verdict::Valid | Verdict::Partial) {
                let answer: Value = serde_json::from_slice(bytes).unwrap();
                let (explanation, honest) = (&answer["explanation"], &HONEST["explanation"]);
                let same = |pointer: &str| explanation.pointer(pointer) == honest.pointer(pointer);
                // Of another state of the logs another answer is true.
                if same("/score/heads") && same("/score/epoch") {
                    assert_eq!(explanation, honest, "a node may not serve what the logs do not say");
                }
            }
            format!("{:?}", report.verdict)
        }
        Err(error) => reason(&error),
    }
}
