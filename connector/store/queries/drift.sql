-- Reconciliations. Records that a run has seen are its items (`queued` = compared); they are forgotten at its end.

-- name: seen
SELECT bling_id, queued FROM run_item
WHERE tenant_id = $1 AND run_id = $2 AND account_id = $3 AND bling_id = ANY($4::bigint[]);

-- name: see
WITH new AS (
    INSERT INTO run_item AS i (tenant_id, run_id, account_id, bling_id, n, queued)
    SELECT $1, $2, $3, g.bling_id, $4 + g.place, true
    FROM unnest($5::bigint[]) WITH ORDINALITY AS g (bling_id, place)
    ON CONFLICT (tenant_id, run_id, account_id, bling_id) DO UPDATE SET queued = true, n = excluded.n
    WHERE NOT i.queued
    RETURNING 1
)
SELECT count(*) FROM new;

-- name: mark_changed
INSERT INTO run_item (tenant_id, run_id, account_id, bling_id, n)
SELECT $1, $2, $3, bling_id, 0 FROM unnest($4::bigint[]) AS g (bling_id)
ON CONFLICT DO NOTHING;

-- name: who_has_seen
SELECT bling_id, account_id FROM run_item
WHERE tenant_id = $1 AND run_id = $2 AND bling_id = ANY($3::bigint[]) AND queued;

-- name: unseen_links
-- Those that are known to be gone in Bling, or not to take part, have nothing to be compared.
SELECT l.* FROM link l
WHERE l.tenant_id = $1 AND l.kind = $2 AND l.account_id = ANY($4::uuid[])
  AND (l.account_id, l.bling_id) > ($5, $6)
  AND l.bitrix_id IS NOT NULL AND l.gone_at IS NULL AND l.state <> 'excluded'
  AND l.reason IS DISTINCT FROM 'gone_in_bling'
  AND NOT EXISTS (
      SELECT 1 FROM run_item i
      WHERE i.tenant_id = $1 AND i.run_id = $3 AND i.account_id = l.account_id AND i.bling_id = l.bling_id
        AND i.queued)
ORDER BY l.account_id, l.bling_id
LIMIT $7;

-- name: shared_links
SELECT l.* FROM link l
JOIN (
    SELECT bitrix_id, min(created_at) AS first FROM link
    WHERE tenant_id = $1 AND kind = $2 AND bitrix_id IS NOT NULL AND gone_at IS NULL
    GROUP BY bitrix_id HAVING count(*) > 1
) AS twice USING (bitrix_id)
WHERE l.tenant_id = $1 AND l.kind = $2 AND l.gone_at IS NULL AND l.created_at > twice.first;

-- name: of_bitrix
SELECT * FROM link WHERE tenant_id = $1 AND kind = $2 AND bitrix_id = ANY($3::bigint[]) AND gone_at IS NULL
ORDER BY created_at;

-- name: of_bling
SELECT * FROM link WHERE tenant_id = $1 AND kind = $2 AND bling_id = ANY($3::bigint[]);

-- name: pairs_by_shape
SELECT shape, count(*) AS n FROM link
WHERE tenant_id = $1 AND kind = $2 AND bitrix_id IS NOT NULL AND gone_at IS NULL GROUP BY shape;

-- name: oldest_sync
SELECT min(synced_at) FROM link
WHERE tenant_id = $1 AND kind = $2 AND bitrix_id IS NOT NULL AND gone_at IS NULL AND state = 'in_step';

-- name: doubt
INSERT INTO run_doubt (tenant_id, run_id, account_id, bling_id, bitrix_id, doubted_at, due_at)
SELECT $1, $2, * FROM unnest(
    $3::uuid[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::timestamptz[])
ON CONFLICT DO NOTHING;

-- name: due_doubts
-- All doubts of a record together.
SELECT d.* FROM run_doubt d
JOIN (
    SELECT account_id, bling_id FROM run_doubt
    WHERE tenant_id = $1 AND run_id = $2 AND due_at <= $3
    GROUP BY account_id, bling_id ORDER BY min(due_at), account_id, bling_id LIMIT $4
) AS due USING (account_id, bling_id)
WHERE d.tenant_id = $1 AND d.run_id = $2
ORDER BY d.account_id, d.bling_id, d.bitrix_id;

-- name: next_doubt
SELECT min(due_at) FROM run_doubt WHERE tenant_id = $1 AND run_id = $2;

-- name: doubt_again
UPDATE run_doubt d SET sign = g.sign, looks = g.looks, doubted_at = g.doubted_at, due_at = g.due_at
FROM unnest(
    $3::uuid[], $4::bigint[], $5::bigint[], $6::bytea[], $7::smallint[], $8::timestamptz[], $9::timestamptz[]
) AS g (account_id, bling_id, bitrix_id, sign, looks, doubted_at, due_at)
WHERE d.tenant_id = $1 AND d.run_id = $2 AND d.account_id = g.account_id AND d.bling_id = g.bling_id
  AND d.bitrix_id = g.bitrix_id;

-- name: undoubt
DELETE FROM run_doubt d USING unnest($3::uuid[], $4::bigint[], $5::bigint[]) AS g (account_id, bling_id, bitrix_id)
WHERE d.tenant_id = $1 AND d.run_id = $2 AND d.account_id = g.account_id AND d.bling_id = g.bling_id
  AND d.bitrix_id = g.bitrix_id;

-- name: prune
DELETE FROM run_item WHERE tenant_id = $1 AND run_id = $2;

-- name: differing
SELECT count(DISTINCT (account_id, bling_id, CASE WHEN bling_id IS NULL THEN bitrix_id END)) FROM run_finding
WHERE tenant_id = $1 AND run_id = $2;

-- name: counts
SELECT what, count(*) AS n FROM run_finding WHERE tenant_id = $1 AND run_id = $2 GROUP BY what;

-- name: repair_state
WITH held AS (
    SELECT account_id, bling_id FROM inbox
    WHERE tenant_id = $1 AND due_at IS NULL
      AND provider_event_id >= 'run:' || $2::uuid || ':' AND provider_event_id < 'run:' || $2::uuid || ';'
)
SELECT count(*) FILTER (WHERE f.repair = 'queued' AND i.outcome IS NULL AND h.bling_id IS NULL) AS queued,
    count(*) FILTER (WHERE f.repair = 'queued' AND i.outcome IS NULL AND h.bling_id IS NOT NULL) AS held,
    count(*) FILTER (WHERE f.repair = 'queued' AND i.outcome IN ('created', 'updated', 'unchanged')) AS done,
    count(*) FILTER (WHERE f.repair = 'failed' OR i.outcome IN ('skipped', 'failed', 'dead')) AS failed
FROM run_finding f
LEFT JOIN run_item i ON i.tenant_id = f.tenant_id AND i.run_id = f.run_id AND i.account_id = f.account_id
    AND i.bling_id = f.bling_id
LEFT JOIN held h ON h.account_id = f.account_id AND h.bling_id = f.bling_id
WHERE f.tenant_id = $1 AND f.run_id = $2 AND f.repair IS NOT NULL;

-- name: findings
-- What became of a repair stands on its run's item, where settling puts it; what waits for a person, in the inbox.
WITH held AS (
    SELECT account_id, bling_id, id FROM inbox
    WHERE tenant_id = $1 AND due_at IS NULL
      AND provider_event_id >= 'run:' || $2::uuid || ':' AND provider_event_id < 'run:' || $2::uuid || ';'
)
SELECT f.n, f.kind, f.account_id, f.bling_id, f.bitrix_id, f.what, f.label, f.fields,
    CASE WHEN f.repair = 'queued' AND i.outcome IN ('created', 'updated', 'unchanged') THEN 'done'
         WHEN f.repair = 'queued' AND i.outcome IS NOT NULL THEN 'failed'
         WHEN f.repair = 'queued' AND h.id IS NOT NULL THEN 'held' ELSE f.repair END AS repair,
    f.detail, coalesce(f.event_id, i.event_id, h.id) AS event_id
FROM run_finding f
LEFT JOIN run_item i ON i.tenant_id = f.tenant_id AND i.run_id = f.run_id AND i.account_id = f.account_id
    AND i.bling_id = f.bling_id
LEFT JOIN held h ON h.account_id = f.account_id AND h.bling_id = f.bling_id
WHERE f.tenant_id = $1 AND f.run_id = $2 AND f.n > $3 AND ($5::text IS NULL OR f.what = $5)
ORDER BY f.n LIMIT $4;

-- name: found_ids
SELECT DISTINCT bling_id FROM run_finding
WHERE tenant_id = $1 AND run_id = $2 AND bling_id = ANY($3::bigint[]);

-- name: to_repair
SELECT f.n, f.kind, f.account_id, f.bling_id, f.bitrix_id, f.what, f.label, f.detail, f.fields, f.repair,
    f.event_id
FROM run_finding f
LEFT JOIN run_item i ON i.tenant_id = f.tenant_id AND i.run_id = f.run_id AND i.account_id = f.account_id
    AND i.bling_id = f.bling_id
WHERE f.tenant_id = $1 AND f.run_id = $2 AND f.n > $3
  AND ($5::bigint[] IS NULL OR f.bling_id = ANY($5::bigint[]))
  AND (f.repair IS NULL OR f.repair = 'failed' OR i.outcome IN ('skipped', 'failed', 'dead'))
ORDER BY f.n LIMIT $4;

-- name: repairing
-- The item is counted anew: it may have been tried before.
WITH given AS (
    SELECT * FROM unnest($3::integer[], $4::uuid[], $5::bigint[]) AS g (n, account_id, bling_id)
), told AS (
    UPDATE run_finding f SET repair = 'queued' FROM given g
    WHERE f.tenant_id = $1 AND f.run_id = $2 AND f.n = g.n
)
INSERT INTO run_item (tenant_id, run_id, account_id, bling_id, n, queued)
SELECT $1, $2, account_id, bling_id, min(n), true FROM given GROUP BY account_id, bling_id
ON CONFLICT (tenant_id, run_id, account_id, bling_id)
DO UPDATE SET queued = true, outcome = NULL, reason = NULL, detail = NULL, event_id = NULL;

-- name: not_repaired
UPDATE run_finding SET repair = 'failed'
WHERE tenant_id = $1 AND run_id = $2 AND n = ANY($3::integer[]);

-- name: make_again
-- A person's word, in the place of somebody's deletion; nobody need have noticed that one before.
UPDATE link l SET choice = 'again', choice_id = NULL, gone_at = coalesce(l.gone_at, $5)
FROM unnest($3::uuid[], $4::bigint[]) AS g (account_id, bling_id)
WHERE l.tenant_id = $1 AND l.kind = $2 AND l.account_id = g.account_id AND l.bling_id = g.bling_id;

-- name: part
UPDATE link l SET bitrix_id = NULL, price_id = NULL, fingerprint = NULL, written = NULL, choice = 'new',
    choice_id = NULL
FROM unnest($3::uuid[], $4::bigint[]) AS g (account_id, bling_id)
WHERE l.tenant_id = $1 AND l.kind = $2 AND l.account_id = g.account_id AND l.bling_id = g.bling_id;

-- name: keep
INSERT INTO drift (tenant_id, kind, run_id, compared, differing, began_at, ended_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant_id, kind) DO UPDATE SET run_id = excluded.run_id, compared = excluded.compared,
    differing = excluded.differing, began_at = excluded.began_at, ended_at = excluded.ended_at;

-- name: standings
SELECT * FROM drift WHERE tenant_id = $1 ORDER BY kind;

-- name: scores
-- What a run counted none of is not in its counts.
SELECT id AS run_id, ended_at, coalesce((counts->>'compared')::integer, 0) AS compared,
    coalesce((counts->>'differing')::integer, 0) AS differing
FROM run
WHERE tenant_id = $1 AND task = 'reconciliation' AND kind = $2 AND state = 'done'
ORDER BY started_at DESC LIMIT $3;

-- name: newest_runs
SELECT * FROM run WHERE tenant_id = $1 AND task = 'reconciliation' ORDER BY started_at DESC LIMIT $2;

-- name: add_sweeps
-- Of tenants that let anything of the kind be written.
INSERT INTO sweep (tenant_id, account_id, kind, swept_until, due_at)
SELECT a.tenant_id, a.id, k.kind, $1, $2
FROM account a CROSS JOIN (VALUES ('product'), ('order')) AS k (kind)
WHERE a.state = 'connected'
  AND EXISTS (SELECT 1 FROM toggle t WHERE t.tenant_id = a.tenant_id AND t.enabled
              AND t.name IN (k.kind || '.create', k.kind || '.update'))
  AND NOT EXISTS (SELECT 1 FROM sweep s
                  WHERE s.tenant_id = a.tenant_id AND s.account_id = a.id AND s.kind = k.kind)
ON CONFLICT DO NOTHING;

-- name: due_sweeps
SELECT s.* FROM sweep s JOIN account a ON a.tenant_id = s.tenant_id AND a.id = s.account_id
WHERE s.due_at <= $1 AND a.state = 'connected'
ORDER BY s.due_at LIMIT $2;

-- name: put_off_sweep
UPDATE sweep SET due_at = $5
WHERE tenant_id = $1 AND account_id = $2 AND kind = $3 AND due_at <= $4
RETURNING kind;

-- name: swept
UPDATE sweep SET swept_until = $4, missed = $5, silent_since = $6
WHERE tenant_id = $1 AND account_id = $2 AND kind = $3;

-- name: last_heard
SELECT max(bling_date) FROM link WHERE tenant_id = $1 AND account_id = $2;
