-- Inbox and history as lists by id. Each `road` is an index whose last column is the id, so that a page costs the
-- same however long the history is; the filters that the road does not know are asked of at most $4 rows of it.
-- $1 tenant, $2 ≤ id < $3, $4 rows looked at, $5 rows wanted, $6 kind, $7 outcome, $8 reason, $9 source, and the
-- road's own arrays. For a list that goes upwards `DESC` is read as `ASC` (connector/store/event_lists.py).

-- name: page
-- What fits, and the last row looked at, which is where the next look begins.
SELECT * FROM (
    SELECT looked.*, row_number() OVER (ORDER BY id DESC) AS place, (
            ($6::text IS NULL OR kind = $6) AND ($7::text IS NULL OR outcome = $7)
            AND ($8::text IS NULL OR reason = $8) AND ($9::text IS NULL OR source = $9)
        ) IS TRUE AS fits
    FROM ({road}) AS looked
) AS seen
WHERE fits OR place = $4
ORDER BY id DESC LIMIT $5;

-- name: count
SELECT count(*) FILTER (WHERE fits) AS n, count(*) AS looked, (array_agg(id ORDER BY id))[1] AS last
FROM (
    SELECT id, (
            ($6::text IS NULL OR kind = $6) AND ($7::text IS NULL OR outcome = $7)
            AND ($8::text IS NULL OR reason = $8) AND ($9::text IS NULL OR source = $9)
        ) IS TRUE AS fits
    FROM ({road}) AS looked
    ORDER BY id DESC LIMIT $5
) AS seen;

-- name: by_time
SELECT {columns} FROM event WHERE tenant_id = $1 AND id >= $2 AND id < $3 ORDER BY id DESC LIMIT $4;

-- name: by_reason
SELECT {columns} FROM event
WHERE tenant_id = $1 AND id >= $2 AND id < $3 AND reason = $8 ORDER BY id DESC LIMIT $4;

-- name: by_source
SELECT {columns} FROM event
WHERE tenant_id = $1 AND id >= $2 AND id < $3 AND source = $9 AND source <> 'bling' ORDER BY id DESC LIMIT $4;

-- name: by_outcome
SELECT found.* FROM unnest($10::text[]) AS k (kind) CROSS JOIN unnest($11::text[]) AS o (outcome)
CROSS JOIN LATERAL (
    SELECT {columns} FROM event e
    WHERE e.tenant_id = $1 AND e.outcome = o.outcome AND e.kind = k.kind AND e.id >= $2 AND e.id < $3
    ORDER BY e.id DESC LIMIT $4
) AS found
ORDER BY id DESC LIMIT $4;

-- name: by_record
SELECT found.* FROM unnest($10::text[], $11::bigint[]) AS r (kind, bling_id)
CROSS JOIN LATERAL (
    SELECT {columns} FROM event e
    WHERE e.tenant_id = $1 AND e.kind = r.kind AND e.bling_id = r.bling_id AND e.id >= $2 AND e.id < $3
    ORDER BY e.id DESC LIMIT $4
) AS found
ORDER BY id DESC LIMIT $4;

-- name: by_id
SELECT {columns} FROM event
WHERE tenant_id = $1 AND id >= $2 AND id < $3 AND id = ANY($10::uuid[]) ORDER BY id DESC LIMIT $4;

-- name: waiting_by_time
SELECT {columns} FROM inbox WHERE tenant_id = $1 AND id >= $2 AND id < $3 ORDER BY id DESC LIMIT $4;

-- name: waiting_held
SELECT {columns} FROM inbox
WHERE tenant_id = $1 AND id >= $2 AND id < $3 AND due_at IS NULL ORDER BY id DESC LIMIT $4;

-- name: waiting_by_record
-- Through the tenant's few accounts, so that the index of records is enough.
SELECT found.* FROM unnest($10::text[], $11::bigint[]) AS r (kind, bling_id)
CROSS JOIN LATERAL (
    SELECT {columns} FROM inbox i
    WHERE i.tenant_id = $1 AND i.kind = r.kind AND i.bling_id = r.bling_id AND i.id >= $2 AND i.id < $3
      AND i.account_id = ANY(ARRAY(SELECT a.id FROM account a WHERE a.tenant_id = $1))
    ORDER BY i.id DESC LIMIT $4
) AS found
ORDER BY id DESC LIMIT $4;

-- name: waiting_by_id
SELECT {columns} FROM inbox
WHERE tenant_id = $1 AND id >= $2 AND id < $3 AND id = ANY($10::uuid[]) ORDER BY id DESC LIMIT $4;

-- name: labelled
-- The link lends the label: an event that waits has none of its own yet. The only outcome here is `held`.
SELECT i.*, l.bitrix_id, coalesce(l.label, i.bling_id::text) AS label, l.sku
FROM ({page}) AS i
LEFT JOIN link l ON l.tenant_id = $1 AND l.kind = i.kind AND l.account_id = i.account_id AND l.bling_id = i.bling_id
ORDER BY i.id DESC;

-- name: begun
SELECT created_at FROM tenant WHERE tenant_id = $1;
