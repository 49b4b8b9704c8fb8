-- How the records of one run ended. (tenant_id, run_id) is the head of run_item's key.

-- name: outcomes
SELECT outcome, count(*) AS n FROM run_item
WHERE tenant_id = $1 AND run_id = $2 AND outcome IS NOT NULL
GROUP BY outcome;
