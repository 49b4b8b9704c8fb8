-- Operators, their sessions, their visits to tenants, and what they did: tables of the directory.

-- name: add
INSERT INTO operator (id, email, name, password_hash, totp_secret, language, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: replace
-- Whoever lost the password or the phone gets new ones; sessions of before open nothing.
UPDATE operator SET password_hash = $2, totp_secret = $3, totp_step = 0 WHERE email = $1 RETURNING id;

-- name: by_email
SELECT id, email, name, password_hash, totp_secret, language, theme FROM operator WHERE email = lower($1);

-- name: all
SELECT id, email, name, password_hash, totp_secret, language, theme FROM operator ORDER BY email;

-- name: spend_code
-- A code is good once, and so is every code before it: no row comes back for one that was taken.
UPDATE operator SET totp_step = $2 WHERE id = $1 AND totp_step < $2 RETURNING id;

-- name: set_language
UPDATE operator SET language = $2 WHERE id = $1;

-- name: set_theme
UPDATE operator SET theme = $2 WHERE id = $1;

-- name: set_password
UPDATE operator SET password_hash = $2 WHERE id = $1;

-- name: open_session
INSERT INTO operator_session (token_hash, operator_id, agent, created_at, last_seen_at, expires_at)
VALUES ($1, $2, $3, $4, $4, $5);

-- name: session
SELECT s.operator_id, s.last_seen_at, o.email, o.name, o.language, o.theme
FROM operator_session s JOIN operator o ON o.id = s.operator_id
WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.last_seen_at > $3;

-- name: session_seen
UPDATE operator_session SET last_seen_at = $2::timestamptz
WHERE token_hash = $1 AND last_seen_at < $2::timestamptz - interval '1 minute';

-- name: close_session
DELETE FROM operator_session WHERE token_hash = $1 RETURNING operator_id;

-- name: close_sessions
DELETE FROM operator_session WHERE operator_id = $1;

-- name: sweep
DELETE FROM operator_session WHERE expires_at <= $1;

-- name: begin_visit
INSERT INTO visit (token_hash, session_hash, operator_id, tenant_id, reason, begun_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: visit
-- Ends with the operator's session, however that ended.
SELECT v.operator_id, v.tenant_id, v.reason, v.begun_at, v.expires_at, o.email, o.name, o.language, o.theme,
       t.name AS tenant_name, t.timezone, e.due_at AS leaves_at,
       coalesce((SELECT p.value::text = 'true' FROM preference p
                 WHERE p.tenant_id = v.tenant_id AND p.name = $4), false) AS may_change
FROM visit v
JOIN operator_session s ON s.token_hash = v.session_hash
JOIN operator o ON o.id = v.operator_id
JOIN tenant t ON t.tenant_id = v.tenant_id
LEFT JOIN erasure e ON e.tenant_id = v.tenant_id
WHERE v.token_hash = $1 AND v.expires_at > $2 AND s.expires_at > $2 AND s.last_seen_at > $3;

-- name: visit_seen
UPDATE operator_session s SET last_seen_at = $2::timestamptz FROM visit v
WHERE v.token_hash = $1 AND s.token_hash = v.session_hash AND s.last_seen_at < $2::timestamptz - interval '1 minute';

-- name: end_visit
DELETE FROM visit WHERE token_hash = $1 RETURNING tenant_id, operator_id;

-- name: sweep_visits
DELETE FROM visit WHERE expires_at <= $1;

-- name: note
INSERT INTO operator_audit (id, at, operator_id, actor, action, about, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7::json);

-- name: notes
SELECT a.id, a.at, a.actor, a.action, a.about, a.detail, t.name AS about_name
FROM operator_audit a LEFT JOIN tenant t ON t.tenant_id = a.about
WHERE a.id < $1 ORDER BY a.id DESC LIMIT $2;

-- name: notes_about
SELECT a.id, a.at, a.actor, a.action, a.about, a.detail, t.name AS about_name
FROM operator_audit a LEFT JOIN tenant t ON t.tenant_id = a.about
WHERE a.about = $3 AND a.id < $1 ORDER BY a.id DESC LIMIT $2;
