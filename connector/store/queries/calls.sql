-- Requests to vendors: the log of each, and what they add up to.

-- name: log
INSERT INTO api_call (tenant_id, id, provider, method, commands, status, error, ms, at, request, response)
SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::integer[], $6::integer[], $7::text[],
    $8::integer[], $9::timestamptz[], $10::text[], $11::text[]);

-- name: count
WITH given AS MATERIALIZED (
    SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::integer[], $7::integer[],
                         $8::bigint[])
        AS g (provider, scope, method, minute, calls, errors, operating_ms)
), minutes AS (
    INSERT INTO call_minute AS r (tenant_id, provider, scope, method, minute, calls, errors, operating_ms)
    SELECT $1, provider, scope, method, minute, calls, errors, operating_ms FROM given
    ON CONFLICT (tenant_id, provider, scope, method, minute) DO UPDATE SET
        calls = r.calls + excluded.calls, errors = r.errors + excluded.errors,
        operating_ms = r.operating_ms + excluded.operating_ms
)
INSERT INTO call_hour AS r (tenant_id, provider, scope, method, hour, calls, errors, operating_ms)
SELECT $1, provider, scope, method, date_trunc('hour', minute, 'UTC'), sum(calls), sum(errors), sum(operating_ms)
FROM given GROUP BY provider, scope, method, date_trunc('hour', minute, 'UTC')
ORDER BY provider, scope, method, date_trunc('hour', minute, 'UTC')
ON CONFLICT (tenant_id, provider, scope, method, hour) DO UPDATE SET
    calls = r.calls + excluded.calls, errors = r.errors + excluded.errors,
    operating_ms = r.operating_ms + excluded.operating_ms;

-- name: made_since
SELECT coalesce(sum(calls), 0) FROM call_hour
WHERE tenant_id = $1 AND provider = $2 AND scope = $3 AND hour >= $4;
