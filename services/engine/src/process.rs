//! One process of a node: whether it leads, what it runs, what it says of itself.

pub(crate) mod leader;
pub(crate) mod metrics;
pub(crate) mod status;
pub(crate) mod timeouts;
