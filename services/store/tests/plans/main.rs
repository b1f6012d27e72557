//! What each statement reads of tables that are large: found by an index, and little beside what was asked for.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: a failure is the finding"
)]

mod fill;
mod hot;

use std::collections::BTreeSet;

use hanse_store::testing::TestDatabase;
use hanse_store::{Connection, STATEMENTS, Sql as _, StoreError};
use serde_json::Value;

/// A table of fewer rows may be read as a whole.
const LARGE: i64 = 100_000;

async fn run(db: &Connection, statement: String) {
    db.execute(statement.leak(), &[]).await.unwrap();
}

async fn plan(db: &Connection, statement: String) -> Value {
    db.query(statement.leak(), &[]).await.unwrap().first().unwrap().get::<_, Value>(0)[0].take()
}

/// What is large, and what is only a part of it.
struct Large {
    tables: BTreeSet<String>,
    /// Indexes of some rows only: from end to end such a one is a queue, not its table.
    partial: BTreeSet<String>,
}

impl Large {
    async fn read(db: &Connection) -> Self {
        const TABLES: &str =
            "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND reltuples >= $1::bigint";
        const PARTIAL: &str = "SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL";
        let tables = db.query(TABLES, &[&LARGE]).await.unwrap().iter().map(|row| row.get(0)).collect();
        let partial = db.query(PARTIAL, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
        Self { tables, partial }
    }
}

/// The highest number of a parameter.
fn parameters(statement: &str) -> usize {
    let numbers = statement.split('$').skip(1).filter_map(|after| {
        let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        after.get(..end)?.parse().ok()
    });
    numbers.max().unwrap_or(0)
}

fn execute(name: &str, values: &[&str]) -> String {
    if values.is_empty() {
        format!("EXECUTE {name}")
    } else {
        format!("EXECUTE {name} ({})", values.join(", "))
    }
}

/// Calls back for every node of a plan.
fn each<'a>(node: &'a Value, under_limit: bool, look: &mut impl FnMut(&'a Value, bool)) {
    look(node, under_limit);
    let under_limit = under_limit || node["Node Type"] == "Limit";
    for child in node["Plans"].as_array().into_iter().flatten() {
        each(child, under_limit, look);
    }
}

/// What of a plan reads a large table from end to end.
fn whole(plan: &Value, large: &Large) -> Vec<String> {
    let mut found = Vec::new();
    each(&plan["Plan"], false, &mut |node, under_limit| {
        let table = node["Relation Name"].as_str().unwrap_or_default();
        let kind = node["Node Type"].as_str().unwrap_or_default();
        let partial = large.partial.contains(node["Index Name"].as_str().unwrap_or_default());
        let unbounded =
            kind.starts_with("Index") && node.get("Index Cond").is_none() && !under_limit && !partial;
        // Some rows, whichever they are.
        let some = under_limit && node.get("Filter").is_none();
        if large.tables.contains(table) && ((kind == "Seq Scan" && !some) || unbounded) {
            found.push(format!("{kind} of {table}"));
        }
    });
    found
}

/// What reads a large table from end to end when the planner knows no values, and why that is no harm. All that is looked for by those
/// that wait for an answer is among [`hot::STATEMENTS`], planned with values.
const WHOLE: &[(&str, &str, &str)] = &[
    ("accounts", "updated_at FROM profile j", "planned anew for what is asked each time: among the hot ones"),
    ("accounts", "AS relevance", "likewise"),
    ("alerts", "OFFSET $2::bigint - 1", "a window has an end: among the hot ones"),
    ("changes", "DELETE FROM change", "what is pruned is most of what there is; once an hour"),
    ("jobs", "ORDER BY found.posted_at", "planned anew for what is asked each time: among the hot ones"),
    ("jobs", "AS relevance", "likewise; with words, by their index"),
    ("log", "AS checkpoints", "counts the rows of a log, for an operator who examines it"),
    ("log", "ANY (ARRAY(", "among the hot ones"),
    ("log", "AS before", "among the hot ones"),
    ("log", "AS known", "among the hot ones"),
    ("log", "AS leaves FROM log_pending", "counts what waits, for an operator"),
    (
        "log",
        "AS wanted FROM wanted",
        "counts; a peer that owes much is asked for it, and the number is bounded there",
    ),
    ("ranking", "DELETE FROM attention_list", "once a day"),
];
/// The rows that a statement may look at in vain, and the pages of 8 KiB that it may touch; a table has some 3,000 to 20,000 pages.
const IN_VAIN_MAX: u64 = 2_000;
const PAGES_MAX: u64 = 3_000;

/// Rows that were read and then were not what was asked for, in the worst node of a plan.
fn in_vain(plan: &Value) -> u64 {
    let mut most = 0;
    each(&plan["Plan"], false, &mut |node, _| {
        for kind in ["Rows Removed by Filter", "Rows Removed by Index Recheck", "Rows Removed by Join Filter"]
        {
            let removed = node[kind].as_f64().unwrap_or(0.0) * node["Actual Loops"].as_f64().unwrap_or(1.0);
            most = most.max(format!("{removed:.0}").parse().unwrap());
        }
    });
    most
}

fn statement(module: &str, holds: &str) -> &'static str {
    let (_, statements) = STATEMENTS.iter().find(|(name, _)| *name == module).unwrap();
    let mut found = statements.iter().filter(|statement| statement.contains(holds));
    let statement = found.next().unwrap_or_else(|| panic!("{module} has no {holds}"));
    assert_eq!(found.next(), None, "{module} has two of {holds}");
    statement
}

/// No statement with values reads a large table from end to end or much in vain: neither the first plan nor that of a connection that has
/// run it often, which then may take one that knows no values.
async fn hot_statements(db: &Connection, large: &Large, mistakes: &mut Vec<String>) {
    for (name, statement, values) in hot() {
        run(db, format!("PREPARE asked AS {statement}")).await;
        for runs in [0, CUSTOM_PLANS] {
            for _ in 0..runs {
                plan(db, format!("EXPLAIN (FORMAT JSON) {}", execute("asked", &values))).await;
            }
            let plan = analysed(db, &execute("asked", &values)).await.unwrap();
            let (whole, in_vain, pages) = (whole(&plan, large), in_vain(&plan), pages(&plan));
            if !whole.is_empty() || IN_VAIN_MAX < in_vain || PAGES_MAX < pages {
                mistakes.push(format!(
                    "{name}, run {}: {whole:?}, {in_vain} rows in vain, {pages} pages",
                    runs + 1
                ));
            }
        }
        run(db, "DEALLOCATE asked".to_owned()).await;
    }
}

/// The statements of [`mod@hot`], with values.
fn hot() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    let mut all: Vec<_> = hot::STATEMENTS
        .iter()
        .map(|(name, module, holds, values)| (*name, statement(module, holds), values.to_vec()))
        .collect();
    for (name, number, value) in hot::SEARCHES {
        let mut values = vec!["NULL"; 22];
        values[18] = "'open'";
        values[21] = "21";
        values[number - 1] = value;
        all.push((name, statement("jobs", "ORDER BY found.posted_at"), values));
    }
    for (name, number, value) in hot::PEOPLE {
        let mut values = vec!["NULL"; 21];
        values[20] = "21";
        values[number - 1] = value;
        all.push((name, statement("accounts", "updated_at FROM profile j"), values));
    }
    let mut worded = vec!["NULL"; 21];
    (worded[0], worded[20]) = ("$$'nothing' | 'fr:noth'$$", "21");
    all.push(("people by word", statement("accounts", "FROM (SELECT * FROM profile"), worded));
    let mut people = vec!["NULL"; 25];
    people[0] = "$$'nothing' | 'fr:noth'$$";
    people[18..21].fill("ARRAY[$$'nothing'$$]");
    people[24] = "21";
    all.push(("people by relevance", statement("accounts", "AS relevance"), people));
    let mut relevant = vec!["NULL"; 26];
    relevant[0] = "$$'nothing' | 'fr:noth'$$";
    relevant[18] = "'open'";
    relevant[19..22].fill("ARRAY[$$'nothing'$$]");
    relevant[25] = "21";
    all.push(("by relevance", statement("jobs", "AS relevance"), relevant));
    all
}

/// What a statement really reads, unless it takes longer than a statement may; it leaves no trace.
async fn analysed(db: &Connection, execute: &str) -> Result<Value, StoreError> {
    run(db, "BEGIN".to_owned()).await;
    let statement = format!("EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT JSON) {execute}");
    let rows = db.query(statement.leak(), &[]).await;
    run(db, "ROLLBACK".to_owned()).await;
    rows.map(|rows| rows.first().unwrap().get::<_, Value>(0)[0].take())
}

fn pages(plan: &Value) -> u64 {
    ["Shared Hit Blocks", "Shared Read Blocks"].iter().filter_map(|kind| plan["Plan"][kind].as_u64()).sum()
}

/// How often the server plans a statement with its values before it considers not to.
const CUSTOM_PLANS: usize = 5;

/// No statement at all, planned without values, reads a large table from end to end, unless it is to.
async fn every_statement(db: &Connection, large: &Large, mistakes: &mut Vec<String>) {
    run(db, "SET plan_cache_mode = force_generic_plan".to_owned()).await;
    let mut may: BTreeSet<&str> = BTreeSet::new();
    for (module, holds, _) in WHOLE {
        may.insert(statement(module, holds));
    }
    for (module, statements) in STATEMENTS {
        for statement in statements.iter().filter(|statement| is_planned(statement)) {
            run(db, format!("PREPARE asked AS {statement}")).await;
            let nulls = vec!["NULL"; parameters(statement)];
            let plan = plan(db, format!("EXPLAIN (FORMAT JSON) {}", execute("asked", &nulls))).await;
            run(db, "DEALLOCATE asked".to_owned()).await;
            let whole = whole(&plan, large);
            if !whole.is_empty() && !may.contains(statement) {
                mistakes.push(format!("{module}: {whole:?} by {statement}"));
            }
        }
    }
}

fn is_planned(statement: &str) -> bool {
    ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].iter().any(|verb| statement.starts_with(verb))
}

#[tokio::test]
async fn no_statement_reads_a_large_table_from_end_to_end() {
    let database = TestDatabase::new().await;
    fill::fill(&database).await;
    let db = database.store().await.connection().await.unwrap();
    let large = Large::read(&db).await;
    let mut mistakes = Vec::new();
    hot_statements(&db, &large, &mut mistakes).await;
    every_statement(&db, &large, &mut mistakes).await;
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

/// What is planned with the values of a search each time, or asked for so seldom that it may read more in a node's first minutes.
const SELDOM: &[&str] = &[
    "engaged ahead",
    "old unlogged",
    "jobs of people",
    "open seats",
    "page of jobs",
    "by relevance",
    "people by relevance",
];
/// A page of 256 rows, each looked up in three pages of an index and one of its table; what is looked at in vain, of 30,000.
const YOUNG_PAGES_MAX: u64 = 1_100;
const YOUNG_IN_VAIN_MAX: u64 = 5_000;

/// A node that is new has plans that were made when its tables were empty, until the server makes statistics; of a queue they always say
/// that it is empty.
#[tokio::test]
async fn a_plan_made_when_there_was_nothing_reads_little_later() {
    let database = TestDatabase::new().await;
    fill::unnoticed(&database).await;
    let db = database.store().await.connection().await.unwrap();
    run(&db, "SET plan_cache_mode = force_generic_plan".to_owned()).await;
    let searched = |name: &str| hot::SEARCHES.iter().chain(hot::PEOPLE).any(|(search, ..)| *search == name);
    let mut hot = hot();
    hot.retain(|(name, ..)| !SELDOM.contains(name) && !searched(name));
    for (number, (_, statement, values)) in hot.iter().enumerate() {
        run(&db, format!("PREPARE asked{number} AS {statement}")).await;
        plan(&db, format!("EXPLAIN (FORMAT JSON) {}", execute(&format!("asked{number}"), values))).await;
    }
    fill::fill_unnoticed(&database).await;
    let mut mistakes = Vec::new();
    for (number, (name, _, values)) in hot.iter().enumerate() {
        match analysed(&db, &execute(&format!("asked{number}"), values)).await {
            Ok(plan) => {
                let (in_vain, pages) = (in_vain(&plan), pages(&plan));
                if YOUNG_IN_VAIN_MAX < in_vain || YOUNG_PAGES_MAX < pages {
                    mistakes.push(format!("{name}: {in_vain} rows in vain, {pages} pages"));
                }
            }
            Err(error) => mistakes.push(format!("{name}: {error}")),
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}
