-- Connecting, and the health of connections.
-- Statements end with a semicolon and an empty line; each is one call.

-- A consent under way at Bling: found by its state's hash, good for one session, deleted by its first callback.
-- A tenant's own Bling app waits here, sealed, until the consent succeeds.
CREATE TABLE consent (
    hash bytea PRIMARY KEY,
    session_hash bytea NOT NULL,
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    account_id uuid,
    client_id text,
    client_secret bytea,
    started boolean NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX consent_tenant ON consent (tenant_id);

CREATE INDEX consent_expiry ON consent (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON consent TO ponte_system;

-- When an idle connection was last tried, in business time, and who connected it.
ALTER TABLE account ADD COLUMN checked_at timestamptz;

ALTER TABLE account ADD COLUMN connected_by text;

ALTER TABLE portal ADD COLUMN checked_at timestamptz;

-- The longest idle account is looked for every few seconds.
CREATE INDEX account_idle ON account (greatest(refreshed_at, checked_at, connected_at), tenant_id)
WHERE state = 'connected';

-- What people are told: one row per cause, told once, reminded, deleted when it is over.
CREATE TABLE alert (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    cause text NOT NULL,
    subject text NOT NULL,
    detail text NOT NULL,
    opened_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    told smallint NOT NULL DEFAULT 0,
    resolved_at timestamptz,
    PRIMARY KEY (tenant_id, cause)
);

CREATE INDEX alert_due ON alert (due_at, tenant_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON alert TO ponte_tenant, ponte_system;

ALTER TABLE alert ENABLE ROW LEVEL SECURITY;

ALTER TABLE alert FORCE ROW LEVEL SECURITY;

CREATE POLICY own_rows ON alert TO ponte_tenant
USING (tenant_id = nullif(current_setting('ponte.tenant', true), '')::uuid);

CREATE POLICY all_rows ON alert TO ponte_system USING (true);
