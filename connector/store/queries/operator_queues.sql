-- What waits over all tenants, for operators and for /metrics. Every statement is bounded by a LIMIT over an index.

-- name: lanes
SELECT lane, count(*) AS n, min(due_at) AS oldest
FROM (SELECT lane, due_at FROM inbox WHERE due_at IS NOT NULL ORDER BY due_at LIMIT $1) AS waiting
GROUP BY lane ORDER BY lane;

-- name: held
SELECT reason, count(*) AS n FROM (SELECT reason FROM inbox WHERE due_at IS NULL LIMIT $1) AS held
GROUP BY reason ORDER BY n DESC, reason;

-- name: stuck
-- Tenants whose most overdue events nobody drains, though nothing holds them back.
SELECT i.tenant_id, t.name, min(i.due_at) AS oldest, count(*) AS n
FROM (SELECT tenant_id, due_at FROM inbox WHERE due_at < $1 ORDER BY due_at LIMIT $2) AS i
JOIN tenant t ON t.tenant_id = i.tenant_id
GROUP BY i.tenant_id, t.name ORDER BY oldest LIMIT $3;

-- name: connections
SELECT 'bling' AS provider, state, count(*) AS n FROM account
WHERE state IN ('needs_reconnect', 'inactive', 'scope_missing') GROUP BY state
UNION ALL
SELECT 'bitrix24', state, count(*) FROM portal
WHERE state IN ('needs_reconnect', 'inactive', 'scope_missing', 'uninstalled') GROUP BY state;

-- name: renewed
-- Accounts whose tokens were renewed since then: by the index of working accounts.
SELECT count(*) FROM account
WHERE state = 'connected' AND greatest(refreshed_at, checked_at, connected_at) >= $1 AND refreshed_at >= $1;

-- name: waiting_mail
SELECT count(*) AS n, min(created_at) AS oldest FROM (SELECT created_at FROM mail LIMIT $1) AS waiting;

-- name: dead
-- Events given up whose record nothing has happened to since; the newest first.
SELECT e.id, e.tenant_id, t.name AS tenant_name, e.kind, e.account_id, e.bling_id,
       coalesce(e.label, e.bling_id::text) AS label, e.reason, e.detail, e.attempts, e.received_at, e.settled_at
FROM event e JOIN tenant t ON t.tenant_id = e.tenant_id
WHERE e.outcome = 'dead' AND e.id < $1 AND e.id >= $2 AND ($4::uuid IS NULL OR e.tenant_id = $4)
  AND NOT EXISTS (SELECT FROM event n WHERE n.tenant_id = e.tenant_id AND n.kind = e.kind AND n.bling_id = e.bling_id
                  AND n.account_id = e.account_id AND n.id > e.id)
  AND NOT EXISTS (SELECT FROM inbox i WHERE i.tenant_id = e.tenant_id AND i.kind = e.kind
                  AND i.account_id = e.account_id AND i.bling_id = e.bling_id)
ORDER BY e.id DESC LIMIT $3;

-- name: dead_some
SELECT e.id, e.tenant_id, e.kind, e.account_id, e.bling_id FROM event e
WHERE e.outcome = 'dead' AND e.id = ANY($1::uuid[]) AND e.id >= $2;

-- name: dead_since
SELECT count(*) FROM (SELECT FROM event WHERE outcome = 'dead' AND id >= $1 LIMIT $2) AS dead;
