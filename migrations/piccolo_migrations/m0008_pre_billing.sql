-- Licences, subscriptions and what Stripe tells.
-- Statements end with a semicolon and an empty line; each is one call.

-- What a licence follows from, beside the subscriptions: the trial, and a grant with its note. State, plan, source
-- and ends_at are what followed from it when something changed last.
ALTER TABLE licence ADD COLUMN renews boolean NOT NULL DEFAULT true;

ALTER TABLE licence ADD COLUMN trial_ends_at timestamptz;

ALTER TABLE licence ADD COLUMN granted_plan text;

ALTER TABLE licence ADD COLUMN granted_until timestamptz;

ALTER TABLE licence ADD COLUMN granted_source text;

ALTER TABLE licence ADD COLUMN granted_note text;

-- The owner is bound by policies too while they are forced.
ALTER TABLE licence NO FORCE ROW LEVEL SECURITY;

UPDATE licence SET trial_ends_at = ends_at WHERE state = 'trial';

UPDATE licence SET granted_plan = plan, granted_until = ends_at, granted_source = source WHERE state = 'granted';

ALTER TABLE licence FORCE ROW LEVEL SECURITY;

-- Whose date has come is looked for every few seconds.
CREATE INDEX licence_dated ON licence (ends_at, tenant_id) WHERE state IN ('trial', 'grace', 'granted');

-- Subscriptions as Stripe had them when it was asked last.
CREATE TABLE subscription (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    id text NOT NULL,
    customer_id text NOT NULL,
    status text NOT NULL,
    plan text,
    item_id text NOT NULL,
    created_at timestamptz NOT NULL,
    period_end timestamptz,
    unpaid_since timestamptz,
    cancel_at timestamptz,
    ended_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON subscription TO ponte_tenant, ponte_system;

ALTER TABLE subscription ENABLE ROW LEVEL SECURITY;

ALTER TABLE subscription FORCE ROW LEVEL SECURITY;

CREATE POLICY own_rows ON subscription TO ponte_tenant
USING (tenant_id = nullif(current_setting('ponte.tenant', true), '')::uuid);

CREATE POLICY all_rows ON subscription TO ponte_system USING (true);

-- Whose a customer of Stripe's is. `asked_at` = when the question was sent whose answer is stored (real time),
-- `compared_at` = when Stripe was last asked without an event (business time), `session_id` = the checkout that is
-- open.
CREATE TABLE stripe_customer (
    customer_id text PRIMARY KEY,
    tenant_id uuid NOT NULL UNIQUE,
    session_id text,
    asked_at timestamptz,
    compared_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE INDEX stripe_customer_compared ON stripe_customer (compared_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON stripe_customer TO ponte_system;

-- What Stripe told, each event once. The body goes as soon as the event is worked off.
CREATE TABLE stripe_event (
    id text PRIMARY KEY,
    type text NOT NULL,
    customer_id text,
    tenant_id uuid,
    received_at timestamptz NOT NULL,
    due_at timestamptz,
    attempts smallint NOT NULL DEFAULT 0,
    outcome text,
    body bytea
);

CREATE INDEX stripe_event_due ON stripe_event (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX stripe_event_received ON stripe_event (received_at);

CREATE INDEX stripe_event_tenant ON stripe_event (tenant_id) WHERE tenant_id IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON stripe_event TO ponte_system;

-- Since when an event is held, in business time: after thirty days it waits no longer for money.
ALTER TABLE inbox ADD COLUMN held_at timestamptz;
