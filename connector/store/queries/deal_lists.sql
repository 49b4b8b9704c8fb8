-- What choices about deals are made from.

-- name: crm
SELECT crm, crm_at FROM portal WHERE tenant_id = $1;

-- name: held_for_stage
-- The newest messages of orders that wait for a stage.
SELECT body FROM inbox
WHERE tenant_id = $1 AND due_at IS NULL AND reason = 'stage_missing'
ORDER BY id DESC
LIMIT $2;
