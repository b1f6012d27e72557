//! What strangers and peers may cost us.

pub(crate) mod door;
pub(crate) mod limiter;
pub(crate) mod quotas;
