//! Identities, accounts, slot keys and profiles.

use hanse_document::kind::Custody;
use hanse_document::{Did, DocumentId, Kind, NodeName, PublicKey};

use crate::rows::{id, parsed};
use crate::{Row, Sql, StoreError, Tx, column};

// On whatever key: did and subject say the same, and which of them a second writer meets first is chance.
pub(super) const INSERT_IDENTITY: &str = "INSERT INTO identity (did, subject, genesis, home, custody) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
// The first genesis stands that a log shows; before that, any may have come first.
pub(super) const REPLACE_IDENTITY: &str = "UPDATE identity SET genesis = $2, home = $3, custody = $4 \
     WHERE did = $1 AND logged_index IS NULL";
pub(super) const SET_LOGGED: &str =
    "UPDATE identity SET logged_index = $2 WHERE did = $1 AND logged_index IS NULL";
pub(super) const IDENTITY: &str =
    "SELECT did, genesis, home, custody, logged_index FROM identity WHERE did = $1";
pub(super) const IDENTITIES: &str =
    "SELECT did, genesis, home, custody, logged_index FROM identity WHERE did = ANY($1)";
pub(super) const LOCK_IDENTITY: &str = "SELECT did FROM identity WHERE did = $1 FOR NO KEY UPDATE";
pub(super) const INSERT_ACCOUNT: &str =
    "INSERT INTO account (did, handle, password_hash, sealed_key, created_at) VALUES ($1, $2, $3, $4, $5)";
pub(super) const ACCOUNT: &str =
    "SELECT did, handle, password_hash, sealed_key, created_at FROM account WHERE did = $1";
pub(super) const SET_PASSWORD: &str = "UPDATE account SET password_hash = $2 \
     WHERE did = $1 AND ($3::text IS NULL OR password_hash = $3)";
pub(super) const HOLD_PASSWORD: &str =
    "SELECT did FROM account WHERE did = $1 AND password_hash = $2 FOR SHARE";
pub(super) const INSERT_SLOT: &str = "INSERT INTO slot (public, did, sealed) VALUES ($1, $2, $3)";
pub(super) const SLOT: &str = "SELECT sealed FROM slot WHERE public = $1 AND did = $2";
pub(super) const PUT_PROFILE: &str = "INSERT INTO profile (did, document, updated_at) VALUES ($1, $2, $3) \
     ON CONFLICT (did) DO UPDATE SET document = $2, updated_at = $3";
pub(super) const PROFILE: &str = "SELECT document, updated_at FROM profile WHERE did = $1";

// Nothing but gossip has ever named them.
pub(super) const DROP_UNLOGGED: &str = "WITH dropped AS (DELETE FROM identity WHERE did = $1 AND logged_index IS NULL \
         AND NOT EXISTS (SELECT FROM account WHERE did = $1) AND NOT EXISTS (SELECT FROM profile WHERE did = $1) \
         AND NOT EXISTS (SELECT FROM job WHERE client = $1) AND NOT EXISTS (SELECT FROM bid WHERE freelancer = $1) \
         AND NOT EXISTS (SELECT FROM contract WHERE client = $1 OR freelancer = $1) \
         AND NOT EXISTS (SELECT FROM again WHERE about = $1) RETURNING genesis) \
     DELETE FROM document USING dropped WHERE document.id = dropped.genesis";

/// What a genesis says of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityRow {
    /// The person.
    pub did: Did,
    /// The genesis document.
    pub genesis: DocumentId,
    /// The home node.
    pub home: NodeName,
    /// `self`, or the node that holds the key.
    pub custody: Custody,
    /// Index of the identity leaf in the home's reputation log, once seen.
    pub logged_index: Option<i64>,
}

/// An account with a hosted key.
#[derive(Clone)]
pub struct AccountRow {
    /// The person.
    pub did: Did,
    /// Their name at this node.
    pub handle: String,
    /// Argon2id, PHC string.
    pub password_hash: String,
    /// The identity key, sealed.
    pub sealed_key: Vec<u8>,
    /// When it was opened, Unix seconds.
    pub created_at: i64,
}

impl std::fmt::Debug for AccountRow {
    /// Without hash and key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountRow")
            .field("did", &self.did)
            .field("handle", &self.handle)
            .finish_non_exhaustive()
    }
}

/// The newest profile of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileRow {
    /// The profile document.
    pub document: DocumentId,
    /// When it was written, Unix seconds.
    pub updated_at: i64,
}

/// Learns a person. `false` if the person is known already.
pub async fn insert_identity(tx: &Tx<'_>, identity: &IdentityRow) -> Result<bool, StoreError> {
    let subject = identity.did.subject_key();
    let values: [&(dyn crate::ToSql + Sync); 5] = [
        &identity.did.as_str(),
        &subject.as_slice(),
        &identity.genesis.hash().as_slice(),
        &identity.home.as_str(),
        &identity.custody.as_str(),
    ];
    Ok(tx.execute(INSERT_IDENTITY, &values).await? == 1)
}

/// Replaces what is known of a person, as long as no log has shown it.
pub async fn replace_identity(tx: &Tx<'_>, identity: &IdentityRow) -> Result<bool, StoreError> {
    let values: [&(dyn crate::ToSql + Sync); 4] = [
        &identity.did.as_str(),
        &identity.genesis.hash().as_slice(),
        &identity.home.as_str(),
        &identity.custody.as_str(),
    ];
    Ok(tx.execute(REPLACE_IDENTITY, &values).await? == 1)
}

/// Forgets a person whom no log has shown and of whom nothing else is here.
pub async fn drop_unlogged(tx: &Tx<'_>, did: &Did) -> Result<(), StoreError> {
    tx.execute(DROP_UNLOGGED, &[&did.as_str()]).await?;
    Ok(())
}

/// Notes where the identity leaf stands.
pub async fn set_logged(tx: &Tx<'_>, did: &Did, index: i64) -> Result<(), StoreError> {
    tx.execute(SET_LOGGED, &[&did.as_str(), &index]).await?;
    Ok(())
}

/// A person by name.
pub async fn find_identity(db: &impl Sql, did: &Did) -> Result<Option<IdentityRow>, StoreError> {
    db.query_opt(IDENTITY, &[&did.as_str()]).await?.as_ref().map(read_identity).transpose()
}

/// Those of these people who are known, in no order.
pub async fn identities(db: &impl Sql, dids: &[&Did]) -> Result<Vec<IdentityRow>, StoreError> {
    let names: Vec<&str> = dids.iter().map(|did| did.as_str()).collect();
    db.query(IDENTITIES, &[&names]).await?.iter().map(read_identity).collect()
}

/// Holds a person against every other writer of what there is one of: their profile.
pub async fn lock_identity(tx: &Tx<'_>, did: &Did) -> Result<(), StoreError> {
    tx.query_opt(LOCK_IDENTITY, &[&did.as_str()]).await.map(drop)
}

/// Opens an account.
///
/// # Errors
/// A unique violation if the handle is taken.
pub async fn insert_account(tx: &Tx<'_>, account: &AccountRow) -> Result<(), StoreError> {
    let AccountRow { did, handle, password_hash, sealed_key, created_at } = account;
    tx.execute(INSERT_ACCOUNT, &[&did.as_str(), handle, password_hash, sealed_key, created_at]).await?;
    Ok(())
}

/// The account of a person.
pub async fn account(db: &impl Sql, did: &Did) -> Result<Option<AccountRow>, StoreError> {
    db.query_opt(ACCOUNT, &[&did.as_str()]).await?.as_ref().map(read_account).transpose()
}

/// Replaces the password of an account, if it is still `old` where that is said.
pub async fn set_password(
    tx: &Tx<'_>,
    did: &Did,
    password_hash: &str,
    old: Option<&str>,
) -> Result<bool, StoreError> {
    Ok(tx.execute(SET_PASSWORD, &[&did.as_str(), &password_hash, &old]).await? == 1)
}

/// Whether this is the password of an account; if so, it stays that until the transaction ends.
pub async fn hold_password(tx: &Tx<'_>, did: &Did, password_hash: &str) -> Result<bool, StoreError> {
    Ok(tx.query_opt(HOLD_PASSWORD, &[&did.as_str(), &password_hash]).await?.is_some())
}

/// Keeps a sealed slot key of a hosted person.
pub async fn insert_slot(
    tx: &Tx<'_>,
    public: &PublicKey,
    did: &Did,
    sealed: &[u8],
) -> Result<(), StoreError> {
    tx.execute(INSERT_SLOT, &[&public.as_bytes().as_slice(), &did.as_str(), &sealed]).await?;
    Ok(())
}

/// The sealed slot key of this person.
pub async fn slot(db: &impl Sql, public: &PublicKey, did: &Did) -> Result<Option<Vec<u8>>, StoreError> {
    let row = db.query_opt(SLOT, &[&public.as_bytes().as_slice(), &did.as_str()]).await?;
    row.as_ref().map(|row| column(row, "slot", "sealed")).transpose()
}

/// Makes a profile document the newest one.
pub async fn put_profile(tx: &Tx<'_>, did: &Did, document: &DocumentId, at: i64) -> Result<(), StoreError> {
    tx.execute(PUT_PROFILE, &[&did.as_str(), &document.hash().as_slice(), &at]).await?;
    Ok(())
}

/// The newest profile of a person.
pub async fn profile(db: &impl Sql, did: &Did) -> Result<Option<ProfileRow>, StoreError> {
    const TABLE: &str = "profile";
    let row = db.query_opt(PROFILE, &[&did.as_str()]).await?;
    let read = |row: &Row| {
        Ok(ProfileRow {
            document: id(row, TABLE, "document", Kind::Profile)?,
            updated_at: column(row, TABLE, "updated_at")?,
        })
    };
    row.as_ref().map(read).transpose()
}

fn read_identity(row: &Row) -> Result<IdentityRow, StoreError> {
    const TABLE: &str = "identity";
    Ok(IdentityRow {
        did: parsed(row, TABLE, "did")?,
        genesis: id(row, TABLE, "genesis", Kind::Identity)?,
        home: parsed(row, TABLE, "home")?,
        custody: parsed(row, TABLE, "custody")?,
        logged_index: column(row, TABLE, "logged_index")?,
    })
}

pub(super) fn read_account(row: &Row) -> Result<AccountRow, StoreError> {
    const TABLE: &str = "account";
    Ok(AccountRow {
        did: parsed(row, TABLE, "did")?,
        handle: column(row, TABLE, "handle")?,
        password_hash: column(row, TABLE, "password_hash")?,
        sealed_key: column(row, TABLE, "sealed_key")?,
        created_at: column(row, TABLE, "created_at")?,
    })
}
