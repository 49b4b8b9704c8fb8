-- All tables of docs/architecture.md. Statements end with a semicolon and an empty line; each is one call.
-- Directory: read by the system role only -------------------------------------------------------------------

CREATE TABLE person (
    id uuid PRIMARY KEY,
    email text NOT NULL UNIQUE CHECK (email = lower(email)),
    name text NOT NULL,
    password_hash text,
    language text NOT NULL DEFAULT 'pt',
    theme text NOT NULL DEFAULT 'system',
    confirmed_at timestamptz,
    created_at timestamptz NOT NULL
);

CREATE TABLE membership (
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'viewer')),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, person_id)
);

CREATE INDEX membership_person ON membership (person_id);

CREATE TABLE session (
    token_hash bytea PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    tenant_id uuid,
    frame boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX session_person ON session (person_id);

CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE signin_attempt (
    email text PRIMARY KEY,
    failures integer NOT NULL,
    blocked_until timestamptz,
    last_at timestamptz NOT NULL
);

CREATE TABLE api_key (
    key_hash bytea PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz
);

CREATE INDEX api_key_tenant ON api_key (tenant_id);

CREATE TABLE account_route (
    account_key text PRIMARY KEY,
    company_id text NOT NULL,
    tenant_id uuid NOT NULL,
    account_id uuid NOT NULL,
    client_secret bytea,
    UNIQUE (tenant_id, account_id)
);

CREATE INDEX account_route_company ON account_route (company_id);

CREATE TABLE portal_route (
    member_id text PRIMARY KEY,
    tenant_id uuid NOT NULL,
    application_token bytea
);

CREATE INDEX portal_route_tenant ON portal_route (tenant_id);

CREATE TABLE unclaimed (
    id uuid PRIMARY KEY,
    received_at timestamptz NOT NULL,
    company_id text NOT NULL,
    event text NOT NULL,
    provider_event_id text NOT NULL,
    body bytea NOT NULL
);

CREATE INDEX unclaimed_company ON unclaimed (company_id, id);

CREATE TABLE quarantined (
    id uuid PRIMARY KEY,
    received_at timestamptz NOT NULL,
    reason text NOT NULL,
    account_key text,
    tenant_id uuid,
    body bytea NOT NULL
);

-- Tenant: who they are and what they want --------------------------------------------------------------------

CREATE TABLE tenant (
    tenant_id uuid PRIMARY KEY,
    name text NOT NULL,
    timezone text NOT NULL DEFAULT 'America/Sao_Paulo',
    language text NOT NULL DEFAULT 'pt',
    paused_at timestamptz,
    created_at timestamptz NOT NULL
);

CREATE TABLE account (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    id uuid NOT NULL,
    company_id text NOT NULL,
    name text NOT NULL,
    account_key text NOT NULL,
    main boolean NOT NULL DEFAULT false,
    state text NOT NULL,
    state_since timestamptz NOT NULL,
    state_detail text,
    client_id text,
    access_token bytea,
    refresh_token bytea,
    expires_at timestamptz,
    refreshed_at timestamptz,
    token_version integer NOT NULL DEFAULT 0,
    connected_at timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, company_id)
);

CREATE TABLE portal (
    tenant_id uuid PRIMARY KEY REFERENCES tenant ON DELETE CASCADE,
    member_id text NOT NULL,
    client_endpoint text NOT NULL,
    oauth_url text NOT NULL,
    state text NOT NULL,
    state_since timestamptz NOT NULL,
    state_detail text,
    access_token bytea,
    refresh_token bytea,
    expires_at timestamptz,
    refreshed_at timestamptz,
    token_version integer NOT NULL DEFAULT 0,
    product_iblock_id bigint,
    offer_iblock_id bigint,
    product_link_property bigint,
    offer_link_property bigint,
    base_price_type bigint,
    catalogue_at timestamptz,
    connected_at timestamptz,
    created_at timestamptz NOT NULL
);

CREATE TABLE toggle (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    name text NOT NULL,
    enabled boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by uuid,
    PRIMARY KEY (tenant_id, name)
);

CREATE TABLE preference (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    name text NOT NULL,
    value json NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

CREATE TABLE mapping (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    kind text NOT NULL,
    version integer NOT NULL,
    rules json NOT NULL,
    filter json NOT NULL,
    note text NOT NULL DEFAULT '',
    author uuid,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, kind, version)
);

CREATE TABLE licence (
    tenant_id uuid PRIMARY KEY REFERENCES tenant ON DELETE CASCADE,
    state text NOT NULL CHECK (state IN ('trial', 'active', 'grace', 'suspended', 'canceled', 'granted')),
    plan text NOT NULL,
    source text NOT NULL,
    ends_at timestamptz,
    updated_at timestamptz NOT NULL
);

CREATE TABLE usage (
    tenant_id uuid NOT NULL,
    period date NOT NULL,
    synced bigint NOT NULL,
    PRIMARY KEY (tenant_id, period)
);

CREATE TABLE audit (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    person_id uuid,
    actor text NOT NULL,
    action text NOT NULL,
    detail json NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- Tenant: the way of a change --------------------------------------------------------------------------------

CREATE TABLE lease (
    tenant_id uuid PRIMARY KEY,
    fence bigint NOT NULL,
    holder text,
    expires_at timestamptz NOT NULL,
    wanted boolean NOT NULL
) WITH (fillfactor = 50);

-- Rows come and go all the time: vacuum early, so that claims don't walk over the dead.
CREATE TABLE inbox (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    account_id uuid NOT NULL,
    bling_id bigint NOT NULL,
    source text NOT NULL,
    action text NOT NULL,
    lane smallint NOT NULL,
    provider_event_id text COLLATE "C" NOT NULL,
    event_date timestamptz,
    bare_date boolean NOT NULL,
    received_at timestamptz NOT NULL,
    due_at timestamptz,
    attempts smallint NOT NULL DEFAULT 0,
    outcome text,
    reason text,
    detail text,
    body bytea NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, provider_event_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
        autovacuum_analyze_scale_factor = 0.05, autovacuum_analyze_threshold = 1000);

CREATE INDEX inbox_claim ON inbox (tenant_id, lane, due_at, id) WHERE due_at IS NOT NULL;

CREATE INDEX inbox_record ON inbox (tenant_id, kind, account_id, bling_id);

CREATE INDEX inbox_sweep ON inbox (due_at) INCLUDE (tenant_id) WHERE due_at IS NOT NULL;

CREATE INDEX inbox_held ON inbox (tenant_id, reason) WHERE due_at IS NULL;

CREATE TABLE link (
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    account_id uuid NOT NULL,
    bling_id bigint NOT NULL,
    bitrix_id bigint,
    shape text,
    price_id bigint,
    label text NOT NULL,
    sku text COLLATE "C",
    sku_folded text COLLATE "C" GENERATED ALWAYS AS (lower(sku)) STORED,
    fingerprint bytea,
    written json,
    bling_date timestamptz,
    bling_date_bare boolean NOT NULL DEFAULT false,
    body_hash bytea,
    parent_id bigint,
    mapping_version integer,
    state text NOT NULL,
    reason text,
    detail text,
    sync_id uuid,
    synced_at timestamptz,
    creating_at timestamptz,
    gone_at timestamptz,
    writes smallint NOT NULL DEFAULT 0,
    writes_since timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, kind, account_id, bling_id)
) WITH (fillfactor = 60);

CREATE UNIQUE INDEX link_bitrix ON link (tenant_id, kind, bitrix_id) WHERE bitrix_id IS NOT NULL;

CREATE INDEX link_state ON link (tenant_id, kind, state, account_id, bling_id);

CREATE INDEX link_sku ON link (tenant_id, kind, sku_folded, account_id, bling_id);

CREATE INDEX link_parent ON link (tenant_id, kind, parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE link_count (
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (tenant_id, kind, state)
);

-- Tenant: history, by day --------------------------------------------------------------------------------------

CREATE TABLE event (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    account_id uuid NOT NULL,
    bling_id bigint NOT NULL,
    bitrix_id bigint,
    label text,
    sku text COLLATE "C",
    source text NOT NULL,
    action text NOT NULL,
    provider_event_id text COLLATE "C" NOT NULL,
    event_date timestamptz,
    received_at timestamptz NOT NULL,
    settled_at timestamptz NOT NULL,
    attempts smallint NOT NULL,
    outcome text NOT NULL,
    reason text,
    detail text,
    sync_id uuid,
    body bytea NOT NULL,
    PRIMARY KEY (tenant_id, id)
) PARTITION BY RANGE (id);

CREATE INDEX event_provider ON event (tenant_id, provider_event_id, id);

CREATE INDEX event_record ON event (tenant_id, kind, bling_id, id);

CREATE INDEX event_outcome ON event (tenant_id, outcome, id);

CREATE TABLE event_default PARTITION OF event DEFAULT;

CREATE TABLE sync (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    account_id uuid NOT NULL,
    bling_id bigint NOT NULL,
    bitrix_id bigint,
    event_id uuid NOT NULL,
    outcome text NOT NULL,
    reason text,
    mapping_version integer NOT NULL,
    started_at timestamptz NOT NULL,
    settled_at timestamptz NOT NULL,
    plan json NOT NULL,
    changes json NOT NULL,
    calls uuid[] NOT NULL,
    PRIMARY KEY (tenant_id, id)
) PARTITION BY RANGE (id);

CREATE TABLE sync_default PARTITION OF sync DEFAULT;

CREATE TABLE api_call (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    provider text NOT NULL,
    method text NOT NULL,
    commands integer NOT NULL,
    status integer NOT NULL,
    error text,
    ms integer NOT NULL,
    at timestamptz NOT NULL,
    request text NOT NULL,
    response text NOT NULL,
    PRIMARY KEY (tenant_id, id)
) PARTITION BY RANGE (id);

CREATE TABLE api_call_default PARTITION OF api_call DEFAULT;

-- Tenant: roll-ups, raised in the settle transaction -----------------------------------------------------------

CREATE TABLE event_minute (
    tenant_id uuid NOT NULL,
    minute timestamptz NOT NULL,
    kind text NOT NULL,
    outcome text NOT NULL,
    latency smallint NOT NULL,
    n integer NOT NULL,
    PRIMARY KEY (tenant_id, minute, kind, outcome, latency)
);

CREATE TABLE event_hour (
    tenant_id uuid NOT NULL,
    hour timestamptz NOT NULL,
    kind text NOT NULL,
    outcome text NOT NULL,
    latency smallint NOT NULL,
    n integer NOT NULL,
    PRIMARY KEY (tenant_id, hour, kind, outcome, latency)
);

CREATE TABLE call_minute (
    tenant_id uuid NOT NULL,
    provider text NOT NULL,
    scope text NOT NULL,
    method text NOT NULL,
    minute timestamptz NOT NULL,
    calls integer NOT NULL,
    errors integer NOT NULL,
    operating_ms bigint NOT NULL,
    PRIMARY KEY (tenant_id, provider, scope, method, minute)
);

CREATE TABLE call_hour (
    tenant_id uuid NOT NULL,
    provider text NOT NULL,
    scope text NOT NULL,
    method text NOT NULL,
    hour timestamptz NOT NULL,
    calls integer NOT NULL,
    errors integer NOT NULL,
    operating_ms bigint NOT NULL,
    PRIMARY KEY (tenant_id, provider, scope, method, hour)
);
