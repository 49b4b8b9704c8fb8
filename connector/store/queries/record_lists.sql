-- Records by state and reason, in the order of their keys. `$n IS NULL OR …` costs nothing: the tenant scope plans
-- with the values.

-- name: in_state
SELECT * FROM link
WHERE tenant_id = $1 AND kind = $2 AND ($3::text IS NULL OR state = $3) AND (account_id, bling_id) > ($4, $5)
ORDER BY account_id, bling_id LIMIT $6;

-- name: of_reason
SELECT * FROM link
WHERE tenant_id = $1 AND kind = $2 AND reason = $7 AND ($3::text IS NULL OR state = $3)
  AND (account_id, bling_id) > ($4, $5)
ORDER BY account_id, bling_id LIMIT $6;

-- name: search
-- The beginning of a SKU or number in any letter case, of the longest word of a name ($10 to $11, the others $12 to
-- $13), or either id. Ranges: LIKE would scan under row-level security.
WITH begun AS MATERIALIZED (
    SELECT account_id, bling_id FROM link_word
    WHERE tenant_id = $1 AND kind = $2 AND word >= $10 COLLATE "C" AND word < $11 COLLATE "C"
    ORDER BY word LIMIT $14
), found AS (
    SELECT account_id, bling_id FROM link
    WHERE tenant_id = $1 AND kind = $2
      AND sku_folded >= lower($8::text COLLATE "C") AND sku_folded < lower($8::text COLLATE "C") || U&'\+10FFFF'
    UNION
    SELECT account_id, bling_id FROM link
    WHERE tenant_id = $1 AND kind = $2 AND bling_id = $9::bigint
      AND account_id = ANY(ARRAY(SELECT id FROM account WHERE tenant_id = $1))
    UNION
    SELECT account_id, bling_id FROM link WHERE tenant_id = $1 AND kind = $2 AND bitrix_id = $9::bigint
    UNION
    SELECT account_id, bling_id FROM begun b
    WHERE NOT EXISTS (
        SELECT FROM unnest($12::text[], $13::text[]) AS o (low, high)
        WHERE NOT EXISTS (
            SELECT FROM link_word w
            WHERE w.tenant_id = $1 AND w.kind = $2 AND w.account_id = b.account_id AND w.bling_id = b.bling_id
              AND w.word >= o.low COLLATE "C" AND w.word < o.high COLLATE "C"))
)
SELECT l.* FROM found
JOIN link l ON l.tenant_id = $1 AND l.kind = $2 AND l.account_id = found.account_id AND l.bling_id = found.bling_id
WHERE ($3::text IS NULL OR l.state = $3) AND ($7::text IS NULL OR l.reason = $7)
  AND (l.account_id, l.bling_id) > ($4, $5)
ORDER BY l.account_id, l.bling_id LIMIT $6;
