-- Imports, rehearsals, reconciliations, exports: rows are few, items many.

-- name: start
INSERT INTO run (tenant_id, id, task, kind, state, wish, started_by, started_at, updated_at, due_at)
VALUES ($1, $2, $3, $4, 'running', $5::text::json, $6, $7, $7, $7)
ON CONFLICT DO NOTHING
RETURNING *;

-- name: get
SELECT * FROM run WHERE tenant_id = $1 AND id = $2;

-- name: under_way
SELECT * FROM run WHERE tenant_id = $1 AND task = $2 AND kind = $3 AND state IN ('running', 'paused');

-- name: newest
SELECT * FROM run WHERE tenant_id = $1 AND task = $2 AND ($3::text IS NULL OR kind = $3)
ORDER BY started_at DESC LIMIT $4;

-- name: due
-- Whom nobody works on (system scope; no locks).
SELECT tenant_id, id FROM run
WHERE due_at <= $1 AND (held_until IS NULL OR held_until < statement_timestamp())
ORDER BY due_at LIMIT $2;

-- name: take
UPDATE run SET holder = $3, held_until = statement_timestamp() + make_interval(secs => $4)
WHERE tenant_id = $1 AND id = $2 AND state = 'running' AND due_at IS NOT NULL
  AND (holder IS NULL OR holder = $3 OR held_until < statement_timestamp())
RETURNING *;

-- name: keep
UPDATE run SET held_until = statement_timestamp() + make_interval(secs => $4)
WHERE tenant_id = $1 AND id = $2 AND holder = $3 AND state = 'running'
RETURNING true;

-- name: let_go
UPDATE run SET holder = NULL, held_until = NULL WHERE tenant_id = $1 AND id = $2 AND holder = $3;

-- name: advance
-- Only by its holder, and only while it runs: a pause or a cancellation ends the step without a trace of it.
UPDATE run SET
    place = $4::text::json, counts = $5::text::json, listed = $6, total = $7, queued = $8, detail = $9, due_at = $10,
    stumbles = $11, updated_at = $12, held_until = statement_timestamp() + make_interval(secs => $13)
WHERE tenant_id = $1 AND id = $2 AND holder = $3 AND state = 'running'
RETURNING *;

-- name: end
UPDATE run SET state = $4, detail = $5, total = coalesce(total, listed), ended_at = $6, updated_at = $6, due_at = NULL,
    holder = NULL, held_until = NULL
WHERE tenant_id = $1 AND id = $2 AND holder = $3 AND state = 'running'
RETURNING *;

-- name: turn
-- A person's deed; the holder notices at its next step. $7 = the drain that has a cancelled run's events in hand.
UPDATE run SET state = $4, due_at = $5, updated_at = $6, holder = $7, held_until = NULL,
    ended_at = CASE WHEN $4::text = 'cancelled' THEN $6::timestamptz END
WHERE tenant_id = $1 AND id = $2 AND state = ANY($3::text[])
RETURNING *;

-- name: list_items
-- What was listed before is not listed again; answers how many are new.
WITH new AS (
    INSERT INTO run_item (tenant_id, run_id, account_id, bling_id, n, label)
    SELECT $1, $2, $3, g.bling_id, $4 + g.place, g.label
    FROM unnest($5::bigint[], $6::text[]) WITH ORDINALITY AS g (bling_id, label, place)
    ON CONFLICT DO NOTHING
    RETURNING 1
)
SELECT count(*) FROM new;

-- name: next_items
UPDATE run_item SET queued = true
WHERE tenant_id = $1 AND run_id = $2 AND NOT queued
  AND n IN (SELECT n FROM run_item WHERE tenant_id = $1 AND run_id = $2 AND NOT queued ORDER BY n LIMIT $3)
RETURNING account_id, bling_id, n;

-- name: settled
-- An item counts once, however often its record is tried again.
WITH ended AS MATERIALIZED (
    SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::uuid[])
        AS e (run_id, account_id, bling_id, outcome, reason, detail, event_id)
), before AS (
    SELECT i.run_id, i.account_id, i.bling_id, i.outcome FROM run_item i
    WHERE i.tenant_id = $1 AND i.run_id = ANY($2::uuid[]) AND i.bling_id = ANY($4::bigint[])
), marked AS (
    UPDATE run_item i SET outcome = e.outcome, reason = e.reason, detail = e.detail, event_id = e.event_id
    FROM ended e
    WHERE i.tenant_id = $1 AND i.run_id = e.run_id AND i.account_id = e.account_id AND i.bling_id = e.bling_id
    RETURNING i.run_id, i.account_id, i.bling_id, i.outcome
), tally AS (
    SELECT m.run_id, count(*) FILTER (WHERE b.outcome IS NULL) AS done,
        count(*) FILTER (WHERE m.outcome IN ('failed', 'dead'))
            - count(*) FILTER (WHERE b.outcome IN ('failed', 'dead')) AS failed
    FROM marked m JOIN before b USING (run_id, account_id, bling_id) GROUP BY m.run_id
)
UPDATE run r SET done = r.done + t.done, failed = r.failed + t.failed, updated_at = $9
FROM tally t WHERE r.tenant_id = $1 AND r.id = t.run_id;

-- name: failures
SELECT * FROM run_item
WHERE tenant_id = $1 AND run_id = $2 AND outcome IN ('failed', 'dead') AND n > $3
ORDER BY n LIMIT $4;

-- name: add_findings
INSERT INTO run_finding (tenant_id, run_id, n, kind, account_id, bling_id, bitrix_id, what, label, detail, fields)
SELECT $1, $2, n, kind, account_id, bling_id, bitrix_id, what, label, detail, fields
FROM json_to_recordset($3::json) AS f (
    n integer, kind text, account_id uuid, bling_id bigint, bitrix_id bigint, what text, label text, detail text,
    fields json)
ON CONFLICT (tenant_id, run_id, n) DO NOTHING;

-- name: findings
SELECT * FROM run_finding
WHERE tenant_id = $1 AND run_id = $2 AND n > $3 AND ($4::text IS NULL OR what = $4)
ORDER BY n LIMIT $5;

-- name: forget
DELETE FROM run WHERE tenant_id = $1 AND ended_at < $2;

-- name: pending
-- Events of a run that will still be worked on, and those that wait for a person.
SELECT count(*) FILTER (WHERE due_at IS NOT NULL) AS due, count(*) FILTER (WHERE due_at IS NULL) AS held
FROM inbox WHERE tenant_id = $1 AND provider_event_id >= $2 AND provider_event_id < $3;

-- name: withdraw
-- Events of a run that was cancelled while nobody worked on any.
DELETE FROM inbox WHERE tenant_id = $1 AND provider_event_id >= $2 AND provider_event_id < $3;

-- name: through
-- A cancelled run whose events a drain had in hand: is it through, so that what is left waits for nobody?
UPDATE run r SET due_at = NULL, holder = NULL
WHERE r.tenant_id = $1 AND r.id = $2 AND r.state = 'cancelled' AND r.due_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM lease l
                  WHERE l.tenant_id = $1 AND l.holder IS NOT NULL AND l.expires_at >= statement_timestamp()
                    AND r.holder = 'drain:' || l.fence)
RETURNING r.id;

-- name: withdraw_left
DELETE FROM inbox WHERE tenant_id = $1 AND provider_event_id >= $2 AND provider_event_id < $3 AND due_at IS NULL;

-- name: hush
UPDATE inbox SET due_at = NULL, outcome = 'held', reason = 'run_paused', detail = NULL, held_at = NULL,
    waits = coalesce(waits, '[]') || jsonb_build_object('reason', 'run_paused', 'from', $4::timestamptz)
WHERE tenant_id = $1 AND provider_event_id >= $2 AND provider_event_id < $3 AND due_at IS NOT NULL;

-- name: go_on
UPDATE inbox SET due_at = $4, outcome = NULL, reason = NULL, held_at = NULL,
    waits = jsonb_set(waits, '{-1,until}', to_jsonb($4::timestamptz))
WHERE tenant_id = $1 AND provider_event_id >= $2 AND provider_event_id < $3 AND due_at IS NULL AND reason = 'run_paused';

-- name: hushed
SELECT id FROM inbox WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND reason = 'run_paused';

-- name: held_for
SELECT reason, count(*) AS n FROM inbox
WHERE tenant_id = $1 AND provider_event_id >= $2 AND provider_event_id < $3 AND due_at IS NULL GROUP BY reason;

-- name: release
UPDATE inbox SET due_at = $4, outcome = NULL, reason = NULL, detail = NULL, held_at = NULL,
    waits = jsonb_set(waits, '{-1,until}', to_jsonb($4::timestamptz))
WHERE tenant_id = $1 AND provider_event_id >= $2 AND provider_event_id < $3 AND due_at IS NULL AND reason = $5;

-- name: deletions
-- Ids name the time of receipt, so that the history is looked through from there on only.
SELECT account_id FROM inbox WHERE tenant_id = $1 AND kind = $2 AND action = 'deleted' AND id >= $3
UNION
SELECT account_id FROM event WHERE tenant_id = $1 AND kind = $2 AND action = 'deleted' AND id >= $3;

-- name: fresh_items
-- Which of these were not listed yet.
SELECT g.bling_id FROM unnest($4::bigint[]) AS g (bling_id)
WHERE NOT EXISTS (SELECT 1 FROM run_item i WHERE i.tenant_id = $1 AND i.run_id = $2 AND i.account_id = $3
                  AND i.bling_id = g.bling_id);

-- name: count_done
UPDATE run SET done = done + $3, failed = failed + $4 WHERE tenant_id = $1 AND id = $2;

-- name: judged
-- What a rehearsal thinks of its items: `outcome` is its class, `detail` the record's code.
UPDATE run_item i SET outcome = j.outcome, detail = j.code
FROM unnest($4::bigint[], $5::text[], $6::text[]) AS j (bling_id, outcome, code)
WHERE i.tenant_id = $1 AND i.run_id = $2 AND i.account_id = $3 AND i.bling_id = j.bling_id;

-- name: same_codes
-- Records of one class that carry a code which an earlier one carries.
SELECT count(*) FROM (
    SELECT row_number() OVER (PARTITION BY detail ORDER BY n) AS place FROM run_item
    WHERE tenant_id = $1 AND run_id = $2 AND outcome = $3 AND detail <> '') AS numbered
WHERE place > 1;

-- name: history
-- Ids ascend with the time of the start.
SELECT * FROM run WHERE tenant_id = $1 AND task = $2 AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4;
