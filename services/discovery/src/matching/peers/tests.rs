//! What counts of an answer, without a network: each lie alone.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hanse_api::views::{PeerAnswer, PeerOutcome};
use hanse_document::kind::{Custody, Identity, Job, Profile};
use hanse_document::{
    Body, Did, DocumentId, Draft, Kind, Line, List, NodeName, Number, SigningKey, Skill, Text, Timestamp,
    Verified,
};
use hanse_matching::model::Standing;
use hanse_matching::query::Query;
use hanse_matching::score::Features;
use hanse_matching::side::Factor;
use hanse_network::{Bytes, Candidate};
use hanse_store::accounts::IdentityRow;
use tokio::time::Instant;

use super::judge::{self, Judge, Judged, Shared};
use super::kept::{Kept, Memory, REST};
use super::{Asked, OTHERS_MAX, best};
use crate::knowledge::{Knowledge, built_in};

const SOFTWARE: &str = "local:rust";
const SAME: Shared = Shared { knowledge: true, rates: true };

fn peer() -> NodeName {
    NodeName::parse("b.example").unwrap()
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-24T10:00:00Z").unwrap()
}

struct Someone {
    key: SigningKey,
    did: Did,
}

impl Someone {
    fn new(number: u8) -> Self {
        let key = SigningKey::from_seed([number; 32]);
        let did = Did::of(&key.public());
        Self { key, did }
    }

    fn signs(&self, body: Body, at: Timestamp, until: Option<Timestamp>) -> Verified {
        let salt = [at.unix().to_be_bytes()[7]; 32];
        let draft = Draft { issuer: self.did.clone(), body, salt, from: at, until, custody: None };
        draft.sign(&self.key).unwrap()
    }

    fn profile(&self, home: &str, at: Timestamp, prev: Option<DocumentId>) -> Verified {
        self.can(home, at, prev, ("Rust programming", &[SOFTWARE]))
    }

    fn can(
        &self,
        home: &str,
        at: Timestamp,
        prev: Option<DocumentId>,
        (headline, skills): (&str, &[&str]),
    ) -> Verified {
        let skills = skills.iter().map(|skill| Skill::parse(skill).unwrap()).collect();
        let profile = Profile {
            about: None,
            headline: Some(Line::parse(headline).unwrap()),
            home: NodeName::parse(home).unwrap(),
            languages: List::default(),
            name: Some(Line::parse("Ada").unwrap()),
            place: None,
            prev,
            rate: None,
            remote: None,
            skills: List::new(skills).unwrap(),
            travel_km: None,
        };
        self.signs(Body::Profile(profile), at, None)
    }

    fn known(&self, home: &str) -> (Did, (IdentityRow, Standing)) {
        let row = IdentityRow {
            did: self.did.clone(),
            genesis: DocumentId::new(Kind::Identity, [0; 32]),
            home: NodeName::parse(home).unwrap(),
            custody: Custody::Own,
            logged_index: Some(1),
        };
        (self.did.clone(), (row, Standing::default()))
    }
}

fn job(knowledge: &Knowledge) -> hanse_matching::model::Job {
    let client = Someone::new(99);
    let job = Job {
        hours_per_week: None,
        home: peer(),
        language: None,
        languages: List::default(),
        pay: None,
        place: None,
        schedule: None,
        predecessor: None,
        questions: List::default(),
        anew: None,
        seats: Number::new(1).unwrap(),
        skills: List::new(vec![Skill::parse(SOFTWARE).unwrap()]).unwrap(),
        text: Text::parse("A program that lasts.").unwrap(),
        title: Line::parse("A Rust program").unwrap(),
    };
    let until = now().add_seconds(86_400).unwrap();
    let document = client.signs(Body::Job(job.clone()), now(), Some(until));
    knowledge.reader().job(*document.id().hash(), &job, Standing::default()).0
}

/// What this node computes for a profile.
fn features(profile: &Verified) -> Features {
    let knowledge = built_in().unwrap();
    let job = job(&knowledge);
    let query = Query::new(&job, knowledge.setting());
    let Body::Profile(body) = profile.body() else { panic!("a profile") };
    let key = profile.issuer().subject_key();
    query.features(&knowledge.reader().freelancer(key, body, Standing::default()).0)
}

fn candidate(bytes: &[u8], claimed: Features) -> Candidate {
    Candidate { profile: Bytes::from(bytes.to_vec()), client: claimed.client, freelancer: claimed.freelancer }
}

fn honest(profile: &Verified) -> Candidate {
    candidate(profile.bytes(), features(profile))
}

fn judge(
    memory: &Memory,
    shared: Shared,
    people: &[(Did, (IdentityRow, Standing))],
    answer: Vec<Candidate>,
) -> Judged {
    let knowledge = built_in().unwrap();
    let job = job(&knowledge);
    let query = Query::new(&job, knowledge.setting());
    let people: BTreeMap<_, _> = people.iter().cloned().collect();
    let peer = peer();
    let judge = Judge {
        peer: &peer,
        now: now(),
        knowledge: &knowledge,
        query: &query,
        shared,
        people: &people,
        memory,
    };
    judge.judge(judge::read(answer, 50))
}

/// Who counts, how often the peer contradicts itself, and how many are left out for now.
fn counts(answer: Vec<Candidate>, people: &[(Did, (IdentityRow, Standing))]) -> (usize, u32, u32) {
    let judged = judge(&Memory::default(), SAME, people, answer);
    (judged.others.len(), judged.contradicted, judged.skipped)
}

#[test]
fn what_is_right_counts_once() {
    let (ada, ben) = (Someone::new(1), Someone::new(2));
    let known = [ada.known("b.example"), ben.known("b.example")];
    let (first, second) = (ada.profile("b.example", now(), None), ben.profile("b.example", now(), None));
    assert_eq!(counts(vec![honest(&first), honest(&second)], &known), (2, 0, 0));
    assert_eq!(counts(vec![honest(&first), honest(&first)], &known), (1, 1, 0), "each person once");
    let other = ada.profile("b.example", now().add_seconds(9).unwrap(), None);
    assert_eq!(counts(vec![honest(&first), honest(&other)], &known), (1, 1, 0), "whatever the profile");
}

#[test]
fn what_the_peer_could_not_have_in_good_faith_contradicts_it() {
    let ada = Someone::new(1);
    let known = [ada.known("b.example")];
    let profile = ada.profile("b.example", now(), None);
    let mut spoiled = profile.bytes().to_vec();
    let at = spoiled.windows(3).position(|window| window == b"Ada").unwrap();
    spoiled[at] = b'E';
    let claimed = features(&profile);
    let identity = Identity { custody: Custody::Own, home: peer(), recovery: List::default(), seq: 0 };
    let genesis = ada.signs(Body::Identity(identity), now(), None);
    let elsewhere = ada.profile("c.example", now(), None);
    for (what, bytes) in [
        ("unsigned", spoiled.as_slice()),
        ("no document", b"{}"),
        ("nothing", b""),
        ("no profile", genesis.bytes()),
        ("of another home", elsewhere.bytes()),
    ] {
        assert_eq!(counts(vec![candidate(bytes, claimed)], &known), (0, 1, 0), "{what}");
    }
    // The profile says so, and the identity does not.
    assert_eq!(counts(vec![honest(&profile)], &[ada.known("c.example")]), (0, 1, 0));
    let mut hosted = ada.known("b.example");
    hosted.1.0.custody = Custody::Node(peer());
    assert_eq!(counts(vec![honest(&profile)], &[hosted]), (0, 1, 0), "whose key it is");
}

#[test]
fn what_this_node_cannot_know_is_nobodys_fault() {
    let ada = Someone::new(1);
    let profile = ada.profile("b.example", now(), None);
    assert_eq!(counts(vec![honest(&profile)], &[]), (0, 0, 1), "a log that lags");
    let future = ada.profile("b.example", now().add_seconds(301).unwrap(), None);
    assert_eq!(counts(vec![honest(&future)], &[ada.known("b.example")]), (0, 0, 1), "a clock that differs");
}

/// A peer by the same rules draws the same line between who fits and who does not; by others it may not.
#[test]
fn who_does_not_fit_does_not_count_whatever_the_peer_claims() {
    let ada = Someone::new(1);
    let baker = ada.can("b.example", now(), None, ("Baker of bread", &[]));
    let right = features(&ada.profile("b.example", now(), None));
    for (shared, expected) in [
        (SAME, (0, 1, 0)),
        (Shared { rates: false, ..SAME }, (0, 1, 0)),
        (Shared { knowledge: false, ..SAME }, (0, 0, 1)),
    ] {
        for claimed in [features(&baker), right] {
            let answer = vec![candidate(baker.bytes(), claimed)];
            let judged = judge(&Memory::default(), shared, &[ada.known("b.example")], answer);
            assert_eq!((judged.others.len(), judged.contradicted, judged.skipped), expected, "{shared:?}");
        }
    }
}

#[test]
fn other_factors_than_the_profile_gives_are_not_believed() {
    let ada = Someone::new(1);
    let known = [ada.known("b.example")];
    let profile = ada.profile("b.example", now(), None);
    let right = features(&profile);
    for (place, factor) in Factor::ALL.into_iter().enumerate() {
        let mut claimed = right;
        claimed.client[place] = Some(999_999);
        let memory = Memory::default();
        let with = |shared| judge(&memory, shared, &known, vec![candidate(profile.bytes(), claimed)]);
        let judged = with(SAME);
        assert_eq!(judged.others[0].features, right, "{factor:?}");
        let blamed = u32::from(factor != Factor::Reputation);
        assert_eq!(judged.contradicted, blamed, "{factor:?}: a record may be older here");
        let other_rates = with(Shared { rates: false, ..SAME });
        let blamed = u32::from(!matches!(factor, Factor::Reputation | Factor::Rate));
        assert_eq!(other_rates.contradicted, blamed, "{factor:?}: by other rates");
        let other_taxonomy = with(Shared { knowledge: false, rates: true });
        assert_eq!(
            (other_taxonomy.contradicted, other_taxonomy.others[0].features),
            (0, right),
            "{factor:?}"
        );
    }
    let mut claimed = right;
    claimed.freelancer[0] = None;
    let judged = judge(&Memory::default(), SAME, &known, vec![candidate(profile.bytes(), claimed)]);
    assert_eq!(judged.contradicted, 1, "the other side's row, too");
}

#[test]
fn a_replaced_profile_does_not_come_back() {
    let ada = Someone::new(1);
    let known = [ada.known("b.example")];
    let at = |seconds| now().add_seconds(seconds).unwrap();
    let old = ada.profile("b.example", at(0), None);
    let new = ada.profile("b.example", at(60), Some(old.id()));
    // Written on a machine whose clock is slow, and yet the successor.
    let newest = ada.profile("b.example", at(30), Some(new.id()));
    let memory = Memory::default();
    let shown = |profile: &Verified| {
        let judged = judge(&memory, SAME, &known, vec![honest(profile)]);
        (judged.others.len(), judged.contradicted)
    };
    assert_eq!(shown(&old), (1, 0));
    assert_eq!(shown(&new), (1, 0));
    assert_eq!(shown(&old), (0, 1));
    assert_eq!(shown(&new), (1, 0));
    assert_eq!(shown(&newest), (1, 0));
    assert_eq!(shown(&old), (0, 1));
}

#[test]
fn one_peer_does_not_make_this_node_forget_another_ones_people() {
    let memory = Memory::default();
    let (ada, ben) = (Someone::new(1), Someone::new(2));
    let (b, c) = (peer(), NodeName::parse("c.example").unwrap());
    let late = ada.profile("b.example", now().add_seconds(60).unwrap(), None);
    let early = ada.profile("b.example", now(), None);
    assert!(!memory.is_stale(&b, &late, None));
    assert!(!memory.is_stale(&c, &ben.profile("c.example", now(), None), None));
    assert!(memory.is_stale(&b, &early, None));
    assert!(!memory.is_stale(&c, &early, None), "what one peer has shown is not held against another");
}

fn asked(outcome: PeerOutcome, skipped: u32) -> Arc<Asked> {
    let peer = PeerAnswer { node: "b.example".into(), outcome, people: 0, contradicted: 0, skipped };
    Arc::new(Asked { peers: vec![peer], ..Asked::nobody() })
}

#[test]
fn a_whole_answer_counts_for_a_minute_and_a_partial_one_for_a_moment() {
    let at = Instant::now();
    let seconds = |seconds| at + Duration::from_secs(seconds);
    for (outcome, skipped, long) in [
        (PeerOutcome::Answered, 0, true),
        (PeerOutcome::OtherTaxonomy, 0, true),
        (PeerOutcome::Answered, 1, false),
        (PeerOutcome::Late, 0, false),
        (PeerOutcome::Away, 0, false),
    ] {
        let kept = Kept::new(at, asked(outcome, skipped));
        assert!(kept.fresh(seconds(4)).is_some());
        assert_eq!(kept.fresh(seconds(5)).is_some(), long, "{outcome:?}");
        assert_eq!(kept.fresh(seconds(59)).is_some(), long, "{outcome:?}");
        assert!(kept.fresh(seconds(60)).is_none());
    }
}

#[test]
fn the_jobs_that_are_remembered_are_bounded_and_the_oldest_goes_first() {
    let memory = Memory::default();
    let first = memory.entry([0; 32]);
    for job in 1..64 {
        memory.entry([job; 32]);
    }
    assert!(Arc::ptr_eq(&first, &memory.entry([0; 32])), "64 have their place");
    let second = memory.entry([1; 32]);
    memory.entry([200; 32]);
    assert!(!Arc::ptr_eq(&first, &memory.entry([0; 32])), "the first made room");
    assert!(!Arc::ptr_eq(&second, &memory.entry([1; 32])), "and the second for the first");
}

#[test]
fn a_peer_rests_for_as_long_as_it_asks_but_not_for_ever() {
    let (memory, at) = (Memory::default(), Instant::now());
    assert!(!memory.rests(&peer(), at));
    memory.rest(&peer(), at, Duration::from_secs(3));
    assert!(memory.rests(&peer(), at + Duration::from_secs(2)));
    assert!(!memory.rests(&peer(), at + Duration::from_secs(3)));
    memory.rest(&peer(), at, Duration::from_secs(u64::from(u32::MAX)));
    assert!(!memory.rests(&peer(), at + REST), "a peer cannot shut itself out for a month");
}

#[test]
fn the_best_of_all_others_are_kept_in_order() {
    let knowledge = built_in().unwrap();
    let job = job(&knowledge);
    let query = Query::new(&job, knowledge.setting());
    let mut answer = Vec::new();
    let mut known = Vec::new();
    for number in 0..=200 {
        let someone = Someone::new(number);
        known.push(someone.known("b.example"));
        answer.push(honest(&someone.profile("b.example", now(), None)));
    }
    // More people than any peer may name, as many peers together do.
    let people: BTreeMap<_, _> = known.into_iter().collect();
    let (peer, memory) = (peer(), Memory::default());
    let (knowledge, query) = (&knowledge, &query);
    let judge =
        Judge { peer: &peer, now: now(), knowledge, query, shared: SAME, people: &people, memory: &memory };
    let others = judge.judge(judge::read(answer, usize::MAX)).others;
    assert_eq!(others.len(), OTHERS_MAX + 1);
    // All are alike, so that the tie decides.
    let ids = |others: &[super::Other]| others.iter().map(|it| it.person.id).collect::<Vec<_>>();
    let mut expected = ids(&others);
    expected.sort_by_key(|id| query.tie(id));
    expected.truncate(OTHERS_MAX);
    assert_eq!(ids(&best(query, others)), expected);
}
