//! What people say of themselves, side by side: the profiles of those whose home is here, and copies of others'.

use std::collections::BTreeMap;

use hanse_document::{Did, DocumentId, Kind, NodeName, Verified};

use crate::rows::{bytes32, parsed};
use crate::tables::documents;
use crate::{Row, Sql, StoreError, Tx, column};

// What is older, by its author's clock, replaces nothing, unless it says that it is the next.
pub(super) const KEEP: &str = "INSERT INTO profile_copy AS copy (did, document, commitment, bytes, said_at, heard_at) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (did) DO UPDATE SET heard_at = $6, \
     document = CASE WHEN copy.said_at <= $5 OR copy.document = $7 THEN $2 ELSE copy.document END, \
     commitment = CASE WHEN copy.said_at <= $5 OR copy.document = $7 THEN $3 ELSE copy.commitment END, \
     bytes = CASE WHEN copy.said_at <= $5 OR copy.document = $7 THEN $4 ELSE copy.bytes END, \
     said_at = CASE WHEN copy.said_at <= $5 OR copy.document = $7 THEN $5 ELSE copy.said_at END";
pub(super) const FORGET: &str = "DELETE FROM profile_copy WHERE heard_at < $1";
// A profile of this home is a document like all others; only of those who have none here a copy is looked for.
pub(super) const SAID: &str = "SELECT identity.did, identity.home, identity.custody, coalesce(document.id, copy.document) AS id, \
     coalesce(document.commitment, copy.commitment) AS commitment, coalesce(document.bytes, copy.bytes) AS bytes, \
     coalesce(profile.updated_at, copy.said_at) AS said_at FROM identity \
     LEFT JOIN profile ON profile.did = identity.did LEFT JOIN document ON document.id = profile.document \
     LEFT JOIN profile_copy AS copy ON copy.did = identity.did AND profile.did IS NULL \
     WHERE identity.did = ANY (ARRAY(SELECT unnest($1::text[])))";

/// A person, and the newest profile of theirs that is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonSaid {
    /// The person.
    pub did: Did,
    /// Their home.
    pub home: NodeName,
    /// `self`, or the node that holds the key.
    pub custody: hanse_document::kind::Custody,
    /// Their profile: its id, its bytes, and when it was written, in Unix seconds; `None` if there is none here, or it was erased.
    pub profile: Option<(DocumentId, Vec<u8>, i64)>,
}

/// Keeps a copy of somebody's profile, or hears again of one that is as new or newer.
pub async fn keep_copy(
    tx: &Tx<'_>,
    profile: &Verified,
    prev: Option<&DocumentId>,
    now: i64,
) -> Result<(), StoreError> {
    let (id, commitment) = (profile.id(), profile.commitment());
    let values: [&(dyn crate::ToSql + Sync); 7] = [
        &profile.issuer().as_str(),
        &id.hash().as_slice(),
        &commitment.as_bytes().as_slice(),
        &profile.bytes(),
        &profile.from().unix(),
        &now,
        &prev.map(|prev| prev.hash().as_slice()),
    ];
    tx.execute(KEEP, &values).await?;
    Ok(())
}

/// Forgets the copies of people of whom nothing has come since `before`.
pub async fn forget_copies(db: &impl Sql, before: i64) -> Result<u64, StoreError> {
    db.execute(FORGET, &[&before]).await
}

/// These people, as far as they are known, with what they say of themselves.
pub async fn people_said(
    db: &impl Sql,
    dids: impl IntoIterator<Item = &Did>,
) -> Result<BTreeMap<Did, PersonSaid>, StoreError> {
    let names: Vec<&str> = dids.into_iter().map(Did::as_str).collect();
    let rows = db.query(SAID, &[&names]).await?;
    rows.iter().map(|row| read(row).map(|said| (said.did.clone(), said))).collect()
}

fn read(row: &Row) -> Result<PersonSaid, StoreError> {
    const TABLE: &str = "identity";
    let profile = match documents::kept(row)? {
        Some(bytes) => {
            let id = DocumentId::new(Kind::Profile, bytes32(row, TABLE, "id")?);
            Some((id, bytes, column(row, TABLE, "said_at")?))
        }
        None => None,
    };
    Ok(PersonSaid {
        did: parsed(row, TABLE, "did")?,
        home: parsed(row, TABLE, "home")?,
        custody: parsed(row, TABLE, "custody")?,
        profile,
    })
}
