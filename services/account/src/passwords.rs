//! Hashing passwords with Argon2id, a few at a time, each in memory that is taken once and used again: whoever asks for more waits
//! a moment, few may wait, and the others are told at once to come back.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use hanse_base::error::{Failure, Refusal, UseError};
use hanse_base::keys;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use crate::weak;

/// Memory, passes and lanes of Argon2id: 19 MiB, 2 and 1, the OWASP choice for servers; about 50 ms on one core.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// Ten characters keep short guesses out; 1,024 leave room for any sentence and bound the work of a request.
const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 10..=1_024;
/// Bytes of the longest password: what it is compared with is not worth more work.
const PASSWORD_BYTES_MAX: usize = 4 * 1_024;
/// Hashes at one time: 38 MiB in all, and no more cores than the machine that this is built for has.
const CONCURRENT_MAX: usize = 2;
/// Callers that wait for a place: what both places get done within the wait below.
const WAITING_MAX: usize = 64;
/// How long a caller waits for a place; about forty hashes on each of them.
const WAIT: Duration = Duration::from_secs(2);

/// The bounded place where passwords are hashed.
#[derive(Debug)]
pub(crate) struct Passwords {
    places: Arc<Semaphore>,
    waiting: Semaphore,
    memory: Arc<Memory>,
    /// What an unknown handle is checked against.
    nobody: OnceLock<String>,
}

/// Memory that waits for the next hash. An allocator asked for 19 MiB again and again keeps one such piece for each thread that ever
/// asked; these are as many as the places.
#[derive(Debug, Default)]
struct Memory(Mutex<Vec<Vec<Block>>>);

impl Memory {
    fn take(&self) -> Vec<Block> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.unwrap_or_else(|| vec![Block::new(); usize::try_from(MEMORY_KIB).unwrap_or_default()])
    }

    fn put_back(&self, blocks: Vec<Block>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(blocks);
    }
}

impl Passwords {
    pub(crate) fn new() -> Self {
        Self {
            places: Arc::new(Semaphore::new(CONCURRENT_MAX)),
            waiting: Semaphore::new(WAITING_MAX),
            memory: Arc::default(),
            nobody: OnceLock::new(),
        }
    }

    /// The PHC string of a password.
    pub(crate) async fn hash(&self, password: String) -> Result<String, UseError> {
        let password = Zeroizing::new(password);
        self.run(move |memory| hash(password.as_bytes(), memory)).await
    }

    /// Whether the password is the one that was hashed. Without a hash, the same work is done, and the answer is no.
    pub(crate) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, UseError> {
        let password = Zeroizing::new(password);
        let known = hash.is_some();
        let hash = match hash {
            Some(hash) => hash,
            None => self.nobody().await?,
        };
        let matches = self.run(move |memory| verify(password.as_bytes(), &hash, memory));
        Ok(matches.await? && known)
    }

    async fn nobody(&self) -> Result<String, UseError> {
        if let Some(hash) = self.nobody.get() {
            return Ok(hash.clone());
        }
        let hash = self.hash("nobody has this password".to_owned()).await?;
        Ok(self.nobody.get_or_init(|| hash).clone())
    }

    /// Does the work in one of the places. The place is held until the work is done, also when nobody waits for it any more.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut [Block]) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, UseError> {
        let place = self.place().await?;
        let memory = Arc::clone(&self.memory);
        let work = move || {
            let mut blocks = memory.take();
            let done = work(&mut blocks);
            memory.put_back(blocks);
            drop(place);
            done
        };
        Ok(tokio::task::spawn_blocking(work).await.map_err(Failure::Cut)??)
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, UseError> {
        let Ok(_waiting) = self.waiting.try_acquire() else { return Err(Refusal::Busy.into()) };
        match tokio::time::timeout(WAIT, Arc::clone(&self.places).acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            // The semaphore is never closed.
            Ok(Err(_)) | Err(_) => Err(Refusal::Busy.into()),
        }
    }
}

/// Checks a password that is to be set for somebody of this handle.
pub(crate) fn check(password: &str, handle: &str) -> Result<(), Refusal> {
    check_as("password", password, handle)
}

/// The same, where it stands in a field of another name.
pub(crate) fn check_as(field: &'static str, password: &str, handle: &str) -> Result<(), Refusal> {
    // Counted up to the bound: a longer one is refused whatever its length.
    if !PASSWORD_CHARS.contains(&password.chars().take(PASSWORD_BYTES_MAX).count()) {
        return Err(Refusal::BadField { field, reason: "must be 10 to 1,024 characters long" });
    }
    weak::reason(password, handle).map_or(Ok(()), |reason| Err(Refusal::WeakPassword(reason)))
}

fn argon2() -> Result<Argon2<'static>, Failure> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_BYTES)).map_err(Failure::Password)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The PHC string of a password.
fn hash(password: &[u8], memory: &mut [Block]) -> Result<String, Failure> {
    let salt: [u8; SALT_BYTES] = keys::random()?;
    let argon2 = argon2()?;
    let output = digest(&argon2, password, &salt, memory)?;
    let hash = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(argon2.params()).map_err(unreadable)?,
        salt: Some(Salt::new(&salt).map_err(unreadable)?),
        hash: Some(Output::new(&*output).map_err(unreadable)?),
    };
    Ok(hash.to_string())
}

/// Whether they match. The hash must be one of the parameters above: the memory is no larger.
fn verify(password: &[u8], hash: &str, memory: &mut [Block]) -> Result<bool, Failure> {
    // A login with a longer password than any account can have does no work for it.
    if password.len() > PASSWORD_BYTES_MAX {
        return Ok(false);
    }
    let hash = PasswordHash::new(hash).map_err(unreadable)?;
    let (Some(salt), Some(output)) = (hash.salt, hash.hash) else {
        return Err(unreadable("it has no salt or no output"));
    };
    let params = Params::try_from(&hash).map_err(unreadable)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let found = digest(&argon2, password, salt.as_ref(), memory)?;
    // `Output` compares in constant time.
    Ok(Output::new(&*found).map_err(unreadable)? == output)
}

fn unreadable(why: impl std::fmt::Display) -> Failure {
    Failure::unreadable("a password hash", why)
}

fn digest(
    argon2: &Argon2<'_>,
    password: &[u8],
    salt: &[u8],
    memory: &mut [Block],
) -> Result<Zeroizing<[u8; HASH_BYTES]>, Failure> {
    let mut output = Zeroizing::new([0; HASH_BYTES]);
    argon2.hash_password_into_with_memory(password, salt, &mut *output, memory).map_err(Failure::Password)?;
    Ok(output)
}

#[cfg(test)]
mod tests {
    use argon2::{PasswordHasher as _, PasswordVerifier as _};
    use futures::future::join_all;

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

    /// Both directions against the library's own form, which hashes of earlier versions have.
    #[tokio::test]
    async fn the_hashes_are_those_of_the_library() {
        let (passwords, library) = (Passwords::new(), argon2().unwrap());
        let ours = passwords.hash("correct horse battery".into()).await.unwrap();
        let read = PasswordHash::new(&ours).unwrap();
        assert_eq!(library.verify_password(b"correct horse battery", &read), Ok(()));
        let theirs = library.hash_password_with_salt(b"correct horse battery", &[7; 16]).unwrap().to_string();
        assert!(passwords.verify("correct horse battery".into(), Some(theirs)).await.unwrap());
    }

    #[tokio::test]
    async fn memory_is_used_again_and_few_may_wait() {
        let passwords = Passwords::new();
        let asked = CONCURRENT_MAX + WAITING_MAX + 10;
        // The places are taken, so that everybody waits at once.
        let held = Arc::clone(&passwords.places).acquire_many_owned(2).await.unwrap();
        let mut all = Vec::new();
        for _ in 0..asked {
            all.push(Box::pin(passwords.hash("correct horse battery".into())));
        }
        let answered = all.iter_mut().filter_map(|one| futures::FutureExt::now_or_never(one.as_mut()));
        let refused = answered.inspect(|answer| assert!(answer.is_err())).count();
        assert_eq!(refused, asked - WAITING_MAX, "the others were refused at once");
        all.clear();
        drop(held);
        let few = (0..8).map(|_| passwords.hash("correct horse battery".into()));
        assert!(join_all(few).await.iter().all(Result::is_ok));
        let kept = passwords.memory.0.lock().unwrap().len();
        assert!(kept > 0 && kept <= CONCURRENT_MAX, "{kept}");
    }

    #[test]
    fn no_work_is_done_for_a_password_that_nobody_can_have() {
        let mut memory = Vec::new();
        let long = vec![b'x'; PASSWORD_BYTES_MAX + 1];
        assert!(!verify(&long, "not even looked at", &mut memory).unwrap());
        assert!(verify(&long[1..], "looked at", &mut memory).is_err());
    }

    #[test]
    fn a_password_has_ten_to_1024_characters() {
        let long = |count: usize| "Zw9!kq ".chars().cycle().take(count).collect::<String>();
        assert!(check("tq8#Lm2vX", "ada").is_err());
        assert!(check("ééééé", "ada").is_err(), "ten bytes are not ten characters");
        assert_eq!(check("tq8#Lm2vXé", "ada"), Ok(()));
        assert_eq!(check(&long(1_024), "ada"), Ok(()));
        assert!(check(&long(1_025), "ada").is_err());
    }
}
