-- Consents under way at Bling: a table of the directory, for the system role.

-- name: add
INSERT INTO consent (hash, session_hash, tenant_id, person_id, account_id, client_id, client_secret, started,
                     expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: take
-- Deleted by who asks first; another session's question changes nothing.
DELETE FROM consent WHERE hash = $1 AND session_hash = $2 AND started = $3 AND expires_at > $4
RETURNING tenant_id, person_id, account_id, client_id, client_secret;

-- name: under_way
SELECT DISTINCT account_id FROM consent WHERE tenant_id = $1 AND started AND expires_at > $2;

-- name: sweep
DELETE FROM consent WHERE expires_at <= $1;
