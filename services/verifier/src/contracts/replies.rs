//! The subject's answers to reviews.

use std::collections::{BTreeMap, BTreeSet};

use hanse_document::kind::{Body, Reply};
use hanse_document::{Commitment, LeafRef};
use hanse_ledger::{LeafId, Statement};

use crate::Check;
use crate::documents::{self, DocumentCheck};
use crate::log::ProvenLeaf;
use crate::report::{CheckStep, ContractReport, Outcome, ReviewReport};
use crate::standings::Standings;
use crate::steps::Steps;

/// Puts each reply to the review that it answers. The first reply to a review counts.
pub(crate) fn check<'a>(
    check: &Check<'a>,
    contracts: &mut [ContractReport],
    standings: &mut Standings<'a>,
    steps: &mut Steps,
) {
    let Some(home) = check.home else { return };
    let slots = contracts.iter_mut().flat_map(|contract| &mut contract.slots);
    let reviews = slots.filter_map(|slot| slot.review.as_mut());
    let mut reviews: BTreeMap<String, &mut ReviewReport> =
        reviews.map(|review| (review.commit.clone(), review)).collect();
    let mut answered = BTreeSet::new();
    for (held, _, statement) in home.all_by(&check.subject.key()) {
        if steps.refused() {
            return;
        }
        let Statement::Reply { cites, commitment } = statement else { continue };
        match reviews.get_mut(&cites.hex()) {
            None => standings.not_counted(held, "it answers no review that counts"),
            Some(_) if !answered.insert(*cites) => {
                standings.not_counted(held, "the review was answered before");
            }
            Some(review) => {
                standings.counts(held);
                let name = format!("reply at {} of {}", held.index, held.origin);
                let (text, step) = read(check, held, *cites, commitment, name);
                review.reply = text;
                steps.push(step);
            }
        }
    }
}

fn read(
    check: &Check<'_>,
    held: &ProvenLeaf<'_>,
    cites: LeafId,
    committed: &Commitment,
    name: String,
) -> (Option<String>, CheckStep) {
    if held.documents.len() > 1 {
        return (
            None,
            CheckStep::new(
                name,
                Outcome::Invalid,
                "there is more than the one document that the leaf commits to",
            ),
        );
    }
    let verified = match documents::find(held.documents.first(), committed) {
        DocumentCheck::Good(verified) => verified,
        DocumentCheck::Missing => {
            return (None, CheckStep::new(name, Outcome::Incomplete, "the reply is not in the file"));
        }
        DocumentCheck::Unsound(detail) => {
            return (
                None,
                CheckStep::new(name, Outcome::Invalid, format!("the subject's own document: {detail}")),
            );
        }
        DocumentCheck::Other(computed) => {
            let step = CheckStep::new(name, Outcome::Invalid, "the leaf commits to another document");
            return (None, step.with("commitment", committed, &computed));
        }
    };
    let step = CheckStep::new(name, Outcome::Holds, "signed by the subject")
        .with("commitment", committed, &verified.commitment())
        .with("issuer", verified.issuer(), check.subject);
    if let Body::Reply(Reply { cites: cited, text }) = verified.body()
        && *cited == LeafRef::from(cites)
        && verified.issuer() == check.subject
    {
        return (Some(text.to_string()), step);
    }
    let says = "the document is no reply of the subject to this review".into();
    (None, CheckStep { outcome: Outcome::Invalid, says, ..step })
}
