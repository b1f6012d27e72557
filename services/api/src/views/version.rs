//! Versions of things that are shown: of what they say themselves, and of what is shown beside it.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{
    ArbiterRecordView, ArbiterView, BidView, ContractView, DisputeView, InvitationView, JobView, ProfileView,
    ReviewView,
};

/// So many bytes of a hash that nobody finds two things with one version by trying.
const DIGEST_BYTES: usize = 16;

/// A thing that has versions.
pub trait Versioned: Serialize + Clone {
    /// The thing without what is shown beside it, and changes without it: whoever moves a thing has seen the thing.
    #[must_use]
    fn alone(self) -> Self {
        self
    }

    /// The version of the thing: two that differ in anything differ in it. 32 hex digits, half a SHA-256 of the JSON.
    fn version(&self) -> String {
        digest(&json(&self.clone().alone()))
    }

    /// The version of all that is shown: that of the thing, and behind a hyphen that of the whole, where there is more.
    fn shown_version(&self) -> String {
        let (whole, thing) = (digest(&json(self)), self.version());
        if whole == thing { thing } else { format!("{thing}-{whole}") }
    }
}

impl Versioned for ProfileView {}
impl Versioned for ReviewView {}
impl Versioned for DisputeView {}

impl Versioned for ArbiterView {
    fn alone(self) -> Self {
        Self { record: ArbiterRecordView::default(), ..self }
    }
}

impl Versioned for JobView {
    fn alone(self) -> Self {
        Self { client_facts: None, ..self }
    }
}

impl Versioned for BidView {
    fn alone(self) -> Self {
        Self { other_side: None, ..self }
    }
}

impl Versioned for ContractView {
    fn alone(self) -> Self {
        Self { other_side: None, ..self }
    }
}

impl Versioned for InvitationView {
    fn alone(self) -> Self {
        Self { other_side: None, ..self }
    }
}

// A view is plain data with text for keys: JSON takes it.
fn json(view: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(view).unwrap_or_default()
}

/// What tells two answers apart, by their JSON.
#[must_use]
pub fn digest(json: &[u8]) -> String {
    let hash = Sha256::digest(json);
    hash.iter().take(DIGEST_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_shown_beside_a_thing_is_no_version_of_it() {
        let person = |raters: u32| {
            json!({"did": "did:key:x", "home": "b.example", "self_declared": true, "record": {"completed": 1, "cancelled": 0,
            "counterparties": 1, "raters": raters, "raters_without_record": 0, "withheld": 0, "on_time": {"yes": 0, "no": 0},
            "paid_on_time": {"yes": 0, "no": 0}}})
        };
        let view = |raters: u32, state: &str| -> InvitationView {
            serde_json::from_value(
                json!({"id": "i", "job": "j", "client": "c", "freelancer": "f", "home": "h", "state": state,
                "allowed": [], "head": "i", "history": [], "made_at": "t", "other_side": person(raters)}),
            )
            .unwrap()
        };
        let (one, later) = (view(1, "invited"), view(2, "invited"));
        assert_eq!(one.version(), later.version());
        assert_ne!(one.shown_version(), later.shown_version());
        assert!(one.shown_version().starts_with(&format!("{}-", one.version())));
        assert_ne!(one.version(), view(1, "declined").version());
        let alone = one.alone();
        assert_eq!(alone.shown_version(), alone.version(), "nothing is shown beside it");
    }
}
