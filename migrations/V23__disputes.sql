-- People who rule in disputes, of every node: what their newest announcement says. Who takes no cases any more stays, for the contracts
-- that name them.
CREATE TABLE arbiter (
    did        text    PRIMARY KEY REFERENCES identity (did),
    document   bytea   NOT NULL,
    home       text    NOT NULL,
    key        bytea   NOT NULL CHECK (octet_length(key) = 32),
    takes      boolean NOT NULL,
    changed_at bigint  NOT NULL
);
CREATE INDEX arbiter_listed ON arbiter (changed_at, document) WHERE takes;

-- Disputes, at the homes of both sides and of the arbiters who are asked. An arbiter's home knows neither the contract nor the job, so that
-- what it needs of them stands here.
CREATE TABLE dispute (
    id              bytea   PRIMARY KEY CHECK (octet_length(id) = 32),
    contract        bytea   NOT NULL,
    job             bytea   NOT NULL,
    terms           bytea   NOT NULL,           -- that held when it was opened
    milestone       int,                        -- the whole contract if there is none
    client          text    NOT NULL,
    freelancer      text    NOT NULL,
    client_home     text    NOT NULL,
    freelancer_home text    NOT NULL,
    claimant        text    NOT NULL,           -- client, freelancer
    state           text    NOT NULL,
    head            bytea   NOT NULL,
    arbiters        text[]  NOT NULL,           -- in the order in which they are asked
    arbiter_homes   text[]  NOT NULL,
    answers         text[]  NOT NULL,           -- of those who were asked: ruled, appealed, silent
    proposal        bytea,                      -- the step that proposes a settlement
    proposed_by     text,
    decided         bytea   NOT NULL,           -- the document whose outcome stands: the claim, a settlement, a ruling
    reopened        boolean NOT NULL DEFAULT false,
    opened_at       bigint  NOT NULL,
    changed_at      bigint  NOT NULL,
    ended_at        bigint
);
CREATE INDEX dispute_contract ON dispute (contract, opened_at, id);
CREATE UNIQUE INDEX dispute_live ON dispute (contract) WHERE ended_at IS NULL;
CREATE INDEX dispute_clock ON dispute (state, changed_at) WHERE ended_at IS NULL;
CREATE INDEX dispute_client ON dispute (client, opened_at, id);
CREATE INDEX dispute_freelancer ON dispute (freelancer, opened_at, id);
CREATE INDEX dispute_arbiters ON dispute USING gin (arbiters);

-- Earlier releases move what is disputed.
UPDATE schema_floor SET version = 23;
