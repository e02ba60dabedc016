-- Events carry the hash of all that went before, and contents stand beside them. SQLite; run once, after 0001.

-- 32 bytes: BLAKE3 of the link before and of the body; the first link is the hash of the match's id. What was changed,
-- taken out or moved after it was written shows. Rows that stood before are linked right after this, in code.
ALTER TABLE events ADD COLUMN link BLOB NOT NULL DEFAULT x'';

-- What events name by its hash: files of workspaces, long outputs. Each content stands once.
CREATE TABLE contents (
    -- BLAKE3 of the bytes, in hex.
    hash TEXT NOT NULL PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;
