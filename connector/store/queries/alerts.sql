-- What people are told of: one row per tenant and cause.

-- name: open
-- One that is told already stays as it is; one that was over begins anew.
INSERT INTO alert AS a (tenant_id, cause, subject, detail, opened_at, due_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (tenant_id, cause) DO UPDATE SET
    subject = excluded.subject, detail = excluded.detail,
    opened_at = CASE WHEN a.resolved_at IS NULL THEN a.opened_at ELSE excluded.opened_at END,
    due_at = CASE WHEN a.resolved_at IS NULL THEN a.due_at ELSE excluded.due_at END,
    told = CASE WHEN a.resolved_at IS NULL THEN a.told ELSE 0 END,
    resolved_at = NULL;

-- name: resolve
UPDATE alert SET resolved_at = $3, due_at = $3 WHERE tenant_id = $1 AND cause = $2 AND resolved_at IS NULL;

-- name: due
SELECT tenant_id, cause FROM alert WHERE due_at <= $1 ORDER BY due_at LIMIT $2;

-- name: take
SELECT cause, subject, detail, opened_at, told, resolved_at FROM alert
WHERE tenant_id = $1 AND cause = $2 AND due_at <= $3 FOR UPDATE SKIP LOCKED;

-- name: told
UPDATE alert SET told = told + 1, due_at = $3 WHERE tenant_id = $1 AND cause = $2;

-- name: over
DELETE FROM alert WHERE tenant_id = $1 AND cause = $2;

-- name: tenants_told_of
SELECT DISTINCT tenant_id FROM alert WHERE starts_with(cause, $1) AND resolved_at IS NULL;
