//! Pages by key, never by number: a page does not shift when something is added before it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hanse_api::views::Page;

use crate::error::Refusal;

/// A page that a person scrolls through.
const LIMIT: u32 = 20;
/// A page that a program reads.
const LIMIT_MAX: u32 = 100;

/// What says where an item stands among all others.
pub trait Key: Copy {
    /// As a cursor has it.
    fn text(self) -> String;
    /// From a cursor; `None` if it is another's.
    fn parse(text: &str) -> Option<Self>;
}

/// A number that only grows.
impl Key for i64 {
    fn text(self) -> String {
        self.to_string()
    }

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// The time and the hash of an item.
impl Key for (i64, [u8; 32]) {
    fn text(self) -> String {
        format!("{}.{}", self.0, URL_SAFE_NO_PAD.encode(self.1))
    }

    fn parse(text: &str) -> Option<Self> {
        let (at, hash) = text.split_once('.')?;
        Some((at.parse().ok()?, URL_SAFE_NO_PAD.decode(hash).ok()?.try_into().ok()?))
    }
}

/// The same behind how well it fits.
impl Key for (i64, (i64, [u8; 32])) {
    fn text(self) -> String {
        format!("{}.{}", self.0, self.1.text())
    }

    fn parse(text: &str) -> Option<Self> {
        let (fits, key) = text.split_once('.')?;
        Some((fits.parse().ok()?, Key::parse(key)?))
    }
}

/// Where a page begins, and how long it may be.
#[derive(Debug)]
pub struct Cut<K = (i64, [u8; 32])> {
    /// After the item of this time and hash.
    pub after: Option<K>,
    limit: usize,
}

impl<K: Key> Cut<K> {
    /// Reads what a caller asked for.
    pub fn read(cursor: Option<&str>, limit: Option<u32>) -> Result<Self, Refusal> {
        let limit = limit.unwrap_or(LIMIT);
        if !(1..=LIMIT_MAX).contains(&limit) {
            return Err(Refusal::BadField { field: "limit", reason: "must be 1 to 100" });
        }
        let after = cursor.map(|text| {
            K::parse(text)
                .ok_or(Refusal::BadField { field: "cursor", reason: "is not one that a page ended with" })
        });
        Ok(Self { after: after.transpose()?, limit: usize::try_from(limit).unwrap_or(1) })
    }

    /// One more than the page holds, to know whether there is a next one.
    pub fn fetch(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX).saturating_add(1)
    }

    /// The rows of the page, and the cursor of the next one.
    pub fn cut<R>(&self, mut rows: Vec<R>, key: impl Fn(&R) -> K) -> (Vec<R>, Option<String>) {
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next = rows.last().filter(|_| more).map(|row| key(row).text());
        (rows, next)
    }
}

/// An empty or whole page.
pub fn page<T>(items: Vec<T>, next: Option<String>) -> Page<T> {
    Page { items, next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_does() {
        let key = (1_795_514_400, [7; 32]);
        let other = (-4, key);
        assert_eq!(Key::parse(&key.text()), Some(key));
        assert_eq!(Key::parse(&other.text()), Some(other));
        assert!(Cut::<(i64, (i64, [u8; 32]))>::read(Some(&key.text()), None).is_err(), "of another order");
        assert!(Cut::<(i64, [u8; 32])>::read(Some(&other.text()), None).is_err(), "of another order");
        for wrong in ["", ".", "1", "1.", "x.AAAA", "1.AAAA"] {
            assert!(Cut::<(i64, [u8; 32])>::read(Some(wrong), None).is_err(), "{wrong}");
        }
        for limit in [0, 101] {
            assert!(Cut::<(i64, [u8; 32])>::read(None, Some(limit)).is_err(), "{limit}");
        }
    }

    #[test]
    fn a_page_says_where_the_next_one_begins() {
        let cut = Cut::read(None, Some(2)).unwrap();
        let key = |row: &u8| (i64::from(*row), [*row; 32]);
        assert_eq!(cut.cut(vec![3, 2], key), (vec![3, 2], None));
        assert_eq!(cut.cut(vec![3, 2, 1], key), (vec![3, 2], Some((2, [2; 32]).text())));
    }
}
