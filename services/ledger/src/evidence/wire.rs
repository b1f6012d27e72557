//! How the parts of a file are read: objects that are no lists, lists that end, hashes in lower-case hexadecimal.
//!
//! Serde by itself would read a list for an object, nothing for null, and lists as long as they come.

use std::fmt;
use std::marker::PhantomData;

use hanse_document::canonical::{INTEGER_MAX, is_normal};
use hanse_document::rejection::Rejection;
use hanse_tlog::Hash;
use hanse_tlog::note::NOTE_BYTES_MAX;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{ENTRIES_MAX, PARTS_MAX, Part};

/// An object of these fields.
pub(super) fn object<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    from.deserialize_map(Fields(PhantomData))
}

/// The parts of a file, until there are too many entries in them.
pub(super) fn parts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Part>, D::Error> {
    struct Parts;

    impl<'de> Visitor<'de> for Parts {
        type Value = Vec<Part>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a list of at most {PARTS_MAX} parts with {ENTRIES_MAX} entries")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<Part>, A::Error> {
            let (mut read, mut entries) = (Vec::new(), 0_usize);
            while let Some(Object(part)) = items.next_element::<Object<Part>>()? {
                entries = entries.saturating_add(part.entries.len());
                if read.len() == PARTS_MAX || ENTRIES_MAX < entries {
                    return Err(A::Error::invalid_length(entries, &self));
                }
                read.push(part);
            }
            Ok(read)
        }
    }

    from.deserialize_seq(Parts)
}

/// At most `MAX` objects of these fields.
pub(super) fn objects<'de, D, T, const MAX: usize>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let objects: Vec<Object<T>> = list::<D, Object<T>, MAX>(from)?;
    Ok(objects.into_iter().map(|Object(fields)| fields).collect())
}

/// At most `MAX` items.
pub(super) fn list<'de, D, T, const MAX: usize>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    from.deserialize_seq(Items::<T, MAX>(PhantomData))
}

/// An integer that every JSON parser reads exactly.
pub(super) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let number = u64::deserialize(from)?;
    let exact = i64::try_from(number).is_ok_and(|number| number <= INTEGER_MAX);
    if exact { Ok(number) } else { Err(D::Error::custom(Rejection::IntegerRange)) }
}

/// A note, as a text in form C. Its length comes first: to see whether a text is in form C may take as much memory again.
pub(super) fn note<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    if NOTE_BYTES_MAX < text.len() {
        return Err(D::Error::custom(Rejection::TooLarge));
    }
    if is_normal(&text) { Ok(text) } else { Err(D::Error::custom(Rejection::NotNfc)) }
}

/// The same, of a key that may be left out.
pub(super) fn some_note<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    note(from).map(Some)
}

struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        object(from).map(Self)
    }
}

struct Fields<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(fields))
    }
}

struct Items<T, const MAX: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for Items<T, MAX> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MAX}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut read = Vec::new();
        while let Some(item) = items.next_element()? {
            if read.len() == MAX {
                return Err(A::Error::invalid_length(MAX, &self));
            }
            read.push(item);
        }
        // A list grows by doubling, and there may be tens of thousands.
        read.shrink_to_fit();
        Ok(read)
    }
}

/// A list of hashes.
pub(super) mod hashes {
    use hanse_tlog::Hash;
    use serde::{Deserializer, Serializer};

    pub(in crate::evidence) fn serialize<S: Serializer>(hashes: &[Hash], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(hashes.iter().map(Hash::hex))
    }

    pub(in crate::evidence) fn deserialize<'de, D, const MAX: usize>(from: D) -> Result<Vec<Hash>, D::Error>
    where
        D: Deserializer<'de>,
    {
        let hashes = super::list::<D, super::Hex, MAX>(from)?;
        Ok(hashes.into_iter().map(|super::Hex(hash)| hash).collect())
    }
}

struct Hex(Hash);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Hash::from_hex(&text).map(Self).map_err(D::Error::custom)
    }
}

/// A prefix proof: `{"siblings":[…],"end":null}` or `{"siblings":[…],"end":{"key":…,"value":…}}`.
pub(super) mod prefix {
    use hanse_tlog::Hash;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::index::{PrefixProof, SubjectKey};

    /// Siblings on the way to a subject key: its bits.
    const SIBLINGS_MAX: usize = 256;

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wire {
        #[serde(
            serialize_with = "super::hashes::serialize",
            deserialize_with = "super::hashes::deserialize::<_, SIBLINGS_MAX>"
        )]
        siblings: Vec<Hash>,
        // The function makes serde ask for the key.
        #[serde(deserialize_with = "end")]
        end: Option<End>,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct End {
        key: String,
        value: String,
    }

    fn end<'de, D: Deserializer<'de>>(from: D) -> Result<Option<End>, D::Error> {
        let end = Option::<super::Object<End>>::deserialize(from)?;
        Ok(end.map(|super::Object(end)| end))
    }

    pub(in crate::evidence) fn serialize<S: Serializer>(
        proof: &PrefixProof,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let end = proof.end.map(|(key, value)| End { key: key.hex(), value: value.hex() });
        Wire { siblings: proof.siblings.clone(), end }.serialize(to)
    }

    pub(in crate::evidence) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<PrefixProof, D::Error> {
        let Wire { siblings, end } = super::object(from)?;
        let read =
            |End { key, value }: End| Some((SubjectKey::from_hex(&key)?, Hash::from_hex(&value).ok()?));
        let end = match end {
            Some(end) => Some(read(end).ok_or_else(|| D::Error::custom("a hash is 64 lower-case digits"))?),
            None => None,
        };
        Ok(PrefixProof { siblings, end })
    }
}
