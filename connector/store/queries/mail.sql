-- Mail that has not left yet, and the links that mails carry: tables of the directory, for the system role.

-- name: put
INSERT INTO mail (id, sealed, created_at, due_at) VALUES ($1, $2, $3, $3);

-- name: claim
-- The next try is fixed before this one begins: a sender that dies leaves the mail to another.
UPDATE mail SET attempts = attempts + 1, due_at = $1::timestamptz + interval '30 seconds' * (2 ^ least(attempts, 11))
WHERE id IN (SELECT id FROM mail WHERE due_at <= $1 ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING id, sealed, attempts;

-- name: sent
DELETE FROM mail WHERE id = $1;

-- name: add_signup
INSERT INTO signup (token_hash, email, password_hash, company, language, created_at, expires_at)
VALUES ($1, lower($2), $3, $4, $5, $6, $7);

-- name: signup
SELECT email, password_hash, company, language, created_at, expires_at, used_at FROM signup WHERE token_hash = $1;

-- name: use_signup
UPDATE signup SET used_at = $2::timestamptz WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2::timestamptz
RETURNING email, password_hash, company, language, created_at, expires_at, used_at;

-- name: signups_between
SELECT count(*) FROM signup WHERE email = lower($1) AND created_at > $2 AND created_at <= $3;

-- name: add_reset
INSERT INTO password_reset (token_hash, email, created_at, expires_at) VALUES ($1, lower($2), $3, $4);

-- name: reset
SELECT email, created_at, expires_at, used_at FROM password_reset WHERE token_hash = $1;

-- name: use_reset
UPDATE password_reset SET used_at = $2::timestamptz
WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2::timestamptz
RETURNING email, created_at, expires_at, used_at;

-- name: end_resets
-- A password that was just chosen is not to be changed by an older link.
UPDATE password_reset SET used_at = $2 WHERE email = lower($1) AND used_at IS NULL;

-- name: resets_between
SELECT count(*) FROM password_reset WHERE email = lower($1) AND created_at > $2 AND created_at <= $3;

-- name: sweep_signups
DELETE FROM signup WHERE expires_at < $1;

-- name: sweep_resets
DELETE FROM password_reset WHERE expires_at < $1;
