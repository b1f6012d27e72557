-- The epoch whose holder also holds a lock of its session: when that session ends, so does the lease, without waiting for its time.
-- A holder of the release before leaves it as it was.
ALTER TABLE lease ADD COLUMN session_epoch bigint NOT NULL DEFAULT 0;

-- A node writes here now and then, to see whether it still can. It holds one row.
CREATE UNLOGGED TABLE write_probe (
    filling bytea NOT NULL
);
