-- What API and screens read. Lists go by key, smallest first (events: event_lists.sql); history is read by windows
-- of days, which name the partitions. `$n IS NULL OR …` costs nothing: the tenant scope plans with the values.

-- name: waiting_event
SELECT i.id, i.kind, i.account_id, i.bling_id, i.source, i.action, i.provider_event_id, i.event_date, i.received_at,
       NULL::timestamptz AS settled_at, i.due_at, i.attempts, i.outcome, i.reason, i.detail, NULL::uuid AS sync_id,
       l.bitrix_id, coalesce(l.label, i.bling_id::text) AS label, l.sku, i.body, i.waits
FROM inbox i
LEFT JOIN link l ON l.tenant_id = $1 AND l.kind = i.kind AND l.account_id = i.account_id AND l.bling_id = i.bling_id
WHERE i.tenant_id = $1 AND i.id = $2;

-- name: settled_event
SELECT id, kind, account_id, bling_id, source, action, provider_event_id, event_date, received_at,
       settled_at, NULL::timestamptz AS due_at, attempts, outcome, reason, detail, sync_id,
       bitrix_id, coalesce(label, bling_id::text) AS label, sku, body, waits
FROM event WHERE tenant_id = $1 AND id = $2;

-- name: syncs
SELECT id, kind, account_id, bling_id, bitrix_id, event_id, outcome, reason, mapping_version, started_at,
       settled_at, plan, changes, calls
FROM sync WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND id >= $3 AND id <= $4
ORDER BY id;

-- name: last_sync
SELECT settled_at FROM sync
WHERE tenant_id = $1 AND id < $2 AND id >= $3 AND outcome IN ('created', 'updated')
ORDER BY id DESC LIMIT 1;

-- name: calls
SELECT id, provider, method, commands, status, error, ms, at, request, response FROM api_call
WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND id >= $3 AND id <= $4
ORDER BY id;

-- name: links
SELECT * FROM link
WHERE tenant_id = $1 AND ($2::text IS NULL OR kind = $2) AND (kind, account_id, bling_id) > ($3, $4, $5)
ORDER BY kind, account_id, bling_id LIMIT $6;

-- name: links_of_bling
-- By the tenant's few accounts, so that the primary key is enough.
SELECT * FROM link
WHERE tenant_id = $1 AND kind = ANY($2::text[])
  AND account_id = ANY(ARRAY(SELECT id FROM account WHERE tenant_id = $1)) AND bling_id = $3
ORDER BY kind, account_id;

-- name: links_of_bitrix
SELECT * FROM link WHERE tenant_id = $1 AND kind = ANY($2::text[]) AND bitrix_id = $3 ORDER BY kind;

-- name: summary
SELECT kind, state, n FROM link_count WHERE tenant_id = $1 AND n <> 0 ORDER BY kind, state;
