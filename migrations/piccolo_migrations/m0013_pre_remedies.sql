-- Why records stand as they stand, what a person chose for one of them, each tenant's night and morning.
-- Statements end with a semicolon and an empty line; each is one call.

-- Records by reason; those without one are counted in link_count alone. Raised in the statement that saves links,
-- and told anew every night: the version before this one does not know it.
CREATE TABLE link_reason_count (
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    reason text NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (tenant_id, kind, state, reason)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON link_reason_count TO ponte_tenant, ponte_system;

ALTER TABLE link_reason_count ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_rows ON link_reason_count TO ponte_tenant
USING (tenant_id = nullif(current_setting('ponte.tenant', true), '')::uuid);

CREATE POLICY all_rows ON link_reason_count TO ponte_system USING (true);

-- The owner is bound by policies too while they are forced.
ALTER TABLE link NO FORCE ROW LEVEL SECURITY;

INSERT INTO link_reason_count (tenant_id, kind, state, reason, n)
SELECT tenant_id, kind, state, reason, count(*) FROM link WHERE reason IS NOT NULL
GROUP BY tenant_id, kind, state, reason;

ALTER TABLE link FORCE ROW LEVEL SECURITY;

ALTER TABLE link_reason_count FORCE ROW LEVEL SECURITY;

-- Lists by reason, in the order of their keys.
CREATE INDEX link_reason ON link (tenant_id, kind, reason, account_id, bling_id) WHERE reason IS NOT NULL;

-- What a person chose for a record: 'adopt' = the record `choice_id` of Bitrix24, 'new' = one of its own, whatever
-- carries the same SKU, 'again' = made anew though it was deleted in Bitrix24. No saving of a link overwrites it; it
-- goes with the first agreement of both sides.
ALTER TABLE link ADD COLUMN choice text;

ALTER TABLE link ADD COLUMN choice_id bigint;

CREATE UNIQUE INDEX link_choice ON link (tenant_id, kind, choice_id) WHERE choice_id IS NOT NULL;

-- When what failed is tried again, and when the digest leaves, in business time; null = to be planned.
ALTER TABLE tenant ADD COLUMN retry_at timestamptz;

ALTER TABLE tenant ADD COLUMN digest_at timestamptz;

CREATE INDEX tenant_retry ON tenant (retry_at NULLS FIRST);

CREATE INDEX tenant_digest ON tenant (digest_at NULLS FIRST);

-- Mails that nobody gets who did not ask for them.
ALTER TABLE membership ADD COLUMN asked_for text[] NOT NULL DEFAULT '{}';
