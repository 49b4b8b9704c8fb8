-- What an event waited for on its way, and whether operators know of an account that Bling does not tell of.
-- Statements end with a semicolon and an empty line; each is one call.

-- [{reason, from, until}] in their order, real time; null for an event that was never held. `until` is missing while it
-- waits, and for one that ended waiting.
ALTER TABLE inbox ADD COLUMN waits jsonb;

ALTER TABLE event ADD COLUMN waits jsonb;

-- When operators were told that this account's changes come without messages; null while there is nothing to tell.
ALTER TABLE sweep ADD COLUMN told_at timestamptz;

CREATE INDEX sweep_silent ON sweep (tenant_id, account_id) WHERE silent_since IS NOT NULL OR told_at IS NOT NULL;
