-- Accounts whose changes are found though no message told of them (sweep.silent_since). What crosses tenants goes by the
-- partial index of such sweeps, which is empty on a good day.

-- name: silent
-- Connected ones, the longest silent first (system scope; no locks).
SELECT s.tenant_id, s.account_id, min(s.silent_since) AS since, max(s.swept_until) AS swept_until,
    sum(s.missed)::integer AS missed, bool_or(s.told_at IS NOT NULL) AS is_told, a.name AS account, t.name AS tenant,
    a.client_id IS NOT NULL AS has_own_app,
    EXISTS (SELECT 1 FROM alert l WHERE l.tenant_id = s.tenant_id AND l.cause = $1 || s.account_id
            AND l.resolved_at IS NULL) AS is_raised
FROM sweep s
JOIN account a ON a.tenant_id = s.tenant_id AND a.id = s.account_id
JOIN tenant t ON t.tenant_id = s.tenant_id
WHERE s.silent_since IS NOT NULL AND a.state = 'connected'
GROUP BY s.tenant_id, s.account_id, a.name, t.name, a.client_id
ORDER BY since LIMIT $2;

-- name: raised
SELECT count(DISTINCT (s.tenant_id, s.account_id)) FROM sweep s
JOIN alert l ON l.tenant_id = s.tenant_id AND l.cause = $1 || s.account_id AND l.resolved_at IS NULL
WHERE s.silent_since IS NOT NULL;

-- name: heard
-- Whether a message of Bling's about this account was received since then: of the newest events a bounded number.
SELECT EXISTS (SELECT 1 FROM inbox WHERE tenant_id = $1 AND account_id = $2 AND source = 'bling' AND received_at > $3)
    OR EXISTS (SELECT 1 FROM (SELECT account_id, source FROM event WHERE tenant_id = $1 AND id >= $4
                              ORDER BY id DESC LIMIT $5) AS newest
               WHERE account_id = $2 AND source = 'bling');

-- name: speaks
UPDATE sweep SET silent_since = NULL WHERE tenant_id = $1 AND account_id = $2;

-- name: over
-- Alerts of accounts that are silent no more, or not connected (system scope; no locks).
SELECT l.tenant_id, l.cause FROM alert l
WHERE starts_with(l.cause, $1) AND l.resolved_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM sweep s JOIN account a ON a.tenant_id = s.tenant_id AND a.id = s.account_id
    WHERE s.tenant_id = l.tenant_id AND $1 || s.account_id = l.cause AND s.silent_since IS NOT NULL
      AND a.state = 'connected');

-- name: told
UPDATE sweep SET told_at = $3 WHERE tenant_id = $1 AND account_id = $2 AND silent_since IS NOT NULL;

-- name: last_told
SELECT max(told_at) FROM sweep WHERE told_at IS NOT NULL;

-- name: forget_told
-- Those that operators know of and that are silent no more; how many, and how many are left.
WITH gone AS (
    UPDATE sweep s SET told_at = NULL
    WHERE s.told_at IS NOT NULL AND (s.silent_since IS NULL OR NOT EXISTS (
        SELECT 1 FROM account a WHERE a.tenant_id = s.tenant_id AND a.id = s.account_id AND a.state = 'connected'))
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone) AS gone,
    (SELECT count(*) FROM sweep WHERE told_at IS NOT NULL) - (SELECT count(*) FROM gone) AS kept;

-- name: of_tenant
SELECT s.account_id, min(s.silent_since) AS since FROM sweep s
JOIN alert l ON l.tenant_id = s.tenant_id AND l.cause = $2 || s.account_id AND l.resolved_at IS NULL
WHERE s.tenant_id = $1 AND s.silent_since IS NOT NULL GROUP BY s.account_id;
