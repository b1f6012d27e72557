//! What is looked at before a document is let in, whatever its kind: one statement.

use hanse_document::{Did, DocumentId, Kind};

use crate::accounts::IdentityRow;
use crate::rows::{id, parsed};
use crate::{Sql, StoreError, column};

// A log that is not asked for has no name, and is not halted; documents that are not asked for are not counted.
pub(super) const LOOK: &str = "SELECT EXISTS (SELECT FROM history WHERE document = $1) AS applied, \
     EXISTS (SELECT FROM log WHERE origin = $2 AND halted IS NOT NULL) AS halted, \
     CASE WHEN $4::bigint IS NULL THEN 0 \
         ELSE (SELECT count(*) FROM document WHERE issuer = $3 AND received_at > $4) END AS documents, \
     genesis, home, custody, logged_index FROM (VALUES ($3::text)) AS author (did) LEFT JOIN identity USING (did)";

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The document.
    pub document: &'a DocumentId,
    /// Who signed it.
    pub issuer: &'a Did,
    /// The origin of the log that must take a leaf, if one must.
    pub log: Option<&'a str>,
    /// From when on its author's documents are counted, Unix seconds; `None` if they are not.
    pub since: Option<i64>,
}

/// What there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// Whether the document has moved a thing here.
    pub applied: bool,
    /// Whether the log is halted.
    pub halted: bool,
    /// How many documents of its author have come since.
    pub documents: i64,
    /// Its author, if known.
    pub author: Option<IdentityRow>,
}

/// Looks.
///
/// # Errors
/// Those of every statement.
pub async fn look(db: &impl Sql, asked: Look<'_>) -> Result<Admission, StoreError> {
    const TABLE: &str = "identity";
    let Look { document, issuer, log, since } = asked;
    let row = db.query_one(LOOK, &[&document.hash().as_slice(), &log, &issuer.as_str(), &since]).await?;
    let known = column::<Option<&str>>(&row, TABLE, "home")?.is_some();
    let author = || {
        Ok(IdentityRow {
            did: issuer.clone(),
            genesis: id(&row, TABLE, "genesis", Kind::Identity)?,
            home: parsed(&row, TABLE, "home")?,
            custody: parsed(&row, TABLE, "custody")?,
            logged_index: column(&row, TABLE, "logged_index")?,
        })
    };
    Ok(Admission {
        applied: column(&row, "history", "applied")?,
        halted: column(&row, "log", "halted")?,
        documents: column(&row, "document", "documents")?,
        author: known.then(author).transpose()?,
    })
}
