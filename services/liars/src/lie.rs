//! The kinds of lies, and what is known of one that was told: which it is, and whom it may cost what.

use std::collections::BTreeSet;
use std::fmt;

macro_rules! lies {
    ($($(#[$doc:meta])* $lie:ident,)*) => {
        /// A kind of lie.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Lie {
            $($(#[$doc])* $lie,)*
        }

        impl Lie {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$lie,)*];
        }
    };
}

lies! {
    /// The home does not file what stands in the author's log.
    NoCopy,
    /// The author's home does not log a sealed review.
    NoCommit,
    /// The author's home never opens it.
    NoOpen,
    /// The author's home does not log a confirmed payment.
    NoSettle,
    /// A home does not log an engagement, and perhaps outcomes all the same.
    NoEngagement,
    /// A leaf stands in the tree, and the index counts it for nobody.
    HideFromIndex,
    /// A review is opened and kept back.
    KeepReview,
    /// The text of a review is kept back.
    KeepText,
    /// Leaves come in another order.
    Reorder,
    /// Two histories, one of which no honest auditor follows.
    Fork,
    /// Two histories, each followed by some of the honest auditors.
    SplitFork,
    /// A lying auditor dates its cosignatures wrong.
    CosignTimes,
    /// An operator cosigns with the key that does not say that it audited.
    Silence,
    /// A leaf stands twice.
    LeafTwice,
    /// A leaf out of form.
    OutOfForm,
    /// The log does not begin with the index of nothing.
    BeginWrongly,
    /// Leaves of unknown types, as deep as a leaf may be, about anybody.
    UnknownLeaves,
    /// Leaves about people by keys that nobody entitled.
    ForeignLeaves,
    /// The same leaf id under another's signature.
    StrangersCopy,
    /// An engagement of another log, as it is.
    TrueCopy,
    /// An outcome whose signature does not fit.
    BadSignature,
    /// Leaves claim impossible days.
    DayClaims,
    /// A thief commits first, in the log of the rated person's home.
    StolenAtHome,
    /// A thief commits first, in the author's log.
    StolenInTheirLog,
    /// The author commits to two reviews.
    CommitTwice,
    /// The author opens a review twice.
    OpenTwice,
    /// A second identity document of one key.
    SecondIdentity,
    /// A contract with somebody who never heard of it, whose slot key its inventor holds.
    InventedPartner,
    /// The same with several slots.
    ManySlots,
    /// One own slot key in two contracts.
    SlotTwice,
    /// A review that claims the rated person's role.
    WrongRole,
    /// A review of another contract.
    WrongContract,
    /// A review of somebody else.
    WrongPerson,
    /// A review that cites the rated person's engagement as the author's.
    WrongEngagement,
    /// A review by somebody else, sealed with the partner's slot key.
    WrongAuthor,
    /// A claim that some node holds the author's key.
    FalseCustody,
    /// A text that nobody is ever given.
    TextNeverGiven,
    /// A text by somebody else.
    TextByAnother,
    /// A document of another kind as text.
    TextNoText,
    /// A review that is no document.
    NoDocument,
    /// A review that claims to be years old.
    EarlyReview,
    /// Two answers to one review.
    ReplyTwice,
    /// An answer to no review.
    ReplyToNothing,
}

/// A lie that was told.
#[derive(Clone, Debug)]
pub struct LieTold {
    /// Which.
    pub lie: Lie,
    /// Operators whose people, and whose people's partners, may have files that are incomplete for it.
    pub operators: BTreeSet<usize>,
    /// People whose own files need not be valid any more.
    pub people: BTreeSet<usize>,
    /// Whether scores lack something for it, though evidence does not.
    pub record: bool,
}

impl fmt::Display for Lie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl LieTold {
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
