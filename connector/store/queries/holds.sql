-- What the guard rail stopped, and what it let pass. Statements of a drain begin with the lease's check; whoever writes
-- in both locks `hold` before `inbox`.

-- name: passed
-- Live ones of the window, and all of the runs at hand.
SELECT cause, run, kind, account_id, bling_id FROM guard_pass
WHERE tenant_id = $1 AND side = $2 AND run = ANY($3::text[]) AND (run <> '' OR at > $4);

-- name: open
-- Nobody decides about these before this transaction ends.
SELECT id, cause, run FROM hold
WHERE tenant_id = $1 AND side = $2 AND run = ANY($3::text[]) AND state = 'open'
FOR NO KEY UPDATE;

-- name: decided
-- What was decided last about each of these records.
SELECT DISTINCT ON (i.kind, i.account_id, i.bling_id)
    i.hold_id, i.kind, i.account_id, i.bling_id, i.suspicions, i.at, h.state, h.decided_at
FROM hold_item i JOIN hold h ON h.tenant_id = i.tenant_id AND h.id = i.hold_id
WHERE i.tenant_id = $1 AND i.kind = ANY($2::text[]) AND i.account_id = ANY($3::uuid[]) AND i.bling_id = ANY($4::bigint[])
  AND i.state = 'held' AND h.side = $5 AND h.state IN ('approved', 'discarded')
ORDER BY i.kind, i.account_id, i.bling_id, h.decided_at DESC;

-- name: note_passes
INSERT INTO guard_pass (
    tenant_id, cause, side, run, kind, account_id, bling_id, bitrix_id, label, sku, suspicions, at)
SELECT $1, s->>'cause', $2, run, record->>'kind', (record->>'account_id')::uuid, (record->>'bling_id')::bigint,
    bitrix_id, label, sku, suspicions, $4
FROM json_to_recordset($3::json) AS g (
    run text, record json, bitrix_id bigint, label text, sku text, suspicions json),
    json_array_elements(suspicions) AS s
ON CONFLICT (tenant_id, cause, side, run, kind, account_id, bling_id) DO UPDATE SET
    bitrix_id = excluded.bitrix_id, label = excluded.label, sku = excluded.sku, suspicions = excluded.suspicions,
    at = excluded.at;

-- name: forget_passes
-- A run is over long before its month is.
DELETE FROM guard_pass WHERE tenant_id = $1 AND at <= $2 AND (run = '' OR at <= $2 - interval '30 days');

-- name: begin
INSERT INTO hold (tenant_id, id, cause, side, run, state, opened_at) VALUES ($1, $2, $3, $4, $5, 'open', $6);

-- name: written_before
-- Those that went through before the limit was reached belong to the incident.
INSERT INTO hold_item (
    tenant_id, hold_id, kind, account_id, bling_id, bitrix_id, label, sku, state, suspicions, at)
SELECT $1, $2, kind, account_id, bling_id, bitrix_id, label, sku, 'written', suspicions, at FROM guard_pass
WHERE tenant_id = $1 AND cause = $3 AND side = $4 AND run = $5 AND (run <> '' OR at > $6);

-- name: join
WITH given AS MATERIALIZED (
    SELECT record->>'kind' AS kind, (record->>'account_id')::uuid AS account_id,
        (record->>'bling_id')::bigint AS bling_id, bitrix_id, label, sku, suspicions
    FROM json_to_recordset($3::json) AS g (
        record json, bitrix_id bigint, label text, sku text, suspicions json)
), known AS (
    SELECT count(*) AS n FROM hold_item i JOIN given USING (kind, account_id, bling_id)
    WHERE i.tenant_id = $1 AND i.hold_id = $2 AND i.state = 'held'
), joined AS (
    INSERT INTO hold_item AS i (
        tenant_id, hold_id, kind, account_id, bling_id, bitrix_id, label, sku, state, suspicions, at)
    SELECT $1, $2, kind, account_id, bling_id, bitrix_id, label, sku, 'held', suspicions, $4 FROM given
    ON CONFLICT (tenant_id, hold_id, kind, account_id, bling_id) DO UPDATE SET
        bitrix_id = excluded.bitrix_id, label = excluded.label, sku = excluded.sku, state = 'held',
        suspicions = excluded.suspicions, at = excluded.at
)
UPDATE hold SET records = records + (SELECT count(*) FROM given) - (SELECT n FROM known)
WHERE tenant_id = $1 AND id = $2;

-- name: lock_open
SELECT id FROM hold WHERE tenant_id = $1 AND state = 'open' ORDER BY id FOR NO KEY UPDATE;

-- name: leave
-- Records that were mended before anybody decided.
WITH gone AS (
    DELETE FROM hold_item i USING hold h
    WHERE i.tenant_id = $1 AND i.state = 'held'
      AND (i.kind, i.account_id, i.bling_id) IN (SELECT * FROM unnest($2::text[], $3::uuid[], $4::bigint[]))
      AND h.tenant_id = i.tenant_id AND h.id = i.hold_id AND h.state = 'open' AND h.side = $5
    RETURNING i.hold_id
), fewer AS (
    SELECT hold_id, count(*) AS n FROM gone GROUP BY hold_id
)
UPDATE hold h SET
    records = h.records - f.n,
    state = CASE WHEN h.records > f.n THEN 'open' ELSE 'over' END,
    decided_at = CASE WHEN h.records > f.n THEN NULL ELSE $6::timestamptz END
FROM fewer f WHERE h.tenant_id = $1 AND h.id = f.hold_id
RETURNING h.cause, h.state;

-- name: let_go
-- The events of such records: what is newer was synced, so they find out that they are old.
UPDATE inbox SET due_at = $5, outcome = NULL, reason = NULL, detail = NULL, held_at = NULL,
    waits = jsonb_set(waits, '{-1,until}', to_jsonb($5::timestamptz))
WHERE tenant_id = $1 AND due_at IS NULL AND reason = 'guard_rail'
  AND (kind, account_id, bling_id) IN (SELECT * FROM unnest($2::text[], $3::uuid[], $4::bigint[]));

-- name: unhold
-- Of events that were held just now: those of whose hold somebody decided meanwhile.
UPDATE inbox i SET due_at = $3, outcome = NULL, reason = NULL, detail = NULL, held_at = NULL,
    waits = jsonb_set(waits, '{-1,until}', to_jsonb($3::timestamptz))
WHERE i.tenant_id = $1 AND i.id = ANY($2::uuid[]) AND i.due_at IS NULL AND i.reason = 'guard_rail'
  AND (
    SELECT bool_and(h.state <> 'open')
    FROM hold_item m JOIN hold h ON h.tenant_id = m.tenant_id AND h.id = m.hold_id
    WHERE m.tenant_id = $1 AND m.kind = i.kind AND m.account_id = i.account_id AND m.bling_id = i.bling_id
      AND m.state = 'held');

-- name: keep_refusing
UPDATE hold_item SET at = $6
WHERE tenant_id = $1 AND hold_id = $2 AND kind = $3 AND account_id = $4 AND bling_id = $5;

-- name: prune
DELETE FROM hold WHERE tenant_id = $1 AND state <> 'open' AND decided_at < $2;

-- name: is_open
SELECT EXISTS (SELECT 1 FROM hold WHERE tenant_id = $1 AND cause = $2 AND state = 'open');

-- name: list
SELECT id, cause, side, run, state, opened_at, records, decided_at, decided_by FROM hold
WHERE tenant_id = $1 AND id < $2 AND ($3::text IS NULL OR state = $3)
ORDER BY id DESC LIMIT $4;

-- name: one
SELECT id, cause, side, run, state, opened_at, records, decided_at, decided_by FROM hold
WHERE tenant_id = $1 AND id = $2;

-- name: items
SELECT kind, account_id, bling_id, i.bitrix_id, i.label, i.sku, i.state, i.suspicions, i.at, l.written AS now_written
FROM hold_item i LEFT JOIN link l USING (tenant_id, kind, account_id, bling_id)
WHERE i.tenant_id = $1 AND i.hold_id = $2 AND i.state = $3
ORDER BY kind, account_id, bling_id LIMIT $4;

-- name: decide
UPDATE hold SET state = $3, decided_at = $4, decided_by = $5, decider_id = $6
WHERE tenant_id = $1 AND id = $2 AND state = 'open'
RETURNING id, cause, side, run, state, opened_at, records, decided_at, decided_by;

-- name: date_items
-- What was discarded is known to be so from the decision on.
UPDATE hold_item SET at = $3 WHERE tenant_id = $1 AND hold_id = $2 AND state = 'held';

-- name: release
UPDATE inbox i SET due_at = $3, outcome = NULL, reason = NULL, detail = NULL, held_at = NULL,
    waits = jsonb_set(waits, '{-1,until}', to_jsonb($3::timestamptz))
FROM hold_item m
WHERE i.tenant_id = $1 AND i.due_at IS NULL AND i.reason = 'guard_rail'
  AND m.tenant_id = $1 AND m.hold_id = $2 AND m.state = 'held'
  AND m.kind = i.kind AND m.account_id = i.account_id AND m.bling_id = i.bling_id;

-- name: without_event
-- Records that were read along with another's event have none of their own.
SELECT kind, account_id, bling_id FROM hold_item m
WHERE m.tenant_id = $1 AND m.hold_id = $2 AND m.state = 'held' AND NOT EXISTS (
    SELECT 1 FROM inbox i WHERE i.tenant_id = $1 AND i.kind = m.kind AND i.account_id = m.account_id
      AND i.bling_id = m.bling_id AND i.due_at IS NOT NULL)
ORDER BY kind, account_id, bling_id;
