//! What one side says of the other: reviews, replies, confirmed payments.

use std::collections::BTreeMap;

use hanse_document::kind::{Axis, Body, Event, Reply, Review, ReviewText, Step};
use hanse_document::{Commitment, NodeName, Number, Text, Timestamp, Verified};
use hanse_ledger::{Leaf, Statement};

use super::{Contract, Side, World, node_name};

/// A review, as its leaves and documents say it.
#[derive(Debug)]
pub struct Said {
    /// Of which contract.
    pub contract: usize,
    /// Whose slot key signed it.
    pub side: Side,
    /// Who signed the document.
    pub author: usize,
    /// 1 to 5.
    pub rating: u32,
    /// Words that whoever has the documents can read.
    pub text: Option<String>,
    /// Whether it binds, by who wrote it about whom.
    pub binds: bool,
    /// Seals it.
    pub commit: Leaf,
    /// Opens it.
    pub open: Leaf,
    /// The commitment of the review document.
    pub sealed: Commitment,
    /// The one reviewed has answered so.
    pub reply: Option<(Leaf, String)>,
}

/// A confirmed payment.
#[derive(Debug)]
pub struct Settled {
    /// Of which contract.
    pub contract: usize,
    /// By the freelancer's slot key, about the client.
    pub leaf: Leaf,
}

/// In what a review may depart from an honest one.
#[derive(Clone, Default, Debug)]
pub struct Bent {
    /// Somebody else signs it.
    pub author: Option<usize>,
    /// It rates somebody else.
    pub rated: Option<usize>,
    /// It names this contract.
    pub contract: Option<usize>,
    /// It claims the other role.
    pub role: bool,
    /// It cites the rated person's engagement as its author's own.
    pub engagement: bool,
    /// Who is said to hold the author's key.
    pub custody: Option<NodeName>,
    /// It commits to a text that nobody has.
    pub no_text: bool,
    /// The text is by somebody else.
    pub text_by: Option<usize>,
    /// The text is the reply of somebody, and no text.
    pub text_is_reply: bool,
    /// When it is said to be written.
    pub from: Option<Timestamp>,
}

impl Bent {
    const fn binds(&self) -> bool {
        self.author.is_none()
            && self.rated.is_none()
            && self.contract.is_none()
            && !self.role
            && !self.engagement
    }
}

impl World {
    /// A review by one side, signed and not yet logged.
    pub fn say(&mut self, contract: usize, side: Side, round: usize, rating: u32, bent: &Bent) -> usize {
        let author = bent.author.unwrap_or(self.contracts[contract].party(side));
        let from = bent.from.unwrap_or(self.rounds[round]);
        let wants_text = bent.no_text || bent.text_by.is_some() || bent.text_is_reply;
        let words =
            (wants_text || self.dice.chance(1, 2)).then(|| format!("Words {}.", self.dice.below(1000)));
        let text = words.as_ref().map(|words| self.text(author, words, from, bent));
        let body = self.review_body(contract, side, rating, bent, text.as_ref().map(Verified::commitment));
        let custody = bent.custody.clone().or_else(|| self.people[author].custody());
        let review = self.sign_as(author, Body::Review(body), from, custody);
        let mut documents = vec![review.clone()];
        // What is no text of the author may not be shown; what nobody has cannot be.
        documents.extend(text.filter(|_| !bent.no_text));
        let shown = !bent.no_text && bent.text_by.is_none() && !bent.text_is_reply;
        let (commit, open) = self.seal(contract, side, round, &review.commitment());
        self.documents.insert(open.bytes().to_vec(), documents);
        self.said.push(Said {
            contract,
            side,
            author,
            rating,
            text: words.filter(|_| shown),
            binds: bent.binds(),
            commit,
            open,
            sealed: review.commitment(),
            reply: None,
        });
        self.said.len() - 1
    }

    /// The two leaves of a review with this commitment, by the slot key of a side.
    #[must_use]
    pub fn seal(&self, contract: usize, side: Side, round: usize, sealed: &Commitment) -> (Leaf, Leaf) {
        let of: &Contract = &self.contracts[contract];
        let (rated, slot) = (of.party(side.other()), of.slot(side));
        let engagement = of.engagement(side.other()).map(Leaf::id);
        // Who was invented has no engagement: then the inventor's own is all that can be cited.
        let engagement = engagement.unwrap_or_else(|| of.of_client.id());
        let commit = Statement::Commit { commitment: *sealed, engagement };
        let commit = self.leaf(&commit, rated, round, slot);
        let open = self.leaf(&Statement::Open { cites: commit.id() }, rated, round, slot);
        (commit, open)
    }

    fn text(&mut self, author: usize, words: &str, from: Timestamp, bent: &Bent) -> Verified {
        let text = Text::parse(words).unwrap();
        let body = if bent.text_is_reply {
            let cites = self.contracts[0].of_client.id().into();
            Body::Reply(Reply { cites, text: Text::parse(words).unwrap() })
        } else {
            Body::Text(ReviewText { language: None, text })
        };
        self.sign(bent.text_by.unwrap_or(author), body, from)
    }

    fn review_body(
        &self,
        contract: usize,
        side: Side,
        rating: u32,
        bent: &Bent,
        text: Option<Commitment>,
    ) -> Review {
        let of = &self.contracts[contract];
        let cited = if bent.engagement { side.other() } else { side };
        let cited = of.engagement(cited).unwrap_or(&of.of_client);
        let named = &self.contracts[bent.contract.unwrap_or(contract)];
        let rated = bent.rated.unwrap_or(of.party(side.other()));
        let role = if bent.role { side.other() } else { side };
        let rating = Number::new(rating).unwrap();
        Review {
            axes: BTreeMap::from([(Axis::Communication, rating)]),
            contract: named.offer.id(),
            engagement: cited.id().into(),
            id: self.people[rated].did.clone(),
            on_time: Some(true),
            rating,
            role: role.role(),
            text,
        }
    }

    /// The answer of the one reviewed, signed and not yet logged.
    pub fn answer(&mut self, said: usize, round: usize, words: &str) -> Leaf {
        let (contract, side) = (self.said[said].contract, self.said[said].side);
        let who = self.contracts[contract].party(side.other());
        let cites = self.said[said].commit.id();
        let body = Body::Reply(Reply { cites: cites.into(), text: Text::parse(words).unwrap() });
        let document = self.sign(who, body, self.rounds[round]);
        let statement = Statement::Reply { cites, commitment: document.commitment() };
        let leaf = self.leaf(&statement, who, round, &self.people[who].key);
        self.documents.insert(leaf.bytes().to_vec(), vec![document]);
        leaf
    }

    /// The freelancer confirms a payment, signed and not yet logged.
    pub fn confirm(&mut self, contract: usize, round: usize) -> usize {
        let (offer, freelancer) = (self.contracts[contract].offer.id(), self.contracts[contract].freelancer);
        let client = self.contracts[contract].client;
        let of_client = self.contracts[contract].of_client.id();
        let own = self.contracts[contract].of_freelancer.as_ref().map_or(of_client, Leaf::id);
        let to = node_name(self.people[client].home);
        let event = Event::ConfirmReceived { engagement: own.into(), milestone: None };
        let step = Body::Step(Step { event, object: offer, prev: offer, to });
        let step = self.sign(freelancer, step, self.rounds[round]);
        let statement = Statement::Settle { commitment: step.commitment(), engagement: of_client };
        let leaf = self.leaf(&statement, client, round, &self.contracts[contract].freelancer_slot);
        self.settled.push(Settled { contract, leaf });
        self.settled.len() - 1
    }
}
