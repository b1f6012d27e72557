//! Honest nodes on loopback sockets: requests, gossip, scores, restarts.
#![expect(clippy::expect_used, clippy::panic, reason = "test code: a failure is the finding")]

mod common;

use common::{NOWHERE, Node, within};
use hanse_network::{
    Bytes, CHECKPOINT_BYTES_MAX, Config, Entry, GOSSIP_BYTES_MAX, Inbound, Metrics, NetworkError,
    PublishError, Published, RANGE_BYTES_MAX, Request, RequestError, Response, Topic, Verdict, start, trim,
};
use prometheus_client::registry::Registry;

/// Two nodes, `a` dialling `b`.
async fn pair() -> (Node, Node) {
    let b = Node::start("b", &[("a", NOWHERE)]).await;
    let a = Node::start("a", &[("b", &b.address)]).await;
    a.until_listening("b").await;
    b.until_listening("a").await;
    (a, b)
}

/// Three nodes in a line: `a` and `c` know only `b`.
async fn line() -> (Node, Node, Node) {
    let b = Node::start("b", &[("a", NOWHERE), ("c", NOWHERE)]).await;
    let a = Node::start("a", &[("b", &b.address)]).await;
    let c = Node::start("c", &[("b", &b.address)]).await;
    a.until_listening("b").await;
    c.until_listening("b").await;
    b.until_listening("a").await;
    b.until_listening("c").await;
    (a, b, c)
}

fn bytes(size: usize) -> Bytes {
    Bytes::from(vec![0xc3; size])
}

fn range(start: u64, end: u64) -> Request {
    Request::Range { origin: "b.example/jobs".to_owned(), start, end }
}

async fn ask(from: &Node, to: &mut Node, request: Request, response: Response) -> (Request, Response) {
    let asked = from.handle.request("b", request);
    let (answer, request) = within(async { tokio::join!(asked, to.answer(response)) }).await;
    (request, answer.expect("an answer"))
}

#[tokio::test]
async fn both_sides_hear_of_the_connection() {
    let (mut a, mut b) = pair().await;
    let Some(Inbound::Connected { peer }) = within(a.inbound.recv()).await else { panic!("a connection") };
    assert_eq!(peer, "b");
    let Some(Inbound::Connected { peer }) = within(b.inbound.recv()).await else { panic!("a connection") };
    assert_eq!(peer, "a");
}

#[tokio::test]
async fn every_kind_of_request_has_its_answer() {
    let (a, mut b) = pair().await;
    let exchanges = [
        (Request::Heads, Response::Heads { notes: vec![bytes(300), bytes(0)] }),
        (
            range(7, 9),
            Response::Range {
                entries: vec![Entry { leaf: bytes(400), documents: vec![] }],
                checkpoint: None,
            },
        ),
        (Request::Deliver { documents: vec![bytes(65_536); 3] }, Response::Receipt { receipt: bytes(200) }),
        (Request::Heads, Response::Busy { retry_after_ms: 70_000 }),
        (
            range(0, 1),
            Response::Refused { slug: "unknown-log".into(), detail: "No log ä has this name.".into() },
        ),
    ];
    for (request, response) in exchanges {
        assert_eq!(ask(&a, &mut b, request.clone(), response.clone()).await, (request, response));
    }
}

#[tokio::test]
async fn a_range_is_cut_to_one_page_on_both_sides() {
    let (a, mut b) = pair().await;
    let entry = Entry { leaf: bytes(4_000), documents: vec![bytes(1_000), bytes(1_000)] };
    let mut entries = vec![entry.clone(); 300];
    let response = Response::Range { entries: entries.clone(), checkpoint: Some(bytes(300)) };
    let (request, answer) = ask(&a, &mut b, range(10, u64::MAX), response).await;
    assert_eq!(request, range(10, 266), "the engine is never asked for more than a page");
    trim(&mut entries);
    // Nor does a page that was cut end where its checkpoint does.
    assert_eq!(answer, Response::Range { entries: entries.clone(), checkpoint: None });
    let used = entries.iter().map(Entry::cost).sum::<usize>();
    assert!(used <= RANGE_BYTES_MAX && used + entry.cost() > RANGE_BYTES_MAX, "{used}");

    let small = Entry { leaf: bytes(100), documents: vec![] };
    let response = Response::Range { entries: vec![small.clone(); 300], checkpoint: None };
    let (_, answer) = ask(&a, &mut b, range(0, 300), response).await;
    assert_eq!(answer, Response::Range { entries: vec![small; 256], checkpoint: None });

    // The largest page there is, and the largest checkpoint, fit the frame.
    let full = Entry { leaf: bytes(RANGE_BYTES_MAX - 41), documents: vec![] };
    let checkpoint = Some(bytes(CHECKPOINT_BYTES_MAX));
    let response = Response::Range { entries: vec![full], checkpoint };
    let (_, answer) = ask(&a, &mut b, range(0, 2), response.clone()).await;
    assert_eq!(answer, response);
}

#[tokio::test]
async fn an_answer_of_another_protocol_never_leaves() {
    let (a, mut b) = pair().await;
    for wrong in [
        Response::Receipt { receipt: bytes(1) },
        Response::Heads { notes: vec![bytes(64 * 1024)] },
        Response::Heads { notes: vec![bytes(1); 65] },
    ] {
        let (_, answer) = ask(&a, &mut b, Request::Heads, wrong).await;
        let Response::Refused { slug, .. } = answer else { panic!("{answer:?}") };
        assert_eq!(slug, "no-answer");
    }
}

#[tokio::test]
async fn requests_that_cannot_be_sent_say_why() {
    let (a, _b) = pair().await;
    let too_much = Request::Deliver { documents: vec![bytes(65_536); 4] };
    let too_many = Request::Deliver { documents: vec![bytes(1); 129] };
    assert_eq!(a.handle.request("nobody", Request::Heads).await, Err(RequestError::UnknownPeer));
    assert_eq!(a.handle.request("b", too_much).await, Err(RequestError::TooLarge));
    assert_eq!(a.handle.request("b", too_many).await, Err(RequestError::TooLarge));
    let alone = Node::start("alone", &[("b", NOWHERE)]).await;
    assert_eq!(alone.handle.request("b", Request::Heads).await, Err(RequestError::NotConnected));
    assert_eq!(alone.handle.publish(Topic::Jobs, vec![1]).await, Ok(Published::NoPeers));
}

#[tokio::test]
async fn two_requests_of_a_kind_are_in_flight_and_the_third_waits() {
    let (a, mut b) = pair().await;
    let heads = || a.handle.request("b", Request::Heads);
    let served = async {
        let (first, second) = (b.next().await, b.next().await);
        assert!(b.inbound.try_recv().is_err(), "the third is not sent");
        // Another kind has a window of its own.
        let other = a.handle.request("b", range(0, 1));
        let page =
            Response::Range { entries: vec![Entry { leaf: bytes(1), documents: vec![] }], checkpoint: None };
        let (answer, _) = tokio::join!(other, b.answer(page.clone()));
        assert_eq!(answer, Ok(page));
        for request in [first, second] {
            let Inbound::Request { answer, .. } = request else { panic!("a request") };
            answer.send(Response::Heads { notes: vec![] });
        }
        b.answer(Response::Heads { notes: vec![] }).await;
    };
    let (one, two, three, ()) = within(async { tokio::join!(heads(), heads(), heads(), served) }).await;
    for answer in [one, two, three] {
        assert_eq!(answer, Ok(Response::Heads { notes: vec![] }));
    }
}

/// The next gossiped message: forwarding peer, topic, bytes, judge.
async fn gossip(node: &mut Node) -> (String, Topic, Vec<u8>, hanse_network::Judge) {
    let Inbound::Gossip { from, topic, bytes, judge } = node.next().await else { panic!("gossip was due") };
    (from, topic, bytes, judge)
}

#[tokio::test]
async fn gossip_is_passed_on_once_accepted_and_not_before() {
    let (a, mut b, mut c) = line().await;
    for message in [b"ignored", b"dropped", b"goes on"] {
        assert_eq!(a.handle.publish(Topic::Jobs, message.to_vec()).await, Ok(Published::Sent));
    }
    let (_, _, first, judge) = gossip(&mut b).await;
    assert_eq!(first, b"ignored");
    judge.verdict(Verdict::Ignore);
    let (_, _, second, judge) = gossip(&mut b).await;
    assert_eq!(second, b"dropped");
    drop(judge);
    let (from, topic, third, judge) = gossip(&mut b).await;
    assert_eq!((from.as_str(), topic, third.as_slice()), ("a", Topic::Jobs, &b"goes on"[..]));
    judge.verdict(Verdict::Accept);

    let (from, topic, bytes, judge) = gossip(&mut c).await;
    assert_eq!((from.as_str(), topic, bytes.as_slice()), ("b", Topic::Jobs, &b"goes on"[..]));
    judge.verdict(Verdict::Accept);
    b.until_counted("network_gossip_total{topic=\"jobs\",outcome=\"accepted\"}").await;
    assert_eq!(b.metric("network_gossip_total{topic=\"jobs\",outcome=\"ignored\"}"), Some(2.0));

    // The other topic takes the other way just as well.
    assert_eq!(c.handle.publish(Topic::Heads, b"a head".to_vec()).await, Ok(Published::Sent));
    let (from, topic, bytes, _judge) = gossip(&mut b).await;
    assert_eq!((from.as_str(), topic, bytes.as_slice()), ("c", Topic::Heads, &b"a head"[..]));
}

#[tokio::test]
async fn only_rejection_lowers_the_score() {
    let (a, mut b, mut c) = line().await;
    let before = b.until("a", |_| true).await.score;
    assert!(before >= 20.0, "{before}");
    a.handle.publish(Topic::Jobs, b"not for us".to_vec()).await.unwrap();
    a.handle.publish(Topic::Jobs, b"fine".to_vec()).await.unwrap();
    gossip(&mut b).await.3.verdict(Verdict::Ignore);
    gossip(&mut b).await.3.verdict(Verdict::Accept);
    // Verdicts are served in order: when the second message is here, the first verdict has had its effect.
    assert_eq!(gossip(&mut c).await.2, b"fine");
    let after = b.until("a", |_| true).await.score;
    assert!(after >= before, "{after} < {before}");

    a.handle.publish(Topic::Jobs, b"forged".to_vec()).await.unwrap();
    gossip(&mut b).await.3.verdict(Verdict::Reject);
    let rejected = b.until("a", |state| state.score < after - 5.0).await.score;
    assert!(rejected > 0.0, "one rejection leaves a pinned peer in good standing: {rejected}");
    for n in 0..4 {
        a.handle.publish(Topic::Jobs, format!("forged {n}").into_bytes()).await.unwrap();
        gossip(&mut b).await.3.verdict(Verdict::Reject);
    }
    let state = b.until("a", |state| state.score < -200.0).await;
    assert!(state.connected, "scores never end a connection that an operator pinned");
    // Nor do they keep anybody from being asked and answered.
    let (answer, _) = within(async {
        tokio::join!(a.handle.request("b", Request::Heads), b.answer(Response::Heads { notes: vec![] }))
    })
    .await;
    assert_eq!(answer, Ok(Response::Heads { notes: vec![] }));
}

#[tokio::test]
async fn what_is_published_is_bounded_and_sent_once() {
    let (a, mut b) = pair().await;
    let largest = vec![5; GOSSIP_BYTES_MAX];
    assert_eq!(a.handle.publish(Topic::Jobs, largest.clone()).await, Ok(Published::Sent));
    assert_eq!(a.handle.publish(Topic::Jobs, largest.clone()).await, Ok(Published::Duplicate));
    assert_eq!(a.handle.publish(Topic::Heads, largest.clone()).await, Ok(Published::Sent));
    let too_large = vec![5; GOSSIP_BYTES_MAX + 1];
    assert_eq!(
        a.handle.publish(Topic::Jobs, too_large).await,
        Err(PublishError::TooLarge(GOSSIP_BYTES_MAX + 1))
    );
    let (_, topic, bytes, judge) = gossip(&mut b).await;
    assert_eq!((topic, bytes), (Topic::Jobs, largest.clone()));
    judge.verdict(Verdict::Accept);
    assert_eq!(gossip(&mut b).await.1, Topic::Heads);
}

#[tokio::test]
async fn a_restarted_peer_is_found_again() {
    let (mut a, mut b) = pair().await;
    let Some(Inbound::Connected { .. }) = within(a.inbound.recv()).await else { panic!("a connection") };
    b.stop.cancel();
    within(b.running.join_next()).await.unwrap().unwrap();
    a.until("b", |state| !state.connected && !state.listening).await;
    assert_eq!(a.handle.request("b", Request::Heads).await, Err(RequestError::NotConnected));

    let mut b = Node::start_on("test", "b", &b.address, &[("a", NOWHERE)]).await;
    let Some(Inbound::Connected { peer }) = within(a.inbound.recv()).await else { panic!("a connection") };
    assert_eq!(peer, "b");
    let heads = Response::Heads { notes: vec![bytes(3)] };
    assert_eq!(ask(&a, &mut b, Request::Heads, heads.clone()).await, (Request::Heads, heads));
    a.until_listening("b").await;
    assert_eq!(a.handle.publish(Topic::Jobs, b"again".to_vec()).await, Ok(Published::Sent));
    assert_eq!(gossip(&mut b).await.2, b"again");
}

#[tokio::test]
async fn a_crashed_peer_fails_its_requests_and_is_found_again() {
    let (a, mut b) = pair().await;
    let crash = async {
        let request = b.next().await;
        b.running.shutdown().await;
        drop(request);
    };
    let (answer, ()) = within(async { tokio::join!(a.handle.request("b", Request::Heads), crash) }).await;
    assert!(matches!(answer, Err(RequestError::Interrupted | RequestError::Malformed)), "{answer:?}");
    let b = Node::start_on("test", "b", &b.address, &[("a", NOWHERE)]).await;
    a.until_listening("b").await;
    b.until_listening("a").await;
}

#[tokio::test]
async fn dialling_each_other_at_once_is_one_link() {
    // Ports that are free on two addresses of our own; both sides then know where to dial.
    let first = Node::start_on("test", "a", "/ip4/127.0.0.11/tcp/0", &[("b", NOWHERE)]).await;
    let second = Node::start_on("test", "b", "/ip4/127.0.0.12/tcp/0", &[("a", NOWHERE)]).await;
    let (at_a, at_b) = (first.address.clone(), second.address.clone());
    for mut node in [first, second] {
        node.stop.cancel();
        within(node.running.join_next()).await.unwrap().unwrap();
    }
    let (of_a, of_b) = ([("b", at_b.as_str())], [("a", at_a.as_str())]);
    let (a, mut b) =
        tokio::join!(Node::start_on("test", "a", &at_a, &of_a), Node::start_on("test", "b", &at_b, &of_b));
    a.until_listening("b").await;
    b.until_listening("a").await;
    for _ in 0..3 {
        let heads = Response::Heads { notes: vec![] };
        assert_eq!(ask(&a, &mut b, Request::Heads, heads.clone()).await.1, heads);
    }
    assert!(a.until("b", |_| true).await.connected);
    b.stop.cancel();
    within(b.running.join_next()).await.unwrap().unwrap();
    a.until("b", |state| !state.connected).await;
}

#[tokio::test]
async fn a_stopping_node_still_sends_the_answers_it_owes() {
    let (a, mut b) = pair().await;
    let heads = Response::Heads { notes: vec![bytes(9)] };
    let stopping = async {
        let Inbound::Request { answer, .. } = b.next().await else { panic!("a request") };
        b.stop.cancel();
        // The loop has taken notice once it takes no more commands.
        while b.handle.publish(Topic::Jobs, vec![]).await != Err(PublishError::Closed) {}
        answer.send(heads.clone());
        b.running.join_next().await.unwrap().unwrap();
    };
    let (answer, ()) = within(async { tokio::join!(a.handle.request("b", Request::Heads), stopping) }).await;
    assert_eq!(answer, Ok(heads));
    assert_eq!(b.handle.request("a", Request::Heads).await, Err(RequestError::Closed));
    assert!(b.handle.peers().await.iter().all(|peer| !peer.connected));
}

#[tokio::test]
async fn dropping_the_last_handle_ends_the_loop() {
    let Node { handle, mut running, .. } = Node::start("a", &[]).await;
    drop(handle);
    within(running.join_next()).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_taken_port_is_an_error_at_the_start() {
    let a = Node::start("a", &[]).await;
    let config = Config { net: "test".into(), seed: [9; 32], listen: vec![a.address.clone()], peers: vec![] };
    let refused = start(config, Metrics::new(&mut Registry::default())).await.expect_err("the port is taken");
    assert!(matches!(refused, NetworkError::Listen { .. }), "{refused}");
}

#[tokio::test]
async fn a_peer_is_found_by_host_name() {
    let b = Node::start("b", &[("a", NOWHERE)]).await;
    let by_name = b.address.replace("/ip4/127.0.0.1/", "/dns4/localhost/");
    assert!(by_name.starts_with("/dns4/localhost/tcp/"));
    let a = Node::start("a", &[("b", &by_name)]).await;
    a.until_listening("b").await;
}
