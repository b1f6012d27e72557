-- The prefix tree of an index in subtrees of four levels, a version for each checkpoint that changed one, in place of single nodes:
-- a fifth of the rows, and half of the bytes. What it holds follows from the leaves; it is made here from the nodes.
CREATE TABLE log_subtree (
    origin text   NOT NULL,
    top    bytea  NOT NULL,                    -- path of the topmost node: its depth, a multiple of four, and its bits
    size   bigint NOT NULL,
    nodes  bytea  NOT NULL,                    -- which places are leaves, which are parents; then the leaves and the lowest parents
    PRIMARY KEY (origin, top, size)
);

CREATE FUNCTION node_depth(path bytea) RETURNS int LANGUAGE sql IMMUTABLE AS
    $$ SELECT get_byte(path, 0) * 256 + get_byte(path, 1) $$;
-- The four bits of a path from a depth on that is a multiple of four; zeroes where it ends before.
CREATE FUNCTION node_bits(path bytea, depth int) RETURNS int LANGUAGE sql IMMUTABLE AS
    $$ SELECT CASE WHEN octet_length(path) <= 2 + depth / 8 THEN 0
                   WHEN depth % 8 = 0 THEN get_byte(path, 2 + depth / 8) >> 4
                   ELSE get_byte(path, 2 + depth / 8) & 15 END $$;
CREATE FUNCTION node_top(path bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    depth int := node_depth(path) / 4 * 4;
    top bytea := set_byte(set_byte(substr(path, 1, 2 + (depth + 7) / 8), 0, depth / 256), 1, depth % 256);
BEGIN
    IF depth % 8 = 4 THEN
        top := set_byte(top, 2 + depth / 8, get_byte(top, 2 + depth / 8) & 240);
    END IF;
    RETURN top;
END $$;
-- 1 is the top, and below place n stand 2n and 2n + 1.
CREATE FUNCTION node_place(path bytea) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT (1 << node_depth(path) % 4) + (node_bits(path, node_depth(path) / 4 * 4) >> (4 - node_depth(path) % 4))
$$;

CREATE TEMPORARY TABLE old_node ON COMMIT DROP AS
    SELECT origin, node_top(path) AS top, node_place(path) AS place, size, node FROM log_node;
CREATE INDEX ON old_node (origin, top, place, size DESC);
ANALYZE old_node;
INSERT INTO log_subtree (origin, top, size, nodes)
SELECT version.origin, version.top, version.size,
       decode(lpad(to_hex(coalesce(sum(1 << stand.place) FILTER (WHERE get_byte(node, 0) = 2), 0)), 4, '0')
           || lpad(to_hex(coalesce(sum(1 << stand.place) FILTER (WHERE get_byte(node, 0) = 3), 0)), 4, '0'), 'hex')
       || coalesce(string_agg(substr(node, 2), ''::bytea ORDER BY stand.place) FILTER (WHERE get_byte(node, 0) = 2 OR stand.place >= 8), ''::bytea)
FROM (SELECT DISTINCT origin, top, size FROM old_node) AS version
CROSS JOIN generate_series(1, 15) AS stand (place)
CROSS JOIN LATERAL (
    SELECT node FROM old_node AS old
    WHERE old.origin = version.origin AND old.top = version.top AND old.place = stand.place AND old.size <= version.size
    ORDER BY old.size DESC LIMIT 1
) AS newest
GROUP BY version.origin, version.top, version.size;
DROP TABLE old_node;

DROP TABLE log_node;
DROP FUNCTION node_place, node_top, node_bits, node_depth;

-- The rows of a log are added under the lock of its own row, which is never deleted: to look for that row again with each of them
-- took half of what the sequencer asked of the database.
ALTER TABLE log_leaf DROP CONSTRAINT log_leaf_origin_fkey;
ALTER TABLE log_listed DROP CONSTRAINT log_listed_origin_fkey;
ALTER TABLE log_subject DROP CONSTRAINT log_subject_origin_fkey;
ALTER TABLE log_tile DROP CONSTRAINT log_tile_origin_fkey;
CREATE TRIGGER log_no_delete BEFORE DELETE ON log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_no_truncate BEFORE TRUNCATE ON log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Earlier releases look for single nodes.
UPDATE schema_floor SET version = 15;
