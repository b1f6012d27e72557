//! What the logs say of a person: facts, evidence, whole records, scores.

pub(crate) mod evidence;
pub(crate) mod facts;
pub(crate) mod record;
pub(crate) mod scores;
