-- Counts and charts: small tables written in the settle transaction, never a scan of history.

-- name: hours
SELECT hour, outcome, sum(n)::bigint AS n FROM event_hour
WHERE tenant_id = $1 AND hour >= $2 AND ($3::text IS NULL OR kind = $3)
GROUP BY hour, outcome ORDER BY hour, outcome;

-- name: counts
SELECT outcome, sum(n)::bigint AS n FROM event_hour
WHERE tenant_id = $1 AND hour >= $2 AND ($3::text IS NULL OR kind = $3)
GROUP BY outcome;

-- name: half_hours
SELECT date_bin('30 minutes', minute, '2000-01-01 00:00+00') AS start, outcome, latency, sum(n)::bigint AS n
FROM event_minute WHERE tenant_id = $1 AND minute >= $2
GROUP BY start, outcome, latency;

-- name: days
-- Days of the reader's own zone.
SELECT (hour AT TIME ZONE $3)::date AS day, outcome, latency, sum(n)::bigint AS n
FROM event_hour WHERE tenant_id = $1 AND hour >= $2
  AND outcome IN ('created', 'updated', 'failed', 'dead')
GROUP BY day, outcome, latency;

-- name: calls
SELECT provider, scope, method, sum(calls)::bigint AS calls, sum(errors)::bigint AS errors,
       sum(operating_ms)::bigint AS operating_ms
FROM call_hour WHERE tenant_id = $1 AND hour >= $2
GROUP BY provider, scope, method ORDER BY provider, scope, method;

-- name: prune_event_minute
DELETE FROM event_minute WHERE minute < $1;

-- name: prune_call_minute
DELETE FROM call_minute WHERE minute < $1;
