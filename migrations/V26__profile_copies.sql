-- The newest profile of somebody of another home, as it came with a document of theirs. It is a copy: what its author replaces is
-- replaced here when they send something again, and it is forgotten when nothing has come from them for a while.
CREATE TABLE profile_copy (
    did        text   PRIMARY KEY REFERENCES identity (did) ON DELETE CASCADE,
    document   bytea  NOT NULL CHECK (octet_length(document) = 32),
    commitment bytea  NOT NULL,
    bytes      bytea  NOT NULL,
    said_at    bigint NOT NULL,              -- by its author's clock
    heard_at   bigint NOT NULL               -- when this node last heard it
);
CREATE INDEX profile_copy_heard ON profile_copy (heard_at);
