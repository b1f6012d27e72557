//! What happens because of a document, a leaf, or time: every change of a job, bid, contract, review or reputation.

pub(crate) mod apply;
pub(crate) mod expire;
pub(crate) mod react;
