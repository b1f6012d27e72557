//! Very many rows by statements of their own: copies of what a story left, each with a document of its own that reads back.

use hanse_document::DocumentId;
use hanse_store::{Sql, Store};
use hanse_testkit::Story;

/// A log that nobody follows, of people who never were: a leaf and a genesis for each.
pub(super) const LOG: &str = "x.example/reputation";

/// Copies are no news to the index, which would look for their signatures.
const QUIET: &str = "ALTER TABLE job DISABLE TRIGGER job_changed";
/// Rows of one statement: what a node lets run long enough for it on a slow machine.
const PART: i64 = 5_000;
/// Bids that wait on one job: a job takes no more than a thousand.
const WAITING_MAX: i64 = 900;
const LOUD: &str = "ALTER TABLE job ENABLE TRIGGER job_changed";

/// Postings of a third person, in other words and none of them older than the one that is copied. Nobody counted the documents of long ago.
const JOBS: &str = "WITH made AS MATERIALIZED (SELECT i, sha256(uuid_send(gen_random_uuid())) AS id, \
     convert_to(replace(convert_from(bytes, 'UTF8'), 'Two pages, ', 'Bread ' || md5(random()::text) || ' ' || i), 'UTF8') AS bytes, \
     kind, issuer FROM generate_series(1, $1::bigint) AS i, document WHERE id = $2), \
     documents AS (INSERT INTO document (id, kind, issuer, commitment, bytes, public, received_at) \
     SELECT id, kind, issuer, sha256(convert_to('hanse/commit/v1' || chr(10), 'UTF8') || bytes), bytes, true, 0 FROM made) \
     INSERT INTO job (id, client, home, state, head, seats, title, language, skills, remote, posted_at, expires_at, posting, active_at, search) \
     SELECT made.id, (SELECT did FROM account WHERE handle = 'carl'), home, 'open', made.id, seats, title, language, skills, remote, posted_at + made.i, expires_at, made.id, active_at, search \
     FROM made, job WHERE job.id = $2";
/// Bids on one posting by one person, all but the first withdrawn.
const BIDS: &str = "WITH made AS MATERIALIZED (SELECT i, sha256(uuid_send(gen_random_uuid())) AS id, \
     convert_to(replace(convert_from(bytes, 'UTF8'), 'I do this', md5(random()::text) || ' ' || i), 'UTF8') AS bytes, \
     kind, issuer FROM generate_series(1, $1::bigint) AS i, document WHERE id = $2), \
     documents AS (INSERT INTO document (id, kind, issuer, commitment, bytes, public, received_at) \
     SELECT id, kind, issuer, sha256(convert_to('hanse/commit/v1' || chr(10), 'UTF8') || bytes), bytes, false, 0 FROM made) \
     INSERT INTO bid (id, job, freelancer, home, state, head, said, posting, made_at) \
     SELECT made.id, job, freelancer, home, 'withdrawn', made.id, made.id, posting, made_at + made.i FROM made, bid WHERE bid.id = $2";
/// Contracts of the two, each with the moves of the first.
const CONTRACTS: &str = "WITH made AS MATERIALIZED (SELECT i, sha256(uuid_send(gen_random_uuid())) AS id \
     FROM generate_series(1, $1::bigint) AS i), \
     moves AS (INSERT INTO history (object, position, event, state, actor, document, at) \
     SELECT made.id, position, event, state, actor, document, at FROM made, history WHERE object = $2) \
     INSERT INTO contract (id, job, bid, client, freelancer, client_home, freelancer_home, state, head, terms, acceptance, due_day, \
     client_slot, freelancer_slot, offered_at, changed_at, closed_at) \
     SELECT made.id, job, bid, client, freelancer, client_home, freelancer_home, state, made.id, terms, acceptance, due_day, \
     client_slot, freelancer_slot, offered_at + made.i, changed_at, closed_at FROM made, contract WHERE contract.id = $2";
const ALERTS: &str = "INSERT INTO alert (did, search, job, client, at) \
     SELECT saved_search.did, saved_search.id, job.id, job.client, job.posted_at FROM saved_search, job \
     WHERE saved_search.label = 'Menus' AND NOT EXISTS \
     (SELECT FROM alert AS told WHERE told.search = saved_search.id AND told.job = job.id) LIMIT $1";
const DELIVERIES: &str = "INSERT INTO delivery (peer, job, document, state, next_at) \
     SELECT 'b.example', $2, sha256(uuid_send(gen_random_uuid())), 'accepted', 0 FROM generate_series(1, $1::bigint)";
const GENESES: &str = "INSERT INTO document (id, kind, issuer, commitment, bytes, public, received_at) \
     SELECT sha256(bytes), kind, issuer, sha256(convert_to('hanse/commit/v1' || chr(10), 'UTF8') || bytes), bytes, true, 0 \
     FROM (SELECT kind, issuer, convert_to(replace(convert_from(bytes, 'UTF8'), 'did:key:z', \
     'did:key:z' || md5(random()::text) || i), 'UTF8') AS bytes FROM generate_series(1, $1::bigint) AS i, document \
     WHERE id = (SELECT genesis FROM identity JOIN contract ON contract.client = identity.did WHERE contract.id = $2)) AS made";
const LOG_ROW: &str = "INSERT INTO log (origin, own, vkey, size, root, range, checkpoint) \
     SELECT $1, false, vkey, 0, root, ''::bytea, checkpoint FROM log WHERE origin = 'a.example/reputation' ON CONFLICT DO NOTHING";
const LEAVES: &str = "WITH made AS MATERIALIZED (SELECT row_number() OVER () - 1 AS i, document.commitment AS new \
     FROM document WHERE kind = 'identity'), \
     leaves AS (INSERT INTO log_leaf (origin, index, id, bytes) \
     SELECT $1, i, sha256(uuid_send(gen_random_uuid())), convert_to(replace(convert_from(leaf.bytes, 'UTF8'), \
     encode(first.commitment, 'hex'), encode(new, 'hex')), 'UTF8') FROM made, document AS first, log_leaf AS leaf \
     WHERE first.id = (SELECT genesis FROM identity JOIN contract ON contract.client = identity.did WHERE contract.id = $2) \
     AND leaf.origin = 'a.example/reputation' \
     AND position(encode(first.commitment, 'hex') IN convert_from(leaf.bytes, 'UTF8')) > 0 \
     ON CONFLICT DO NOTHING) \
     UPDATE log SET size = of.leaves, range = decode(repeat('00', 32 * bit_count(of.leaves::bit(64))::int), 'hex') \
     FROM (SELECT count(*) AS leaves FROM made) AS of WHERE origin = $1";
/// Bids that wait, by people who are only names.
const NAMES: &str = "INSERT INTO identity (did, subject, genesis, home, custody) \
     SELECT 'nobody ' || i, sha256(uuid_send(gen_random_uuid())), '', 'a.example', 'self' \
     FROM generate_series(1, $1::bigint) AS i ON CONFLICT DO NOTHING";
const WAITING: &str = "INSERT INTO bid (id, job, freelancer, home, state, head, said, posting, made_at) \
     SELECT sha256(uuid_send(gen_random_uuid())), $2, 'nobody ' || i, 'a.example', 'submitted', $2, $2, $2, 0 \
     FROM generate_series(1, $1::bigint) AS i";

fn hash(id: &str) -> Vec<u8> {
    id.parse::<DocumentId>().unwrap().hash().to_vec()
}

/// So many more rows of each kind.
pub(super) async fn fill(store: &Store, story: &Story, rows: i64) {
    let db = store.connection().await.unwrap();
    db.execute(QUIET, &[]).await.unwrap();
    for (statement, like) in [
        (JOBS, &story.job),
        (BIDS, &story.bid),
        (CONTRACTS, &story.contract),
        (DELIVERIES, &story.job),
        (GENESES, &story.contract),
    ] {
        for done in (0..rows).step_by(usize::try_from(PART).unwrap()) {
            let part = PART.min(rows - done);
            let made = db.execute(statement, &[&part, &hash(like)]).await.unwrap();
            assert_eq!(made, u64::try_from(part).unwrap());
        }
    }
    while db.execute(ALERTS, &[&PART]).await.unwrap() > 0 {}
    db.execute(LOG_ROW, &[&LOG]).await.unwrap();
    assert_eq!(db.execute(LEAVES, &[&LOG, &hash(&story.contract)]).await.unwrap(), 1);
    db.execute("ANALYZE", &[]).await.unwrap();
    db.execute(LOUD, &[]).await.unwrap();
}

/// So many bids on a posting that wait for its client, as far as it takes them.
pub(super) async fn waiting(store: &Store, job: &str, rows: i64) {
    let (db, rows) = (store.connection().await.unwrap(), rows.min(WAITING_MAX));
    db.execute(NAMES, &[&rows]).await.unwrap();
    db.execute(WAITING, &[&rows, &hash(job)]).await.unwrap();
}
