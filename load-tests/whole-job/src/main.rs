#![doc = include_str!("../README.md")]

mod ask;
mod book;
mod plot;
mod proof;
mod recount;
mod report;
mod site;
mod story;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use clap::Parser;
use goose::GooseAttack;
use goose::config::{GooseConfiguration, GooseDefault, GooseDefaultType as _};
use goose::metrics::GooseMetrics;
use hanse_command::json::Read as _;
use hanse_command::{Client, api};
use tracing_subscriber::EnvFilter;

use crate::ask::Run;
use crate::recount::{Eyes, Lost};
use crate::report::Report;
use crate::site::Site;

type Error = Box<dyn std::error::Error + Send + Sync>;
type Result<T> = std::result::Result<T, Error>;

/// Everybody's: the nodes listen on the loopback interface, and are gone when the run is over.
const PASSWORD: &str = "a gate that squeaks at 4";
/// What the jobs ask for and the freelancers can, as it is called in every node's own list.
const SKILL: &str = "welding";

/// Pairs of people do the whole job at two federated nodes; what was acknowledged is checked meanwhile, and counted again at the end.
#[derive(Clone, Debug, Parser)]
#[command(name = "hanse-whole-job", version)]
struct Plan {
    /// Pairs of people at once.
    #[arg(long, default_value_t = 12)]
    users: usize,
    /// How long they begin new work.
    #[arg(long, default_value_t = 120)]
    seconds: usize,
    /// Names and words differ with it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> ExitCode {
    let plan = Plan::parse();
    report::announce(&plan);
    let runtime = tokio::runtime::Runtime::new();
    match runtime.map_err(Error::from).and_then(|runtime| runtime.block_on(whole(&plan))) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => report::complain("something was lost, wrong or late"),
        Err(error) => report::complain(&error.to_string()),
    }
}

/// Loads, counts again and tells; whether all was good.
async fn whole(plan: &Plan) -> Result<bool> {
    let folder = folder()?;
    keep_log(&folder.join("load.log"))?;
    let site = Site::start().await?;
    let done = measured(plan, &site, &folder).await;
    site.stop().await?;
    done
}

/// What both nodes log goes to a file, a thread's name tells whose line it is; `RUST_LOG` says how much.
fn keep_log(path: &Path) -> Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let file = Mutex::new(File::create(path)?);
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_thread_names(true);
    lines.with_ansi(false).with_writer(file).try_init()
}

async fn measured(plan: &Plan, site: &Site, folder: &Path) -> Result<bool> {
    let run = Arc::new(begin(plan, site).await?);
    let metrics = load(plan, &run, &folder.join("load.html"), 0).await?;
    let lost = counted(&run).await?;
    let book = run.book();
    let report = Report::new(plan, &metrics, &book, &lost);
    report::publish(&report, &book, folder)?;
    Ok(report.is_good())
}

/// What all users share, before anybody has asked anything.
async fn begin(plan: &Plan, site: &Site) -> Result<Run> {
    let policy = site.policy().await?;
    let client = Client::new(&site.a.url)?;
    let skills = tokio::task::spawn_blocking(move || client.send(&api::skills(SKILL, Some("en"), Some("1"))));
    let skills = skills.await??;
    let first = skills.list("/items").first().map(|skill| skill.text("/id").to_owned());
    Ok(Run {
        a: site.a.url.clone(),
        b: site.b.url.clone(),
        policy,
        skill: first.ok_or("the nodes do not know the skill")?,
        seed: plan.seed,
        start: Instant::now(),
        book: Arc::new(Mutex::default()),
    })
}

/// Lets goose do it, for the time of the plan or so many times by each user; its page goes to `page`.
async fn load(plan: &Plan, run: &Arc<Run>, page: &Path, iterations: usize) -> Result<GooseMetrics> {
    let page = page.to_str().ok_or("a path that is no text")?;
    let mut attack = GooseAttack::initialize_with_config(GooseConfiguration::default())?
        .register_scenario(story::scenario(run)?)
        .set_default(GooseDefault::Host, run.a.as_str())?
        .set_default(GooseDefault::Users, plan.users)?
        // All within a second: a pair that has waited for the first one's arrival would only be in step with it.
        .set_default(GooseDefault::IncreaseRate, plan.users.to_string().as_str())?
        .set_default(GooseDefault::NoTelnet, true)?
        .set_default(GooseDefault::NoPrintMetrics, true)?
        .set_default(GooseDefault::Quiet, 2)?
        .set_default(GooseDefault::ReportFile, page)?;
    attack = match iterations {
        // What was asked while the last users were starting is counted as well.
        0 => attack
            .set_default(GooseDefault::NoResetMetrics, true)?
            .set_default(GooseDefault::RunTime, plan.seconds)?,
        count => attack.set_default(GooseDefault::Iterations, count)?,
    };
    Ok(attack.execute().await?)
}

/// What of all that was acknowledged is not there any more.
async fn counted(run: &Arc<Run>) -> Result<Vec<Lost>> {
    let run = Arc::clone(run);
    let count = move || -> Result<Vec<Lost>> {
        let things = run.book().things();
        let mut eyes = Eyes::new(&[&run.a, &run.b], &run.policy)?;
        Ok(recount::settled(&mut eyes, &things))
    };
    tokio::task::spawn_blocking(count).await?
}

/// `target/bench`, where the other load tests write, too.
fn folder() -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench");
    std::fs::create_dir_all(&folder)?;
    Ok(folder.canonicalize()?)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hanse_store::{Sql as _, Store};

    use super::*;

    const FORGET: &str = "DELETE FROM job WHERE title = $1";

    /// Two pairs do one job each; nothing is lost. Then a node forgets one posting behind everybody's back, and that one is named.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_short_run_loses_nothing_and_what_a_node_forgets_is_named() {
        let plan = Plan { users: 2, seconds: 0, seed: 7 };
        let site = Site::start().await.unwrap();
        let run = Arc::new(begin(&plan, &site).await.unwrap());
        let folder = tempfile::tempdir().unwrap();
        let page = folder.path().join("load.html");
        let metrics = load(&plan, &run, &page, 1).await.unwrap();
        let lost = counted(&run).await.unwrap();
        let report = Report::new(&plan, &metrics, &run.book(), &lost);
        assert!(report.is_good(), "{:?} {:?} {}", report.faults, report.missing, report.sentence());
        assert_eq!(report.jobs, 2);
        let acknowledged = [("account", 4), ("bid", 2), ("contract", 2), ("job", 4), ("review", 4)];
        assert_eq!(report.acknowledged, acknowledged.into());
        assert!(std::fs::read_to_string(&page).unwrap().contains("<h1>Goose Attack Report</h1>"));

        let title = format!("{} 7-0-0", story::OPEN);
        let database = hanse_store::Config { url: site.a.database.clone(), connections: 1 };
        let store = Store::open(&database).await.unwrap();
        assert_eq!(store.connection().await.unwrap().execute(FORGET, &[&title]).await.unwrap(), 1);
        store.close();
        let (run, policy) = (Arc::clone(&run), run.policy.clone());
        let lost = tokio::task::spawn_blocking(move || {
            let mut eyes = Eyes::new(&[&run.a, &run.b], &policy).unwrap();
            let things = run.book().things();
            let forgotten = things
                .iter()
                .find(|thing| matches!(thing, book::Thing::Job { title: it, .. } if *it == title));
            (recount::recount(&mut eyes, &things, Duration::ZERO), forgotten.unwrap().to_string())
        });
        let (lost, forgotten) = lost.await.unwrap();
        assert_eq!(lost.iter().map(|lost| &lost.what).collect::<Vec<_>>(), [&forgotten]);
        site.stop().await.unwrap();
    }
}
