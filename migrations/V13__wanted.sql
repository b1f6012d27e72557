-- What leaves commit to and did not bring, or brought too early: asked for, and given its effect when it can have it.
CREATE TABLE wanted (
    origin     text    NOT NULL REFERENCES log (origin),
    index      bigint  NOT NULL,
    kind       text    NOT NULL,               -- type of the leaf
    commitment bytea   CHECK (octet_length(commitment) = 32), -- null while it is not known, or where the leaf itself waits
    cites      bytea,                          -- of an open leaf whose commit has not come: the commit's leaf id
    missing    boolean NOT NULL,               -- the document is not here; otherwise it is, and waits for something else
    owed       boolean NOT NULL,               -- an auditor does not cosign the log without it
    since      bigint  NOT NULL,
    next_at    bigint  NOT NULL,
    tries      int     NOT NULL DEFAULT 0,
    PRIMARY KEY (origin, index)
);
CREATE INDEX wanted_missing ON wanted (origin, next_at) WHERE missing AND commitment IS NOT NULL;
CREATE INDEX wanted_here ON wanted (origin, next_at) WHERE NOT missing;
CREATE INDEX wanted_owed ON wanted (origin, index) WHERE missing AND owed;
CREATE INDEX wanted_cites ON wanted (origin, cites) WHERE cites IS NOT NULL;

-- The release before keeps its own list of missing reviews (log_gap), and may still run: the table stays until the next one.
INSERT INTO wanted (origin, index, kind, commitment, missing, owed, since, next_at)
SELECT origin, index, 'open', commitment, true, true, extract(epoch FROM now())::bigint, 0 FROM log_gap;

-- Until now a mirrored leaf that came without its document, or whose document was dated ahead of this node's clock, was passed for good.
INSERT INTO wanted (origin, index, kind, commitment, missing, owed, since, next_at)
SELECT said.origin, said.index, said.kind, said.commitment, document.id IS NULL, false, extract(epoch FROM now())::bigint, 0
FROM (
    SELECT leaf.origin, leaf.index, substring(convert_from(leaf.bytes, 'UTF8') FROM '"t":"(identity|posting|reply)","v":1}$') AS kind,
        decode(substring(convert_from(leaf.bytes, 'UTF8') FROM '"commitment":"([0-9a-f]{64})"'), 'hex') AS commitment
    FROM log_leaf AS leaf JOIN log ON log.origin = leaf.origin AND NOT log.own
) AS said
LEFT JOIN document ON document.commitment = said.commitment
WHERE said.kind IS NOT NULL AND said.commitment IS NOT NULL AND (document.id IS NULL
    OR document.kind = 'job' AND NOT EXISTS (SELECT FROM job WHERE job.id = document.id)
    OR document.kind = 'step' AND NOT EXISTS (SELECT FROM history WHERE history.document = document.id))
ON CONFLICT (origin, index) DO NOTHING;

-- Postings that came by gossip and whose home's log has not shown them: few for each home, and dropped when it does not.
CREATE TABLE unlogged (
    job  bytea  PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
    home text   NOT NULL,
    at   bigint NOT NULL
);
CREATE INDEX unlogged_home ON unlogged (home, at);
