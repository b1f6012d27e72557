//! A mirror that sends something else than the log.

use std::sync::{Arc, Mutex};

use hanse_network::Bytes;

use super::*;

/// What two mirrors were asked for, by name and page, and what one of them does.
#[derive(Debug)]
struct Pages {
    /// The sizes of the log at its checkpoints.
    sizes: Vec<u64>,
    asked: Vec<(String, usize)>,
    /// Whose page it is that has another leaf than the log.
    forged: (String, usize),
    /// Whose page comes without documents.
    withheld: (String, usize),
}

/// Far more than it takes to follow the log of this test.
const ASKED_MAX: usize = 40;

/// Answers with pages up to the next checkpoint.
async fn page_by_page(book: Logbook, mut inbound: Receiver<Inbound>, pages: Arc<Mutex<Pages>>) {
    while let Some(inbound) = inbound.recv().await {
        let Inbound::Request { from, request, answer } = inbound else { continue };
        let Request::Range { origin, start, .. } = request else {
            answer.send(heads::answer(&book, &from).await.unwrap());
            continue;
        };
        let db = book.store().connection().await.unwrap();
        let number = pages.lock().unwrap().sizes.partition_point(|size| *size <= start);
        let end = pages.lock().unwrap().sizes[number];
        let mut page = range::answer(&db, &origin, start, end).await.unwrap();
        let mut pages = pages.lock().unwrap();
        let asked = (book.config().name.to_string(), number);
        if let Response::Range { entries, .. } = &mut page {
            if pages.forged == asked {
                entries[0].leaf = Bytes::from(b"{}".to_vec());
            }
            if pages.withheld == asked {
                entries.iter_mut().for_each(|entry| entry.documents.clear());
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
    let (origin, mut sizes) = ("a.example/jobs", vec![]);
    for _ in 0..4 {
        a.post(&ada).await;
        a.sequence().await;
        m.follow(&a).await;
        n.follow(&a).await;
        sizes.push(size(&a, origin).await);
    }
    // The first of the mirrors lies in one page, and withholds the documents of the next one, which is under way by then.
    let liar = |page: usize| ("m.example".to_owned(), page);
    let pages = Pages { sizes, asked: vec![], forged: liar(1), withheld: liar(2) };
    let pages = Arc::new(Mutex::new(pages));
    let answer = |book, inbound| page_by_page(book, inbound, Arc::clone(&pages));
    // The log's own node is away.
    let _running = connected(&[&m, &n, &b], answer).await;
    ask_heads(&b.book, &node('m')).await.unwrap();
    let mut pace = Pace::new(Instant::now());
    catch_up(&b.book, b.book.log_keys().mirror(origin).unwrap(), &mut pace).await.unwrap();

    let db = b.book.store().connection().await.unwrap();
    let row = log::find(&db, origin).await.unwrap().unwrap();
    assert_eq!(
        (row.size, row.halted),
        (size(&a, origin).await, None),
        "the other one has it whole, and the log is not to blame"
    );
    let missing = log::wanted_missing(&db, origin, b.book.now().unix(), 9).await.unwrap();
    assert_eq!(missing, [], "every page from the lie on came from the other");
    let of = |name: &str| {
        let asked = &pages.lock().unwrap().asked;
        asked.iter().filter(|(of, _)| of == name).map(|(_, page)| *page).collect::<Vec<_>>()
    };
    assert_eq!(of("m.example"), [0, 1, 2], "and is asked for nothing any more");
    assert_eq!(of("n.example"), [1, 2, 3]);
}
