-- What refers to a person or a posting is found when one that never came into its home's log is dropped; without these, each of them, and each
-- foreign key after it, reads the whole table.
CREATE INDEX again_about ON again (about);
CREATE INDEX alert_job ON alert (job);
CREATE INDEX pick_job ON pick (job);

-- Most of what is open is paid in money: who looks for something else must not read all of it.
CREATE INDEX job_open_pay_kind ON job (pay_kind, posted_at DESC, id DESC) WHERE state = 'open' AND pay_kind IS NOT NULL;
