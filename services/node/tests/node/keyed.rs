//! Requests with a key while the node is killed: each has one effect, and its answer in the end.

use hanse_testkit::{Person, until};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::LocalSet;

use crate::program::{Site, ends_in_order};

/// Writers at one time.
const WRITERS: usize = 4;
/// Requests of each, and after how many answers the node is killed, each time.
const REQUESTS: usize = 12;
const KILLED_AT: [usize; 3] = [8, 20, 32];

/// Posts one job after the other, each until it is answered; no answer is a no.
async fn write(ada: Person, writer: usize, answered: mpsc::Sender<()>) {
    for n in 0..REQUESTS {
        let title = format!("Job {writer}/{n}");
        let body = json!({"title": title, "text": "Text."});
        until("the job is posted", async || {
            let call = ada.post("/v1/jobs", &body).header("idempotency-key", &title).may_fail();
            let Some(answer) = call.try_send().await else { return false };
            let later = answer.status >= 500 || answer.slug() == "still-running";
            assert!(later || answer.status == 201, "{}", answer.text());
            !later
        })
        .await;
        answered.send(()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_key_asks_for_happens_once_whoever_is_killed() {
    let site = Site::found().await;
    let mut child = site.start().await;
    let ada = Person::register(site.http(), "ada").await;
    let (tell, mut answered) = mpsc::channel(WRITERS * REQUESTS);
    let writers = LocalSet::new();
    for writer in 0..WRITERS {
        writers.spawn_local(write(ada.clone(), writer, tell.clone()));
    }
    let killing = async {
        let mut answers = 0;
        for kill_at in KILLED_AT {
            while answers < kill_at {
                answered.recv().await.unwrap();
                answers += 1;
            }
            child.kill().await.unwrap();
            child = site.start().await;
        }
    };
    writers.run_until(killing).await;
    writers.await;
    let page = site.http().get("/v1/jobs?limit=100").send().await.ok(200);
    let mut titles: Vec<&str> =
        page["items"].as_array().unwrap().iter().map(|job| job["title"].as_str().unwrap()).collect();
    assert_eq!(titles.len(), WRITERS * REQUESTS);
    titles.sort_unstable();
    titles.dedup();
    assert_eq!(titles.len(), WRITERS * REQUESTS, "a job was posted twice");
    ends_in_order(&mut child).await;
}
