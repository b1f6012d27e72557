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

-- What people are found by in the directory of their home, derived from the profile whose id is `folded`. A release before writes profiles
-- and none of this: what is folded of another document, or by another folding, is folded again by the process that leads.
ALTER TABLE profile ADD COLUMN folded bytea, ADD COLUMN folding smallint NOT NULL DEFAULT 0, ADD COLUMN search tsvector,
    ADD COLUMN languages text[], ADD COLUMN skills text[], ADD COLUMN remote boolean, ADD COLUMN country text,
    ADD COLUMN latitude_e4 int, ADD COLUMN longitude_e4 int, ADD COLUMN currency text, ADD COLUMN pay_per text,
    ADD COLUMN pay_min bigint, ADD COLUMN pay_max bigint;
CREATE INDEX profile_new ON profile (updated_at DESC, document DESC);
CREATE INDEX profile_search ON profile USING gin (search);
CREATE INDEX profile_skills ON profile USING gin (skills);
CREATE INDEX profile_latitude ON profile (latitude_e4) WHERE latitude_e4 IS NOT NULL;
CREATE INDEX profile_folding ON profile (folding);
CREATE INDEX profile_unfolded ON profile (did) WHERE folded IS DISTINCT FROM document;

-- Who does not want to be in the directory. Their profile stays what it is: public, and found by whoever has their name.
ALTER TABLE account ADD COLUMN unlisted boolean NOT NULL DEFAULT false;
