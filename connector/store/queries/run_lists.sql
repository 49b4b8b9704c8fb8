-- Runs as a screen lists them. Ids ascend with the time of the start, and (tenant_id, id) is the key.

-- name: over
SELECT * FROM run
WHERE tenant_id = $1 AND task = ANY($2::text[]) AND ended_at IS NOT NULL AND ($3::uuid IS NULL OR id < $3)
ORDER BY id DESC LIMIT $4;

-- name: under_way
SELECT * FROM run
WHERE tenant_id = $1 AND task = ANY($2::text[]) AND state IN ('running', 'paused')
ORDER BY id DESC;
