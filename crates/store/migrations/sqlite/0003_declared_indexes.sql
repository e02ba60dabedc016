-- Indexes on documents are declared beside their models and made when the database is opened. SQLite; run once, after 0002.

DROP INDEX IF EXISTS documents_by_status;
