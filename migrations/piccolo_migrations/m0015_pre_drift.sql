-- How far both sides agree, what a reconciliation still doubts, how far missed changes were looked for.
-- Statements end with a semicolon and an empty line; each is one call.

-- The last reconciliation of each kind that came to its end.
CREATE TABLE drift (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    kind text NOT NULL,
    run_id uuid NOT NULL,
    compared integer NOT NULL,
    differing integer NOT NULL,
    began_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, kind)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON drift TO ponte_tenant, ponte_system;

ALTER TABLE drift ENABLE ROW LEVEL SECURITY;

ALTER TABLE drift FORCE ROW LEVEL SECURITY;

CREATE POLICY own_rows ON drift TO ponte_tenant
USING (tenant_id = nullif(current_setting('ponte.tenant', true), '')::uuid);

CREATE POLICY all_rows ON drift TO ponte_system USING (true);

-- A record that seems to differ: it is looked at once more before anything is said of it. `bitrix_id` = a further
-- record of Bitrix24 that carries its link, 0 for none; `sign` = hash of what Bling said of it at the last look.
CREATE TABLE run_doubt (
    tenant_id uuid NOT NULL,
    run_id uuid NOT NULL,
    account_id uuid NOT NULL,
    bling_id bigint NOT NULL,
    bitrix_id bigint NOT NULL DEFAULT 0,
    sign bytea,
    looks smallint NOT NULL DEFAULT 0,
    doubted_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, run_id, account_id, bling_id, bitrix_id),
    FOREIGN KEY (tenant_id, run_id) REFERENCES run ON DELETE CASCADE
);

CREATE INDEX run_doubt_due ON run_doubt (tenant_id, run_id, due_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON run_doubt TO ponte_tenant, ponte_system;

ALTER TABLE run_doubt ENABLE ROW LEVEL SECURITY;

ALTER TABLE run_doubt FORCE ROW LEVEL SECURITY;

CREATE POLICY own_rows ON run_doubt TO ponte_tenant
USING (tenant_id = nullif(current_setting('ponte.tenant', true), '')::uuid);

CREATE POLICY all_rows ON run_doubt TO ponte_system USING (true);

-- Until when an account's changes have been compared with what was heard of them. `silent_since` = changes were
-- found of which nothing was heard, and nothing has been heard since.
CREATE TABLE sweep (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    account_id uuid NOT NULL,
    kind text NOT NULL,
    swept_until timestamptz NOT NULL,
    missed integer NOT NULL DEFAULT 0,
    silent_since timestamptz,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, account_id, kind)
);

CREATE INDEX sweep_due ON sweep (due_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON sweep TO ponte_tenant, ponte_system;

ALTER TABLE sweep ENABLE ROW LEVEL SECURITY;

ALTER TABLE sweep FORCE ROW LEVEL SECURITY;

CREATE POLICY own_rows ON sweep TO ponte_tenant
USING (tenant_id = nullif(current_setting('ponte.tenant', true), '')::uuid);

CREATE POLICY all_rows ON sweep TO ponte_system USING (true);
