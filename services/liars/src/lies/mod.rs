//! Who lies, and how: everything that the keys of the liars allow.

pub mod files;
mod fresh;
mod logs;
mod people;
pub mod records;

use std::collections::BTreeSet;
use std::fmt;

use crate::world::{NAMES, Plan, World};

/// Most auditors that lie: fewer than a quorum of the four others (PROTOCOL.md 7.3).
const LYING_AUDITORS_MAX: usize = 2;

/// Most lies in one world: enough for two to meet, few enough to see which one mattered.
const LIES_MAX: usize = 4;

/// A lie that was told.
#[derive(Clone, Debug)]
pub struct Told {
    /// Which.
    pub lie: Lie,
    /// Operators whose people, and whose people's partners, may have files that are incomplete for it.
    pub operators: BTreeSet<usize>,
    /// People whose own files need not be valid any more.
    pub people: BTreeSet<usize>,
    /// Whether scores lack something for it, though evidence does not.
    pub record: bool,
}

/// All who lie in a world.
#[derive(Clone, Debug)]
pub struct Liars {
    /// Operators who lie in their logs.
    pub operators: Vec<usize>,
    /// People.
    pub people: Vec<usize>,
}

macro_rules! lies {
    ($($(#[$doc:meta])* $lie:ident => $tell:path,)*) => {
        /// A kind of lie.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Lie {
            $($(#[$doc])* $lie,)*
        }

        impl Lie {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$lie,)*];

            /// Tells this lie, if these liars can.
            fn tell(self, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<Told> {
                match self {
                    $(Self::$lie => $tell(self, world, plan, liars),)*
                }
            }
        }
    };
}

lies! {
    /// The home does not file what stands in the author's log.
    NoCopy => logs::no_copy,
    /// The author's home does not log a sealed review.
    NoCommit => logs::no_commit,
    /// The author's home never opens it.
    NoOpen => logs::no_open,
    /// The author's home does not log a confirmed payment.
    NoSettle => logs::no_settle,
    /// A home does not log an engagement, and perhaps outcomes all the same.
    NoEngagement => logs::no_engagement,
    /// A leaf stands in the tree, and the index counts it for nobody.
    HideFromIndex => logs::hide_from_index,
    /// A review is opened and kept back.
    KeepReview => logs::keep_review,
    /// The text of a review is kept back.
    KeepText => logs::keep_text,
    /// Leaves come in another order.
    Reorder => logs::reorder,
    /// Two histories, one of which no honest auditor follows.
    Fork => logs::fork,
    /// Two histories, each followed by some of the honest auditors.
    SplitFork => logs::split_fork,
    /// A lying auditor dates its cosignatures wrong.
    CosignTimes => logs::cosign_times,
    /// An operator cosigns with the key that does not say that it audited.
    Silence => logs::silence,
    /// A leaf stands twice.
    LeafTwice => logs::leaf_twice,
    /// A leaf out of form.
    OutOfForm => logs::out_of_form,
    /// The log does not begin with the index of nothing.
    BeginWrongly => logs::begin_wrongly,
    /// Leaves of unknown types, as deep as a leaf may be, about anybody.
    UnknownLeaves => logs::unknown_leaves,
    /// Leaves about people by keys that nobody entitled.
    ForeignLeaves => logs::foreign_leaves,
    /// The same leaf id under another's signature.
    StrangersCopy => logs::strangers_copy,
    /// An engagement of another log, as it is.
    TrueCopy => logs::true_copy,
    /// An outcome whose signature does not fit.
    BadSignature => logs::bad_signature,
    /// Leaves claim impossible days.
    DayClaims => fresh::day_claims,
    /// A thief commits first, in the log of the rated person's home.
    StolenAtHome => people::stolen_at_home,
    /// A thief commits first, in the author's log.
    StolenInTheirLog => people::stolen_in_their_log,
    /// The author commits to two reviews.
    CommitTwice => people::commit_twice,
    /// The author opens a review twice.
    OpenTwice => people::open_twice,
    /// A second identity document of one key.
    SecondIdentity => people::second_identity,
    /// A contract with somebody who never heard of it, whose slot key its inventor holds.
    InventedPartner => fresh::invented_partner,
    /// The same with several slots.
    ManySlots => fresh::many_slots,
    /// One own slot key in two contracts.
    SlotTwice => fresh::slot_twice,
    /// A review that claims the rated person's role.
    WrongRole => fresh::wrong_role,
    /// A review of another contract.
    WrongContract => fresh::wrong_contract,
    /// A review of somebody else.
    WrongPerson => fresh::wrong_person,
    /// A review that cites the rated person's engagement as the author's.
    WrongEngagement => fresh::wrong_engagement,
    /// A review by somebody else, sealed with the partner's slot key.
    WrongAuthor => fresh::wrong_author,
    /// A claim that some node holds the author's key.
    FalseCustody => fresh::false_custody,
    /// A text that nobody is ever given.
    TextNeverGiven => fresh::text_never_given,
    /// A text by somebody else.
    TextByAnother => fresh::text_by_another,
    /// A document of another kind as text.
    TextNoText => fresh::text_no_text,
    /// A review that is no document.
    NoDocument => fresh::no_document,
    /// A review that claims to be years old.
    EarlyReview => fresh::early_review,
    /// Two answers to one review.
    ReplyTwice => people::reply_twice,
    /// An answer to no review.
    ReplyToNothing => people::reply_to_nothing,
}

impl fmt::Display for Lie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Told {
    /// A lie that costs nobody's file its verdict.
    pub(crate) const fn harmless(lie: Lie) -> Self {
        Self { lie, operators: BTreeSet::new(), people: BTreeSet::new(), record: false }
    }

    pub(crate) fn by(mut self, operators: impl IntoIterator<Item = usize>) -> Self {
        self.operators.extend(operators);
        self
    }

    pub(crate) fn of(mut self, people: impl IntoIterator<Item = usize>) -> Self {
        self.people.extend(people);
        self
    }

    pub(crate) const fn in_records(mut self) -> Self {
        self.record = true;
        self
    }
}

impl Liars {
    /// Whether this operator lies in its log.
    #[must_use]
    pub fn holds(&self, operator: usize) -> bool {
        self.operators.contains(&operator)
    }
}

/// Chooses liars, and lets them change what an honest world planned.
pub fn tell(world: &mut World, plan: &mut Plan) {
    if world.dice.chance(1, 8) {
        return;
    }
    for _ in 0..world.dice.below(LYING_AUDITORS_MAX + 1) {
        let auditor = world.dice.below(NAMES.len());
        world.lying_auditors.insert(auditor);
    }
    let liars = choose(world);
    world.lying_logs.extend(&liars.operators);
    for _ in 0..=world.dice.below(LIES_MAX) {
        let lie = *world.dice.pick(Lie::ALL).unwrap();
        let told = lie.tell(world, plan, &liars);
        world.told.extend(told);
    }
}

fn choose(world: &mut World) -> Liars {
    let half = |world: &mut World, count: usize| -> Vec<usize> {
        (0..count).filter(|_| world.dice.chance(1, 2)).collect()
    };
    let mut operators = half(world, NAMES.len());
    operators.extend(world.lying_auditors.iter().copied());
    operators.sort_unstable();
    operators.dedup();
    let people = half(world, world.people.len());
    Liars { operators, people }
}
