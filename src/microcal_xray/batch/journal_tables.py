"""The tables of the journal and what is asked of them; all values are bound, never written into a query."""

FORMAT = 3

# `packed` may be left out while `packed_bytes` stays: what it takes decides for those behind it too.
# `first`: to be analysed whatever other file has the same pixels. `size` is NULL where a file is not opened.
SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS asked (id INTEGER PRIMARY KEY CHECK (id = 1), value TEXT);
CREATE TABLE IF NOT EXISTS files (
    key BLOB NOT NULL UNIQUE, shown BLOB NOT NULL, fold TEXT NOT NULL, present INTEGER NOT NULL,
    size INTEGER, mtime INTEGER, first INTEGER NOT NULL DEFAULT 0,
    status TEXT, reason BLOB, candidates INTEGER, score REAL, pixels BLOB, instance BLOB,
    record BLOB, image_line BLOB, candidates_lines BLOB, bumps_lines BLOB
);
CREATE INDEX IF NOT EXISTS by_order ON files (shown, key);
CREATE INDEX IF NOT EXISTS by_fold ON files (fold) WHERE present;
CREATE INDEX IF NOT EXISTS by_pixels ON files (pixels, shown, key) WHERE pixels IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_instance ON files (instance) WHERE instance IS NOT NULL;
CREATE TABLE IF NOT EXISTS pictures (
    key BLOB PRIMARY KEY, shown BLOB NOT NULL, score REAL, packed_bytes INTEGER NOT NULL,
    preview BLOB NOT NULL, picture BLOB, low REAL, high REAL,
    layer BLOB, layer_rows REAL, layer_columns REAL, packed BLOB
);
CREATE INDEX IF NOT EXISTS by_score ON pictures (coalesce(score, -9e999) DESC, shown, key);
PRAGMA user_version = {FORMAT};
COMMIT;
"""

_ALONE = "(SELECT count(*) FROM files g WHERE g.present AND g.fold = f.fold) = 1"
_FIRST = """(SELECT o.key FROM files o WHERE o.pixels = f.pixels AND o.present AND o.status = 'ok'
    ORDER BY o.shown, o.key LIMIT 1)"""
_STRONGEST = "SELECT key FROM pictures ORDER BY coalesce(score, -9e999) DESC, shown, key LIMIT ?"
_ON_THE_PAGE = f"""
    SELECT f.key FROM files f WHERE f.present AND f.status = 'ok' AND f.key = {_FIRST}
    ORDER BY coalesce(f.score, -9e999) DESC, f.shown, f.key LIMIT ?"""

# With how many bytes of packed pixels they and all stronger ones take.
_DEPTHS = """SELECT key, packed IS NULL AS is_flat, packed_bytes, sum(packed_bytes) OVER (
    ORDER BY coalesce(score, -9e999) DESC, shown, key) AS taken FROM pictures"""

# Filled in twice, once for all files and once for those that are not opened.
_KEPT = f"""
    SELECT f.key, {_ALONE}, f.status, {_FIRST},
        f.instance IS NOT NULL
            AND f.instance IS (SELECT p.instance FROM files p WHERE p.key = {_FIRST}),
        f.status, f.reason, f.candidates, f.score, f.record, f.image_line, f.candidates_lines, f.bumps_lines,
        p.preview, p.picture, p.low, p.high, p.layer, p.layer_rows, p.layer_columns, p.packed
    FROM files f LEFT JOIN pictures p ON p.key = f.key
    WHERE f.present AND (f.size IS NULL OR {{all_of_them}}) AND (f.shown, f.key) > (?, ?)
    ORDER BY f.shown, f.key LIMIT ?"""

ROUNDS: dict[str, str] = {
    "expect": """
        INSERT INTO files (key, shown, fold, present, size, mtime) VALUES (?, ?, ?, 1, ?, ?)
        ON CONFLICT (key) DO UPDATE SET present = 1, size = excluded.size, mtime = excluded.mtime,
            status = CASE WHEN size IS excluded.size AND mtime IS excluded.mtime AND size IS NOT NULL
                          THEN status END,
            pixels = CASE WHEN size IS excluded.size AND mtime IS excluded.mtime THEN pixels END""",
    "store": """
        UPDATE files SET status = :status, reason = :reason, candidates = :candidates, score = :score,
            pixels = :pixels, instance = :instance, record = :record, image_line = :image_line,
            candidates_lines = :candidates_lines, bumps_lines = :bumps_lines WHERE key = :key""",
    "todo": f"""
        SELECT f.key, {_ALONE}, f.first FROM files f
        WHERE f.present AND f.status IS NULL AND (f.shown, f.key) > (?, ?) ORDER BY f.shown, f.key LIMIT ?""",
    "kept": _KEPT.format(all_of_them=1),
    "unopened": _KEPT.format(all_of_them=0),
    # Of each group without an analysed file before it, the first that was left to another.
    "unfounded": """
        UPDATE files SET status = NULL, first = 1 WHERE key IN (
            SELECT f.key FROM files f WHERE f.present AND f.status = 'same' AND NOT EXISTS (
                SELECT 1 FROM files o WHERE o.pixels = f.pixels AND o.present AND o.status IN ('ok', 'same')
                    AND (o.shown, o.key) < (f.shown, f.key)))""",
    "pictures": f"""
        UPDATE files SET status = NULL, first = 1
        WHERE key IN ({_ON_THE_PAGE}) AND (key NOT IN (SELECT key FROM pictures) OR key IN (
            SELECT key FROM ({_DEPTHS}) WHERE is_flat AND packed_bytes > 0 AND taken <= ?))""",
    "flatten": f"""
        UPDATE pictures SET packed = NULL
        WHERE packed IS NOT NULL AND key IN (SELECT key FROM ({_DEPTHS}) WHERE taken > ?)""",
    "settle": f"DELETE FROM pictures WHERE key NOT IN ({_ON_THE_PAGE})",
    "sort out": f"DELETE FROM pictures WHERE key NOT IN ({_STRONGEST})",
    "last picture": """
        SELECT score, shown, key FROM pictures
        ORDER BY coalesce(score, -9e999) DESC, shown, key LIMIT 1 OFFSET ?""",
    "shared": """
        SELECT f.key, (SELECT o.key FROM files o
                       WHERE o.instance = f.instance AND o.present AND o.status = 'ok'
                       ORDER BY o.shown, o.key LIMIT 1) AS earliest
        FROM files f WHERE f.present AND f.status = 'ok' AND f.instance IS NOT NULL AND earliest != f.key
            AND f.pixels != (SELECT pixels FROM files WHERE key = earliest)
        ORDER BY f.shown, f.key LIMIT ?""",
}
