//! What the rows of the store say, in the types of the domain.

use hanse_document::{Did, DocumentId, Signed, Verified};
use hanse_ledger::LeafError;
use hanse_lifecycle::Actor;
use hanse_store::Sql;
use hanse_store::contracts::{self, ContractRow};
use hanse_store::documents::DocumentRow;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::{Failure, Refusal, UseError};

/// Reads back a document: it was verified before it was stored, and its bytes are those to which its row commits.
pub fn kept(row: &DocumentRow) -> Result<Verified, Failure> {
    Signed::parse(&row.bytes)
        .and_then(|signed| signed.verified_before(&row.commitment))
        .map_err(|rejection| Failure::unreadable(row.id, rejection))
}

/// A leaf of our own making that does not come out is our failure.
pub fn unsound(error: LeafError) -> UseError {
    Failure::unreadable("a leaf of our own", error).into()
}

/// A document as it is shown: what was verified before it was stored is read, and not judged again.
#[derive(Debug, Deserialize)]
pub struct StoredDocument<B> {
    /// Its body.
    #[serde(rename = "credentialSubject")]
    pub body: B,
    proof: StoredProof,
}

#[derive(Debug, Deserialize)]
struct StoredProof {
    #[serde(default)]
    custody: Option<String>,
}

impl<B: DeserializeOwned> StoredDocument<B> {
    /// Reads the bytes of a document that the store has found to be those to which its row commits.
    pub fn read(bytes: &[u8], id: &DocumentId) -> Result<Self, Failure> {
        serde_json::from_slice(bytes).map_err(|error| Failure::unreadable(id, error))
    }

    /// The node that signed for the author; `None` if they signed themselves.
    pub fn custody(&self) -> Option<String> {
        self.proof.custody.clone()
    }
}

/// Which side of the contract a person is.
pub fn side(contract: &ContractRow, person: &Did) -> Option<Actor> {
    match person {
        person if *person == contract.client => Some(Actor::Client),
        person if *person == contract.freelancer => Some(Actor::Freelancer),
        _ => None,
    }
}

/// A contract in which the person has a part.
///
/// # Errors
/// `NotFound` if there is none; those of the store.
pub async fn contract_of_party(
    db: &impl Sql,
    id: &DocumentId,
    person: &Did,
) -> Result<ContractRow, UseError> {
    let row = contracts::contract(db, id).await?;
    let row = row.filter(|row| row.client == *person || row.freelancer == *person);
    Ok(row.ok_or(Refusal::NotFound("contract"))?)
}
