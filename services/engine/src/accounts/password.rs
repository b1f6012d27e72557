//! Hashing passwords with Argon2id, a few at a time: each takes memory and a core for a while, and whoever asks for more
//! waits a moment and is then told to come back.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use crate::error::{Failure, Refusal, UseError};
use crate::keys;

/// Memory, passes and lanes of Argon2id: 19 MiB, 2 and 1, the OWASP choice for servers; about 50 ms on one core.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;

/// Ten bytes keep short guesses out; 1,024 leave room for any sentence and bound the work of a request.
const PASSWORD_BYTES: std::ops::RangeInclusive<usize> = 10..=1_024;
/// Hashes at one time: 76 MiB in all.
const CONCURRENT_MAX: usize = 4;
/// How long a caller waits for a place; about forty hashes on each of them.
const WAIT: Duration = Duration::from_secs(2);

/// The bounded place where passwords are hashed.
#[derive(Debug)]
pub(crate) struct Passwords {
    places: Arc<Semaphore>,
    /// What an unknown handle is checked against.
    nobody: OnceLock<String>,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(CONCURRENT_MAX)), nobody: OnceLock::new() }
    }

    /// The PHC string of a password.
    pub(crate) async fn hash(&self, password: String) -> Result<String, UseError> {
        let password = Zeroizing::new(password);
        let place = self.place().await?;
        run(move || {
            let hashed = hash(password.as_bytes());
            drop(place);
            hashed
        })
        .await
    }

    /// Whether the password is the one that was hashed. Without a hash, the same work is done, and the answer is no.
    pub(crate) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, UseError> {
        let password = Zeroizing::new(password);
        let known = hash.is_some();
        let hash = match hash {
            Some(hash) => hash,
            None => self.nobody().await?,
        };
        let place = self.place().await?;
        let matches = run(move || {
            let matches = verify(password.as_bytes(), &hash);
            drop(place);
            matches
        });
        Ok(matches.await? && known)
    }

    async fn nobody(&self) -> Result<String, UseError> {
        if let Some(hash) = self.nobody.get() {
            return Ok(hash.clone());
        }
        let hash = self.hash("nobody has this password".to_owned()).await?;
        Ok(self.nobody.get_or_init(|| hash).clone())
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, UseError> {
        match tokio::time::timeout(WAIT, Arc::clone(&self.places).acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            // The semaphore is never closed.
            Ok(Err(_)) | Err(_) => Err(Refusal::Busy.into()),
        }
    }
}

/// Checks the length of a password that is to be set.
pub(crate) fn check(password: &str) -> Result<(), Refusal> {
    if PASSWORD_BYTES.contains(&password.len()) {
        return Ok(());
    }
    Err(Refusal::BadField { field: "password", reason: "must be 10 to 1,024 bytes long" })
}

async fn run<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, UseError> {
    Ok(tokio::task::spawn_blocking(work).await.map_err(Failure::Cut)??)
}

fn argon2() -> Result<Argon2<'static>, Failure> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|error| Failure::unreadable("Argon2 parameters", error))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &[u8]) -> Result<String, Failure> {
    let salt: [u8; SALT_BYTES] = keys::random()?;
    let hash = argon2()?.hash_password_with_salt(password, &salt).map_err(Failure::Password)?;
    Ok(hash.to_string())
}

/// Whether they match; the parameters are those in the hash.
fn verify(password: &[u8], hash: &str) -> Result<bool, Failure> {
    // A login with a longer password than any account can have does no work for it.
    if password.len() > *PASSWORD_BYTES.end() {
        return Ok(false);
    }
    let hash = PasswordHash::new(hash).map_err(|error| Failure::unreadable("a password hash", error))?;
    match argon2()?.verify_password(password, &hash) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(Failure::Password(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let passwords = Passwords::new();
        let hash = passwords.hash("correct horse battery".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify("correct horse battery".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("correct horse".into(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("nobody has this password".into(), None).await.unwrap());
    }

    #[test]
    fn a_password_has_ten_to_1024_bytes() {
        assert!(check("123456789").is_err());
        assert!(check("1234567890").is_ok());
        assert!(check(&"a".repeat(1_024)).is_ok());
        assert!(check(&"a".repeat(1_025)).is_err());
    }
}
