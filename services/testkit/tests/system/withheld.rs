//! A home that keeps its people's reviews back: nobody vouches for its own log any more, and that is all. Whoever has hired somebody
//! there has a record as before.

use hanse_ledger::{Leaf, LeafId, Statement};
use hanse_store::{Sql as _, log};
use hanse_testkit::{Federation, Story, TestNode, until};

use crate::proof::{policy_of, proven};

const HONEST: &str = "a.example/reputation";
const WITHHOLDING: &str = "e.example/reputation";

/// No review becomes public there, so that none is handed out with the leaf that opens it.
const WITHHOLD: [&str; 2] = [
    "CREATE FUNCTION withhold() RETURNS trigger LANGUAGE plpgsql AS \
     'BEGIN NEW.public := false; RETURN NEW; END'",
    "CREATE TRIGGER withhold BEFORE INSERT OR UPDATE ON document FOR EACH ROW WHEN (NEW.kind = 'review') \
     EXECUTE FUNCTION withhold()",
];

/// More leaves than any log here has.
const ALL: u64 = 9_999;

/// What a node holds of a log: its size, how far its leaves have had their effect, and which commits were opened in it.
async fn held(node: &TestNode, origin: &str) -> (u64, u64, Vec<LeafId>) {
    let store = node.store().await;
    let connection = store.connection().await.unwrap();
    let row = log::find(&connection, origin).await.unwrap().unwrap();
    let leaves = log::leaves(&connection, origin, 0, ALL).await.unwrap();
    drop(connection);
    store.close();
    let leaves = leaves.iter().filter_map(|row| Leaf::parse(&row.bytes).ok());
    let opened = leaves.filter_map(|leaf| match leaf.statement() {
        Some(Statement::Open { cites }) => Some(*cites),
        _ => None,
    });
    (row.size, row.reacted, opened.collect())
}

/// The largest size of a log that a node has cosigned.
async fn cosigned(node: &TestNode, origin: &str) -> u64 {
    let store = node.store().await;
    let connection = store.connection().await.unwrap();
    let auditor = format!("{}/auditor", node.name());
    let newest = log::newest_cosigned_by(&connection, origin, &auditor).await.unwrap();
    drop(connection);
    store.close();
    newest.map_or(0, |row| row.size)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_that_withholds_reviews_harms_the_record_of_nobody_elsewhere() {
    let federation = Federation::start(&["a.example", "b.example", "e.example"]).await;
    let (a, b, e) = (&federation[0], &federation[1], &federation[2]);
    let store = e.store().await;
    let connection = store.connection().await.unwrap();
    for statement in WITHHOLD {
        connection.execute(statement, &[]).await.unwrap();
    }
    drop(connection);
    store.close();
    let (anna, bert, eve) = (a.person("anna").await, b.person("bert").await, e.person("eve").await);
    let story = Story::closed(&anna, &eve).await;
    story.client_reviews().await;
    story.freelancer_reviews().await;
    until("both reviews are opened in the withholding log, as the honest home sees it", async || {
        let (size, reacted, opened) = held(a, WITHHOLDING).await;
        opened.len() == 2 && reacted == size
    })
    .await;
    let commit = story.commit_by(&anna, &anna).await;
    let (_, _, opened) = held(a, HONEST).await;
    let opened: Vec<String> = opened.iter().map(LeafId::hex).collect();
    assert_eq!(opened, [commit.as_str()], "a review that nobody here has seen is filed as open");

    // Later work with somebody else counts as if there had been no such home.
    let later = Story::reviewed(&anna, &bert).await;
    let policy = policy_of(federation.nodes(), &federation).await;
    for (person, author) in [(&bert, &anna), (&anna, &bert)] {
        let report = proven(&federation, person, &policy, |report| report.reviews().count() == 1).await;
        let review = report.reviews().next().unwrap();
        assert_eq!(review.author.as_str(), author.did);
    }
    until("the review counts in a score", async || {
        let score = anna.get(&format!("/v1/reputation/{}/score", later.freelancer.did)).send().await;
        score.status == 200 && score.json()["explanation"]["own"].is_object()
    })
    .await;
    for node in [b, e] {
        until("the honest log is cosigned as far as it goes", async || {
            cosigned(node, HONEST).await == held(a, HONEST).await.0
        })
        .await;
    }
    let (size, _, opened) = held(a, HONEST).await;
    let mut once = opened.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!((opened.len(), once.len()), (3, 3), "one for each review that is here, in a log of {size}");
    for node in [a, b] {
        let (size, _, _) = held(node, WITHHOLDING).await;
        assert!(cosigned(node, WITHHOLDING).await < size, "what nobody can read is vouched for");
    }
}
