-- The small hot table of events not settled yet. Its statistics are often wrong (empty at one look, full at the
-- next), so each statement is one pass over one table, with keys as arrays: the worst plan reads a tenant's rows
-- once, and no plan reads them once for each key.

-- name: urgent_deals
-- The most urgent rows only, so that a claim costs the same however much waits.
SELECT kind, account_id, bling_id
FROM (
    SELECT kind, account_id, bling_id, row_number() OVER (ORDER BY lane, due_at, id) AS place
    FROM inbox
    WHERE tenant_id = $1 AND due_at <= $2 AND kind IN ('order', 'sale') AND id <> ALL($3::uuid[])
      AND lane BETWEEN $6 AND $7
    ORDER BY lane, due_at, id
    LIMIT $4
) AS urgent
GROUP BY kind, account_id, bling_id ORDER BY min(place) LIMIT $5;

-- name: urgent_others
SELECT kind, account_id, bling_id
FROM (
    SELECT kind, account_id, bling_id, row_number() OVER (ORDER BY lane, due_at, id) AS place
    FROM inbox
    WHERE tenant_id = $1 AND due_at <= $2 AND kind NOT IN ('order', 'sale') AND id <> ALL($3::uuid[])
      AND lane BETWEEN $6 AND $7
    ORDER BY lane, due_at, id
    LIMIT $4
) AS urgent
GROUP BY kind, account_id, bling_id ORDER BY min(place) LIMIT $5;

-- name: by_hand
-- A few at most: what one person asked for, one record at a time, by the range of its names.
SELECT kind, account_id, bling_id FROM inbox
WHERE tenant_id = $1 AND provider_event_id >= 'hand:' AND provider_event_id < 'hand;' AND source = 'replay'
  AND due_at <= $2 AND (kind IN ('order', 'sale')) = $4 AND id <> ALL($3::uuid[])
GROUP BY kind, account_id, bling_id ORDER BY min(due_at) LIMIT $5;

-- name: by_hand_waiting
SELECT count(*) FROM inbox
WHERE tenant_id = $1 AND provider_event_id >= 'hand:' AND provider_event_id < 'hand;' AND due_at IS NOT NULL;

-- name: events_of
SELECT id, kind, account_id, bling_id, source, action, lane, provider_event_id, event_date, bare_date,
       received_at, attempts, body
FROM inbox
WHERE tenant_id = $1 AND due_at <= $2 AND id <> ALL($3::uuid[])
  AND kind = ANY($4::text[]) AND account_id = ANY($5::uuid[]) AND bling_id = ANY($6::bigint[])
LIMIT $7;

-- name: known
SELECT id, provider_event_id FROM event
WHERE tenant_id = $1 AND provider_event_id = ANY($2::text[]) AND id >= $3 AND id < $4;

-- name: forget
DELETE FROM inbox WHERE tenant_id = $1 AND id = ANY($2::uuid[]);

-- name: due_tenants
SELECT i.tenant_id
FROM inbox i
WHERE i.due_at <= $1
  AND NOT EXISTS (SELECT 1 FROM lease l WHERE l.tenant_id = i.tenant_id
                  AND l.holder IS NOT NULL AND l.expires_at >= statement_timestamp())
GROUP BY i.tenant_id ORDER BY min(i.due_at) LIMIT $2;

-- name: has_due
SELECT EXISTS (SELECT 1 FROM inbox WHERE tenant_id = $1 AND due_at <= $2 AND kind NOT IN ('order', 'sale'))
    OR EXISTS (SELECT 1 FROM inbox WHERE tenant_id = $1 AND due_at <= $2 AND kind IN ('order', 'sale'));

-- name: next_due
SELECT min(due_at) FROM inbox WHERE tenant_id = $1 AND due_at IS NOT NULL;

-- name: depth
SELECT (SELECT count(*) FROM inbox WHERE tenant_id = $1 AND due_at IS NOT NULL) AS n,
       (SELECT received_at FROM inbox WHERE tenant_id = $1 AND due_at IS NOT NULL ORDER BY id LIMIT 1) AS oldest;

-- name: waiting_for
-- Which of these records have an event that is not settled.
SELECT DISTINCT kind, account_id, bling_id FROM inbox
WHERE tenant_id = $1 AND kind = ANY($2::text[]) AND account_id = ANY($3::uuid[]) AND bling_id = ANY($4::bigint[])
  AND due_at IS NOT NULL;

-- name: release
UPDATE inbox SET due_at = $3, outcome = NULL, reason = NULL, detail = NULL, held_at = NULL,
    waits = jsonb_set(waits, '{-1,until}', to_jsonb($3::timestamptz))
WHERE tenant_id = $1 AND due_at IS NULL AND reason = ANY($2::text[]);

-- name: release_kind
UPDATE inbox SET due_at = $3, outcome = NULL, reason = NULL, detail = NULL, held_at = NULL,
    waits = jsonb_set(waits, '{-1,until}', to_jsonb($3::timestamptz))
WHERE tenant_id = $1 AND due_at IS NULL AND reason = $2 AND ($4::text IS NULL OR kind = $4);

-- name: release_record
-- Whatever one record's events wait for, but for a decision about many records.
UPDATE inbox SET due_at = $2, outcome = NULL, reason = NULL, detail = NULL, held_at = NULL,
    waits = jsonb_set(waits, '{-1,until}', to_jsonb($2::timestamptz))
WHERE tenant_id = $1 AND due_at IS NULL AND kind = $3 AND account_id = $4 AND bling_id = $5
  AND reason <> 'guard_rail';

-- name: held
SELECT reason, count(*) AS n FROM inbox WHERE tenant_id = $1 AND due_at IS NULL GROUP BY reason;

-- name: waiting_tenants
-- One look into each tenant's own held events, however many there are.
SELECT t.tenant_id FROM tenant t
WHERE EXISTS (SELECT 1 FROM inbox i WHERE i.tenant_id = t.tenant_id AND i.due_at IS NULL AND i.reason = ANY($1::text[]))
ORDER BY t.tenant_id;

-- name: held_since
SELECT reason, count(*) AS n, min(held_at) AS since FROM inbox
WHERE tenant_id = $1 AND due_at IS NULL AND reason = ANY($2::text[]) GROUP BY reason;

-- name: held_by_kind
SELECT kind, count(*) AS n FROM inbox
WHERE tenant_id = $1 AND due_at IS NULL AND reason = ANY($2::text[]) GROUP BY kind;

-- name: held_too_long
SELECT id, kind, account_id, bling_id FROM inbox
WHERE tenant_id = $1 AND due_at IS NULL AND reason = ANY($2::text[]) AND held_at <= $3
ORDER BY id LIMIT $4;
