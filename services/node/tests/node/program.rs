//! The program as an operator runs it: processes, signals, files.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Output, Stdio};

use hanse_store::Sql as _;
use hanse_testkit::{Http, Person, Port, TestDatabase, eventually, until, within};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

/// Writers at one time, and how many answers they get before the node is killed.
const WRITERS: usize = 6;
const ACKNOWLEDGED: usize = 60;

/// One node's files, ports and database.
pub(crate) struct Site {
    pub(crate) folder: TempDir,
    http: Port,
    /// Where a second process answers, if there is one.
    second: Port,
    _p2p: Port,
    /// What its configuration names, but for one with a PostgreSQL of its own.
    database: TestDatabase,
    config: PathBuf,
}

impl Site {
    /// Founds a node and writes its configuration, as an operator would.
    pub(crate) async fn found() -> Self {
        let site = Self::private().await;
        let good = std::fs::read_to_string(&site.config).unwrap();
        std::fs::write(&site.config, format!("database = {:?}\n{good}", site.database.url())).unwrap();
        site
    }

    /// The same with a PostgreSQL of its own.
    async fn private() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Where root runs the tests, the server has a user of its own, who must get at its folder.
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o711)).unwrap();
        let (http, second, p2p) = (Port::claim(), Port::claim(), Port::claim());
        let listen = format!("127.0.0.1:{}", http.number());
        let data = folder.path().join("data");
        let arguments = [
            "init",
            "--name",
            "a.example",
            "--data",
            data.to_str().unwrap(),
            "--listen",
            &listen,
            "--url",
            &format!("http://{listen}"),
            "--p2p",
            &format!("/ip4/127.0.0.1/tcp/{}", p2p.number()),
        ];
        let made = program().args(arguments).output().await.unwrap();
        assert!(made.status.success(), "{}", said(&made));
        let config = folder.path().join("hanse.toml");
        std::fs::write(&config, made.stdout).unwrap();
        Self { folder, http, second, _p2p: p2p, database: TestDatabase::new().await, config }
    }

    async fn run(&self, command: &str) -> Output {
        self.runs(&[command]).await
    }

    /// Runs a command that ends by itself.
    pub(crate) async fn runs(&self, arguments: &[&str]) -> Output {
        let mut command = program();
        command.arg("--config").arg(&self.config).args(arguments).kill_on_drop(true);
        within(&arguments.join(" "), command.output()).await.unwrap()
    }

    /// Starts the node and waits until it answers.
    pub(crate) async fn start(&self) -> Child {
        self.start_on(&self.http).await
    }

    /// Starts a process of the node that answers on this port, and waits until it does.
    async fn start_on(&self, port: &Port) -> Child {
        let mut command = program();
        command.env("HANSE_LISTEN", format!("127.0.0.1:{}", port.number()));
        // Nodes of other tests run beside this one.
        command.env("HANSE_DOOR__METRICS", "127.0.0.1:0");
        command.arg("--config").arg(&self.config).arg("run").stderr(Stdio::null()).kill_on_drop(true);
        let child = command.spawn().unwrap();
        until("the node answers", async || {
            let answer = at(port).get("/readyz").may_fail().try_send().await;
            answer.is_some_and(|answer| answer.status == 200)
        })
        .await;
        child
    }

    pub(crate) fn http(&self) -> Http {
        at(&self.http)
    }
}

fn at(port: &Port) -> Http {
    Http::new(([127, 0, 0, 1], port.number()).into())
}

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hanse-node"));
    // The test's own environment is not the node's configuration.
    command.env_clear().stdin(Stdio::null());
    command
}

pub(crate) fn said(output: &Output) -> String {
    format!("{} {}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Posts jobs until the node is gone; the ids of those that it has acknowledged.
async fn write(ada: Person, writer: usize) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for n in 0.. {
        let job = json!({"title": format!("Job {writer}/{n}"), "text": "Text."});
        let Some(answer) = ada.post("/v1/jobs", &job).may_fail().try_send().await else { break };
        if answer.status == 201 {
            acknowledged.push(answer.json()["view"]["id"].as_str().unwrap().to_owned());
        }
    }
    acknowledged
}

async fn count(http: Http) -> usize {
    let mut count = 0;
    let mut cursor = String::new();
    loop {
        let page = http.get(&format!("/v1/jobs?limit=100{cursor}")).send().await.ok(200);
        count += page["items"].as_array().unwrap().len();
        let Some(next) = page["next"].as_str() else { return count };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_a_kill() {
    let site = Site::found().await;
    let mut child = site.start().await;
    let ada = Person::register(site.http(), "ada").await;
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(write(ada.clone(), writer));
    }
    until("enough is written", async || count(site.http()).await >= ACKNOWLEDGED).await;
    child.kill().await.unwrap();
    let acknowledged: Vec<String> = writers.join_all().await.into_iter().flatten().collect();
    assert!(acknowledged.len() >= ACKNOWLEDGED / 2, "{}", acknowledged.len());

    let mut child = site.start().await;
    for job in &acknowledged {
        site.http().get(&format!("/v1/jobs/{job}")).send().await.ok(200);
    }
    // Each is a leaf of the log, once: the lease of the killed process must end first.
    let jobs = count(site.http()).await;
    eventually("every posting is sequenced", async || {
        let bundle = entries(site.http()).await;
        let leaves = bundle.iter().filter(|leaf| leaf["t"] == "posting").count();
        assert!(leaves <= jobs, "{leaves} leaves of {jobs} postings");
        (leaves == jobs).then_some(())
    })
    .await;
    let tokens = Person::sign_in(site.http(), "ada", &[]).await;
    tokens.get("/v1/me").send().await.ok(200);
    ends_in_order(&mut child).await;
    let checked = site.run("fsck").await;
    assert!(checked.status.success(), "{}", said(&checked));
}

/// The leaves of the jobs log, from its tiles.
async fn entries(http: Http) -> Vec<Value> {
    let checkpoint = http.get("/log/jobs/checkpoint").send().await;
    let size: usize = checkpoint.text().lines().nth(1).and_then(|size| size.parse().ok()).unwrap_or(0);
    let mut leaves = Vec::new();
    for bundle in 0..size.div_ceil(256) {
        let width = (size - bundle * 256).min(256);
        let partial = if width < 256 { format!(".p/{width}") } else { String::new() };
        let answer = http.get(&format!("/log/jobs/tile/entries/{bundle:03}{partial}")).send().await;
        let mut rest = answer.body.as_slice();
        while let Some((length, tail)) = rest.split_first_chunk::<2>() {
            let (leaf, tail) = tail.split_at(usize::from(u16::from_be_bytes(*length)));
            leaves.push(serde_json::from_slice(leaf).unwrap());
            rest = tail;
        }
    }
    leaves
}

/// Stops the node as a service manager does, and expects it to end well.
pub(crate) async fn ends_in_order(child: &mut Child) {
    ends_by("-TERM", child).await;
}

/// The same with another signal.
async fn ends_by(signal: &str, child: &mut Child) {
    let id = child.id().unwrap().to_string();
    assert!(Command::new("kill").args([signal, &id]).status().await.unwrap().success());
    let status = within("the end of the node", child.wait()).await.unwrap();
    assert!(status.success(), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_stops_in_order_leads_again_at_once() {
    let site = Site::found().await;
    let mut child = site.start().await;
    drop(Person::register(site.http(), "ada").await);
    // A client that keeps its connection and says nothing must not keep the node.
    let idle = tokio::net::TcpStream::connect(site.http().address()).await.unwrap();
    // The last is that of a terminal that was closed.
    for signal in ["-TERM", "-INT", "-HUP"] {
        ends_by(signal, &mut child).await;
        child = site.start().await;
        let ready = site.http().get("/readyz").send().await.ok(200);
        assert_eq!(ready["leader"], true, "the lease was not given back: {ready}");
    }
    ends_in_order(&mut child).await;
    drop(idle);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_on_one_database_are_one_node() {
    let site = Site::found().await;
    let mut first = site.start().await;
    let mut second = site.start_on(&site.second).await;
    let leads = async |port: &Port| at(port).get("/readyz").send().await.ok(200)["leader"] == true;
    assert!(leads(&site.http).await && !leads(&site.second).await, "one of two leads");
    let ada = Person::register(site.http(), "ada").await;
    let there = Person { home: at(&site.second), ..ada.clone() };
    // The same request at both is one request.
    let job = json!({"title": "Once", "text": "Text."});
    let post = |who: &Person| who.post("/v1/jobs", &job).header("idempotency-key", "k").send();
    let (here, other) = (post(&ada).await, post(&there).await);
    assert_eq!((here.status, &here.body), (other.status, &other.body));
    there.post("/v1/jobs", &json!({"title": "There", "text": "Text."})).send().await.ok(201);
    let postings =
        async |port: &Port| entries(at(port)).await.iter().filter(|leaf| leaf["t"] == "posting").count();
    until("both postings are sequenced", async || postings(&site.second).await == 2).await;
    first.kill().await.unwrap();
    there.post("/v1/jobs", &json!({"title": "Alone", "text": "Text."})).send().await.ok(201);
    until("the other process leads", async || leads(&site.second).await).await;
    until("the third posting is sequenced", async || postings(&site.second).await == 3).await;
    ends_in_order(&mut second).await;
    let checked = site.run("fsck").await;
    assert!(checked.status.success(), "{}", said(&checked));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_ends_with_two_and_says_what_it_is() {
    let site = Site::found().await;
    let again = program()
        .args(["init", "--name", "a.example", "--data", site.folder.path().join("data").to_str().unwrap()])
        .output()
        .await
        .unwrap();
    assert_eq!(again.status.code(), Some(2), "a second secret over the first: {}", said(&again));
    let card = site.run("card").await;
    assert!(card.status.success() && said(&card).contains("peer_id"), "{}", said(&card));
    let shown = site.run("config").await;
    assert!(shown.status.success() && !said(&shown).contains("password="), "{}", said(&shown));
    let checked = site.run("fsck").await;
    assert!(checked.status.success(), "{}", said(&checked));

    let good = std::fs::read_to_string(&site.config).unwrap();
    for (spoiled, expected) in [
        (good.replace("name = \"a.example\"", "name = \"A Example\""), "node name"),
        (good.clone() + "\nsurprise = 1\n", "surprise"),
        (good.replace("listen = \"", "listen = \"x"), "listen"),
        (good.replace("dbname=t_", "dbname=nowhere_"), ""),
        (String::from("not toml ["), ""),
    ] {
        std::fs::write(&site.config, &spoiled).unwrap();
        let output = site.run("run").await;
        let text = said(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains("hanse-node: ") && text.contains(expected), "{expected}: {text}");
        assert!(!text.contains("panicked"), "{text}");
    }
    // Another node's secret on this database.
    std::fs::write(&site.config, &good).unwrap();
    let mut child = site.start().await;
    ends_in_order(&mut child).await;
    let secret = site.folder.path().join("data/secret");
    std::fs::remove_file(&secret).unwrap();
    let other = program()
        .args(["init", "--name", "a.example", "--data", site.folder.path().join("data").to_str().unwrap()])
        .output()
        .await
        .unwrap();
    assert!(other.status.success());
    let output = site.run("run").await;
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("another node"), "{}", said(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_is_not_migrated_or_of_a_later_release_is_left_alone() {
    let site = Site::found().await;
    let (empty, later) = (TestDatabase::unmigrated().await, TestDatabase::new().await);
    let connection = later.store().await.connection().await.unwrap();
    const LATER: &str = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) \
         VALUES (9999, 'later', '2027-01-01T00:00:00Z', '1')";
    for statement in [LATER, "UPDATE schema_floor SET version = 9999"] {
        connection.execute(statement, &[]).await.unwrap();
    }
    let good = std::fs::read_to_string(&site.config).unwrap();
    for (database, expected) in [(&empty, "`hanse-node migrate`"), (&later, "of a later release")] {
        let [from, to] = [&site.database, database].map(|database| format!("{:?}", database.url()));
        std::fs::write(&site.config, good.replace(&from, &to)).unwrap();
        for command in ["run", "fsck"] {
            let output = site.run(command).await;
            assert_eq!(output.status.code(), Some(2), "{command}: {}", said(&output));
            assert!(said(&output).contains(expected), "{command}: {}", said(&output));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_looked_at_beside_the_node_and_another_name_is_refused() {
    let site = Site::found().await;
    let mut child = site.start().await;
    drop(Person::register(site.http(), "ada").await);
    let examined = site.runs(&["log", "examine", "a.example/jobs"]).await;
    assert!(examined.status.success() && said(&examined).contains("signed here"), "{}", said(&examined));
    for (arguments, expected) in [
        (&["log", "resume", "a.example/jobs"][..], "is not halted"),
        (&["log", "recover", "a.example/jobs"], "is not an own log that was rolled back"),
        (&["log", "accept", "a.example/jobs", "9"], "and not 9"),
        (&["log", "examine", "b.example/jobs"], "no log b.example/jobs"),
    ] {
        let output = site.runs(arguments).await;
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(expected), "{expected}: {}", said(&output));
    }
    let accepted = site.runs(&["log", "accept", "a.example/jobs", "1"]).await;
    assert!(accepted.status.success(), "{}", said(&accepted));
    ends_in_order(&mut child).await;
    let good = std::fs::read_to_string(&site.config).unwrap();
    std::fs::write(&site.config, good.replace("name = \"a.example\"", "name = \"w.example\"")).unwrap();
    let output = site.run("run").await;
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("a node keeps its name for ever"), "{}", said(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_run_beside_a_node_with_a_database_of_its_own_and_after_it() {
    let site = Site::private().await;
    let mut child = site.start().await;
    let ada = Person::register(site.http(), "ada").await;
    let post = async |title: &str| {
        ada.post("/v1/jobs", &json!({"title": title, "text": "Text."})).send().await.ok(201);
    };
    post("Before").await;
    for command in [&["fsck"][..], &["log", "examine", "a.example/jobs"]] {
        let output = site.runs(command).await;
        assert!(output.status.success(), "{}", said(&output));
    }
    // The command has used the node's server, and not ended it.
    post("After").await;
    ends_in_order(&mut child).await;
    let alone = site.run("fsck").await;
    assert!(alone.status.success(), "{}", said(&alone));
}
