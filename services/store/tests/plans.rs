//! What is looked for again and again, and what anybody may ask, is found by an index: no plan reads a whole table.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code: a failure is the finding")]

use hanse_store::testing::TestDatabase;
use hanse_store::{STATEMENTS, Sql};

/// Tables as they are after a while: very much that is over, little that is not.
const FILL: [&str; 10] = [
    "INSERT INTO identity (did, subject, genesis, home, custody) SELECT 'somebody ' || i, sha256(int8send(i)), '', 'a.example', 'self' \
     FROM generate_series(0, 999) AS i",
    "INSERT INTO job (id, client, home, state, head, seats, title, language, skills, remote, posted_at, expires_at, search) \
     SELECT sha256(int8send(i)), 'somebody ' || i % 1000, 'a.example', \
     CASE WHEN i % 100 = 0 THEN 'filled' WHEN i % 3 = 0 THEN 'open' ELSE 'expired' END, sha256(int8send(i)), 1, 'Title', 'en', \
     ARRAY['local:' || i % 50], true, i, i, to_tsvector('simple', 'word' || i % 50) FROM generate_series(1, 20000) AS i",
    "INSERT INTO bid (id, job, freelancer, home, state, head, made_at) SELECT sha256(int8send(i)), sha256(int8send(i)), \
     'somebody ' || i % 1000, 'a.example', 'withdrawn', sha256(int8send(i)), i FROM generate_series(1, 20000) AS i",
    "INSERT INTO contract (id, job, bid, client, freelancer, client_home, freelancer_home, state, head, terms, due_day, client_slot, \
     client_engagement, offered_at, changed_at, closed_at) SELECT sha256(int8send(i)), sha256(int8send(i)), sha256(int8send(i)), \
     'somebody ' || i % 1000, 'somebody ' || i % 1000, 'a.example', 'a.example', 'closed', sha256(int8send(i)), \
     sha256(int8send(i)), 0, sha256(int8send(i)), sha256(int8send(i)), i, i, i FROM generate_series(1, 20000) AS i",
    "INSERT INTO review (commit_leaf, contract, subject, commitment, engagement, open_leaf, state, committed_at) \
     SELECT sha256(int8send(i)), sha256(int8send(i)), sha256(int8send(i % 1000)), sha256(int8send(i)), sha256(int8send(i)), \
     CASE WHEN i % 2 = 0 THEN ''::bytea END, CASE WHEN i % 500 = 0 THEN 'committed' ELSE 'published' END, i \
     FROM generate_series(1, 20000) AS i",
    "INSERT INTO document (id, kind, issuer, commitment, bytes, public, received_at) SELECT sha256(int8send(i)), 'step', \
     'issuer ' || i % 2, sha256(int8send(i)), ''::bytea, true, i FROM generate_series(1, 20000) AS i",
    "INSERT INTO delivery (peer, job, document, state, next_at) SELECT 'b.example', sha256(int8send(i % 5000)), sha256(int8send(i)), \
     'accepted', i FROM generate_series(1, 20000) AS i",
    "INSERT INTO log (origin, own, vkey, size, root, range, checkpoint) VALUES ('b.example/jobs', false, '', 0, sha256(''), '', '')",
    "INSERT INTO wanted (origin, index, kind, commitment, cites, missing, owed, since, next_at) SELECT 'b.example/jobs', i, 'open', \
     CASE WHEN i % 3 = 0 THEN sha256(int8send(i)) END, CASE WHEN i % 3 > 0 THEN sha256(int8send(i)) END, true, false, i, i \
     FROM generate_series(1, 20000) AS i",
    "ANALYZE",
];

/// The hash of the row of a number.
const ROW: &str = "sha256(int8send(1500))";

/// The statement of a module that begins and contains so, with these values.
fn with(module: &str, holds: &str, values: &[&str]) -> &'static str {
    let (_, statements) = STATEMENTS.iter().find(|(name, _)| *name == module).unwrap();
    let found = statements.iter().find(|statement| statement.contains(holds)).unwrap();
    let mut said = format!("EXPLAIN {found}");
    for (number, value) in values.iter().enumerate().map(|(place, value)| (place + 1, value)).rev() {
        said = said.replace(&format!("${number}"), &format!("({value})"));
    }
    Box::leak(said.into_boxed_str())
}

/// A search for one thing: all else is not asked for.
fn search(number: usize, value: &str) -> &'static str {
    let mut values = vec!["NULL"; 22];
    values[18] = "'open'";
    values[21] = "21";
    values[number - 1] = value;
    with("jobs", "websearch_to_tsquery", &values)
}

#[tokio::test]
async fn no_plan_reads_a_whole_table() {
    let database = TestDatabase::new().await;
    let db = database.store().await.connection().await.unwrap();
    for statement in FILL {
        db.execute(statement, &[]).await.unwrap();
    }
    let (one, all) = (ROW.to_owned(), format!("ARRAY[{ROW}]"));
    let plans = [
        ("filled", with("jobs", "state = 'filled'", &["100", "500"])),
        ("expired", with("jobs", "state = 'open' AND expires_at", &["100", "500"])),
        ("sealed", with("reviews", "review.state = 'committed'", &["100", "500"])),
        ("late", with("contracts", "state = $1 AND changed_at", &["'active'", "100", "500"])),
        ("newest", with("deliveries", "WHERE job = $1 AND peer = $3", &[&one, "'issuer 1'", "'b.example'"])),
        ("newest of many", with("deliveries", "LATERAL", &[&all, "ARRAY['b.example']", "'issuer 1'"])),
        (
            "open of no commit",
            with("log", "WHERE missing AND commitment IS NULL", &["'b.example/jobs'", "9", "100000", "1024"]),
        ),
        ("documents", with("documents", "id = ANY", &[&all])),
        ("committed", with("documents", "WITH ORDINALITY", &[&all, "100", "true"])),
        ("reviews", with("reviews", "commit_leaf = ANY", &[&all])),
        ("jobs", with("jobs", "id = ANY", &[&all])),
        ("by bids", with("contracts", "bid = ANY", &[&all])),
        ("by engagements", with("contracts", "client_engagement = ANY", &[&all])),
        ("all open", search(22, "21")),
        ("by skill", search(2, "'local:nothing'")),
        ("by word", search(1, "'nothing'")),
        ("by client", search(5, "'nobody'")),
        ("by country", search(11, "'FR'")),
        ("by language", search(3, "'xx'")),
        ("by currency", search(7, "'XXX'")),
    ];
    let mut whole = Vec::new();
    for (name, statement) in plans {
        let lines: Vec<String> =
            db.query(statement, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
        if lines.iter().any(|line| line.contains("Seq Scan")) {
            whole.push(format!("{name}:\n{}", lines.join("\n")));
        }
    }
    assert!(whole.is_empty(), "{}", whole.join("\n\n"));
}
