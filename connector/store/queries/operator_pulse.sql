-- Is Bling still sending? Counts by resource, written by the web processes every few seconds.

-- name: count
WITH counted AS (
    SELECT resource, minute, n FROM unnest($1::text[], $2::timestamptz[], $3::bigint[]) AS c (resource, minute, n)
), minutes AS (
    INSERT INTO message_minute AS m (resource, minute, n) SELECT resource, minute, n FROM counted
    ON CONFLICT (resource, minute) DO UPDATE SET n = m.n + excluded.n
)
INSERT INTO message_hour AS h (resource, hour, n)
SELECT resource, date_trunc('hour', minute, 'UTC'), sum(n)::bigint FROM counted GROUP BY 1, 2
ON CONFLICT (resource, hour) DO UPDATE SET n = h.n + excluded.n;

-- name: hours
SELECT resource, hour, n FROM message_hour WHERE hour >= $1 ORDER BY resource, hour;

-- name: minutes
SELECT resource, minute, n FROM message_minute WHERE minute >= $1 ORDER BY resource, minute;

-- name: last
-- Resource by resource, each by the end of its key; the hour where the minutes are forgotten already.
SELECT r.resource, coalesce(
    (SELECT minute FROM message_minute WHERE resource = r.resource ORDER BY minute DESC LIMIT 1),
    (SELECT hour FROM message_hour WHERE resource = r.resource ORDER BY hour DESC LIMIT 1)
) AS minute FROM (SELECT DISTINCT resource FROM message_hour WHERE hour >= $1) AS r;

-- name: silences
SELECT resource, last_at, noticed_at FROM silence ORDER BY resource;

-- name: notice
INSERT INTO silence (resource, last_at, noticed_at) VALUES ($1, $2, $3)
ON CONFLICT (resource) DO NOTHING RETURNING resource;

-- name: over
DELETE FROM silence WHERE resource = $1 RETURNING resource;

-- name: prune_minutes
DELETE FROM message_minute WHERE minute < $1;

-- name: prune_hours
DELETE FROM message_hour WHERE hour < $1;
