-- Long work on a tenant's records: imports, rehearsals, reconciliations, exports.
-- Statements end with a semicolon and an empty line; each is one call.

-- One row each. `wish` = what was asked for, `place` = where it goes on after a crash, `counts` = tallies of its own
-- task. `due_at` = when a worker takes the next step, null while nothing is to be done; `holder` has it until then.
CREATE TABLE run (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    id uuid NOT NULL,
    task text NOT NULL CHECK (task IN ('import', 'rehearsal', 'reconciliation', 'export')),
    kind text NOT NULL,
    state text NOT NULL CHECK (state IN ('running', 'paused', 'done', 'cancelled', 'failed')),
    wish json NOT NULL,
    place json,
    counts json,
    detail text,
    listed integer NOT NULL DEFAULT 0,
    total integer,
    queued integer NOT NULL DEFAULT 0,
    done integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    stumbles smallint NOT NULL DEFAULT 0,
    started_by uuid,
    started_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    ended_at timestamptz,
    due_at timestamptz,
    holder text,
    held_until timestamptz,
    PRIMARY KEY (tenant_id, id)
);

-- One of a sort at a time: whoever starts a second one is told of the first.
CREATE UNIQUE INDEX run_under_way ON run (tenant_id, task, kind) WHERE state IN ('running', 'paused');

CREATE INDEX run_due ON run (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX run_newest ON run (tenant_id, task, started_at DESC);

GRANT SELECT, INSERT, UPDATE, DELETE ON run TO ponte_tenant, ponte_system;

ALTER TABLE run ENABLE ROW LEVEL SECURITY;

ALTER TABLE run FORCE ROW LEVEL SECURITY;

CREATE POLICY own_rows ON run TO ponte_tenant
USING (tenant_id = nullif(current_setting('ponte.tenant', true), '')::uuid);

CREATE POLICY all_rows ON run TO ponte_system USING (true);

-- The records of a run, each once however often a list showed it; `n` = their order. `outcome` is null until the
-- record's event has settled.
CREATE TABLE run_item (
    tenant_id uuid NOT NULL,
    run_id uuid NOT NULL,
    account_id uuid NOT NULL,
    bling_id bigint NOT NULL,
    n integer NOT NULL,
    queued boolean NOT NULL DEFAULT false,
    label text NOT NULL DEFAULT '',
    outcome text,
    reason text,
    detail text,
    event_id uuid,
    PRIMARY KEY (tenant_id, run_id, account_id, bling_id),
    FOREIGN KEY (tenant_id, run_id) REFERENCES run ON DELETE CASCADE
);

CREATE INDEX run_item_next ON run_item (tenant_id, run_id, n) WHERE NOT queued;

CREATE INDEX run_item_failed ON run_item (tenant_id, run_id, n) WHERE outcome IN ('failed', 'dead');

GRANT SELECT, INSERT, UPDATE, DELETE ON run_item TO ponte_tenant, ponte_system;

ALTER TABLE run_item ENABLE ROW LEVEL SECURITY;

ALTER TABLE run_item FORCE ROW LEVEL SECURITY;

CREATE POLICY own_rows ON run_item TO ponte_tenant
USING (tenant_id = nullif(current_setting('ponte.tenant', true), '')::uuid);

CREATE POLICY all_rows ON run_item TO ponte_system USING (true);

-- What a reconciliation found, or an example of what a rehearsal would do. `fields` = [{field, bling, bitrix24}].
CREATE TABLE run_finding (
    tenant_id uuid NOT NULL,
    run_id uuid NOT NULL,
    n integer NOT NULL,
    kind text NOT NULL,
    account_id uuid,
    bling_id bigint,
    bitrix_id bigint,
    what text NOT NULL,
    label text NOT NULL DEFAULT '',
    detail text,
    fields json NOT NULL,
    repair text CHECK (repair IN ('queued', 'done', 'failed')),
    event_id uuid,
    PRIMARY KEY (tenant_id, run_id, n),
    FOREIGN KEY (tenant_id, run_id) REFERENCES run ON DELETE CASCADE
);

GRANT SELECT, INSERT, UPDATE, DELETE ON run_finding TO ponte_tenant, ponte_system;

ALTER TABLE run_finding ENABLE ROW LEVEL SECURITY;

ALTER TABLE run_finding FORCE ROW LEVEL SECURITY;

CREATE POLICY own_rows ON run_finding TO ponte_tenant
USING (tenant_id = nullif(current_setting('ponte.tenant', true), '')::uuid);

CREATE POLICY all_rows ON run_finding TO ponte_system USING (true);
