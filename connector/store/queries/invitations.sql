-- Invitations: a table of the directory, for the system role.

-- name: add
INSERT INTO invitation (id, token_hash, tenant_id, email, role, invited_by, created_at, expires_at)
VALUES ($1, $2, $3, lower($4), $5, $6, $7, $8);

-- name: by_token
SELECT id, tenant_id, email, role, invited_by, created_at, expires_at, accepted_at, revoked_at
FROM invitation WHERE token_hash = $1;

-- name: open
SELECT id, tenant_id, email, role, invited_by, created_at, expires_at, accepted_at, revoked_at FROM invitation
WHERE tenant_id = $1 AND accepted_at IS NULL AND revoked_at IS NULL ORDER BY created_at DESC, id;

-- name: accept
UPDATE invitation SET accepted_at = $2
WHERE token_hash = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $3
RETURNING id, tenant_id, email, role, invited_by, created_at, expires_at, accepted_at, revoked_at;

-- name: revoke
UPDATE invitation SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2 AND accepted_at IS NULL AND revoked_at IS NULL
RETURNING email;

-- name: replace
UPDATE invitation SET revoked_at = $3
WHERE tenant_id = $1 AND email = lower($2) AND accepted_at IS NULL AND revoked_at IS NULL;

-- name: sweep
DELETE FROM invitation WHERE expires_at < $1;
