//! Codes that are good once. Each has 80 random bits in the letters of Crockford's base 32, which nobody mistakes for another; the
//! database keeps a hash with a key that is not in it, so that a slow one would add nothing.

use hanse_base::error::UseError;
use hanse_base::keys::{self, Keys};
use hanse_document::Did;
use hanse_store::Tx;
use hanse_store::accounts::{self, NewCode, Purpose};

/// 80 bits: whoever tries a billion codes a second needs ten million years for one account.
const BYTES: usize = 10;
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LETTER_BITS: usize = 5;
const LETTER_MASK: u128 = 31;
const CODE_LETTERS: usize = 16;
/// Letters of a group: what is read and typed at a glance.
const GROUP: usize = 4;
/// The longest text that is read as a code: sixteen letters with room for what stands between them.
const TEXT_MAX: usize = 64;

/// What no account has: its codes are looked for as those of one.
pub(crate) const NOBODY: &str = "nobody";

/// How long a code is good, and where it was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Made<'a> {
    pub(crate) purpose: Purpose,
    pub(crate) address: Option<&'a str>,
    pub(crate) now: i64,
    pub(crate) until: Option<i64>,
}

/// Makes a code and keeps its hash; the answer is all that there will ever be of it.
pub(crate) async fn make(tx: &Tx<'_>, keys: &Keys, did: &Did, made: Made<'_>) -> Result<String, UseError> {
    let Made { purpose, address, now, until } = made;
    let letters = letters(keys::random()?);
    let hash = hash(keys, did.as_str(), &letters);
    accounts::insert_code(tx, did, NewCode { hash: &hash, purpose, address, made_at: now, until }).await?;
    Ok(grouped(&letters))
}

/// Makes the recovery codes of a person; all before them are void.
pub(crate) async fn recovery(tx: &Tx<'_>, keys: &Keys, did: &Did, now: i64) -> Result<Vec<String>, UseError> {
    accounts::remove_codes(tx, did, &[Purpose::Recovery]).await?;
    let mut codes = Vec::new();
    for _ in 0..RECOVERY_CODES {
        let made = Made { purpose: Purpose::Recovery, address: None, now, until: None };
        codes.push(make(tx, keys, did, made).await?);
    }
    Ok(codes)
}

/// Recovery codes of a person: they fit a slip of paper, and last for years.
pub(crate) const RECOVERY_CODES: usize = 8;

/// The hash of a code of a person, as it is kept.
pub(crate) fn hash(keys: &Keys, did: &str, letters: &str) -> [u8; 32] {
    keys.code(did.as_bytes(), letters.as_bytes())
}

/// What somebody typed, in the one form that is hashed; `None` if no code looks so.
pub(crate) fn read(text: &str) -> Option<String> {
    if text.len() > TEXT_MAX {
        return None;
    }
    let typed = text.chars().filter(|letter| !matches!(letter, '-' | ' '));
    let letters: Option<String> = typed
        .map(|letter| match letter.to_ascii_lowercase() {
            'o' => Some('0'),
            'i' | 'l' => Some('1'),
            letter => Some(letter).filter(|letter| LETTERS.iter().any(|known| char::from(*known) == *letter)),
        })
        .collect();
    letters.filter(|letters| letters.len() == CODE_LETTERS)
}

fn letters(bytes: [u8; BYTES]) -> String {
    let bits = bytes.iter().fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
    let places = (0..CODE_LETTERS).rev();
    let five = |place: usize| usize::try_from((bits >> (place * LETTER_BITS)) & LETTER_MASK).ok();
    places.filter_map(|place| LETTERS.get(five(place)?)).map(|letter| char::from(*letter)).collect()
}

fn grouped(letters: &str) -> String {
    let letters: Vec<char> = letters.chars().collect();
    let groups: Vec<String> = letters.chunks(GROUP).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use hanse_base::config::Secret;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = letters([0, 68, 50, 20, 199, 66, 84, 182, 53, 207]);
        assert_eq!(code, "0123456789abcdef", "the alphabet in order");
        assert_eq!(grouped(&code), "0123-4567-89ab-cdef");
        for typed in
            ["0123-4567-89ab-cdef", "O1 23 4567 89AB CDEF", "oI23456789abcdef", " ol23-4567-89ab-cdef"]
        {
            assert_eq!(read(typed).as_deref(), Some("0123456789abcdef"), "{typed}");
        }
        for wrong in
            ["", "0123-4567-89ab-cde", "0123-4567-89ab-cdefg", "0123-4567-89ab-cdeu", &"-".repeat(80)]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(letters([255; BYTES]), "z".repeat(CODE_LETTERS));
    }

    #[test]
    fn a_hash_is_of_one_person_and_of_one_node() {
        let keys = |byte| Keys::derive(&Secret::new([byte; 32]));
        let of = |byte, did| hash(&keys(byte), did, "0123456789abcdef");
        assert_eq!(of(7, "did:a"), of(7, "did:a"));
        assert_ne!(of(7, "did:a"), of(7, "did:b"));
        assert_ne!(of(7, "did:a"), of(8, "did:a"));
        assert_ne!(of(7, "did:a"), hash(&keys(7), "did:a", "0123456789abcdeg"));
    }
}
