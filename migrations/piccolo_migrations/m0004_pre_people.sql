-- People who come by themselves. All of it is directory: looked up before a tenant is known.
-- Statements end with a semicolon and an empty line; each is one call.

-- Mail that has not left yet; sealed, because the links in it open accounts.
CREATE TABLE mail (
    id uuid PRIMARY KEY,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    attempts smallint NOT NULL DEFAULT 0
);

CREATE INDEX mail_due ON mail (due_at);

-- A sign-up becomes a person and a tenant when its link is followed, not before: whoever types another's address
-- leaves nothing behind. `used_at` tells a second use from an unknown link.
CREATE TABLE signup (
    token_hash bytea PRIMARY KEY,
    email text NOT NULL CHECK (email = lower(email)),
    password_hash text NOT NULL,
    company text NOT NULL,
    language text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);

CREATE INDEX signup_email ON signup (email, created_at);

CREATE INDEX signup_expiry ON signup (expires_at);

-- Written for unknown addresses too, so that asking takes as long.
CREATE TABLE password_reset (
    token_hash bytea PRIMARY KEY,
    email text NOT NULL CHECK (email = lower(email)),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);

CREATE INDEX password_reset_email ON password_reset (email, created_at);

CREATE INDEX password_reset_expiry ON password_reset (expires_at);

CREATE TABLE invitation (
    id uuid PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE,
    tenant_id uuid NOT NULL,
    email text NOT NULL CHECK (email = lower(email)),
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'viewer')),
    invited_by text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    revoked_at timestamptz
);

CREATE INDEX invitation_tenant ON invitation (tenant_id, created_at);

-- A name for people to point at; the token's hash stays where it is.
ALTER TABLE session ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid();

ALTER TABLE session ADD COLUMN agent text NOT NULL DEFAULT '';

ALTER TABLE api_key ADD COLUMN scope text NOT NULL DEFAULT 'full' CHECK (scope IN ('full', 'read'));

GRANT SELECT, INSERT, UPDATE, DELETE ON mail, signup, password_reset, invitation TO ponte_system;
