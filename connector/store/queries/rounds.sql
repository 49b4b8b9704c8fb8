-- Each tenant's night and morning. Looking for who is due locks nothing; the turn is taken in the tenant's own scope.

-- name: due_retry
(SELECT tenant_id, timezone, retry_at AS at FROM tenant WHERE retry_at IS NULL LIMIT $2)
UNION ALL
(SELECT tenant_id, timezone, retry_at FROM tenant WHERE retry_at <= $1 ORDER BY retry_at LIMIT $2);

-- name: due_digest
(SELECT tenant_id, timezone, digest_at AS at FROM tenant WHERE digest_at IS NULL LIMIT $2)
UNION ALL
(SELECT tenant_id, timezone, digest_at FROM tenant WHERE digest_at <= $1 ORDER BY digest_at LIMIT $2);

-- name: take_retry
UPDATE tenant SET retry_at = $3 WHERE tenant_id = $1 AND retry_at IS NOT DISTINCT FROM $2 RETURNING tenant_id;

-- name: take_digest
UPDATE tenant SET digest_at = $3 WHERE tenant_id = $1 AND digest_at IS NOT DISTINCT FROM $2 RETURNING tenant_id;
