//! Peers that are strangers, break the bounds, or ask too much: raw libp2p swarms against a node.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test code: a failure is the finding"
)]

mod common;
mod searches;
mod stranger;

use common::{NOWHERE, Node, seed, within};
use hanse_network::{
    BUSY_RETRY_MS, Bytes, DELIVER_BYTES_MAX, Entry, GOSSIP_BYTES_MAX, Inbound, Published,
    RANGE_ANSWER_BYTES_MAX, REQUEST_BYTES_MAX, Request, RequestError, Response, Topic, Verdict,
};
use stranger::{Gossiped, Stranger};

const JOBS: &str = "/test/1/jobs";

/// A node `b` that pins `a`, and a raw swarm with `a`'s key, connected to it.
async fn hostile() -> (Node, Stranger) {
    let b = Node::start("b", &[("a", NOWHERE)]).await;
    let mut a = Stranger::new("test", &seed("a"));
    a.dial(&b.address);
    within(a.until_connected()).await;
    within(a.meanwhile(b.until("a", |state| state.connected))).await;
    (b, a)
}

/// The node still serves a request of the right form.
async fn serves(b: &mut Node, a: &mut Stranger) {
    a.ask("heads", vec![0xa0]);
    let heads = Response::Heads { notes: vec![] };
    let (answer, request) = within(async { tokio::join!(a.answer(), b.answer(heads)) }).await;
    assert_eq!(request, Request::Heads);
    // {"ok": {"notes": []}}
    assert_eq!(answer.unwrap(), b"\xa1\x62ok\xa1\x65notes\x80");
}

#[tokio::test]
async fn a_stranger_is_refused() {
    let mut b = Node::start("b", &[("a", NOWHERE)]).await;
    let mut stranger = Stranger::new("test", &seed("nobody"));
    stranger.dial(&b.address);
    within(stranger.until_closed()).await;
    b.until_counted("network_connections_total{direction=\"in\",outcome=\"not_pinned\"}").await;
    assert!(b.handle.peers().await.iter().all(|peer| !peer.connected));
    assert!(b.inbound.try_recv().is_err());
}

#[tokio::test]
async fn strangers_who_hold_sockets_do_not_part_pinned_peers() {
    strangers_do_not_part_from(NOWHERE).await;
}

#[tokio::test]
async fn nor_those_who_are_pinned_by_name() {
    strangers_do_not_part_from("/dns4/localhost/tcp/9").await;
}

async fn strangers_do_not_part_from(pinned: &str) {
    let b = Node::start("b", &[("a", pinned)]).await;
    // Nobody answers there, but what the address stands for is known.
    b.until_counted("network_connections_total{direction=\"out\",outcome=\"failed\"}").await;
    let port: u16 = b.address.rsplit('/').next().unwrap().parse().unwrap();
    // From more addresses than strangers have places, more sockets than there are, none of which says a word.
    let mut held = Vec::new();
    for n in 0..90 {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 1, n % 30 + 1], 0).into()).unwrap();
        held.push(within(socket.connect(([127, 0, 0, 1], port).into())).await.unwrap());
    }
    b.until_counted("network_connections_total{direction=\"in\",outcome=\"over_limit\"}").await;
    let a = Node::start("a", &[("b", &b.address)]).await;
    a.until("b", |state| state.connected).await;
    // At once, and not when the first stranger's time is over.
    for outcome in ["failed", "over_limit"] {
        let failed = format!("network_connections_total{{direction=\"out\",outcome=\"{outcome}\"}}");
        assert_eq!(a.metric(&failed), None, "{outcome}");
    }
    drop(held);
}

#[tokio::test]
async fn an_impostor_at_a_pinned_address_is_refused() {
    let impostor = Node::start("impostor", &[]).await;
    let a = Node::start("a", &[("b", &impostor.address)]).await;
    a.until_counted("network_connections_total{direction=\"out\",outcome=\"wrong_key\"}").await;
    assert!(a.handle.peers().await.iter().all(|peer| !peer.connected));
}

#[tokio::test]
async fn another_federation_is_not_spoken_with() {
    let b = Node::start_on("other", "b", "/ip4/127.0.0.1/tcp/0", &[("a", NOWHERE)]).await;
    let a = Node::start("a", &[("b", &b.address)]).await;
    a.until("b", |state| state.connected).await;
    assert_eq!(within(a.handle.request("b", Request::Heads)).await, Err(RequestError::Refused));
    assert_eq!(a.handle.publish(Topic::Jobs, vec![1]).await, Ok(Published::NoPeers));
}

#[tokio::test]
async fn a_peer_has_two_connections_and_no_more() {
    let (mut b, mut a) = hostile().await;
    let counted = |outcome: &str| {
        let name = format!("network_connections_total{{direction=\"in\",outcome=\"{outcome}\"}}");
        b.metric(&name).unwrap_or_default()
    };
    for _ in 0..3 {
        a.dial(&b.address);
    }
    let judged = async {
        while counted("opened") + counted("over_limit") < 4.0 {
            b.handle.peers().await;
            tokio::task::yield_now().await;
        }
    };
    within(a.meanwhile(judged)).await;
    assert_eq!((counted("opened"), counted("over_limit")), (2.0, 2.0));
    within(a.until_closed()).await;
    serves(&mut b, &mut a).await;
}

#[tokio::test]
async fn requests_out_of_form_never_reach_the_engine() {
    let (mut b, mut a) = hostile().await;
    let long_text = |head: &[u8], size: usize| [head, &vec![b'x'; size]].concat();
    let cases: [(&str, Vec<u8>); 9] = [
        ("heads", vec![]),
        ("heads", b"not CBOR at all".to_vec()),
        // An unknown field; a nested bomb; a map that claims 2^32 fields.
        ("heads", b"\xa1\x61x\x01".to_vec()),
        ("heads", vec![0x81; 10_000]),
        ("heads", b"\xba\xff\xff\xff\xff".to_vec()),
        // A range with a text of 20,000 bytes for its origin, above the bound of the request.
        ("range", long_text(b"\xa3\x65start\x00\x63end\x01\x66origin\x79\x4e\x20", 20_000)),
        // 129 documents; documents as numbers; a byte string that claims 4 GiB.
        ("deliver", [b"\xa1\x69documents\x98\x81".as_slice(), &[0x40; 129]].concat()),
        ("deliver", b"\xa1\x69documents\x18\x2a".to_vec()),
        ("deliver", b"\xa1\x69documents\x81\x5a\xff\xff\xff\xff".to_vec()),
    ];
    for (n, (method, bytes)) in cases.into_iter().enumerate() {
        a.ask(method, bytes);
        let answer = within(a.answer()).await;
        assert!(answer.as_ref().map_or(true, Vec::is_empty), "case {n}: {answer:?}");
    }
    for (method, times) in [("heads", 5.0), ("range", 1.0), ("deliver", 3.0)] {
        assert_eq!(b.metric(&format!("network_malformed_total{{protocol=\"{method}\"}}")), Some(times));
    }
    serves(&mut b, &mut a).await;
}

#[tokio::test]
async fn oversize_requests_are_cut_off() {
    let (mut b, mut a) = hostile().await;
    // {"documents": [one byte string that alone is longer than the bound]}
    let size = u32::try_from(DELIVER_BYTES_MAX).unwrap();
    let head = [b"\xa1\x69documents\x81\x5a".as_slice(), &size.to_be_bytes()].concat();
    a.ask("deliver", [head, vec![0; DELIVER_BYTES_MAX]].concat());
    let answer = within(a.answer()).await;
    assert!(answer.as_ref().map_or(true, Vec::is_empty), "{answer:?}");
    a.ask("heads", vec![0x61; REQUEST_BYTES_MAX + 1]);
    let answer = within(a.answer()).await;
    assert!(answer.as_ref().map_or(true, Vec::is_empty), "{answer:?}");
    assert_eq!(b.metric("network_malformed_total{protocol=\"deliver\"}"), Some(1.0));
    serves(&mut b, &mut a).await;
}

#[tokio::test]
async fn requests_of_the_right_form_that_make_no_sense_are_refused() {
    let (mut b, mut a) = hostile().await;
    // An empty range and an empty delivery.
    for (method, bytes) in [
        ("range", b"\xa3\x66origin\x61x\x65start\x05\x63end\x05".as_slice()),
        ("deliver", b"\xa1\x69documents\x80"),
    ] {
        a.ask(method, bytes.to_vec());
        let answer = within(a.answer()).await.unwrap();
        let text = String::from_utf8_lossy(&answer).into_owned();
        assert!(text.contains("refused") && text.contains("out-of-form"), "{text}");
        let counted =
            format!("network_requests_total{{direction=\"in\",protocol=\"{method}\",outcome=\"refused\"}}");
        assert_eq!(b.metric(&counted), Some(1.0));
    }
    // No peer can keep a node from stopping.
    b.stop.cancel();
    within(a.meanwhile(b.running.join_next())).await.unwrap().unwrap();
    within(a.until_closed()).await;
}

#[tokio::test]
async fn answers_out_of_form_are_errors_of_the_request() {
    let (b, mut a) = hostile().await;
    let notes =
        |count: u8| [b"\xa1\x62ok\xa1\x65notes\x98".as_slice(), &[count], &vec![0x40; count.into()]].concat();
    let entry = Entry { leaf: Bytes::new(), documents: vec![] };
    let cases = [
        vec![],
        b"garbage".to_vec(),
        vec![0xff; RANGE_ANSWER_BYTES_MAX + 1],
        notes(65),
        // The right answer to another question.
        b"\xa1\x62ok\xa1\x67receipt\x41x".to_vec(),
        b"\xa1\x62ok\xa1\x67entries\x80".to_vec(),
    ];
    for (n, bytes) in cases.into_iter().enumerate() {
        let asked = b.handle.request("a", Request::Heads);
        let (answer, ()) = within(async { tokio::join!(asked, a.serve(bytes)) }).await;
        assert_eq!(answer, Err(RequestError::Malformed), "case {n}");
    }
    // A page one entry over its bound, and one whose bytes are over it.
    let over = |entries: usize, leaf: usize| {
        let mut bytes = b"\xa1\x62ok\xa1\x67entries\x99".to_vec();
        bytes.extend(u16::try_from(entries).unwrap().to_be_bytes());
        for _ in 0..entries {
            bytes.extend(b"\xa2\x64leaf\x5a");
            bytes.extend(u32::try_from(leaf).unwrap().to_be_bytes());
            bytes.extend(vec![0; leaf]);
            bytes.extend(b"\x69documents\x80");
        }
        bytes
    };
    let range = Request::Range { origin: "a.example/jobs".into(), start: 0, end: 300 };
    for (bytes, wanted) in [
        (over(256, 0), Ok(Response::Range { entries: vec![entry; 256], checkpoint: None })),
        (over(257, 0), Err(RequestError::Malformed)),
        (over(3, RANGE_ANSWER_BYTES_MAX / 2), Err(RequestError::Malformed)),
    ] {
        let asked = b.handle.request("a", range.clone());
        let (answer, ()) = within(async { tokio::join!(asked, a.serve(bytes)) }).await;
        assert_eq!(answer, wanted);
    }
}

#[tokio::test]
async fn a_dropped_answer_is_busy() {
    let (mut b, mut a) = hostile().await;
    a.ask("heads", vec![0xa0]);
    let dropped = async { drop(b.next().await) };
    let (answer, ()) = within(async { tokio::join!(a.answer(), dropped) }).await;
    assert_eq!(answer.unwrap(), busy(BUSY_RETRY_MS));
}

/// `{"busy": {"retry_after_ms": …}}` for a wait of 256 to 65,535 milliseconds.
fn busy(millis: u32) -> Vec<u8> {
    let millis = u16::try_from(millis).unwrap();
    [b"\xa1\x64busy\xa1\x6eretry_after_ms\x19".as_slice(), &millis.to_be_bytes()].concat()
}

#[tokio::test]
async fn the_third_request_at_once_is_busy() {
    let (mut b, mut a) = hostile().await;
    a.ask("heads", vec![0xa0]);
    a.ask("heads", vec![0xa0]);
    let (first, second) = within(a.meanwhile(async { (b.next().await, b.next().await) })).await;
    for _ in 0..5 {
        a.ask("heads", vec![0xa0]);
        assert_eq!(within(a.answer()).await.unwrap(), busy(BUSY_RETRY_MS));
    }
    drop((first, second));
    for _ in 0..2 {
        assert_eq!(within(a.answer()).await.unwrap(), busy(BUSY_RETRY_MS));
    }
    serves(&mut b, &mut a).await;
}

#[tokio::test]
async fn a_flood_hits_the_rate_limit() {
    let b = Node::start("b", &[("a", NOWHERE)]).await;
    let a = Node::start("a", &[("b", &b.address)]).await;
    a.until("b", |state| state.connected).await;
    let mut b = b;
    for _ in 0..20 {
        let heads = Response::Heads { notes: vec![] };
        let (answer, _) =
            within(async { tokio::join!(a.handle.request("b", Request::Heads), b.answer(heads.clone())) })
                .await;
        assert_eq!(answer, Ok(heads));
    }
    // 20 in ten seconds: the next unit is there within half a second.
    let answer = within(a.handle.request("b", Request::Heads)).await;
    let Ok(Response::Busy { retry_after_ms }) = answer else { panic!("{answer:?}") };
    assert!((1..=501).contains(&retry_after_ms), "{retry_after_ms}");
    // A bucket for each protocol: documents are still welcome.
    let deliver = Request::Deliver { documents: vec![Bytes::from(b"{}".to_vec())] };
    let receipt = Response::Receipt { receipt: Bytes::from(b"r".to_vec()) };
    let (answer, _) =
        within(async { tokio::join!(a.handle.request("b", deliver), b.answer(receipt.clone())) }).await;
    assert_eq!(answer, Ok(receipt));
}

#[tokio::test]
async fn a_full_queue_ignores_gossip_and_answers_busy() {
    let names = ["a", "c", "d"];
    let b = Node::start("b", &names.map(|name| (name, NOWHERE))).await;
    let mut nodes = Vec::new();
    for name in names {
        let node = Node::start(name, &[("b", &b.address)]).await;
        node.until_listening("b").await;
        nodes.push(node);
    }
    // Each peer may send a burst of 500; the engine of b takes nothing out.
    for (n, node) in nodes.iter().enumerate() {
        for m in 0..490 {
            let message = format!("{n}/{m}").into_bytes();
            assert_eq!(node.handle.publish(Topic::Jobs, message).await, Ok(Published::Sent));
        }
    }
    b.until_counted("network_gossip_total{topic=\"jobs\",outcome=\"queue_full\"}").await;
    let answer = within(nodes[0].handle.request("b", Request::Heads)).await;
    assert_eq!(answer, Ok(Response::Busy { retry_after_ms: BUSY_RETRY_MS }));
    let score = b.until("a", |_| true).await.score;
    assert!(score >= 20.0, "our own queue is nobody's fault: {score}");

    // Once the engine takes things out again, all goes on.
    let mut b = b;
    while let Ok(inbound) = b.inbound.try_recv() {
        if let Inbound::Gossip { judge, .. } = inbound {
            judge.verdict(Verdict::Ignore);
        }
    }
    let heads = Response::Heads { notes: vec![] };
    let (answer, _) =
        within(async { tokio::join!(nodes[1].handle.request("b", Request::Heads), b.answer(heads.clone())) })
            .await;
    assert_eq!(answer, Ok(heads));
}

const fn posting<'a>(topic: &'a str, data: &'a [u8]) -> Gossiped<'a> {
    Gossiped { topic, data, author: None }
}

#[tokio::test]
async fn only_unsigned_messages_on_our_topics_are_heard() {
    let (mut b, mut a) = hostile().await;
    a.gossip([[
        posting("/test/1/other", b"elsewhere"),
        posting("/other/1/jobs", b"of another federation"),
        Gossiped { topic: JOBS, data: b"with an author", author: Some(b"somebody") },
        posting(JOBS, b"here"),
        posting(JOBS, b"here"),
    ]
    .as_slice()]);
    let heard = within(a.meanwhile(b.next())).await;
    let Inbound::Gossip { topic, bytes, judge, .. } = heard else { panic!("{heard:?}") };
    assert_eq!((topic, bytes.as_slice()), (Topic::Jobs, &b"here"[..]));
    judge.verdict(Verdict::Accept);
    a.gossip([[posting(JOBS, b"and again")].as_slice()]);
    let heard = within(a.meanwhile(b.next())).await;
    let Inbound::Gossip { bytes, .. } = heard else { panic!("{heard:?}") };
    assert_eq!(bytes, b"and again", "nothing came between the two");
}

#[tokio::test]
async fn a_gossiped_message_over_the_bound_is_rejected() {
    let (mut b, mut a) = hostile().await;
    let (over, largest) = (vec![1; GOSSIP_BYTES_MAX + 1], vec![2; GOSSIP_BYTES_MAX]);
    a.gossip([[posting(JOBS, &over), posting(JOBS, &largest)].as_slice()]);
    let heard = within(a.meanwhile(b.next())).await;
    let Inbound::Gossip { bytes, .. } = heard else { panic!("{heard:?}") };
    assert_eq!(bytes, largest, "the one over the bound never reached the engine");
    assert_eq!(b.metric("network_gossip_total{topic=\"jobs\",outcome=\"too_large\"}"), Some(1.0));
    let score = within(a.meanwhile(b.until("a", |state| state.score < 15.0))).await.score;
    assert!(score > 0.0, "{score}");
}

#[tokio::test]
async fn a_flood_of_gossip_from_one_peer_is_limited() {
    let (b, mut a) = hostile().await;
    let data: Vec<Vec<u8>> = (0..800).map(|n: u32| n.to_string().into_bytes()).collect();
    let messages: Vec<Gossiped<'_>> = data.iter().map(|data| posting(JOBS, data)).collect();
    // In frames of 200: a node reads at most 500 messages of one.
    a.gossip(messages.chunks(200));
    let limited = "network_gossip_total{topic=\"jobs\",outcome=\"limited\"}";
    within(a.meanwhile(b.until_counted(limited))).await;
    let state = within(a.meanwhile(b.until("a", |_| true))).await;
    assert!(state.score >= 20.0, "too much is no lie: {}", state.score);
}
