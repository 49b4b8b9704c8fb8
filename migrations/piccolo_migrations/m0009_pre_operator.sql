-- The operator's house: people of its own, what they did, visits to tenants, Bling's pulse, and the indexes by
-- which lists over all tenants stay quick. Statements end with a semicolon and an empty line; each is one call.

-- No customer, and no person of one: an operator signs in elsewhere, with a code beside the password.
-- `totp_step` = the last step (30 s) whose code was taken: each code is good once.
CREATE TABLE operator (
    id uuid PRIMARY KEY,
    email text NOT NULL UNIQUE CHECK (email = lower(email)),
    name text NOT NULL,
    password_hash text NOT NULL,
    totp_secret bytea NOT NULL,
    totp_step bigint NOT NULL DEFAULT 0,
    language text NOT NULL DEFAULT 'pt',
    theme text NOT NULL DEFAULT 'system',
    created_at timestamptz NOT NULL
);

CREATE TABLE operator_session (
    token_hash bytea PRIMARY KEY,
    operator_id uuid NOT NULL REFERENCES operator ON DELETE CASCADE,
    agent text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX operator_session_operator ON operator_session (operator_id);

CREATE INDEX operator_session_expiry ON operator_session (expires_at);

-- A look at a tenant through its own screens; ends with its session at the latest.
CREATE TABLE visit (
    token_hash bytea PRIMARY KEY,
    session_hash bytea NOT NULL REFERENCES operator_session ON DELETE CASCADE,
    operator_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    reason text NOT NULL,
    begun_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX visit_session ON visit (session_hash);

CREATE INDEX visit_tenant ON visit (tenant_id);

-- Outlives the tenants that it speaks of: `about` is an id and nothing else, so erasing leaves it alone.
CREATE TABLE operator_audit (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    operator_id uuid,
    actor text NOT NULL,
    action text NOT NULL,
    about uuid,
    detail json NOT NULL
);

CREATE INDEX operator_audit_about ON operator_audit (about, id) WHERE about IS NOT NULL;

-- Rightly signed messages of Bling's by resource (the first part of `event`): is Bling still sending?
CREATE TABLE message_minute (
    resource text NOT NULL,
    minute timestamptz NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (resource, minute)
);

CREATE TABLE message_hour (
    resource text NOT NULL,
    hour timestamptz NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (resource, hour)
);

-- Resources that have fallen silent; operators were told once.
CREATE TABLE silence (
    resource text PRIMARY KEY,
    last_at timestamptz NOT NULL,
    noticed_at timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON
    operator, operator_session, visit, message_minute, message_hour, silence
TO ponte_system;

-- Nobody rewrites what operators did.
GRANT SELECT, INSERT, DELETE ON operator_audit TO ponte_system;

CREATE INDEX tenant_name ON tenant (lower(name) COLLATE "C", tenant_id);

CREATE INDEX tenant_paused ON tenant (tenant_id) WHERE paused_at IS NOT NULL;

CREATE INDEX licence_states ON licence (state, plan, source);

CREATE INDEX account_broken ON account (tenant_id) WHERE state IN ('needs_reconnect', 'inactive', 'scope_missing');

CREATE INDEX portal_broken ON portal (tenant_id)
WHERE state IN ('needs_reconnect', 'inactive', 'scope_missing', 'uninstalled');

CREATE INDEX quarantined_reason ON quarantined (reason, id);

CREATE INDEX event_dead ON event (id) WHERE outcome = 'dead';
