-- Leaving: what a tenant has, by Postgres' catalogue; the mark of who leaves; the proof that it has gone.

-- name: holdings
SELECT c.relname::text AS name,
       array_agg(a.attname::text ORDER BY a.attnum) AS columns,
       coalesce(array_agg(a.attname::text) FILTER (WHERE a.atttypid = 'bytea'::regtype), '{}') AS binary,
       coalesce(array_agg(a.attname::text) FILTER (WHERE a.atttypid IN ('json'::regtype, 'jsonb'::regtype)), '{}') AS json,
       array_agg(a.attname::text ORDER BY array_position(i.indkey::int2[], a.attnum))
           FILTER (WHERE a.attnum = ANY(i.indkey)) AS key,
       array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY array_position(i.indkey::int2[], a.attnum))
           FILTER (WHERE a.attnum = ANY(i.indkey)) AS types,
       has_table_privilege('ponte_tenant', c.oid, 'SELECT') AS theirs
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attname = 'tenant_id' AND NOT t.attisdropped)
GROUP BY c.oid, c.relname;

-- name: mark
INSERT INTO erasure AS e (tenant_id, why, asked_at, due_at, paused, counts) VALUES ($1, $2, $3, $4, $5, '{}')
ON CONFLICT (tenant_id) DO UPDATE SET why = excluded.why, due_at = excluded.due_at
WHERE e.begun_at IS NULL AND excluded.due_at < e.due_at
RETURNING tenant_id;

-- name: unmark
DELETE FROM erasure WHERE tenant_id = $1 AND begun_at IS NULL
RETURNING tenant_id, why, asked_at, due_at, paused, begun_at, erased_at;

-- name: load
SELECT tenant_id, why, asked_at, due_at, paused, begun_at, erased_at FROM erasure WHERE tenant_id = $1;

-- name: due
SELECT tenant_id FROM erasure WHERE erased_at IS NULL AND due_at <= $1 ORDER BY due_at LIMIT $2;

-- name: begin
UPDATE erasure SET begun_at = coalesce(begun_at, $3) WHERE tenant_id = $1 AND erased_at IS NULL AND due_at <= $2
RETURNING tenant_id, why, asked_at, due_at, paused, begun_at, erased_at;

-- name: is_drained
SELECT EXISTS (
    SELECT FROM lease WHERE tenant_id = $1 AND holder IS NOT NULL AND expires_at > statement_timestamp()
);

-- name: count
UPDATE erasure SET counts = jsonb_set(
    counts::jsonb, ARRAY[$2::text], to_jsonb(coalesce((counts ->> $2::text)::bigint, 0) + $3::bigint)
)::json WHERE tenant_id = $1;

-- name: people
-- Members of no other tenant; and who came in through this tenant's portal, members or not (any more).
DELETE FROM person p
WHERE (p.id IN (SELECT person_id FROM membership WHERE tenant_id = $1)
       OR p.email LIKE '%.' || $2::text || '.bitrix24.invalid')
  AND NOT EXISTS (SELECT FROM membership o WHERE o.person_id = p.id AND o.tenant_id <> $1)
RETURNING email;

-- name: people_signup
DELETE FROM signup WHERE email = ANY($1::text[]);

-- name: people_password_reset
DELETE FROM password_reset WHERE email = ANY($1::text[]);

-- name: people_signin_attempt
DELETE FROM signin_attempt WHERE email = ANY($1::text[]);

-- name: unclaimed
DELETE FROM unclaimed WHERE company_id IN (
    SELECT r.company_id FROM account_route r WHERE r.tenant_id = $1
    AND NOT EXISTS (SELECT FROM account_route o WHERE o.company_id = r.company_id AND o.tenant_id <> $1)
);

-- name: prove
UPDATE erasure SET erased_at = $2 WHERE tenant_id = $1;
