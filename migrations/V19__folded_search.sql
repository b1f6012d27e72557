-- Postings and saved searches are folded by the program, and say by which folding; 0 is that of the server, as releases before this one
-- write it. The process that leads folds again what is behind, a few rows at a time.
ALTER TABLE job ADD COLUMN folding smallint NOT NULL DEFAULT 0;
ALTER TABLE saved_search ADD COLUMN folding smallint NOT NULL DEFAULT 0;
CREATE INDEX job_folding ON job (folding);
CREATE INDEX saved_search_folding ON saved_search (folding);

-- A query of many words does not fit a page, and PostgreSQL keeps none elsewhere, but an array of it.
ALTER TABLE saved_search ALTER COLUMN words TYPE tsquery[] USING CASE WHEN words IS NOT NULL THEN ARRAY[words] END;

-- A language is looked for with all its regions.
CREATE INDEX job_open_spoken ON job (split_part(language, '-', 1), posted_at DESC, id DESC) WHERE state = 'open';
DROP INDEX job_open_language;

-- Earlier releases read what is an array now.
UPDATE schema_floor SET version = 19;
