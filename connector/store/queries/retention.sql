-- History that a tenant's own plan does not keep. What no plan keeps goes by whole partitions.

-- name: tenants
-- Page by page; a tenant may have no licence yet.
SELECT t.tenant_id, l.plan FROM tenant t LEFT JOIN licence l ON l.tenant_id = t.tenant_id
WHERE t.tenant_id > $1 ORDER BY t.tenant_id LIMIT $2;

-- name: event
DELETE FROM event WHERE tenant_id = $1 AND id IN (
    SELECT id FROM event WHERE tenant_id = $1 AND id < $2 ORDER BY id LIMIT $3);

-- name: sync
DELETE FROM sync WHERE tenant_id = $1 AND id IN (
    SELECT id FROM sync WHERE tenant_id = $1 AND id < $2 ORDER BY id LIMIT $3);

-- name: api_call
DELETE FROM api_call WHERE tenant_id = $1 AND id IN (
    SELECT id FROM api_call WHERE tenant_id = $1 AND id < $2 ORDER BY id LIMIT $3);
