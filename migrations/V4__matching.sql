-- What has changed, for readers in this node: each keeps a cursor (xid, position) and applies what follows. Rows are written by
-- triggers, so that no path that writes the tables can forget it, and commit with what they tell of.
-- A position can become visible behind a later one (its transaction was slower); so a reader takes only rows of transactions
-- before which none is still open: xid < pg_snapshot_xmin(pg_current_snapshot()), in the order (xid, position).
CREATE TABLE change (
    xid      xid8   NOT NULL DEFAULT pg_current_xact_id(),
    position bigint GENERATED ALWAYS AS IDENTITY,
    kind     text   NOT NULL,                  -- profile, job, review
    key      bytea  NOT NULL CHECK (octet_length(key) = 32),
    at       bigint NOT NULL DEFAULT extract(epoch FROM clock_timestamp())::bigint,
    PRIMARY KEY (xid, position)
);
CREATE INDEX change_at ON change (at);

-- The last row that was pruned: who has read less far has missed something.
CREATE TABLE change_floor (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    xid      xid8    NOT NULL,
    position bigint  NOT NULL
);
INSERT INTO change_floor (xid, position) VALUES ('0', 0);

-- The key of a profile is its person's subject key.
CREATE FUNCTION profile_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO change (kind, key)
    SELECT 'profile', subject FROM identity WHERE did = coalesce(NEW.did, OLD.did);
    RETURN NULL;
END $$;
CREATE TRIGGER profile_changed AFTER INSERT OR UPDATE OR DELETE ON profile FOR EACH ROW EXECUTE FUNCTION profile_changed();

-- The key of a job is its id. Only a new one and one in another state are news.
CREATE FUNCTION job_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' OR NEW.state <> OLD.state THEN
        INSERT INTO change (kind, key) VALUES ('job', coalesce(NEW.id, OLD.id));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER job_changed AFTER INSERT OR UPDATE OR DELETE ON job FOR EACH ROW EXECUTE FUNCTION job_changed();

-- The key of a review is its commit leaf. A sealed one is nobody's news.
CREATE FUNCTION review_opened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'committed' AND (TG_OP = 'INSERT' OR OLD.state = 'committed') THEN
        INSERT INTO change (kind, key) VALUES ('review', NEW.commit_leaf);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER review_opened AFTER INSERT OR UPDATE ON review FOR EACH ROW EXECUTE FUNCTION review_opened();

-- How much each person has been shown to clients, and how much they deserved, as of a UTC day; it fades by half in a number of days
-- that the code names.
CREATE TABLE attention (
    subject  bytea  PRIMARY KEY CHECK (octet_length(subject) = 32),
    day      bigint NOT NULL,
    got      double precision NOT NULL,
    deserved double precision NOT NULL
);

-- The lists that were counted: one for each job and UTC day.
CREATE TABLE attention_list (
    job bytea  NOT NULL,
    day bigint NOT NULL,
    PRIMARY KEY (job, day)
);

-- What this node ranks with, each time that it changed.
CREATE TABLE ranking_change (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest   bytea  NOT NULL CHECK (octet_length(digest) = 32),
    setting  text   NOT NULL,                  -- JSON
    at       bigint NOT NULL
);
