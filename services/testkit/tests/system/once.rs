//! `Idempotency-Key`: the same request again is the same answer and no second effect.

use crate::life::changes_of_mind;
use crate::talk::disputes;
use hanse_store::{Sql as _, column};
use hanse_testkit::{Federation, Person, Story, until};
use serde_json::{Value, json};

async fn jobs(ada: &Person) -> usize {
    let page = ada.home.get("/v1/jobs?limit=100").send().await.ok(200);
    page["items"].as_array().unwrap().len()
}

fn job(title: &str) -> Value {
    json!({"title": title, "text": "Text."})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_has_one_effect_and_one_answer() {
    let federation = Federation::start(&["a.example"]).await;
    let (ada, ben) = (federation[0].person("ada").await, federation[0].person("ben").await);
    let post =
        |key: &str, title: &str| ada.post("/v1/jobs", &job(title)).header("idempotency-key", key).send();
    let first = post("k1", "One").await;
    first.ok(201);
    for _ in 0..3 {
        let again = post("k1", "One").await;
        assert_eq!((again.status, &again.body), (201, &first.body));
        for header in ["etag", "location", "content-type"] {
            assert_eq!(again.header(header), first.header(header), "{header}");
        }
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_ne!(again.header("x-request-id"), first.header("x-request-id"), "each request has its own id");
    }
    assert_eq!(jobs(&ada).await, 1);
    post("k1", "Another").await.refused(422, "idempotency-key-reused");
    let elsewhere =
        ada.post("/v1/jobs?dry_run=true", &job("One")).header("idempotency-key", "k1").send().await;
    elsewhere.refused(422, "idempotency-key-reused");
    // A key is a person's own.
    ben.post("/v1/jobs", &job("One")).header("idempotency-key", "k1").send().await.ok(201);
    assert_eq!(jobs(&ada).await, 2);
    let long = "k".repeat(256);
    for key in ["", &long, "é", " "] {
        let answer = post(key, "Key").await;
        assert!(
            answer.status == 400 || (key == " " && answer.status < 500),
            "{key:?}: {} {}",
            answer.status,
            answer.text()
        );
    }
    post(&"k".repeat(255), "Longest").await.ok(201);
    // The same after a login, and a day later it is another request.
    let fresh = Person::sign_in(ada.home, "ada", &[]).await;
    let again = fresh.post("/v1/jobs", &job("One")).header("idempotency-key", "k1").send().await;
    assert_eq!(again.body, first.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_with_one_key_have_one_effect() {
    let federation = Federation::start(&["a.example"]).await;
    let ada = federation[0].person("ada").await;
    for round in 0..3 {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let call =
                ada.post("/v1/jobs", &job("At once")).header("idempotency-key", format!("round {round}"));
            tasks.spawn(async move { call.send().await });
        }
        let answers = tasks.join_all().await;
        let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert!(!made.is_empty());
        assert!(made.iter().all(|answer| answer.body == made[0].body), "two answers to one request");
        for answer in answers.iter().filter(|answer| answer.status != 201) {
            answer.refused(409, "still-running");
        }
        assert_eq!(jobs(&ada).await, round + 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_no_answer_for_later() {
    let federation = Federation::start(&["a.example"]).await;
    let (ada, ben) = (federation[0].person("ada").await, federation[0].person("ben").await);
    let narrow = Person::sign_in(ada.home, "ada", &["profile:write"]).await;
    let post = |who: &Person| who.post("/v1/jobs", &job("Later")).header("idempotency-key", "k").send();
    post(&narrow).await.refused(403, "scope-missing");
    post(&ada).await.ok(201);
    post(&narrow).await.refused(403, "scope-missing");
    // What one may not do alone, one cannot have answered by another's key: the token decides, not the key.
    let story = Story::active(&ada, &ben).await;
    let deliver = |who: &Person| {
        who.post(&story.at("deliver"), &json!({"note": "x"})).header("idempotency-key", "d").send()
    };
    deliver(&ada).await.refused(409, "not-now");
    let done = deliver(&ben).await;
    done.ok(201);
    let again = deliver(&ben).await;
    assert_eq!(again.body, done.body);
    let history = ben.read(&story.at("")).await["history"].as_array().unwrap().len();
    assert_eq!(history, 4, "offer, accept, engage, deliver");
    // Without a token there is nobody to remember the key for.
    ada.home
        .post("/v1/jobs", &job("Nobody"))
        .header("idempotency-key", "k")
        .send()
        .await
        .refused(401, "token-missing");
}

/// Sends it twice with one key; the second answer tells the same again.
async fn twice(person: &Person, method: &str, path: &str, body: &Value) -> Value {
    let call = || person.home.call(method, path).token(&person.token).json(body);
    let send = async || call().header("idempotency-key", format!("{method} {path} {body}")).send().await;
    let (first, again) = (send().await, send().await);
    let (done, told) = (first.done(), again.done());
    assert_eq!(again.header("idempotency-replayed"), Some("true"), "{}", again.of);
    assert_eq!(first.header("idempotency-replayed"), None, "{}", first.of);
    let made =
        |answer: &Value| [answer["document"].clone(), answer["view"]["id"].clone(), answer["id"].clone()];
    assert_eq!((again.status, made(&told)), (first.status, made(&done)), "{}", again.of);
    done
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_that_changes_something_does_it_once_for_a_key() {
    let federation = Federation::start(&["a.example"]).await;
    let (ada, ben) = (federation[0].person("ada").await, federation[0].person("ben").await);
    let mut covered = vec!["PUT /v1/me/profile".to_owned()];
    let mut once = async |who: &Person, path: &str, pattern: &str, body: Value| {
        covered.push(format!("POST {pattern}"));
        twice(who, "POST", path, &body).await
    };
    twice(&ada, "PUT", "/v1/me/profile", &json!({"name": "Ada"})).await;
    let search = json!({"label": "l", "query": {"text": "menu"}});
    once(&ada, "/v1/saved-searches", "/v1/saved-searches", search).await;
    let id = |published: &Value| published["view"]["id"].as_str().unwrap().to_owned();
    let reason = json!({"reason": "r"});
    let offer = json!({"scope": "s", "due": "2027-01-15"});
    let mut bids = Vec::new();
    for number in 0..5 {
        let posted = once(&ada, "/v1/jobs", "/v1/jobs", job(&format!("Job {number}"))).await;
        let path = format!("/v1/jobs/{}/bids", id(&posted));
        let made = once(&ben, &path, "/v1/jobs/{id}/bids", json!({"text": format!("Bid {number}")})).await;
        bids.push((id(&posted), id(&made)));
    }
    let at = |n: usize, what: &str| format!("/v1/bids/{}/{what}", bids[n].1);
    once(&ben, &at(0, "withdraw"), "/v1/bids/{id}/withdraw", json!({})).await;
    once(&ada, &at(1, "decline"), "/v1/bids/{id}/decline", reason.clone()).await;
    once(&ada, &format!("/v1/jobs/{}/close", bids[1].0), "/v1/jobs/{id}/close", reason.clone()).await;
    let mut contracts = Vec::new();
    for n in 2..5 {
        contracts.push(id(&once(&ada, &at(n, "offer"), "/v1/bids/{id}/offer", offer.clone()).await));
    }
    let mut moves = async |who: &Person, n: usize, what: &str, body: Value| {
        let path = format!("/v1/contracts/{}/{what}", contracts[n]);
        once(who, &path, &format!("/v1/contracts/{{id}}/{what}"), body).await
    };
    moves(&ben, 0, "decline", reason).await;
    moves(&ada, 1, "rescind", json!({})).await;
    moves(&ben, 2, "accept", json!({})).await;
    let story = Story {
        client: ada.clone(),
        freelancer: ben.clone(),
        job: bids[4].0.clone(),
        bid: bids[4].1.clone(),
        contract: contracts[2].clone(),
    };
    story.stands("active").await;
    moves(&ben, 2, "deliver", json!({"note": "n"})).await;
    moves(&ada, 2, "accept-delivery", json!({})).await;
    moves(&ada, 2, "attest-paid", json!({})).await;
    moves(&ben, 2, "confirm-received", json!({})).await;
    story.stands("settled").await;
    moves(&ada, 2, "close", json!({})).await;
    moves(&ada, 2, "reviews", json!({"rating": 5})).await;
    moves(&ben, 2, "reviews", json!({"rating": 4})).await;
    story.opened().await;
    let commit = story.commit_by(&ada, &ben).await;
    let path = format!("/v1/reviews/{commit}/reply");
    once(&ben, &path, "/v1/reviews/{commit}/reply", json!({"text": "t"})).await;

    changes_of_mind(&ada, &ben, "", async |who, method, pattern, id, body| {
        let path = pattern.replace("{id}", id);
        if method == "GET" {
            return who.read(&path).await;
        }
        covered.push(format!("{method} {pattern}"));
        twice(who, method, &path, &body).await
    })
    .await;
    covered.extend(of_disputes(&federation, &ada, &ben).await);
    all_are_covered(&ada, &covered).await;
}

async fn of_disputes(federation: &Federation, ada: &Person, ben: &Person) -> Vec<String> {
    let (nina, noor) = (federation[0].person("nina").await, federation[0].person("noor").await);
    let mut covered = Vec::new();
    disputes((ada, ben), (&nina, &noor), async |who, method, pattern, id, body| {
        let path = pattern.replace("{id}", id).replace("{did}", id);
        if method == "GET" {
            return who.read(&path).await;
        }
        covered.push(format!("{method} {pattern}"));
        twice(who, method, &path, &body).await
    })
    .await;
    covered
}

/// A file is named by its digest, so that the same bytes are one file with a key or without; and to open a dispute again takes a week.
const OTHERWISE: [&str; 2] = ["POST /v1/attachments", "POST /v1/disputes/{id}/reopen"];

/// A route that comes later is not forgotten here.
async fn all_are_covered(ada: &Person, covered: &[String]) {
    let api = ada.home.get("/openapi.json").send().await.ok(200);
    let keyed = |operation: &Value| {
        let parameters = operation["parameters"].as_array();
        parameters.is_some_and(|all| all.iter().any(|one| one["name"] == "Idempotency-Key"))
    };
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let route = format!("{} {path}", method.to_uppercase());
            if !OTHERWISE.contains(&route.as_str()) {
                assert_eq!(keyed(operation), covered.contains(&route), "{route}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_told_to_nobody_again() {
    let federation = Federation::start(&["a.example"]).await;
    let ada = federation[0].person("ada").await;
    let login = json!({"handle": "ada", "password": hanse_testkit::PASSWORD});
    let ask = async || ada.post("/v1/sessions", &login).header("idempotency-key", "k").send().await.ok(200);
    assert_ne!(ask().await["refresh_token"], ask().await["refresh_token"]);
    let store = federation[0].store().await;
    let connection = store.connection().await.unwrap();
    let kept = "SELECT count(*) AS kept FROM idempotency";
    let row = connection.query_one(kept, &[]).await.unwrap();
    assert_eq!(column::<i64>(&row, "idempotency", "kept").unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_reset_takes_no_request_with_it() {
    let federation = Federation::start(&["a.example"]).await;
    let ada = federation[0].person("ada").await;
    let title = |n: usize| format!("Cut {n}");
    for n in 0..60 {
        let call = ada.post("/v1/jobs", &job(&title(n))).header("idempotency-key", title(n));
        // Each is cut off a little later than the one before, from its arrival to its answer.
        let turns = async {
            for _ in 0..n * 300 {
                tokio::task::yield_now().await;
            }
        };
        call.cut(turns).await;
        let answer = call.send().await;
        assert_eq!(answer.ok(201)["view"]["title"], title(n).as_str());
    }
    let page = ada.home.get("/v1/jobs?limit=100").send().await.ok(200);
    let mut titles: Vec<&str> =
        page["items"].as_array().unwrap().iter().map(|job| job["title"].as_str().unwrap()).collect();
    titles.sort_unstable();
    titles.dedup();
    assert_eq!((titles.len(), page["items"].as_array().unwrap().len()), (60, 60));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_is_done_without_who_asked() {
    let federation = Federation::start(&["a.example"]).await;
    let ada = federation[0].person("ada").await;
    let store = federation[0].store().await;
    let (mut holder, looker) = (store.connection().await.unwrap(), store.connection().await.unwrap());
    let held = holder.begin().await.unwrap();
    held.execute("LOCK TABLE history IN SHARE MODE", &[]).await.unwrap();
    let waiting = async || {
        let waiting = "SELECT count(*) AS waiting FROM pg_locks JOIN pg_database ON pg_database.oid = database \
                       WHERE datname = current_database() AND NOT granted";
        let row = looker.query_one(waiting, &[]).await.unwrap();
        column::<i64>(&row, "pg_locks", "waiting").unwrap() > 0
    };
    // In the middle of its transaction.
    ada.post("/v1/jobs", &job("Begun")).cut(until("the request waits for the lock", waiting)).await;
    ada.home.get("/v1/node").send().await.ok(200);
    drop(held);
    until("the job is posted", async || jobs(&ada).await == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_known_is_not_called_undone() {
    let federation = Federation::start(&["a.example"]).await;
    let ada = federation[0].person("ada").await;
    let store = federation[0].store().await;
    let connection = store.connection().await.unwrap();
    for statement in [
        "CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$",
        "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON idempotency DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW EXECUTE FUNCTION at_commit()",
    ] {
        connection.execute(statement, &[]).await.unwrap();
    }
    let post =
        async || ada.post("/v1/jobs", &job("Once")).header("idempotency-key", "k").may_fail().send().await;
    let unknown = post().await;
    unknown.refused(503, "outcome-unknown");
    assert!(!unknown.text().contains("nothing was changed"), "{}", unknown.text());
    assert!(unknown.header("retry-after").is_some());
    connection.execute("DROP TRIGGER at_commit ON idempotency", &[]).await.unwrap();
    let mut done = post().await;
    // The pool may hold the connection that ended once more: that is known to have changed nothing.
    while done.status == 503 {
        done.refused(503, "database-away");
        done = post().await;
    }
    done.ok(201);
    assert_eq!(jobs(&ada).await, 1);
}
