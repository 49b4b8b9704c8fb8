-- What a search means. Equality and ranges on columns COLLATE "C" alone: under row-level security nothing else
-- goes by an index. Each look is bounded.

-- name: by_sku
-- The beginning of a SKU, or of an order's or invoice's number, in any letter case.
SELECT * FROM link
WHERE tenant_id = $1 AND kind = $2
  AND sku_folded >= lower($3::text COLLATE "C") AND sku_folded < lower($3::text COLLATE "C") || U&'\+10FFFF'
ORDER BY sku_folded, account_id, bling_id LIMIT $4;

-- name: by_number
SELECT * FROM link
WHERE tenant_id = $1 AND kind = $2 AND (bitrix_id = $3
    OR (bling_id = $3 AND account_id = ANY(ARRAY(SELECT id FROM account WHERE tenant_id = $1))))
ORDER BY bling_id LIMIT $4;

-- name: rarity
-- How many names have a word that begins so, up to $4.
SELECT o.low, (SELECT count(*) FROM (
        SELECT FROM link_word
        WHERE tenant_id = $1 AND word >= o.low COLLATE "C" AND word < o.high COLLATE "C" LIMIT $4
    ) AS begun) AS n
FROM unnest($2::text[], $3::text[]) AS o (low, high);

-- name: by_words
-- $3 ≤ the rarest word < $4; the others ($5, $6) have to begin a word of the same name.
WITH begun AS MATERIALIZED (
    SELECT DISTINCT kind, account_id, bling_id FROM (
        SELECT kind, account_id, bling_id FROM link_word
        WHERE tenant_id = $1 AND word >= $3 COLLATE "C" AND word < $4 COLLATE "C"
          AND ($2::text IS NULL OR kind = $2)
        ORDER BY word LIMIT $8
    ) AS first
)
SELECT l.* FROM begun b
JOIN link l ON l.tenant_id = $1 AND l.kind = b.kind AND l.account_id = b.account_id AND l.bling_id = b.bling_id
WHERE NOT EXISTS (
    SELECT FROM unnest($5::text[], $6::text[]) AS o (low, high)
    WHERE NOT EXISTS (
        SELECT FROM link_word w
        WHERE w.tenant_id = $1 AND w.kind = b.kind AND w.account_id = b.account_id AND w.bling_id = b.bling_id
          AND w.word >= o.low COLLATE "C" AND w.word < o.high COLLATE "C"))
ORDER BY l.kind, l.label, l.account_id, l.bling_id LIMIT $7;

-- name: waiting_delivery
SELECT id FROM inbox WHERE tenant_id = $1 AND provider_event_id = $2;

-- name: delivery
SELECT id FROM event WHERE tenant_id = $1 AND provider_event_id = $2 AND id >= $3 AND id < $4
ORDER BY id DESC LIMIT $5;

-- name: deliveries
SELECT provider_event_id FROM event
WHERE tenant_id = $1 AND provider_event_id = ANY($2::text[]) AND id >= $3;
