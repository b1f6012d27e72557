-- A posting is amended by a later document of the same kind, which takes the place of the first. `posting` is the one in force.
-- `active_at` is when the client last moved the posting, by the clock of whoever keeps the row.
ALTER TABLE job ADD COLUMN posting bytea, ADD COLUMN version int NOT NULL DEFAULT 1, ADD COLUMN active_at bigint;
UPDATE job SET posting = id, active_at = posted_at;
ALTER TABLE job ALTER COLUMN posting SET NOT NULL, ALTER COLUMN active_at SET NOT NULL;
DROP INDEX job_expiry;
CREATE INDEX job_expiry ON job (expires_at) WHERE state IN ('open', 'paused', 'stale');
CREATE INDEX job_activity ON job (active_at) WHERE state = 'open';

-- An amended posting is news for whoever ranks it.
CREATE OR REPLACE FUNCTION job_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' OR NEW.state <> OLD.state OR NEW.posting <> OLD.posting THEN
        INSERT INTO change (kind, key) VALUES ('job', coalesce(NEW.id, OLD.id));
    END IF;
    RETURN NULL;
END $$;

-- A bid is revised in the same way: `said` is the document in force, `posting` the version of the posting that it was made for or
-- confirmed for.
ALTER TABLE bid ADD COLUMN said bytea, ADD COLUMN posting bytea;
UPDATE bid SET said = id, posting = job;
ALTER TABLE bid ALTER COLUMN said SET NOT NULL, ALTER COLUMN posting SET NOT NULL;
DROP INDEX bid_live;
-- One live bid for each job and freelancer.
CREATE UNIQUE INDEX bid_live ON bid (job, freelancer)
    WHERE state IN ('submitted', 'shortlisted', 'interviewing', 'offered', 'won');

CREATE TABLE invitation (
    id         bytea  PRIMARY KEY CHECK (octet_length(id) = 32),
    job        bytea  NOT NULL REFERENCES job (id),
    client     text   NOT NULL REFERENCES identity (did),
    freelancer text   NOT NULL,                -- somebody whom this node need not know yet
    home       text   NOT NULL,                -- the freelancer's
    state      text   NOT NULL,
    head       bytea  NOT NULL,
    made_at    bigint NOT NULL
);
CREATE INDEX invitation_job ON invitation (job, made_at, id);
CREATE INDEX invitation_freelancer ON invitation (freelancer, made_at, id);
CREATE INDEX invitation_client ON invitation (client, made_at);
CREATE INDEX invitation_clock ON invitation (made_at) WHERE state = 'invited';
-- One for each job and freelancer, ever: who has said no is not asked again.
CREATE UNIQUE INDEX invitation_once ON invitation (job, freelancer);

-- Who asked for what waits for an answer (`closing`, `cancelling`), how often terms were countered, and the terms that are proposed.
ALTER TABLE contract ADD COLUMN asked_by text, ADD COLUMN counters int NOT NULL DEFAULT 0, ADD COLUMN proposed bytea,
    ADD COLUMN proposed_by text, ADD COLUMN proposed_at bigint;
CREATE INDEX contract_proposed ON contract (proposed) WHERE proposed IS NOT NULL;

-- The milestones of a contract that has several, and its time sheets. What they are stands in the terms and in the steps.
CREATE TABLE milestone (
    contract   bytea  NOT NULL REFERENCES contract (id),
    number     int    NOT NULL CHECK (number > 0),
    state      text   NOT NULL,
    changed_at bigint NOT NULL,
    changes    int    NOT NULL DEFAULT 0,      -- how often they were requested
    minutes    int,                            -- of a time sheet
    first_day  bigint,
    last_day   bigint,
    PRIMARY KEY (contract, number)
);
CREATE INDEX milestone_clock ON milestone (changed_at) WHERE state = 'delivered';

-- Earlier releases know neither the new states nor what a new row needs.
UPDATE schema_floor SET version = 20;
