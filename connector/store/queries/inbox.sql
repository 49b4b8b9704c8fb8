-- The small hot table of events not settled yet.

-- name: claim
-- The window looks at the most urgent rows only, so that a claim costs the same however much waits. A busy id is
-- one that this drainer has in hand; `NOT IN (SELECT unnest)` is hashed, `<> ALL` would be walked for every row.
WITH urgent AS MATERIALIZED (
    SELECT kind, account_id, bling_id, row_number() OVER (ORDER BY lane, due_at, id) AS place
    FROM inbox
    WHERE tenant_id = $1 AND due_at <= $2 AND id NOT IN (SELECT unnest($4::uuid[]))
    ORDER BY lane, due_at, id
    LIMIT {window}
), picked AS MATERIALIZED (
    SELECT kind, account_id, bling_id, min(place) AS place
    FROM urgent GROUP BY kind, account_id, bling_id ORDER BY min(place) LIMIT $3
), rows AS MATERIALIZED (
    SELECT i.*, picked.place
    FROM picked CROSS JOIN LATERAL (
        SELECT * FROM inbox
        WHERE tenant_id = $1 AND kind = picked.kind AND account_id = picked.account_id
          AND bling_id = picked.bling_id AND due_at <= $2 AND id NOT IN (SELECT unnest($4::uuid[]))
        OFFSET 0 -- record by record, by index: never the whole inbox for some records
    ) AS i
    ORDER BY picked.place, i.lane, i.due_at, i.id
    LIMIT {rows}
), known AS MATERIALIZED (
    SELECT rows.id FROM rows CROSS JOIN LATERAL (
        SELECT FROM event
        WHERE tenant_id = $1 AND provider_event_id = rows.provider_event_id
          AND id >= $5 AND id < $6 AND id <> rows.id
        LIMIT 1
    ) AS earlier
    WHERE rows.source = 'bling'
), gone AS (
    DELETE FROM inbox i USING known WHERE i.tenant_id = $1 AND i.id = known.id
)
SELECT id, kind, account_id, bling_id, source, action, lane, provider_event_id, event_date, bare_date,
       received_at, attempts, body
FROM rows WHERE id NOT IN (SELECT id FROM known)
ORDER BY place, lane, due_at, id;

-- name: due_tenants
SELECT i.tenant_id
FROM inbox i
WHERE i.due_at <= $1
  AND NOT EXISTS (SELECT 1 FROM lease l WHERE l.tenant_id = i.tenant_id
                  AND l.holder IS NOT NULL AND l.expires_at >= statement_timestamp())
GROUP BY i.tenant_id ORDER BY min(i.due_at) LIMIT $2;

-- name: has_due
SELECT EXISTS (SELECT 1 FROM inbox WHERE tenant_id = $1 AND due_at <= $2);

-- name: next_due
SELECT min(due_at) FROM inbox WHERE tenant_id = $1 AND due_at IS NOT NULL;

-- name: depth
SELECT (SELECT count(*) FROM inbox WHERE tenant_id = $1 AND due_at IS NOT NULL) AS n,
       (SELECT received_at FROM inbox WHERE tenant_id = $1 AND due_at IS NOT NULL ORDER BY id LIMIT 1) AS oldest;

-- name: release
UPDATE inbox SET due_at = $3, outcome = NULL, reason = NULL, detail = NULL
WHERE tenant_id = $1 AND due_at IS NULL AND reason = ANY($2::text[]);

-- name: held
SELECT reason, count(*) AS n FROM inbox WHERE tenant_id = $1 AND due_at IS NULL GROUP BY reason;
