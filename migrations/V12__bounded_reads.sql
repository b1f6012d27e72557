-- What is looked for again and again is found by an index of its own, however much else there is.

-- Filled postings whose time has passed, and reviews that wait for the other side: the clocks look every two seconds.
CREATE INDEX job_filled ON job (expires_at) WHERE state = 'filled';
CREATE INDEX review_sealed ON review (contract) WHERE state = 'committed' AND open_leaf IS NOT NULL;

-- The newest document about a job that went to another home.
CREATE INDEX delivery_of_job ON delivery (job, peer, position);

-- Open postings by what they are searched for, newest first: a search that nothing fits must not read all that is open.
CREATE INDEX job_client ON job (client, posted_at DESC, id DESC);
CREATE INDEX job_open ON job (posted_at DESC, id DESC) WHERE state = 'open';
CREATE INDEX job_open_language ON job (language, posted_at DESC, id DESC) WHERE state = 'open';
CREATE INDEX job_open_currency ON job (currency, posted_at DESC, id DESC) WHERE state = 'open' AND currency IS NOT NULL;
