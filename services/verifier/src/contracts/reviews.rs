//! An open review: its document, its author's own engagement, its text, and the subject's reply.
//!
//! Who is wrong decides what follows. A document other than the one committed to is the file's fault: invalid. A missing
//! one: incomplete. The right document that does not bind (another author, another contract) is its author's fault: it does
//! not count, and the file stays what it is, or one angry partner could spoil a person's evidence for ever.

use hanse_document::kind::{Body, Review, ReviewText, Role};
use hanse_document::{Commitment, Verified};
use hanse_ledger::LeafId;
use hanse_ledger::evidence::DocumentJson;
use hanse_reputation::record::{Binding, Broken, Own, Terms};

use super::Contract;
use crate::Check;
use crate::cited::Cited;
use crate::documents::{self, DocumentCheck};
use crate::report::{CheckStep, Outcome, ReviewReport};
use crate::steps::Steps;

/// What an open review comes to.
pub(crate) enum Opened {
    /// It counts.
    Counts(Box<ReviewReport>),
    /// Something that it needs is missing or wrong in the file; the steps say what.
    Lacking,
    /// It does not count, for this reason.
    Void(String),
}

/// Where the steps of one review go, under which name.
type Ends<'s> = (String, &'s mut Steps);

/// Checks the documents of an open review against its commit, which is given as id and commitment.
pub(crate) fn check(
    check: &Check<'_>,
    contract: &Contract<'_>,
    (commit, committed): (LeafId, &Commitment),
    documents: &[DocumentJson],
    (name, steps): Ends<'_>,
) -> Opened {
    let document = match documents::find(documents.first(), committed) {
        DocumentCheck::Good(document) => document,
        DocumentCheck::Missing => {
            steps.push(CheckStep::new(
                name,
                Outcome::Incomplete,
                "the review is open, so that those who cosigned the log hold it, and its document is not in the file",
            ));
            return Opened::Lacking;
        }
        DocumentCheck::Other(computed) => {
            let step = CheckStep::new(name, Outcome::Invalid, "the log commits to another review");
            steps.push(step.with("commitment", committed, &computed));
            return Opened::Lacking;
        }
        DocumentCheck::Unsound(detail) => {
            return void(name, steps, format!("its document is refused: {detail}"));
        }
    };
    let Body::Review(review) = document.body() else {
        return void(name, steps, "its document is no review".into());
    };
    let Some(terms) = &contract.terms else {
        let says = "without the subject's own document nobody can say who may review";
        steps.push(CheckStep::new(name, Outcome::Incomplete, says));
        return Opened::Lacking;
    };
    let cited = check.cited.get(contract.log, LeafId::from(review.engagement));
    let (step, bound) = bind(check, contract, terms, cited, (&document, review));
    if let Err(why) = bound {
        let says = format!("does not count: {why}");
        steps.push(CheckStep { name, outcome: Outcome::Note, says, ..step });
        return Opened::Void(why.to_string());
    }
    if cited.is_none() {
        // Its author could name a leaf that nobody can ever show. With the right one shown, that is no fault of the file.
        if contract.engaged {
            return void(name, steps, "it does not cite its author's engagement in this contract".into());
        }
        let log = contract.log;
        let says = format!("the file does not prove the author's engagement {} in {log}", review.engagement);
        steps.push(CheckStep::new(name, Outcome::Incomplete, says));
        return Opened::Lacking;
    }
    let step = CheckStep { name: name.clone(), ..step }.with("commitment", committed, &document.commitment());
    steps.push(step);
    let (text, text_missing) = match text(review, &document, documents.get(1..).unwrap_or_default()) {
        Ok(Words::None) => (None, None),
        Ok(Words::Shown(text)) => (Some(text), None),
        Ok(Words::Missing(why)) => {
            // Its author's fault, or that of whoever kept it: the facts of the review count without it.
            steps.push(CheckStep::new(&name, Outcome::Note, why.clone()));
            (None, Some(why))
        }
        Err(failed) => {
            steps.push(CheckStep { name, ..*failed });
            return Opened::Lacking;
        }
    };
    Opened::Counts(Box::new(ReviewReport {
        commit: commit.hex(),
        author: document.issuer().clone(),
        role: review.role,
        rating: review.rating.get(),
        axes: review.axes.iter().map(|(axis, rating)| (*axis, rating.get())).collect(),
        on_time: review.on_time,
        text,
        text_missing,
        claims_custody: document.custody().cloned(),
        reply: None,
    }))
}

fn void(name: String, steps: &mut Steps, why: String) -> Opened {
    steps.push(CheckStep::new(name, Outcome::Note, format!("does not count: {why}")));
    Opened::Void(why)
}

/// Whether the review is by the other side of this contract, about the subject, out of the author's own engagement.
fn bind(
    check: &Check<'_>,
    contract: &Contract<'_>,
    terms: &Terms,
    cited: Option<&Cited>,
    (document, review): (&Verified, &Review),
) -> (CheckStep, Result<(), Broken>) {
    let author = document.issuer();
    let other_role = match terms.role {
        Role::Client => Role::Freelancer,
        Role::Freelancer => Role::Client,
    };
    let home = contract.held.origin;
    let mut step =
        CheckStep::new("", Outcome::Holds, "signed by the other side of the contract, about the subject")
            .with("rated", &review.id, check.subject)
            .with("author", author, &terms.counterparty)
            .with("author's side", &format!("{:?}", review.role), &format!("{other_role:?}"))
            .with("contract", &review.contract, &terms.contract);
    if let Some(cited) = cited {
        step = step
            .with("signer and subject of the author's engagement", &cited.author, author)
            .with("subject's slot in it", &slots(cited), &terms.own_slot.hex())
            .with("author's log", &cited.origin, &contract.log)
            .with("subject's log", &cited.log, &home);
    }
    let own = cited.map(|cited| Own {
        author: &cited.author,
        origin: &cited.origin,
        log: &cited.log,
        slots: &cited.slots,
    });
    let binding = Binding {
        subject: check.subject,
        terms,
        home,
        log: contract.log,
        author,
        rated: &review.id,
        role: review.role,
        contract: &review.contract,
        cited: own,
    };
    (step, binding.check())
}

fn slots(cited: &Cited) -> String {
    cited.slots.iter().map(|slot| slot.hex()).collect::<Vec<_>>().join(" ")
}

/// What becomes of the words of a review.
enum Words {
    /// It names none.
    None,
    Shown(String),
    /// It names some, and they cannot be shown for this reason.
    Missing(String),
}

/// The text that the review names, which its author signed as a document of its own.
fn text(review: &Review, document: &Verified, rest: &[DocumentJson]) -> Result<Words, Box<CheckStep>> {
    let Some(committed) = &review.text else {
        if rest.is_empty() {
            return Ok(Words::None);
        }
        return Err(CheckStep::new("", Outcome::Invalid, "the review names no text, and one is there").into());
    };
    match documents::find(rest.first(), committed) {
        DocumentCheck::Missing => {
            Ok(Words::Missing("the text that the review names is not in the file".to_owned()))
        }
        DocumentCheck::Other(computed) => {
            let step = CheckStep::new("", Outcome::Invalid, "the review names another text");
            Err(step.with("commitment of the text", committed, &computed).into())
        }
        DocumentCheck::Unsound(detail) => {
            Ok(Words::Missing(format!("the text of the review is refused: {detail}")))
        }
        DocumentCheck::Good(text) => Ok(words(&text, document)),
    }
}

fn words(text: &Verified, review: &Verified) -> Words {
    if let Body::Text(ReviewText { text: words, .. }) = text.body()
        && text.issuer() == review.issuer()
    {
        return Words::Shown(words.to_string());
    }
    Words::Missing("what the review names as its text is none of its author's".to_owned())
}
