-- The right to sync: what it follows from. `state, plan, source, ends_at, renews` are what followed last.

-- name: begin_trial
UPDATE licence SET trial_ends_at = $2 WHERE tenant_id = $1;

-- name: facts
SELECT trial_ends_at, granted_plan, granted_until, granted_source FROM licence WHERE tenant_id = $1 FOR UPDATE;

-- name: grant
SELECT granted_plan, granted_until, granted_source, granted_note FROM licence WHERE tenant_id = $1;

-- name: set_grant
UPDATE licence SET granted_plan = $2, granted_until = $3, granted_source = $4, granted_note = $5
WHERE tenant_id = $1;

-- name: end_trial
UPDATE licence SET trial_ends_at = $2 WHERE tenant_id = $1 AND trial_ends_at > $2;

-- name: subscriptions
SELECT id, customer_id, status, plan, item_id, created_at, period_end, unpaid_since, cancel_at, ended_at
FROM subscription WHERE tenant_id = $1 ORDER BY created_at, id;

-- name: forget
DELETE FROM subscription WHERE tenant_id = $1 AND id <> ALL($2::text[]);

-- name: mirror
INSERT INTO subscription (
    tenant_id, id, customer_id, status, plan, item_id, created_at, period_end, unpaid_since, cancel_at, ended_at)
SELECT $1, * FROM unnest(
    $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[],
    $9::timestamptz[], $10::timestamptz[], $11::timestamptz[])
ON CONFLICT (tenant_id, id) DO UPDATE SET
    customer_id = excluded.customer_id, status = excluded.status, plan = excluded.plan,
    item_id = excluded.item_id, created_at = excluded.created_at, period_end = excluded.period_end,
    unpaid_since = excluded.unpaid_since, cancel_at = excluded.cancel_at, ended_at = excluded.ended_at;

-- name: outlived
SELECT tenant_id FROM licence WHERE state IN ('trial', 'grace', 'granted') AND ends_at <= $1
ORDER BY ends_at LIMIT $2;

-- name: ending_trials
SELECT l.tenant_id FROM licence l
WHERE l.state = 'trial' AND l.ends_at <= $1
  AND NOT EXISTS (SELECT 1 FROM alert a WHERE a.tenant_id = l.tenant_id AND a.cause = 'licence:trial')
ORDER BY l.ends_at LIMIT $2;

-- name: heavy_users
SELECT u.tenant_id FROM usage u JOIN licence l ON l.tenant_id = u.tenant_id
WHERE u.period = $1 AND l.plan = $2 AND u.synced >= $3 AND l.state IN ('trial', 'active', 'grace', 'granted');
