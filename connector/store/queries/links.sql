-- The remembered pairs, and how many records are in which state.

-- name: load
SELECT * FROM link
WHERE tenant_id = $1 AND kind = ANY($2::text[]) AND account_id = ANY($3::uuid[]) AND bling_id = ANY($4::bigint[]);

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
-- The states before are read here, in the same statement, so that the counts cannot drift from the rows. A person's
-- choice is not the drain's to overwrite; it has served once both sides agree.
WITH given AS MATERIALIZED (
    SELECT (record->>'kind') AS kind, (record->>'account_id')::uuid AS account_id,
        (record->>'bling_id')::bigint AS bling_id, bitrix_id, shape, price_id, label, sku,
        decode(fingerprint, 'base64') AS fingerprint, written, bling_date, bling_date_bare,
        decode(body_hash, 'base64') AS body_hash, parent_id, invoice_id, store_number, mapping_version, state,
        reason, detail, sync_id, synced_at, creating_at, exported_at, gone_at, writes, writes_since, created_at,
        updated_at
    FROM json_to_recordset($2::json) AS g (
        record json, bitrix_id bigint, shape text, price_id bigint, label text, sku text, fingerprint text,
        written text, bling_date timestamptz, bling_date_bare boolean, body_hash text, parent_id bigint,
        invoice_id bigint, store_number text,
        mapping_version integer, state text, reason text, detail text, sync_id uuid, synced_at timestamptz,
        creating_at timestamptz, exported_at timestamptz, gone_at timestamptz, writes smallint, writes_since timestamptz,
        created_at timestamptz, updated_at timestamptz)
), before AS (
    SELECT l.kind, l.account_id, l.bling_id, l.state, l.reason, l.label
    FROM given JOIN link l USING (kind, account_id, bling_id)
    WHERE l.tenant_id = $1 AND l.kind = ANY($3::text[]) AND l.account_id = ANY($4::uuid[])
      AND l.bling_id = ANY($5::bigint[])
), saved AS (
    INSERT INTO link (
        tenant_id, kind, account_id, bling_id, bitrix_id, shape, price_id, label, sku, fingerprint, written,
        bling_date, bling_date_bare, body_hash, parent_id, invoice_id, store_number, mapping_version, state, reason,
        detail, sync_id, synced_at, creating_at, exported_at, gone_at, writes, writes_since, created_at, updated_at)
    SELECT $1, kind, account_id, bling_id, bitrix_id, shape, price_id, label, sku, fingerprint, written::json,
        bling_date, bling_date_bare, body_hash, parent_id, invoice_id, store_number, mapping_version, state, reason,
        detail, sync_id, synced_at, creating_at, exported_at, gone_at, writes, writes_since, created_at, updated_at
    FROM given
    ON CONFLICT (tenant_id, kind, account_id, bling_id) DO UPDATE SET
        bitrix_id = excluded.bitrix_id, shape = excluded.shape, price_id = excluded.price_id,
        label = excluded.label, sku = excluded.sku, fingerprint = excluded.fingerprint, written = excluded.written,
        bling_date = excluded.bling_date, bling_date_bare = excluded.bling_date_bare,
        body_hash = excluded.body_hash, parent_id = excluded.parent_id,
        invoice_id = excluded.invoice_id, store_number = excluded.store_number, mapping_version = excluded.mapping_version,
        state = excluded.state, reason = excluded.reason, detail = excluded.detail, sync_id = excluded.sync_id,
        synced_at = excluded.synced_at, creating_at = excluded.creating_at,
        exported_at = excluded.exported_at, gone_at = excluded.gone_at,
        writes = excluded.writes, writes_since = excluded.writes_since, updated_at = excluded.updated_at,
        choice = CASE WHEN excluded.synced_at IS NOT DISTINCT FROM link.synced_at THEN link.choice END,
        choice_id = CASE WHEN excluded.synced_at IS NOT DISTINCT FROM link.synced_at THEN link.choice_id END
), delta AS (
    SELECT kind, state, sum(n) AS n
    FROM (SELECT kind, state, 1 AS n FROM given UNION ALL SELECT kind, state, -1 FROM before) AS each
    GROUP BY kind, state HAVING sum(n) <> 0
), reasons AS (
    INSERT INTO link_reason_count AS r (tenant_id, kind, state, reason, n)
    SELECT $1, kind, state, reason, sum(n)
    FROM (SELECT kind, state, reason, 1 AS n FROM given UNION ALL SELECT kind, state, reason, -1 FROM before) AS each
    WHERE reason IS NOT NULL
    GROUP BY kind, state, reason HAVING sum(n) <> 0
    ORDER BY kind, state, reason
    ON CONFLICT (tenant_id, kind, state, reason) DO UPDATE SET n = r.n + excluded.n
), counted AS (
    INSERT INTO link_count AS c (tenant_id, kind, state, n)
    SELECT $1, kind, state, n FROM delta
    ON CONFLICT (tenant_id, kind, state) DO UPDATE SET n = c.n + excluded.n
)
SELECT kind, account_id, bling_id, g.label FROM given g LEFT JOIN before b USING (kind, account_id, bling_id)
WHERE b.label IS DISTINCT FROM g.label;

-- name: name
-- Words that stay are not touched, so that no row is deleted and made again in one statement.
WITH named AS (
    SELECT kind, account_id, bling_id, coalesce(array_agg(word) FILTER (WHERE word IS NOT NULL), '{}') AS words
    FROM unnest($2::text[], $3::uuid[], $4::bigint[], $5::text[]) AS n (kind, account_id, bling_id, word)
    GROUP BY kind, account_id, bling_id
), gone AS (
    DELETE FROM link_word w USING named n
    WHERE w.tenant_id = $1 AND w.kind = n.kind AND w.account_id = n.account_id AND w.bling_id = n.bling_id
      AND w.word <> ALL(n.words)
)
INSERT INTO link_word (tenant_id, kind, account_id, bling_id, word)
SELECT $1, kind, account_id, bling_id, word FROM named CROSS JOIN unnest(words) AS word
ON CONFLICT DO NOTHING;

-- name: choose
-- What a person wants done with a record.
UPDATE link SET choice = $5, choice_id = $6
WHERE tenant_id = $1 AND kind = $2 AND account_id = $3 AND bling_id = $4
RETURNING bling_id;

-- name: choose_again
-- The same for many: records that were deleted in Bitrix24 are to be made anew.
UPDATE link SET choice = 'again', choice_id = NULL
FROM unnest($3::uuid[], $4::bigint[]) AS g (account_id, bling_id)
WHERE tenant_id = $1 AND kind = $2 AND link.account_id = g.account_id AND link.bling_id = g.bling_id
  AND gone_at IS NOT NULL;

-- name: of_reason
-- Records whose present state has this reason, in the order of their keys.
SELECT account_id, bling_id FROM link
WHERE tenant_id = $1 AND kind = $2 AND reason = $3 AND (account_id, bling_id) > ($4, $5)
ORDER BY account_id, bling_id LIMIT $6;

-- name: reasons
SELECT kind, state, reason, n FROM link_reason_count WHERE tenant_id = $1 AND n > 0 ORDER BY kind, state, reason;

-- name: recount
-- Under the tenant's lease: nobody saves links meanwhile.
WITH found AS (
    SELECT kind, state, reason, count(*) AS n FROM link WHERE tenant_id = $1 AND reason IS NOT NULL
    GROUP BY kind, state, reason
), gone AS (
    UPDATE link_reason_count c SET n = 0
    WHERE c.tenant_id = $1 AND c.n <> 0
      AND NOT EXISTS (
          SELECT 1 FROM found f WHERE f.kind = c.kind AND f.state = c.state AND f.reason = c.reason)
)
INSERT INTO link_reason_count AS c (tenant_id, kind, state, reason, n)
SELECT $1, kind, state, reason, n FROM found
ON CONFLICT (tenant_id, kind, state, reason) DO UPDATE SET n = excluded.n WHERE c.n <> excluded.n;
