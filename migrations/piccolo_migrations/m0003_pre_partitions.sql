-- Days of history. The functions run as the owner, because the login role owns nothing; only the nightly job,
-- as the system role, may call them. Statements end with a semicolon and an empty line; each is one call.

CREATE FUNCTION uuid_bound(day date) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $sql$
    SELECT (lpad(to_hex(extract(epoch FROM day)::bigint * 1000), 12, '0') || repeat('0', 20))::uuid
$sql$;

-- Makes the partitions of a day (UTC) and those after it; answers how many were missing. A day whose rows already
-- stand in the DEFAULT partition stays there.
CREATE FUNCTION ensure_partitions(today date, days_ahead integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET lock_timeout = '5s' AS $sql$
DECLARE
    parent text;
    day date;
    partition text;
    made integer := 0;
BEGIN
    FOREACH parent IN ARRAY ARRAY['event', 'sync', 'api_call'] LOOP
        FOR day IN SELECT today + n FROM generate_series(0, days_ahead) AS n LOOP
            partition := format('%s_y%s', parent, to_char(day, 'YYYY"m"MM"d"DD'));
            CONTINUE WHEN to_regclass(partition) IS NOT NULL;
            BEGIN
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                               partition, parent, uuid_bound(day), uuid_bound(day + 1));
                made := made + 1;
            EXCEPTION
                WHEN duplicate_table THEN NULL;
                WHEN check_violation THEN
                    RAISE WARNING 'rows of % stand in the default partition of %', day, parent;
            END;
        END LOOP;
    END LOOP;
    RETURN made;
END
$sql$;

-- Drops the partitions of one table whose days all lie before `before`; answers how many.
CREATE FUNCTION drop_partitions(parent text, before date) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET lock_timeout = '5s' AS $sql$
DECLARE
    partition text;
    dropped integer := 0;
BEGIN
    IF parent NOT IN ('event', 'sync', 'api_call') THEN
        RAISE EXCEPTION '% has no days', parent USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR partition IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = parent::regclass AND c.relname ~ '_y\d{4}m\d\dd\d\d$'
          AND to_date(right(c.relname, 11), '"y"YYYY"m"MM"d"DD') < before
    LOOP
        EXECUTE format('DROP TABLE %I', partition);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$sql$;

REVOKE ALL ON FUNCTION ensure_partitions(date, integer), drop_partitions(text, date) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION ensure_partitions(date, integer), drop_partitions(text, date) TO ponte_system;
