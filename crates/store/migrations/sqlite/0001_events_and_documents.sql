-- The events of matches, and documents about them. SQLite; run once, in the transaction that creates the database.

-- The truth: a match is the fold over its events. Rows are inserted and never changed.
-- An ordinary table: the events of all running matches go to its end, into the same few pages. WITHOUT ROWID was
-- measured and rejected: a page for each running match in every commit made it 3 to 4 times slower (100 matches,
-- 500 bytes an event), and rows above 1,002 bytes took an overflow page each.
CREATE TABLE events (
    -- 26 lower-case characters that sort by creation time: matches of one moment lie beside each other.
    match_id TEXT NOT NULL,
    -- 1, 2, 3 and so on within the match, without a gap.
    seq INTEGER NOT NULL CHECK (seq > 0),
    -- The whole record as JSON, its number included, so that a row that was moved or cut is noticed.
    body TEXT NOT NULL,
    -- The fence: a second worker cannot write an event that stands. Also the order in which a match is read.
    PRIMARY KEY (match_id, seq)
) STRICT;

-- What lists show and people edit: one row a thing, written whole.
CREATE TABLE documents (
    -- The word of a Kind: match.
    kind TEXT NOT NULL,
    -- Unique within the kind.
    id TEXT NOT NULL,
    -- 1, 2, 3 and so on: a writer that read an older one is refused.
    rev INTEGER NOT NULL CHECK (rev > 0),
    -- JSON.
    body TEXT NOT NULL,
    -- Lookup by id, and the order of every list.
    PRIMARY KEY (kind, id)
) STRICT;

-- "Which matches are running?" is asked at each start and by each page. The expression is, to the letter, the one that
-- a filter on the path `status` compiles to; id is last so that pages of one status come out sorted.
CREATE INDEX documents_by_status ON documents (kind, body -> '$.status', id);
