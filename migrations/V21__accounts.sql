-- What programs say of themselves when they sign in: who looks at the list of their logins knows them by it.
ALTER TABLE session ADD COLUMN agent text CHECK (length(agent) <= 120);

-- Codes that are good once. Only a keyed hash is kept, with a key made of the node's secret; the code has 80 random bits.
CREATE TABLE account_code (
    hash    bytea  PRIMARY KEY CHECK (octet_length(hash) = 32),
    did     text   NOT NULL REFERENCES account (did),
    purpose text   NOT NULL CHECK (purpose IN ('recovery', 'operator', 'mailed', 'address')),
    address text   CHECK (length(address) <= 254),  -- of 'address': the one that it was sent to
    made_at bigint NOT NULL,
    until   bigint                                  -- null is for ever
);
CREATE INDEX account_code_did ON account_code (did, purpose);
CREATE INDEX account_code_until ON account_code (until) WHERE until IS NOT NULL;

-- Names that people had before: for a while they lead to the same account, and nobody else can take them.
CREATE TABLE former_handle (
    handle text   PRIMARY KEY,
    did    text   NOT NULL REFERENCES account (did),
    until  bigint NOT NULL
);
CREATE INDEX former_handle_did ON former_handle (did);
CREATE INDEX former_handle_until ON former_handle (until);

-- Private addresses, once their person has shown that they read what is sent there.
CREATE TABLE account_email (
    did         text   PRIMARY KEY REFERENCES account (did),
    address     text   NOT NULL CHECK (length(address) <= 254),
    verified_at bigint NOT NULL
);
CREATE INDEX account_email_address ON account_email (lower(address));

-- Whom people do not want to deal with. Private.
CREATE TABLE block (
    by   text   NOT NULL REFERENCES account (did),
    whom text   NOT NULL,
    at   bigint NOT NULL,
    PRIMARY KEY (by, whom)
);

-- Letters that wait to be sent, written in the transaction of what they tell.
CREATE TABLE mail (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recipient text   NOT NULL CHECK (length(recipient) <= 254),
    subject   text   NOT NULL,
    body      text   NOT NULL,
    at        bigint NOT NULL,
    tries     int    NOT NULL DEFAULT 0,
    next_at   bigint NOT NULL
);
CREATE INDEX mail_next ON mail (next_at, id);
CREATE INDEX mail_at ON mail (at);
