//! A mirror that sends something else than the log.

use std::sync::{Arc, Mutex};

use hanse_network::Bytes;

use super::*;

/// What two mirrors were asked for, by name and index, and what one of them does.
#[derive(Debug, Default)]
struct Pages {
    asked: Vec<(String, u64)>,
    /// Whose leaf it is that is another one than the log's.
    forged: Option<(String, u64)>,
    /// Whose leaf comes without its document.
    withheld: Option<(String, u64)>,
}

/// Far more than it takes to follow the log of this test.
const ASKED_MAX: usize = 40;

/// Answers leaf by leaf, each up to its own checkpoint.
async fn leaf_by_leaf(book: Logbook, mut inbound: Receiver<Inbound>, pages: Arc<Mutex<Pages>>) {
    while let Some(inbound) = inbound.recv().await {
        let Inbound::Request { from, request, answer } = inbound else { continue };
        let Request::Range { origin, start, .. } = request else {
            answer.send(heads::answer(&book, &from).await.unwrap());
            continue;
        };
        let db = book.store().connection().await.unwrap();
        let mut page = range::answer(&db, &origin, start, start + 1).await.unwrap();
        let mut pages = pages.lock().unwrap();
        let asked = (book.config().name.to_string(), start);
        if let Response::Range { entries, .. } = &mut page {
            if pages.forged.as_ref() == Some(&asked) {
                entries[0].leaf = Bytes::from(b"{}".to_vec());
            }
            if pages.withheld.as_ref() == Some(&asked) {
                entries[0].documents.clear();
            }
        }
        pages.asked.push(asked);
        assert!(pages.asked.len() < ASKED_MAX, "asked without end: {pages:?}");
        answer.send(page);
    }
}

#[tokio::test]
async fn what_a_mirror_that_lies_has_sent_ahead_does_not_count() {
    let (a, b) = (Home::new('a', &['b', 'm', 'n']).await, Home::new('b', &['a', 'm', 'n']).await);
    let (m, n) = (Home::new('m', &['a', 'b', 'n']).await, Home::new('n', &['a', 'b', 'm']).await);
    let ada = a.register("ada").await;
    for _ in 0..4 {
        a.post(&ada).await;
        a.sequence().await;
    }
    m.follow(&a).await;
    n.follow(&a).await;
    // The first of the mirrors lies about one leaf, and of the next one, which is under way by then, it withholds the document.
    let liar = |leaf: u64| Some(("m.example".to_owned(), leaf));
    let pages = Arc::new(Mutex::new(Pages { asked: vec![], forged: liar(1), withheld: liar(2) }));
    let answer = |book, inbound| leaf_by_leaf(book, inbound, Arc::clone(&pages));
    // The log's own node is away.
    let _running = connected(&[&m, &n, &b], answer).await;
    ask_heads(&b.book, &node('m')).await.unwrap();
    let (origin, mut pace) = ("a.example/jobs", Pace::new(Instant::now()));
    catch_up(&b.book, b.book.log_keys().mirror(origin).unwrap(), &mut pace).await.unwrap();

    let db = b.book.store().connection().await.unwrap();
    let row = log::find(&db, origin).await.unwrap().unwrap();
    assert_eq!((row.size, row.halted), (5, None), "the other one has it whole, and the log is not to blame");
    let missing = log::wanted_missing(&db, origin, b.book.now().unix(), 9).await.unwrap();
    assert_eq!(missing, [], "every leaf from the lie on came from the other");
    let of = |name: &str| {
        let asked = &pages.lock().unwrap().asked;
        asked.iter().filter(|(of, _)| of == name).map(|(_, start)| *start).collect::<Vec<_>>()
    };
    assert_eq!(of("m.example"), [0, 1, 2], "and is asked for nothing any more");
    assert_eq!(of("n.example"), [1, 2, 3, 4]);
}
