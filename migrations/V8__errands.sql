-- What a process without the network asks of the one that has it. Each row is waited for a few seconds and then removed; what a crash
-- loses nobody waits for any more.
CREATE UNLOGGED TABLE errand (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    question bytea NOT NULL,
    taken boolean NOT NULL DEFAULT false,
    answer bytea,
    expires_at timestamptz NOT NULL
);
