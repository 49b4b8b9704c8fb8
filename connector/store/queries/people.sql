-- Persons, their tenants and their sessions: tables of the directory, for the system role.

-- name: add_person
INSERT INTO person (id, email, name, password_hash, language, confirmed_at, created_at)
VALUES ($1, lower($2), $3, $4, $5, $6, $7);

-- name: person
SELECT id, email, name, password_hash, language, theme, confirmed_at FROM person WHERE id = $1;

-- name: person_by_email
SELECT id, email, name, password_hash, language, theme, confirmed_at FROM person WHERE email = lower($1);

-- name: add_member
INSERT INTO membership (tenant_id, person_id, role, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, person_id) DO UPDATE SET role = excluded.role;

-- name: memberships
SELECT tenant_id, person_id, role FROM membership WHERE person_id = $1 ORDER BY created_at, tenant_id;

-- name: members
SELECT m.tenant_id, m.person_id, m.role, m.muted, m.asked_for, p.email, p.name FROM membership m JOIN person p ON p.id = m.person_id
WHERE m.tenant_id = $1 ORDER BY p.email;

-- name: mute
UPDATE membership SET muted = $3::text[], asked_for = $4::text[] WHERE tenant_id = $1 AND person_id = $2;

-- name: open_session
INSERT INTO session (token_hash, person_id, tenant_id, frame, created_at, last_seen_at, expires_at, agent)
VALUES ($1, $2, $3, $4, $5, $5, $6, $7);

-- name: session
-- The membership decides, not what the session was opened with: who was removed is out at once.
SELECT s.person_id, s.tenant_id, s.frame, s.last_seen_at, s.expires_at, m.role,
       p.email, p.name, p.language, p.theme,
       (SELECT count(*) FROM membership o WHERE o.person_id = s.person_id) AS tenants, e.due_at AS leaves_at
FROM session s JOIN person p ON p.id = s.person_id
LEFT JOIN membership m ON m.tenant_id = s.tenant_id AND m.person_id = s.person_id
LEFT JOIN erasure e ON e.tenant_id = s.tenant_id
WHERE s.token_hash = $1 AND s.expires_at > $2;

-- name: session_seen
UPDATE session SET last_seen_at = $2::timestamptz, expires_at = $3
WHERE token_hash = $1 AND last_seen_at < $2::timestamptz - interval '1 minute';

-- name: close_session
DELETE FROM session WHERE token_hash = $1;

-- name: close_sessions
DELETE FROM session WHERE person_id = $1;

-- name: sessions
SELECT id, token_hash, frame, agent, created_at, last_seen_at FROM session
WHERE person_id = $1 AND expires_at > $2 AND last_seen_at > $3 ORDER BY last_seen_at DESC, id;

-- name: close_one_session
DELETE FROM session WHERE person_id = $1 AND id = $2 RETURNING id;

-- name: close_other_sessions
DELETE FROM session WHERE person_id = $1 AND token_hash <> $2;

-- name: enter
-- Only where the person belongs; a frame shows its portal's tenant and no other.
UPDATE session s SET tenant_id = $2 FROM membership m
WHERE s.token_hash = $1 AND NOT s.frame AND m.tenant_id = $2 AND m.person_id = s.person_id RETURNING s.tenant_id;

-- name: close_frames
DELETE FROM session WHERE tenant_id = $1 AND frame;

-- name: lock_members
-- Who changes roles or joins waits for the other: two owners cannot both leave, two newcomers not both come last.
SELECT person_id FROM membership WHERE tenant_id = $1 ORDER BY person_id FOR UPDATE;

-- name: roles
-- A statement of its own: one that waited for a lock does not see who came meanwhile.
SELECT person_id, role FROM membership WHERE tenant_id = $1;

-- name: remove_member
DELETE FROM membership WHERE tenant_id = $1 AND person_id = $2;

-- name: companies
SELECT m.tenant_id, m.role, t.name FROM membership m JOIN tenant t ON t.tenant_id = m.tenant_id
WHERE m.person_id = $1 ORDER BY t.name, m.tenant_id;

-- name: sweep_sessions
DELETE FROM session WHERE expires_at <= $1;

-- name: attempts
SELECT failures, blocked_until, last_at FROM signin_attempt WHERE email = lower($1);

-- name: failed
-- Failures of long ago are forgotten.
INSERT INTO signin_attempt AS a (email, failures, blocked_until, last_at) VALUES (lower($1), 1, NULL, $2)
ON CONFLICT (email) DO UPDATE SET
    failures = CASE WHEN a.last_at < excluded.last_at - $3::interval THEN 1 ELSE a.failures + 1 END,
    blocked_until = NULL, last_at = excluded.last_at
RETURNING failures;

-- name: block
UPDATE signin_attempt SET blocked_until = $2 WHERE email = lower($1);

-- name: succeeded
DELETE FROM signin_attempt WHERE email = lower($1);
