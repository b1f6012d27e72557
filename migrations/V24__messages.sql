-- What the two sides of a bid write to each other, for those whose home is here: private state, no document and no leaf. A contract goes on
-- in the thread of its bid. `client_said` counts what the client wrote and the other home has not refused, and so gives the next number.
CREATE TABLE message_thread (
    bid             bytea  PRIMARY KEY REFERENCES bid (id),
    job             bytea  NOT NULL,
    client          text   NOT NULL,
    freelancer      text   NOT NULL,
    client_said     int    NOT NULL DEFAULT 0,
    freelancer_said int    NOT NULL DEFAULT 0,
    client_read     int    NOT NULL DEFAULT 0, -- of what the freelancer wrote
    freelancer_read int    NOT NULL DEFAULT 0, -- of what the client wrote
    last_at         bigint NOT NULL
);
CREATE INDEX message_thread_client ON message_thread (client, last_at, bid);
CREATE INDEX message_thread_freelancer ON message_thread (freelancer, last_at, bid);

CREATE TABLE message (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    thread  bytea  NOT NULL REFERENCES message_thread (bid),
    side    text   NOT NULL CHECK (side IN ('client', 'freelancer')), -- who wrote it
    author  text   NOT NULL,
    number  int    CHECK (number > 0),         -- among those of this side; null once the other home has refused it
    seen    int    NOT NULL CHECK (seen >= 0), -- how many of the other side's its author's home had
    place   int    NOT NULL,                   -- number and seen: both homes put the thread in this order
    text    text   NOT NULL,
    at      bigint NOT NULL,                   -- by the clock of the author's home
    here_at bigint NOT NULL,                   -- by ours
    state   text   NOT NULL CHECK (state IN ('waiting', 'delivered', 'refused', 'received')),
    refusal text,
    peer    text,                              -- the home that it waits for
    tries   int    NOT NULL DEFAULT 0,
    next_at bigint NOT NULL DEFAULT 0,
    UNIQUE (thread, side, number)
);
CREATE INDEX message_page ON message (thread, place, side, id);
CREATE INDEX message_author ON message (author, here_at);
CREATE INDEX message_waiting ON message (peer, id) WHERE state = 'waiting';

-- Files that messages carry. Their bytes are in the object store, under the owner and the digest. `here` says that they are there.
CREATE TABLE attachment (
    owner      text    NOT NULL,               -- who uploaded it, wherever they are at home
    digest     bytea   NOT NULL CHECK (octet_length(digest) = 32),
    name       text    NOT NULL,
    media_type text    NOT NULL,
    size       bigint  NOT NULL CHECK (size > 0),
    at         bigint  NOT NULL,
    used       boolean NOT NULL DEFAULT false, -- a message names it
    here       boolean NOT NULL DEFAULT false,
    peer       text,                           -- the home that has it, if that is another one
    thread     bytea,                          -- for which the other home gives it
    tries      int     NOT NULL DEFAULT 0,
    next_at    bigint  NOT NULL DEFAULT 0,
    PRIMARY KEY (digest, owner)
);
CREATE INDEX attachment_owner ON attachment (owner);
CREATE INDEX attachment_unused ON attachment (at) WHERE NOT used;
CREATE INDEX attachment_wanted ON attachment (peer, next_at) WHERE NOT here AND peer IS NOT NULL;

CREATE TABLE message_attachment (
    message  bigint NOT NULL REFERENCES message (id),
    position int    NOT NULL,
    owner    text   NOT NULL,
    digest   bytea  NOT NULL,
    name     text   NOT NULL,
    PRIMARY KEY (message, position),
    FOREIGN KEY (digest, owner) REFERENCES attachment (digest, owner)
);
CREATE INDEX message_attachment_digest ON message_attachment (digest, owner);

-- The bytes of all attachments, so that the bound of a node costs no reading of them all.
CREATE TABLE attachment_usage (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    bytes bigint  NOT NULL
);
INSERT INTO attachment_usage (bytes) VALUES (0);
