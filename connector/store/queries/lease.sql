-- One drainer per tenant. The database's clock rules. Statements are plain UPDATEs with statement_timestamp(),
-- because Citus refuses anything but immutable functions in ON CONFLICT and CASE.

-- name: take
UPDATE lease SET
    fence = fence + 1, holder = $2, wanted = false,
    expires_at = statement_timestamp() + make_interval(secs => $3)
WHERE tenant_id = $1 AND (holder IS NULL OR expires_at < statement_timestamp())
RETURNING fence;

-- name: want
UPDATE lease SET wanted = true
WHERE tenant_id = $1 AND holder IS NOT NULL AND expires_at >= statement_timestamp()
RETURNING true;

-- name: make
INSERT INTO lease (tenant_id, fence, holder, expires_at, wanted) VALUES ($1, 0, NULL, '-infinity', false)
ON CONFLICT DO NOTHING;

-- name: beat
UPDATE lease SET expires_at = statement_timestamp() + make_interval(secs => $3)
WHERE tenant_id = $1 AND fence = $2 AND holder IS NOT NULL
RETURNING true;

-- name: give_up
UPDATE lease SET holder = NULL
WHERE tenant_id = $1 AND fence = $2 AND holder IS NOT NULL AND NOT wanted
  AND NOT EXISTS (SELECT 1 FROM inbox WHERE inbox.tenant_id = $1 AND inbox.due_at <= $3)
RETURNING true;

-- name: hand_on
UPDATE lease SET holder = NULL, wanted = false
WHERE tenant_id = $1 AND fence = $2
RETURNING true;

-- name: check
-- What is written under the fence joins arrays with queue-like tables, whose statistics lie: hash joins are right
-- whatever they say. Set here, it costs no round trip.
SELECT set_config('enable_nestloop', 'off', true) FROM lease WHERE tenant_id = $1 AND fence = $2 AND holder IS NOT NULL FOR SHARE;

-- name: expire
-- Who let it run out settles nothing more.
UPDATE lease SET holder = NULL WHERE tenant_id = $1 AND holder IS NOT NULL AND expires_at < statement_timestamp();

-- name: still
-- Whoever settles shares this row (check), and who begins changes it (take).
SELECT fence, holder FROM lease WHERE tenant_id = $1 FOR UPDATE;
