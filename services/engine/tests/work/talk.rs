//! The two sides of a bid write to each other: over two homes of which one is away for a while, and what is refused.

use hanse_api::requests::{MessageRequest, PageQuery};
use hanse_api::views::MessageView;
use hanse_base::error::{Refusal, UseError};
use hanse_document::{Digest, DocumentId};
use hanse_engine::Engine;
use hanse_lifecycle::Event;

use crate::cluster::{Cluster, Someone, until};
use crate::deal::{bid_request, id, job_request};

const A: usize = 0;
const B: usize = 1;
const PDF: &[u8] = b"%PDF-1.7\nA plan of the bridge.\n";

fn message(text: &str, files: &[&str]) -> MessageRequest {
    serde_json::from_value(serde_json::json!({"text": text, "attachments": files})).unwrap()
}

/// A bid of the freelancer's on a job of the client's, known at both homes.
async fn bid(cluster: &Cluster, client: &Someone, freelancer: &Someone) -> DocumentId {
    let (home, away) = (cluster.engine(client.home), cluster.engine(freelancer.home));
    let posted = home.post_job(&client.did, job_request("A bridge"), false).await.unwrap();
    let job = id(&posted.view.id);
    until("the job is known at the other home", async || away.job(&job, None).await.unwrap()).await;
    id(&away.bid(&freelancer.did, &job, bid_request(), false).await.unwrap().view.id)
}

async fn messages(engine: &Engine, person: &Someone, bid: &DocumentId) -> Vec<MessageView> {
    let page = engine.messages().messages(&person.did, bid, &PageQuery::default()).await.unwrap();
    page.items.into_iter().rev().collect()
}

fn texts(messages: &[MessageView]) -> Vec<&str> {
    messages.iter().map(|message| message.text.as_str()).collect()
}

fn slug<T: std::fmt::Debug>(answer: Result<T, UseError>) -> String {
    let Err(UseError::Refused(refusal)) = answer else { panic!("{answer:?}") };
    refusal.slug().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_and_files_wait_for_the_other_home_and_come_in_order() {
    let mut cluster = Cluster::start(&["a", "b"]).await;
    let (ada, bob) = (cluster.register(A, "ada").await, cluster.register(B, "bob").await);
    let carol = cluster.register(A, "carol").await;
    let bid = bid(&cluster, &ada, &bob).await;
    cluster.stop(A).await;
    let away = cluster.engine(B);
    let file = away.messages().upload(&bob.did, "plan.pdf", "application/pdf", PDF.into()).await.unwrap();
    let first = message("Here is a plan.", &[&file.digest]);
    let (sent, _) = away.send_message(&bob.did, &bid, &first).await.unwrap();
    assert_eq!((sent.state.as_str(), sent.number), ("waiting", Some(1)));
    away.send_message(&bob.did, &bid, &message("And another thought.", &[])).await.unwrap();
    // What was acknowledged is kept, whatever becomes of the process.
    cluster.stop(B).await;
    assert_eq!(messages(cluster.engine(A), &ada, &bid).await, []);
    cluster.wake(B).await;
    cluster.wake(A).await;
    let (home, away) = (cluster.engine(A), cluster.engine(B));
    let got = until("both messages and the file have come", async || {
        let got = messages(home, &ada, &bid).await;
        (got.len() == 2 && got[0].attachments[0].here).then_some(got)
    })
    .await;
    assert_eq!(texts(&got), ["Here is a plan.", "And another thought."]);
    until("the author's home knows it", async || {
        let sent = messages(away, &bob, &bid).await;
        sent.iter().all(|message| message.state == "delivered").then_some(())
    })
    .await;
    let digest = *file.digest.parse::<Digest>().unwrap().as_bytes();
    let opened = home.messages().open(&ada.did, &digest).await.unwrap();
    assert_eq!((opened.bytes.as_ref(), opened.name.as_str()), (PDF, "plan.pdf"));
    // Nobody else.
    assert_eq!(slug(home.messages().open(&carol.did, &digest).await), "not-found");
    assert_eq!(slug(home.messages().messages(&carol.did, &bid, &PageQuery::default()).await), "not-found");
    assert_eq!(slug(home.send_message(&carol.did, &bid, &message("Me too.", &[])).await), "not-found");
    let threads = home.messages().threads(&ada.did, &PageQuery::default()).await.unwrap().items;
    assert_eq!((threads.len(), threads[0].unread), (1, 2));
    assert_eq!(threads[0].last.as_ref().unwrap().text, "And another thought.");
    assert_eq!(home.messages().read_up_to(&ada.did, &bid, 1).await.unwrap().unread, 1);
    home.send_message(&ada.did, &bid, &message("Thank you.", &[])).await.unwrap();
    until("the answer has come", async || (messages(away, &bob, &bid).await.len() == 3).then_some(())).await;
    let order = ["Here is a plan.", "And another thought.", "Thank you."];
    assert_eq!(texts(&messages(home, &ada, &bid).await), order);
    assert_eq!(texts(&messages(away, &bob, &bid).await), order);
    until("the client is told", async || {
        let told = home.notifications(&ada.did, &Default::default(), Default::default()).await.unwrap().items;
        (told.iter().filter(|told| told.event == "message.created").count() == 2).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_person_is_told_and_writes_again_once_they_may() {
    let cluster = Cluster::start(&["a", "b"]).await;
    let (ada, bob) = (cluster.register(A, "ada").await, cluster.register(B, "bob").await);
    let bid = bid(&cluster, &ada, &bob).await;
    let (home, away) = (cluster.engine(A), cluster.engine(B));
    home.accounts().block(&ada.did, &bob.did).await.unwrap();
    assert_eq!(slug(home.send_message(&ada.did, &bid, &message("Well?", &[])).await), "blocked-by-you");
    away.send_message(&bob.did, &bid, &message("Why?", &[])).await.unwrap();
    let refused = until("the message is refused", async || {
        messages(away, &bob, &bid).await.into_iter().find(|message| message.state == "refused")
    })
    .await;
    assert_eq!((refused.refusal.as_deref(), refused.number), (Some("message-not-taken"), None));
    assert_eq!(messages(home, &ada, &bid).await, []);
    home.accounts().unblock(&ada.did, &bob.did).await.unwrap();
    away.send_message(&bob.did, &bid, &message("Hello again.", &[])).await.unwrap();
    let got = until("the next one comes", async || messages(home, &ada, &bid).await.pop()).await;
    assert_eq!((got.text.as_str(), got.number), ("Hello again.", Some(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn floods_ends_and_wrong_files_are_refused() {
    let cluster = Cluster::start(&["a"]).await;
    let (ada, bob) = (cluster.register(A, "ada").await, cluster.register(A, "bob").await);
    let bid = bid(&cluster, &ada, &bob).await;
    let home = cluster.engine(A);
    let write = async |who: &Someone| home.send_message(&who.did, &bid, &message("Hello.", &[])).await;
    for _ in 0..10 {
        assert_eq!(write(&bob).await.unwrap().0.state, "delivered");
    }
    assert_eq!(slug(write(&bob).await), "unanswered");
    write(&ada).await.unwrap();
    for _ in 10..30 {
        write(&bob).await.unwrap();
    }
    assert_eq!(slug(write(&bob).await), "too-many-messages");
    let upload = async |name: &str, declared: &str, bytes: &'static [u8]| {
        home.messages().upload(&bob.did, name, declared, bytes.into()).await
    };
    assert_eq!(slug(upload("a.html", "text/html", b"<p>").await), "wrong-type");
    assert_eq!(slug(upload("a.png", "image/png", PDF).await), "wrong-type");
    assert_eq!(slug(upload("a.txt", "text/plain", b"\x7fELF\0").await), "wrong-type");
    assert_eq!(slug(upload("../a.pdf", "application/pdf", PDF).await), "bad-field");
    let kept = upload("a.pdf", "application/pdf", PDF).await.unwrap();
    let not_own = home.send_message(&ada.did, &bid, &message("Mine?", &[&kept.digest])).await;
    assert_eq!(slug(not_own), "not-found", "a file of somebody else");
    // What no message names is gone after a day.
    let digest = *kept.digest.parse::<Digest>().unwrap().as_bytes();
    home.messages().open(&bob.did, &digest).await.unwrap();
    cluster.clock.advance(86_401);
    home.messages().sweep().await.unwrap();
    assert!(matches!(
        home.messages().open(&bob.did, &digest).await,
        Err(UseError::Refused(Refusal::NotFound(_)))
    ));
    home.move_bid(&bob.did, &bid, Event::Withdraw, Default::default(), false).await.unwrap();
    write(&ada).await.unwrap();
    cluster.clock.advance(31 * 86_400);
    assert_eq!(slug(write(&ada).await), "thread-over");
}
