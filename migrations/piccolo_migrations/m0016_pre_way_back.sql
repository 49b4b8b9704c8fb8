-- What portals change, on its way to Bling.
-- Statements end with a semicolon and an empty line; each is one call.

-- How a portal's changes are come by, while the tenant wants any of them. `offline` = the portal keeps a queue for us
-- (null until that was asked); `bound` = whose events are bound (`products`, `deals`), null when they have to be bound
-- anew. `due_at` = the next look,
-- `busy_until` = somebody is looking. `reading` = events may have been taken from the queue and not stored.
-- `changed_since` = from where the next sweep looks for changes, `sweep_at` = when it is due.
CREATE TABLE portal_intake (
    tenant_id uuid PRIMARY KEY REFERENCES tenant ON DELETE CASCADE,
    offline boolean,
    bound text,
    due_at timestamptz NOT NULL,
    busy_until timestamptz,
    reading boolean NOT NULL DEFAULT false,
    changed_since timestamptz NOT NULL,
    sweep_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE INDEX portal_intake_due ON portal_intake (due_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON portal_intake TO ponte_tenant, ponte_system;

ALTER TABLE portal_intake ENABLE ROW LEVEL SECURITY;

ALTER TABLE portal_intake FORCE ROW LEVEL SECURITY;

CREATE POLICY own_rows ON portal_intake TO ponte_tenant
USING (tenant_id = nullif(current_setting('ponte.tenant', true), '')::uuid);

CREATE POLICY all_rows ON portal_intake TO ponte_system USING (true);

-- Who wants any of them is looked for every few seconds.
CREATE INDEX toggle_back ON toggle (tenant_id)
WHERE enabled AND name IN ('product.export_create', 'product.export_update', 'deal.won');

-- When a record was written in Bling last: messages from before that moment are no news.
ALTER TABLE link ADD COLUMN exported_at timestamptz;

-- Records of Bitrix24 that are being made in Bling: until Bling has answered, `bling_id` is Bitrix24's id, negative.
CREATE INDEX link_making ON link (tenant_id) WHERE bling_id < 0 AND creating_at IS NOT NULL;
