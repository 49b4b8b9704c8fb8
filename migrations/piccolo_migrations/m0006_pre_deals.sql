-- Orders and sales become deals.
-- Statements end with a semicolon and an empty line; each is one call.

-- How an invoice finds its order: the order names the invoice, or both name the shop's number ("{loja}:{number}").
ALTER TABLE link ADD COLUMN invoice_id bigint;

ALTER TABLE link ADD COLUMN store_number text COLLATE "C";

CREATE INDEX link_invoice ON link (tenant_id, invoice_id) WHERE invoice_id IS NOT NULL;

CREATE INDEX link_store_number ON link (tenant_id, store_number) WHERE store_number IS NOT NULL;

-- A product or a deal belongs to one record; several invoices may share a deal, and several contacts a person.
CREATE UNIQUE INDEX link_bitrix_id ON link
    (tenant_id, kind, bitrix_id, (CASE WHEN kind IN ('product', 'order') THEN 0 ELSE bling_id END))
WHERE bitrix_id IS NOT NULL;

DROP INDEX link_bitrix;

-- Deals wait for reads of three a second; nothing else of the tenant may stand behind them.
CREATE INDEX inbox_deals ON inbox (tenant_id, lane, due_at, id)
WHERE due_at IS NOT NULL AND kind IN ('order', 'sale');

CREATE INDEX inbox_others ON inbox (tenant_id, lane, due_at, id)
WHERE due_at IS NOT NULL AND kind NOT IN ('order', 'sale');

DROP INDEX inbox_claim;

-- The portal's pipelines, stages, presets and fields, and when they were read.
ALTER TABLE portal ADD COLUMN crm json;

ALTER TABLE portal ADD COLUMN crm_at timestamptz;

-- Lists of an account that change rarely: situations, sellers, channels.
CREATE TABLE account_list (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    account_id uuid NOT NULL,
    name text NOT NULL,
    rows json NOT NULL,
    read_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, account_id, name)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON account_list TO ponte_tenant, ponte_system;

ALTER TABLE account_list ENABLE ROW LEVEL SECURITY;

ALTER TABLE account_list FORCE ROW LEVEL SECURITY;

CREATE POLICY own_rows ON account_list TO ponte_tenant
USING (tenant_id = nullif(current_setting('ponte.tenant', true), '')::uuid);

CREATE POLICY all_rows ON account_list TO ponte_system USING (true);
