//! Jobs are posted at two nodes, and found at the other one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use hanse_command::document::Date;
use hanse_command::json::Read as _;
use hanse_command::requests::JobQuery;
use hanse_command::{Client, ClientError, api};
use serde_json::Value;

use crate::fail::DemoError;
use crate::people::{People, Person};
use crate::postings::{Load, Posting};
use crate::scenario::{Scenario, Town};
use crate::stage::{Look, Stage};

/// Requests that post at once: the nodes and this program share the machine.
const AT_ONCE: usize = 4;
/// Of so many postings one is posted at B, the others at A.
const ONE_AT_B_OF: usize = 4;
/// Rows of a page, as many as a node gives.
const PAGE: u32 = 100;
/// A thousand postings travel in some seconds; a folder of many thousands takes its time.
const SPREAD_PATIENCE: Duration = Duration::from_secs(120);

/// A posting, who posts it, and what for.
pub(crate) struct Task<'a> {
    by: &'a Person,
    posting: Posting,
}

impl Task<'_> {
    /// The posting's title.
    pub(crate) fn title(&self) -> &str {
        self.posting.job.text("/title")
    }
}

/// What became of all postings.
#[derive(Default)]
pub(crate) struct Posted {
    /// Id by title; for two of one title the last.
    by_title: BTreeMap<String, String>,
    /// All ids.
    pub(crate) ids: BTreeSet<String>,
    /// How many of them at B.
    pub(crate) at_b: usize,
    /// What a node refused: where it came from, and why.
    pub(crate) refused: Vec<(String, String)>,
    /// How long it took.
    pub(crate) took: Duration,
}

impl Posted {
    /// Id of the job with this title.
    pub(crate) fn id(&self, title: &str) -> Result<&str, DemoError> {
        self.by_title
            .get(title)
            .map(String::as_str)
            .ok_or_else(|| DemoError::Data(format!("{title:?} was not posted")))
    }

    /// Postings in a second.
    pub(crate) fn rate(&self) -> u128 {
        u128::try_from(self.ids.len()).unwrap_or_default() * 1_000 / self.took.as_millis().max(1)
    }
}

/// Who posts what: the jobs of the contracts by their clients, the others in turn by everybody at A and B.
pub(crate) fn tasks<'a>(
    scenario: &Scenario,
    people: &'a People,
    load: Option<&Load>,
    today: Date,
) -> Result<Vec<Task<'a>>, DemoError> {
    let client =
        |title: &str| scenario.plots.iter().find(|plot| plot.job == title).map(|plot| plot.client.as_str());
    let own = |job: &Value| Posting { origin: "jobs.jsonl".to_owned(), job: job.clone() };
    let mut tasks = Vec::new();
    for job in &scenario.jobs {
        if let Some(handle) = client(job.text("/title")) {
            tasks.push(Task { by: people.get(handle)?, posting: own(job) });
        }
    }
    let others: Vec<Posting> = match load {
        Some(load) => load.postings.clone(),
        None => scenario.jobs.iter().filter(|job| client(job.text("/title")).is_none()).map(own).collect(),
    };
    let (mut at_a, mut at_b) =
        (people.of(Town::A).into_iter().cycle(), people.of(Town::B).into_iter().cycle());
    for (number, posting) in others.into_iter().enumerate() {
        let by = if number % ONE_AT_B_OF == ONE_AT_B_OF - 1 { at_b.next() } else { at_a.next() };
        let by = by.ok_or_else(|| DemoError::Data("nobody lives at one of the homes".to_owned()))?;
        tasks.push(Task { by, posting });
    }
    tasks.iter_mut().for_each(|task| forget_past(&mut task.posting.job, today));
    Ok(tasks)
}

/// Leaves out when the work was to be done, once that is over: a node takes no such posting, and the demo's data does not age.
fn forget_past(job: &mut Value, today: Date) {
    let day = |name: &str| Date::parse(job.text(name)).ok();
    let last = day("/schedule/end").or_else(|| day("/schedule/start"));
    if last.is_some_and(|last| last < today)
        && let Some(job) = job.as_object_mut()
    {
        job.remove("schedule");
    }
}

/// Posts them, some at once. What a node refuses is kept with its reason; anything else ends the demo.
pub(crate) fn post(stage: &Stage, tasks: &[Task<'_>]) -> Result<Posted, DemoError> {
    let began = Instant::now();
    let (next, posted) = (AtomicUsize::new(0), Mutex::new(Posted::default()));
    let work = || -> Result<(), DemoError> {
        while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            stage.check()?;
            let answer = task.by.try_ask(&api::post_job(task.posting.job.clone()));
            let mut posted = posted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            posted.take(task, answer)?;
            stage.progress(&format!("{} of {} posted", posted.ids.len(), tasks.len()));
        }
        Ok(())
    };
    let ended = thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join()).collect::<Vec<_>>()
    });
    for outcome in ended {
        outcome.map_err(|_| DemoError::Broken("a thread of the demo ended by itself".to_owned()))??;
    }
    let mut posted = posted.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    posted.took = began.elapsed();
    Ok(posted)
}

impl Posted {
    fn take(&mut self, task: &Task<'_>, answer: Result<Value, ClientError>) -> Result<(), DemoError> {
        let asked = DemoError::asked(&task.by.handle, "post a job");
        match answer {
            Ok(answer) => {
                let id = answer.need("/view/id").map_err(ClientError::from).map_err(asked)?;
                self.by_title.insert(task.posting.job.text("/title").to_owned(), id.clone());
                self.ids.insert(id);
                self.at_b += usize::from(task.by.town == Town::B);
                Ok(())
            }
            Err(ClientError::Refused(problem)) if problem.status < 500 => {
                self.refused
                    .push((task.posting.origin.clone(), format!("{} ({})", problem.detail, problem.slug())));
                Ok(())
            }
            Err(error) => Err(asked(error)),
        }
    }
}

/// Waits until the node finds all of them, and says how long that took.
pub(crate) fn spread(
    stage: &Stage,
    node: &Client,
    name: &str,
    ids: &BTreeSet<String>,
) -> Result<Duration, DemoError> {
    let began = Instant::now();
    stage.within(SPREAD_PATIENCE, &format!("{name} to find all postings"), || {
        let found = listed(node)?;
        let missing = ids.difference(&found).count();
        Ok(if missing == 0 {
            Look::There(began.elapsed())
        } else {
            Look::NotYet(format!("{} of {}", ids.len() - missing, ids.len()))
        })
    })
}

/// Ids of all open postings that the node knows, page by page.
fn listed(node: &Client) -> Result<BTreeSet<String>, DemoError> {
    let mut found = BTreeSet::new();
    let mut search = JobQuery { limit: Some(PAGE), ..JobQuery::default() };
    loop {
        let page =
            node.send(&api::search(&search)).map_err(DemoError::asked("the demo", "list all postings"))?;
        found.extend(page.list("/items").iter().map(|job| job.text("/id").to_owned()));
        match page.text("/next") {
            "" => return Ok(found),
            next => search.cursor = Some(next.to_owned()),
        }
    }
}

/// Searches as a person does, with the words of a title that say most, until the job is found.
pub(crate) fn find(stage: &Stage, person: &Person, title: &str) -> Result<(String, Value), DemoError> {
    let words = keywords(title);
    let search = JobQuery { text: Some(words.clone()), limit: Some(PAGE), ..JobQuery::default() };
    let search = api::search(&search);
    let job = stage.until(&format!("{} to find {title:?}", person.handle), || {
        let page = person.ask("search for jobs", &search)?;
        let found = page.list("/items").iter().find(|job| job.text("/title") == title);
        Ok(match found {
            Some(job) => Look::There(job.clone()),
            None => Look::NotYet(format!("{} other jobs for {words:?}", page.list("/items").len())),
        })
    })?;
    Ok((words, job))
}

/// The three longest words, in their order.
fn keywords(title: &str) -> String {
    const KEPT: usize = 3;
    let words =
        || title.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut by_length: Vec<&str> = words().collect();
    by_length.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    by_length.truncate(KEPT);
    words().filter(|word| by_length.contains(word)).take(KEPT).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_search_with_the_words_that_say_most() {
        assert_eq!(
            keywords("Monter quatre conférences filmées à deux caméras"),
            "conférences filmées caméras"
        );
        assert_eq!(keywords("Ten years of bird counts, one tidy table"), "years counts table");
        assert_eq!(keywords("B"), "B");
    }
}
