//! The database goes away, hangs, is full, comes back; too many want it at once. Every request is answered, nobody ends, and
//! whatever was led is led again.

use std::sync::Arc;

use hanse_store::Sql as _;
use hanse_testkit::{
    Answer, Federation, Http, MovableClock, Person, Seat, TestNode, Way, Wire, until, within,
};
use serde_json::{Value, json};

async fn behind_a_wire() -> (TestNode, Wire) {
    let clock = MovableClock::new(hanse_document::Timestamp::parse("2026-11-24T10:00:00Z").unwrap());
    TestNode::behind_a_wire(Arc::new(Seat::new("a.example")), Arc::new(clock)).await
}

async fn ready(node: Http) -> Answer {
    node.get("/readyz").may_fail().send().await
}

async fn leads(operators: Http) -> bool {
    let metrics = operators.get("/metrics").send().await;
    metrics.text().lines().any(|line| line == "hanse_leader 1")
}

/// Posts a job and waits until the log has it: the workers work.
async fn works(person: &Person) {
    let job = json!({"title": "Translate a menu", "text": "Two pages."});
    let size = async || {
        let logs = person.home.get("/v1/logs").send().await.ok(200);
        logs.as_array()
            .unwrap()
            .iter()
            .find(|log| log["origin"] == "a.example/jobs")
            .map(|log| log["size"].clone())
    };
    let before = size().await;
    person.post("/v1/jobs", &job).send().await.ok(201);
    until("the job is in the log", async || size().await != before).await;
}

/// What a request is told while there is no database.
fn turned_away(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.text());
    let slugs = ["database-away", "busy", "timed-out", "unavailable"];
    assert!(slugs.contains(&answer.slug().as_str()), "{}", answer.text());
    assert!(answer.headers.contains_key("retry-after") && answer.headers.contains_key("x-request-id"));
}

async fn comes_back(way: Way) {
    let (mut node, wire) = behind_a_wire().await;
    node.restart().await;
    let ada = node.person("ada").await;
    works(&ada).await;

    wire.set(way);
    let many = (0..30).map(|at| {
        let call = if at % 2 == 0 { ada.get("/v1/me") } else { ada.home.get("/v1/jobs") };
        call.may_fail().send()
    });
    let answers = within("every request is answered", futures::future::join_all(many)).await;
    answers.iter().for_each(turned_away);
    assert_eq!(node.http().get("/healthz").send().await.status, 200);
    until("the node says that it is not ready", async || ready(node.http()).await.status == 503).await;
    until("it steps down", async || !leads(node.operators()).await).await;
    assert!(node.is_up());

    wire.set(Way::Open);
    until("it is ready", async || ready(node.http()).await.status == 200).await;
    until("it leads", async || leads(node.operators()).await).await;
    works(&ada).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_whose_database_ends_serves_what_it_can_and_leads_again() {
    comes_back(Way::Cut).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_whose_database_hangs_answers_and_leads_again() {
    comes_back(Way::Frozen).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_starts_before_its_database_waits_for_it() {
    let (mut node, wire) = behind_a_wire().await;
    wire.set(Way::Cut);
    node.restart().await;
    assert_eq!(node.http().get("/healthz").send().await.status, 200);
    assert_eq!(ready(node.http()).await.slug(), "not-ready");
    turned_away(&node.http().get("/v1/jobs").may_fail().send().await);
    wire.set(Way::Open);
    until("it is ready", async || ready(node.http()).await.status == 200).await;
    until("it leads", async || leads(node.operators()).await).await;
    works(&node.person("ada").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_takes_over_has_the_metrics_of_its_network() {
    let mut federation = Federation::start(&["a.example", "b.example"]).await;
    let replica = federation[0].replica().await;
    let connected = async |operators: Http| {
        let metrics = operators.get("/metrics").send().await;
        metrics.text().lines().any(|line| line == "hanse_network_peer_connected{peer=\"b.example\"} 1")
    };
    until("the first is connected", async || connected(federation[0].operators()).await).await;
    assert!(!connected(replica.operators()).await && !leads(replica.operators()).await);
    federation[0].stop().await;
    until("the second leads", async || leads(replica.operators()).await).await;
    until("and is connected", async || connected(replica.operators()).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_takes_no_writes_makes_a_node_unready() {
    let federation = Federation::start(&["a.example"]).await;
    let node = federation[0].http();
    until("it is ready", async || ready(node).await.status == 200).await;
    let store = federation[0].store().await;
    let connection = store.connection().await.unwrap();
    // As PostgreSQL says it when the disk is full.
    const FULL: &str = "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS \
         'BEGIN RAISE EXCEPTION ''could not extend file'' USING ERRCODE = ''disk_full''; END'";
    const ON: &str =
        "CREATE TRIGGER full_disk BEFORE INSERT ON write_probe FOR EACH ROW EXECUTE FUNCTION full_disk()";
    connection.execute(FULL, &[]).await.unwrap();
    connection.execute(ON, &[]).await.unwrap();
    until("it says that it cannot write", async || {
        let answer = ready(node).await;
        answer.status == 503 && answer.text().contains("cannot be written to")
    })
    .await;
    assert_eq!(node.get("/v1/jobs").send().await.ok(200)["items"], json!([]), "it still reads");
    connection.execute("DROP TRIGGER full_disk ON write_probe", &[]).await.unwrap();
    until("it is ready again", async || ready(node).await.status == 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_has_to_mend_is_not_called_a_crowd() {
    let federation = Federation::start(&["a.example"]).await;
    let ada = federation[0].person("ada").await;
    let store = federation[0].store().await;
    let connection = store.connection().await.unwrap();
    const FAILS: &str = "CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS \
         'BEGIN RAISE EXCEPTION ''it cannot'' USING ERRCODE = TG_ARGV[0]; END'";
    connection.execute(FAILS, &[]).await.unwrap();
    for (code, soon) in [
        ("disk_full", false),
        ("io_error", false),
        ("read_only_sql_transaction", false),
        ("out_of_memory", true),
    ] {
        let on = format!(
            "CREATE TRIGGER fails BEFORE INSERT ON job FOR EACH ROW EXECUTE FUNCTION fails('{code}')"
        );
        connection.execute(&*on.leak(), &[]).await.unwrap();
        let answer =
            ada.post("/v1/jobs", &json!({"title": "A job", "text": "Text."})).may_fail().send().await;
        answer.refused(503, "unavailable");
        assert!(answer.text().contains("The database could not do this now"), "{}", answer.text());
        let wait: u32 = answer.header("retry-after").unwrap().parse().unwrap();
        assert_eq!(wait <= 5, soon, "{code}: {wait}");
        connection.execute("DROP TRIGGER fails ON job", &[]).await.unwrap();
    }
    works(&ada).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_requests_than_places_are_turned_away_and_cost_nobody_else_anything() {
    const GREEDY: usize = 300;
    let federation = Federation::start(&["a.example"]).await;
    let node = federation[0].http();
    let ada = federation[0].person("ada").await;
    works(&ada).await;
    let store = federation[0].store().await;
    let mut connection = store.connection().await.unwrap();
    let lock = connection.begin().await.unwrap();
    lock.execute("LOCK TABLE log_leaf IN ACCESS EXCLUSIVE MODE", &[]).await.unwrap();
    let greedy =
        (0..GREEDY).map(|_| node.get("/v1/logs/a.example/reputation/entries?start=0").may_fail().send());
    let greedy = futures::future::join_all(greedy);
    // Meanwhile, on connections of their own: probes and metrics, and people who are signed in.
    let others = async {
        for _ in 0..5 {
            assert_eq!(ada.read("/v1/me").await["handle"], "ada");
            assert_eq!(node.get("/healthz").send().await.status, 200);
            assert_eq!(ready(node).await.status, 200);
            assert!(leads(federation[0].operators()).await);
        }
    };
    let (answers, ()) = within("everybody is answered", async { tokio::join!(greedy, others) }).await;
    // Those inside wait for the lock, until the server gives them up one after the other.
    let (turned, inside): (Vec<&Answer>, Vec<&Answer>) =
        answers.iter().partition(|answer| answer.status == 503);
    turned.iter().for_each(|answer| turned_away(answer));
    let told: Vec<(u16, String)> = inside.iter().map(|answer| (answer.status, answer.slug())).collect();
    assert!(turned.len() > GREEDY / 2, "few have a place; the others were told {told:?}");
    lock.commit().await.unwrap();
    works(&ada).await;
    const EPOCH: &str = "SELECT epoch FROM lease";
    let epoch: i64 = connection.query_one(EPOCH, &[]).await.unwrap().get("epoch");
    assert_eq!(epoch, 1, "it has led all the time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_come_takes_no_place() {
    const SLOW: usize = 200;
    let federation = Federation::start(&["a.example"]).await;
    let node = federation[0].http();
    let mut slow = Vec::new();
    for _ in 0..SLOW {
        let mut stream = tokio::net::TcpStream::connect(node.address()).await.unwrap();
        let head = b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
        tokio::io::AsyncWriteExt::write_all(&mut stream, head).await.unwrap();
        slow.push(stream);
    }
    for _ in 0..20 {
        let jobs: Value = node.get("/v1/jobs").send().await.ok(200);
        assert_eq!(jobs["items"], json!([]));
    }
}
