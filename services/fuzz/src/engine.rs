//! Inputs, changed again and again, and what a target says of each.
//!
//! An input that makes a target say something that it has not said before is changed further. What parsers say is fine enough for that:
//! every reason to refuse has a word of its own.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo, catch_unwind};

use hanse_liars::random::Random;

use crate::cost::allocated;
use crate::targets::Target;

/// Inputs that are changed further: enough for a word each, and a pool through which chance still comes round.
const POOL_MAX: usize = 512;

/// Different words that are counted; a target with more says too much.
const WORDS_MAX: usize = 2_048;

/// Finds of one target, each with another message, after which it is enough.
const FINDS_MAX: usize = 8;

/// Changes of one input at most before it is tried.
const CHANGES_MAX: usize = 6;

/// Executions that shortening one input may take.
const SHORTENINGS_MAX: usize = 2_000;

/// An input that broke something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Find {
    /// The input, as short as it was made.
    pub input: Vec<u8>,
    /// What was broken.
    pub says: String,
}

/// One target, and all that was tried on it.
#[derive(Debug)]
pub struct Campaign<'a> {
    target: &'a Target,
    dice: Random,
    pool: Vec<Vec<u8>>,
    /// How often each word was said.
    pub words: BTreeMap<String, u64>,
    /// An input for each word that no seed made the target say.
    fresh: BTreeMap<String, Vec<u8>>,
    /// Inputs that were tried.
    pub executions: u64,
    /// Inputs that broke something, by what.
    pub finds: BTreeMap<String, Find>,
    /// The greatest cost of an input beyond its budget's base, for each of its bytes.
    pub dearest: usize,
}

impl<'a> Campaign<'a> {
    /// Tries every seed.
    pub fn new(target: &'a Target, seeds: Vec<Vec<u8>>, seed: u64, trace: &mut dyn FnMut(&[u8])) -> Self {
        let name = target.name.bytes().fold(seed, |sum, byte| sum.wrapping_mul(31) ^ u64::from(byte));
        let mut campaign = Self {
            target,
            dice: Random::seeded(name),
            pool: Vec::new(),
            words: BTreeMap::new(),
            fresh: BTreeMap::new(),
            executions: 0,
            finds: BTreeMap::new(),
            dearest: 0,
        };
        for seed in seeds {
            trace(&seed);
            campaign.tried(&seed);
            campaign.pool.push(seed);
        }
        if campaign.pool.is_empty() {
            campaign.pool.push(Vec::new());
        }
        campaign
    }

    /// Tries changed inputs while there is to be `more` after so many executions, and tells each before it is tried.
    pub fn run(&mut self, more: &mut dyn FnMut(u64) -> bool, trace: &mut dyn FnMut(&[u8])) {
        while self.finds.len() < FINDS_MAX && more(self.executions) {
            let input = self.changed();
            trace(&input);
            if let Some(word) = self.tried(&input)
                && self.pool.len() < POOL_MAX
            {
                self.fresh.insert(word, input.clone());
                self.pool.push(input);
            }
        }
        self.shorten();
    }

    fn changed(&mut self) -> Vec<u8> {
        let mut input = self.dice.pick(&self.pool).cloned().unwrap_or_default();
        let other = self.dice.pick(&self.pool).cloned().unwrap_or_default();
        let most = 1 + self.dice.below(CHANGES_MAX);
        for _ in 0..=self.dice.below(most) {
            if let Some(changed) = self.target.change(&mut self.dice, &input, &other) {
                input = changed;
            }
        }
        input.truncate(self.target.bytes_max);
        input
    }

    /// Tries one input; answers its word if it is new.
    fn tried(&mut self, input: &[u8]) -> Option<String> {
        self.executions += 1;
        match run(self.target, input) {
            Ok((word, cost)) => {
                let beyond = cost.saturating_sub(self.target.budget.base);
                self.dearest = self.dearest.max(beyond.checked_div(input.len()).unwrap_or(0));
                if let Some(count) = self.words.get_mut(&word) {
                    *count += 1;
                    return None;
                }
                if WORDS_MAX <= self.words.len() {
                    return None;
                }
                self.words.insert(word.clone(), 1);
                Some(word)
            }
            Err(says) => {
                // One for each place, whatever numbers the message tells.
                let sort = says.chars().take_while(|letter| *letter != '\n').filter(|c| !c.is_numeric());
                let sort: String = sort.take(80).collect();
                self.finds.entry(sort).or_insert_with(|| Find { input: input.to_owned(), says });
                None
            }
        }
    }

    fn shorten(&mut self) {
        for (sort, find) in &mut self.finds {
            let broken = |input: &[u8]| {
                run(self.target, input).err().filter(|says| {
                    says.chars().filter(|c| !c.is_numeric()).collect::<String>().starts_with(sort.as_str())
                })
            };
            find.input = shortened(&find.input, |input| broken(input).is_some());
            find.says = broken(&find.input).unwrap_or_else(|| find.says.clone());
        }
    }

    /// Inputs that made the target say what no seed did, each as short as it was made.
    pub fn said(&self) -> impl Iterator<Item = Vec<u8>> {
        self.fresh.iter().map(|(word, input)| {
            shortened(input, |input| run(self.target, input).is_ok_and(|(said, _)| said == *word))
        })
    }
}

/// The input without whatever can be left out: first halves, then ever smaller pieces.
fn shortened(input: &[u8], holds: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let (mut kept, mut left) = (input.to_owned(), SHORTENINGS_MAX);
    let mut piece = kept.len().div_ceil(2).max(1);
    loop {
        let mut at = 0;
        while at < kept.len() {
            if left == 0 {
                return kept;
            }
            left -= 1;
            let end = kept.len().min(at + piece);
            let without = [&kept[..at], &kept[end..]].concat();
            if holds(&without) {
                kept = without;
            } else {
                at = end;
            }
        }
        if piece == 1 {
            return kept;
        }
        piece = piece.div_ceil(2);
    }
}

/// What the target says of the input and what it cost, or what is broken.
fn run(target: &Target, input: &[u8]) -> Result<(String, usize), String> {
    let before = allocated();
    let ran = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    let cost = allocated().saturating_sub(before);
    let Ok(word) = ran else {
        return Err(PANIC.with_borrow_mut(std::mem::take));
    };
    let budget = target.budget.of(input.len());
    if budget < cost {
        return Err(format!("the budget: {cost} bytes were allocated for {}, of {budget}", input.len()));
    }
    Ok((word, cost))
}

thread_local! {
    /// What the last panic of this thread said.
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static>;

/// While it lives, panics are kept and not printed: a find is told once, and shortening it panics a thousand times.
pub struct Quiet(Option<Hook>);

impl Quiet {
    /// From now on.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "making one changes what panics do")]
    pub fn new() -> Self {
        let before = panic::take_hook();
        panic::set_hook(Box::new(|panic| {
            let text = |payload: &dyn std::any::Any| {
                let owned = payload.downcast_ref::<String>().cloned();
                owned.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            };
            let says = text(panic.payload()).unwrap_or_default();
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            PANIC.set(format!("{place}: {says}"));
        }));
        Self(Some(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        if let Some(before) = self.0.take().filter(|_| !std::thread::panicking()) {
            panic::set_hook(before);
        }
    }
}

impl fmt::Debug for Quiet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Quiet")
    }
}
