//! What a verifier says of a file, without how it came to that.

use hanse_document::{Did, Timestamp};
use hanse_verifier::record::{Question, score};
use hanse_verifier::{Options, Verdict, verify};
use serde_json::Value;

use super::Kind;
use crate::judge::Came;
use crate::world::NOW;

/// A review: commit, author, rating, text, reply.
pub type Review = (String, String, u64, Option<String>, Option<String>);

/// What a file says.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Content {
    /// The reviews that count.
    pub reviews: Vec<Review>,
    /// Each contract: engagement, state of its slot, and whether it is settled.
    pub slots: Vec<(String, String, bool)>,
    /// Leaves by nobody entitled.
    pub foreign: u64,
    /// The score, of a record.
    pub score: Value,
}

/// Checks a file.
#[must_use]
pub fn check(kind: &Kind, bytes: &[u8], policy: &str) -> (Came, Content) {
    let now = Timestamp::parse(NOW).unwrap();
    match kind {
        Kind::Evidence => match verify(bytes, policy, now, &Options::default()) {
            Ok(report) => {
                let content = if report.verdict == Verdict::Invalid {
                    Content::default()
                } else {
                    of_evidence(&serde_json::to_value(&report).unwrap())
                };
                (report.verdict.into(), content)
            }
            Err(_) => (Came::Unusable, Content::default()),
        },
        Kind::Record { viewer, subject } => {
            let did = |text: &str| Did::parse(text).unwrap();
            let question =
                Question { viewer: did(viewer), seen_from: None, subject: did(subject), history: false };
            match score(bytes, policy, now, &Options::default(), &question, None) {
                Ok(report) => {
                    let mut explanation = serde_json::to_value(&report.explanation).unwrap();
                    if let Some(score) = explanation.get_mut("score") {
                        score["heads"] = Value::Null;
                    }
                    let summary = serde_json::to_value(&report.summary).unwrap();
                    let score = serde_json::json!([explanation, summary]);
                    (report.verdict.into(), Content { score, ..Content::default() })
                }
                Err(_) => (Came::Unusable, Content::default()),
            }
        }
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn of_evidence(report: &Value) -> Content {
    let mut content = Content::default();
    for contract in report["contracts"].as_array().into_iter().flatten() {
        for slot in contract["slots"].as_array().into_iter().flatten() {
            let state = text(&slot["state"]).unwrap_or_default();
            let engagement = text(&contract["engagement"]).unwrap_or_default();
            content.slots.push((engagement, state, slot["settled"] == true));
            let review = &slot["review"];
            if review.is_object() {
                content.reviews.push(review_of(review));
            }
        }
    }
    let logs = report["logs"].as_array().into_iter().flatten();
    content.foreign = logs.filter_map(|log| log["foreign"].as_u64()).sum();
    content
}

fn review_of(review: &Value) -> Review {
    (
        text(&review["commit"]).unwrap_or_default(),
        text(&review["author"]).unwrap_or_default(),
        review["rating"].as_u64().unwrap_or_default(),
        text(&review["text"]),
        text(&review["reply"]),
    )
}

impl Content {
    /// The content in the form in which another implementation tells it.
    #[must_use]
    pub fn told(value: &Value) -> Self {
        let list = |key: &str| value[key].as_array().cloned().unwrap_or_default();
        let slot = |slot: &Value| {
            let state = text(&slot["state"]).unwrap_or_default();
            (text(&slot["engagement"]).unwrap_or_default(), state, slot["settled"] == true)
        };
        Self {
            reviews: list("reviews").iter().map(review_of).collect(),
            slots: list("slots").iter().map(slot).collect(),
            foreign: value["foreign"].as_u64().unwrap_or_default(),
            score: Value::Null,
        }
    }

    /// The same in any order.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.reviews.sort();
        self.slots.sort();
        self
    }

    /// Whether a changed file that is as good as before says the same. A text may be missing, since that is only noted; and where
    /// only other auditors vouch, it may not be said yet that a slot is expired.
    #[must_use]
    pub fn is_like(&self, base: &Self, vouched: bool) -> bool {
        let (own, other) = (self.clone().sorted(), base.clone().sorted());
        let reviews = own.reviews.len() == other.reviews.len()
            && own.reviews.iter().zip(&other.reviews).all(|(own, other)| {
                (&own.0, &own.1, own.2, &own.4) == (&other.0, &other.1, other.2, &other.4)
                    && (own.3.is_none() || own.3 == other.3)
            });
        let state = |state: &str| if vouched { state.replace("expired", "open") } else { state.to_owned() };
        let slots =
            own.slots.len() == other.slots.len()
                && own.slots.iter().zip(&other.slots).all(|(own, other)| {
                    (&own.0, state(&own.1), own.2) == (&other.0, state(&other.1), other.2)
                });
        reviews && slots && own.foreign == other.foreign && own.score == other.score
    }
}
