//! Hashes and prefix proofs as they stand in the file: lower-case hexadecimal.

/// A list of hashes.
pub(super) mod hashes {
    use hanse_tlog::Hash;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(in crate::evidence) fn serialize<S: Serializer>(hashes: &[Hash], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(hashes.iter().map(Hash::hex))
    }

    pub(in crate::evidence) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<Hash>, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        texts.iter().map(|text| Hash::from_hex(text).map_err(D::Error::custom)).collect()
    }
}

/// A prefix proof: `{"siblings":[…],"end":null}` or `{"siblings":[…],"end":{"key":…,"value":…}}`.
pub(super) mod prefix {
    use hanse_tlog::Hash;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::index::{PrefixProof, SubjectKey};

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wire {
        #[serde(with = "super::hashes")]
        siblings: Vec<Hash>,
        end: Option<End>,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct End {
        key: String,
        value: String,
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
        let Wire { siblings, end } = Wire::deserialize(from)?;
        let read =
            |End { key, value }: End| Some((SubjectKey::from_hex(&key)?, Hash::from_hex(&value).ok()?));
        let end = match end {
            Some(end) => Some(read(end).ok_or_else(|| D::Error::custom("a hash is 64 lower-case digits"))?),
            None => None,
        };
        Ok(PrefixProof { siblings, end })
    }
}
