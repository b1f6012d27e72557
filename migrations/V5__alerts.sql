-- What postings can be searched by beside words, skills and language. Derived from the document; null where it says nothing.
ALTER TABLE job
    ADD COLUMN pay_kind     text,               -- money, barter, time_credits
    ADD COLUMN currency     text,
    ADD COLUMN pay_per      text,               -- hour, project
    ADD COLUMN pay_min      bigint,             -- minor units
    ADD COLUMN pay_max      bigint,
    ADD COLUMN country      text,
    ADD COLUMN latitude_e4  int,                -- ten-thousandths of a degree
    ADD COLUMN longitude_e4 int,
    ADD COLUMN hours        int;                -- a week

UPDATE job SET
    pay_kind = said -> 'pay' ->> 'kind',
    currency = said -> 'pay' ->> 'currency',
    pay_per = said -> 'pay' ->> 'per',
    pay_min = (said -> 'pay' ->> 'min')::bigint,
    pay_max = (said -> 'pay' ->> 'max')::bigint,
    country = said -> 'place' ->> 'country',
    latitude_e4 = (said -> 'place' ->> 'latitude_e4')::int,
    longitude_e4 = (said -> 'place' ->> 'longitude_e4')::int,
    hours = (said ->> 'hours_per_week')::int
FROM (SELECT id, convert_from(bytes, 'UTF8')::jsonb -> 'credentialSubject' AS said FROM document WHERE kind = 'job') AS posted
WHERE posted.id = job.id;

CREATE INDEX job_country ON job (country, posted_at DESC, id DESC) WHERE country IS NOT NULL;
CREATE INDEX job_latitude ON job (latitude_e4) WHERE latitude_e4 IS NOT NULL;

-- Searches that people of this node keep, to be told of new postings. `query` is what they asked; the columns say it to the database.
CREATE TABLE saved_search (
    id           uuid    PRIMARY KEY DEFAULT gen_random_uuid(),
    did          text    NOT NULL REFERENCES account (did),
    label        text    NOT NULL,
    query        text    NOT NULL,              -- JSON
    made_at      bigint  NOT NULL,
    skipped      bigint  NOT NULL DEFAULT 0,    -- postings that fit beyond the alerts of a day
    words        tsquery,
    skill        text,
    language     text,
    remote       boolean,
    client       text,
    pay_kind     text,
    currency     text,
    pay_per      text,
    least_pay    bigint,
    most_pay     bigint,
    country      text,
    latitude_e4  int,
    longitude_e4 int,
    within_km    int,
    posted_since bigint,
    least_seats  int,
    least_hours  int,
    most_hours   int
);
CREATE INDEX saved_search_did ON saved_search (did, made_at, id);

-- A posting that fits a saved search: once for the two, ever. Rows are written by one transaction after the other (they hold the
-- row `alerts` of `feed_cursor`), so that a later position is never visible before an earlier one.
CREATE TABLE alert (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    did      text   NOT NULL,
    search   uuid   NOT NULL REFERENCES saved_search (id) ON DELETE CASCADE,
    job      bytea  NOT NULL REFERENCES job (id),
    client   text   NOT NULL,
    at       bigint NOT NULL,
    UNIQUE (search, job)
);
CREATE INDEX alert_did ON alert (did, position);
CREATE INDEX alert_search ON alert (search, at);
CREATE INDEX alert_at ON alert (at);

-- How far a reader of `change` has read, where it has to survive the process.
CREATE TABLE feed_cursor (
    name     text   PRIMARY KEY,
    xid      bigint NOT NULL,
    position bigint NOT NULL
);

-- Mutual picks: pairs of which neither side would rather have another that would rather have them. One row of `pick_day` for each
-- UTC day that they were made on; only the newest day's pairs are kept.
CREATE TABLE pick_day (
    day     bigint PRIMARY KEY,
    made_at bigint NOT NULL,
    jobs    int    NOT NULL,
    people  int    NOT NULL
);
CREATE TABLE pick (
    day         bigint NOT NULL REFERENCES pick_day (day) ON DELETE CASCADE,
    job         bytea  NOT NULL REFERENCES job (id),
    client      text   NOT NULL,
    did         text   NOT NULL,                -- the freelancer
    score       int    NOT NULL,                -- millionths
    explanation text   NOT NULL,                -- JSON, as it was that night
    PRIMARY KEY (day, job, did)
);
CREATE INDEX pick_did ON pick (did);
CREATE INDEX pick_client ON pick (client);
