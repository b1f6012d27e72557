//! Frames of the four protocols. What gossip carries is a document or a note, and the targets of those read it.

use hanse_network::{
    Bytes, Candidate, DELIVER_DOCUMENTS_MAX, Digest, Entry, HEADS_NOTES_MAX, MATCH_CANDIDATES_MAX,
    MATCH_WORD_BYTES_MAX, Method, RANGE_ENTRIES_MAX, Request, Response, Search, SearchAnswer,
};

use super::{PLAIN, Target, sentence};
use crate::cost::Budget;
use crate::mutate::CBOR;

/// A frame behind a byte that says of which protocol it is.
fn framed(method: Method, frame: Vec<u8>) -> Vec<u8> {
    let place = Method::ALL.iter().position(|other| *other == method).unwrap();
    [vec![u8::try_from(place).unwrap()], frame].concat()
}

fn frame(bytes: &[u8]) -> Option<(Method, &[u8])> {
    let (place, frame) = bytes.split_first()?;
    Some((*Method::ALL.get(usize::from(*place % 4))?, frame))
}

fn bytes(size: usize) -> Bytes {
    Bytes::from(vec![7; size])
}

/// Reading takes a vector that grows by doubling; what a frame says of lengths takes nothing.
const BUDGET: Budget = Budget { base: 64 * 1024, each: 512 };

pub(super) const REQUEST: Target = Target {
    name: "request",
    bytes_max: 20 * 1024,
    mutators: &[CBOR],
    made: requests,
    budget: BUDGET,
    run: request,
    ..PLAIN
};

fn requests() -> Vec<Vec<u8>> {
    let search = Search {
        job: bytes(40),
        client: [100, 0, 0, 0, 0, 0, 0],
        freelancer: [16, 14, 14, 14, 14, 14, 14],
        limit: 50,
    };
    let all = [
        (Method::Heads, Request::Heads),
        (Method::Range, Request::Range { origin: "a.example/jobs".into(), start: 0, end: 256 }),
        (Method::Deliver, Request::Deliver { documents: vec![bytes(3), bytes(300)] }),
        (Method::Match, Request::Match { search }),
        (Method::Talk, Request::Talk { sealed: bytes(300) }),
    ];
    all.into_iter().map(|(method, request)| framed(method, method.write_request(request).unwrap())).collect()
}

fn request(bytes: &[u8]) -> String {
    let Some((method, frame)) = frame(bytes) else { return "nothing".into() };
    let request = match method.read_request(frame) {
        Ok(request) => request,
        Err(error) => return format!("{method:?} {}", sentence(&error.to_string())),
    };
    if let Request::Deliver { documents } = &request {
        assert!(documents.len() <= DELIVER_DOCUMENTS_MAX);
    }
    let (fits, name) = (request.fits(), name(&request));
    let written = method.write_request(request.clone()).unwrap();
    assert_eq!(method.read_request(&written).unwrap(), request);
    for other in Method::ALL.into_iter().filter(|other| *other != method) {
        assert!(other.write_request(request.clone()).is_err(), "{other:?} sends what is {method:?}'s");
    }
    format!("{name}, {fits}")
}

const fn name(request: &Request) -> &'static str {
    match request {
        Request::Heads => "heads",
        Request::Range { .. } => "range",
        Request::Deliver { .. } => "deliver",
        Request::Match { .. } => "match",
        Request::Talk { .. } => "talk",
    }
}

pub(super) const RESPONSE: Target = Target {
    name: "response",
    bytes_max: 20 * 1024,
    mutators: &[CBOR],
    made: responses,
    budget: BUDGET,
    run: response,
    ..PLAIN
};

fn responses() -> Vec<Vec<u8>> {
    let candidate = Candidate { profile: bytes(30), client: [Some(u32::MAX); 7], freelancer: [None; 7] };
    let found = SearchAnswer {
        rules: "hanse/match/v1".into(),
        taxonomy: Digest::new([1; 32]),
        rates: Digest::new([2; 32]),
        candidates: vec![candidate],
    };
    let entry = Entry { leaf: bytes(20), documents: vec![bytes(9), bytes(0)] };
    let refused = || Response::Refused { slug: "no".into(), detail: "No.".into() };
    let all = [
        (Method::Heads, Response::Heads { notes: vec![bytes(24), bytes(25)] }),
        (Method::Range, Response::Range { entries: vec![entry], checkpoint: Some(bytes(200)) }),
        (Method::Range, Response::Range { entries: vec![], checkpoint: None }),
        (Method::Deliver, Response::Receipt { receipt: bytes(200) }),
        (Method::Match, Response::Match { found }),
        (Method::Talk, Response::Talk { answer: bytes(200) }),
        (Method::Heads, Response::Busy { retry_after_ms: 500 }),
        (Method::Match, refused()),
    ];
    all.into_iter().map(|(method, answer)| framed(method, method.write_response(answer).unwrap())).collect()
}

fn response(bytes: &[u8]) -> String {
    let Some((method, frame)) = frame(bytes) else { return "nothing".into() };
    let response = match method.read_response(frame) {
        Ok(response) => response,
        Err(error) => return format!("{method:?} {}", sentence(&error.to_string())),
    };
    let name = match &response {
        Response::Heads { notes } => {
            assert!(notes.len() <= HEADS_NOTES_MAX);
            "heads"
        }
        Response::Range { entries, .. } => {
            assert!(u64::try_from(entries.len()).unwrap() <= RANGE_ENTRIES_MAX);
            "range"
        }
        Response::Receipt { .. } => "receipt",
        Response::Match { found } => {
            assert!(
                found.candidates.len() <= MATCH_CANDIDATES_MAX && found.rules.len() <= MATCH_WORD_BYTES_MAX
            );
            "match"
        }
        Response::Busy { .. } => "busy",
        Response::Refused { .. } => "refused",
    };
    let written = method.write_response(response.clone()).unwrap();
    assert_eq!(method.read_response(&written).unwrap(), response);
    format!("{method:?} {name}")
}
