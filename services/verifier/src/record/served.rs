//! The answer that a node served, which is compared with what the file proves.

use std::collections::BTreeMap;

use hanse_document::canonical;
use hanse_document::rejection::Rejection;
use hanse_reputation::{Epoch, Head};
use serde_json::Value;

use super::Unreadable;

/// Bytes of a served answer: a score through a hundred contacts takes some hundred thousand.
const SERVED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What a node answered, to be recomputed: `explanation` and `summary`, as it serves them.
#[derive(Clone, PartialEq, Debug)]
pub struct Served {
    explanation: Value,
    summary: Option<Value>,
    heads: Vec<Head>,
    epoch: Epoch,
}

impl Served {
    /// Reads the body of `GET /v1/reputation/{did}/score`.
    ///
    /// # Errors
    /// [`Unreadable::Served`] unless it names the score's heads and epoch.
    pub fn parse(bytes: &[u8]) -> Result<Self, Unreadable> {
        let unreadable = |rejection: Rejection| Unreadable::Served(rejection.detail());
        let mut answer = canonical::parse_lenient_form(bytes, SERVED_BYTES_MAX).map_err(unreadable)?;
        let mut take = |key: &str| answer.get_mut(key).map(Value::take).filter(|value| !value.is_null());
        let explanation = take("explanation").ok_or(Unreadable::Served("it has no `explanation`"))?;
        let summary = take("summary");
        let score = explanation.get("score").ok_or(Unreadable::Served("its explanation has no `score`"))?;
        let epoch = score.get("epoch").and_then(Value::as_u64).and_then(|epoch| u32::try_from(epoch).ok());
        let epoch = Epoch(epoch.ok_or(Unreadable::Served("its score names no epoch"))?);
        let heads = score.get("heads").and_then(Value::as_array);
        let heads: Option<Vec<Head>> = heads.and_then(|heads| heads.iter().map(head).collect());
        let heads = heads.ok_or(Unreadable::Served("its score names no heads"))?;
        Ok(Self { explanation, summary, heads, epoch })
    }

    pub(super) fn heads(&self) -> BTreeMap<String, Head> {
        self.heads.iter().map(|head| (head.origin.clone(), head.clone())).collect()
    }

    pub(super) const fn explanation(&self) -> &Value {
        &self.explanation
    }

    pub(super) const fn summary(&self) -> Option<&Value> {
        self.summary.as_ref()
    }

    pub(super) const fn epoch(&self) -> Epoch {
        self.epoch
    }
}

fn head(value: &Value) -> Option<Head> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(Head { origin: text("origin")?, size: value.get("size")?.as_u64()?, root: text("root")? })
}
