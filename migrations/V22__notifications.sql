-- What people whose home is here are told of moves by others, written with the move itself. `place` is the move's position in the
-- history of the thing, so that one is told of once.
--
-- `position` is given afterwards, from the numbers of alerts, by whoever holds the row `alerts` of `feed_cursor`: a later position is
-- never visible before an earlier one, whichever of the two tables it is in, and one number says how far somebody has heard.
CREATE TABLE notification (
    id       bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    position bigint,                           -- null until it is given
    did      text    NOT NULL REFERENCES account (did) ON DELETE CASCADE,
    event    text    NOT NULL,                 -- such as `bid.submitted`
    object   bytea   NOT NULL CHECK (octet_length(object) = 32),
    kind     text    NOT NULL,                 -- of the object
    job      bytea,
    actor    text    NOT NULL,                 -- client, freelancer, node
    place    int     NOT NULL,
    at       bigint  NOT NULL,
    seen     boolean NOT NULL DEFAULT false,
    UNIQUE (did, object, event, place)
);
CREATE UNIQUE INDEX notification_position ON notification (position);
CREATE INDEX notification_waiting ON notification (id) WHERE position IS NULL;
CREATE UNIQUE INDEX notification_did ON notification (did, position);
CREATE INDEX notification_unseen ON notification (did, position) WHERE NOT seen;
CREATE INDEX notification_at ON notification (at);

-- What somebody does not want to be told. Who has no row wants all.
CREATE TABLE notification_preference (
    did  text   PRIMARY KEY REFERENCES account (did) ON DELETE CASCADE,
    off  text[] NOT NULL
);
