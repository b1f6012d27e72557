-- What an operator has decided about a log that was halted or waited, and about which head: the record of who went on, and why.
CREATE TABLE log_decision (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    origin   text   NOT NULL REFERENCES log (origin),
    decision text   NOT NULL,                  -- accept, resume, recover, recovered
    size     bigint NOT NULL CHECK (size >= 0),
    root     bytea  NOT NULL CHECK (octet_length(root) = 32),
    reason   text   NOT NULL,                  -- why the log was halted; empty where it was not
    at       bigint NOT NULL
);

-- The oldest release that works on this schema, by the number of its newest migration: so a release can be taken back without
-- its database. A migration that the release before cannot live with raises it: UPDATE schema_floor SET version = <its number>.
CREATE TABLE schema_floor (
    version int NOT NULL
);
INSERT INTO schema_floor (version) VALUES (10);
