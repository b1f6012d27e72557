mod signing;

use hanse_base::names::LogKind;
use hanse_tlog::{Cosigner, KeyName};

use super::*;
use crate::cosign::audit;
use crate::testing::{Home, node};

fn auditor(home: &Home) -> &Cosigner {
    home.book.log_keys().cosigner()
}

/// The newest head of a home's reputation log.
async fn note(home: &Home) -> String {
    let db = home.book.store().connection().await.unwrap();
    let origin = LogKind::Reputation.origin(&home.book.config().name);
    log::find(&db, &origin).await.unwrap().unwrap().checkpoint
}

async fn heard(home: &Home, from: &str, note: &str) -> Verdict {
    receive(&home.book, from, note.as_bytes()).await
}

/// `e` lies about what `n` has cosigned; `b` does not know `n`, and `a` does.
#[tokio::test]
async fn a_forged_line_costs_who_made_it_and_never_who_passed_it_on() {
    let e = Home::new('e', &['a', 'b', 'n']).await;
    let (a, b) = (Home::new('a', &['b', 'e', 'n']).await, Home::new('b', &['a', 'e']).await);
    let n = Home::new('n', &['a', 'e']).await;
    e.register("eve").await;
    e.sequence().await;
    let bare = note(&e).await;
    let other = Checkpoint { size: 99, ..read(e.book.log_keys(), bare.as_bytes()).unwrap().checkpoint };
    let forged = format!("{bare}{}\n", auditor(&n).cosign(&other, 7));

    assert_eq!(
        heard(&b, "e.example", &forged).await,
        Verdict::Ignore,
        "what it cannot check it does not pass on"
    );
    assert_eq!(heard(&a, "b.example", &forged).await, Verdict::Ignore, "whoever does is not answerable");
    assert_eq!(heard(&a, "e.example", &forged).await, Verdict::Reject, "the log's own node knows better");
    assert_eq!(heard(&a, "n.example", &forged).await, Verdict::Reject, "and so does the auditor");
}

#[tokio::test]
async fn an_auditor_cosigns_nothing_before_it_was_told_what_it_has_signed() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    b.follow(&a).await;
    let cosigned = async || {
        let db = b.book.store().connection().await.unwrap();
        log::newest_cosigned_by(&db, "a.example/jobs", "b.example/auditor").await.unwrap().is_some()
    };
    audit(&b.book, "a.example/jobs").await.unwrap();
    assert!(!cosigned().await, "nobody has answered");
    b.book.heard().answered("a.example", BTreeMap::new());
    audit(&b.book, "a.example/jobs").await.unwrap();
    assert!(cosigned().await);
}

#[tokio::test]
async fn a_head_is_passed_on_if_every_line_of_it_was_verified() {
    let (a, b) = (Home::new('a', &['b', 'n']).await, Home::new('b', &['a']).await);
    let n = Home::new('n', &['a']).await;
    let bare = note(&a).await;
    let head = read(a.book.log_keys(), bare.as_bytes()).unwrap().checkpoint;
    let line = |cosigner: &Cosigner| format!("{}\n", cosigner.cosign(&head, 7));
    let stranger = Cosigner::new(KeyName::parse("n.example/auditor").unwrap(), [9; 32]);
    let cases = [
        (&b, String::new(), Verdict::Accept),
        (&b, line(auditor(&a)), Verdict::Accept),
        (&b, line(auditor(&b)), Verdict::Accept),
        (&b, line(auditor(&n)), Verdict::Ignore),
        (&n, line(auditor(&n)), Verdict::Accept),
        (&n, line(&stranger), Verdict::Ignore),
    ];
    for (home, lines, verdict) in cases {
        let at = &home.book.config().name;
        assert_eq!(heard(home, "a.example", &(bare.clone() + &lines)).await, verdict, "{at}: {lines}");
    }
    assert_eq!(a.book.config().name, node('a'));
}
