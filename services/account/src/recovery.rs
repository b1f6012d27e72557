//! A new password: with the current one, or with a code that is good once.

use hanse_api::requests::{PasswordRequest, ResetLetterRequest, ResetRequest};
use hanse_api::views::RecoveryCodes;
use hanse_base::error::{AccountRefusal, Refusal, UseError};
use hanse_document::Did;
use hanse_store::Tx;
use hanse_store::accounts::{self, AccountRow, Purpose};

use crate::codes::{self, Made, NOBODY};
use crate::letters::{self, Change};
use crate::{Accounts, DAY_SECONDS, handles, passwords};

/// A code in a letter: whoever asks for it waits for it.
const MAILED_SECONDS: i64 = 3_600;
/// Letters with codes to one person within a day: some get lost, and nobody's box is filled.
pub(crate) const LETTERS_MAX: i64 = 5;
/// Accounts of one address that are written to: a family, an association.
const ACCOUNTS_MAX: i64 = 5;

impl Accounts {
    /// The account of somebody who is signed in and gives their current password.
    pub(crate) async fn confirmed(&self, did: &Did, password: &str) -> Result<AccountRow, UseError> {
        let account = accounts::account(&self.store().connection().await?, did).await?;
        let account = account.ok_or(Refusal::NotFound("account"))?;
        let hash = account.password_hash.clone();
        if self.passwords.verify(password.to_owned(), Some(hash)).await? {
            Ok(account)
        } else {
            Err(AccountRefusal::WrongPassword.into())
        }
    }

    /// Sets a new password, and ends every login but the one that asks.
    ///
    /// # Errors
    /// `WrongPassword`, `BadField`, `WeakPassword`, `Busy`.
    pub async fn change_password(
        &self,
        did: &Did,
        session: &str,
        request: PasswordRequest,
    ) -> Result<(), UseError> {
        let account = self.confirmed(did, &request.password).await?;
        passwords::check_as("new_password", &request.new_password, &account.handle)?;
        let hash = self.passwords.hash(request.new_password).await?;
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        // Somebody else was quicker: the password that was given is the current one no more.
        if !accounts::set_password(&tx, did, &hash, Some(&account.password_hash)).await? {
            return Err(AccountRefusal::WrongPassword.into());
        }
        self.over(tx, &account, Some(session)).await
    }

    /// Sets a new password with a code, uses the code up, and ends every login. Who has no account here is answered in the same time.
    ///
    /// # Errors
    /// `WrongCode`, `BadField`, `WeakPassword`, `Busy`.
    pub async fn reset_password(&self, request: ResetRequest) -> Result<(), UseError> {
        let form = Refusal::BadField {
            field: "code",
            reason: "has 16 letters and digits, as in 9x4k-c2mn-70vh-qd3w",
        };
        let code = codes::read(&request.code).ok_or(form)?;
        passwords::check(&request.password, &request.handle)?;
        // Before it is known whether there is such an account: the work is the same.
        let hash = self.passwords.hash(request.password).await?;
        let (mut connection, now) = (self.store().connection().await?, self.now().unix());
        let tx = connection.begin().await?;
        let account = match handles::is_handle(&request.handle) {
            true => accounts::account_named(&tx, &request.handle, now).await?,
            false => None,
        };
        let owner = account.as_ref().map_or(NOBODY, |account| account.did.as_str());
        let taken = codes::hash(self.keys(), owner, &code);
        let taken = accounts::take_code(&tx, owner, &taken, Purpose::RESETS, now).await?;
        let (Some(account), Some(_)) = (account, taken) else { return Err(AccountRefusal::WrongCode.into()) };
        accounts::set_password(&tx, &account.did, &hash, None).await?;
        self.over(tx, &account, None).await
    }

    /// Ends what the old password has opened: logins, and codes that somebody else may have asked for.
    async fn over(&self, tx: Tx<'_>, account: &AccountRow, but: Option<&str>) -> Result<(), UseError> {
        let now = self.now().unix();
        accounts::remove_codes(&tx, &account.did, &[Purpose::Mailed, Purpose::Operator]).await?;
        let ended = accounts::revoke_other_sessions(&tx, &account.did, but, now).await?;
        if let Some(email) = accounts::email(&tx, &account.did).await? {
            let letter = letters::changed(self.node(), &account.handle, Change::Password);
            letter.enqueue(&tx, &email.address, now).await?;
        }
        tx.commit().await?;
        ended.iter().for_each(|session| (self.ended)(session));
        Ok(())
    }

    /// Makes new recovery codes; all before them are void.
    ///
    /// # Errors
    /// `WrongPassword`, `Busy`.
    pub async fn new_recovery_codes(&self, did: &Did, password: &str) -> Result<RecoveryCodes, UseError> {
        self.confirmed(did, password).await?;
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        // Of two requests at once the second takes the codes of the first away.
        accounts::lock_identity(&tx, did).await?;
        let recovery_codes = codes::recovery(&tx, self.keys(), did, self.now().unix()).await?;
        tx.commit().await?;
        Ok(RecoveryCodes { recovery_codes })
    }

    /// Whose account is meant. Whether there is any is not said.
    ///
    /// # Errors
    /// `NoMail`; `BadField` if neither handle nor address is named, or both are.
    pub fn meant(&self, request: ResetLetterRequest) -> Result<Meant, Refusal> {
        self.sends_letters()?;
        match (request.handle, request.email) {
            (Some(handle), None) => Ok(Meant::Handle(handle)),
            (None, Some(email)) => Ok(Meant::Email(email)),
            _ => Err(Refusal::BadField {
                field: "handle",
                reason: "or `email` is named, and only one of them",
            }),
        }
    }

    /// Writes a code to the address of each account that is meant and has one.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn send_reset_letters(&self, meant: &Meant) -> Result<(), UseError> {
        let (mut connection, now) = (self.store().connection().await?, self.now().unix());
        let tx = connection.begin().await?;
        let found = match meant {
            Meant::Handle(handle) => accounts::account_named(&tx, handle, now).await?.into_iter().collect(),
            Meant::Email(email) => accounts::accounts_by_email(&tx, email, ACCOUNTS_MAX).await?,
        };
        for account in found {
            accounts::lock_identity(&tx, &account.did).await?;
            let sent = accounts::count_codes(&tx, &account.did, &[Purpose::Mailed], now - DAY_SECONDS);
            let (Some(email), true) = (accounts::email(&tx, &account.did).await?, sent.await? < LETTERS_MAX)
            else {
                continue;
            };
            let until = Some(now + MAILED_SECONDS);
            let made = Made { purpose: Purpose::Mailed, address: None, now, until };
            let code = codes::make(&tx, self.keys(), &account.did, made).await?;
            letters::reset(self.node(), &account.handle, &code).enqueue(&tx, &email.address, now).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// Whose password is to be reset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// Of the account of this name.
    Handle(String),
    /// Of the accounts of this address.
    Email(String),
}
