//! Answers already given, so that a repeated request is the same request. Every statement is a `const` here and is listed in `STATEMENTS`, which `tests/statements.rs` prepares against the schema.

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[];
