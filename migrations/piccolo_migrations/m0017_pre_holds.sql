-- What the guard rail stopped, and what it let pass.
-- Statements end with a semicolon and an empty line; each is one call.

-- One incident: changes of one cause on one side, live or of one run ('' = live), that wait for a person. `records` =
-- how many wait. `over` = all of them were mended before anybody decided. Times are real.
CREATE TABLE hold (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    id uuid NOT NULL,
    cause text NOT NULL CHECK (cause IN ('price_zero', 'price_jump', 'deactivated')),
    side text NOT NULL CHECK (side IN ('bitrix24', 'bling')),
    run text NOT NULL COLLATE "C",
    state text NOT NULL CHECK (state IN ('open', 'approved', 'discarded', 'over')),
    opened_at timestamptz NOT NULL,
    records integer NOT NULL DEFAULT 0,
    decided_at timestamptz,
    decided_by text,
    decider_id uuid,
    PRIMARY KEY (tenant_id, id)
);

-- What comes while people are being asked joins.
CREATE UNIQUE INDEX hold_open ON hold (tenant_id, cause, side, run) WHERE state = 'open';

GRANT SELECT, INSERT, UPDATE, DELETE ON hold TO ponte_tenant, ponte_system;

ALTER TABLE hold ENABLE ROW LEVEL SECURITY;

ALTER TABLE hold FORCE ROW LEVEL SECURITY;

CREATE POLICY own_rows ON hold TO ponte_tenant
USING (tenant_id = nullif(current_setting('ponte.tenant', true), '')::uuid);

CREATE POLICY all_rows ON hold TO ponte_system USING (true);

-- A record of an incident: `held` waits, `written` went through just before the limit was reached. `suspicions` =
-- [{cause, field, before, after}]. `at` = when it was stopped or let pass; of a discarded one, until when it is known
-- that nothing else was written meanwhile.
CREATE TABLE hold_item (
    tenant_id uuid NOT NULL,
    hold_id uuid NOT NULL,
    kind text NOT NULL,
    account_id uuid NOT NULL,
    bling_id bigint NOT NULL,
    bitrix_id bigint,
    label text NOT NULL,
    sku text,
    state text NOT NULL CHECK (state IN ('held', 'written')),
    suspicions json NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, hold_id, kind, account_id, bling_id),
    FOREIGN KEY (tenant_id, hold_id) REFERENCES hold ON DELETE CASCADE
);

CREATE INDEX hold_item_record ON hold_item (tenant_id, kind, account_id, bling_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON hold_item TO ponte_tenant, ponte_system;

ALTER TABLE hold_item ENABLE ROW LEVEL SECURITY;

ALTER TABLE hold_item FORCE ROW LEVEL SECURITY;

CREATE POLICY own_rows ON hold_item TO ponte_tenant
USING (tenant_id = nullif(current_setting('ponte.tenant', true), '')::uuid);

CREATE POLICY all_rows ON hold_item TO ponte_system USING (true);

-- Odd changes that were let pass, because they were too few to be an incident: those of the last ten minutes, and of
-- each run. Noted before they are written, so that a crash forgets none.
CREATE TABLE guard_pass (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    cause text NOT NULL,
    side text NOT NULL,
    run text NOT NULL COLLATE "C",
    kind text NOT NULL,
    account_id uuid NOT NULL,
    bling_id bigint NOT NULL,
    bitrix_id bigint,
    label text NOT NULL,
    sku text,
    suspicions json NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, cause, side, run, kind, account_id, bling_id)
);

CREATE INDEX guard_pass_at ON guard_pass (tenant_id, at);

GRANT SELECT, INSERT, UPDATE, DELETE ON guard_pass TO ponte_tenant, ponte_system;

ALTER TABLE guard_pass ENABLE ROW LEVEL SECURITY;

ALTER TABLE guard_pass FORCE ROW LEVEL SECURITY;

CREATE POLICY own_rows ON guard_pass TO ponte_tenant
USING (tenant_id = nullif(current_setting('ponte.tenant', true), '')::uuid);

CREATE POLICY all_rows ON guard_pass TO ponte_system USING (true);
