//! Two homes without a network between them: a test carries what one says to the other, and may do it wrong.

use hanse_base::testing::TestNode;
use hanse_document::{Did, DocumentId, Kind, List, SigningKey};
use hanse_network::Response;
use hanse_store::Sql as _;

use crate::Messages;
use crate::frame::{Answer, Question, Said};
use crate::sealed::Unsealed;

const A: &str = "a.example";
const B: &str = "b.example";

struct Pair {
    a: Messages,
    b: Messages,
    client: Did,
    freelancer: Did,
    bid: DocumentId,
    _nodes: [TestNode; 2],
}

fn person(byte: u8) -> Did {
    Did::of(&SigningKey::from_seed([byte; 32]).public())
}

/// A bid of somebody at B on a job of somebody at A, as rows at A; the homes know each other's keys.
async fn pair() -> Pair {
    const PEOPLE: &str = "INSERT INTO identity (did, subject, genesis, home, custody) VALUES ($1, sha256(convert_to($1, 'UTF8')), '', 'a.example', 'self'), \
         ($2, sha256(convert_to($2, 'UTF8')), '', 'b.example', 'self')";
    const JOB: &str = "INSERT INTO job (id, client, home, state, head, seats, title, skills, posted_at, expires_at, posting, active_at, search, folding) \
         VALUES ($1, $2, 'a.example', 'open', $1, 1, 'Title', '{}', 0, 1, $1, 0, '', 1)";
    const BID: &str = "INSERT INTO bid (id, job, freelancer, home, state, head, said, posting, made_at) \
         VALUES ($1, $1, $2, 'b.example', 'submitted', $1, $1, $1, 0)";
    let nodes = [TestNode::new('a', &['b', 'n']).await, TestNode::new('b', &['a', 'n']).await];
    let (a, b) =
        (Messages::new(nodes[0].base.clone()).unwrap(), Messages::new(nodes[1].base.clone()).unwrap());
    a.boxes.learn(B, &b.boxes.note().unwrap()).unwrap();
    b.boxes.learn(A, &a.boxes.note().unwrap()).unwrap();
    let (client, freelancer, bid) = (person(1), person(2), DocumentId::new(Kind::Bid, [7; 32]));
    let db = a.store().connection().await.unwrap();
    db.execute(PEOPLE, &[&client.as_str(), &freelancer.as_str()]).await.unwrap();
    let id = bid.hash().as_slice();
    db.execute(JOB, &[&id, &client.as_str()]).await.unwrap();
    db.execute(BID, &[&id, &freelancer.as_str()]).await.unwrap();
    Pair { a, b, client, freelancer, bid, _nodes: nodes }
}

impl Pair {
    fn said(&self, number: i32, text: &str) -> Said {
        Said {
            thread: self.bid,
            author: self.freelancer.clone(),
            number,
            seen: 0,
            at: 1,
            text: text.try_into().unwrap(),
            files: List::new(Vec::new()).unwrap(),
        }
    }

    async fn says(&self, said: Said) -> Answer {
        let question = serde_json::to_vec(&Question::Message(said)).unwrap();
        let key = self.b.boxes.known(A).unwrap();
        let (sealed, reply) = self.b.boxes.seal(A, &key, &question).unwrap();
        let Some(Response::Talk { answer }) = self.a.answer(B, &sealed).await else { panic!("no answer") };
        Answer::read(&reply.open(&answer).unwrap()).unwrap()
    }
}

fn refused(slug: &str) -> Answer {
    Answer::Refused(slug.to_owned())
}

#[tokio::test]
async fn a_message_comes_once_in_order_and_from_its_authors_home_only() {
    let pair = pair().await;
    assert_eq!(pair.says(pair.said(2, "Second.")).await, Answer::Later, "the first one is missing");
    assert_eq!(pair.says(pair.said(1, "First.")).await, Answer::Taken);
    assert_eq!(pair.says(pair.said(1, "First.")).await, Answer::Taken, "again");
    assert_eq!(pair.says(pair.said(1, "Another.")).await, refused("other-message"));
    assert_eq!(pair.says(pair.said(2, "Second.")).await, Answer::Taken);
    let forged = Said { author: pair.client.clone(), ..pair.said(1, "I pay twice.") };
    assert_eq!(pair.says(forged).await, refused("wrong-carrier"));
    let third = Said { author: person(3), ..pair.said(1, "Me too.") };
    assert_eq!(pair.says(third).await, refused("not-yours"));
    let foresight = Said { seen: 1, ..pair.said(3, "As you said.") };
    assert_eq!(pair.says(foresight).await, refused("out-of-form"), "the other side has said nothing");
    let elsewhere = Said { thread: DocumentId::new(Kind::Bid, [8; 32]), ..pair.said(1, "Where?") };
    assert_eq!(pair.says(elsewhere).await, Answer::Later, "the bid may be on its way");
    let count = "SELECT count(*) AS messages FROM message";
    let row = pair.a.store().connection().await.unwrap().query_one(count, &[]).await.unwrap();
    assert_eq!(hanse_store::column::<i64>(&row, "message", "messages").unwrap(), 2);
}

#[tokio::test]
async fn a_carrier_reads_changes_and_redirects_nothing() {
    let pair = pair().await;
    let (a, b) = (&pair.a.boxes, &pair.b.boxes);
    let (to_a, of_b) = (b.known(A).unwrap(), a.known(B).unwrap());
    let (sealed, reply) = b.seal(A, &to_a, b"a secret").unwrap();
    assert!(!sealed.windows(8).any(|part| part == b"a secret"));
    let (question, answer) = a.open(B, &of_b, &sealed).unwrap();
    assert_eq!(question, b"a secret");
    assert_eq!(reply.open(&answer.seal(b"yes").unwrap()), Ok(b"yes".to_vec()));
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(a.open(B, &of_b, &changed).is_err(), "byte {at}");
    }
    // As if it came from another home, or were for another one.
    assert!(a.open("n.example", &of_b, &sealed).is_err());
    assert!(a.open(B, &to_a, &sealed).is_err(), "sealed by another key");
    assert!(b.open(A, &to_a, &sealed).is_err(), "for another key");
    // The answer to another question is none to this one.
    let (other, _) = b.seal(A, &to_a, b"a secret").unwrap();
    let (_, elsewhere) = a.open(B, &of_b, &other).unwrap();
    assert_eq!(reply.open(&elsewhere.seal(b"no").unwrap()), Err(Unsealed::NotOurs));
    let told = pair.a.answer(B, &sealed[..40]).await;
    assert!(matches!(&told, Some(Response::Refused { slug, .. }) if slug == "not-sealed-to-us"), "{told:?}");
}

#[tokio::test]
async fn a_key_is_learnt_under_the_pinned_receipt_key_only() {
    let pair = pair().await;
    let note = pair.b.boxes.note().unwrap();
    assert!(pair.a.boxes.learn(B, &note).is_ok());
    assert_eq!(pair.a.boxes.learn("n.example", &note), Err(Unsealed::Key), "signed by another home");
    assert_eq!(pair.a.boxes.learn("x.example", &note), Err(Unsealed::Key), "of a home that is not pinned");
    let text = String::from_utf8(note).unwrap();
    let (key, rest) = text.split_once('\n').unwrap();
    let other = format!("{key}\nAAAA{}", rest.get(4..).unwrap());
    assert_eq!(pair.a.boxes.learn(B, other.as_bytes()), Err(Unsealed::Key));
}
