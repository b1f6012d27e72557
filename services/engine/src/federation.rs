//! Documents between nodes: delivery to a home and its receipt, gossip of postings, and whatever else peers ask.

pub(crate) mod deliver;
pub(crate) mod inbound;
pub(crate) mod ingest;
pub(crate) mod receipts;
pub(crate) mod relay;
