//! Tables as they are after some years: 300,000 rows in each that grows with people, postings, work or logs; very much that is over, little
//! that is not.

use hanse_store::testing::TestDatabase;

/// The hash of a number.
const HASH: &str =
    "CREATE FUNCTION h(i int) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT sha256(int8send(i)) $$";

/// Keys and indexes are put back when the rows are there: built in one go they take a third of the time. Foreign keys are not looked at.
const TAKE_DOWN: &str = "CREATE TABLE taken AS SELECT CASE contype WHEN 'f' THEN 2 ELSE 1 END AS step, \
         format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS down, \
         format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) \
         || CASE contype WHEN 'f' THEN ' NOT VALID' ELSE '' END AS up \
         FROM pg_constraint WHERE contype IN ('f', 'p', 'u') AND connamespace = 'public'::regnamespace; \
     INSERT INTO taken SELECT 0, format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid) \
         FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = 'public'::regnamespace \
         AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid); \
     DO $$ DECLARE word text; BEGIN \
         FOR word IN SELECT down FROM taken ORDER BY step DESC LOOP EXECUTE word; END LOOP; \
         FOR word IN SELECT format('ALTER TABLE %I DISABLE TRIGGER USER', tablename) FROM pg_tables \
             WHERE schemaname = 'public' LOOP EXECUTE word; END LOOP; \
     END $$";
const PUT_BACK: &str = "DO $$ DECLARE word text; BEGIN \
         FOR word IN SELECT up FROM taken ORDER BY step LOOP EXECUTE word; END LOOP; END $$; \
     DROP TABLE taken";

/// The server makes no statistics by itself, and foreign keys are not looked at.
const UNNOTICED: &str = "DO $$ DECLARE word text; BEGIN \
         FOR word IN SELECT format('ALTER TABLE %I SET (autovacuum_enabled = false), DISABLE TRIGGER USER', tablename) FROM pg_tables \
             WHERE schemaname = 'public' UNION ALL SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) \
             FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace LOOP EXECUTE word; END LOOP; END $$";

/// Three lists that take about as long, each for a connection.
const FIRST: &[&str] = &[
    "INSERT INTO contract (id, job, bid, client, freelancer, client_home, freelancer_home, state, head, terms, due_day, \
     client_slot, client_engagement, freelancer_engagement, offered_at, changed_at, closed_at) SELECT h(i), h(i), h(i), \
     'did:' || 1 + i % 30000, 'did:' || 1 + (i + 1) % 30000, 'a.example', 'b.example', CASE WHEN i % 100 = 0 THEN 'active' \
     WHEN i % 3000 = 1 THEN 'accepted' ELSE 'closed' END, h(i), h(i), i / 86400, h(i), h(i), h(-i), i, i, i FROM \
     generate_series(1, 300000) AS i",
    "INSERT INTO identity (did, subject, genesis, home, custody, logged_index) SELECT 'did:' || i, h(i), h(i), 'a.example', \
     'a.example', i FROM generate_series(1, 300000) AS i",
    "INSERT INTO slot (public, did, sealed) SELECT h(i), 'did:' || i, '' FROM generate_series(1, 300000) AS i",
    "INSERT INTO account (did, handle, password_hash, sealed_key, created_at) SELECT 'did:' || i, 'handle' || i, 'hash', \
     '', i FROM generate_series(1, 300000) AS i",
    "INSERT INTO log_leaf (origin, index, id, bytes) SELECT 'log' || i % 4, i / 4, h(i), 'bytes' FROM generate_series(1, \
     300000) AS i",
    "INSERT INTO log_subtree (origin, top, size, nodes) SELECT 'log' || i % 4, h(i / 100), i, '' FROM generate_series(1, \
     300000) AS i",
    "INSERT INTO log_cosignature (origin, size, cosigner, time, line) SELECT 'log' || i % 4, 1 + i / 12, 'cosigner' || i / \
     4 % 3, i, 'line' FROM generate_series(1, 300000) AS i",
    "INSERT INTO saved_search (did, label, query, made_at, skill, full_at, folding) SELECT 'did:' || 1 + i % 30000, 'label', '{}', \
     i, 'local:' || i % 500, 0, 1 FROM generate_series(1, 300000) AS i",
    "INSERT INTO pick (day, job, client, did, score, explanation) SELECT 1 + i % 30, h(i), 'did:' || 1 + i % 30000, 'did:' \
     || 1 + i % 29999, 1, '{}' FROM generate_series(1, 300000) AS i",
    "INSERT INTO account_code (hash, did, purpose, made_at, until) SELECT h(i), 'did:' || 1 + i / 8, 'recovery', i, CASE WHEN \
     i % 8 = 0 THEN i END FROM generate_series(1, 300000) AS i",
    "INSERT INTO former_handle (handle, did, until) SELECT 'former' || i, 'did:' || i, i FROM generate_series(1, 300000) AS i",
    "INSERT INTO account_email (did, address, verified_at) SELECT 'did:' || i, 'Ada' || i || '@mail.example', i FROM \
     generate_series(1, 300000) AS i",
    "INSERT INTO block (by, whom, at) SELECT 'did:' || 1 + i % 30000, 'did:' || i, i FROM generate_series(1, 300000) AS i",
    "INSERT INTO mail (recipient, subject, body, at, next_at) SELECT 'ada@mail.example', '', '', i, i FROM \
     generate_series(1, 300000) AS i",
    "INSERT INTO attention_list (job, day) SELECT h(i), i % 30 FROM generate_series(1, 300000) AS i",
];
const SECOND: &[&str] = &[
    "INSERT INTO document (id, kind, issuer, commitment, bytes, public, received_at) SELECT h(i), (ARRAY['job', 'bid', \
     'step', 'profile', 'review'])[1 + i % 5], 'did:' || i % 30000, h(i), 'bytes', true, i FROM generate_series(1, 300000) \
     AS i",
    "INSERT INTO job (id, client, home, state, head, seats, title, language, skills, remote, posted_at, expires_at, posting, active_at, \
     pay_kind, currency, pay_per, pay_min, pay_max, country, latitude_e4, longitude_e4, hours, search, folding) SELECT h(i), 'did:' \
     || 1 + i % 30000, CASE i % 10 WHEN 0 THEN 'a.example' ELSE 'b.example' END, CASE WHEN i % 100 = 0 THEN 'filled' WHEN i \
     % 3 = 0 THEN 'open' ELSE 'expired' END, h(i), 1 + i % 3, 'Title', (ARRAY['en', 'fr', 'de', 'es', 'it'])[1 + i / 3 % \
     5], ARRAY['local:' || i / 3 % 500], i % 2 = 0, i, i + 300000, h(i), i, 'money', (ARRAY['EUR', 'USD', 'CHF'])[1 + i / 3 % 3], \
     (ARRAY['hour', 'project'])[1 + i / 3 % 2], 1000 + i % 1000, 3000 + i % 1000, (ARRAY['DE', 'ES', 'IT'])[1 + i / 3 % 3], \
     400000 + i % 100000, 10000 + i % 200000, i % 40, to_tsvector('simple', 'word' || i / 3 % 500), 1 FROM generate_series(1, \
     300000) AS i",
    "INSERT INTO delivery (peer, job, document, state, next_at) SELECT 'peer' || i % 10, h(i / 10), h(i), CASE WHEN i % 1000 \
     = 0 THEN 'waiting' ELSE 'accepted' END, i FROM generate_series(1, 300000) AS i",
    "INSERT INTO profile (did, document, updated_at, folded, folding, search, languages, skills, remote, country, latitude_e4, \
     longitude_e4, currency, pay_per, pay_min, pay_max) SELECT 'did:' || i, h(i), i, h(i), 1, to_tsvector('simple', 'word' || i % 500), \
     ARRAY['fr', 'en'], ARRAY['local:' || i % 500], i % 2 = 0, 'FR', 400000 + i % 100000, 10000 + i % 200000, 'EUR', 'hour', 1000, 3000 \
     FROM generate_series(1, 300000) AS i",
    "INSERT INTO profile_copy (did, document, commitment, bytes, said_at, heard_at) SELECT 'did:' || i, h(i), h(i), 'bytes', i, i FROM \
     generate_series(1, 300000) AS i",
    "INSERT INTO log (origin, own, vkey, size, root, range, checkpoint, reacted) SELECT 'log' || i, i < 2, '', 75000, sha256(''), '', '', 75000 - i / 18 * 10 \
     FROM generate_series(0, 19) AS i",
    "INSERT INTO log_pending (origin, id, bytes) SELECT 'log' || i % 2, h(-i), 'bytes' FROM generate_series(1, 300000) AS i",
    "INSERT INTO log_subject (origin, subject, count, range) SELECT 'log' || i % 4, h(i), 1, '' FROM generate_series(1, \
     300000) AS i",
    "INSERT INTO log_checkpoint (origin, size, root, note, at) SELECT 'log' || i % 4, 1 + i / 4, h(i), 'note', i FROM \
     generate_series(1, 300000) AS i",
    // No more than 32 of a home.
    "INSERT INTO unlogged (job, home, at) SELECT h(i), 'peer' || i % 10, i FROM generate_series(1, 320) AS i",
    "INSERT INTO pick_day (day, made_at, jobs, people) SELECT i, i, 1, 1 FROM generate_series(1, 30) AS i",
    "INSERT INTO attention (subject, day, got, deserved) SELECT h(i), 1, 1, 1 FROM generate_series(1, 300000) AS i",
    "INSERT INTO again (contract, author, about, again, at) SELECT h(i), 'did:' || 1 + i % 30000, 'did:' || 1 + (i + 1) % \
     30000, true, i FROM generate_series(1, 300000) AS i",
];
const THIRD: &[&str] = &[
    "INSERT INTO review (commit_leaf, contract, author, subject, commitment, engagement, open_leaf, state, committed_at) \
     SELECT h(i), h(i), 'did:' || i, h(1 + i % 30000), h(i), h(i), CASE WHEN i % 2 = 0 THEN ''::bytea END, CASE WHEN i % \
     5000 = 0 THEN 'committed' ELSE 'published' END, i FROM generate_series(1, 300000) AS i",
    "INSERT INTO bid (id, job, freelancer, home, state, head, said, posting, made_at) SELECT h(i), h(1 + i / 10), 'did:' || 1 + i % 30000, \
     'a.example', CASE WHEN i % 5 = 0 THEN 'submitted' ELSE 'withdrawn' END, h(i), h(i), h(1 + i / 10), i FROM generate_series(1, 300000) AS i",
    "INSERT INTO invitation (id, job, client, freelancer, home, state, head, made_at) SELECT h(i), h(1 + i / 10), \
     'did:' || 1 + i % 30000, 'did:' || 1 + i % 10 * 3000 + i / 10 % 3000, 'a.example', CASE WHEN i % 100 = 0 THEN 'invited' ELSE 'lapsed' END, h(i), i \
     FROM generate_series(1, 300000) AS i",
    "INSERT INTO milestone (contract, number, state, changed_at) SELECT contract.id, n, CASE WHEN changed_at % 100 = 0 THEN 'delivered' \
     ELSE 'planned' END, changed_at FROM contract, generate_series(1, 2) AS n",
    "INSERT INTO session (id, did, refresh_hash, scopes, created_at, expires_at) SELECT gen_random_uuid(), 'did:' || i, \
     h(i), '', i, i + 2000000 FROM generate_series(1, 300000) AS i",
    "INSERT INTO history (object, position, event, state, actor, document, at) SELECT h(i / 3), i % 3, 'publish', 'open', \
     'client', h(i), i FROM generate_series(1, 300000) AS i",
    "INSERT INTO log_listed (origin, subject, index) SELECT 'log' || i % 4, h(1 + i % 30000), i / 4 FROM generate_series(1, \
     300000) AS i",
    "INSERT INTO log_tile (origin, level, index, hashes) SELECT 'log' || i % 4, i / 4 % 4, i / 16, h(i) FROM \
     generate_series(1, 300000) AS i",
    "INSERT INTO wanted (origin, index, kind, commitment, cites, missing, owed, since, next_at) SELECT 'log' || 2 + i % 4, \
     i, (ARRAY['open', 'posting', 'reply'])[1 + i / 4 % 3], CASE WHEN i % 3 = 0 THEN h(i) END, CASE WHEN i % 3 > 0 THEN \
     h(i) END, i % 50 > 0, i % 100 = 1, i, i FROM generate_series(1, 300000) AS i",
    "INSERT INTO alert (did, search, job, client, at) SELECT 'did:' || 1 + i % 30000, ('00000000-0000-0000-0000-' || \
     lpad(to_hex(i % 30000), 12, '0'))::uuid, h(i), 'did:' || i % 30000, i FROM generate_series(1, 300000) AS i",
    "INSERT INTO notification (position, did, event, object, kind, job, actor, place, at, seen) SELECT CASE WHEN i <= 299900 THEN nextval('alert_position_seq') END, \
     'did:' || 1 + i % 30000, 'bid.submitted', h(i), 'bid', h(i), 'freelancer', 0, i, i % 10 > 0 FROM generate_series(1, 300000) AS i",
    "INSERT INTO notification_preference (did, off) SELECT 'did:' || i, ARRAY['bid.read'] FROM generate_series(1, 300000) AS i",
    "INSERT INTO change (xid, kind, key, at) SELECT (i / 1000)::text::xid8, 'job', h(i), i FROM generate_series(1, 300000) AS i",
    "INSERT INTO idempotency (did, key, request, status, at) SELECT 'did:' || 1 + i % 3000, 'key' || i, h(i), 201, i FROM \
     generate_series(1, 300000) AS i",
];

/// Fills every table.
pub(crate) async fn fill(database: &TestDatabase) {
    hash(database).await;
    script(database, TAKE_DOWN).await;
    let (first, second, third) = (FIRST.join("; "), SECOND.join("; "), THIRD.join("; "));
    tokio::join!(script(database, &first), script(database, &second), script(database, &third));
    script(database, PUT_BACK).await;
    script(database, "ANALYZE").await;
}

async fn hash(database: &TestDatabase) {
    database.script(HASH).await;
}

/// Before [`fill_unnoticed`].
pub(crate) async fn unnoticed(database: &TestDatabase) {
    hash(database).await;
    database.script(UNNOTICED).await;
}

/// Fills every table with a tenth of that, and nobody makes statistics of it.
pub(crate) async fn fill_unnoticed(database: &TestDatabase) {
    let lists = [FIRST, SECOND, THIRD].map(|list| list.join("; ").replace("(1, 300000)", "(1, 30000)"));
    let [first, second, third] = &lists;
    tokio::join!(script(database, first), script(database, second), script(database, third));
}

/// On a busy machine a list may take longer than a statement of a node may.
async fn script(database: &TestDatabase, statements: &str) {
    database.script(&format!("SET statement_timeout = 0; {statements}")).await;
}
