//! Documents against the commitments in the log, and who may say what.

use hanse_document::{Commitment, Signed, Verified};
use hanse_ledger::evidence::DocumentJson;

/// What a document in the file is, compared with a commitment in the log.
pub(crate) enum DocumentCheck {
    /// No document is there.
    Missing,
    /// Another document is there than the one committed to, or more than one: the file is wrong.
    Other(Commitment),
    /// It is the one committed to, and not a document that anybody could accept: its author is wrong.
    Unsound(&'static str),
    /// It is the one committed to, in form and signed by its issuer.
    Good(Box<Verified>),
}

/// Reads one document.
pub(crate) fn read(document: &[u8]) -> Result<Verified, &'static str> {
    let signed = Signed::parse(document).map_err(|rejection| rejection.detail())?;
    signed.verify().map_err(|rejection| rejection.detail())
}

/// Compares a document with a commitment.
pub(crate) fn find(document: Option<&DocumentJson>, committed: &Commitment) -> DocumentCheck {
    let Some(document) = document.map(DocumentJson::bytes) else { return DocumentCheck::Missing };
    let computed = Commitment::of(document);
    if computed != *committed {
        return DocumentCheck::Other(computed);
    }
    match read(document) {
        Ok(verified) => DocumentCheck::Good(Box::new(verified)),
        Err(detail) => DocumentCheck::Unsound(detail),
    }
}
