//! What scores need beside leaves and documents: how far logs are cosigned, when they were, how people are called, and the private
//! answers of people whose home is here.

mod again;
mod dating;

use std::collections::BTreeMap;

use hanse_document::Did;

use crate::rows::{bytes32, parsed};
use crate::{Row, Sql, StoreError, column};

pub use again::{AgainRow, again, again_by, put_again, remove_again};
pub use dating::{CosignedRow, DatingRow, cosigned, date, datings};

const CALLED: &str = "SELECT identity.subject, identity.did, document.bytes FROM identity \
     LEFT JOIN profile ON profile.did = identity.did LEFT JOIN document ON document.id = profile.document \
     WHERE identity.subject = ANY($1)";

/// Every statement of this module.
pub const STATEMENTS: &[&str] =
    &[CALLED, again::PUT, again::FIND, again::REMOVE, again::BY, dating::COSIGNED, dating::PUT, dating::ALL];

/// A person behind a subject key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalledRow {
    /// The identity.
    pub did: Did,
    /// The newest profile document, if there is one.
    pub profile: Option<Vec<u8>>,
}

/// The people behind these subject keys, as far as they are known here.
///
/// # Errors
/// Those of every statement.
pub async fn called(
    db: &impl Sql,
    subjects: &[[u8; 32]],
) -> Result<BTreeMap<[u8; 32], CalledRow>, StoreError> {
    let subjects: Vec<&[u8]> = subjects.iter().map(<[u8; 32]>::as_slice).collect();
    let read = |row: &Row| {
        let called =
            CalledRow { did: parsed(row, "identity", "did")?, profile: column(row, "document", "bytes")? };
        Ok((bytes32(row, "identity", "subject")?, called))
    };
    db.query(CALLED, &[&subjects]).await?.iter().map(read).collect()
}
