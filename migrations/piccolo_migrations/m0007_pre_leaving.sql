-- Leaving, and what people want to be told.
-- Statements end with a semicolon and an empty line; each is one call.

-- Kinds of notices that a person wants no mail of, in this tenant.
ALTER TABLE membership ADD COLUMN muted text[] NOT NULL DEFAULT '{}';

-- Who leaves, when their data goes, and the proof that it has gone: nothing in it tells of a person.
-- `asked_at` and `due_at` are business time; `counts` = rows by table.
CREATE TABLE erasure (
    tenant_id uuid PRIMARY KEY,
    why text NOT NULL CHECK (why IN ('left', 'uninstalled', 'clean')),
    asked_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    paused boolean NOT NULL,
    begun_at timestamptz,
    erased_at timestamptz,
    counts json NOT NULL
);

CREATE INDEX erasure_due ON erasure (due_at) WHERE erased_at IS NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON erasure TO ponte_system;

-- Companies that Bling calls inactive are tried now and then.
CREATE INDEX account_inactive ON account (greatest(refreshed_at, checked_at, state_since), tenant_id)
WHERE state = 'inactive';
