//! Opening an account: the node makes a key, keeps it sealed, and says so in the person's identity document.

use hanse_api::requests::Register;
use hanse_api::views::{AccountView, Registered};
use hanse_base::error::{Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_base::stored::unsound;
use hanse_base::{keys, present};
use hanse_document::kind::{Custody, Identity};
use hanse_document::{Body, Did, Draft, List, Verified};
use hanse_ledger::{Leaf, Statement, SubjectKey};
use hanse_store::accounts::{self, AccountRow, IdentityRow};
use hanse_store::documents;

use crate::handles::{self, taken};
use crate::{Accounts, codes, passwords};

/// A registration with which an account can be opened; [`checked`] alone makes one. Judging a password is work of
/// milliseconds, and done once.
#[derive(Debug)]
pub struct Registration(Register);

/// Refuses what no account can be opened with, before anything is looked up or counted.
///
/// # Errors
/// `BadField`, `WeakPassword`.
pub fn checked(request: Register) -> Result<Registration, Refusal> {
    handles::check(&request.handle)?;
    passwords::check(&request.password, &request.handle)?;
    Ok(Registration(request))
}

impl Accounts {
    /// Checks a registration and opens the account.
    ///
    /// # Errors
    /// `BadField`, `WeakPassword`, and those of [`Accounts::open_account`].
    pub async fn register(&self, request: Register) -> Result<Registered, UseError> {
        self.open_account(checked(request)?).await
    }

    /// Opens an account: makes the key, the genesis and the recovery codes, and queues the identity leaf.
    ///
    /// # Errors
    /// `HandleTaken`, `Busy`.
    pub async fn open_account(&self, registration: Registration) -> Result<Registered, UseError> {
        let Registration(request) = registration;
        let now = self.now();
        let connection = self.store().connection().await?;
        let known = accounts::account_named(&connection, &request.handle, now.unix()).await?;
        drop(connection);
        if known.is_some() {
            return Err(Refusal::HandleTaken.into());
        }
        let password_hash = self.passwords.hash(request.password).await?;
        let key = keys::new_key()?;
        let did = Did::of(&key.public());
        let name = self.logbook.base().config().name.clone();
        let body = Identity {
            custody: Custody::Node(name.clone()),
            home: name.clone(),
            recovery: List::default(),
            seq: 0,
        };
        let genesis = Draft {
            issuer: did.clone(),
            body: Body::Identity(body),
            salt: keys::random()?,
            from: now,
            until: None,
            custody: Some(name.clone()),
        }
        .sign(&key)?;
        let statement = Statement::Identity { commitment: genesis.commitment(), seq: 0 };
        let leaf = statement.draft(now.day(), &[SubjectKey::of(&did)]).sign(&[&key]).map_err(unsound)?;
        let identity = IdentityRow {
            did: did.clone(),
            genesis: genesis.id(),
            home: name.clone(),
            custody: Custody::Node(name),
            logged_index: None,
        };
        let account = AccountRow {
            sealed_key: self.keys().seal_hosted(&did, &key)?,
            did,
            handle: request.handle,
            password_hash,
            created_at: now.unix(),
        };
        let recovery_codes = self.insert(&genesis, &identity, &account, &leaf).await?;
        let person = present::account(&identity.home, &account);
        Ok(Registered { person, recovery_codes })
    }

    async fn insert(
        &self,
        genesis: &Verified,
        identity: &IdentityRow,
        account: &AccountRow,
        leaf: &Leaf,
    ) -> Result<Vec<String>, UseError> {
        let own = self.logbook.log_keys().own(LogKind::Reputation);
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        hanse_logbook::refuse_halted(&tx, own).await?;
        documents::insert(&tx, genesis, true, account.created_at).await?;
        accounts::insert_identity(&tx, identity).await?;
        // The only other unique column is the fresh key.
        accounts::insert_account(&tx, account).await.map_err(taken)?;
        // After the handle stands: who gave it up meanwhile is seen.
        if accounts::former_owner(&tx, &account.handle, account.created_at).await?.is_some() {
            return Err(Refusal::HandleTaken.into());
        }
        let codes = codes::recovery(&tx, self.keys(), &account.did, account.created_at).await?;
        hanse_logbook::enqueue(&tx, &own.origin, leaf).await?;
        tx.commit().await?;
        self.logbook.base().signals().committed();
        Ok(codes)
    }

    /// The account of a person whose home is here.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn person(&self, did: &Did) -> Result<AccountView, UseError> {
        let account = accounts::account(&self.store().connection().await?, did).await?;
        Ok(present::account(
            &self.logbook.base().config().name,
            &account.ok_or(Refusal::NotFound("account"))?,
        ))
    }
}
