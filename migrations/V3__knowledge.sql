-- What a node knows besides documents: the taxonomy that its operator imported, and tables of exchange rates.

-- The set in force. Every process looks whether a number has grown, and loads what is new.
CREATE TABLE knowledge (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    taxonomy    bigint  NOT NULL DEFAULT 0,     -- counts imports of files
    rates       bigint  NOT NULL DEFAULT 0,     -- counts imports of rates
    version     text    NOT NULL DEFAULT '',    -- of the imported files, empty without any
    imported_at bigint
);
INSERT INTO knowledge DEFAULT VALUES;

-- The files of the set in force, as they were imported.
CREATE TABLE taxonomy_file (
    name     text  PRIMARY KEY CHECK (length(name) <= 200),
    language text  NOT NULL CHECK (length(language) <= 8),  -- of its names; empty for relations
    sha256   bytea NOT NULL CHECK (octet_length(sha256) = 32),
    bytes    bytea NOT NULL CHECK (octet_length(bytes) <= 67108864)
);

-- The newest one is in force; the others say what was.
CREATE TABLE rate_table (
    day  int  PRIMARY KEY,                      -- UTC day number
    body text NOT NULL CHECK (octet_length(body) <= 65536)
);
