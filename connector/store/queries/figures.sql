-- What the screens count, from the roll-ups alone.

-- name: half_hours
SELECT date_bin('30 minutes', minute, '2000-01-01 00:00+00') AS start, outcome, latency, sum(n)::bigint AS n
FROM event_minute
WHERE tenant_id = $1 AND minute >= $2
GROUP BY start, outcome, latency;

-- name: outcomes
SELECT outcome, sum(n)::bigint AS n
FROM event_hour
WHERE tenant_id = $1 AND hour >= $2 AND hour < $3
GROUP BY outcome;
