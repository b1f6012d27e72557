//! A private e-mail address, which is a person's once they have given the code that was sent there.

use hanse_api::requests::EmailRequest;
use hanse_api::views::EmailView;
use hanse_base::error::{AccountRefusal, Refusal, UseError};
use hanse_base::present;
use hanse_document::Did;
use hanse_store::accounts::{self, EmailRow, Purpose};

use crate::codes::{self, Made};
use crate::letters::{self, Change};
use crate::recovery::LETTERS_MAX;
use crate::{Accounts, DAY_SECONDS};

/// RFC 5321: a path has at most 256 characters, two of which are its brackets.
const ADDRESS_CHARS_MAX: usize = 254;
/// The part before the sign, after the same.
const LOCAL_CHARS_MAX: usize = 64;

/// What became of a request for an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// A code is on its way to it.
    Asked,
    /// There is none any more.
    Removed,
}

impl Accounts {
    /// The address of a person.
    ///
    /// # Errors
    /// `NotFound` if there is none.
    pub async fn email(&self, did: &Did) -> Result<EmailView, UseError> {
        let row = accounts::email(&self.store().connection().await?, did).await?;
        let EmailRow { address, verified_at } = row.ok_or(Refusal::NotFound("address"))?;
        Ok(EmailView { address, verified_at: present::time(verified_at) })
    }

    /// Sends a code to an address, or forgets the one that is there. The one before stays until the new one is confirmed.
    ///
    /// # Errors
    /// `NoMail`, `WrongPassword`, `BadField`, `TooManyLetters`, `Busy`.
    pub async fn put_email(&self, did: &Did, request: EmailRequest) -> Result<Address, UseError> {
        if let Some(address) = &request.address {
            self.sends_letters()?;
            check(address)?;
        }
        let account = self.confirmed(did, &request.password).await?;
        let (mut connection, now) = (self.store().connection().await?, self.now().unix());
        let tx = connection.begin().await?;
        accounts::lock_identity(&tx, did).await?;
        let done = if let Some(address) = request.address.as_deref() {
            let sent = accounts::count_codes(&tx, did, &[Purpose::Address], now - DAY_SECONDS).await?;
            if sent >= LETTERS_MAX {
                return Err(AccountRefusal::TooManyLetters(LETTERS_MAX).into());
            }
            let until = Some(now + DAY_SECONDS);
            let made = Made { purpose: Purpose::Address, address: Some(address), now, until };
            let code = codes::make(&tx, self.keys(), did, made).await?;
            letters::address(self.node(), &account.handle, &code).enqueue(&tx, address, now).await?;
            Address::Asked
        } else {
            if let Some(old) = accounts::email(&tx, did).await? {
                let letter = letters::changed(self.node(), &account.handle, Change::Address);
                letter.enqueue(&tx, &old.address, now).await?;
            }
            accounts::remove_email(&tx, did).await?;
            accounts::remove_codes(&tx, did, &[Purpose::Address, Purpose::Mailed]).await?;
            Address::Removed
        };
        tx.commit().await?;
        Ok(done)
    }

    /// Makes the address the person's to which this code was sent.
    ///
    /// # Errors
    /// `WrongCode`.
    pub async fn verify_email(&self, did: &Did, code: &str) -> Result<EmailView, UseError> {
        let code = codes::read(code).ok_or(AccountRefusal::WrongCode)?;
        let hash = codes::hash(self.keys(), did.as_str(), &code);
        let (mut connection, now) = (self.store().connection().await?, self.now().unix());
        let tx = connection.begin().await?;
        accounts::lock_identity(&tx, did).await?;
        let taken = accounts::take_code(&tx, did.as_str(), &hash, &[Purpose::Address], now).await?;
        let address = taken.flatten().ok_or(AccountRefusal::WrongCode)?;
        let account = accounts::account(&tx, did).await?.ok_or(Refusal::NotFound("account"))?;
        if let Some(old) = accounts::email(&tx, did).await?.filter(|old| old.address != address) {
            let letter = letters::changed(self.node(), &account.handle, Change::Address);
            letter.enqueue(&tx, &old.address, now).await?;
        }
        accounts::put_email(&tx, did, &address, now).await?;
        // What was sent to the address before opens nothing any more.
        accounts::remove_codes(&tx, did, &[Purpose::Mailed]).await?;
        tx.commit().await?;
        Ok(EmailView { address, verified_at: present::time(now) })
    }
}

/// Refuses what is no address of a mailbox. Quoted local parts and letters beyond ASCII are not taken: few servers deliver them.
fn check(address: &str) -> Result<(), Refusal> {
    let local = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
    let dotted = |part: &str| part.split('.').all(|atom| !atom.is_empty());
    let label = |label: &str| {
        label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let formed = address.len() <= ADDRESS_CHARS_MAX
        && address.rsplit_once('@').is_some_and(|(name, domain)| {
            name.len() <= LOCAL_CHARS_MAX
                && name.bytes().all(local)
                && dotted(name)
                && dotted(domain)
                && domain.contains('.')
                && domain.split('.').all(label)
        });
    if formed {
        return Ok(());
    }
    Err(Refusal::BadField { field: "address", reason: "must be an e-mail address, as in ada@mail.example" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_line_with_a_mailbox_and_a_domain() {
        for address in ["ada@mail.example", "a.b+c@x-y.example", "o'hara@a.b.c.example"] {
            assert_eq!(check(address), Ok(()), "{address}");
        }
        let long = format!("{}@mail.example", "a".repeat(65));
        for wrong in [
            "",
            "ada",
            "@mail.example",
            "ada@",
            "ada@localhost",
            "ada@mail..example",
            ".ada@mail.example",
            "a@b@mail.example",
            "ada@-mail.example",
            "ada@mail.example\r\nBcc: all@mail.example",
            "ada <ada@mail.example>",
            "adä@mail.example",
            &long,
        ] {
            assert!(check(wrong).is_err(), "{wrong:?}");
        }
    }
}
