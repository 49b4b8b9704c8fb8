-- When somebody was heard last. Each look is bounded by an index and a LIMIT.

-- name: bling
-- The newest message of a tenant's, waiting or settled, among its newest events from $2 on.
SELECT max(received_at) FROM (
    SELECT received_at FROM (
        SELECT source, received_at FROM inbox WHERE tenant_id = $1 AND id >= $2 ORDER BY id DESC LIMIT $3
    ) AS waiting WHERE source = 'bling'
    UNION ALL
    SELECT received_at FROM (
        SELECT source, received_at FROM event WHERE tenant_id = $1 AND id >= $2 ORDER BY id DESC LIMIT $3
    ) AS settled WHERE source = 'bling'
) AS heard;

-- name: portals
-- When Bitrix24 answered anybody's renewal of tokens or consent last; one row for each portal.
SELECT max(greatest(refreshed_at, connected_at)) FROM portal WHERE state = 'connected';

-- name: overdue
-- By the sweeper's index.
SELECT due_at FROM inbox WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1;
