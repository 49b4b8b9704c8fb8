-- Where a tenant stands, in one round trip: everything a drain decides by.

-- name: standing
SELECT
    t.paused_at,
    l.state AS licence_state, l.plan AS licence_plan, l.source AS licence_source, l.ends_at AS licence_ends_at,
    coalesce((SELECT u.synced FROM usage u WHERE u.tenant_id = $1 AND u.period = $2), 0) AS used,
    ARRAY(SELECT g.name FROM toggle g WHERE g.tenant_id = $1 AND g.enabled) AS toggles,
    ARRAY(SELECT f.name || '=' || f.value::text FROM preference f WHERE f.tenant_id = $1) AS preferences,
    ARRAY(SELECT a.id FROM account a WHERE a.tenant_id = $1 ORDER BY a.id) AS account_ids,
    ARRAY(SELECT a.state FROM account a WHERE a.tenant_id = $1 ORDER BY a.id) AS account_states,
    ARRAY(SELECT a.company_id FROM account a WHERE a.tenant_id = $1 ORDER BY a.id) AS company_ids,
    ARRAY(SELECT a.connected_at FROM account a WHERE a.tenant_id = $1 ORDER BY a.id) AS account_connected,
    p.state AS portal_state, p.member_id, p.client_endpoint,
    p.product_iblock_id, p.offer_iblock_id, p.product_link_property, p.offer_link_property, p.base_price_type,
    p.crm, p.crm_at, p.fields, p.fields_at
FROM tenant t
LEFT JOIN licence l ON l.tenant_id = t.tenant_id
LEFT JOIN portal p ON p.tenant_id = t.tenant_id
WHERE t.tenant_id = $1;

-- name: mapping
SELECT version, rules, filter FROM mapping
WHERE tenant_id = $1 AND kind = $2
ORDER BY version DESC
LIMIT 1;

-- name: mappings
SELECT DISTINCT ON (kind) kind, version, rules, filter FROM mapping
WHERE tenant_id = $1
ORDER BY kind, version DESC;

-- name: keep_fields
UPDATE portal SET fields = $2::json, fields_at = $3 WHERE tenant_id = $1;

-- name: keep_crm
UPDATE portal SET crm = $2::json, crm_at = $3 WHERE tenant_id = $1;
