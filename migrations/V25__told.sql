-- News that go by e-mail. `mail.did` is whom they tell; letters about an account itself have none, and go first.
ALTER TABLE mail ADD COLUMN did text REFERENCES account (did) ON DELETE CASCADE;
CREATE INDEX mail_did ON mail (did) WHERE did IS NOT NULL;

-- Who wants which news by e-mail. Who has no row wants none.
CREATE TABLE mail_wish (
    did            text    PRIMARY KEY REFERENCES account (did) ON DELETE CASCADE,
    daily          boolean NOT NULL,          -- once a day, all that is not among the others
    at_once        text[]  NOT NULL,          -- names of events
    language       text    NOT NULL CHECK (language IN ('en', 'fr')),
    daily_next     bigint  NOT NULL,
    daily_position bigint  NOT NULL           -- how far the last daily letter told
);
CREATE INDEX mail_wish_daily ON mail_wish (daily_next) WHERE daily;

-- How far news that go at once have been looked at. A letter and this commit together.
CREATE TABLE mail_cursor (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint  NOT NULL
);
INSERT INTO mail_cursor (position) SELECT coalesce(max(position), 0) FROM notification;

-- Mailboxes that their server has refused for good: no news go there until their person has confirmed the address again.
CREATE TABLE mail_refused (
    address text   PRIMARY KEY CHECK (length(address) <= 254),   -- in lower case
    at      bigint NOT NULL,
    reply   text   NOT NULL CHECK (length(reply) <= 500)
);
CREATE INDEX mail_refused_at ON mail_refused (at);
