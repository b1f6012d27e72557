//! Who lies, and how: everything that the keys of the liars allow.

pub mod files;
mod fresh;
mod logs;
mod people;
pub mod records;

pub use crate::lie::{Lie, LieTold};
use crate::world::{NAMES, Plan, World};

/// Most auditors that lie: fewer than a quorum of the four others (PROTOCOL.md 7.3).
const LYING_AUDITORS_MAX: usize = 2;

/// Most lies in one world: enough for two to meet, few enough to see which one mattered.
const LIES_MAX: usize = 4;

/// All who lie in a world.
#[derive(Clone, Debug)]
pub struct Liars {
    /// Operators who lie in their logs.
    pub operators: Vec<usize>,
    /// People.
    pub people: Vec<usize>,
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
        let told = told(lie, world, plan, &liars);
        world.told.extend(told);
    }
}

/// Tells this lie, if these liars can.
fn told(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let tell: fn(Lie, &mut World, &mut Plan, &Liars) -> Option<LieTold> = match lie {
        Lie::NoCopy => logs::no_copy,
        Lie::NoCommit => logs::no_commit,
        Lie::NoOpen => logs::no_open,
        Lie::NoSettle => logs::no_settle,
        Lie::NoEngagement => logs::no_engagement,
        Lie::HideFromIndex => logs::hide_from_index,
        Lie::KeepReview => logs::keep_review,
        Lie::KeepText => logs::keep_text,
        Lie::Reorder => logs::reorder,
        Lie::Fork => logs::fork,
        Lie::SplitFork => logs::split_fork,
        Lie::CosignTimes => logs::cosign_times,
        Lie::Silence => logs::silence,
        Lie::LeafTwice => logs::leaf_twice,
        Lie::OutOfForm => logs::out_of_form,
        Lie::BeginWrongly => logs::begin_wrongly,
        Lie::UnknownLeaves => logs::unknown_leaves,
        Lie::ForeignLeaves => logs::foreign_leaves,
        Lie::StrangersCopy => logs::strangers_copy,
        Lie::TrueCopy => logs::true_copy,
        Lie::BadSignature => logs::bad_signature,
        Lie::DayClaims => fresh::day_claims,
        Lie::StolenAtHome => people::stolen_at_home,
        Lie::StolenInTheirLog => people::stolen_in_their_log,
        Lie::CommitTwice => people::commit_twice,
        Lie::OpenTwice => people::open_twice,
        Lie::SecondIdentity => people::second_identity,
        Lie::InventedPartner => fresh::invented_partner,
        Lie::ManySlots => fresh::many_slots,
        Lie::SlotTwice => fresh::slot_twice,
        Lie::WrongRole => fresh::wrong_role,
        Lie::WrongContract => fresh::wrong_contract,
        Lie::WrongPerson => fresh::wrong_person,
        Lie::WrongEngagement => fresh::wrong_engagement,
        Lie::WrongAuthor => fresh::wrong_author,
        Lie::FalseCustody => fresh::false_custody,
        Lie::TextNeverGiven => fresh::text_never_given,
        Lie::TextByAnother => fresh::text_by_another,
        Lie::TextNoText => fresh::text_no_text,
        Lie::NoDocument => fresh::no_document,
        Lie::EarlyReview => fresh::early_review,
        Lie::ReplyTwice => people::reply_twice,
        Lie::ReplyToNothing => people::reply_to_nothing,
    };
    tell(lie, world, plan, liars)
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
