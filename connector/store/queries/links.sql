-- The remembered pairs, and how many records are in which state.

-- name: load
SELECT * FROM link
WHERE tenant_id = $1 AND kind = ANY($2::text[]) AND account_id = ANY($3::uuid[]) AND bling_id = ANY($4::bigint[]);

-- name: children
SELECT * FROM link
WHERE tenant_id = $1 AND kind = 'product' AND account_id = $2 AND parent_id = ANY($3::bigint[])
ORDER BY parent_id, bling_id;

-- name: by_bitrix
SELECT * FROM link WHERE tenant_id = $1 AND kind = $2 AND bitrix_id = ANY($3::bigint[]);

-- name: newest
-- By Bitrix24's ids, which grow: an index has them in this order.
SELECT * FROM link
WHERE tenant_id = $1 AND kind = $2 AND bitrix_id IS NOT NULL AND gone_at IS NULL
ORDER BY bitrix_id DESC
LIMIT $3;

-- name: to_apply
-- Records in Bitrix24 that another version of the mapping wrote last.
SELECT * FROM link
WHERE tenant_id = $1 AND kind = $2 AND bitrix_id IS NOT NULL AND gone_at IS NULL AND state <> 'deleted'
  AND mapping_version IS DISTINCT FROM $3 AND (account_id, bling_id) > ($4, $5)
ORDER BY account_id, bling_id
LIMIT $6;

-- name: of_invoices
SELECT * FROM link
WHERE tenant_id = $1 AND kind = 'order' AND account_id = ANY($2::uuid[]) AND invoice_id = ANY($3::bigint[]);

-- name: of_store_numbers
SELECT * FROM link
WHERE tenant_id = $1 AND kind = $2 AND account_id = ANY($3::uuid[]) AND store_number = ANY($4::text[]);

-- name: of_skus
SELECT * FROM link
WHERE tenant_id = $1 AND kind = 'product' AND sku_folded = ANY($2::text[]) AND account_id = ANY($3::uuid[])
  AND bitrix_id IS NOT NULL;

-- name: sharers
SELECT * FROM link
WHERE tenant_id = $1 AND kind = 'sale' AND bitrix_id = ANY($2::bigint[])
ORDER BY bling_id;

-- name: mark_creating
-- A record that nobody knew is counted as waiting from here on.
WITH given AS (
    SELECT * FROM unnest($2::text[], $3::uuid[], $4::bigint[], $5::text[])
        AS g (kind, account_id, bling_id, label)
), known AS (
    SELECT kind FROM given JOIN link USING (kind, account_id, bling_id)
    WHERE tenant_id = $1 AND kind = ANY($2::text[]) AND account_id = ANY($3::uuid[]) AND bling_id = ANY($4::bigint[])
), marked AS (
    INSERT INTO link AS l (tenant_id, kind, account_id, bling_id, label, state, creating_at, created_at, updated_at)
    SELECT $1, kind, account_id, bling_id, label, 'waiting', $6, $6, $6 FROM given
    ON CONFLICT (tenant_id, kind, account_id, bling_id)
    DO UPDATE SET creating_at = excluded.creating_at, updated_at = excluded.updated_at
), new AS (
    SELECT kind, sum(n) AS n
    FROM (SELECT kind, 1 AS n FROM given UNION ALL SELECT kind, -1 FROM known) AS each
    GROUP BY kind HAVING sum(n) > 0
)
INSERT INTO link_count AS c (tenant_id, kind, state, n)
SELECT $1, kind, 'waiting', n FROM new
ON CONFLICT (tenant_id, kind, state) DO UPDATE SET n = c.n + excluded.n;

-- name: save
-- The states before are read here, in the same statement, so that the counts cannot drift from the rows.
WITH given AS MATERIALIZED (
    SELECT (record->>'kind') AS kind, (record->>'account_id')::uuid AS account_id,
        (record->>'bling_id')::bigint AS bling_id, bitrix_id, shape, price_id, label, sku,
        decode(fingerprint, 'base64') AS fingerprint, written, bling_date, bling_date_bare,
        decode(body_hash, 'base64') AS body_hash, parent_id, invoice_id, store_number, mapping_version, state,
        reason, detail, sync_id, synced_at, creating_at, gone_at, writes, writes_since, created_at, updated_at
    FROM json_to_recordset($2::json) AS g (
        record json, bitrix_id bigint, shape text, price_id bigint, label text, sku text, fingerprint text,
        written text, bling_date timestamptz, bling_date_bare boolean, body_hash text, parent_id bigint,
        invoice_id bigint, store_number text,
        mapping_version integer, state text, reason text, detail text, sync_id uuid, synced_at timestamptz,
        creating_at timestamptz, gone_at timestamptz, writes smallint, writes_since timestamptz,
        created_at timestamptz, updated_at timestamptz)
), before AS (
    SELECT l.kind, l.state FROM given JOIN link l USING (kind, account_id, bling_id)
    WHERE l.tenant_id = $1 AND l.kind = ANY($3::text[]) AND l.account_id = ANY($4::uuid[])
      AND l.bling_id = ANY($5::bigint[])
), saved AS (
    INSERT INTO link (
        tenant_id, kind, account_id, bling_id, bitrix_id, shape, price_id, label, sku, fingerprint, written,
        bling_date, bling_date_bare, body_hash, parent_id, invoice_id, store_number, mapping_version, state, reason,
        detail, sync_id, synced_at, creating_at, gone_at, writes, writes_since, created_at, updated_at)
    SELECT $1, kind, account_id, bling_id, bitrix_id, shape, price_id, label, sku, fingerprint, written::json,
        bling_date, bling_date_bare, body_hash, parent_id, invoice_id, store_number, mapping_version, state, reason,
        detail, sync_id, synced_at, creating_at, gone_at, writes, writes_since, created_at, updated_at
    FROM given
    ON CONFLICT (tenant_id, kind, account_id, bling_id) DO UPDATE SET
        bitrix_id = excluded.bitrix_id, shape = excluded.shape, price_id = excluded.price_id,
        label = excluded.label, sku = excluded.sku, fingerprint = excluded.fingerprint, written = excluded.written,
        bling_date = excluded.bling_date, bling_date_bare = excluded.bling_date_bare,
        body_hash = excluded.body_hash, parent_id = excluded.parent_id,
        invoice_id = excluded.invoice_id, store_number = excluded.store_number, mapping_version = excluded.mapping_version,
        state = excluded.state, reason = excluded.reason, detail = excluded.detail, sync_id = excluded.sync_id,
        synced_at = excluded.synced_at, creating_at = excluded.creating_at, gone_at = excluded.gone_at,
        writes = excluded.writes, writes_since = excluded.writes_since, updated_at = excluded.updated_at
), delta AS (
    SELECT kind, state, sum(n) AS n
    FROM (SELECT kind, state, 1 AS n FROM given UNION ALL SELECT kind, state, -1 FROM before) AS each
    GROUP BY kind, state HAVING sum(n) <> 0
)
INSERT INTO link_count AS c (tenant_id, kind, state, n)
SELECT $1, kind, state, n FROM delta
ON CONFLICT (tenant_id, kind, state) DO UPDATE SET n = c.n + excluded.n;
