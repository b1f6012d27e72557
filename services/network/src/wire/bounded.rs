//! Sequences that stop being read at their bound, so that a short message cannot claim much memory.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

/// Reads at most `MAX` items; one more is an error.
pub(super) fn seq<'de, D, T, const MAX: usize>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    at_most(deserializer, MAX)
}

/// The same for a bound that is computed.
pub(super) fn at_most<'de, D, T>(deserializer: D, max: usize) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_seq(Bounded { max, item: PhantomData })
}

struct Bounded<T> {
    max: usize,
    item: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Bounded<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {} items", self.max)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        // Nothing is reserved ahead: the length that the sender announces is only a claim.
        let mut read = Vec::new();
        while let Some(item) = items.next_element()? {
            if read.len() == self.max {
                return Err(A::Error::custom("too many items"));
            }
            read.push(item);
        }
        Ok(read)
    }
}
