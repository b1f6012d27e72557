//! People who keep their own key, and everything that can be signed or spoiled with it.

use std::sync::atomic::{AtomicU64, Ordering};

use hanse_document::kind::{Custody, Identity, Job, Profile};
use hanse_document::{
    Body, Did, Draft, Kind, Line, List, NodeName, Number, SigningKey, Text, Timestamp, Verified,
};
use hanse_ledger::{Statement, SubjectKey};
use hanse_testkit::{Answer, Http};
use serde_json::Value;

/// Makes every key and salt of a process another one.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// 32 bytes that no other call in this process gets.
pub(crate) fn fresh() -> [u8; 32] {
    let mut bytes = [0x3c; 32];
    bytes[..8].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    bytes[8..12].copy_from_slice(&std::process::id().to_be_bytes());
    bytes
}

/// A person with a key of their own.
pub(crate) struct Own {
    pub(crate) key: SigningKey,
    pub(crate) did: Did,
    pub(crate) home: NodeName,
    now: Timestamp,
}

impl Own {
    pub(crate) fn new(home: &str, now: Timestamp) -> Self {
        let key = SigningKey::from_seed(fresh());
        let did = Did::of(&key.public());
        Self { key, did, home: NodeName::parse(home).unwrap(), now }
    }

    /// The same person, who says that their home is another one.
    pub(crate) fn says_home(&self, home: &str) -> Self {
        Self {
            key: self.key.clone(),
            did: self.did.clone(),
            home: NodeName::parse(home).unwrap(),
            now: self.now,
        }
    }

    /// A document of a kind that says this, from a moment on.
    pub(crate) fn states(
        &self,
        kind: Kind,
        said: &Value,
        from: Timestamp,
        until: Option<Timestamp>,
    ) -> Verified {
        let body = Body::from_value(kind, said).unwrap();
        Draft { from, ..self.draft(body, until) }.sign(&self.key).unwrap()
    }

    fn draft(&self, body: Body, until: Option<Timestamp>) -> Draft {
        Draft { issuer: self.did.clone(), body, salt: fresh(), from: self.now, until, custody: None }
    }

    pub(crate) fn genesis_body(&self) -> Identity {
        Identity { custody: Custody::Own, home: self.home.clone(), recovery: List::default(), seq: 0 }
    }

    pub(crate) fn genesis(&self) -> Verified {
        self.draft(Body::Identity(self.genesis_body()), None).sign(&self.key).unwrap()
    }

    /// The signature over the leaf of a genesis, as the header takes it.
    pub(crate) fn leaf_signature(&self, genesis: &Verified) -> String {
        let statement = Statement::Identity { commitment: genesis.commitment(), seq: 0 };
        let leaf = statement.draft(genesis.from().day(), &[SubjectKey::of(&self.did)]);
        self.key.sign(&leaf.message()).hex()
    }

    pub(crate) fn job_body(&self, title: &str) -> Job {
        Job {
            hours_per_week: None,
            home: self.home.clone(),
            language: None,
            languages: List::default(),
            pay: None,
            place: None,
            schedule: None,
            predecessor: None,
            questions: List::default(),
            anew: None,
            seats: Number::new(1).unwrap(),
            skills: List::default(),
            text: Text::parse("As the title says.").unwrap(),
            title: Line::parse(title).unwrap(),
        }
    }

    /// A posting that stays open for so many seconds from `from` on.
    pub(crate) fn job_from(&self, title: &str, from: Timestamp, seconds: i64) -> Verified {
        let until = from.add_seconds(seconds).unwrap();
        let draft = Draft { from, ..self.draft(Body::Job(self.job_body(title)), Some(until)) };
        draft.sign(&self.key).unwrap()
    }

    pub(crate) fn job(&self, title: &str) -> Verified {
        self.job_from(title, self.now, 86_400)
    }

    pub(crate) fn profile(&self, headline: &str, prev: Option<&Verified>) -> Verified {
        let profile = Profile {
            about: None,
            headline: Some(Line::parse(headline).unwrap()),
            home: self.home.clone(),
            languages: List::default(),
            name: None,
            place: None,
            prev: prev.map(Verified::id),
            rate: None,
            remote: None,
            skills: List::default(),
            travel_km: None,
        };
        self.draft(Body::Profile(profile), None).sign(&self.key).unwrap()
    }

    /// The canonical bytes of a document of a kind, with this body, signed.
    pub(crate) fn says(&self, type_name: &str, subject: &Value) -> Vec<u8> {
        let mut value = self.profile("shape", None).value().clone();
        value["type"][1] = type_name.into();
        value["credentialSubject"] = subject.clone();
        hanse_document::canonical::to_vec(&self.sign_value(value))
    }

    /// Publishes the genesis.
    pub(crate) async fn found(&self, home: Http) -> Verified {
        let genesis = self.genesis();
        let signature = self.leaf_signature(&genesis);
        let call = document(home, genesis.bytes()).header("hanse-leaf-signature", signature);
        assert_eq!(call.send().await.ok(201)["created"], true);
        genesis
    }

    /// Signs whatever JSON: the proof is right, the rest need not be.
    pub(crate) fn sign_value(&self, mut value: Value) -> Value {
        let mut proof = value["proof"].take();
        value.as_object_mut().unwrap().remove("proof");
        proof.as_object_mut().unwrap().remove("proofValue");
        let message = hanse_document::envelope::signing_bytes(&value, &proof);
        proof["proofValue"] = base58(self.key.sign(&message).as_bytes()).into();
        value["proof"] = proof;
        value
    }
}

/// A call that publishes bytes as a document.
pub(crate) fn document(home: Http, bytes: &[u8]) -> hanse_testkit::Call {
    home.call("POST", "/v1/documents").header("content-type", "application/json").body(bytes)
}

/// Publishes bytes as a document.
pub(crate) async fn publish(home: Http, bytes: &[u8]) -> Answer {
    document(home, bytes).send().await
}

/// Multibase base58btc, written out: the test's own, so that it does not lean on what it tests.
fn base58(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut digits: Vec<usize> = Vec::new();
    for byte in bytes {
        let mut carry = usize::from(*byte);
        for digit in &mut digits {
            carry += *digit << 8;
            *digit = carry % 58;
            carry /= 58;
        }
        while carry > 0 {
            digits.push(carry % 58);
            carry /= 58;
        }
    }
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let text = std::iter::repeat_n(0, zeros).chain(digits.into_iter().rev());
    std::iter::once('z').chain(text.map(|digit| char::from(ALPHABET[digit]))).collect()
}
