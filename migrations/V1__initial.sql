-- Ground state of one node: signed documents and log leaves. Everything else here can be rebuilt from them, except accounts, sessions,
-- sealed keys and queues. Times are Unix seconds (UTC); ids, hashes and commitments are 32 bytes; nodes are named by their node name.

-- Signed documents, byte-exact. The row is deletable (erasure); the leaf that commits to it is not.
CREATE TABLE document (
    id          bytea   PRIMARY KEY CHECK (octet_length(id) = 32),
    kind        text    NOT NULL,
    issuer      text    NOT NULL,
    commitment  bytea   NOT NULL UNIQUE CHECK (octet_length(commitment) = 32),
    bytes       bytea   NOT NULL CHECK (octet_length(bytes) <= 65536),
    public      boolean NOT NULL,              -- may be served to anybody
    received_at bigint  NOT NULL
);

-- People known here: the genesis decides home and custody for ever (until moves exist).
CREATE TABLE identity (
    did          text   PRIMARY KEY,
    subject      bytea  NOT NULL UNIQUE CHECK (octet_length(subject) = 32),
    genesis      bytea  NOT NULL,
    home         text   NOT NULL,
    custody      text   NOT NULL,              -- 'self' or the node that holds the key
    logged_index bigint                        -- index of the identity leaf in the home's reputation log
);

CREATE TABLE account (
    did           text   PRIMARY KEY REFERENCES identity (did),
    handle        text   NOT NULL UNIQUE,
    password_hash text   NOT NULL,             -- Argon2id, PHC string
    sealed_key    bytea  NOT NULL,             -- the hosted key, sealed with a key derived from the node secret
    created_at    bigint NOT NULL
);

-- One row for each login; a refresh token is used once, a second use of an old one ends the session.
CREATE TABLE session (
    id           uuid    PRIMARY KEY,
    did          text    NOT NULL REFERENCES account (did),
    refresh_hash bytea   NOT NULL CHECK (octet_length(refresh_hash) = 32),
    scopes       text    NOT NULL,
    created_at   bigint  NOT NULL,
    expires_at   bigint  NOT NULL,
    revoked_at   bigint
);
CREATE INDEX session_did ON session (did);
CREATE INDEX session_expires ON session (expires_at);

-- Slot keys that this node made for hosted people, sealed like account keys.
CREATE TABLE slot (
    public   bytea PRIMARY KEY CHECK (octet_length(public) = 32),
    did      text  NOT NULL REFERENCES account (did),
    sealed   bytea NOT NULL
);

CREATE TABLE profile (
    did       text   PRIMARY KEY REFERENCES identity (did),
    document  bytea  NOT NULL,
    updated_at bigint NOT NULL
);

-- Postings known here, of every node. `search` is derived from the document.
CREATE TABLE job (
    id         bytea  PRIMARY KEY CHECK (octet_length(id) = 32),
    client     text   NOT NULL REFERENCES identity (did),
    home       text   NOT NULL,
    state      text   NOT NULL,
    head       bytea  NOT NULL,                -- the last document of its chain
    seats      int    NOT NULL CHECK (seats > 0),
    title      text   NOT NULL,
    language   text,
    skills     text[] NOT NULL,
    remote     boolean,                        -- null is unstated
    posted_at  bigint NOT NULL,
    expires_at bigint NOT NULL,
    search     tsvector NOT NULL
);
CREATE INDEX job_page ON job (posted_at DESC, id DESC);
CREATE INDEX job_search ON job USING gin (search);
CREATE INDEX job_skills ON job USING gin (skills);
CREATE INDEX job_expiry ON job (expires_at) WHERE state = 'open';

CREATE TABLE bid (
    id         bytea  PRIMARY KEY CHECK (octet_length(id) = 32),
    job        bytea  NOT NULL REFERENCES job (id),
    freelancer text   NOT NULL REFERENCES identity (did),
    home       text   NOT NULL,                -- the freelancer's
    state      text   NOT NULL,
    head       bytea  NOT NULL,
    made_at    bigint NOT NULL
);
CREATE INDEX bid_job ON bid (job, made_at, id);
CREATE INDEX bid_freelancer ON bid (freelancer, made_at);
-- One live bid for each job and freelancer.
CREATE UNIQUE INDEX bid_live ON bid (job, freelancer) WHERE state IN ('submitted', 'offered', 'won');

-- A contract is its offer. Slots, engagements and logs are what both homes compute alike from offer and acceptance.
CREATE TABLE contract (
    id                    bytea  PRIMARY KEY CHECK (octet_length(id) = 32),
    job                   bytea  NOT NULL REFERENCES job (id),
    bid                   bytea  NOT NULL REFERENCES bid (id),
    client                text   NOT NULL REFERENCES identity (did),
    freelancer            text   NOT NULL REFERENCES identity (did),
    client_home           text   NOT NULL,
    freelancer_home       text   NOT NULL,
    state                 text   NOT NULL,
    head                  bytea  NOT NULL,
    terms                 bytea  NOT NULL,     -- document id
    acceptance            bytea,               -- document id
    due_day               bigint NOT NULL,
    client_slot           bytea  NOT NULL,
    freelancer_slot       bytea,
    client_engagement     bytea,               -- leaf ids, known from the acceptance on
    freelancer_engagement bytea,
    client_engaged        boolean NOT NULL DEFAULT false,
    freelancer_engaged    boolean NOT NULL DEFAULT false,
    offered_at            bigint NOT NULL,
    changed_at            bigint NOT NULL,
    closed_at             bigint
);
CREATE INDEX contract_job ON contract (job);
CREATE INDEX contract_bid ON contract (bid);
CREATE INDEX contract_terms ON contract (terms);
CREATE INDEX contract_clock ON contract (state, changed_at);
CREATE INDEX contract_client ON contract (client, offered_at);
CREATE INDEX contract_freelancer ON contract (freelancer, offered_at);
CREATE UNIQUE INDEX contract_client_engagement ON contract (client_engagement);
CREATE UNIQUE INDEX contract_freelancer_engagement ON contract (freelancer_engagement);

-- What happened to a thing (job, bid, contract), in order; `document` is null where the node itself moved it.
CREATE TABLE history (
    object   bytea  NOT NULL,
    position int    NOT NULL,
    event    text   NOT NULL,
    state    text   NOT NULL,
    actor    text   NOT NULL,
    document bytea,
    at       bigint NOT NULL,
    PRIMARY KEY (object, position)
);
-- A document that stands here has had its effect.
CREATE UNIQUE INDEX history_document ON history (document, object);

-- Sealed reviews, found by their commit leaf. `open_leaf` is signed at deposit and waits here for the other side (author's home only).
CREATE TABLE review (
    commit_leaf bytea  PRIMARY KEY CHECK (octet_length(commit_leaf) = 32),
    contract    bytea  REFERENCES contract (id), -- null where this node is home to neither side
    author      text,                            -- known to the author's home at once, to others from the open on
    subject     bytea  NOT NULL,                 -- subject key of the rated person
    commitment  bytea  NOT NULL,
    engagement  bytea  NOT NULL,                 -- the rated person's engagement leaf
    open_leaf   bytea,
    document    bytea,                           -- id of the review document, once held
    text        bytea,                           -- id of its text document, once held
    state       text   NOT NULL,                 -- committed, published, replied
    reply       bytea,
    committed_at bigint NOT NULL,
    published_at bigint
);
CREATE INDEX review_contract ON review (contract);
CREATE INDEX review_subject ON review (subject);

-- Logs: our own two and the mirrors of every peer's, in the same tables.
CREATE TABLE log (
    origin     text    PRIMARY KEY,
    own        boolean NOT NULL,
    vkey       text    NOT NULL,
    size       bigint  NOT NULL CHECK (size >= 0),
    root       bytea   NOT NULL CHECK (octet_length(root) = 32),
    range      bytea   NOT NULL,               -- compact range: concatenated hashes
    checkpoint text    NOT NULL,               -- the newest signed note, without cosignatures; empty before the first
    reacted    bigint  NOT NULL DEFAULT 0,     -- leaves below this index have had their effect here
    halted     text                            -- why this log signs (own) or is followed (mirror) no more
);

CREATE TABLE log_leaf (
    origin text   NOT NULL REFERENCES log (origin),
    index  bigint NOT NULL CHECK (index >= 0),
    id     bytea  NOT NULL CHECK (octet_length(id) = 32),   -- leaf id; of an index leaf its leaf hash
    bytes  bytea  NOT NULL,
    PRIMARY KEY (origin, index),
    UNIQUE (origin, id)
);

CREATE TABLE log_listed (
    origin  text   NOT NULL REFERENCES log (origin),
    subject bytea  NOT NULL,
    index   bigint NOT NULL,
    PRIMARY KEY (origin, subject, index)
);

-- Per subject: how many leaves, and the compact range over them.
CREATE TABLE log_subject (
    origin  text   NOT NULL REFERENCES log (origin),
    subject bytea  NOT NULL CHECK (octet_length(subject) = 32),
    count   bigint NOT NULL CHECK (count > 0),
    range   bytea  NOT NULL,
    PRIMARY KEY (origin, subject)
);

-- Nodes of the prefix tree, a version for each checkpoint that changed them, so that proofs can be made at a cosigned size.
CREATE TABLE log_node (
    origin text   NOT NULL REFERENCES log (origin),
    path   bytea  NOT NULL,
    size   bigint NOT NULL,
    node   bytea  NOT NULL,
    PRIMARY KEY (origin, path, size)
);

CREATE TABLE log_tile (
    origin text     NOT NULL REFERENCES log (origin),
    level  smallint NOT NULL CHECK (level BETWEEN 0 AND 63),
    index  bigint   NOT NULL CHECK (index >= 0),
    hashes bytea    NOT NULL CHECK (octet_length(hashes) BETWEEN 32 AND 8192 AND octet_length(hashes) % 32 = 0),
    PRIMARY KEY (origin, level, index)
);

CREATE TABLE log_checkpoint (
    origin text   NOT NULL REFERENCES log (origin),
    size   bigint NOT NULL CHECK (size > 0),
    root   bytea  NOT NULL CHECK (octet_length(root) = 32),
    note   text   NOT NULL,
    at     bigint NOT NULL,
    PRIMARY KEY (origin, size)
);

CREATE TABLE log_cosignature (
    origin   text   NOT NULL,
    size     bigint NOT NULL,
    cosigner text   NOT NULL,
    time     bigint NOT NULL,
    line     text   NOT NULL,                  -- the signature line of the note
    PRIMARY KEY (origin, size, cosigner),
    FOREIGN KEY (origin, size) REFERENCES log_checkpoint (origin, size)
);

-- Leaves accepted and not yet sequenced. A leaf that is already in the log is not queued again.
CREATE TABLE log_pending (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    origin   text   NOT NULL REFERENCES log (origin),
    id       bytea  NOT NULL,
    bytes    bytea  NOT NULL,
    UNIQUE (origin, id)
);

-- An opened review whose document has not arrived: the auditor does not cosign past it.
CREATE TABLE log_gap (
    origin     text   NOT NULL REFERENCES log (origin),
    index      bigint NOT NULL,
    commitment bytea  NOT NULL,
    PRIMARY KEY (origin, index)
);

-- Postings to hand to gossip; a row goes when gossip took it or nobody listens (the log tail repairs).
CREATE TABLE gossip (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document bytea  NOT NULL
);

-- Documents on their way to another home, in order for each job; kept with their receipt.
CREATE TABLE delivery (
    position   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    peer       text   NOT NULL,
    job        bytea  NOT NULL,                -- the ordering key
    document   bytea  NOT NULL,
    state      text   NOT NULL,                -- waiting, accepted, refused
    attempts   int    NOT NULL DEFAULT 0,
    next_at    bigint NOT NULL,
    receipt    bytea,
    refusal    text,                           -- slug
    UNIQUE (peer, document)
);
CREATE INDEX delivery_waiting ON delivery (peer, position) WHERE state = 'waiting';
CREATE INDEX delivery_document ON delivery (document);
CREATE INDEX delivery_job ON delivery (job) WHERE state = 'waiting';

-- Answers already given, so that a repeated request is the same request.
CREATE TABLE idempotency (
    did     text   NOT NULL,
    key     text   NOT NULL CHECK (length(key) <= 255),
    request bytea  NOT NULL CHECK (octet_length(request) = 32),  -- hash of method, path and body
    status  int,                                                 -- null while the first request runs
    body    bytea,
    headers text,
    at      bigint NOT NULL,
    PRIMARY KEY (did, key)
);
CREATE INDEX idempotency_at ON idempotency (at);

-- The one process that runs the swarm and the workers; the epoch fences a holder that was thought dead.
CREATE TABLE lease (
    name       text   PRIMARY KEY,
    holder     uuid   NOT NULL,
    epoch      bigint NOT NULL,
    expires_at bigint NOT NULL
);

-- The log is append-only, and says so itself.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER log_leaf_append_only BEFORE UPDATE OR DELETE ON log_leaf FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_leaf_no_truncate BEFORE TRUNCATE ON log_leaf FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_checkpoint_append_only BEFORE UPDATE OR DELETE ON log_checkpoint FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_checkpoint_no_truncate BEFORE TRUNCATE ON log_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_tile_no_delete BEFORE DELETE ON log_tile FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_tile_no_truncate BEFORE TRUNCATE ON log_tile FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A partial tile only ever grows at its right end.
CREATE FUNCTION tile_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF substr(NEW.hashes, 1, octet_length(OLD.hashes)) <> OLD.hashes THEN
        RAISE EXCEPTION 'a tile never changes a hash it has' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER log_tile_grows BEFORE UPDATE ON log_tile FOR EACH ROW EXECUTE FUNCTION tile_grows();
