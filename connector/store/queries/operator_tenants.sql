-- What operators see of all tenants. Pages go by name; every list begins at an index that holds only the few
-- tenants it is about, and what a row shows is asked for the page's tenants alone, by each table's first key.

-- name: page
SELECT t.tenant_id, t.name, t.paused_at, t.created_at, l.state, l.plan, l.source, l.ends_at
FROM tenant t LEFT JOIN licence l ON l.tenant_id = t.tenant_id
WHERE (lower(t.name) COLLATE "C", t.tenant_id) > (lower($1::text) COLLATE "C", $2::uuid)
ORDER BY lower(t.name) COLLATE "C", t.tenant_id LIMIT $3;

-- name: page_named
-- Part of a name: a walk along the names, which ends with the page.
SELECT t.tenant_id, t.name, t.paused_at, t.created_at, l.state, l.plan, l.source, l.ends_at
FROM tenant t LEFT JOIN licence l ON l.tenant_id = t.tenant_id
WHERE (lower(t.name) COLLATE "C", t.tenant_id) > (lower($1::text) COLLATE "C", $2::uuid)
  AND strpos(lower(t.name), lower($4::text)) > 0
ORDER BY lower(t.name) COLLATE "C", t.tenant_id LIMIT $3;

-- name: page_of
SELECT t.tenant_id, t.name, t.paused_at, t.created_at, l.state, l.plan, l.source, l.ends_at
FROM tenant t LEFT JOIN licence l ON l.tenant_id = t.tenant_id
WHERE t.tenant_id = ANY($4::uuid[])
  AND (lower(t.name) COLLATE "C", t.tenant_id) > (lower($1::text) COLLATE "C", $2::uuid)
ORDER BY lower(t.name) COLLATE "C", t.tenant_id LIMIT $3;

-- name: by_company
SELECT tenant_id FROM account_route WHERE company_id = $1 LIMIT $2;

-- name: by_member
SELECT tenant_id FROM portal_route WHERE member_id = $1 LIMIT $2;

-- name: by_email
SELECT DISTINCT m.tenant_id FROM person p JOIN membership m ON m.person_id = p.id
WHERE p.email >= $1 AND p.email < $1 || U&'\+10FFFF' LIMIT $2;

-- name: paused
SELECT tenant_id FROM tenant WHERE paused_at IS NOT NULL LIMIT $1;

-- name: broken
SELECT tenant_id FROM account WHERE state IN ('needs_reconnect', 'inactive', 'scope_missing')
UNION
SELECT tenant_id FROM portal WHERE state IN ('needs_reconnect', 'inactive', 'scope_missing', 'uninstalled')
LIMIT $1;

-- name: unlicensed
-- The business time $2 rules what ends by a date.
SELECT tenant_id FROM licence WHERE state IN ('suspended', 'canceled')
UNION
SELECT tenant_id FROM licence WHERE state IN ('trial', 'grace', 'granted') AND ends_at <= $2
LIMIT $1;

-- name: held
-- From tenant to tenant along the index of held events, however many each has.
WITH RECURSIVE holding AS (
    (SELECT tenant_id FROM inbox WHERE due_at IS NULL ORDER BY tenant_id LIMIT 1)
    UNION ALL
    SELECT (SELECT i.tenant_id FROM inbox i WHERE i.due_at IS NULL AND i.tenant_id > h.tenant_id
            ORDER BY i.tenant_id LIMIT 1)
    FROM holding h WHERE h.tenant_id IS NOT NULL
)
SELECT tenant_id FROM holding WHERE tenant_id IS NOT NULL LIMIT $1;

-- name: late
-- Tenants with events that were due before $2; of the most overdue events only.
SELECT DISTINCT tenant_id FROM (SELECT tenant_id FROM inbox WHERE due_at < $2 ORDER BY due_at LIMIT 20000) AS overdue
LIMIT $1;

-- name: health
SELECT t.id AS tenant_id,
    coalesce(
        (SELECT minute FROM event_minute m WHERE m.tenant_id = t.id AND m.minute >= $2
         AND m.outcome IN ('created', 'updated') ORDER BY minute DESC LIMIT 1),
        (SELECT hour FROM event_hour h WHERE h.tenant_id = t.id AND h.hour >= $3
         AND h.outcome IN ('created', 'updated') ORDER BY hour DESC LIMIT 1)
    ) AS last_sync,
    (SELECT min(oldest.due_at) FROM generate_series(0, 3) AS lane CROSS JOIN LATERAL (
        (SELECT due_at FROM inbox i WHERE i.tenant_id = t.id AND i.lane = lane AND i.due_at IS NOT NULL
         AND i.kind NOT IN ('order', 'sale') ORDER BY i.due_at LIMIT 1)
        UNION ALL
        (SELECT due_at FROM inbox i WHERE i.tenant_id = t.id AND i.lane = lane AND i.due_at IS NOT NULL
         AND i.kind IN ('order', 'sale') ORDER BY i.due_at LIMIT 1)
    ) AS oldest) AS oldest_due,
    (SELECT count(*) FROM (SELECT FROM inbox i WHERE i.tenant_id = t.id AND i.due_at IS NOT NULL
                           AND i.kind NOT IN ('order', 'sale') LIMIT $4) AS others)
    + (SELECT count(*) FROM (SELECT FROM inbox i WHERE i.tenant_id = t.id AND i.due_at IS NOT NULL
                             AND i.kind IN ('order', 'sale') LIMIT $4) AS deals) AS depth,
    (SELECT count(*) FROM (SELECT FROM inbox i WHERE i.tenant_id = t.id AND i.due_at IS NULL LIMIT $4) AS h) AS held,
    coalesce(day.settled, 0) AS settled, coalesce(day.failed, 0) AS failed,
    ARRAY(SELECT a.state FROM account a WHERE a.tenant_id = t.id ORDER BY a.id) AS accounts,
    (SELECT p.state FROM portal p WHERE p.tenant_id = t.id) AS portal
FROM unnest($1::uuid[]) AS t (id)
LEFT JOIN LATERAL (
    SELECT sum(n)::bigint AS settled, coalesce(sum(n) FILTER (WHERE outcome IN ('failed', 'dead')), 0)::bigint AS failed
    FROM event_hour d WHERE d.tenant_id = t.id AND d.hour >= $5
) AS day ON true;

-- name: hours
-- What the sparks of one page are drawn from.
SELECT tenant_id, hour, sum(n)::bigint AS settled,
    coalesce(sum(n) FILTER (WHERE outcome IN ('failed', 'dead')), 0)::bigint AS failed
FROM event_hour WHERE tenant_id = ANY($1::uuid[]) AND hour >= $2 GROUP BY tenant_id, hour;

-- name: lanes
-- What waits of one tenant, by lane: bounded, so that a million waiting rows cost what a thousand do.
SELECT lane, count(*) AS n, min(due_at) AS oldest
FROM (SELECT lane, due_at FROM inbox WHERE tenant_id = $1 AND due_at IS NOT NULL LIMIT $2) AS waiting
GROUP BY lane ORDER BY lane;

-- name: errors
-- The last events that a person has to see to, of the days since $2.
SELECT id, kind, bling_id, coalesce(label, bling_id::text) AS label, outcome, reason, detail, settled_at
FROM event WHERE tenant_id = $1 AND outcome IN ('failed', 'dead') AND id >= $2
ORDER BY id DESC LIMIT $3;

-- name: lease
SELECT holder, expires_at FROM lease
WHERE tenant_id = $1 AND holder IS NOT NULL AND expires_at > statement_timestamp();

-- name: allows
SELECT value::text = 'true' FROM preference WHERE tenant_id = $1 AND name = $2;

-- name: licences
SELECT state, plan, source, count(*) AS n FROM licence GROUP BY state, plan, source ORDER BY state, plan, source;

-- name: ending
SELECT l.tenant_id, t.name, l.state, l.plan, l.source, l.ends_at FROM licence l JOIN tenant t ON t.tenant_id = l.tenant_id
WHERE l.state = ANY($1::text[]) AND l.ends_at > $2 AND l.ends_at <= $3 ORDER BY l.ends_at LIMIT $4;
