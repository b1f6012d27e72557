//! Who the file is about: the first document of the person, and its leaf in the home log.

use hanse_document::kind::{Body, Custody, Identity};
use hanse_document::{Commitment, Did, LogName, NodeName};
use hanse_ledger::Statement;
use hanse_ledger::evidence::DocumentJson;

use crate::documents::{self, DocumentCheck};
use crate::log::{Log, ProvenLeaf};
use crate::report::{CheckStep, Outcome};
use crate::standings::Standings;
use crate::steps::Steps;

/// What the person's first document says.
pub(crate) struct Genesis {
    pub(crate) home: NodeName,
    pub(crate) custody: Option<NodeName>,
}

impl Genesis {
    /// Origin of the home log.
    pub(crate) fn log(&self) -> String {
        LogName::of(&self.home).to_string()
    }
}

const NAME: &str = "identity";

/// The person's first document, signed by the key that names the person.
pub(crate) fn document(document: &DocumentJson, subject: &Did, steps: &mut Steps) -> Option<Genesis> {
    let verified = match documents::read(document.bytes()) {
        Ok(verified) => verified,
        Err(detail) => {
            steps.push(CheckStep::new(
                NAME,
                Outcome::Invalid,
                format!("the identity document is refused: {detail}"),
            ));
            return None;
        }
    };
    let step = CheckStep::new(NAME, Outcome::Holds, "signed by the key that names the subject").with(
        "subject",
        subject,
        verified.issuer(),
    );
    let Body::Identity(Identity { custody, home, .. }) = verified.body() else {
        steps.push(CheckStep {
            outcome: Outcome::Invalid,
            says: "the document is no identity".into(),
            ..step
        });
        return None;
    };
    if verified.issuer() != subject {
        let says = "the identity document is somebody else's".into();
        steps.push(CheckStep { outcome: Outcome::Invalid, says, ..step });
        return None;
    }
    steps.push(step);
    let custody = match custody {
        Custody::Own => None,
        Custody::Node(node) => Some(node.clone()),
    };
    Some(Genesis { home: home.clone(), custody })
}

/// The leaf of the person's first document: the earliest one in the home log counts, a second one is void.
pub(crate) fn leaf<'a>(
    document: &DocumentJson,
    subject: &Did,
    home: &'a Log<'a>,
    standings: &mut Standings<'a>,
    steps: &mut Steps,
) {
    let name = format!("identity in {}", home.origin);
    let key = subject.key();
    let mut genesis = home.signed_by(&key, None).filter_map(|(held, _, statement)| {
        let Statement::Identity { commitment, seq: 0 } = statement else { return None };
        Some((held, commitment))
    });
    let Some((first, committed)) = genesis.next() else {
        let says = "the home log lists no identity leaf that the subject's key signed";
        // Nothing is false: it may come after this checkpoint, as for somebody who has just registered.
        steps.push(CheckStep::new(name, Outcome::Incomplete, says));
        return;
    };
    standings.counts(first);
    for (later, _) in genesis {
        standings.not_counted(later, "a second first document is void");
    }
    let computed = Commitment::of(document.bytes());
    let step = CheckStep::new(
        name,
        Outcome::Holds,
        format!("leaf {} commits to the identity document", first.index),
    )
    .with("commitment", committed, &computed);
    steps.push(if computed == *committed {
        step
    } else {
        let says = "the leaf commits to another identity document".into();
        CheckStep { outcome: Outcome::Invalid, says, ..step }
    });
    copies(first, committed, steps);
}

/// The identity document beside its leaf, which the file repeats.
fn copies(held: &ProvenLeaf<'_>, committed: &Commitment, steps: &mut Steps) {
    let name = format!("identity in {}", held.origin);
    if held.documents.len() > 1 {
        steps.push(CheckStep::new(
            name,
            Outcome::Invalid,
            "there is more than one document beside the identity leaf",
        ));
    } else if let DocumentCheck::Other(computed) = documents::find(held.documents.first(), committed) {
        let says = "the document beside the identity leaf is another one";
        let step = CheckStep::new(name, Outcome::Invalid, says);
        steps.push(step.with("commitment", committed, &computed));
    }
}
