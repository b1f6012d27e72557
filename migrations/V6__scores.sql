-- Scores are computed in memory from the logs. What cannot be derived from them again stands here.

-- A person's private "again?" about the other side of a closed contract. It stays on this node, and nobody but its author ever
-- sees anything that it has gone into.
CREATE TABLE again (
    contract bytea   NOT NULL REFERENCES contract (id),
    author   text    NOT NULL REFERENCES account (did),
    about    text    NOT NULL REFERENCES identity (did),
    again    boolean NOT NULL,
    at       bigint  NOT NULL,
    PRIMARY KEY (contract, author)
);
CREATE INDEX again_author ON again (author);

-- Dating checkpoints: for each log and each epoch of thirty days the largest size that a quorum of auditors had cosigned in it,
-- as a note with their lines of then. Auditors cosign the same head again later, and a newer line takes an older one's place
-- in log_cosignature: without these rows an entry would grow younger.
CREATE TABLE log_dating (
    origin text   NOT NULL REFERENCES log (origin),
    epoch  bigint NOT NULL CHECK (epoch >= 0),
    size   bigint NOT NULL CHECK (size > 0),
    note   text   NOT NULL,
    PRIMARY KEY (origin, epoch)
);
