-- What a keyed request made commits with it, and its answer is shown anew from there. Answers that were kept whole may hold tokens.
DELETE FROM idempotency;
ALTER TABLE idempotency ADD COLUMN made text CHECK (length(made) <= 255);

-- When the refresh token of a login was last replaced, Unix seconds: two tabs that use the old one within seconds are no thieves.
ALTER TABLE session ADD COLUMN rotated_at bigint;

-- Bids that are on their way to the job's home are listed among their author's.
CREATE INDEX document_bids ON document (issuer, received_at) WHERE kind = 'bid';
