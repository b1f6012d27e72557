//! A peer that says what is not so: the list is that of its people's own words, and the peer is named.

use hanse_base::clock::Clock as _;
use hanse_document::{Kind, Verified};
use hanse_matching::side::{RANKER, Weights};
use hanse_network::{Bytes, Candidate, Digest, SearchAnswer};
use hanse_testkit::{Federation, until};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Freelancer, Known, RATES, list, named, posting, profile, settle, until_finds, word};
use crate::outlaw::{FakeLog, Outlaw, seen};
use crate::own::{Own, publish};

const HOME: &str = "a.example";
const LIAR: &str = "liar.example";

/// An honest node with three people, and a peer of its that names whom it likes.
struct Scene {
    federation: Federation,
    known: Known,
    outlaw: Outlaw,
    client: Own,
    local: Vec<Freelancer>,
    theirs: Vec<Freelancer>,
    jobs: usize,
}

impl Scene {
    async fn new() -> Self {
        let federation = Federation::with_outlaws(&[HOME], &[LIAR]).await;
        let (known, now) = (Known::new(), federation.clock().now());
        let outlaw = Outlaw::start(&federation, LIAR).await;
        let home = federation[0].http();
        let mut local = Vec::new();
        for number in 0..3 {
            local.push(settle(&known, HOME, home, number, now).await);
        }
        // The outlaw's people are in its log, which is right and is followed.
        let mut log = FakeLog::new(&outlaw.seat, "reputation");
        let mut theirs = Vec::new();
        for number in 3..6 {
            let own = Own::new(LIAR, now);
            let genesis = own.genesis();
            let statement = hanse_ledger::Statement::Identity { commitment: genesis.commitment(), seq: 0 };
            let subject = [hanse_ledger::SubjectKey::of(&own.did)];
            let leaf = statement.draft(genesis.from().day(), &subject).sign(&[&own.key]).unwrap();
            log.append(leaf.bytes(), &[genesis.bytes()]);
            let profile = profile(&known, &own, number, now);
            theirs.push(Freelancer { own, profile });
        }
        log.seal();
        log.serve(&outlaw);
        until("the log is followed", async || seen(home, &log.origin()).await == (log.size(), None)).await;
        // Its leaves have their effect after that: only then are its people known here.
        for Freelancer { own, .. } in &theirs {
            let known = async || home.get(&format!("/v1/profiles/{}", own.did)).send().await.status == 200;
            until("a person of the log is known", known).await;
        }
        let client = Own::new(HOME, now);
        client.found(home).await;
        Self { federation, known, outlaw, client, local, theirs, jobs: 0 }
    }

    /// Another job: what was heard of the last one is remembered.
    async fn job(&mut self) -> Verified {
        let job = posting(&self.known, &self.client, 1 + 3 * self.jobs, self.federation.clock().now());
        self.jobs += 1;
        publish(self.federation[0].http(), job.bytes()).await.ok(201);
        let local: Vec<&Verified> = self.local.iter().map(|person| &person.profile).collect();
        let passing = self.known.ranks(&job, &local, Weights::DEFAULT).len();
        until_finds(self.federation[0].http(), &job, passing).await;
        job
    }

    /// Somebody with the factors that are right for a job.
    fn honest(&self, job: &Verified, profile: &Verified) -> Candidate {
        let ranked = self.known.ranks(job, &[profile], Weights::DEFAULT);
        let features = ranked.first().map(|ranked| ranked.features).unwrap_or_default();
        Candidate {
            profile: Bytes::from(profile.bytes().to_vec()),
            client: features.client,
            freelancer: features.freelancer,
        }
    }

    fn found(&self, candidates: Vec<Candidate>) -> SearchAnswer {
        SearchAnswer {
            rules: RANKER.to_owned(),
            taxonomy: Digest::new(*self.known.taxonomy.digest()),
            rates: Digest::new(rates()),
            candidates,
        }
    }

    fn all(&self, job: &Verified) -> Vec<Candidate> {
        self.theirs.iter().map(|person| self.honest(job, &person.profile)).collect()
    }

    /// What the node answers when the outlaw says this.
    async fn hears(&self, job: &Verified, found: SearchAnswer) -> Value {
        self.outlaw.script().found = Some(found);
        list(self.federation[0].http(), job, "federation").await
    }

    /// The list that is right: people here, and these of theirs.
    fn right(&self, job: &Verified, theirs: &[&Verified]) -> Vec<[u8; 32]> {
        let local = self.local.iter().map(|person| &person.profile);
        let people: Vec<&Verified> = local.chain(theirs.iter().copied()).collect();
        self.known.ranks(job, &people, Weights::DEFAULT).iter().map(|ranked| ranked.id).collect()
    }
}

/// The digest of the built-in rates, put together as PROTOCOL.md says and not as the node does.
fn rates() -> [u8; 32] {
    let mut table: Value = serde_json::from_str(RATES).unwrap();
    table.as_object_mut().unwrap().remove("source");
    // Keys are in order and there is no space: what serde_json writes of such a map is canonical.
    Sha256::digest(table.to_string()).into()
}

/// The people of an answer by their places by score.
fn shown(answer: &Value) -> Vec<[u8; 32]> {
    let mut places: Vec<(u64, [u8; 32])> = answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .zip(named(answer))
        .map(|(item, did)| (item["explanation"]["rank"].as_u64().unwrap(), did.subject_key()))
        .collect();
    places.sort_unstable();
    places.into_iter().map(|(_, id)| id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_peer_makes_up_changes_nothing() {
    let mut scene = Scene::new().await;
    let job = scene.job().await;
    let answer = scene.hears(&job, scene.found(scene.all(&job))).await;
    let word_of = |answer: &Value| {
        let word = word(answer, LIAR);
        let number = |key: &str| word[key].as_u64().unwrap();
        (
            word["outcome"].as_str().unwrap().to_owned(),
            number("people"),
            number("contradicted"),
            number("skipped"),
        )
    };
    let said =
        |outcome: &str, people, contradicted, skipped| (outcome.to_owned(), people, contradicted, skipped);
    assert_eq!(word_of(&answer), said("answered", 3, 0, 0), "the truth is no contradiction: {answer}");
    let theirs: Vec<Verified> = scene.theirs.iter().map(|person| person.profile.clone()).collect();
    let all: Vec<&Verified> = theirs.iter().collect();
    assert_eq!(shown(&answer), scene.right(&job, &all));

    // Everybody is the best there could be.
    let job = scene.job().await;
    let mut inflated = scene.all(&job);
    for candidate in &mut inflated {
        (candidate.client, candidate.freelancer) = ([Some(1_000_000); 7], [Some(1_000_000); 7]);
    }
    let answer = scene.hears(&job, scene.found(inflated)).await;
    assert_eq!(word_of(&answer), said("answered", 3, 3, 0), "{answer}");
    assert_eq!(shown(&answer), scene.right(&job, &all), "its own words count");

    // The same by another taxonomy: nothing to compare, and nothing to gain.
    let job = scene.job().await;
    let mut elsewhere = scene.found(scene.all(&job));
    elsewhere.taxonomy = Digest::new([9; 32]);
    elsewhere.candidates[0].client = [Some(1_000_000); 7];
    let answer = scene.hears(&job, elsewhere).await;
    assert_eq!(word_of(&answer), said("other-taxonomy", 3, 0, 0));
    assert_eq!(shown(&answer), scene.right(&job, &all));
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_peer_cannot_speak_for_is_not_shown() {
    let mut scene = Scene::new().await;
    let now = scene.federation.clock().now();
    let theirs = scene.theirs[0].profile.clone();
    let first = scene.local[0].profile.clone();
    let mut spoiled = theirs.bytes().to_vec();
    let at = spoiled.windows(3).position(|window| window == b"Nr ").unwrap();
    spoiled[at] = b'M';
    // Somebody of the honest home who is made to live at the liar's, by a key that the liar does not have and by its own.
    let moved = scene.local[0].own.says_home(LIAR);
    let moved = profile(&scene.known, &moved, 9, now);
    let nobody = Own::new(LIAR, now);
    let unknown = profile(&scene.known, &nobody, 9, now);
    let genesis = scene.theirs[0].own.genesis();
    let cases: [(&str, Vec<u8>, u64, u64); 6] = [
        ("somebody of another home", first.bytes().to_vec(), 1, 0),
        ("somebody who lives elsewhere", moved.bytes().to_vec(), 1, 0),
        ("unsigned", spoiled, 1, 0),
        ("no profile", genesis.bytes().to_vec(), 1, 0),
        ("no document", b"[]".to_vec(), 1, 0),
        ("somebody whom no log shows", unknown.bytes().to_vec(), 0, 1),
    ];
    for (what, bytes, contradicted, skipped) in cases {
        let job = scene.job().await;
        let mut candidate = scene.honest(&job, &theirs);
        candidate.profile = Bytes::from(bytes);
        let answer = scene.hears(&job, scene.found(vec![candidate])).await;
        let word = word(&answer, LIAR);
        assert_eq!(
            (word["people"].as_u64(), word["contradicted"].as_u64(), word["skipped"].as_u64()),
            (Some(0), Some(contradicted), Some(skipped)),
            "{what}: {answer}"
        );
        assert_eq!(shown(&answer), scene.right(&job, &[]), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_was_replaced_does_not_come_back() {
    let mut scene = Scene::new().await;
    let later = scene.federation.clock().now().add_seconds(60).unwrap();
    let old = scene.theirs[0].profile.clone();
    let said = json!({"home": LIAR, "headline": "Software developer", "languages": [], "skills": [], "prev": old.id().to_string()});
    let new = scene.theirs[0].own.states(Kind::Profile, &said, later, None);
    let mut heard = Vec::new();
    for profile in [&old, &new, &old] {
        let job = scene.job().await;
        let answer = scene.hears(&job, scene.found(vec![scene.honest(&job, profile)])).await;
        let word = word(&answer, LIAR);
        heard.push((word["people"].as_u64().unwrap(), word["contradicted"].as_u64().unwrap()));
    }
    assert_eq!(heard, [(1, 0), (1, 0), (0, 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_says_nothing_is_not_waited_for() {
    let mut scene = Scene::new().await;
    let job = scene.job().await;
    // No answer at all: the list comes without it, and says so.
    let answer = list(scene.federation[0].http(), &job, "federation").await;
    assert_eq!(word(&answer, LIAR)["outcome"], "late", "{answer}");
    assert_eq!(shown(&answer), scene.right(&job, &[]));
    // Others need not wait for it again at once, whatever they look for; later it gets another chance.
    let other = scene.job().await;
    let answer = list(scene.federation[0].http(), &other, "federation").await;
    assert_eq!(word(&answer, LIAR)["outcome"], "late", "{answer}");
    scene.outlaw.script().found = Some(scene.found(scene.all(&other)));
    until("it is asked again", async || {
        word(&list(scene.federation[0].http(), &other, "federation").await, LIAR)["outcome"] == "answered"
    })
    .await;
}
