//! Documents that a peer delivers and that are not its to deliver, not what they say, or not possible now: each gets its signed
//! refusal, and nothing changes.

use hanse_base::clock::Clock as _;
use hanse_document::{Signed, Verified};
use hanse_network::{Bytes, Request, Response};
use hanse_testkit::{Federation, Person, Story};
use hanse_tlog::{Note, VerifierKey};
use serde_json::{Value, json};

use crate::outlaw::Outlaw;
use crate::own::{Own, fresh};

const NODE: &str = "a.example";

/// What the node answered: `accepted`, `refused <slug>` under its receipt key, or `unread <slug>` for what it did not even read.
async fn delivered(outlaw: &Outlaw, receipt_key: &VerifierKey, parcel: &[&[u8]]) -> String {
    let documents = parcel.iter().map(|bytes| Bytes::from(bytes.to_vec())).collect();
    match outlaw.ask(NODE, Request::Deliver { documents }).await {
        Response::Receipt { receipt } => {
            let note = Note::parse(&receipt).unwrap();
            note.verify(receipt_key).unwrap();
            let lines: Vec<&str> = note.text().lines().collect();
            let last = Signed::parse(parcel.last().unwrap()).unwrap();
            assert_eq!((lines[0], lines[1]), ("hanse/receipt/v1", last.id().to_string().as_str()));
            lines[2].to_owned()
        }
        Response::Refused { slug, .. } => format!("unread {slug}"),
        other @ (Response::Heads { .. }
        | Response::Range { .. }
        | Response::Match { .. }
        | Response::Talk { .. }
        | Response::Busy { .. }) => {
            panic!("{other:?}")
        }
    }
}

fn bid(own: &Own, home: &str, job: &str, to: &str) -> Vec<u8> {
    own.says("HanseBid", &json!({"home": home, "job": job, "text": "Let me.", "to": to}))
}

fn step(own: &Own, object: &str, prev: &str, event: &str, body: &Value) -> Vec<u8> {
    own.says("HanseStep", &json!({"body": body, "event": event, "object": object, "prev": prev, "to": NODE}))
}

fn key() -> String {
    hanse_document::SigningKey::from_seed(fresh()).public().hex()
}

fn id(bytes: &[u8]) -> String {
    Signed::parse(bytes).unwrap().id().to_string()
}

async fn bids(client: &Person, job: &str) -> Vec<Value> {
    client.read(&format!("/v1/jobs/{job}/bids")).await["items"].as_array().unwrap().clone()
}

/// What the node knows of a story; nothing that is delivered here may change it.
async fn state(story: &Story) -> Value {
    json!([
        story.client.read(&format!("/v1/jobs/{}", story.job)).await,
        story.client.read(&format!("/v1/bids/{}", story.bid)).await,
        story.client.read(&story.at("")).await,
        story.client.read("/v1/contracts").await,
    ])
}

/// A parcel and what it is answered.
type Case = (&'static str, Vec<Vec<u8>>, &'static str);

/// Parcels that are none, or not this peer's, or not for this node.
fn out_of_place(own: &Own, genesis: &Verified, open: &Story, odd: &Own) -> Vec<Case> {
    let with = |bytes: &[u8]| vec![genesis.bytes().to_vec(), bytes.to_vec()];
    let good = bid(own, "m.example", &open.job, NODE);
    let spoiled = String::from_utf8(good.clone()).unwrap().replacen("Let me.", "Let us.", 1).into_bytes();
    let unknown = format!("job_{}", "A".repeat(43));
    let odd_bid = bid(odd, "z.example", &open.job, NODE);
    let to_another = bid(own, "m.example", &open.job, "o.example");
    vec![
        ("a spoiled signature", with(&spoiled), "unread bad-signature"),
        ("no document", vec![b"parcel".to_vec()], "unread not-json"),
        ("more documents than are taken", vec![good.clone(); 21], "unread too-many-documents"),
        ("nobody that is known", vec![good], "refused unknown-person"),
        (
            "a person of a home that is not known",
            vec![odd.genesis().bytes().to_vec(), odd_bid],
            "refused unknown-origin",
        ),
        ("another home than one's own", with(&bid(own, "o.example", &open.job, NODE)), "refused wrong-home"),
        ("addressed to another node", with(&to_another), "refused wrong-addressee"),
        ("a posting that is not there", with(&bid(own, "m.example", &unknown, NODE)), "refused not-found"),
        ("a genesis alone", vec![genesis.bytes().to_vec()], "refused unknown-person"),
        ("a posting, which is gossiped", with(own.job("By parcel").bytes()), "refused wrong-kind"),
    ]
}

/// What the peer's person would do with what belongs to others.
fn not_theirs(own: &Own, genesis: &Verified, story: &Story, open: &Story, until: &str) -> Vec<Case> {
    let with = |bytes: &[u8]| vec![genesis.bytes().to_vec(), bytes.to_vec()];
    let moves = |object: &str, event: &str, body: Value| with(&step(own, object, object, event, &body));
    let (client, contract) = (&story.client.did, &story.contract);
    let offer = json!({
        "bid": story.bid, "freelancer": story.freelancer.did, "job": story.job, "log": "a.example/reputation", "slot": key(),
        "terms": "0".repeat(64), "to": NODE,
    });
    let mut offered: Value = serde_json::from_slice(&own.says("HanseOffer", &offer)).unwrap();
    offered["validUntil"] = until.into();
    let offered = hanse_document::canonical::to_vec(&own.sign_value(offered));
    let acceptance = json!({"client": client, "log": "m.example/reputation", "offer": contract, "slot": key(), "to": NODE});
    let review = json!({
        "axes": {}, "contract": contract, "engagement": "0".repeat(64), "id": client, "rating": 1, "role": "freelancer",
    });
    let reason = || json!({"reason": "x"});
    vec![
        ("a posting that is filled", with(&bid(own, "m.example", &story.job, NODE)), "refused job-not-open"),
        ("another's posting closed", moves(&open.job, "close_unfilled", reason()), "refused not-yours"),
        ("another's posting filled", moves(&open.job, "fill", json!({})), "refused not-yours"),
        ("another's bid withdrawn", moves(&story.bid, "withdraw", reason()), "refused not-yours"),
        ("another's work delivered", moves(contract, "deliver", json!({"note": "x"})), "refused not-yours"),
        ("another's contract closed", moves(contract, "close", json!({})), "refused not-yours"),
        ("an offer in the client's place", with(&offered), "refused not-yours"),
        (
            "an acceptance in the freelancer's place",
            with(&own.says("HanseAcceptance", &acceptance)),
            "refused not-yours",
        ),
        ("a review, which nobody delivers", with(&own.says("HanseReview", &review)), "refused wrong-kind"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_persons_own_home_delivers_what_they_may_say() {
    let federation = Federation::with_outlaws(&[NODE], &["m.example", "o.example"]).await;
    let (m, o) =
        (Outlaw::start(&federation, "m.example").await, Outlaw::start(&federation, "o.example").await);
    let now = federation.clock().now();
    let vkeys = federation.seat(NODE).card().vkeys.into_iter();
    let mut vkeys = vkeys.map(|key| VerifierKey::parse(&key).unwrap());
    let receipt_key = vkeys.find(|key| key.name().as_str() == "a.example/receipt").unwrap();
    let (ada, ben) = (federation[0].person("ada").await, federation[0].person("ben").await);
    let story = Story::active(&ada, &ben).await;
    let open = Story::posted(&ada, &ben).await;
    let (own, odd) = (Own::new("m.example", now), Own::new("z.example", now));
    let genesis = own.genesis();
    let before = state(&story).await;

    let mut cases = out_of_place(&own, &genesis, &open, &odd);
    let until = now.add_seconds(86_400).unwrap().to_string();
    cases.extend(not_theirs(&own, &genesis, &story, &open, &until));
    let mut wrong = Vec::new();
    for (name, parcel, wanted) in &cases {
        let parcel: Vec<&[u8]> = parcel.iter().map(Vec::as_slice).collect();
        let got = delivered(&m, &receipt_key, &parcel).await;
        if got != *wanted {
            wrong.push(format!("{name}: wanted {wanted}, got {got}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let good = bid(&own, "m.example", &open.job, NODE);
    let carried = delivered(&o, &receipt_key, &[genesis.bytes(), &good]).await;
    assert_eq!(carried, "refused wrong-carrier", "another node speaks for its people");
    assert_eq!(state(&story).await, before);
    assert!(bids(&ada, &open.job).await.is_empty());

    // The good one, twice: the same word, one effect.
    for _ in 0..2 {
        assert_eq!(delivered(&m, &receipt_key, &[genesis.bytes(), &good]).await, "accepted");
    }
    let taken = bids(&ada, &open.job).await;
    assert_eq!(taken.len(), 1, "{taken:?}");
    after_the_bid(&m, &receipt_key, &own, &id(&good)).await;
    assert_eq!(bids(&ada, &open.job).await[0]["state"], "withdrawn");
}

/// What depends on the bid that now stands.
async fn after_the_bid(m: &Outlaw, receipt_key: &VerifierKey, own: &Own, bid: &str) {
    let second = own.genesis();
    let withdraw = |prev: &str| step(own, bid, prev, "withdraw", &json!({}));
    let other = format!("step_{}", "A".repeat(43));
    let says = async |parcel: &[&[u8]]| delivered(m, receipt_key, parcel).await;
    assert_eq!(says(&[second.bytes(), &withdraw(bid)]).await, "refused other-genesis");
    assert_eq!(says(&[&withdraw(&other)]).await, "refused wrong-prev");
    assert_eq!(says(&[&step(own, bid, bid, "decline", &json!({"reason": "x"}))]).await, "refused not-now");
    let first = withdraw(bid);
    assert_eq!(says(&[&first]).await, "accepted");
    assert_eq!(says(&[&first]).await, "accepted", "a receipt that was lost is given again");
    assert_eq!(says(&[&withdraw(bid)]).await, "refused wrong-prev", "another word on the same place");
    assert_eq!(says(&[&withdraw(&id(&first))]).await, "refused not-now");
}
