//! Who may review whom: the rules that bind an opened review to a contract, for scores and for evidence alike.

use std::fmt;

use hanse_document::kind::{Acceptance, Body, Offer, Role};
use hanse_document::{Did, DocumentId, LogName, PublicKey, Verified};

/// What the offer or the acceptance of a rated person says: their side of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Whose word it is.
    pub party: Did,
    /// Their side.
    pub role: Role,
    /// The other side.
    pub counterparty: Did,
    /// The contract, by its offer.
    pub contract: DocumentId,
    /// Their own slot key, which the other side's engagement must name.
    pub own_slot: PublicKey,
    /// The log that they call theirs.
    pub log: LogName,
}

impl Terms {
    /// Reads an offer or an acceptance; None for any other document.
    #[must_use]
    pub fn of(document: &Verified) -> Option<Self> {
        let (role, counterparty, contract, own_slot, log) = match document.body() {
            Body::Offer(Offer { freelancer, slot, log, .. }) => {
                (Role::Client, freelancer, document.id(), slot, log)
            }
            Body::Acceptance(Acceptance { client, offer, slot, log, .. }) => {
                (Role::Freelancer, client, *offer, slot, log)
            }
            Body::Identity(_)
            | Body::Profile(_)
            | Body::Job(_)
            | Body::Invitation(_)
            | Body::Arbiter(_)
            | Body::Dispute(_)
            | Body::Bid(_)
            | Body::Terms(_)
            | Body::Step(_)
            | Body::Text(_)
            | Body::Review(_)
            | Body::Reply(_) => return None,
        };
        let (party, counterparty) = (document.issuer().clone(), counterparty.clone());
        Some(Self { party, role, counterparty, contract, own_slot: *own_slot, log: log.clone() })
    }
}

/// The author's own engagement, which a review cites: a leaf signed by its one subject alone.
#[derive(Clone, Copy, Debug)]
pub struct Own<'a> {
    /// Whose engagement it is.
    pub author: &'a Did,
    /// The log that it stands in.
    pub origin: &'a str,
    /// The log that it names as the other side's.
    pub log: &'a str,
    /// The keys of the other side that it names.
    pub slots: &'a [PublicKey],
}

/// An opened review beside all that it must fit.
#[derive(Clone, Copy, Debug)]
pub struct Binding<'a> {
    /// The rated person.
    pub subject: &'a Did,
    /// What the rated person's own document says.
    pub terms: &'a Terms,
    /// The log that the rated person's engagement stands in.
    pub home: &'a str,
    /// The log that it names as the other side's.
    pub log: &'a str,
    /// Who signed the review.
    pub author: &'a Did,
    /// Whom the review names as the rated person.
    pub rated: &'a Did,
    /// The side that its author claims.
    pub role: Role,
    /// The contract that it names.
    pub contract: &'a DocumentId,
    /// The engagement that it cites; None if it is not there to be looked at. What breaks a rule without it breaks it with any.
    pub cited: Option<Own<'a>>,
}

/// Why a review does not count: its author's fault in every case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// It rates another person.
    Rated,
    /// Its author is not the other side.
    Author,
    /// Its author claims the rated person's own side.
    Role,
    /// It names another contract.
    Contract,
    /// The engagement that it cites is not its author's.
    Signer,
    /// The engagement that it cites does not name the rated person's slot, or names others beside it.
    Slot,
    /// The engagement that it cites stands in another log than the contract says.
    Log,
    /// The engagement that it cites names another log as the rated person's.
    Home,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rated => "it is about somebody else",
            Self::Author => "its author is not the other side of the contract",
            Self::Role => "its author claims the subject's own side",
            Self::Contract => "it is about another contract",
            Self::Signer => "its author did not sign the engagement that it cites",
            Self::Slot => "the engagement that it cites does not name the subject's slot, and no other",
            Self::Log => "the engagement that it cites is in another log than the contract says",
            Self::Home => "the engagement that it cites names another log as the subject's",
        })
    }
}

impl Binding<'_> {
    /// Checks every rule that can be.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(&self) -> Result<(), Broken> {
        let Self { subject, terms, home, log, author, rated, role, contract, cited } = self;
        let other = match terms.role {
            Role::Client => Role::Freelancer,
            Role::Freelancer => Role::Client,
        };
        let words = [
            (rated == subject, Broken::Rated),
            (**author == terms.counterparty, Broken::Author),
            (*role == other, Broken::Role),
            (**contract == terms.contract, Broken::Contract),
        ];
        let engagement = cited.map(|cited| {
            [
                (cited.author == *author, Broken::Signer),
                (cited.slots == [terms.own_slot], Broken::Slot),
                (cited.origin == *log, Broken::Log),
                (cited.log == *home, Broken::Home),
            ]
        });
        let mut rules = words.iter().chain(engagement.iter().flatten());
        rules.find(|(holds, _)| !holds).map_or(Ok(()), |(_, broken)| Err(*broken))
    }
}
