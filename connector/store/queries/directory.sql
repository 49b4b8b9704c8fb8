-- Whose a message, a key or a portal is: tables of the directory, for the system role.

-- name: routes
SELECT account_key, company_id, tenant_id, account_id, client_secret FROM account_route
WHERE company_id = ANY($1::text[]) ORDER BY company_id, account_key;

-- name: route_by_key
SELECT account_key, company_id, tenant_id, account_id, client_secret FROM account_route WHERE account_key = $1;

-- name: add_route
INSERT INTO account_route (account_key, company_id, tenant_id, account_id, client_secret)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant_id, account_id) DO UPDATE SET
    account_key = excluded.account_key, company_id = excluded.company_id, client_secret = excluded.client_secret;

-- name: remove_route
DELETE FROM account_route WHERE tenant_id = $1 AND account_id = $2;

-- name: portal
SELECT member_id, tenant_id, application_token FROM portal_route WHERE member_id = $1;

-- name: put_portal
-- A consent without an application token keeps the one that is known.
INSERT INTO portal_route AS p (member_id, tenant_id, application_token) VALUES ($1, $2, $3)
ON CONFLICT (member_id) DO UPDATE SET
    tenant_id = excluded.tenant_id,
    application_token = coalesce(excluded.application_token, p.application_token);

-- name: remove_portal
DELETE FROM portal_route WHERE member_id = $1;

-- name: add_api_key
INSERT INTO api_key (key_hash, id, tenant_id, name, created_at, scope) VALUES ($1, $2, $3, $4, $5, $6);

-- name: api_keys
SELECT id, name, scope, created_at, last_used_at, revoked_at FROM api_key WHERE tenant_id = $1 ORDER BY id;

-- name: revoke_api_key
UPDATE api_key SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL RETURNING name;

-- name: key_holder
SELECT tenant_id, scope FROM api_key WHERE key_hash = $1 AND revoked_at IS NULL;

-- name: api_key_used
-- Once a minute at most: a busy key must not rewrite its row with every request.
UPDATE api_key SET last_used_at = $2
WHERE key_hash = $1 AND (last_used_at IS NULL OR last_used_at < $2::timestamptz - interval '1 minute');

-- name: unclaimed
INSERT INTO unclaimed (id, received_at, company_id, event, provider_event_id, body)
SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::bytea[]);

-- name: quarantined
INSERT INTO quarantined (id, received_at, reason, account_key, tenant_id, body)
SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::uuid[], $6::bytea[]);
