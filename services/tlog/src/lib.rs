#![doc = include_str!("../README.md")]
//!
//! # Modules, in reading order
//!
//! | Module | What it holds |
//! | --- | --- |
//! | [`hash`] | RFC 6962 leaf and node hashes |
//! | [`compact`] | the root of a growing log in at most 64 hashes |
//! | [`tile`] | the whole log as C2SP tiles and entry bundles |
//! | [`prove`] | inclusion and consistency proofs from tiles |
//! | [`verify`] | strict RFC 9162 verification |
//! | [`shared`] | audit paths of one tree that share nodes |
//! | [`note`] | C2SP signed notes, verifier keys, the log's signer |
//! | [`checkpoint`] | C2SP checkpoints: origin, size and root under a signature |
//! | [`cosignature`] | C2SP `cosignature/v1` of witnesses and auditors |
//! | [`policy`] | C2SP trust policy files |

pub mod checkpoint;
pub mod compact;
pub mod cosignature;
pub mod hash;
pub mod note;
pub mod policy;
pub mod prove;
pub mod shared;
pub mod tile;
pub mod verify;

mod encoding;

pub use checkpoint::Checkpoint;
pub use compact::CompactRange;
pub use cosignature::Cosigner;
pub use hash::{Hash, HashError};
pub use note::{KeyKind, KeyName, LogSigner, Note, NoteError, SignatureLine, VerifierKey};
pub use policy::{Policy, PolicyError};
pub use shared::Proved;
pub use tile::{Missing, TileError, TileId, TileSet};
pub use verify::ProofError;
