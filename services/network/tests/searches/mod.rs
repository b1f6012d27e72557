//! `match`: what a question and an answer may be, and what a peer that keeps no bound can do with either.

use hanse_network::{
    Bytes, Candidate, Digest, Inbound, MATCH_ANSWER_BYTES_MAX, MATCH_BYTES_MAX, MATCH_JOB_BYTES_MAX,
    MATCH_REQUEST_BYTES_MAX, MATCHES_GLOBAL, Request, RequestError, Response, Search, SearchAnswer,
};
use tokio::task::JoinSet;

use crate::common::{NOWHERE, Node, within};
use crate::hostile;

const WEIGHTS: [u16; 7] = [42, 14, 7, 14, 9, 7, 7];

fn search(job: usize, limit: u32) -> Request {
    let job = Bytes::from(vec![0xc3; job]);
    let search = Search { job, client: WEIGHTS, freelancer: WEIGHTS, limit };
    Request::Match { search }
}

fn found(candidates: Vec<Candidate>) -> Response {
    let found = SearchAnswer {
        rules: "rules-1".to_owned(),
        taxonomy: Digest::new([1; 32]),
        rates: Digest::new([2; 32]),
        candidates,
    };
    Response::Match { found }
}

fn candidate(profile: usize) -> Candidate {
    let mut client = [Some(1_000_000); 7];
    client[2] = None;
    Candidate { profile: Bytes::from(vec![7; profile]), client, freelancer: [None; 7] }
}

async fn pair() -> (Node, Node) {
    let b = Node::start("b", &[("a", NOWHERE)]).await;
    let a = Node::start("a", &[("b", &b.address)]).await;
    a.until("b", |state| state.connected).await;
    (a, b)
}

async fn ask(from: &Node, to: &mut Node, request: Request, response: Response) -> (Request, Response) {
    let asked = from.handle.request("b", request);
    let (answer, request) = within(async { tokio::join!(asked, to.answer(response)) }).await;
    (request, answer.expect("an answer"))
}

#[tokio::test]
async fn the_largest_question_has_the_largest_answer() {
    let (a, mut b) = pair().await;
    // Fifty candidates of the size that fills the list.
    let full = found(vec![candidate(MATCH_BYTES_MAX / 50 - 160); 50]);
    let question = search(MATCH_JOB_BYTES_MAX, 50);
    assert_eq!(ask(&a, &mut b, question.clone(), full.clone()).await, (question, full));
    let nobody = found(vec![]);
    assert_eq!(ask(&a, &mut b, search(0, 1), nobody.clone()).await, (search(0, 1), nobody));
}

#[tokio::test]
async fn an_answer_is_cut_to_its_bounds_before_it_leaves() {
    let (a, mut b) = pair().await;
    let (_, answer) = ask(&a, &mut b, search(9, 50), found(vec![candidate(9); 51])).await;
    assert_eq!(answer, found(vec![candidate(9); 50]));
    let (_, answer) = ask(&a, &mut b, search(9, 50), found(vec![candidate(MATCH_BYTES_MAX / 2); 3])).await;
    assert_eq!(answer, found(vec![candidate(MATCH_BYTES_MAX / 2); 1]));
    // What fits no protocol of ours never leaves.
    for wrong in [found(vec![candidate(2 * MATCH_BYTES_MAX)]), Response::Heads { notes: vec![] }] {
        let (_, answer) = ask(&a, &mut b, search(9, 50), wrong).await;
        let Response::Refused { slug, .. } = answer else { panic!("{answer:?}") };
        assert_eq!(slug, "no-answer");
    }
    let (_, answer) = ask(&a, &mut b, Request::Heads, found(vec![])).await;
    assert!(matches!(answer, Response::Refused { .. }), "{answer:?}");
}

#[tokio::test]
async fn a_question_out_of_bounds_is_not_sent() {
    let (a, _b) = pair().await;
    let mut heavy = search(9, 9);
    if let Request::Match { search } = &mut heavy {
        search.client = [u16::MAX; 7];
    }
    for question in [search(MATCH_JOB_BYTES_MAX + 1, 50), search(9, 0), search(9, 51), heavy] {
        assert_eq!(a.handle.request("b", question).await, Err(RequestError::TooLarge));
    }
}

/// `{"job": h'', "client": […], "freelancer": […], "limit": …}` with rows as given.
fn raw(client: &[u8], freelancer: &[u8], limit: &[u8]) -> Vec<u8> {
    [b"\xa4\x63job\x40\x66client".as_slice(), client, b"\x6afreelancer", freelancer, b"\x65limit", limit]
        .concat()
}

/// Seven weights that add up to 100.
const ROW: &[u8] = b"\x87\x18\x5e\x01\x01\x01\x01\x01\x01";

#[tokio::test]
async fn questions_out_of_form_never_reach_the_engine() {
    let (mut b, mut a) = hostile().await;
    let long = [b"\xa4\x63job\x5a\x00\x02\x00\x00".as_slice(), &[0; 0x2_0000]].concat();
    let unread: [Vec<u8>; 8] = [
        vec![],
        b"\xa0".to_vec(),
        // Six weights, eight weights, a negative one, weights as bytes.
        raw(b"\x86\x18\x5f\x01\x01\x01\x01\x01", ROW, b"\x01"),
        raw(b"\x88\x18\x5d\x01\x01\x01\x01\x01\x01\x01", ROW, b"\x01"),
        raw(ROW, b"\x87\x18\x5f\x20\x01\x01\x01\x01\x01", b"\x01"),
        raw(ROW, b"\x47\x5e\x01\x01\x01\x01\x01\x01", b"\x01"),
        // A score, which has no place in any message.
        [b"\xa5\x65score\x01".as_slice(), &raw(ROW, ROW, b"\x01")[1..]].concat(),
        long,
    ];
    let times = f64::from(u32::try_from(unread.len()).unwrap());
    for (n, bytes) in unread.into_iter().enumerate() {
        a.ask("match", bytes);
        let answer = within(a.answer()).await;
        assert!(answer.as_ref().map_or(true, Vec::is_empty), "case {n}: {answer:?}");
    }
    assert_eq!(b.metric("network_malformed_total{protocol=\"match\"}"), Some(times));
    // What can be read and makes no sense is refused with a word.
    let over = b"\x87\x19\xff\xff\x01\x01\x01\x01\x01\x01";
    for bytes in [raw(ROW, ROW, b"\x00"), raw(ROW, ROW, b"\x18\x33"), raw(over, ROW, b"\x01")] {
        a.ask("match", bytes);
        let answer = within(a.answer()).await.unwrap();
        assert!(String::from_utf8_lossy(&answer).contains("out-of-form"), "{answer:?}");
    }
    // And the right form is heard.
    a.ask("match", raw(ROW, ROW, b"\x18\x32"));
    let (answer, request) = within(async { tokio::join!(a.answer(), b.answer(found(vec![]))) }).await;
    assert!(matches!(request, Request::Match { .. }));
    let told = [
        b"\xa1\x62ok\xa4\x65rules\x67rules-1\x68taxonomy\x58\x20".as_slice(),
        &[1; 32],
        b"\x65rates\x58\x20",
        &[2; 32],
        b"\x6acandidates\x80",
    ];
    assert_eq!(answer.unwrap(), told.concat());
    let size = b"\xa5\x63job".len() + MATCH_REQUEST_BYTES_MAX;
    a.ask("match", vec![0x61; size]);
    assert!(within(a.answer()).await.map_or(true, |answer| answer.is_empty()));
}

/// An answer in which something is wrong.
fn answer(rules: usize, taxonomy: u8, count: u8, each: &[u8]) -> Vec<u8> {
    let mut bytes = b"\xa1\x62ok\xa4\x65rules\x78".to_vec();
    bytes.push(u8::try_from(rules).unwrap());
    bytes.extend(vec![b'x'; rules]);
    bytes.extend(b"\x68taxonomy\x58");
    bytes.push(taxonomy);
    bytes.extend(vec![1; taxonomy.into()]);
    bytes.extend(b"\x65rates\x58\x20");
    bytes.extend([2; 32]);
    bytes.extend(b"\x6acandidates\x98");
    bytes.push(count);
    for _ in 0..count {
        bytes.extend(each);
    }
    bytes
}

#[tokio::test]
async fn answers_out_of_form_are_errors_of_the_question() {
    let (b, mut a) = hostile().await;
    let nulls = [0xf6; 7];
    let one = |row: &[u8]| {
        [b"\xa3\x67profile\x40\x66client".as_slice(), row, b"\x6afreelancer\x87", &nulls].concat()
    };
    let right = one(&[b"\x87".as_slice(), &nulls].concat());
    let read = SearchAnswer {
        rules: "x".repeat(30),
        taxonomy: Digest::new([1; 32]),
        rates: Digest::new([2; 32]),
        candidates: vec![Candidate { profile: Bytes::new(), client: [None; 7], freelancer: [None; 7] }; 50],
    };
    let asked = b.handle.request("a", search(9, 50));
    let (got, ()) = within(async { tokio::join!(asked, a.serve(answer(30, 32, 50, &right))) }).await;
    assert_eq!(got, Ok(Response::Match { found: read }));
    let wrong: [Vec<u8>; 9] = [
        vec![],
        vec![0xff; MATCH_ANSWER_BYTES_MAX + 1],
        // One candidate too many; a digest that is none; rules that tell a story.
        answer(30, 32, 51, &right),
        answer(30, 31, 0, &right),
        answer(65, 32, 0, &right),
        // Six features; a feature that no whole number of 32 bits is; a score beside them.
        answer(30, 32, 1, &one(&[b"\x86".as_slice(), &nulls[1..]].concat())),
        answer(
            30,
            32,
            1,
            &one(&[b"\x87\x1b\xff\xff\xff\xff\xff\xff\xff\xff".as_slice(), &nulls[1..]].concat()),
        ),
        answer(30, 32, 1, &[b"\xa4\x65score\x01".as_slice(), &right[1..]].concat()),
        b"\xa1\x62ok\xa1\x65notes\x80".to_vec(),
    ];
    for (n, bytes) in wrong.into_iter().enumerate() {
        let asked = b.handle.request("a", search(9, 50));
        let (got, ()) = within(async { tokio::join!(asked, a.serve(bytes)) }).await;
        assert_eq!(got, Err(RequestError::Malformed), "case {n}");
    }
}

#[tokio::test]
async fn peers_that_do_not_answer_take_no_place_from_the_logs() {
    let mut names: Vec<String> = Vec::new();
    for n in 0..MATCHES_GLOBAL / 2 + 1 {
        names.push(format!("slow-{n}"));
    }
    let mut slow = Vec::new();
    for name in &names {
        slow.push(Node::start(name, &[("b", NOWHERE)]).await);
    }
    let peers: Vec<(&str, &str)> =
        names.iter().zip(&slow).map(|(name, node)| (name.as_str(), node.address.as_str())).collect();
    let b = Node::start("b", &peers).await;
    let mut asked = JoinSet::new();
    for name in &names {
        b.until(name, |state| state.connected).await;
        for _ in 0..2 {
            let (handle, name) = (b.handle.clone(), name.clone());
            asked.spawn(async move { handle.request(&name, search(9, 50)).await });
        }
    }
    // Every place for searches is taken; a log is followed all the same, from one of those very peers.
    let last = slow.last_mut().unwrap();
    let heads = async {
        loop {
            if let Inbound::Request { request: Request::Heads, answer, .. } = last.next().await {
                return answer.send(Response::Heads { notes: vec![] });
            }
        }
    };
    let peer = names.last().unwrap();
    let (answer, ()) = within(async { tokio::join!(b.handle.request(peer, Request::Heads), heads) }).await;
    assert_eq!(answer, Ok(Response::Heads { notes: vec![] }));
    // And a search ends by itself: with a place in time, without one, or as not answered.
    while let Some(ended) = within(asked.join_next()).await {
        let ended = ended.unwrap();
        assert!(
            matches!(ended, Err(RequestError::Timeout | RequestError::Busy) | Ok(Response::Busy { .. })),
            "{ended:?}"
        );
    }
}

#[tokio::test]
async fn a_flood_of_searches_hits_the_rate_limit_and_nothing_else() {
    let (a, mut b) = pair().await;
    let flood = async {
        loop {
            match a.handle.request("b", search(9, 50)).await {
                // The wait that the bucket names: shorter than what a full queue would say.
                Ok(Response::Busy { retry_after_ms }) => return retry_after_ms,
                answer => assert_eq!(answer, Ok(found(vec![]))),
            }
        }
    };
    let serving = async {
        loop {
            b.answer(found(vec![])).await;
        }
    };
    let wait = within(async {
        tokio::select! {
            wait = flood => wait,
            () = serving => unreachable!("it serves for ever"),
        }
    })
    .await;
    assert!((1..=251).contains(&wait), "{wait}");
    let heads = Response::Heads { notes: vec![] };
    assert_eq!(ask(&a, &mut b, Request::Heads, heads.clone()).await, (Request::Heads, heads));
}
