-- When a search last had a posting that fitted and led to no alert, because the search had all the alerts of a day; 0 is never. A time,
-- written once a day at most: a count would be one more write for each search and each posting of a flood.
ALTER TABLE saved_search RENAME COLUMN skipped TO full_at;
