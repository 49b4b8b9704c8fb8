-- How the changes of portals are come by.

-- name: due
-- Portals that may be looked at and whose tenants want that: those that were never looked at, and those that are due.
SELECT p.tenant_id
FROM portal p LEFT JOIN portal_intake i USING (tenant_id)
WHERE p.state = 'connected' AND p.product_iblock_id IS NOT NULL
  AND (i.tenant_id IS NULL OR (i.due_at <= $1 AND (i.busy_until IS NULL OR i.busy_until <= $1)))
  AND p.tenant_id IN (SELECT g.tenant_id FROM toggle g
                      WHERE g.enabled AND g.name IN ('product.export_create', 'product.export_update', 'deal.won'))
  AND p.tenant_id NOT IN (SELECT t.tenant_id FROM tenant t WHERE t.paused_at IS NOT NULL)
ORDER BY i.due_at NULLS FIRST
LIMIT $2;

-- name: unwanted
-- Portals that are still bound though nobody wants their changes any more.
SELECT i.tenant_id
FROM portal_intake i
WHERE (i.busy_until IS NULL OR i.busy_until <= $1)
  AND NOT EXISTS (SELECT 1 FROM toggle g WHERE g.tenant_id = i.tenant_id AND g.enabled
                  AND g.name IN ('product.export_create', 'product.export_update', 'deal.won'))
LIMIT $2;

-- name: take
-- Changes from before the first look are nobody's business: `changed_since` begins then.
INSERT INTO portal_intake AS i (tenant_id, due_at, busy_until, changed_since, sweep_at, created_at)
VALUES ($1, $3, $3, $2, $2, $2)
ON CONFLICT (tenant_id) DO UPDATE SET busy_until = excluded.busy_until, due_at = excluded.busy_until
WHERE i.busy_until IS NULL OR i.busy_until <= $2
RETURNING offline, bound, reading, changed_since, sweep_at;

-- name: bound
UPDATE portal_intake SET offline = $2, bound = $3 WHERE tenant_id = $1;

-- name: unbound
UPDATE portal_intake SET bound = NULL, due_at = $2 WHERE tenant_id = $1;

-- name: reading
UPDATE portal_intake SET reading = $2 WHERE tenant_id = $1;

-- name: swept
UPDATE portal_intake SET changed_since = $2, sweep_at = $3 WHERE tenant_id = $1;

-- name: rest
-- Who was wanted meanwhile stays so.
UPDATE portal_intake
SET due_at = CASE WHEN due_at >= busy_until THEN $2 ELSE due_at END, busy_until = NULL
WHERE tenant_id = $1
RETURNING due_at;

-- name: wanted
-- Something happened in the portal; without a queue to read, that asks for a sweep, but not more often than $3 says.
UPDATE portal_intake
SET sweep_at = CASE WHEN offline IS FALSE THEN least(sweep_at, greatest($2, changed_since + $3)) ELSE sweep_at END,
    due_at = least(due_at, CASE WHEN offline IS FALSE THEN greatest($2, changed_since + $3) ELSE $2 END)
WHERE tenant_id = $1
RETURNING due_at;

-- name: forget
DELETE FROM portal_intake WHERE tenant_id = $1;

-- name: making
SELECT EXISTS (SELECT 1 FROM link WHERE tenant_id = $1 AND bling_id < 0 AND creating_at IS NOT NULL);

-- name: born
-- Records of Bitrix24 that have become records of Bling lose their stand-ins.
WITH gone AS (
    DELETE FROM link WHERE tenant_id = $1 AND kind = $2 AND bling_id = ANY($3::bigint[]) AND bling_id < 0
    RETURNING kind, account_id, bling_id, state, reason
), reasons AS (
    UPDATE link_reason_count c SET n = c.n - d.n
    FROM (SELECT kind, reason, count(*) AS n FROM gone WHERE reason IS NOT NULL GROUP BY kind, reason) AS d
    WHERE c.tenant_id = $1 AND c.kind = d.kind AND c.reason = d.reason
), words AS (
    DELETE FROM link_word w USING gone g
    WHERE w.tenant_id = $1 AND w.kind = g.kind AND w.account_id = g.account_id AND w.bling_id = g.bling_id
)
UPDATE link_count c SET n = c.n - d.n
FROM (SELECT kind, state, count(*) AS n FROM gone GROUP BY kind, state) AS d
WHERE c.tenant_id = $1 AND c.kind = d.kind AND c.state = d.state;
