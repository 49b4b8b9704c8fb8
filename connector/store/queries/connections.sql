-- A tenant's two sides. Tokens are sealed.

-- name: account
SELECT id, company_id, name, account_key, main, state, state_since, state_detail, client_id, access_token,
       refresh_token, expires_at, refreshed_at, token_version, connected_at, created_at, checked_at, connected_by
FROM account WHERE tenant_id = $1 AND id = $2;

-- name: accounts
SELECT id, company_id, name, account_key, main, state, state_since, state_detail, client_id, access_token,
       refresh_token, expires_at, refreshed_at, token_version, connected_at, created_at, checked_at, connected_by
FROM account WHERE tenant_id = $1 ORDER BY created_at, id;

-- name: account_by_company
SELECT id, company_id, name, account_key, main, state, state_since, state_detail, client_id, access_token,
       refresh_token, expires_at, refreshed_at, token_version, connected_at, created_at, checked_at, connected_by
FROM account WHERE tenant_id = $1 AND company_id = $2;

-- name: add_account
INSERT INTO account (tenant_id, id, company_id, name, account_key, main, state, state_since, client_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8);

-- name: account_state
UPDATE account SET
    state = $3, state_detail = $4, state_since = $5,
    connected_at = CASE WHEN $3 = 'connected' THEN $5 ELSE connected_at END
WHERE tenant_id = $1 AND id = $2 AND state <> $3
RETURNING true;

-- name: account_tokens
UPDATE account SET
    access_token = $3, refresh_token = $4, expires_at = $5, refreshed_at = $6, token_version = token_version + 1
WHERE tenant_id = $1 AND id = $2 AND token_version = $7
RETURNING true;

-- name: account_without_tokens
UPDATE account SET
    access_token = NULL, refresh_token = NULL, expires_at = NULL, token_version = token_version + 1, main = false
WHERE tenant_id = $1 AND id = $2;

-- name: account_consented
UPDATE account SET name = $3, client_id = $4, connected_by = $5 WHERE tenant_id = $1 AND id = $2;

-- name: main_account
-- Records born in Bitrix24 go to this account, and to no other.
UPDATE account SET main = (id = $2) WHERE tenant_id = $1 AND main <> (id = $2);

-- name: idle_accounts
-- Working accounts that nobody used or tried for longest (system scope; reads only).
SELECT tenant_id, id, greatest(refreshed_at, checked_at, connected_at) AS used_at FROM account
WHERE state = 'connected' AND greatest(refreshed_at, checked_at, connected_at) < $1
ORDER BY 3 LIMIT $2;

-- name: inactive_accounts
-- Of companies that are inactive at Bling, the ones tried longest ago (system scope; reads only).
SELECT tenant_id, id, greatest(refreshed_at, checked_at, state_since) AS used_at FROM account
WHERE state = 'inactive' AND greatest(refreshed_at, checked_at, state_since) < $1
ORDER BY 3 LIMIT $2;

-- name: account_checked
UPDATE account SET checked_at = $3 WHERE tenant_id = $1 AND id = $2;

-- name: idle_portals
SELECT tenant_id, greatest(refreshed_at, checked_at, connected_at) AS used_at FROM portal
WHERE state = 'connected' AND greatest(refreshed_at, checked_at, connected_at) < $1
ORDER BY 2 LIMIT $2;

-- name: portal_checked
UPDATE portal SET checked_at = $2 WHERE tenant_id = $1;

-- name: portal
SELECT member_id, client_endpoint, oauth_url, state, state_since, state_detail, access_token, refresh_token,
       expires_at, refreshed_at, token_version, product_iblock_id, offer_iblock_id, product_link_property,
       offer_link_property, base_price_type, catalogue_at, connected_at, created_at, checked_at
FROM portal WHERE tenant_id = $1;

-- name: put_portal
INSERT INTO portal (tenant_id, member_id, client_endpoint, oauth_url, state, state_since, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $6)
ON CONFLICT (tenant_id) DO UPDATE SET
    member_id = excluded.member_id, client_endpoint = excluded.client_endpoint, oauth_url = excluded.oauth_url;

-- name: portal_state
UPDATE portal SET
    state = $2, state_detail = $3, state_since = $4,
    connected_at = CASE WHEN $2 = 'connected' THEN $4 ELSE connected_at END
WHERE tenant_id = $1 AND state <> $2
RETURNING true;

-- name: portal_tokens
UPDATE portal SET
    access_token = $2, refresh_token = $3, expires_at = $4, refreshed_at = $5, token_version = token_version + 1
WHERE tenant_id = $1 AND token_version = $6
RETURNING true;

-- name: portal_without_tokens
-- The version rises: whoever was about to store a renewed pair finds out.
UPDATE portal SET access_token = NULL, refresh_token = NULL, expires_at = NULL, token_version = token_version + 1
WHERE tenant_id = $1;

-- name: catalogue
UPDATE portal SET
    product_iblock_id = $2, offer_iblock_id = $3, product_link_property = $4, offer_link_property = $5,
    base_price_type = $6, catalogue_at = $7
WHERE tenant_id = $1;
