-- The audit log: one chain over everything that is changed, beside the chains of matches. SQLite; run once, after 0003.

-- Rows are inserted and never changed. What stood before is noted right after this, in code.
CREATE TABLE audit (
    -- 1, 2, 3 and so on, without a gap; a row's place in the file as well, so that new ones go to its end.
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    -- The entry as JSON: when, what, of which document or match.
    body TEXT NOT NULL,
    -- 32 bytes: BLAKE3 of the link before and of the body; the first follows a constant.
    link BLOB NOT NULL
) STRICT;
