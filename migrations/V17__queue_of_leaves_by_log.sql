-- A log's queue is read and emptied by its places alone: by the place of any log, a log whose few leaves come behind many of the other's would
-- have to read past these.
ALTER TABLE log_pending DROP CONSTRAINT log_pending_pkey, ADD PRIMARY KEY (origin, position);
