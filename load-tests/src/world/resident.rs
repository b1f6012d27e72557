//! A person of whom one log holds everything: the other sides of all contracts are at home at the same node.

use hanse_document::{Signed, Verified};
use hanse_ledger::Leaf;
use hanse_ledger::evidence::DocumentJson;

use super::{Engaged, Own, Person};
use crate::Result;
use crate::inputs::Seeded;

/// A freelancer whose every contract has an open review with a text, and every third a reply.
pub(crate) struct Resident {
    pub(crate) person: Person,
    pub(crate) identity: Verified,
    /// What the log gets, in order, with the documents that anybody may see; the other sides' engagements among it.
    pub(crate) leaves: Vec<Leaf>,
    /// What a node keeps of the leaves: public, or of the contract's sides alone.
    pub(crate) documents: Vec<(Verified, bool)>,
    /// Leaves about the person.
    pub(crate) about: usize,
    pub(crate) contracts: usize,
    /// Signatures that somebody has to verify who believes nothing, those of the note aside.
    pub(crate) signatures: usize,
}

impl Resident {
    pub(crate) fn new(seeded: &mut Seeded, home: &str, contracts: usize, text: usize) -> Result<Self> {
        let person = Person::new(seeded, home)?;
        let (leaf, identity) = person.join(seeded)?;
        let mut own = vec![Own::new(&leaf, person.subject(), vec![identity.clone()])];
        let mut signatures = 2;
        for number in 0..contracts {
            let client = Person::new(seeded, home)?;
            let engaged = Engaged::new(seeded, &client, &person)?;
            // One log is both: what it gets from either side it holds once.
            let mut theirs = Vec::new();
            signatures += engaged.file(seeded, text, number % 3 == 0, (&mut own, &mut theirs))?.signatures;
            own.extend(theirs.into_iter().filter(|leaf| leaf.about == client.subject()));
        }
        let mut documents = Vec::new();
        for leaf in &own {
            let is_public = !matches!(Leaf::parse(&leaf.bytes)?.kind(), "engagement");
            for document in &leaf.documents {
                documents.push((verified(document)?, is_public));
            }
        }
        let about = own.iter().filter(|leaf| leaf.about == person.subject()).count();
        let leaves = own.iter().map(|leaf| Ok(Leaf::parse(&leaf.bytes)?)).collect::<Result<_>>()?;
        let identity = verified(&identity)?;
        Ok(Self { person, identity, leaves, documents, about, contracts, signatures })
    }
}

fn verified(document: &DocumentJson) -> Result<Verified> {
    Ok(Signed::parse(document.bytes())?.verify()?)
}
