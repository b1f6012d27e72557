-- The table of searches that wait for the process with the network has the name that the program gives them.
ALTER TABLE errand RENAME TO peer_search;
DO $$
DECLARE
    former name;
BEGIN
    -- The key, and since PostgreSQL 18 also what must not be null, have names made of the table's.
    FOR former IN SELECT conname FROM pg_constraint WHERE conrelid = 'peer_search'::regclass AND conname LIKE 'errand\_%' LOOP
        EXECUTE format('ALTER TABLE peer_search RENAME CONSTRAINT %I TO %I', former, replace(former, 'errand', 'peer_search'));
    END LOOP;
END
$$;

-- Earlier releases look for the old name.
UPDATE schema_floor SET version = 18;
