-- Bling's messages that became no events: companies that nobody has connected, and bodies that cannot be rows.

-- name: unclaimed
SELECT id, received_at, company_id, event, provider_event_id, length(body) AS size FROM unclaimed
WHERE id < $1 ORDER BY id DESC LIMIT $2;

-- name: unclaimed_of
SELECT id, received_at, company_id, event, provider_event_id, length(body) AS size FROM unclaimed
WHERE company_id = $3 AND id < $1 ORDER BY id DESC LIMIT $2;

-- name: unclaimed_one
SELECT id, received_at, company_id, event, provider_event_id, body FROM unclaimed WHERE id = $1;

-- name: take_unclaimed
-- Whoever deletes it has it: two operators at once cannot run it twice.
DELETE FROM unclaimed WHERE id = $1 RETURNING id, received_at, company_id, event, provider_event_id, body;

-- name: take_unclaimed_of
DELETE FROM unclaimed WHERE id IN (SELECT id FROM unclaimed WHERE company_id = $1 ORDER BY id LIMIT $2)
RETURNING id, received_at, company_id, event, provider_event_id, body;

-- name: quarantined
SELECT id, received_at, reason, account_key, tenant_id, length(body) AS size FROM quarantined
WHERE id < $1 ORDER BY id DESC LIMIT $2;

-- name: quarantined_of
SELECT id, received_at, reason, account_key, tenant_id, length(body) AS size FROM quarantined
WHERE reason = $3 AND id < $1 ORDER BY id DESC LIMIT $2;

-- name: quarantined_one
SELECT id, received_at, reason, account_key, tenant_id, body FROM quarantined WHERE id = $1;

-- name: take_quarantined
DELETE FROM quarantined WHERE id = $1 RETURNING id, received_at, reason, account_key, tenant_id, body;

-- name: sizes
SELECT (SELECT count(*) FROM (SELECT FROM unclaimed LIMIT $1) AS u) AS unclaimed,
       (SELECT count(*) FROM (SELECT FROM quarantined LIMIT $1) AS q) AS quarantined;
