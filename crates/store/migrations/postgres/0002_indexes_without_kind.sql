-- An index of one kind implies its condition on the kind, so PostgreSQL leaves the condition out; and where the kind stood before the
-- field it then read the whole index for each value. They are made anew, without it, as soon as the database is opened.
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT indexname FROM pg_indexes WHERE schemaname = 'arena' AND starts_with(indexname, 'documents.') LOOP
        EXECUTE format('DROP INDEX arena.%I', name);
    END LOOP;
END
$$;
