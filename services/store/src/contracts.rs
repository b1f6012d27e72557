//! Bids and contracts: the rows that the lifecycle moves. Every statement is a `const` here and is listed in `STATEMENTS`, which `tests/statements.rs` prepares against the schema.

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[];
