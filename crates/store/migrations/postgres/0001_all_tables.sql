-- All tables of the arena. PostgreSQL; run once, in the transaction that creates the schema.
-- Texts that are keys sort byte by byte, as in the other database, whatever the server's language.

-- One row: the number of the last migration.
CREATE TABLE arena.format (number integer NOT NULL);
INSERT INTO arena.format VALUES (0);

-- The truth: a match is the fold over its events. Rows are inserted and never changed.
CREATE TABLE arena.events (
    -- 26 lower-case characters that sort by creation time.
    match_id text COLLATE "C" NOT NULL,
    -- 1, 2, 3 and so on within the match, without a gap.
    seq bigint NOT NULL CHECK (seq > 0),
    -- The whole record as JSON, to the letter: the link is a hash of it.
    body text NOT NULL,
    -- 32 bytes: BLAKE3 of the link before and of the body; the first link is the hash of the match's id.
    link bytea NOT NULL,
    -- The fence: a second worker cannot write an event that stands. Also the order in which a match is read.
    PRIMARY KEY (match_id, seq)
);

-- What lists show and people edit: one row a thing, written whole.
CREATE TABLE arena.documents (
    -- The word of a Kind: match.
    kind text COLLATE "C" NOT NULL,
    -- Unique within the kind.
    id text COLLATE "C" NOT NULL,
    -- 1, 2, 3 and so on: a writer that read an older one is refused.
    rev bigint NOT NULL CHECK (rev > 0),
    -- JSON, to the letter: what is read back. jsonb keeps neither the order of keys nor how a number was written.
    body text NOT NULL,
    -- The same, for conditions.
    fields jsonb NOT NULL,
    -- Lookup by id, and the order of every list.
    PRIMARY KEY (kind, id)
);

-- What events name by its hash: files of workspaces, long outputs. Each content stands once.
CREATE TABLE arena.contents (
    -- BLAKE3 of the bytes, in hex.
    hash text COLLATE "C" NOT NULL PRIMARY KEY,
    bytes bytea NOT NULL
);

-- The audit log: one chain over everything that is changed, beside the chains of matches. Rows are inserted and never changed.
CREATE TABLE arena.audit (
    -- 1, 2, 3 and so on, without a gap. Two who write at once cannot both have a number.
    seq bigint PRIMARY KEY CHECK (seq > 0),
    -- The entry as JSON, to the letter: when, what, of which document or match.
    body text NOT NULL,
    -- 32 bytes: BLAKE3 of the link before and of the body; the first follows a constant.
    link bytea NOT NULL
);
