-- Everything that a turn leaves behind. Bodies never travel: they move from inbox to event inside the database.

-- name: events
WITH ended AS MATERIALIZED (
    SELECT * FROM json_to_recordset($4::json)
        AS e (event_id uuid, outcome text, reason text, detail text, sync_id uuid, bitrix_id bigint, label text,
              sku text, account_id uuid, bling_id bigint)
), gone AS (
    DELETE FROM inbox i USING ended e WHERE i.tenant_id = $1 AND i.id = ANY($3::uuid[]) AND i.id = e.event_id
    RETURNING i.id, i.kind, coalesce(e.account_id, i.account_id) AS account_id,
        coalesce(e.bling_id, i.bling_id) AS bling_id, i.source, i.action, i.provider_event_id, i.event_date,
        i.received_at, i.attempts, i.body, i.waits, e.outcome, e.reason, e.detail, e.sync_id, e.bitrix_id, e.label, e.sku
), counted AS (
    -- A sync counts once, however many events met in it.
    SELECT kind, outcome, count(*)::integer AS n,
        floor(ln(greatest(extract(epoch FROM $2::timestamptz - received_at)::float8 * 1000, 1)) / ln(2::float8))
            ::smallint AS latency
    FROM gone WHERE reason IS DISTINCT FROM 'superseded' GROUP BY kind, outcome, latency
), minutes AS (
    INSERT INTO event_minute AS r (tenant_id, minute, kind, outcome, latency, n)
    SELECT $1, $5, kind, outcome, latency, n FROM counted
    ON CONFLICT (tenant_id, minute, kind, outcome, latency) DO UPDATE SET n = r.n + excluded.n
), hours AS (
    INSERT INTO event_hour AS r (tenant_id, hour, kind, outcome, latency, n)
    SELECT $1, $6, kind, outcome, latency, n FROM counted
    ON CONFLICT (tenant_id, hour, kind, outcome, latency) DO UPDATE SET n = r.n + excluded.n
)
INSERT INTO event (
    tenant_id, id, kind, account_id, bling_id, bitrix_id, label, sku, source, action, provider_event_id,
    event_date, received_at, settled_at, attempts, outcome, reason, detail, sync_id, body, waits)
SELECT $1, id, kind, account_id, bling_id, bitrix_id, label, sku, source, action, provider_event_id,
    event_date, received_at, $2, attempts, outcome, reason, detail, sync_id, body, waits
FROM gone;

-- name: waiting
-- What waits for its paused run does not become due by being tried again.
UPDATE inbox i SET
    due_at = w.due_at, outcome = w.outcome, reason = w.reason, detail = w.detail,
    attempts = i.attempts + w.attempts, held_at = CASE WHEN w.due_at IS NULL THEN $8::timestamptz END,
    waits = CASE WHEN w.due_at IS NULL AND jsonb_array_length(coalesce(i.waits, '[]')) < 20
        THEN coalesce(i.waits, '[]') || jsonb_build_object('reason', w.reason, 'from', $9::timestamptz)
        ELSE i.waits END
FROM unnest($2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::smallint[])
    AS w (id, due_at, outcome, reason, detail, attempts)
WHERE i.tenant_id = $1 AND i.id = ANY($2::uuid[]) AND i.id = w.id
  AND (w.due_at IS NULL OR i.reason IS DISTINCT FROM 'run_paused');

-- name: syncs
INSERT INTO sync (
    tenant_id, id, kind, account_id, bling_id, bitrix_id, event_id, outcome, reason, mapping_version, started_at,
    settled_at, plan, changes, calls)
SELECT $1, id, record->>'kind', (record->>'account_id')::uuid, (record->>'bling_id')::bigint, bitrix_id, event_id,
    outcome, reason, mapping_version, started_at, $2, plan::json, changes::json, calls
FROM json_to_recordset($3::json)
    AS s (id uuid, record json, bitrix_id bigint, event_id uuid, outcome text, reason text,
          mapping_version integer, started_at timestamptz, plan text, changes text, calls uuid[]);

-- name: usage
INSERT INTO usage AS u (tenant_id, period, synced) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id, period) DO UPDATE SET synced = u.synced + excluded.synced;
